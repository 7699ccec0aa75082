"""Formation: sources that want more of their packs under contract ask a few recyclers and sign with the best.

Each quarter a source whose contracts cover less than `contract_coverage` asks plants of its own, the partner it last
had, and a few others: near ones, trusted ones, ones with room, by a race of keyed luck. With each it reckons what both
would gain over the spot market, less freight, the price risk that the form leaves, and the cost of the contract itself;
it signs with the one where most is left, if anything is. A plant promises no room twice: those go first who gain most
by it, after its own sources and last partners, and whom it has to refuse turns to the next plant it asked.
"""

from dataclasses import dataclass

import numpy as np

from ..foundations import draws
from ..mechanisms import contract as rules
from ..mechanisms.contract import BATTERY_MAKER, CONTRACT, IN_FORCE, RECYCLER, SOURCE
from .sources import Sources

_WHO = 1 << 40  # sources draw apart from the lots of packs
_ASK, _TELL, _HEAR = 1, 2, 3  # alternatives of the purpose "contract"; a fleet's lot has the first, 0


@dataclass
class Offers:
    """What the market and the law make contracts worth in a quarter."""

    month: int  # the first in force
    spot: np.ndarray  # (kinds, places, 2) what sources get without a contract, yuan/kWh
    haul: np.ndarray  # (places, 2, plants) freight and permits, yuan/kWh
    collection: np.ndarray  # (kinds,) what fetching the packs costs, yuan/kWh
    worth: np.ndarray  # (2, plants) what a contracted kWh is worth at the gate, yuan/kWh
    value: np.ndarray  # (2,) metals in a kWh, yuan
    uncertainty: float  # yearly volatility of the metal value
    room: np.ndarray  # (plants,) Wh a month that a plant has left to promise
    vat: float  # share of the metal value
    coverage: float  # aim
    standards: float
    information: float
    settlers: tuple[float, float]  # how far the association and the courts settle disputes
    credit: float
    listed: tuple[np.ndarray, np.ndarray]  # sources and plants on the association's blacklist


