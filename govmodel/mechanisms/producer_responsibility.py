"""Producer responsibility: what a maker must show as received by licensed plants, and what a shortfall costs it.

All quantities are per kWh of the brand's packs that retire. A brand shows what its own outlets and others hand to
licensed firms *and scan*; what is not scanned is invisible to the law:

    shown     = elsewhere + collected * scan * compliance
    shortfall = max(target - shown, 0)
    claimed   = wish * min(shortfall, 1 - traceability)              false certificates, only for what nobody scanned
    cost      = fee * (shortfall - claimed) + claimed * (price + found * fee * (1 + fine))

So the duty moves packs only where transfers are monitored (Lindhqvist 2000; Walls 2006 on producer responsibility;
Bohm 1981 on duties without control). How much an outlet collects follows from the holders' own logit, as the maker
knows it: a premium of one yuan/kWh raises it by `price_sensitivity`, outlets by their logarithm.
"""

import numpy as np

from ..foundations.calendar import FIRST_YEAR

PREMIUM = np.array([0.0, 5.0, 10.0, 20.0, 40.0])  # yuan/kWh on top of the lever
DENSITY = np.array([0.75, 1.0, 1.5, 2.0])  # outlets, as a multiple of today's
COMPLIANCE = np.array([1.0, 0.7, 0.3])  # share of due scans that outlets make
CLAIMS = np.array([0.0, 0.5, 1.0])  # share of a shortfall that is covered by false certificates, as far as that goes


def brand_share(shares: np.ndarray, year: int, lag: int) -> np.ndarray:
    """Give each brand's share of what retires in a year: its share of the packs sold `lag` years before (brands,).

    `shares` (years since FIRST_YEAR, brands). Lives differ by class, so the one lag is an approximation.
    """
    row = shares[max(year - FIRST_YEAR - lag, 0)]
    return row / max(row.sum(), 1e-12)


def pull(premium, density, sites: float, p: dict) -> np.ndarray:
    """Say how strongly a maker's outlets draw packs: the odds of a holder's logit, up to a factor."""
    crowd = np.log1p(sites * np.asarray(density) / 100.0) - np.log1p(sites / 100.0)
    return np.exp(p["price_sensitivity"] * np.asarray(premium) + p["convenience"] * crowd)


def shortfall(target: float, elsewhere, collected, compliance, scan):
    """Give the share of a brand's retired kWh by which what it can show misses the target.

    `scan` is the chance that what its outlets should scan ends in the record.
    """
    return np.maximum(target - elsewhere - collected * compliance * scan, 0.0)


def claimed(short, wish, traceability: float):
    """Give what false certificates cover of a shortfall: never more than what nobody scanned."""
    return wish * np.minimum(short, 1.0 - traceability)


def claim_found(wish, traceability: float, p: dict):
    """Give the chance a quarter that false certificates are found out: scans elsewhere contradict them."""
    return 1.0 - np.exp(-p["certificate_audit"] * traceability * np.asarray(wish))


def duty_cost(short, wish, traceability: float, fee: float, fine: float, p: dict):
    """Give what a shortfall costs a brand, yuan per retired kWh, with the expected fine for false certificates."""
    false = claimed(short, wish, traceability)
    found = claim_found(wish, traceability, p)
    return fee * (short - false) + false * (p["certificate_price"] + found * fee * (1.0 + fine))


def scan_cost(compliance, traceability: float, fine: float, p: dict):
    """Give what scanning costs a maker per kWh it collects, with the expected fine for what it should have scanned."""
    return traceability * (p["scan_cost"] * compliance + (1.0 - compliance) * p["scan_audit"] * fine * p["scan_stake"])
