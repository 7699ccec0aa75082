"""Reporting: a subsidy is paid on what plants say they worked, and some of what they say is found out.

A plant that reports (1 + x) kWh for every kWh it works is paid for both. Each quarter it may be audited: auditors
compare its report with the hand-overs that were scanned and with what inspectors see,

    chance = 1 - exp(-(audit_base + audit_traceability * traceability + audit_inspection * inspection) * x)

and what is found out is paid back with `misreport_fine` times as much on top. The purse is finite: once plants ask for
more than the month's share of the budget, everyone is paid the same share of what it asked for (Laffont and Tirole
1993 on audits of reported cost; Becker 1968 on the odds of being caught).
"""

import numpy as np

INFLATION = np.array([0.0, 0.1, 0.3])  # by how much a report may exceed the truth


def discovery(inflation, traceability: float, inspection, p: dict):
    """Give the chance that an inflated report is found out in a quarter; none where the report is true."""
    intensity = p["audit_base"] + p["audit_traceability"] * traceability + p["audit_inspection"] * inspection
    return 1.0 - np.exp(-intensity * inflation)


def inflation_payoffs(subsidy, traceability: float, inspection, p: dict) -> np.ndarray:
    """Reckon what each option of INFLATION brings per kWh worked (plants, options), yuan, less the expected fine.

    `subsidy` (plants,) is what is paid for a reported kWh, yuan; `inspection` (plants,) visits a year.
    """
    found = discovery(INFLATION, traceability, np.asarray(inspection)[:, None], p)
    return subsidy[:, None] * INFLATION * (1.0 - found * (1.0 + p["misreport_fine"]))


def coverage(asked: float, purse: float) -> float:
    """Give the share of what plants ask for that a purse can pay; all of it while the purse holds."""
    return 1.0 if asked <= purse else purse / asked
