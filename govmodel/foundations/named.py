"""Things by name, where an unknown name is refused with the nearest known ones."""

from collections.abc import Mapping
from types import MappingProxyType

from .errors import InputError, nearest


class _Named(dict):
    """Things of one kind by name."""

    def __init__(self, kind: str, things: Mapping, known: str):
        super().__init__(things)
        self.kind, self.known = kind, known

    def __missing__(self, name: str):
        raise InputError(self.kind, f"the name of a {self.kind}", name, nearest(name, self, self.known))


def named(kind: str, things: Mapping, known: str = "Known names") -> Mapping:
    """Give things of one kind by name, not to be written to; `known` heads the list of names where none is near."""
    return MappingProxyType(_Named(kind, things, known))
