"""The public: what holders know, whom they trust, what burns, and what citizens report.

Its state is by community, a province and a holder class. Awareness moves every month; trust moves every quarter, on
what has happened to people in it.
"""

import numpy as np

from ..chain.fleet import CHEMISTRIES, CLASSES, PROVINCES
from ..facts import CHANNELS
from ..foundations import draws
from ..mechanisms import culture, incidents, public_trust
from ..mechanisms.choice import KEPT
from .fates import CHANNEL_OF, DISPOSITIONS, LICENSED, REUSES, WORKSHOP_RECOVERIES
from .flows import Flows
from .social_graph import SocialGraph

BELIEFS = ("awareness", "trust", "good", "bad", "attention", "trust_authority", "reports")
STATE = (*BELIEFS, "dealt", "sold_on", "burnt", "late", "scandals", "reused")
_PACK_WH = 50e3  # a usual pack, to count packs in yards that are known by energy


def _luck_of_fires(seed: int, start: int, until: int) -> np.ndarray:
    """Draw beforehand how each month's expected fires are rounded: (months, causes, 31)."""
    causes, months = len(incidents.CAUSES), until - start + 1
    codes = [draws.code("incident", month, cause) for month in range(start, until + 1) for cause in range(causes)]
    drawn = draws.words(draws.holder_words(seed, np.arange(PROVINCES)), np.array(codes, np.uint64))
    return draws.uniform(drawn).reshape(months, causes, PROVINCES)


