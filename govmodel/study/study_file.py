"""The study file: a question, a base case, arms, factors, a design, and what is measured; checked cell by cell."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..case import levers as lever_room
from ..case.case import Case
from ..case.schema import CAPACITIES, place_of, wanted_of
from ..case.structure_cells import cells as structure_cells
from ..facts.orders import OUTLOOKS, PRICE_SCENARIOS
from ..foundations import parameters as parameter_room
from ..foundations.calendar import month_name, month_number
from ..foundations.errors import InputError, nearest
from ..foundations.files import named
from ..foundations.toml import read_toml

SCENARIO = {"retirement_outlook": OUTLOOKS, "metal_prices": PRICE_SCENARIOS, "capacity": CAPACITIES}
HEAD = ("structure", "replication", "point", "run_id")  # columns of every run
MOST_POINTS = 1_000_000
NEEDS_RANGES = ("latin_hypercube", "sobol", "morris")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, populate_by_name=True)


def _key(told: str, **settings) -> Any:
    """Describe a key; docs/study_file.md is made of this."""
    return Field(description=told, **settings)


class Factor(_Strict):
    """What varies: a parameter, a lever (from 2026 on), a choice of scenario, or a cell of the structure."""

    name: str = _key("A name of `govmodel describe parameters` or `levers`; of a scenario `retirement_outlook`, "
                     "`metal_prices` or `capacity`; of a structure `body.convener` (or another key of its body), "
                     "`rule.LEVER`, `weight.SEAT` on all levers on which it has a say or `weight.SEAT.LEVER` on one "
                     "(the other seats share what is left as before).")  # fmt: skip
    kind: Literal["parameter", "lever", "scenario", "structure"] = _key("What the name is the name of.")
    range: list[float] | None = _key("Lowest and highest; with `normal` mean and standard deviation.", default=None)
    values: list[Any] | None = _key("Values to choose from, instead of a range.", default=None)
    distribution: Literal["uniform", "log_uniform", "normal"] = _key(
        "How a sample spreads over the range.", default="uniform"
    )

    @property
    def continuous(self) -> bool:
        """Say whether it takes any number of a range."""
        return self.range is not None


class Design(_Strict):
    """Which points are run: every combination, a sample, a list, or what a search or a calibration asks for."""

    method: Literal["factorial", "latin_hypercube", "sobol", "morris", "list", "file", "search", "calibration"] = _key(
        "How points are chosen."
    )
    size: int = _key("`latin_hypercube`: points. `sobol`: base size, a power of two; size x (factors + 2) points, "
                     "with `second_order` size x (2 x factors + 2). `morris`: paths of factors + 1 points.",
                     default=16, ge=1, le=MOST_POINTS)  # fmt: skip
    seed: int = _key("The design's own luck.", default=1, ge=0, le=2**32 - 1)
    levels: int = _key("`morris`: levels of a factor. `factorial`: of a range.", default=4, ge=2, le=100)
    second_order: bool = _key("`sobol`: indices of pairs too.", default=False)
    points: list[dict[str, Any]] = _key("`list`: each a table with a value for every factor.", default=[])
    path: str = _key("`file`: a CSV beside the study file, one column a factor.", default="")
    population: int = _key("`search`: points a generation.", default=24, ge=4, le=10_000)
    generations: int = _key("`search`: how many generations.", default=10, ge=1, le=10_000)
    maximise: list[str] = _key("`search`: outcomes of which more is better.", default=[])
    minimise: list[str] = _key("`search`: outcomes of which less is better; two goals or more in all.", default=[])


class Outcome(_Strict):
    """One number that every run gives: an indicator over some months, by the indicator's own rule."""

    name: str = _key("What the number is called: a column of the table of runs.")
    indicator: str = _key("A name of `govmodel describe indicators`.")
    since: str = _key("First month, YYYY-MM.", default="2026-01", alias="from")
    until: str = _key("Last month, YYYY-MM.", default="2035-12")


class Aims(_Strict):
    """What a calibration aims at, and its budget (`method = "calibration"`); docs/validation.md tells the procedure."""

    patterns: list[int] = _key("Numbers of at most six patterns (`govmodel validate` lists them).")
    samples: int = _key("Sets that fill the ranges evenly.", default=100, ge=1, le=100_000)
    rounds: int = _key("Rounds of refinement.", default=6, ge=0, le=1000)
    batch: int = _key("Sets in a round.", default=12, ge=1, le=10_000)
    profile_points: int = _key("Values at which each parameter is held while the others fit.", default=7, ge=2, le=101)
    profile_rounds: int = _key("How often the others may move.", default=2, ge=1, le=100)
    finalists: int = _key("Sets that are run again with more luck.", default=30, ge=1, le=10_000)
    confirm: int = _key("Replications of a finalist.", default=12, ge=2, le=10_000)
    tolerance: float = _key("Misfits that differ by less are alike, in half band widths.", default=0.1, ge=0, le=10)


