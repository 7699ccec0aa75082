"""Culture: awareness that spreads among holders by campaigns, contact and alarm, fades, and makes citizens report.

A community is a province and a holder class. Its mean awareness a follows a Bass process with forgetting (Bass 1969):

    a' = a + (1 - a) x min(1, outside + alarm + imitation x met) - forgetting x a

`met` is the share of aware among the people its members meet, by fixed ties: mostly of their own community, some of
neighbouring provinces and of other classes. Who meets whom is drawn from keyed luck by the same two tables from which
`met` is computed, so that the mean, the polling of a few peers and an explicit graph tell one story.
"""

from dataclasses import dataclass

import numpy as np

from ..chain.fleet import CLASSES, PROVINCES
from ..facts.orders import HISTORY_UNTIL
from ..foundations import draws
from ..foundations.calendar import FIRST_YEAR

MOST_PEERS = 8
IN_USE = 10  # years
STEPS = 256  # eight bits of luck choose a peer's province, eight its class
_BYTE, _S32 = STEPS - 1, np.uint64(32)


def holders_by_year(facts, outlook: str) -> np.ndarray:
    """Count holders by community: float (years, 31, 4), whoever has bought a vehicle within `IN_USE` years."""
    bought = facts.registrations[outlook][:, None, None] * facts.province_share[:, :, None]
    bought = np.cumsum(bought * facts.class_share[:, None, :], axis=0)
    bought[IN_USE:] -= bought[:-IN_USE].copy()
    return bought


def peer_codes(peers: int) -> np.ndarray:
    """Give the codes under which a holder's peers are drawn: they are the same people all its life."""
    return np.array([draws.code("peer", 0, number) for number in range(peers)], np.uint64)


@dataclass(frozen=True)
class Ties:
    """Who meets whom: for every value of eight bits of luck, a peer's province and class."""

    province: np.ndarray  # uint8 (31 * 4, STEPS): 4 x a peer's province, by own community and luck
    holder_class: np.ndarray  # uint8 (31 * 4, STEPS): a peer's class
    met_province: np.ndarray  # float (31, 31), rows sum to one: the same as shares
    met_class: np.ndarray  # float (4, 4)

    @classmethod
    def between(cls, neighbours: np.ndarray, mix: np.ndarray, home: float, own_class: float) -> "Ties":
        """Tie people: a share `home` within the province, the rest next door; `own_class` to their own class.

        `neighbours` bool (31, 31); `mix` (4,) the shares of classes among everybody else.
        """
        near = neighbours / np.maximum(neighbours.sum(axis=1, keepdims=True), 1)
        alone = ~neighbours.any(axis=1)
        wanted = np.eye(PROVINCES) * np.where(alone, 1.0, home)[:, None] + near * (1.0 - home)
        classes = np.eye(CLASSES) * own_class + mix / mix.sum() * (1.0 - own_class)
        tables = [_steps(wanted), _steps(classes)]
        shares = [np.stack([np.bincount(row, minlength=len(table)) for row in table]) / STEPS for table in tables]
        province, holder_class = (table.astype(np.uint8) for table in tables)  # small: they are looked up all the time
        return cls(np.repeat(province * CLASSES, CLASSES, axis=0), np.tile(holder_class, (PROVINCES, 1)), *shares)

    def meet(self, share: np.ndarray) -> np.ndarray:
        """Give what share of the people a community meets has something, from the share in each: (..., 31, 4)."""
        return self.met_province @ share @ self.met_class.T

    def peers(self, drawn: np.ndarray, community: np.ndarray) -> np.ndarray:
        """Say in which community (province x 4 + class) peers live, from their words (peers, holders)."""
        first, luck = community * STEPS, drawn.view(np.int64)  # signed: the lowest bits are the same, and index faster
        return self.province.take(first + (luck & _BYTE)) + self.holder_class.take(first + (luck >> 8 & _BYTE))

    def poll(self, drawn: np.ndarray, community: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """Ask holders' peers: the share of aware among them, given mean awareness (31, 4).

        A peer is aware while its luck is below its community's mean, so the same peer stays aware until the mean falls.
        """
        bar = mean.ravel() * 2.0**32
        aware = drawn >> _S32 < bar[self.peers(drawn, community)]
        return np.add.reduce(aware) / len(drawn)


def luck_of_peers(drawn: np.ndarray) -> np.ndarray:
    """Give the part of peers' words that does not say where they live, in [0, 1)."""
    return (drawn >> _S32).astype(np.float64) * 2.0**-32


def ties_of(facts, p: dict) -> Ties:
    """Tie the people of a country; everybody else is of a class as often as vehicles were until 2025."""
    mix = facts.class_share[: HISTORY_UNTIL - FIRST_YEAR + 1].mean(axis=0)
    return Ties.between(facts.neighbours, mix, p["ties_home"], p["ties_class"])


def _steps(wanted: np.ndarray) -> np.ndarray:
    """Lay out rows of shares as tables of STEPS entries each, to the nearest step."""
    edges = np.round(np.cumsum(wanted, axis=1) * STEPS)
    return np.stack([np.searchsorted(row, np.arange(STEPS), side="right") for row in edges])


def own_awareness(mean: np.ndarray, polled: np.ndarray, norm: np.ndarray, weight: float) -> np.ndarray:
    """Mix a holder's own awareness: its community's mean, turned up or down by its own norm, and what its peers do.

    `norm` is even luck in [0, 2]. The own part is even between 0 and twice the mean (or twice the mean less one, and
    one), so that it stays a share and averages to the mean.
    """
    own = mean + (norm - 1.0) * np.minimum(mean, 1.0 - mean)
    return own + weight * (polled - own)


def campaign_influence(spending: float, people: float, effect: float, half: float) -> float:
    """Tell how many of the unaware a campaign reaches a month: it saturates in yuan per head.

    `spending` yuan a month, `effect` the share at most, `half` yuan per head and month at which half of that is had.
    """
    per_head = spending / max(people, 1.0)
    return effect * per_head / (per_head + half)


def alarm_of(fires: np.ndarray, people: np.ndarray, usual: float, alarm: float, fatigue: float) -> np.ndarray:
    """Tell how many of the unaware learn from the month's fires, by province (31,).

    Fires count per 100,000 holders (`people` by province). `usual` is the national rate of the last year; news tires:
    at `fatigue` fires per 100,000 holders a month each fire teaches half as much.
    """
    return alarm / (1.0 + usual / fatigue) * (fires / np.maximum(people, 1.0) * 1e5)


def spread(mean: np.ndarray, learn: np.ndarray, met: np.ndarray, imitation: float, forgetting: float) -> np.ndarray:
    """Let awareness spread and fade for a month: `learn` is outside influence and alarm; all (31, 4) or per person."""
    return mean + (1.0 - mean) * np.minimum(learn + imitation * met, 1.0) - forgetting * mean


def reports(workshops: np.ndarray, aware: np.ndarray, trust: np.ndarray, reward: float, p: dict) -> np.ndarray:
    """Count the reports citizens send in a month, by province (31,), in real units.

    A workshop that everybody around is aware of, where all trust the authority, is reported `reports_per_workshop`
    times a month; a reward adds by the logarithm.
    """
    rewarded = 1.0 + p["report_reward_effect"] * np.log1p(reward / p["report_reward_unit"])
    return p["reports_per_workshop"] * workshops * aware * trust * rewarded
