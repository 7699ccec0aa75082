"""Floor 0: parameters, keyed luck, the ledger, the calendar and the errors everything else stands on."""
