"""The world of the model with one object per pack in it."""

from govmodel.model import GovernanceModel

from .holders import OneByOne, Shuffled


class ReferenceModel(GovernanceModel):
    """The same world, but every pack is an object of its own, activated in the order of its birth."""

    holders_class = OneByOne

    def events(self) -> list[tuple]:
        """Give every event as (month number, pack number, route, disposition, scanned), sorted."""
        return sorted(self.holders.events)


class ShuffledReferenceModel(ReferenceModel):
    """The same, activated in a new random order every month: nobody's luck depends on it."""

    holders_class = Shuffled
