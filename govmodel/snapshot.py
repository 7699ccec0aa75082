"""Snapshots: the state of a model at the end of a month, in memory or in a file, from which a run goes on.

A branch lives on under the same or a changed case and equals the full run of that case, to the last byte, as long as
the two cases agree on everything before the month of the branch.
"""

import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from .case.case import Case, a_case
from .case.levers import load as levers_of
from .foundations.calendar import EXPERIMENT_FROM, month_name
from .foundations.errors import InputError
from .foundations.files import named, replace
from .model import GovernanceModel
from .past import MUST_AGREE, agree
from .performance.record import Record
from .structures.minutes import COLUMNS

# What changes while a model runs, by the object that holds it
ARRAYS = {
    "": ("yard", "_vehicles"),
    "holders.fleet": ("packs", "first_number"),
    "holders": ("gone",),
    "plants": ("waiting",),
    "ledger": ("stock",),
}
_MINUTES = [COLUMNS.index(name) for name in ("month", "lever", "in_force")]
RECORD = tuple(name for name in Record.__dataclass_fields__ if name not in ("cells", "amounts", "series"))


def _pages(model) -> dict[str, np.ndarray]:
    """Give by name what has a row a month, of which no row after this month has been written to."""
    record = model.record
    pages = {f"record:{name}": getattr(record, name) for name in RECORD}
    pages |= {f"series:{name}": series for name, series in record.series.items()}
    return pages | {"ledger:amounts": model.ledger.amounts}


def _part(model, path: str):
    for name in path.split(".") if path else ():
        model = getattr(model, name)
    return model


def state(model: GovernanceModel) -> dict[str, np.ndarray]:
    """Take down the state of a model as plain arrays by name."""
    held = {f"{path}:{name}": getattr(_part(model, path), name) for path, names in ARRAYS.items() for name in names}
    held |= {name: page[: model.months_run] for name, page in _pages(model).items()}
    held |= {f"part:{name}:{key}": value for name, part in model.parts.items() for key, value in part.state().items()}
    held["record:rows"] = np.array([len(cells) for cells in model.record.cells], np.int64)
    held["record:cells"] = np.concatenate(model.record.cells or [np.zeros(0, np.int64)])
    held["record:amounts"] = np.concatenate(model.record.amounts or [np.zeros((4, 0))], axis=1)
    due = model.holders.waiting.all()
    held["waiting:due"], held["waiting:rows"] = due
    held["events:months"], held["events:packs"], held["events:codes"] = model.holders.events.columns()
    held["numbers"] = np.array([model.month, model.holders.fleet.numbered], np.int64)
    return {name: np.array(value) for name, value in held.items()}


def restore(model: GovernanceModel, held: dict[str, np.ndarray]) -> None:
    """Put a model into a state that was taken down."""
    for path, names in ARRAYS.items():
        for name in names:
            setattr(_part(model, path), name, held[f"{path}:{name}"].copy())
    months = len(held["record:rows"])
    for name, page in _pages(model).items():
        page[:months] = held[name]
    for name, part in model.parts.items():
        mine = f"part:{name}:"
        part.restore({key.removeprefix(mine): value.copy() for key, value in held.items() if key.startswith(mine)})
    ends = np.cumsum(held["record:rows"])
    model.record.cells = np.split(held["record:cells"], ends)[:-1]
    model.record.amounts = np.split(held["record:amounts"], ends, axis=1)[:-1]
    model.holders.waiting.add(held["waiting:due"], held["waiting:rows"])
    model.holders.events.put_back(held["events:months"], held["events:packs"], held["events:codes"])
    model.month, model.holders.fleet.numbered = (int(number) for number in held["numbers"])
    if model.council.governs:
        for row in range(model.month - model.start):
            levers = dict(zip(model.council.names, model.record.series["levers"][row].tolist()))
            model.sell_under(model.start + row, levers)
    model.read_margins()
    model.running = model.month <= model.until


def branch(model: GovernanceModel, case: Case | None = None) -> GovernanceModel:
    """Give a second model that lives on from where this one stands, under its own or a changed case."""
    _check_model(model, "gm.branch(model, case)")
    return live_on(model.case if case is None else a_case(case), model.case, model.seed_key, state(model))


def branches(model: GovernanceModel, cases: Sequence[Case]) -> Iterator[GovernanceModel]:
    """Give, one after another, a model for each case that lives on from where this one stands.

    The last one is this model itself if its own case comes last, so that no copy is made without need.
    """
    held = state(model) if len(cases) > 1 or cases[-1] is not model.case else {}
    for number, case in enumerate(cases):
        if number + 1 == len(cases) and case is model.case:
            yield model
        else:
            yield live_on(case, model.case, model.seed_key, held)


def _check_model(model: object, example: str) -> None:
    """Refuse what is no model."""
    if not isinstance(model, GovernanceModel):
        raise InputError("model", "a GovernanceModel", model, f"Write, for example, {example}.")


