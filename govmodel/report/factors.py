"""What factors, outcomes and arms of a study are called in its figures: readable names with units."""

from math import floor, log10

from ..case import structures
from ..case.levers import LEVERS, SEAT_NAMES
from ..foundations import parameters
from ..foundations.errors import InputError
from ..study.study_file import Factor, Outcome, StudyFile
from .measures import Measure
from .texts import Texts

BARE = {"share", "utility", "weight", "1", ""}  # units that say nothing on an axis


def factor_name(factor: Factor, texts: Texts) -> str:
    """Call a factor by its short name; one that has none by its own, with spaces."""
    kind, _, rest = factor.name.partition(".")
    if factor.kind == "structure" and kind in ("weight", "rule"):
        seat, _, lever = rest.partition(".")
        if kind == "rule":
            return texts("factors.rule", lever=_lever(rest, texts))
        told = texts("factors.weight", seat=SEAT_NAMES[seat][texts.lang == "zh"])
        return texts("factors.weight_on", weight=told, lever=_lever(lever, texts)) if lever else told
    if factor.kind == "lever":
        return _lever(factor.name, texts)
    return spaced(texts.word(factor.name, "factors"))


def _lever(name: str, texts: Texts) -> str:
    lever = LEVERS.get(name)
    return spaced(name) if lever is None else lever.title_zh if texts.lang == "zh" else lever.title


def factor_unit(factor: Factor, country: str, texts: Texts) -> str:
    """Give a factor's unit in words; nothing for choices and for shares."""
    if factor.kind == "lever":
        unit = LEVERS[factor.name].unit if factor.name in LEVERS else ""
    else:
        known = parameters.load(country) if factor.kind == "parameter" else {}
        unit = known[factor.name].unit if factor.name in known else ""
    bare = unit in BARE or unit.endswith(" 0-1")
    return "" if bare else texts.word(unit)


def value_name(value: object, texts: Texts) -> str:
    """Call a value of a factor by its word, or write it as a number."""
    return spaced(texts.word(value)) if isinstance(value, str) else f"{value:g}"


def span(low: float, high: float, texts: Texts) -> str:
    """Write two numbers with as many decimals as tell them apart to a hundredth of what lies between them."""
    wide = high - low
    decimals = max(0, 2 - floor(log10(wide))) if wide > 0 else 2
    return texts("factors.to", low=f"{low:,.{decimals}f}", high=f"{high:,.{decimals}f}")


def spaced(name: str) -> str:
    """Write a name of the model as words."""
    return name.replace("_", " ").replace(".", ": ")


def arm_title(name: str, texts: Texts) -> str:
    """Call an arm by its structure's title; one that the library does not have by its name."""
    try:
        found = structures.load(name)
    except InputError:
        return spaced(name)
    return (found.title_zh if texts.lang == "zh" else found.title) or name


def outcome_of(study: StudyFile, name: str) -> Outcome:
    """Find an outcome of a study by its name."""
    return next(one for one in study.outcomes if one.name == name)


def measure_of(study: StudyFile, name: str, texts: Texts) -> Measure:
    """Give the title and unit of the indicator that an outcome is."""
    return Measure(outcome_of(study, name).indicator, texts)


def outcome_title(study: StudyFile, name: str, texts: Texts) -> str:
    """Call an outcome by its indicator and its years: licensed share, 2030-2035."""
    outcome = outcome_of(study, name)
    since, until = outcome.since[:4], outcome.until[:4]
    years = since if since == until else f"{since}-{until}"
    return texts("factors.outcome", title=measure_of(study, name, texts).title, years=years)


def outcome_heading(study: StudyFile, name: str, texts: Texts) -> str:
    """Give an outcome's title with its unit."""
    title, unit = outcome_title(study, name, texts), measure_of(study, name, texts).unit
    return texts("factors.heading", title=title, unit=unit) if unit else title
