"""Organisations: the agents of the world, as Mesa knows them."""

from itertools import count
from weakref import WeakKeyDictionary

import mesa


class _Numbers(WeakKeyDictionary):
    """The next number in every model that is still wanted."""

    def __getitem__(self, model: mesa.Model):
        return self.setdefault(model, count(1))


class Organisation(mesa.Agent):
    """Somebody who acts in the world, with a number of its own in its model."""

    _ids = _Numbers()  # Mesa 3.3's own holds on to every model that numbered agents, as long as the program runs
