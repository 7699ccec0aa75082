"""Patterns: what the model must show before anyone believes a forecast, and how each is measured from runs.

The list is `facts/china/patterns.toml`; every part of a pattern names one of the functions registered here. A measure
takes the outcomes of the runs that the pattern needs (by case name, all with the same seed) and the part's settings,
and gives one number or several, each of which must lie in the band. What cannot be measured says why: NotMeasured.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ..case.case import Case
from ..foundations.errors import InputError, nearest
from ..foundations.parameters import FACTS_FOLDER
from .workers import Outcome

BASELINE = "baseline"
USES = ("calibrated", "from the facts", "predicted")
Runs = Mapping[str, Outcome]


class NotMeasured(Exception):
    """A pattern cannot be measured on these runs: an indicator or a year is missing."""


@dataclass(frozen=True)
class Part:
    """One number that a pattern is held to: what it is, how it is measured, and the band it must lie in."""

    what: str
    measure: str
    low: float
    high: float
    unit: str
    settings: dict = field(default_factory=dict)
    what_zh: str = ""

    def measured(self, runs: Runs) -> np.ndarray:
        """Measure it on runs that share a seed; NotMeasured if something is missing."""
        try:
            with np.errstate(all="ignore"):  # what has no value is told below
                found = np.atleast_1d(np.asarray(MEASURES[self.measure](runs, **self.settings), float))
        except KeyError as missing:
            raise NotMeasured(f"these runs have no {missing.args[0]}") from None
        except (IndexError, ZeroDivisionError):
            raise NotMeasured("these runs do not cover the months it looks at") from None
        if not np.isfinite(found).all():
            raise NotMeasured("nothing came loose where it looks")
        return found


@dataclass(frozen=True)
class Pattern:
    """One pattern of the design: number, names, how it was used, where the band comes from, its parts and its runs."""

    number: int
    name: str
    name_zh: str
    used: str  # one of USES
    source: tuple[str, ...]  # keys of sources.csv
    origin: str  # what the source says, in words
    why_missed: str  # shown only if it is missed
    why_missed_zh: str
    cases: tuple[str, ...]  # what it needs besides the baseline
    parts: tuple[Part, ...]


# measures


def yearly(runs: Runs, indicator: str, years: list[int]) -> np.ndarray:
    """Read an indicator of the baseline in some years."""
    return runs[BASELINE].years.loc[years, indicator].to_numpy()


def total_share(runs: Runs, part: str, whole: str, years: list[int]) -> float:
    """Give one indicator's sum over that of another, over some years of the baseline."""
    table = runs[BASELINE].years.loc[years]
    return table[part].sum() / table[whole].sum()


def monthly_mean(runs: Runs, indicator: str, first: str, last: str) -> float:
    """Average a monthly column of the baseline over a span of months."""
    return runs[BASELINE].months.loc[_span(runs[BASELINE], first, last), indicator].mean()


def growth(runs: Runs, indicator: str, since: int, until: int) -> float:
    """Give an indicator of one year over that of an earlier one."""
    table = runs[BASELINE].years[indicator]
    return table[until] / table[since]


def gap(runs: Runs, indicator: str, less: str, years: list[int], absolute: bool = False) -> np.ndarray:
    """Give how far one indicator stands above another in some years."""
    table = runs[BASELINE].years.loc[years]
    apart = (table[indicator] - table[less]).to_numpy()
    return np.abs(apart) if absolute else apart


def scenario(runs: Runs, case: str, indicator: str, years: list[int]) -> np.ndarray:
    """Read an indicator of another scenario in some years."""
    return runs[case].years.loc[years, indicator].to_numpy()


def effect(runs: Runs, case: str, indicator: str, years: list[int], against: str = BASELINE) -> float:
    """Give the mean change of an indicator that a case makes, over some years, against the same luck."""
    return (runs[case].years.loc[years, indicator] - runs[against].years.loc[years, indicator]).mean()


def scrap_share(runs: Runs, year: int) -> float:
    """Give the share of factory scrap in what licensed plants take in."""
    row = runs[BASELINE].years.loc[year]
    return row["scrap_input_kt"] / (row["scrap_input_kt"] + row["licensed_input_kt"])


def capacity_lead(runs: Runs, since: int, until: int) -> float:
    """Give the growth of licensed capacity less the growth of what licensed plants take in, scrap included."""
    table = runs[BASELINE].years.loc[[since, until]]
    fed = table["scrap_input_kt"] + table["licensed_input_kt"]
    return table["licensed_capacity_kt"][until] / table["licensed_capacity_kt"][since] - fed[until] / fed[since]


