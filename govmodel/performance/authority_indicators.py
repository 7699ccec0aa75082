"""What authority did: inspections, fines due and paid, workshops by state, effort and capture. Reading only."""

import numpy as np

from ..mechanisms.authority import STATES


def authority(model, months: int) -> dict[str, np.ndarray]:
    """Compute the indicators of authority for the first `months` months of a model."""
    series = {name: table[:months] for name, table in model.record.series.items()}
    punished, effort = series["punished"], series["effort"]
    by_state = series["workshops_by_state"].sum(axis=2)
    dependent = model.inspectorates.dependence > 1.0
    free = effort[:, ~dependent].mean(axis=1) if (~dependent).any() else np.full(months, np.nan)
    bound = effort[:, dependent].mean(axis=1) if dependent.any() else np.full(months, np.nan)
    return {
        "inspections": series["visits"].sum(axis=1),
        "inspections_asked": series["visits_asked"].sum(axis=1),
        "fines_due": punished[:, 0] / 1e6,
        "fines_paid": punished[:, 1] / 1e6,
        "confiscated": punished[:, 2] / 1e6,
        "workshops_found": punished[:, 3],
        "workshops_ordered_closed": punished[:, 4],
        "workshops_moved": punished[:, 5],
        **{f"workshops_{state}": by_state[:, i] for i, state in enumerate(STATES)},
        "effort_mean": effort.mean(axis=1),
        "effort_spread": effort.std(axis=1),
        "capture_gap": free - bound,
    }
