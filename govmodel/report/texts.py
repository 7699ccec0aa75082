"""Every text that a person looks at, in English or Chinese, from the TOML files beside it."""

import re
import tomllib
from functools import cache
from pathlib import Path

from ..foundations.errors import InputError

LANGUAGES = ("en", "zh")
FILES = tuple(Path(__file__).with_name(name) for name in ("texts.toml", "page.toml", "analysis.toml"))


@cache
def load() -> dict[str, dict[str, dict[str, str]]]:
    """Read the tables: section, key, language."""
    return {key: part for path in FILES for key, part in tomllib.loads(path.read_text(encoding="utf-8")).items()}


@cache
def _pattern(template: str) -> re.Pattern:
    """Make of a text with blanks what finds it filled in."""
    pieces = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(f"(?P<{piece}>.+?)" if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)))


class Texts:
    """The texts of one language: `texts("terminal.own", levers="subsidy")`."""

    def __init__(self, lang: str = "en"):
        if lang not in LANGUAGES:
            raise InputError("lang", "en or zh", lang, "English is en, Chinese is zh.")
        self.lang = lang

    def __call__(self, key: str, **values: object) -> str:
        """Give a text by section and key, its braces filled in."""
        section, _, name = key.partition(".")
        return load()[section][name][self.lang].format(**values)

    def word(self, name: str, section: str = "words") -> str:
        """Give the word for a name of the model; one that has none stands as it is."""
        return load()[section].get(name, {}).get(self.lang, name)

    def told(self, text: str, section: str) -> str:
        """Tell a finished English text of a section again in the language; what is filled in is told again too."""
        if self.lang == "en":
            return text
        for entry in load()[section].values():
            found = _pattern(entry["en"]).fullmatch(text)
            if found:
                filled = {name: self.told(value, section) for name, value in found.groupdict().items()}
                return entry[self.lang].format(**filled)
        return text if text[:1].isdigit() else self.word(text)  # a unit, perhaps

    def structure(self, name: str) -> str:
        """Name a structure; in Chinese with the name that commands know beside it."""
        from ..case import structures

        titles = {known: structures.load(known).title_zh for known in structures.library()}
        known = titles.get(name, name) if self.lang == "zh" else name
        return known if known == name else f"{known}（{name}）"

    def title(self, case) -> str:
        """Give the title of a case: in Chinese where it has one, else the one it has, else its name."""
        return (self.lang == "zh" and case.title_zh) or case.title or case.name
