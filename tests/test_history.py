"""History: the bands that China's past puts on the model; what was used to tune says so in tests/history.py."""

import pytest

from tests.history import PATTERNS, history, judge


@pytest.fixture(scope="module")
def tables():
    return history(scale=500, seeds=range(3))


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_history_holds(pattern, tables):
    """The median over seeds lies in the published band, in every year the band is for."""
    median, values, fits = judge(pattern, tables)
    assert fits, f"{pattern.name}: {median} (seeds {values.tolist()}) outside {pattern.low} to {pattern.high}"


def test_a_premium_of_nothing_would_be_missed(tables):
    """The judge can say no: if workshops did not outbid anyone, the pattern would be missed."""
    premium = next(p for p in PATTERNS if "premium" in p.name)
    level = [table.assign(workshop_premium_lfp=0.0) for table in tables]
    assert not judge(premium, level)[2]
