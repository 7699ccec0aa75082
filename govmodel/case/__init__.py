"""Floor 1: what is run. A case is a scenario, which nobody chooses, and a governance, which somebody does."""

from .case import Case

__all__ = ["Case"]
