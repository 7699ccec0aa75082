"""Months as whole numbers, counted from January 2013, the first month whose sales the model knows."""

import re

from .errors import InputError

FIRST_YEAR = 2013
LAST_YEAR = 2035
_MONTH_TEXT = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def month_number(text: str, field: str = "month") -> int:
    """Turn "YYYY-MM" into the number of months since 2013-01."""
    match = _MONTH_TEXT.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InputError(field, 'a month written "YYYY-MM"', text, 'Write, for example, "2026-04".')
    return (int(match[1]) - FIRST_YEAR) * 12 + int(match[2]) - 1


def month_name(number: int) -> str:
    """Turn a month number back into "YYYY-MM"."""
    return f"{year_of(number)}-{number % 12 + 1:02d}"


def year_of(number: int) -> int:
    """Say in which calendar year a month number lies."""
    return FIRST_YEAR + number // 12


MONTHS = (LAST_YEAR - FIRST_YEAR + 1) * 12  # 276: every month the facts cover
RUN_FROM = month_number("2021-01")  # history before this month is stock, not simulated
RUN_UNTIL = month_number("2035-12")
EXPERIMENT_FROM = month_number("2026-01")  # before it only dated law acts, so that calibration depends on no structure