def feed_elasticity(runs: Runs, first: str, last: str) -> float:
    """Say by how many per cent the price that plants pay for LFP moves when lithium moves by one."""
    table = runs[BASELINE].months.loc[_span(runs[BASELINE], first, last), ["lfp_feed_price", "lithium_price"]]
    begin, end = table.iloc[0], table.iloc[-1]
    if min(begin.min(), end.min()) <= 0:
        raise NotMeasured("plants pay nothing for LFP in one of the two months")
    feed, lithium = np.log(end / begin)
    return float(feed / lithium)


def feed_stickiness(runs: Runs, rise: list[str], fall: list[str]) -> float:
    """Give how strongly the price of feed follows lithium down, over how strongly it follows it up."""
    return feed_elasticity(runs, *fall) / feed_elasticity(runs, *rise)


def boom(runs: Runs, indicator: str, since: int, peak: list[int]) -> float:
    """Give an indicator's highest yearly value in some years over its value before."""
    table = runs[BASELINE].years[indicator]
    return table[peak].max() / table[since]


def bust(runs: Runs, indicator: str, peak: list[int], until: int) -> float:
    """Give an indicator's value in the end over its highest yearly value before."""
    table = runs[BASELINE].years[indicator]
    return table[until] / table[peak].max()


def advantage_per_yuan(runs: Runs, case: str, over: str, years: list[int]) -> float:
    """Give the licensed share that a policy gains beyond what another would gain for the same public money.

    What a policy costs is what the treasury loses against the baseline; the other is scaled to that cost.
    """
    gained, cost = {}, {}
    for name in (case, over):
        change = runs[name].years.loc[years] - runs[BASELINE].years.loc[years]
        gained[name], cost[name] = change["formal_share"].mean(), -change["treasury_net"].sum()
    if cost[over] <= 0:
        raise NotMeasured(f"the case {over} costs the treasury nothing")
    return gained[case] - gained[over] * max(cost[case], 0.0) / cost[over]


def campaign_fall(runs: Runs, case: str, provinces: list[str], pulse: list[str]) -> float:
    """Say by which share a campaign in some provinces lowers what their workshops work while it lasts."""
    usual, kept_up = (runs[name].informal(_span(runs[name], *pulse), provinces) for name in (BASELINE, case))
    return 1.0 - kept_up / usual


def campaign_relapse(runs: Runs, case: str, provinces: list[str], pulse: list[str], after: list[str]) -> float:
    """Say which share of the fall is regained in a span of months after the campaign."""
    during = campaign_fall(runs, case, provinces, pulse)
    if during <= 0:
        raise NotMeasured("the campaign lowered nothing, so nothing can come back")
    return 1.0 - campaign_fall(runs, case, provinces, after) / during


def campaign_moved(runs: Runs, case: str, provinces: list[str], span: list[str]) -> float:
    """Say which part of what workshops no longer work for a campaign others work elsewhere, until a later month."""
    months = _span(runs[case], *span)
    inside = runs[BASELINE].informal(months, provinces) - runs[case].informal(months, provinces)
    everywhere = runs[BASELINE].informal(months) - runs[case].informal(months)
    if inside <= 0:
        raise NotMeasured("workshops lost nothing in the campaign")
    return (inside - everywhere) / inside


def leak_closed(runs: Runs, without: str, route: str, years: list[int]) -> float:
    """Say by which share a rule lowers what goes straight to workshops on one route."""
    strict, lax = (_straight_to_workshops(runs[name], route, years) for name in (BASELINE, without))
    return 1.0 - strict / lax


def leak_shifted(runs: Runs, without: str, route: str, years: list[int]) -> float:
    """Say which share of the leak that a rule closes comes up elsewhere: sold on by dismantlers, or on other routes."""
    closed = _straight_to_workshops(runs[without], route, years) - _straight_to_workshops(runs[BASELINE], route, years)
    if closed <= 0:
        raise NotMeasured("the rule closed no leak")
    all_leaks = [sum(runs[name].gwh(years, None, way) for way in LEAKS) for name in (without, BASELINE)]
    return 1.0 - (all_leaks[0] - all_leaks[1]) / closed


