"""The arms of a comparison: what they are called, which of them share their past, and how they live on from it."""

import gc
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from . import shelf
from .case.case import Case
from .case.levers import load as levers_of
from .foundations.calendar import month_name
from .foundations.errors import InputError
from .living import living
from .past import months_shared, same_world

# Arms by number, months shared, replication, seed, shelf
Task = tuple[tuple[tuple[int, Case], ...], int, int, int, Path]
_SAME = ("country", "start", "until", "scale")


def check(cases: Sequence[Case]) -> None:
    """Refuse cases that cannot be held against each other month by month and pack by pack."""
    if len(cases) < 2:
        raise InputError("compare", "at least two cases", len(cases), "Name another structure or case.")
    for name in _SAME:
        for case in cases[1:]:
            values = [getattr(c, name) for c in (cases[0], case)]
            if values[0] != values[1]:
                wanted, got = (month_name(v) if name in ("start", "until") else v for v in values)
                raise InputError(f"compare: {name}", f"the same in every case ({wanted})", got,
                                 "Set it alike in both: only then are months and packs the same.")  # fmt: skip


def labels_of(cases: Sequence[Case]) -> list[str]:
    """Name the arms: by structure; where several have the same one, the later say what sets them apart from the first.

    `market`, then `market (subsidy=20)`. Arms that are still called alike are numbered: `market`, `market 2`.
    """
    first: dict[str, Case] = {}
    names = []
    for case in cases:
        if case.structure in first:
            told = difference(case, first[case.structure])
            names.append(f"{case.structure} ({told})" if told else case.structure)
        else:
            first[case.structure] = case
            names.append(case.structure)
    seen: Counter = Counter()
    for place, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[place] = f"{name} {seen[name]}"
    return names


def difference(case: Case, other: Case, most: int = 3) -> str:
    """Say in a few words what is set otherwise in a case than in another one; nothing if all is the same."""
    words = []
    for name in ("retirement_outlook", "metal_prices", "capacity"):
        if getattr(case, name) != getattr(other, name):
            words.append(f"{name}={getattr(case, name)}")
    words += [f"{name}={value:g}" for name, value in case.parameters.items() if other.parameters[name] != value]
    for name in levers_of(case.country):
        if not np.array_equal(case.lever_path(name), other.lever_path(name)):
            own = case.own_levers.get(name)
            words.append(f"{name}={own:g}" if isinstance(own, float) else name)
    if case.policies != other.policies:
        words.append("policies")
    if case.demands != other.demands:
        words.append("demands")
    words += [f"without {name}" for name in case.without if name not in other.without]
    if not words:
        return case.name if case.name != other.name else ""
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def file_names(labels: Sequence[str]) -> list[str]:
    """Turn labels into names of files, each one of its own."""
    plain = ["".join(c if c.isascii() and c.isalnum() else "_" for c in label).strip("_")[:60] for label in labels]
    plain = [name or "arm" for name in plain]
    lower = Counter(name.lower() for name in plain)
    return [f"{name}_{number}" if lower[name.lower()] > 1 else name for number, name in enumerate(plain, 1)]


def tasks(turns: Sequence[Sequence[Case]], seeds: Sequence[int], workers: int, folder: Path) -> list[Task]:
    """Share the worlds out: a replication is one task, or several where there are more workers than replications.

    `turns` gives for each arm the cases in which its replications take turns (case/ensemble.py: in_turn), often one.
    """
    found = []
    for replication, seed in enumerate(seeds):
        groups: dict[tuple, list[tuple[int, Case]]] = {}
        for number, cases in enumerate(turns):
            case = cases[replication % len(cases)]
            groups.setdefault(same_world(case), []).append((number, case))
        pieces = -(-workers // (len(seeds) * len(groups)))
        for arms in groups.values():
            shared = months_shared([case for _, case in arms])
            for part in _split(arms, pieces if shared else len(arms)):
                found.append((tuple(part), shared, replication, seed, folder))
    return found


def _split(arms: list, pieces: int) -> Iterator[list]:
    """Cut a list into so many pieces of about equal length, none of them empty."""
    cuts = np.linspace(0, len(arms), min(pieces, len(arms)) + 1).round().astype(int)
    return (arms[low:high] for low, high in zip(cuts, cuts[1:]))


def live(arms: tuple, shared: int, replication: int, seed: int, folder: Path) -> dict[int, pd.DataFrame]:
    """Live some arms of one replication, their common past only once; leave the tables on the shelf.

    Gives the indicators by arm. A branch equals the full run of its case: it does not matter which arms live together.
    """
    found = {}
    for model, (number, _) in zip(lived([case for _, case in arms], shared, seed), arms):
        shelf.put(folder, number, replication, model)
        found[number] = model.indicators
    del model
    gc.collect()  # worlds are circles of references, and large
    return found


def lived(cases: Sequence[Case], shared: int, seed: int) -> Iterator:
    """Live some cases of one world to their ends, one after another, the months that they share only once."""
    from .model import GovernanceModel
    from .snapshot import branches

    trunk = GovernanceModel(cases[-1], rng=seed)
    with living():
        for _ in range(shared):
            trunk.step()
        for model in branches(trunk, cases):
            while model.running:
                model.step()
            yield model
