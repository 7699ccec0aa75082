"""The social graph: every holder of a case as a node that is aware or not, each asking a few others for life.

The edges come from the very luck by which the model without a graph polls peers: eight bits choose a peer's province,
eight its class, and the rest, which there stands for how easily the peer is convinced, here says which member of that
community it is. Nodes are all who buy a vehicle with a pack during the case, numbered as their packs are; whoever gets
a replacement pack has the place of some member of the same community.
"""

import networkx as nx
import numpy as np

from ..chain.fleet import CELLS, CLASSES, HOLDER_CLASS, NEW_COHORTS, PROVINCE, PROVINCES, sales_by_cohort, who
from ..foundations import draws
from ..foundations.errors import InputError
from ..mechanisms.culture import MOST_PEERS, Ties, luck_of_peers, peer_codes

MOST_HOLDERS = 1_000_000
_MEMBER = np.array([draws.code("peer", 0, MOST_PEERS)], np.uint64)


class SocialGraph:
    """Holders as nodes, peers as edges, and who is aware."""

    def __init__(self, facts, case, seed: int, ties: Ties, start: np.ndarray):
        """`start`: the mean awareness of communities at the start, (31, 4)."""
        p, packs = case.parameters, sales_by_cohort(facts, case.retirement_outlook, case.scale, seed).ravel()
        self.nodes = int(packs.sum())
        if self.nodes > MOST_HOLDERS:
            raise InputError(
                "parameter social_graph",
                f"0, or a case of at most {MOST_HOLDERS:,} holders",
                f"1 with {self.nodes:,} holders",
                f"Use a scale of at least {int(np.ceil(case.scale * self.nodes / MOST_HOLDERS)):,}, or leave it 0.",
            )
        first = np.cumsum(packs) - packs
        cohort = np.repeat(np.arange(NEW_COHORTS), packs)
        self._words = draws.holder_words(seed, who(cohort, np.arange(self.nodes) - first[cohort]))
        self._first, cell = first, cohort % CELLS
        self.community = PROVINCE[cell] * CLASSES + HOLDER_CLASS[cell]
        self.size = np.bincount(self.community, minlength=PROVINCES * CLASSES)
        self._members = np.argsort(self.community, kind="stable")
        self._begin = np.cumsum(self.size) - self.size
        drawn = draws.words(self._words, peer_codes(int(p["peers"])))
        place = ties.peers(drawn, self.community)
        place = np.where(self.size[place] > 0, place, self.community)  # nobody there: one meets one's own
        self.peers = self._member(place, luck_of_peers(drawn))  # (peers, nodes)
        luck = draws.uniform(draws.words(self._words, np.array([draws.code("awareness")], np.uint64)))[0]
        self.aware = luck < start.ravel()[self.community]

    def _member(self, community: np.ndarray, luck: np.ndarray) -> np.ndarray:
        """Choose a member of a community by luck in [0, 1)."""
        return self._members[self._begin[community] + (luck * self.size[community]).astype(np.int64)]

    def node_of(self, cohort: np.ndarray, rank: np.ndarray, holders: np.ndarray) -> np.ndarray:
        """Say which node holds a pack; `holders` are the packs' keyed words."""
        new = cohort < NEW_COHORTS
        node = self._first[np.where(new, cohort, 0)] + rank
        again = np.flatnonzero(~new)
        if again.size:
            luck = draws.uniform(draws.words(holders[again], _MEMBER))[0]
            cell = cohort[again] % CELLS
            community = PROVINCE[cell] * CLASSES + HOLDER_CLASS[cell]
            node[again] = self._member(community, luck)  # who has a vehicle to renew is a node there
        return node

    def poll(self, nodes: np.ndarray) -> np.ndarray:
        """Ask the peers of some nodes: the share of aware among them."""
        return np.count_nonzero(self.aware[self.peers[:, nodes]], axis=0) / len(self.peers)

    def step(self, month: int, learn: np.ndarray, imitation: float, forgetting: float) -> None:
        """Let everybody learn or forget for a month; `learn` (31, 4) is outside influence and alarm."""
        luck = draws.uniform(draws.words(self._words, np.array([draws.code("awareness", month)], np.uint64)))[0]
        met = np.count_nonzero(self.aware[self.peers], axis=0) / len(self.peers)
        learns = luck < np.minimum(learn.ravel()[self.community] + imitation * met, 1.0)
        self.aware = np.where(self.aware, luck >= forgetting, learns)

    def mean(self, otherwise: np.ndarray) -> np.ndarray:
        """Give the share of aware by community, (31, 4); `otherwise` where nobody lives."""
        aware = np.bincount(self.community, self.aware, PROVINCES * CLASSES)
        share = np.where(self.size > 0, aware / np.maximum(self.size, 1), otherwise.ravel())
        return share.reshape(PROVINCES, CLASSES)

    def to_networkx(self) -> nx.DiGraph:
        """Copy the graph into NetworkX: an edge leads from a holder to each peer it asks."""
        graph = nx.DiGraph()
        graph.add_nodes_from((node, {"aware": bool(aware)}) for node, aware in enumerate(self.aware))
        for row in self.peers:
            graph.add_edges_from(enumerate(row.tolist()))
        return graph
