"""Degenerate dynamics looked for: several starts, what stands at its bounds, and levers raised and taken back.

Three questions to a case, in one table of alike rows. Do different starting states end alike? Does what adapts stand at
the ends of its ranges? Does a lever that was raised for three years leave a mark after it is taken back? Runs are
paired by seed, and each row ends with a verdict in words, by the thresholds below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..actors.industry import OPTIONS as FIRM_OPTIONS
from ..actors.makers import OPTIONS as MAKER_OPTIONS
from ..case.case import Case
from ..facts import CHANNELS
from ..foundations.calendar import month_name, month_number, year_of
from ..foundations.errors import InputError, whole
from ..mechanisms.authority import EFFORTS, STATES
from ..mechanisms.choice import KEPT, WORKSHOP
from .changes import POINTS, quantiles
from .workers import Outcome, Report, Workers, outcome_of, paired_seeds

# several starts
LOW, HIGH = 0.2, 0.8  # of people's trust
MEMORY = 3.0  # what people remember of a trade at the start, in weights of the trust they start with
FEW_SHOPS, MANY_SHOPS = {"workshops_at_start": 0.05}, {"workshops_at_start": 1.0}
LOW_MARGIN, HIGH_MARGIN = {"plant_margin": 0.0}, {"plant_margin": 0.4}
UNAWARE, AWARE = {"awareness": 0.02}, {"awareness": 0.5}
DISTRUST, TRUST = (
    {f"trust_{name}": (HIGH if (name == "workshop") != licensed else LOW) for name in CHANNELS[:KEPT]}
    for licensed in (False, True)
)
STARTS = {  # by name: the parameters at two other starts, and whether trust is a memory that fades (else: who one is)
    "workshops": (FEW_SHOPS, MANY_SHOPS, False),
    "plants' margin": (LOW_MARGIN, HIGH_MARGIN, False),
    "awareness": (UNAWARE, AWARE, False),
    "trust remembered": (DISTRUST, TRUST, True),
    "trust by upbringing": (DISTRUST, TRUST, False),
    "all that fades": (
        MANY_SHOPS | HIGH_MARGIN | UNAWARE | DISTRUST,
        FEW_SHOPS | LOW_MARGIN | AWARE | TRUST,
        True,
    ),
}
WATCHED = ("formal_share", "plant_utilisation", "workshops", "trust_public")
COUNTS = ("workshops",)  # grow many times over in a run, so they are compared as a share of the usual run's
LATER = (2030, 2035)

# levers raised and taken back
RAISED = {"subsidy": 40.0, "inspection": 6.0, "contract_coverage": 0.8}
UP, BACK = "2027-01", "2030-01"
UNDER, AFTER = 2029, (2031, 2034)

# verdicts
LEAST = 0.01  # less is nothing
KEEPS, GONE = 0.5, 0.1  # share of a difference that is left
MOSTLY, OFTEN, SELDOM = 0.5, 0.1, 0.001  # share of times or of actors
PERIODS = ((2021, 2025), (2026, 2030), (2031, 2035))
NEAR = 1e-9
YUAN_NEAR = 0.01  # yuan/kWh within which a workshop's margin counts as its least


@dataclass(frozen=True)
class Row:
    """One line of the table: three moments, each low, median and high over the replications, and what they mean."""

    question: str  # starts, bounds or hysteresis
    what: str
    measured: str
    unit: str
    when: tuple[str, str, str]
    values: np.ndarray  # (3 points, 3 moments)
    left: float  # the last moment as a share of the first; nan where that means nothing
    verdict: str


@dataclass(frozen=True)
class Degenerate:
    """All rows, and what was run for them."""

    case: Case
    seed: int
    replications: int
    rows: tuple[Row, ...]

    def frame(self) -> pd.DataFrame:
        """One row a line of the table."""
        lines = []
        for row in self.rows:
            line = {"question": row.question, "what": row.what, "measured": row.measured, "unit": row.unit}
            for number, (name, when) in enumerate(zip(("first", "second", "third"), row.when)):
                low, median, high = (float(value) for value in row.values[:, number])
                line |= {f"{name}_when": when, name: median, f"{name}_low": low, f"{name}_high": high}
            lines.append(line | {"left": row.left, "verdict": row.verdict})
        return pd.DataFrame(lines)


def look(
    case: Case, replications: int = 10, seed: int = 0, workers: int = 1, report: Report | None = None
) -> Degenerate:
    """Run a case from its own start and from others, with levers raised and taken back, and judge what is seen."""
    replications = whole("replications", replications, 1)
    needed = max(*LATER, *AFTER)
    if case.start > month_number(f"{UNDER - 4}-12") or case.until < month_number(f"{needed}-12"):
        raise InputError("case", f"a case that starts by {UNDER - 4} and runs through {needed}", case.name)
    chosen: dict[str, tuple[Case, dict | None]] = {"": (case, None)}
    for name, (low, high, remembered) in STARTS.items():
        kept = {key: value for key, value in case.parameters.items() if key.startswith("trust_")}
        for end, numbers in (("low", low), ("high", high)):
            chosen[f"{name}: {end}"] = (case.with_(parameters=numbers), kept if remembered else None)
    for lever, value in RAISED.items():
        chosen[lever] = (case.with_(levers={lever: raised_and_back(case, lever, value)}), None)
    seeds = paired_seeds(seed, replications)
    tasks = [(one, own, kept, name == "") for own in seeds for name, (one, kept) in chosen.items()]
    lived = _live_all(tasks, workers, report)
    runs = {name: lived[number :: len(chosen)] for number, name in enumerate(chosen)}
    years = {name: [outcome.years for outcome, _ in found] for name, found in runs.items()}
    rows = [*_starts(years), *_bounds([seen for _, seen in runs[""]]), *_hysteresis(years)]
    return Degenerate(case, seed, replications, tuple(rows))


def raised_and_back(case: Case, lever: str, value: float) -> dict[str, float]:
    """Write a lever's path: what the case has, but for `UP` to `BACK`, when it stands at `value`."""
    path, months = case.lever_path(lever).copy(), case.months
    path[(months >= month_number(UP)) & (months < month_number(BACK))] = value
    moves = [0, *(np.flatnonzero(np.diff(path)) + 1)]
    return {month_name(int(months[i])): float(path[i]) for i in moves}


