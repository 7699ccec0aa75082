"""Floor 6: what happened, measured afterwards. Reading changes nothing."""
