"""The shape of a case file, and the words in which a wrong one is refused."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ..facts.orders import HOLDER_CLASSES, OUTLOOKS, PRICE_SCENARIOS, PROVINCES
from ..foundations.errors import InputError, nearest
from . import levers

CAPACITIES = ("nominal", "plant_list")
MECHANISMS = ("authority", "contract", "trust", "information", "culture", "adaptation")  # each can be switched off
# A thousand simulated packs are left of a nation's; with fewer, months are too lumpy to mean much
LARGEST_SCALE = 200_000

WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "bool_type": "true or false",
    "string_too_short": "a text that is not empty",
    "missing": "a value",
}
BOUNDS = {"ge": "at least", "le": "at most", "gt": "more than", "lt": "less than"}


def one_of(names, what: str) -> BeforeValidator:
    """Make a check that a text is one of some names (a sequence, or a function that lists them)."""

    def check(value: Any) -> Any:
        known = names() if callable(names) else names
        if not isinstance(value, str) or value not in known:
            raise InputError("", f"the name of {what}", value, nearest(value, known, "Known"))
        return value

    return BeforeValidator(check)


Mechanism = Annotated[str, one_of(MECHANISMS, "a mechanism that can be switched off")]
Month = Annotated[int, BeforeValidator(lambda value: levers.run_month(value, ""))]


class _Strict(BaseModel):
    """A table that accepts no unknown key and turns no text into a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, validate_default=True)


class EarlyRelease(_Strict):
    """A trade-in campaign: some vehicles end their lives sooner for a while."""

    since: Month = Field(alias="from")
    until: Month
    province: Annotated[str, one_of(("all", *PROVINCES), "a province, or all")] = "all"
    holder_class: Annotated[str, one_of(("all", *HOLDER_CLASSES), "a holder class, or all")] = "all"
    factor: float = Field(ge=0.1, le=10.0)


class Scenario(_Strict):
    """What nobody chooses: country, months, scale, outlook, prices, capacity, parameters, campaigns, what is off,
    what seats ask for."""

    country: Annotated[str, one_of(levers.countries, "a country")] = "china"
    start: Month = "2021-01"
    until: Month = "2035-12"
    scale: int = Field(default=2000, ge=1, le=LARGEST_SCALE)
    retirement_outlook: Annotated[str, one_of(OUTLOOKS, "a retirement outlook")] = "central"
    metal_prices: Annotated[str, one_of(PRICE_SCENARIOS, "a path of metal prices")] = "central"
    capacity: Annotated[str, one_of(CAPACITIES, "a capacity series")] = "nominal"
    parameters: dict[str, Any] = {}
    early_release: list[EarlyRelease] = []
    without: list[Mechanism] = []
    demands: dict[str, Any] = {}  # edits to the demand table: a size by seat.goal.lever


class Governance(_Strict):
    """What somebody chooses: structure, dated policies, levers."""

    structure: str | dict = "market"  # a name, the path of a file, or a table (whole, or `base` and edits)
    frozen: list[str] = []  # levers that no body moves, whatever the structure says; ["all"] for every one
    policies: list[str] = ["interim_measures_2018", "measures_2026"]
    enacted: list[dict] = []  # the content of policies that came from files of the user's own
    levers: dict[str, Any] = {}
    by_law: list[str] = []


class CaseFile(_Strict):
    """A whole case file."""

    name: str = ""
    title: str = ""
    title_zh: str = ""
    description: str = ""
    scenario: Scenario = {}
    governance: Governance = {}


_TABLES = {"": CaseFile, "scenario": Scenario, "scenario.early_release": EarlyRelease, "governance": Governance}


def place_of(location: tuple) -> str:
    """Write pydantic's location as a dotted path: ("scenario", "early_release", 0) is scenario.early_release[0]."""
    text = ""
    for part in location:
        if part == "str":  # which kind of value was tried, where several are accepted
            continue
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _keys_of(location: tuple) -> list[str]:
    """List the keys that the table at this place may have."""
    table = _TABLES[place_of(tuple(part for part in location if not isinstance(part, int)))]
    return [field.alias or name for name, field in table.model_fields.items()]


def wanted_of(error: dict) -> str:
    """Say in our own words what was wanted where pydantic found an error."""
    details = error.get("ctx", {})
    if error["type"] == "literal_error":
        return "one of " + details["expected"].replace("'", "").replace(" or ", ", ")
    for key, words in BOUNDS.items():
        if key in details:
            return f"a number of {words} {details[key]:,}"
    return WANTED.get(error["type"], error["msg"])


def translate(error: ValidationError) -> InputError:
    """Say the first thing that is wrong with a case file in our own words."""
    first = error.errors(include_url=False)[0]
    place, kind, got, details = place_of(first["loc"]), first["type"], first["input"], first.get("ctx", {})
    inner = details.get("error")
    if isinstance(inner, InputError):
        return InputError(place, inner.wanted, inner.got, inner.remedy)
    if kind == "extra_forbidden":
        key, keys = first["loc"][-1], _keys_of(first["loc"][:-1])
        return InputError(place, "a key that a case file knows here", key, nearest(key, keys, "Known keys"))
    if kind == "missing":
        return InputError(place, "a value", None, "Add this key.")
    bounded = place == "scenario.scale" and not BOUNDS.keys().isdisjoint(details)
    return InputError(place or "case", wanted_of(first), got, "1 is the nation, pack by pack." if bounded else "")


def check(data: object) -> CaseFile:
    """Accept the content of a case file, or say what is wrong with it."""
    try:
        return CaseFile.model_validate(data)
    except ValidationError as error:
        raise translate(error) from None


def check_frozen(given: list[str], country: str) -> tuple[str, ...]:
    """Accept the levers that no body may move; `all` stands for every one."""
    registry = levers.load(country)
    if "all" in given:
        return tuple(registry)
    for name in given:
        if name not in registry:
            raise InputError("governance.frozen", "names of levers, or all", name, nearest(name, registry, "Levers"))
    return tuple(name for name in registry if name in given)


def check_levers(given: dict, country: str) -> dict[str, levers.OwnPath]:
    """Accept levers by name with a number, or numbers by month."""
    registry = levers.load(country)
    for name in given:
        if name not in registry:
            raise InputError(
                f"governance.levers.{name}", "the name of a lever", name, nearest(name, registry, "Levers")
            )
    return {name: registry[name].check_path(path) for name, path in given.items()}
