"""Tables by year, as reports show them; they are made in the room below."""

from ..performance.years import BANDS, HEAD, bands, yearly

__all__ = ["BANDS", "HEAD", "bands", "yearly"]
