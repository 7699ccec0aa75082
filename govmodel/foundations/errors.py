"""Errors that name the field, what was wanted, what was got and what to do."""

from difflib import get_close_matches


class GovmodelError(Exception):
    """Any error that govmodel raises on purpose."""


class InputError(GovmodelError, ValueError):
    """Something a user gave cannot be used; nothing was written."""

    def __init__(self, field: str, wanted: str, got: object, remedy: str = ""):
        self.field, self.wanted, self.got, self.remedy = field, wanted, got, remedy
        super().__init__(f"{field}: wanted {wanted}; got {got!r}. {remedy}".rstrip())

    def __reduce__(self):
        return type(self), (self.field, self.wanted, self.got, self.remedy)


class LawBroken(GovmodelError):
    """A law of the model (conservation, non-negativity) does not hold: a defect of govmodel, not of the input."""


def nearest(name: str, known, remedy: str = "Known names") -> str:
    """Say which known names are close to a misspelt one, or list them all when none is close."""
    known = [str(k) for k in known]
    close = get_close_matches(str(name), known, n=3, cutoff=0.5)
    if close:
        return "Did you mean " + " or ".join(repr(c) for c in close) + "?"
    return f"{remedy}: {', '.join(sorted(known))}."