class Limits(_Strict):
    """When a run is given up."""

    seconds: float = _key("A run that takes longer is a row that says so.", default=600.0, gt=0.0, le=1e6)


class StudyFile(_Strict):
    """A whole study."""

    question: str = _key("What is asked.", min_length=1)
    question_zh: str = _key("The same in Chinese.", default="")
    case: str = _key("The base case: a name of the library, or a path.", default="china")
    changes: dict[str, Any] = _key("Changes to the base case, as `Case.with_` takes them: `scale`, `until`, `levers`, "
                                   "`parameters`, `policies`, `without`, ...", default={})  # fmt: skip
    structures: list[Any] = _key("The arms: names, paths of structure files, or tables.", default=["market"])
    replications: int = _key("How often each point is run in each arm, each time with luck of its own.",
                             default=1, ge=1, le=100_000)  # fmt: skip
    seed: int = _key("The luck of the first replication; replication r has the same luck everywhere.",
                     default=1, ge=0, le=2**64 - 1)  # fmt: skip
    design: Design = _key("Which points are run; the case as it is, if left out.",
                          default=Design(method="list", points=[{}]))  # fmt: skip
    factors: list[Factor] = _key("What varies.", default=[])
    outcomes: list[Outcome] = _key("What is measured: at least one, save in a calibration.", default=[])
    series: list[str] = _key("Indicators that are kept year by year.", default=[])
    calibration: Aims | None = _key("What a calibration aims at.", default=None)
    limits: Limits = _key("When a run is given up.", default=Limits())


def read(path: str | Path) -> tuple[StudyFile, str]:
    """Read a study file; gives the study and the file's text."""
    path = named(path, "study", "the name of a study file, or its content", "study.toml")
    table, text = read_toml(path, "study file", "study")
    return check(table), text


def read_again(path: Path) -> StudyFile:
    """Read a study that was accepted before, without asking again whether its case and structures are there."""
    return _shaped(read_toml(path, "study file", "folder")[0])


def _shaped(table: dict) -> StudyFile:
    """Accept keys and types."""
    try:
        return StudyFile.model_validate(table)
    except ValidationError as error:
        raise _translate(error) from None


def check(table: dict) -> StudyFile:
    """Accept the content of a study file, or say which cell is wrong."""
    study = _shaped(table)
    base = base_case(study)
    _check_factors(study, base)
    if study.design.method == "calibration" or study.calibration is not None:
        from .calibration_file import check_calibration

        check_calibration(study, base)
    _check_outcomes(study, base)
    _check_search(study)
    if not study.structures:
        raise InputError("structures", "at least one", [], "Name an arm, or leave it out.")
    for number, structure in enumerate(study.structures):
        try:
            base.with_(structure=structure)
        except InputError as error:
            raise InputError(f"structures[{number}]", error.wanted, error.got, error.remedy) from None
    return study


def _translate(error: ValidationError) -> InputError:
    """Say the first thing that is wrong with a study file in our own words."""
    first = error.errors(include_url=False)[0]
    place, kind, got = place_of(first["loc"]), first["type"], first["input"]
    if kind == "extra_forbidden":
        heads = {"factors": Factor, "outcomes": Outcome, "design": Design, "calibration": Aims, "limits": Limits}
        fields = heads.get(str(first["loc"][0]) if len(first["loc"]) > 1 else "", StudyFile).model_fields
        known = [field.alias or name for name, field in fields.items()]
        return InputError(place, "a key that a study file knows here", first["loc"][-1],
                          nearest(str(first["loc"][-1]), known, "Known keys"))  # fmt: skip
    wanted, remedy = wanted_of(first), "docs/study_file.md tells every key."
    if kind == "missing":
        return InputError(place, wanted, "nothing", f"Add it; {remedy}")
    return InputError(place, wanted, got, remedy)


def base_case(study: StudyFile) -> Case:
    """Give the case that every run is a change of."""
    changes = dict(study.changes)
    if "structure" in changes:
        raise InputError("changes.structure", "structures among `structures`", changes["structure"], "Move it there.")
    try:
        return Case.load(study.case).with_(**changes)
    except InputError as error:
        raise InputError(f"changes: {error.field}", error.wanted, error.got, error.remedy) from None