class Formation:
    """The market for contracts: who asks whom, and what they sign."""

    def __init__(self, sources: Sources, parameters: dict, seed: int):
        self.sources, self.p = sources, parameters
        who = _WHO + np.arange(len(sources))[:, None] * 1024 + np.arange(sources.own.shape[1])
        self._words = draws.holder_words(seed, who)

    def sign(self, offers: Offers, covered: np.ndarray, last: np.ndarray, evidence) -> np.ndarray:
        """Give the contracts that are signed this quarter, as rows of CONTRACT.

        `covered` is the share of each source that is under contract, `last` the plant of a contract of each source
        that has just come to its term (-1 for none).
        """
        sources, p = self.sources, self.p
        size = sources.size
        (seeking,) = ((offers.coverage - covered > 0.01) & (sources.weight > 0)).nonzero()
        if not seeking.size:
            return np.zeros(0, CONTRACT)
        part = np.minimum(offers.coverage - covered[seeking], p["contract_part"])
        trust = evidence.trust_in_plants(seeking)
        credit = offers.credit  # the weight of the public record of all past breaches, which anybody may look up
        if credit > 0:
            of_plants, of_sources = evidence.record()
            trust = (1.0 - credit) * trust + credit * of_plants
        asked = self._ask(seeking, last, part * size[seeking], trust, offers)
        mutual = evidence.trust(seeking[:, None], asked)
        if credit > 0:
            mutual[SOURCE] = (1.0 - credit) * mutual[SOURCE] + credit * of_plants[asked]
            mutual[RECYCLER] = (1.0 - credit) * mutual[RECYCLER] + credit * of_sources[seeking, None]
        return self._agree(seeking, asked, part, last, mutual.min(axis=0), offers)

    def _ask(self, seeking, last, wanted, trust, offers: Offers) -> np.ndarray:
        """Choose whom to ask, by `trust` in every plant (seeking, plants): plants by index, (seeking, asked)."""
        p, sources = self.p, self.sources
        haul = (sources.mix @ offers.haul / p["search_reach"])[sources.place[seeking]]
        waits = draws.exponential(draws.mix_words(self._words[seeking] + _step(offers.month, _ASK)))
        waits *= np.exp(haul - p["search_trust"] * trust)
        waits /= np.maximum(offers.room, 1e-3)
        waits[offers.room < wanted[:, None]] = np.inf
        known = sources.own[seeking] & (offers.room > 0)
        waits[known] = 0.0
        (again,) = ((last[seeking] >= 0) & (offers.room[last[seeking]] > 0)).nonzero()
        waits[again, last[seeking[again]]] = 0.0
        waits[self._shun(seeking, offers)] = np.inf
        few = min(int(p["recyclers_asked"]), haul.shape[1] - 1)
        asked = waits.argpartition(few - 1, axis=1)[:, :few]
        return np.where(np.isfinite(waits[np.arange(len(seeking))[:, None], asked]), asked, -1)

    def _shun(self, seeking: np.ndarray, offers: Offers) -> np.ndarray:
        """Say which pairs do not talk because one stands on the association's list and the other has heard of it."""
        sources, plants = offers.listed
        shunned = (sources[seeking, None] | plants) & ~self.sources.own[seeking]
        if shunned.any():
            words = draws.mix_words(self._words[seeking] + _step(offers.month, _HEAR))
            shunned &= draws.uniform(words) < offers.information
        return shunned

    def _agree(self, seeking, asked, part, last, mutual, offers: Offers) -> np.ndarray:
        """Reckon what every pair would gain, and let each source sign with the best if both gain by it.

        `mutual` is the trust of the less trusting side of each pair, which sets the terms.
        """
        p, sources, mix = self.p, self.sources, self.sources.mix
        kind, place = sources.kind[seeking], sources.place[seeking]
        haul = offers.haul[place[:, None], :, asked] + offers.collection[kind][:, None, None]
        spot = offers.spot[kind, place][:, None, :]
        worth = offers.worth[:, asked].transpose(1, 2, 0)
        gate = rules.nash_price(spot, haul, worth, p["source_power"])
        same = sources.own[seeking[:, None], asked]
        special = sources.specificity[seeking][:, None]
        cost = rules.transaction_cost(special, offers.uncertainty, mutual, offers.standards, p)
        saved = 1.0 - p["cost_saved_by_standards"] * offers.standards
        exposed = np.abs((1.0 - offers.vat) * offers.value - gate)
        risk = p["risk_aversion"] * offers.uncertainty * (exposed @ mix)
        # a battery maker needs metals: with them it is rid of price risk, and so is a plant that works for a fee
        tolling = (kind == BATTERY_MAKER)[:, None] & (p["tolling_cost"] * saved < risk)
        enforced = rules.enforceability(*offers.settlers, p)
        formal = rules.wants_clause(offers.value @ mix, mutual, enforced, offers.standards, p) & ~same
        cost *= np.where(same, p["cost_within_owner"], 1.0)
        cost += saved * (p["tolling_cost"] * tolling + p["clause_cost"] * formal)
        gain = (worth - haul - spot) @ mix - cost
        left = np.where(asked >= 0, gain - np.where(tolling, 0.0, risk), -np.inf)
        close = same | (asked == last[seeking][:, None])
        pick = signs, _ = pair_up(left, asked, close, part * sources.size[seeking], offers.room)
        made = np.zeros(len(signs), CONTRACT)
        made["source"], made["kind"], made["place"] = seeking[signs], kind[signs], place[signs]
        made["plant"], made["share"], made["gain"], made["cost"] = asked[pick], part[signs], gain[pick], cost[pick]
        made["tolling"], made["formal"] = tolling[pick], formal[pick]
        return self._write(made, gate[pick], last, offers)

    def _write(self, made: np.ndarray, gate: np.ndarray, last: np.ndarray, offers: Offers) -> np.ndarray:
        """Write down the terms of contracts that are agreed, with today's price at the gate (contracts, 2)."""
        p, toll = self.p, made["tolling"][:, None]
        made["signed"] = offers.month
        made["coefficient"] = np.where(toll, 1.0, gate / np.maximum(offers.value, 1e-6))
        made["fee"] = np.where(toll, offers.value - gate, 0.0)
        made["penalty"] = p["penalty_clause"] * made["formal"]
        term = np.where(made["formal"], p["contract_months_formal"], p["contract_months_relational"])
        made["months"] = np.maximum(np.rint(term), 3)
        made["renewed"] = last[made["source"]] == made["plant"]
        made["information"] = self._tells(made, offers)
        made["ended"], made["why"] = -1, IN_FORCE
        return made

    def _tells(self, made: np.ndarray, offers: Offers) -> np.ndarray:
        """Say in which contracts a maker promises its dismantling information."""
        if not offers.information:
            return np.zeros(len(made), bool)
        words = self._words[made["source"], made["plant"]] + _step(offers.month, _TELL)
        told = draws.uniform(draws.mix_words(words)) < offers.information
        return told & (made["kind"] <= BATTERY_MAKER)


def pair_up(left, asked, close, wanted, room) -> tuple[np.ndarray, np.ndarray]:
    """Say which source signs with which of the plants that it asked, as far as the plants' room goes: rows, columns.

    `left` is what a pair gains, `asked` the plant, `close` says who is of one owner or goes on with its last partner,
    all (sources, asked); `wanted` (sources,) and `room` (plants,) in Wh a month. Close pairs go first and sign if a
    plant has room at all; of the others those that gain most, as far as they fit.
    """
    left, free = left.copy(), room.astype(float)
    rows, signed = np.arange(len(left)), np.full(len(left), -1)
    while True:
        best = left.argmax(axis=1)
        gain = left[rows, best]
        (trying,) = ((signed < 0) & (gain > 0.0)).nonzero()
        if not trying.size:
            (signs,) = (signed >= 0).nonzero()
            return signs, signed[signs]
        trying = trying[np.lexsort((-gain[trying], ~close[trying, best[trying]]))]  # ties by the sources' own order
        mine, turn = best[trying], np.arange(len(trying))
        plant = asked[trying, mine]
        queue = np.zeros((len(trying), len(room)))
        queue[turn, plant] = wanted[trying]
        fits = close[trying, mine] | (queue.cumsum(axis=0)[turn, plant] <= free[plant])
        signed[trying[fits]] = mine[fits]
        free -= np.bincount(plant[fits], wanted[trying[fits]], len(room))
        full = ~fits & (wanted[trying] > free[plant])  # whoever else was refused asks again, now that others are out
        left[trying[full], mine[full]] = -np.inf


def _step(month: int, alternative: int) -> np.uint64:
    """The step from a pair's word to its draw in a quarter: `draws.at` and `draws.words` in one."""
    return np.uint64((draws.code("contract", month // 3, alternative) * draws.GAMMA) % 2**64)
