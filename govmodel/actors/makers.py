"""Makers: automakers and battery makers, whose outlets take packs back."""

import mesa


class Maker(mesa.Agent):
    """A firm that sold packs, with its share of a year's sales."""

    def __init__(self, model, name: str, share):
        super().__init__(model)
        self.name = name
        self._share = share

    def share(self, year: int) -> float:
        """Give the firm's share of the packs sold in a calendar year."""
        return float(self._share[year - 2013])


class Automaker(Maker):
    """An automaker; its outlets pay holders part of a pack's licensed value."""


class BatteryMaker(Maker):
    """A battery maker; its outlets serve its own plants, and leased packs come back to it."""
