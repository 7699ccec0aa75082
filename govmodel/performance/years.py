"""Tables by year, made from the monthly indicators by each indicator's own rule."""

import pandas as pd

from ..foundations.calendar import EXPERIMENT_FROM, month_name
from ..foundations.errors import GovmodelError
from .indicators import INDICATORS

HEAD = ["structure", "replication"]
BANDS = {"low": 0.1, "median": 0.5, "high": 0.9}


def yearly(indicators: pd.DataFrame) -> pd.DataFrame:
    """Turn monthly rows into yearly ones: structure, replication, year, months (how many there are), indicators.

    A mean is taken over the months that have a value, a sum over all of them, "last" is the year's last month, and a
    ratio is the year's sum of its numerator over that of its denominator (nothing where that is zero).
    """
    if indicators.empty:
        return pd.DataFrame(columns=[*HEAD, "year", "months"])
    return _by(indicators, indicators["month"].str.slice(0, 4).astype("int64").rename("year"))


def by_period(indicators: pd.DataFrame, first_year: int = 0) -> pd.DataFrame:
    """Turn monthly rows into rows by period, for comparisons: each year from one on, then the whole experiment.

    `period` is "2031", or "2026-2035" for all months from 2026 on (or for all there are, in a run that ends before).
    """
    month = indicators["month"]
    year = month.str.slice(0, 4)
    known = indicators[year.astype("int64") >= first_year]
    since = month_name(EXPERIMENT_FROM)
    late = indicators[month >= since] if (month >= since).any() else indicators
    whole = f"{late['month'].min()[:4]}-{late['month'].max()[:4]}"
    parts = [_by(late, pd.Series(whole, late.index, name="period"))]
    if len(known):
        parts.insert(0, _by(known, year.loc[known.index].rename("period")))
    return pd.concat(parts, ignore_index=True)


def _by(indicators: pd.DataFrame, period: pd.Series) -> pd.DataFrame:
    """Aggregate monthly rows by a period that every row names."""
    groups = indicators.drop(columns="month").groupby([*(indicators[name] for name in HEAD), period], sort=True)
    columns = {"months": groups.size()}
    for name in indicators.columns:
        if name not in (*HEAD, "month"):
            columns[name] = _aggregate(groups, name)
    return pd.DataFrame(columns).reset_index()


def _aggregate(groups, name: str) -> pd.Series:
    """Apply one indicator's rule to every year."""
    rule = INDICATORS[name].aggregation
    if rule == "mean":
        return groups[name].mean()
    if rule == "sum":
        return groups[name].sum(min_count=1)
    if rule == "last":
        place = groups.ngroup().to_numpy()  # rows come in any order of structures, groups in that of their names
        rows = pd.Series(range(len(place))).groupby(place).max().to_numpy()
        return pd.Series(groups.obj[name].to_numpy()[rows], groups.size().index)
    if not INDICATORS[name].ratio:
        raise GovmodelError(f"indicator {name}: no rule of aggregation is called {rule!r}")
    top, bottom = INDICATORS[name].ratio
    below = groups[bottom].sum()
    return groups[top].sum() / below.where(below != 0)


def bands(by_year: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give median, 10 % and 90 % points over the replications, each a table by (structure, year)."""
    groups = by_year.drop(columns="replication").groupby(["structure", "year"], sort=True)
    return {name: groups.quantile(point) for name, point in BANDS.items()}


def over(months: pd.DataFrame, indicator) -> float:
    """Aggregate one indicator over some months of one run by its own rule; NaN where there is nothing to measure."""
    if indicator.ratio:
        top, bottom = (float(months[name].sum()) for name in indicator.ratio)
        return top / bottom if bottom else float("nan")
    values = months[indicator.name]
    ways = {"mean": values.mean, "last": lambda: values.iloc[-1], "sum": lambda: values.sum(min_count=1)}
    return float(ways[indicator.aggregation]())
