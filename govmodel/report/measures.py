"""How indicators are shown to people: a short title, a handy unit, as many digits as count."""

import math
import re
from dataclasses import dataclass
from functools import cached_property

from ..case.levers import LEVERS, SEAT_NAMES
from ..performance.indicators import INDICATORS
from ..performance.wording import SCALES
from .texts import Texts

# units of the model: what numbers are divided by, and the unit's word; Chinese counts by 10,000 and 100 million
_SHOWN = {
    "en": {"share": (0.01, "%"), "million yuan": (1000.0, "billion yuan")},
    "zh": {"share": (0.01, "%"), "million yuan": (100.0, "亿元"), "kt": (10.0, "万吨")},
}
_BARE = {"1", "0-1", "share 0-1", ""}  # units that are not written beside a number
_COUNTED = {"count", "fires", "reports", "visits", "contracts", "disputes", "meetings", "levers"}


@dataclass(frozen=True)
class Measure:
    """One indicator in one language: its title, its unit, and numbers of it as text."""

    name: str
    texts: Texts

    @property
    def title(self) -> str:
        """Give the short title; an indicator that has none is called by its name in words."""
        kind, _, rest = self.name.partition("_")
        lang = self.texts.lang
        if kind in ("standing", "satisfaction") and rest in SEAT_NAMES:
            return self.texts(f"titles.{kind}", seat=SEAT_NAMES[rest][lang == "zh"])
        if kind == "lever" and rest in LEVERS:
            return LEVERS[rest].title_zh if lang == "zh" else LEVERS[rest].title
        title = self.texts.word(self.name, "titles")
        if title != self.name:
            return title
        return INDICATORS[self.name].name_zh if lang == "zh" else _spelled(self.name)

    @cached_property
    def _shown(self) -> tuple[float, str]:
        own = INDICATORS[self.name].unit
        divisor, unit = _SHOWN[self.texts.lang].get(own, (1.0, self.texts.word(own)))
        return divisor, "" if own in _BARE or own in _COUNTED else unit

    @property
    def unit(self) -> str:
        """Give the unit as it is written beside numbers, or the scale of an index; counted things have none."""
        return self._shown[1]

    @property
    def difference_unit(self) -> str:
        """Give the unit of differences: percentage points where the values are in per cent, none on a scale."""
        if INDICATORS[self.name].unit in SCALES:
            return ""
        return self.texts("titles.points") if self.unit == "%" else self.unit

    @property
    def heading(self) -> str:
        """Give title and unit together."""
        return f"{self.title} ({self.unit})" if self.unit and self.texts.lang == "en" else (
            f"{self.title}（{self.unit}）" if self.unit else self.title
        )  # fmt: skip

    def shown(self, value: float) -> float:
        """Give a value in the unit that is shown."""
        return value / self._shown[0]

    def write(self, value: float, sign: bool = False, decimals: int | None = None) -> str:
        """Write a number without its unit: three digits that count, and thousands set apart."""
        if not math.isfinite(value):
            return "-"
        if decimals is None:
            decimals = self._decimals(value, whole=self._counted and not sign)
        return plain(self.shown(value), sign, decimals)

    def write_band(self, low: float, high: float, sign: bool = False, decimals: int | None = None) -> str:
        """Write two numbers as from one to the other, with as many decimals as the larger one has."""
        if decimals is None:
            decimals = self._decimals(low, high, whole=self._counted and not sign)
        return self.texts("compare.band", low=self.write(low, sign, decimals), high=self.write(high, sign, decimals))

    def change_decimals(self, value: float, *changes: float) -> int:
        """Give the decimals of a difference and its band: those of the value, or more where two digits need them."""
        sizes = [abs(self.shown(change)) for change in changes if math.isfinite(change)]
        largest = max(sizes, default=0.0)
        own = self._decimals(value, whole=self._counted) if math.isfinite(value) else 0
        needed = 1 - math.floor(math.log10(largest)) if largest > 0 else 0
        return min(max(own, needed), own + 2, 3) if largest < 99.5 else 0

    @property
    def _counted(self) -> bool:
        return INDICATORS[self.name].unit in _COUNTED

    def _decimals(self, *values: float, whole: bool) -> int:
        return 0 if whole else digits(max((abs(self.shown(one)) for one in values if math.isfinite(one)), default=0.0))


def unit_of(indicator: str) -> str:
    """Give an indicator's unit in a table: shares are in per cent."""
    return "%" if INDICATORS[indicator].unit == "share" else INDICATORS[indicator].unit


def _spelled(name: str) -> str:
    """Write an indicator's name as words, without the unit at its end: second_life_gwh is second life energy."""
    ends = {"_gwh": " energy", "_kt": "", "_t": "", "_million": ""}
    for end, word in ends.items():
        if name.endswith(end):
            name = name.removesuffix(end) + word
            break
    told = name.replace("_", " ")
    return re.sub(r"\b(lfp|ncm|co2)\b", lambda found: found[0].upper(), told)


def digits(size: float) -> int:
    """Say with how many decimals a number has three digits that count."""
    return 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.0995 or size == 0 else 3


def plain(value: float, sign: bool = False, decimals: int | None = None) -> str:
    """Write a number with three digits that count: 12,345, 12.3, 1.23, 0.012; no minus before a zero."""
    text = f"{value:{'+' if sign else ''},.{digits(abs(value)) if decimals is None else decimals}f}"
    return text.lstrip("+-") if not text.strip("+-0.,") else text
