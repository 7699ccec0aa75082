"""Errors that name the field, what was wanted, what was got and what to do."""

import re
from difflib import get_close_matches
from pathlib import Path


class GovmodelError(Exception):
    """Any error that govmodel raises on purpose."""


class InputError(GovmodelError, ValueError):
    """Something a user gave cannot be used; nothing was written."""

    def __init__(self, field: str, wanted: str, got: object, remedy: str = ""):
        self.field, self.wanted, self.got, self.remedy = field, wanted, got, remedy
        super().__init__(f"{field}: wanted {wanted}; got {got!r}. {remedy}".rstrip())

    def __reduce__(self):
        return type(self), (self.field, self.wanted, self.got, self.remedy)


def not_toml(field: str, error: Exception, path: Path) -> InputError:
    """Say why a file is no TOML: which key stands twice and where, or at which place it cannot be read."""
    place = re.search(r"\(at line (\d+)", str(error))
    twice = re.match(r"Cannot (overwrite a value|declare)", str(error))
    if place and twice:
        line = path.read_text(encoding="utf-8-sig").splitlines()[int(place[1]) - 1].strip()
        got = f"{line.partition('=')[0].strip()} a second time, in line {place[1]}"
        return InputError(field, "each key once", got, "It is set twice; remove one of the two.")
    return InputError(field, "a text in TOML", str(error), "Mend that place.")


class LawBroken(GovmodelError):
    """A law of the model (conservation, non-negativity) does not hold: a defect of govmodel, not of the input."""


def nearest(name: str, known, remedy: str = "Known names") -> str:
    """Say which known names are close to a misspelt one, or list them all when none is close."""
    known = [str(k) for k in known]
    close = get_close_matches(str(name), known, n=3, cutoff=0.5)
    if close:
        return "Did you mean " + " or ".join(repr(c) for c in close) + "?"
    return f"{remedy}: {', '.join(sorted(known))}."