def _live_all(tasks: Sequence[tuple], workers: int, report: Report | None) -> list[tuple]:
    done = 0

    def count(number: int, result: tuple) -> None:
        nonlocal done
        done += 1
        if report:
            report(done, len(tasks))

    with Workers(min(workers, len(tasks))) as pool:
        return pool.do(_live, tasks, count)


def _live(case: Case, seed: int, kept: Mapping[str, float] | None, watched: bool) -> tuple[Outcome, dict | None]:
    """Run a case; `kept` are the trusts people fall back on if those of the case are only what they remember."""
    from ..model import GovernanceModel  # here, because mesa is slow to import

    wanted = [case.parameters[f"trust_{name}"] for name in CHANNELS[:KEPT]]
    model = GovernanceModel(case if kept is None else case.with_(parameters=kept), rng=seed)
    if kept is not None:
        remember(model.public, np.array(wanted))
    watch = _Watch(model) if watched else None
    for _ in case.months:
        model.step()
        if watch:
            watch.after()
    return outcome_of(model), watch.shares() if watch else None


def remember(public, wanted: np.ndarray) -> None:
    """Give people dealings to remember, so that they begin with the trust `wanted` (5,) as far as memory can do it."""
    prior = public.p["trust_prior"]
    good = np.clip(((1.0 + MEMORY) * wanted[:, None, None] - public.start) / MEMORY, 0.0, 1.0)
    public.good[...], public.bad[...] = good * MEMORY * prior, (1.0 - good) * MEMORY * prior
    public.trust[...] = (prior * public.start + public.good) / (prior + public.good + public.bad)


# several starts


def _starts(years: Mapping[str, list[pd.DataFrame]]) -> list[Row]:
    """Say for every start and indicator how far runs are apart in the first year and later."""
    first = int(years[""][0].index[0])
    rows = []
    for name in STARTS:
        for indicator in WATCHED:
            runs = [_series(years, key, indicator) for key in ("", f"{name}: low", f"{name}: high")]
            found = np.array([[[table.loc[year] for year in (first, *LATER)] for table in kind] for kind in runs])
            values = np.stack([spread(found[:, :, moment]) for moment in range(3)], axis=1)
            left = values[1, 2] / values[1, 0] if _clear(values[:, 0], LEAST) else np.nan
            verdict = starts_verdict(values, LEAST)
            when = (str(first), *map(str, LATER))
            rows.append(Row("starts", name, indicator, "share", when, values, float(left), verdict))
    return rows


