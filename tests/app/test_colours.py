"""The palette: whoever sees no red, no green or no blue can still tell the colours of a chart apart."""

import itertools
import re

import numpy as np
import pytest

from govmodel.report import palette

from . import colours
from .conftest import ROOT

LEAST = 12.0  # CIEDE2000 between any two colours; about 2 is just noticeable side by side
CONTRAST = 3.0  # WCAG 2.1, 1.4.11: lines and marks against what they stand on
PALETTE = palette.load()


def contrast(one: str, other: str) -> float:
    low, high = sorted(float(np.array([0.2126, 0.7152, 0.0722]) @ colours.linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "one, other, wanted",
    [  # Sharma, Wu and Dalal (2005), table 1: pairs 1, 19 and 34
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (61, -5, 29), 22.8977),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_the_published_one(one, other, wanted):
    assert colours.ciede2000(np.array(one, float), np.array(other, float)) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("sight", list(colours.SIGHTS))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_two_colours_can_be_told_apart(theme, sight):
    """Every chart, the network, the flows and the structures take their colours from here, so any two may meet."""
    own = {name: colour for name, colour in PALETTE[theme].items() if name != "card"}
    close = {
        pair: round(found, 1)
        for pair in itertools.combinations(own, 2)
        if (found := colours.apart(own[pair[0]], own[pair[1]], sight)) < LEAST
    }
    assert not close


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_stand_out_from_the_card(theme):
    card = PALETTE[theme]["card"]
    assert all(contrast(colour, card) >= CONTRAST for colour in PALETTE[theme].values() if colour != card)
    style = (ROOT / "app" / "front" / "style.css").read_text(encoding="utf-8")
    assert f"--card: {card}" in style


def test_better_and_worse_cells_can_be_told_apart():
    """Cells of the seats' table: blue is better, orange is worse, laid over the card."""
    source = (ROOT / "app" / "front" / "seats.js").read_text(encoding="utf-8")
    better, worse = (
        [int(part) for part in found.split(",")] for found in re.findall(r"\[(\d+, \d+, \d+)\]", source)[:2]
    )
    for theme in ("light", "dark"):
        card = [int(PALETTE[theme]["card"][i : i + 2], 16) for i in (1, 3, 5)]
        for strength in (0.3, 0.75):
            mixed = [
                "#" + "".join(f"{round(strength * p + (1 - strength) * c):02x}" for p, c in zip(paint, card))
                for paint in (better, worse)
            ]
            for sight in colours.SIGHTS:
                assert colours.apart(*mixed, sight) >= LEAST, (theme, strength, sight)


def test_no_chart_has_colours_of_its_own():
    """Colours are named; a module that brings its own number would not be tested here."""
    for path in sorted((ROOT / "app" / "front").rglob("*.js")):
        found = re.findall(r"#[0-9a-f]{6}\b", path.read_text(encoding="utf-8"))
        allowed = {
            "lines.js": {"#000000", "#ffffff"},
            "report.js": {"#1b2733", "#dde3e8"},
        }  # ink on coloured tiles and cells, a printed page
        assert set(found) <= allowed.get(path.name, set()), path.name