def _named(path: object) -> Path:
    return named(path, "snapshot", "the name of a file", "month.npz")


def save_month(model: GovernanceModel, path: str | Path) -> None:
    """Save the state of a model to a file (NumPy's .npz); refuses a file that exists."""
    _check_model(model, 'gm.save_month(model, "month.npz")')
    path = _named(path)
    if path.exists():
        raise InputError("snapshot", "a file that does not exist yet", str(path), "Name another file.")
    held = {"case": np.array(model.case.to_toml()), "seed": np.array(str(model.seed_key)), **state(model)}

    def write(at: Path) -> None:
        with at.open("wb") as file:  # given a name, np.savez would add its own ending to it
            np.savez(file, **held)

    replace(path, write)


def load_month(path: str | Path, case: Case | None = None) -> GovernanceModel:
    """Load a saved state as a model that lives on, under the saved or a changed case."""
    path = _named(path)
    if not path.is_file():
        raise InputError("snapshot", "a file written by save_month", str(path), "There is no such file.")
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            held = dict(file)
        saved, seed = Case.from_dict(tomllib.loads(str(held.pop("case")))), int(str(held.pop("seed")))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            "snapshot", "a file written by save_month", str(path), f"It cannot be read: {error}."
        ) from None
    case = saved if case is None else a_case(case)
    try:
        return live_on(case, saved, seed, held)
    except KeyError as missing:
        raise InputError("snapshot", "a file written by this version", f"{path} without {missing.args[0]}",
                         "Run the case from its start with this version.") from missing  # fmt: skip


def live_on(case: Case, lived: Case, seed: int, held: dict[str, np.ndarray]) -> GovernanceModel:
    """Build a model of `case` in a state that was lived under another case, if the two agree so far."""
    month = int(held["numbers"][0])
    for name in MUST_AGREE:
        if getattr(case, name) != getattr(lived, name):
            got, so_far = (
                month_name(getattr(one, name)) if name in ("start", "until") else getattr(one, name)
                for one in (case, lived)
            )
            raise InputError(f"branch: {name}", f"what the run so far was lived under ({so_far!r})", got,
                             "Run the case from its start.")  # fmt: skip
    for name, value in lived.parameters.items():
        if case.parameters[name] != value:
            raise InputError(f"branch: parameter {name}", f"{value!r}, as in the run so far", case.parameters[name],
                             "Run the case from its start.")  # fmt: skip
    if month > EXPERIMENT_FROM and case.governing.table(case.country) != lived.governing.table(case.country):
        raise InputError("branch: structure", f"{lived.structure!r}, as in the run so far", case.structure,
                         "Branch where bodies begin, in 2026-01, or run the case from its start.")  # fmt: skip
    if month > EXPERIMENT_FROM and case.demands != lived.demands:
        raise InputError("branch: demands", "the demand table of the run so far", dict(case.demands),
                         "Branch where bodies begin, in 2026-01, or run the case from its start.")  # fmt: skip
    for name in levers_of(case.country):
        if agree(case, lived, name, month - lived.start) < month - lived.start:
            raise InputError(f"branch: lever {name}", f"the same path before {month_name(month)} as in the run so far",
                             "another path", "Let the lever move later, or run the case from its start.")  # fmt: skip
    _same_decisions(case, lived, held)
    model = GovernanceModel(case, rng=seed)
    restore(model, held)
    return model


def _same_decisions(case: Case, lived: Case, held: dict[str, np.ndarray]) -> None:
    """Refuse a case under which a body that has already met would have been free, or decided, otherwise.

    Whoever decides before a law comes into force decides on the value that the law will set. So a path that differs
    only later may still have been seen, as far ahead as the month in which a decision was to come into force.
    """
    month = int(held["numbers"][0])
    remedy = "Branch where bodies begin, in 2026-01, or run the case from its start."
    rights = {name for stage in lived.governing.stages for name in stage.structure.levers}
    otherwise = sorted(rights & (set(case.frozen) ^ set(lived.frozen)))
    if month > EXPERIMENT_FROM and otherwise:
        raise InputError("branch: frozen", f"the levers of the run so far ({', '.join(lived.frozen) or 'none'})",
                         f"another answer for {', '.join(otherwise)}", remedy)  # fmt: skip
    met, levers, force = held["part:council:rows"][:, _MINUTES].astype(int).T
    for place, name in enumerate(levers_of(case.country)):
        differs = agree(case, lived, name, len(lived.months)) + lived.start  # the first month that does
        seen = (levers == place) & (force >= differs)
        if differs <= lived.until and seen.any():
            at, last = month_name(int(met[seen].max())), month_name(int(force[seen].max()))
            raise InputError(
                f"branch: lever {name}",
                f"the path of the run so far, up to {last}",
                f"another value from {month_name(differs)} on",
                f"The body decided on this lever in {at}, and would have known of it. Let the lever move after {last}, "
                "or run the case from its start.",
            )