def _series(years: Mapping[str, list[pd.DataFrame]], key: str, indicator: str) -> list[pd.Series]:
    """Give an indicator by year for every seed; counts as a share of what the usual run has."""
    if indicator not in COUNTS:
        return [table[indicator] for table in years[key]]
    return [table[indicator] / usual[indicator].clip(lower=1.0) for table, usual in zip(years[key], years[""])]


def spread(found: np.ndarray) -> np.ndarray:
    """Give how far apart the two starts are that are farthest apart: low, median, high of (starts, replications).

    Differences are taken seed by seed, so luck that starts share cancels out.
    """
    pairs = [(i, j) for i in range(len(found)) for j in range(len(found)) if i != j]
    apart = [quantiles(found[i] - found[j], POINTS) for i, j in pairs]
    return max(apart, key=lambda band: np.nan_to_num(band[1]))


def _clear(band: np.ndarray, least: float) -> bool:
    """Say whether a difference is more than nothing and more than luck."""
    return bool(abs(band[1]) >= least and band[0] * band[2] > 0.0)


def starts_verdict(values: np.ndarray, least: float) -> str:
    """Say what became of a spread; `values` as in a row."""
    first, *_, last = (_clear(values[:, moment], least) for moment in range(3))
    if not first:
        return "no matter" if not last else "apart later"
    if not last:
        return "converges" if abs(values[1, 2]) < max(least, GONE * values[1, 0]) else "lost in luck"
    left = values[1, 2] / values[1, 0]
    if left > 1.0:
        return "grows"
    return "locked in" if left >= KEEPS else "fades" if left >= GONE else "converges"


# bounds


class _Watch:
    """What is seen of a run that its indicators do not tell: who stands at the end of a range."""

    def __init__(self, model):
        self.model, self.p = model, model.parameters
        self.wars: list[np.ndarray] = []  # (2,) share of provinces a month
        self.quarters: list[dict[tuple[str, str], float]] = []
        self._ends: list[int] = []

    def after(self) -> None:
        """Look around at the end of a month, and among those who decide at the end of a quarter."""
        model, p = self.model, self.p
        month = model.month - 1
        row = month - model.start
        levers = dict(zip(model.council.names, model.record.series["levers"][row].tolist()))
        worth = model.market.worth(levers)
        best = worth.best[month][:, 2]  # packs of 70 to 80 % health, as in the indicators
        plan = model.workshops.last_plan
        bid = model.record.paid[row, WORKSHOP].reshape(len(plan.extra), 2, -1)[..., 2]
        taken_off = plan.feared[:, None] * worth.gain[month] + plan.extra[:, None]
        usual = best * (1.0 - p["workshop_margin"]) - taken_off
        self.wars.append(at_least(best - taken_off, bid, usual, p["workshop_margin_least"]).mean(axis=0))
        if month % 3 == 2:
            self._ends.append(month)
            self.quarters.append(self._quarter(row))

    def _quarter(self, row: int) -> dict[tuple[str, str], float]:
        model, p, plants = self.model, self.p, self.model.industry
        stands = model.plants.capacity_t > 0.0
        working = stands & ~plants.closed
        bounds = min(p["plant_margin_least"], p["plant_margin"]), max(p["plant_margin_most"], p["plant_margin"])
        low, high = at_bounds(plants.margin, *bounds, working)
        small, large = at_bounds(plants.size, p["estate_share"], p["size_most"], working)
        seen = {("plants", "margin at its least"): low, ("plants", "margin at its most"): high}
        seen |= {("plants", "size at its least"): small, ("plants", "size at its most"): large}
        seen["plants", "closed"] = float(plants.closed[stands].mean())
        for name, label in (("care", "cutting corners"), ("report", "reports most inflated")):
            options = FIRM_OPTIONS[name]
            seen["plants", label] = at_bounds(plants.decisions.value(name), *options[[0, -1]], working)[1]
        low, high = at_bounds(model.inspectorates.effort, *EFFORTS[[0, -1]])
        seen |= {("provinces", "effort at its least"): low, ("provinces", "effort at its most"): high}
        count = model.record.series["workshops_by_state"][row].sum(axis=1)
        seen |= {("workshops", name): float(share) for name, share in zip(STATES, count / max(count.sum(), NEAR))}
        for name, options in MAKER_OPTIONS.items():
            low, high = at_bounds(model.makers_books.chosen(name), options.min(), options.max())
            seen |= {("makers", f"{name} at its least"): low, ("makers", f"{name} at its most"): high}
        return seen

    def shares(self) -> dict[tuple[str, str], np.ndarray]:
        """Average over each of PERIODS: shares by who and what, (3,)."""
        model = self.model
        months = np.array([year_of(month) for month in range(model.start, model.until + 1)])
        quarters = np.array([year_of(month) for month in self._ends])
        found = {
            key: mean_by_period(np.array([one[key] for one in self.quarters]), quarters) for key in self.quarters[0]
        }
        for number, name in enumerate(("LFP", "NCM")):
            wars = np.array(self.wars)[:, number]
            found["bid wars", f"{name} margin at its least"] = mean_by_period(wars, months)
        series = model.record.series
        failed = series["closures"] / np.maximum(series["industry"][:, 0], 1.0) * 12.0
        found["plants", "insolvent in a year"] = mean_by_period(failed, months)
        return found


