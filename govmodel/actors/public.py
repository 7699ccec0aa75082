"""The public: what holders know, whom they trust, what burns, and what citizens report.

Its state is by community, a province and a holder class. Awareness moves every month; trust moves every quarter, on
what has happened to people in it.
"""

import numpy as np

from ..chain.fleet import CLASSES, PROVINCES
from ..facts import CHANNELS
from ..foundations import draws
from ..foundations.errors import InputError
from ..mechanisms import culture, incidents, public_trust
from ..mechanisms.choice import KEPT
from .fates import CHANNEL_OF, DISPOSITIONS, LICENSED, REUSES, SOLD_ON, WORKSHOP_RECOVERIES
from .flows import Flows
from .social_graph import SocialGraph

BELIEFS = ("awareness", "trust", "good", "bad", "attention", "trust_authority", "reports")
STATE = (*BELIEFS, "dealt", "news", "scandals", "reused")
_PACK_WH = 50e3  # a usual pack, to count packs in yards that are known by energy


class Public:
    """Everybody who is not an organisation: awareness and trust by community, incidents, reports."""

    def __init__(self, facts, case, seed: int):
        """Start at the parameters' values; `seed` is the key of all luck."""
        self.p = p = case.parameters
        self.culture, self.trusting = "culture" not in case.without, "trust" not in case.without
        self.people = culture.holders_by_year(facts, case.retirement_outlook)  # (years, 31, 4)
        self.ties = culture.ties_of(facts, p)
        self.start = public_trust.starting([p[f"trust_{name}"] for name in CHANNELS[:KEPT]])
        self.awareness = np.full((PROVINCES, CLASSES), p["awareness"])
        self.trust = self.start.copy()
        self.good, self.bad = np.zeros(public_trust.SHAPE), np.zeros(public_trust.SHAPE)
        self.dealt = np.zeros((PROVINCES, CLASSES, len(DISPOSITIONS)))  # real packs this quarter
        self.news = np.zeros((KEPT, PROVINCES))  # bad news this quarter, in dealings' worth
        self.scandals = np.zeros((KEPT, PROVINCES))  # frauds that others have proven since the last month
        self.reused = np.zeros(PROVINCES)  # Wh in unlawful re-use
        self.attention = np.zeros(1)  # usual fires a month per 100,000 holders
        self.trust_authority = np.full(PROVINCES, p["trust_authority"])
        self.reports = np.zeros(PROVINCES)  # citizens' reports of the last month
        self.fires = np.zeros((len(incidents.CAUSES), PROVINCES))  # of the last month
        self.graph = self._graph(facts, case, seed)
        self._honest = np.array([p[f"honest_{name}"] for name in CHANNELS[:KEPT]])
        self._by_channel = np.eye(len(CHANNELS))[CHANNEL_OF][:, :KEPT]
        self._exposed = np.zeros((len(DISPOSITIONS), len(incidents.CAUSES)))
        self._exposed[WORKSHOP_RECOVERIES, incidents.BY_WORKSHOPS] = 1.0
        self._exposed[REUSES, incidents.BY_REUSE] = 1.0
        self._exposed[LICENSED, incidents.BY_LICENSED] = 1.0
        self._luck = draws.holder_words(seed, np.arange(PROVINCES))

    def _graph(self, facts, case, seed: int) -> SocialGraph | None:
        form = self.p["social_graph"]
        if form not in (0.0, 1.0):
            raise InputError("parameter social_graph", "0 (communities) or 1 (an explicit graph)", form)
        return SocialGraph(facts, case, seed, self.ties, self.awareness) if form else None

    # books, record and snapshots

    def declare(self, ledger) -> None:
        """Declare what campaigns are paid on."""
        self._ledger = ledger
        self.campaigns = ledger.line("campaigns", ["treasury"], ["media"])

    def rule(self, record) -> None:
        """Rule the series that the months leave behind."""
        self._record = record
        record.open("awareness", self.awareness.shape)
        record.open("public_trust", self.trust.shape)
        record.open("fires", self.fires.shape, np.int64)
        record.open("reports", self.reports.shape)

    def state(self) -> dict[str, np.ndarray]:
        """Take down what changes while a model runs."""
        held = {name: getattr(self, name) for name in STATE}
        return held if self.graph is None else held | {"aware": self.graph.aware}

    def restore(self, held: dict[str, np.ndarray]) -> None:
        """Go back to a state that was taken down; tables that others look at stay the same objects."""
        for name in STATE:
            getattr(self, name)[...] = held[name]
        if self.graph is not None:
            self.graph.aware = held["aware"]

    # the month

    def believe(
        self, month: int, flows: Flows, yard: np.ndarray, workshops: np.ndarray, visits: np.ndarray, levers: dict
    ) -> None:
        """Let people learn, forget and report, on what happened this month; at a quarter's end let trust move.

        `yard` Wh waiting at collectors, `workshops` and inspectors' `visits` this month, all by province (31,).
        """
        people = self.people[month // 12]
        everybody = people.sum(axis=1)
        happened = flows.by_way.sum(axis=2)  # Wh by province and disposition
        self._burn(month, happened, levers["information_sharing"])
        if self.culture:
            self._learn(month, people, everybody, levers["campaign"])
            self._report(people, everybody, workshops, visits, levers["report_reward"])
        if self.trusting:
            sold_on = flows.dealt[:, :, SOLD_ON].sum(axis=(1, 2))
            often = np.divide(visits, workshops, out=np.zeros(PROVINCES), where=workshops > 0)
            found = public_trust.side_sales_found(sold_on, often, levers["traceability"], self.p)
            self.news += public_trust.bad_news(self.fires, yard / _PACK_WH, found, self.scandals, self.p)
            self.scandals[...] = 0.0
            self.dealt += flows.dealt
            if month % 3 == 2:
                self._trust_anew(people, everybody)
        self._note(month)

    def _burn(self, month: int, happened: np.ndarray, sharing: float) -> None:
        """Let fires break out."""
        crude, again, licensed = (happened @ self._exposed).T
        self.reused[...] = incidents.in_use(self.reused, again, self.p["reuse_mean"])
        expected = incidents.expected_fires(crude, self.reused, licensed, sharing, self.p)
        codes = np.array([draws.code("incident", month, cause) for cause in range(len(expected))], np.uint64)
        self.fires = incidents.whole(expected, draws.uniform(draws.words(self._luck, codes)))

    def _learn(self, month: int, people: np.ndarray, everybody: np.ndarray, campaign: float) -> None:
        """Spread awareness by campaign, alarm and contact, and let it fade."""
        p = self.p
        self._ledger.pay(month, self.campaigns, int(campaign * 1e8 / 12.0))  # fen
        heads = everybody.sum()
        told = culture.campaign_influence(campaign * 1e6 / 12.0, heads, p["campaign_effect"], p["campaign_half"])
        fires = self.fires.sum(axis=0)
        alarm = culture.alarm_of(fires, everybody, float(self.attention[0]), p["alarm"], p["alarm_fatigue"])
        self.attention += (fires.sum() / max(heads, 1.0) * 1e5 - self.attention) / 12.0
        learn = np.repeat((p["awareness_everyday"] + told + alarm)[:, None], CLASSES, axis=1)
        imitation, forgetting = p["awareness_imitation"], p["awareness_forgetting"]
        mean = culture.spread(self.awareness, learn, self.ties.meet(self.awareness), imitation, forgetting)
        if self.graph is not None:
            self.graph.step(month, learn, imitation, forgetting)
            mean = self.graph.mean(mean)
        self.awareness[...] = mean

    def _report(self, people, everybody, workshops: np.ndarray, visits: np.ndarray, reward: float) -> None:
        """Let citizens report, and see whether anybody comes."""
        p = self.p
        aware = (self.awareness * people).sum(axis=1) / np.maximum(everybody, 1.0)
        self.reports[...] = culture.reports(workshops, aware, self.trust_authority, reward, p)
        speed = p["trust_authority_learning"]
        self.trust_authority[...] = public_trust.answered(self.trust_authority, self.reports, visits, speed)

    def _trust_anew(self, people: np.ndarray, everybody: np.ndarray) -> None:
        """Add a quarter's evidence to what is remembered, one's own and hearsay."""
        p = self.p
        packs = (self.dealt @ self._by_channel).transpose(2, 0, 1)
        good, bad = public_trust.dealings(packs, people, self._honest)
        bad += public_trust.per_thousand(self.news, everybody)[:, :, None]
        for mine, new in ((self.good, good), (self.bad, bad)):
            heard = new + p["trust_hearsay"] * (self.ties.meet(new) - new)
            mine[...] = public_trust.fade(mine, p["trust_forgetting"], 3) + heard
        self.trust[...] = public_trust.trust(self.start, self.good, self.bad, p["trust_prior"])
        self.dealt[...] = 0.0
        self.news[...] = 0.0

    def _note(self, month: int) -> None:
        """Write the month into the record."""
        row, series = month - self._ledger.first_month, self._record.series
        series["awareness"][row], series["public_trust"][row] = self.awareness, self.trust
        series["fires"][row], series["reports"][row] = self.fires, self.reports