def _check_factors(study: StudyFile, base: Case) -> None:
    """Refuse factors that name nothing, leave their ranges, or do not fit the design."""
    registries = {"parameter": parameter_room.load(base.country), "lever": lever_room.load(base.country)}
    registries |= {"scenario": SCENARIO, "structure": structure_cells(base.country)}
    names = [factor.name for factor in study.factors]
    for number, factor in enumerate(study.factors):
        cell, known = f"factors[{number}]", registries[factor.kind]
        if factor.name not in known:
            wanted = "a cell of a structure's table" if factor.kind == "structure" else f"the name of a {factor.kind}"
            raise InputError(f"{cell}.name", wanted, factor.name, nearest(factor.name, known))
        if names.count(factor.name) > 1:
            raise InputError(f"{cell}.name", "each factor once", factor.name, "Remove one of the two.")
        if (factor.range is None) == (factor.values is None):
            raise InputError(cell, "either `range` or `values`", factor.name, "Give one of the two.")
        if factor.range is not None:
            _check_range(factor, cell, known)
        elif not factor.values:
            raise InputError(f"{cell}.values", "at least one value", [], "")
        for value in factor.values or []:
            _check_value(factor, value, f"{cell}.values", known)
    if study.design.method in NEEDS_RANGES and not study.factors:
        raise InputError("factors", f"at least one, for the design {study.design.method}", [], "Name what varies.")


def _check_range(factor: Factor, cell: str, known) -> None:
    if isinstance(known[factor.name], tuple) or len(factor.range) != 2:
        wanted = "two numbers, for what takes any number between two"
        raise InputError(f"{cell}.range", wanted, factor.range, "Give `values` where there are choices.")
    low, high = factor.range
    if factor.distribution == "normal":
        if high <= 0:
            raise InputError(f"{cell}.range", "a mean and a standard deviation above 0", factor.range, "")
        return
    if not low < high or (factor.distribution == "log_uniform" and low <= 0):
        raise InputError(f"{cell}.range", "[lowest, highest], above 0 where it is log-uniform", factor.range, "")
    for value in factor.range:
        _check_value(factor, value, f"{cell}.range", known)


def _check_value(factor: Factor, value: object, cell: str, known) -> None:
    entry = known[factor.name]
    if isinstance(entry, tuple):
        if value not in entry or isinstance(value, bool):
            raise InputError(cell, f"one of {', '.join(map(str, entry))}", value, "")
    else:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not entry.low <= value <= entry.high:
            raise InputError(cell, f"numbers from {entry.low:g} to {entry.high:g} for {factor.name}", value, "")


def _check_outcomes(study: StudyFile, base: Case) -> None:
    """Refuse outcomes that are no indicators, or whose months the runs do not have."""
    from ..performance.indicators import INDICATORS

    names = [outcome.name for outcome in study.outcomes]
    if not names and study.design.method != "calibration":
        raise InputError("outcomes", "at least one", [], "Say what is measured.")
    for number, outcome in enumerate(study.outcomes):
        cell = f"outcomes[{number}]"
        if outcome.indicator not in INDICATORS:
            raise InputError(f"{cell}.indicator", "the name of an indicator", outcome.indicator,
                             nearest(outcome.indicator, INDICATORS))  # fmt: skip
        if names.count(outcome.name) > 1:
            raise InputError(f"{cell}.name", "each outcome once", outcome.name, "Rename one of the two.")
        if outcome.name in (*HEAD, *(factor.name for factor in study.factors)):
            raise InputError(f"{cell}.name", "a name that no other column has", outcome.name, "Rename the outcome.")
        first, last = (month_number(text, f"{cell}.{key}") for text, key in
                       ((outcome.since, "from"), (outcome.until, "until")))  # fmt: skip
        if not base.start <= first <= last <= base.until:
            wanted = f"months within {month_name(base.start)} to {month_name(base.until)}"
            raise InputError(f"{cell}.from", wanted, f"{outcome.since} to {outcome.until}", "The runs have no others.")
    for name in study.series:
        if name not in INDICATORS:
            raise InputError("series", "names of indicators", name, nearest(name, INDICATORS))


def _check_search(study: StudyFile) -> None:
    """Refuse a search that does not say what is better, and wishes of a search where nothing is searched."""
    design, names = study.design, [outcome.name for outcome in study.outcomes]
    wishes = [*design.maximise, *design.minimise]
    if design.method != "search":
        if wishes:
            raise InputError("design.maximise", "nothing, unless the method is search", wishes, "Leave it out.")
        return
    for key in ("maximise", "minimise"):
        for name in getattr(design, key):
            if name not in names:
                raise InputError(f"design.{key}", "names of outcomes", name, nearest(name, names, "Outcomes"))
            if wishes.count(name) > 1:
                raise InputError(f"design.{key}", "each outcome once", name, "Remove one of the two.")
    if len(wishes) < 2:
        raise InputError("design", "two outcomes or more to maximise or minimise", wishes, "Else there is no front.")
    if not study.factors and len(study.structures) < 2:
        raise InputError("factors", "at least one, or several structures, for a search", [], "Name what varies.")