def at_bounds(values: np.ndarray, least: float, most: float, counted: np.ndarray | None = None) -> tuple[float, float]:
    """Give the shares of values that stand at the least and at the most, among those that are counted."""
    there = np.ones(np.shape(values), bool) if counted is None else counted
    number = max(int(there.sum()), 1)
    low, high = (there & (values <= least + NEAR)).sum(), (there & (values >= most - NEAR)).sum()
    return float(low / number), float(high / number)


def at_least(worth: np.ndarray, bid: np.ndarray, usual: np.ndarray, least: float) -> np.ndarray:
    """Say where workshops bid away all of their margin but the least, because a licensed buyer bids as high."""
    return (bid > 0.0) & (bid > usual + YUAN_NEAR) & (worth - bid <= least + YUAN_NEAR)


def mean_by_period(values: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Average a series over each of PERIODS; nan where the run has none of it."""
    chosen = [(years >= first) & (years <= last) for first, last in PERIODS]
    return np.array([values[one].mean() if one.any() else np.nan for one in chosen])


def _bounds(seen: Sequence[Mapping[tuple, np.ndarray]]) -> list[Row]:
    when = tuple(f"{first}-{last}" for first, last in PERIODS)
    rows = []
    for who, what in sorted(seen[0], key=lambda key: key[0]):  # stable: what belongs to the same who stays in order
        values = quantiles(np.stack([one[who, what] for one in seen], axis=-1), POINTS)
        rows.append(Row("bounds", who, what, "share", when, values, np.nan, bounds_verdict(values)))
    return rows


def bounds_verdict(values: np.ndarray) -> str:
    """Say how much of the time, or how many, in the period that has most of it."""
    most = float(np.nanmax(values[1]))
    return "mostly" if most >= MOSTLY else "often" if most >= OFTEN else "seldom" if most >= SELDOM else "never"


# hysteresis


def _hysteresis(years: Mapping[str, list[pd.DataFrame]]) -> list[Row]:
    """Say what a lever changes while it is up and after it was taken back, seed by seed."""
    rows = []
    for lever, value in RAISED.items():
        for indicator in WATCHED:
            raised, usually = (_series(years, key, indicator) for key in (lever, ""))
            change = np.array(
                [[(one - usual).loc[year] for one, usual in zip(raised, usually)] for year in (UNDER, *AFTER)]
            )
            values = quantiles(change, POINTS)
            verdict = hysteresis_verdict(values, LEAST)
            left = values[1, 2] / values[1, 0] if _clear(values[:, 0], LEAST) else np.nan
            when, what = tuple(map(str, (UNDER, *AFTER))), f"{lever} to {value:g} and back"
            rows.append(Row("hysteresis", what, indicator, "share", when, values, float(left), verdict))
    return rows


def hysteresis_verdict(values: np.ndarray, least: float) -> str:
    """Say what is left of a lever's effect after it was taken back; `values` as in a row."""
    under, soon, late = (_clear(values[:, moment], least) for moment in range(3))
    if not under:
        return "acts later" if late else "no effect"
    if not late:
        return "falls back late" if soon else "falls back"
    left = values[1, 2] / values[1, 0]
    if left < 0.0:
        return "turns against"
    return "stays" if left >= KEEPS else "stays in part" if left >= GONE else "falls back"
