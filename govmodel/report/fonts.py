"""Fonts that hold Chinese characters: which of them this machine has."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

# what common systems and packages install, best first; a collection is known by its first face, often the Japanese one,
# whose Chinese characters are complete
FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Source Han Sans",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK JP",
    "Noto Sans CJK TC",
    "Noto Sans CJK HK",
    "Noto Sans CJK KR",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Heiti SC",
    "Heiti TC",
    "STHeiti",
    "SimHei",
    "DengXian",
    "Arial Unicode MS",
    "Droid Sans Fallback",
    "SimSun",
)
SAMPLE = "退役电池治理（万吨）"  # what a picture must be able to write


@contextmanager
def written_in(lang: str) -> Iterator[None]:
    """Set the fonts of a language: the usual ones, and for what they lack one that holds Chinese characters."""
    import matplotlib

    if lang == "en":
        yield
        return
    with matplotlib.rc_context({"font.family": ["DejaVu Sans", chinese()]}), _without_warnings():
        yield


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep matplotlib from telling the user that a font has no face of exactly the usual weight."""
    log = logging.getLogger("matplotlib.font_manager")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


@cache
def chinese() -> str | None:
    """Name the best installed font that can write Chinese, or None."""
    from matplotlib.font_manager import fontManager

    family = _known(fontManager)
    if family is None:  # matplotlib remembers an old list: look for fonts that were installed since
        _look_again(fontManager)
        family = _known(fontManager)
    return family


def _known(manager) -> str | None:
    """Give the first family of the list that matplotlib knows and that holds what is to be written."""
    names = {entry.name for entry in manager.ttflist}
    return next((family for family in FAMILIES if family in names and _holds(manager, family)), None)


def _holds(manager, family: str) -> bool:
    from matplotlib.font_manager import get_font

    try:
        with _without_warnings():
            font = get_font(manager.findfont(family, fallback_to_default=False))
    except (ValueError, OSError, RuntimeError):  # listed, but gone or unreadable
        return False
    return all(font.get_char_index(ord(letter)) for letter in SAMPLE)


def _look_again(manager) -> None:
    """Let matplotlib's list of fonts learn those that this machine has and the list has not."""
    from matplotlib.font_manager import findSystemFonts

    known = {entry.fname for entry in manager.ttflist}
    for path in findSystemFonts():
        if path not in known:
            try:
                manager.addfont(path)
            except Exception:  # a broken font is no matter of ours; matplotlib's own scan skips it too
                continue
