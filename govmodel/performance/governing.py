"""Indicators of governing: how content seats are, how the body works, what it costs, which levers are in force."""

import numpy as np

from ..case.levers import SEATS


def governing(model, months: int) -> dict[str, np.ndarray]:
    """Compute what the eight seats and their body show, for the first `months` months of a model."""
    series, council, ledger = model.record.series, model.council, model.ledger
    satisfaction = series["satisfaction"][:months]
    standing, legitimacy = series["standing"][:months], series["legitimacy"][:months]
    held, tabled, agreed, moved = series["meetings"][:months].T
    talks, platform = (ledger.amounts[:months, line].sum(axis=1) / 1e8 for line in council.costs)
    levers = series["levers"][:months]
    return {
        **{f"satisfaction_{seat}": satisfaction[:, i] for i, seat in enumerate(SEATS)},
        "satisfaction_min": satisfaction.min(axis=1, initial=1.0),
        **{f"standing_{seat}": standing[:, i] for i, seat in enumerate(SEATS)},
        "standing_min": standing.min(axis=1, initial=1.0),
        "legitimacy": legitimacy.mean(axis=1),
        "meetings": held,
        "levers_tabled": tabled,
        "levers_agreed": agreed,
        "levers_moved": moved,
        "talks_cost": talks,
        "platform_cost": platform,
        **{f"lever_{name}": levers[:, i] for i, name in enumerate(council.names)},
    }
