"""The association's blacklist: whoever often breaks its word before its mediators is shunned by those who hear of it.

A trade polices itself without a state if somebody keeps a record of who broke his word, and traders ask it before
they deal (Milgrom, North and Weingast 1990, "The role of institutions in the revival of trade: the law merchant";
Greif 1993, "Contract enforceability and economic institutions in early trade: the Maghribi traders' coalition"). The
record holds what came before the mediators and nothing else, so without `mediation` there is no list; who hears of it
follows `information_sharing`.

All functions work on arrays: `register` is (2, parties), months under contract and breaches that were settled.
"""

import numpy as np


def remember(register: np.ndarray, months: np.ndarray, breaches: np.ndarray, kept: float) -> np.ndarray:
    """Let the record of past quarters fade to the share `kept`, and add this quarter's."""
    return register * kept + np.array([months, breaches])


def offends(register: np.ndarray, p: dict) -> np.ndarray:
    """Say who broke its word repeatedly: often enough, and in more than a share of its months under contract."""
    months, breaches = register
    return (breaches >= p["blacklist_breaches"]) & (breaches >= p["blacklist_share"] * months)


def put_down(left: np.ndarray, offenders: np.ndarray, p: dict) -> np.ndarray:
    """Give the quarters for which everybody still stands on the list: one less, or all of them for a new offender."""
    return np.where(offenders, np.rint(p["blacklist_quarters"]), np.maximum(left - 1.0, 0.0))


def months_at_stake(mediation: float, shared: float, p: dict) -> float:
    """Months of contracts that a breach may cost: as likely as it brings one on the list, as far as others hear."""
    return 3.0 * p["blacklist_quarters"] * min(mediation / p["blacklist_breaches"], 1.0) * shared
