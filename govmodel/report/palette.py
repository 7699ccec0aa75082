"""The colours of structures and charts: one table for dashboard, report and figures."""

import tomllib
from functools import cache
from pathlib import Path

OTHER = "purple"  # of a structure that has no colour of its own
FREE = ("purple", "sky", "black")  # for arms that have none: of a structure that was drawn, of a case


@cache
def load() -> dict[str, dict[str, str]]:
    """Read the table: colours of the light and of the dark theme by name, and which structure has which."""
    return tomllib.loads(Path(__file__).with_name("palette.toml").read_text(encoding="utf-8"))


def colour(name: str, theme: str = "light") -> str:
    """Give a colour by name as #rrggbb."""
    return load()[theme][name]


def of_structure(name: str, theme: str = "light") -> str:
    """Give a structure's colour as #rrggbb."""
    return colour(load()["structures"].get(name, OTHER), theme)


def numbered() -> list[str]:
    """Name the colours of a page's arms by number: first those of the structures, then the free ones."""
    return [*load()["structures"].values(), *FREE]


def style(theme: str) -> str:
    """Write the colours of arms as variables of a style sheet."""
    return " ".join(f"--a{number}: {colour(name, theme)};" for number, name in enumerate(numbered()))
