"""Errors that name the field, what was wanted, what was got and what to do; and the commonest check."""

import re
from difflib import get_close_matches


class GovmodelError(Exception):
    """Any error that govmodel raises on purpose."""


# What to do where nothing better is known, by how the wanted thing begins; \1 is its first example.
_REMEDIES = (
    (r"a whole number from ([\d,]+).*", r"Write, for example, \1."),
    (r"one of ([^,]+).*", r"Write, for example, \1."),
    (r"a whole number", "Write it without point and quotation marks."),
    (r"a number|a finite number", "Write a plain number, without quotation marks."),
    (r"a number .*|numbers .*", "Write a number within these limits."),
    (r"a text", "Write it between quotation marks."),
    (r"a list.*", "Write it between square brackets."),
    (r"a table", "Write names with values."),
)


class InputError(GovmodelError, ValueError):
    """Something a user gave cannot be used; nothing was written."""

    def __init__(self, field: str, wanted: str, got: object, remedy: str = ""):
        self.field, self.wanted, self.got, self.remedy = field, wanted, got, remedy or _usual_remedy(wanted)
        super().__init__(f"{field}: wanted {wanted}; got {got!r}. {self.remedy}")

    def __reduce__(self):
        return type(self), (self.field, self.wanted, self.got, self.remedy)


def _usual_remedy(wanted: str) -> str:
    """Say what to do about something where no remedy of its own was given."""
    for pattern, remedy in _REMEDIES:
        if found := re.fullmatch(pattern, wanted):
            return found.expand(remedy)
    return "Change it to that."


def whole(field: str, value: object, low: int, high: int | None = None) -> int:
    """Accept a whole number within bounds (numpy's too), or from the lower bound on."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool) or not isinstance(value, int) or value < low or (high is not None and value > high):
        raise InputError(field, f"a whole number from {low} {'on' if high is None else f'to {high}'}", value)
    return value


class LawBroken(GovmodelError):
    """A law of the model (conservation, non-negativity) does not hold: a defect of govmodel, not of the input."""


def nearest(name: str, known, remedy: str = "Known names") -> str:
    """Say which known names are close to a misspelt one, or list them all when none is close."""
    known = [str(k) for k in known]
    close = get_close_matches(str(name), known, n=3, cutoff=0.5)
    if close:
        return "Did you mean " + " or ".join(repr(c) for c in close) + "?"
    return f"{remedy}: {', '.join(sorted(known))}."
