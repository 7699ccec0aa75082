"""Names: what firms and plants are called in sentences and on pages; everywhere else they have their English names."""

import re
import tomllib
from functools import lru_cache

from .loading import FACTS_FOLDER, load

_PART = {"expansion": "扩建", "first lines": "一期"}
_UNNAMED = re.compile(r"(.+) plant (\d+)")


def called(name: str, lang: str, country: str = "china") -> str:
    """Give a firm's or a plant's name in a language, "en" or "zh"; a name that has no Chinese form stays as it is."""
    if lang != "zh":
        return name
    unnamed = _UNNAMED.fullmatch(name)
    if unnamed:  # "Hubei plant 2" stands for a plant that nobody names
        return f"{_word(unnamed[1], country)}{unnamed[2]}号厂"
    firm, *where = name.split(", ")
    told = _word(firm, country)
    return f"{told}（{''.join(_word(part, country) for part in where)}）" if where else told


def _word(word: str, country: str) -> str:
    return _chinese(country).get(word, word)


@lru_cache
def _chinese(country: str) -> dict[str, str]:
    """Read the Chinese names of a country's firms and provinces; a country without a list has those of provinces."""
    facts, file = load(country), FACTS_FOLDER / country / "firms_zh.toml"
    firms = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return dict(zip(facts.province_names_en, facts.province_names_zh)) | _PART | firms