def tender_leak(runs: Runs, case: str, against: str, years: list[int]) -> float:
    """Give how much more of what fleets tender ends with workshops under one case than under another."""
    share = {}
    for name in (case, against):
        leaked = sum(runs[name].gwh(years, "fleet_tender", way) for way in LEAKS)
        share[name] = leaked / runs[name].gwh(years, "fleet_tender")
    return share[case] - share[against]


def gap_narrowed(runs: Runs, case: str, indicator: str, less: str, years: list[int]) -> float:
    """Give how far two indicators stand apart under a case, over how far in the baseline."""
    apart = {name: (runs[name].years[indicator] - runs[name].years[less]).abs()[years].mean() for name in runs}
    return apart[case] / apart[BASELINE]


LEAKS = ("dismantler:workshop_recovery", "dismantler:workshop_reuse", "workshop:recovery", "workshop:reuse")
MEASURES: dict[str, Callable] = {
    measure.__name__: measure
    for measure in (
        yearly, total_share, monthly_mean, growth, gap, scenario, effect, scrap_share, capacity_lead,
        feed_elasticity, feed_stickiness, boom, bust, advantage_per_yuan, campaign_fall, campaign_relapse,
        campaign_moved, leak_closed, leak_shifted, tender_leak, gap_narrowed,
    )
}  # fmt: skip


def _span(run: Outcome, first: str, last: str):
    months = run.months.index[(run.months.index >= first) & (run.months.index <= last)]
    if first not in months or last not in months:
        raise NotMeasured(f"these runs do not cover {first} to {last}")
    return months


def _straight_to_workshops(run: Outcome, route: str, years: list[int]) -> float:
    return run.gwh(years, route, "workshop:recovery") + run.gwh(years, route, "workshop:reuse")


# the list


def _pulse(name: str, lever: str, value: float, since: str, until: str, provinces: list[str]) -> dict:
    """Write a law that moves a lever in some provinces for some months, after which the older law holds again."""
    change = {"lever": lever, "date": since, "until": until, "value": value, "source": "ASSUMED", "why": "a pulse"}
    head = dict.fromkeys(("title", "title_zh", "reference", "description"), name)
    changes = [change | {"province": province} for province in provinces]
    return {"id": name, "date": since, "source": "ASSUMED", **head, "changes": changes}


@dataclass(frozen=True)
class PatternList:
    """All patterns of a country, and the cases they need as differences from the baseline."""

    patterns: tuple[Pattern, ...]
    cases: Mapping[str, dict]

    def case(self, name: str, baseline: Case) -> Case:
        """Make one of the needed cases out of the baseline."""
        changes = dict(self.cases.get(name, {}))
        if "pulse" in changes:
            law = _pulse(name, **changes.pop("pulse"))
            changes |= {
                "policies": [*baseline.policies, name],
                "enacted": [*baseline.to_dict()["governance"]["enacted"], law],
            }
        return baseline.with_(**changes) if changes else baseline

    def needed(self, numbers: tuple[int, ...] | None = None) -> tuple[str, ...]:
        """List the cases that some patterns need, the baseline first."""
        chosen = [pattern for pattern in self.patterns if numbers is None or pattern.number in numbers]
        return tuple(dict.fromkeys([BASELINE, *(name for pattern in chosen for name in pattern.cases)]))


@lru_cache(maxsize=8)
def load(country: str = "china") -> PatternList:
    """Read a country's patterns and hold every entry to its form."""
    path = FACTS_FOLDER / country / "patterns.toml"
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    patterns = tuple(_pattern(entry, text["cases"]) for entry in text["pattern"])
    return PatternList(patterns, text["cases"])


def _pattern(entry: dict, cases: dict) -> Pattern:
    where = f"patterns.toml: pattern {entry.get('number')}"
    for name in entry["cases"]:
        if name not in cases:
            raise InputError(where, "the name of a case of this file", name, nearest(name, cases, "Cases"))
    if entry["used"] not in USES:
        raise InputError(where, " or ".join(USES), entry["used"])
    parts = []
    for part in entry["part"]:
        if part["measure"] not in MEASURES:
            raise InputError(where, "the name of a measure", part["measure"], nearest(part["measure"], MEASURES))
        parts.append(Part(**part))
    return Pattern(**{key: value for key, value in entry.items() if key != "part"} | {
        "parts": tuple(parts), "cases": tuple(entry["cases"]), "source": tuple(entry["source"])})  # fmt: skip
