"""What a report is about: a saved run or comparison, read once, with everything that the page needs."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from ...case.case import Case
from ...comparison import Comparison, is_comparison, load_comparison
from ...folder import read_table
from ...foundations.calendar import EXPERIMENT_FROM, month_name
from ...performance.differences import paired
from ...performance.years import bands, by_period
from ...run import Run, load_run
from .. import palette
from ..measures import Measure
from ..tables import yearly
from ..texts import Texts
from ..words import arm_names


@dataclass(frozen=True)
class Subject:
    """One run or comparison in one language."""

    folder: Path
    held: Run | Comparison
    texts: Texts

    @property
    def compares(self) -> bool:
        """Say whether there is more than one arm."""
        return isinstance(self.held, Comparison)

    @cached_property
    def cases(self) -> dict[str, Case]:
        """Give the case of every arm by its label; a run has one arm."""
        return self.held.cases if self.compares else {self.held.case.structure: self.held.case}

    @property
    def first(self) -> str:
        """Give the label of the first arm, against which the others are held."""
        return next(iter(self.cases))

    @property
    def case(self) -> Case:
        """Give the first arm's case."""
        return self.cases[self.first]

    @cached_property
    def names(self) -> dict[str, str]:
        """Say what people call each arm."""
        return arm_names(self.cases, self.texts)

    @cached_property
    def colours(self) -> dict[str, int]:
        """Give every arm a colour by number: structures that have their own colour have it in every report."""
        own = {name: number for number, name in enumerate(palette.load()["structures"])}
        taken = {label: own[label] for label in self.cases if label in own}
        free = [number for number in range(len(palette.numbered())) if number not in taken.values()]
        free.sort(key=lambda number: number < len(own))  # colours of structures that are not here come last
        for place, label in enumerate(label for label in self.cases if label not in taken):
            taken[label] = free[place % len(free)]
        return taken

    @property
    def replications(self) -> int:
        """Say how many replications there are."""
        return len(self.held.seeds)

    @property
    def sets(self) -> int:
        """Say in how many parameter sets the replications take turns."""
        held = self.held.ensembles.get(self.first) if self.compares else self.held.ensemble
        return min(len(held), self.replications) if held else 1

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Give the monthly indicators."""
        return self.held.indicators

    @cached_property
    def years(self) -> dict[str, pd.DataFrame]:
        """Give low, median and high over the replications, each by (structure, year)."""
        return bands(yearly(self.indicators))

    @cached_property
    def whole(self) -> pd.DataFrame:
        """Give every indicator over the whole period, one row an arm and replication."""
        return by_period(self.indicators, 9999).set_index(["structure", "replication"])

    @cached_property
    def period(self) -> str:
        """Name the whole period, "2026-2035"."""
        return self.whole["period"].iloc[0]

    @property
    def since(self) -> str:
        """Give the first month of the whole period."""
        return max(month_name(self.case.start), month_name(min(EXPERIMENT_FROM, self.case.until)))

    def has(self, name: str) -> bool:
        """Say whether an indicator is there and has a value somewhere."""
        return name in self.whole and bool(self.whole[name].notna().any())

    def value(self, label: str, name: str, point: float = 0.5) -> float:
        """Give an indicator over the whole period: a point of its distribution over the replications."""
        return float(self.whole.loc[label, name].quantile(point))

    def difference(self, label: str, name: str, against: str | None = None) -> dict:
        """Hold an arm against another one (the first if not said) over the whole period."""
        two = (self.whole.loc[arm, name].to_numpy(float)[:, None] for arm in (label, against or self.first))
        return {key: values.item() for key, values in paired(*two).items()}

    def measure(self, name: str) -> Measure:
        """Give an indicator's title, unit and writing."""
        return Measure(name, self.texts)

    @cached_property
    def flows(self) -> pd.DataFrame:
        """Give GWh by arm, route and channel over the whole period, the mean over the replications."""
        flows = read_table(self.folder / "flows.parquet", [("month", ">=", self.since)])
        gwh = flows.groupby(["structure", "route", "channel"])["kwh"].sum() / 1e6 / self.replications
        return gwh.rename("gwh").reset_index()

    @cached_property
    def minutes(self) -> pd.DataFrame:
        """Give the minutes of the first replication."""
        return read_table(self.folder / "minutes.parquet", [("replication", "==", 0)])


def open_subject(folder: Path, lang: str) -> Subject:
    """Open a saved run or comparison."""
    held = load_comparison(folder) if is_comparison(folder) else load_run(folder)
    return Subject(Path(folder), held, Texts(lang))