class Public:
    """Everybody who is not an organisation: awareness and trust by community, incidents, reports."""

    def __init__(self, facts, case, seed: int):
        """Start at the parameters' values; `seed` is the key of all luck."""
        self.p = p = case.parameters
        self.culture, self.trusting = "culture" not in case.without, "trust" not in case.without
        self.informed = "information" not in case.without
        self.people = culture.holders_by_year(facts, case.retirement_outlook)  # (years, 31, 4)
        self._everybody = np.maximum(self.people.sum(axis=2), 1.0)
        self._heads = self._everybody.sum(axis=1).tolist()
        self._weight, self._of_class = self.people / self._everybody[:, :, None], self.people.sum(axis=1)
        self.ties = culture.ties_of(facts, p)
        self.start = public_trust.starting([p[f"trust_{name}"] for name in CHANNELS[:KEPT]])
        self.awareness = np.full((PROVINCES, CLASSES), p["awareness"])
        self.trust = self.start.copy()
        self.good, self.bad = np.zeros(public_trust.SHAPE), np.zeros(public_trust.SHAPE)
        self.dealt = np.zeros((CLASSES, len(DISPOSITIONS)))  # real packs this quarter
        self.sold_on = np.zeros(PROVINCES)  # real packs that dismantlers sold to workshops this quarter
        self.burnt = np.zeros((len(incidents.CAUSES), PROVINCES))  # fires this quarter
        self.late = np.zeros(PROVINCES)  # Wh-months that waited unpaid this quarter
        self.scandals = np.zeros((KEPT, PROVINCES))  # frauds proven this quarter, put here by whoever proves them
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
        self._exposed = np.repeat(self._exposed, CHEMISTRIES, axis=0)
        self._first, self._fire_rates = case.start, (None, None)
        self._fire_luck = _luck_of_fires(seed, case.start, case.until)

    def _graph(self, facts, case, seed: int) -> SocialGraph | None:
        form = self.p["social_graph"]
        return SocialGraph(facts, case, seed, self.ties, self.awareness) if form >= 0.5 else None

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
        year = month // 12
        sharing = levers["information_sharing"] if self.informed else self.p["sharing_usual"]
        self._burn(month, flows.by_way.reshape(PROVINCES, -1), sharing)
        if self.culture:
            self._learn(month, year, levers["campaign"])
            aware = (self.awareness * self._weight[year]).sum(axis=1)
            reward = levers["report_reward"]
            self.reports[...] = culture.reports(workshops, aware, self.trust_authority, reward, self.p)
            if month % 3 == 2:
                speed = min(3.0 * self.p["trust_authority_learning"], 1.0)
                seen = public_trust.answered(self.trust_authority, self.reports, visits, speed)
                self.trust_authority[...] = seen
        if self.trusting:
            self.dealt += flows.dealt
            self.sold_on += flows.sold_on
            self.burnt += self.fires
            self.late += yard
            if month % 3 == 2:
                often = np.divide(visits, workshops, out=np.zeros(PROVINCES), where=workshops > 0)
                self._trust_anew(year, often, levers["traceability"])
        self._note(month)

    def _burn(self, month: int, happened: np.ndarray, sharing: float) -> None:
        """Let fires break out, where `happened` is Wh by province, disposition and chemistry."""
        exposed = (happened @ self._exposed).T
        self.reused[...] = incidents.in_use(self.reused, exposed[incidents.BY_REUSE], self.p["reuse_mean"])
        exposed[incidents.BY_REUSE] = self.reused
        if self._fire_rates[0] != sharing:
            self._fire_rates = sharing, incidents.fire_rates(sharing, self.p)[:, None]
        expected = exposed * self._fire_rates[1]
        self.fires = incidents.whole(expected, self._fire_luck[month - self._first])

    def _learn(self, month: int, year: int, campaign: float) -> None:
        """Spread awareness by campaign, alarm and contact, and let it fade."""
        p, people, heads = self.p, self._everybody[year], self._heads[year]
        told = 0.0
        if campaign:
            self._ledger.pay(month, self.campaigns, int(campaign * 1e8 / 12.0))  # fen
            told = culture.campaign_influence(campaign * 1e6 / 12.0, heads, p["campaign_effect"], p["campaign_half"])
        fires = self.fires.sum(axis=0)
        alarm = culture.alarm_of(fires, people, self.attention[0], p["alarm"], p["alarm_fatigue"])
        self.attention += (fires.sum() * (1e5 / heads) - self.attention) / 12.0
        learn = (alarm + (p["awareness_everyday"] + told))[:, None]
        imitation, forgetting = p["awareness_imitation"], p["awareness_forgetting"]
        mean = culture.spread(self.awareness, learn, self.ties.meet(self.awareness), imitation, forgetting)
        if self.graph is not None:
            self.graph.step(month, np.broadcast_to(learn, mean.shape), imitation, forgetting)
            mean = self.graph.mean(mean)
        self.awareness[...] = mean

    def _trust_anew(self, year: int, often: np.ndarray, traceability: float) -> None:
        """Add a quarter's evidence to what is remembered, one's own and hearsay.

        `often` is how many visits a month a workshop has, by province.
        """
        p, everybody = self.p, self._everybody[year]
        found = public_trust.side_sales_found(self.sold_on, often, traceability, p)
        news = public_trust.bad_news(self.burnt, self.late / _PACK_WH, found, self.scandals, p)
        # how often people of a class deal is counted over the nation: a province's packs are few where scale is coarse
        packs = (self.dealt @ self._by_channel).T[:, None, :]
        good, bad = public_trust.dealings(packs, self._of_class[year], self._honest)
        bad = bad + public_trust.per_thousand(news, everybody)[:, :, None]
        heard = bad + p["trust_hearsay"] * (self.ties.meet(bad) - bad)
        self.good[...] = public_trust.fade(self.good, p["trust_forgetting"], 3) + good
        self.bad[...] = public_trust.fade(self.bad, p["trust_forgetting"], 3) + heard
        self.trust[...] = public_trust.trust(self.start, self.good, self.bad, p["trust_prior"])
        for gathered in (self.dealt, self.sold_on, self.burnt, self.late, self.scandals):
            gathered[...] = 0.0

    def _note(self, month: int) -> None:
        """Write the month into the record."""
        row, series = month - self._ledger.first_month, self._record.series
        series["awareness"][row], series["public_trust"][row] = self.awareness, self.trust
        series["fires"][row], series["reports"][row] = self.fires, self.reports
