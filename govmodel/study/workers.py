"""What a study keeps of a run, and many runs spread over processes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..actors.fates import DISPOSITIONS
from ..case.case import Case
from ..facts import PROVINCES, ROUTES
from ..foundations.calendar import year_of
from ..foundations.draws import seeds_of_replications
from ..foundations.errors import whole
from ..living import live
from ..performance.years import yearly
from ..run import LARGEST_SEED
from ..workers import Workers

LITHIUM, LFP = 0, 0  # the first metal and the first chemistry of the facts
Report = Callable[[int, int], None]  # called with (runs done, runs in all)


@dataclass(frozen=True)
class Outcome:
    """What a study keeps of one run: its monthly indicators, flows by year, and what LFP is worth to plants."""

    months: pd.DataFrame  # indexed by "YYYY-MM": indicators, and the columns of `_lfp`
    fates: np.ndarray  # (years, routes, dispositions) GWh
    first_year: int
    workshop_gwh: np.ndarray  # (months, provinces) what workshops there worked

    @cached_property
    def years(self) -> pd.DataFrame:
        """Indicators by year, indexed by year; only whole years."""
        named = self.months.drop(columns=list(LFP_COLUMNS)).reset_index()
        table = yearly(named.assign(structure="", replication=0))
        return table[table["months"] == 12].drop(columns=["structure", "replication", "months"]).set_index("year")

    def informal(self, months: pd.Index, provinces: Sequence[str] = PROVINCES) -> float:
        """Sum what workshops of some provinces worked over some months, wherever it was bought, GWh."""
        rows = self.months.index.get_indexer(months)
        return float(self.workshop_gwh[np.ix_(rows, [PROVINCES.index(code) for code in provinces])].sum())

    def gwh(self, years: Sequence[int], route: str | None = None, disposition: str | None = None) -> float:
        """Sum energy over some years, of one route and one disposition or of all."""
        table = self.fates[[year - self.first_year for year in years]].sum(axis=0)
        rows = slice(None) if route is None else ROUTES.index(route)
        ways = slice(None) if disposition is None else DISPOSITIONS.index(disposition)
        return float(table[rows, ways].sum())


LFP_COLUMNS = ("lithium_price", "lfp_lithium_value", "lfp_feed_price", "lfp_plant_margin", "lfp_break_even")


def observe(case: Case, seed: int) -> Outcome:
    """Run a case once and keep what studies read."""
    return outcome_of(live(case, seed))


def outcome_of(model) -> Outcome:
    """Keep what studies read of a model that has lived."""
    indicators = model.indicators
    months = pd.concat([indicators, pd.DataFrame(_lfp(model))], axis=1).set_index("month")
    first = year_of(model.start)
    flows = model.record.flows()
    shape = (year_of(model.until) - first + 1, len(ROUTES), len(DISPOSITIONS))
    year = (flows["month"] + model.start) // 12 - model.start // 12
    cell = np.ravel_multi_index((year, flows["route"], flows["way"]), shape)
    fates = np.bincount(cell, flows["watt_hours"], int(np.prod(shape))).reshape(shape) / 1e9
    return Outcome(months, fates, first, model.record.series["worked"][: len(months)] / 1e6)


def _lfp(model) -> dict[str, np.ndarray]:
    """Say month by month what LFP is worth to licensed plants, from prices, the law and their margins.

    The margin is a share of the metals' value, weighted by what plants receive. The break-even is the price of lithium
    carbonate at which the metals would just pay for tax, processing, freight and the packs at what was paid for them.
    """
    case, facts, market, record = model.case, model.facts, model.market, model.record
    lived = slice(model.start, model.start + model.months_run)
    price = facts.metal_prices[case.metal_prices][lived, LITHIUM] * 1.0
    carbonate = facts.metal_per_kwh[LFP, LITHIUM] * facts.lithium_carbonate_per_lithium / 1000.0  # t of it in a kWh
    value = market.licensed_metal[lived, LFP]
    levers = dict(zip(model.council.names, record.series["levers"][: model.months_run].T))
    relief = levers["vat_relief"]
    kept = 1.0 - np.array([float(market.vat(1.0, {"vat_relief": share})) for share in relief])
    net = value * kept - market.licensed_cost[lived, LFP] + levers["subsidy"]
    received = record.received[: model.months_run, LFP]
    gate = np.maximum(net[:, None] - record.margin[: model.months_run] * value[:, None], 0.0)
    weight = np.where(received.sum(axis=1, keepdims=True) > 0, received, 1.0)
    paid = (gate * weight).sum(axis=1) / weight.sum(axis=1)
    sold = carbonate * facts.recovery["licensed"][LFP, LITHIUM] * kept  # t of carbonate that a kWh pays for, after tax
    return {
        "lithium_price": price / 1000.0,
        "lfp_lithium_value": price * carbonate,
        "lfp_feed_price": paid,
        "lfp_plant_margin": (net - paid) / value,
        "lfp_break_even": (price - (net - paid) / sold) / 1000.0,
    }


def observe_all(cases: Sequence[tuple[Case, int]], workers: int = 1, report: Report | None = None) -> list[Outcome]:
    """Run (case, seed) pairs and keep what studies read, in the order given."""
    done = 0

    def count(number: int, result: Outcome) -> None:
        nonlocal done
        done += 1
        if report:
            report(done, len(cases))

    with Workers(min(workers, len(cases))) as pool:
        return pool.do(observe, cases, count)


def paired_seeds(seed: int, replications: int) -> list[int]:
    """Give the seeds of replications; compared cases share them, so that they share their luck."""
    return seeds_of_replications(whole("seed", seed, 0, LARGEST_SEED), replications)
