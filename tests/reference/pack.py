"""One pack and whoever holds it: wear on the road, the way it comes loose, and what its holder decides."""

import math

import mesa
import numpy as np

from govmodel.facts import CHANNELS, HOLDER_CLASSES, PROVINCES, ROUTES
from govmodel.foundations import draws

UNIT = 2**40  # whole steps in one unit of hazard
WAYS = [
    "automaker_outlet:recovery",
    "automaker_outlet:second_life",
    "battery_maker_outlet:recovery",
    "battery_maker_outlet:second_life",
    "recycler:recovery",
    "recycler:second_life",
    "dismantler:recovery",
    "dismantler:second_life",
    "dismantler:workshop_recovery",
    "dismantler:workshop_reuse",
    "workshop:recovery",
    "workshop:reuse",
    "kept",
]
BIDDERS = ["battery_maker_outlet", "recycler", "dismantler", "workshop"]
EULER = 0.5772156649015329


def log(x: float) -> float:
    """Take a logarithm as the columns do (numpy's, which may differ from the C library's in the last bit)."""
    return float(np.log(np.array([x]))[0])


def exp(x: float) -> float:
    """Take an exponential as the columns do."""
    return float(np.exp(np.array([x]))[0])


def power(x: float, y: float) -> float:
    """Raise to a power as the columns do."""
    return float(np.power(np.array([x]), np.array([y]))[0])


def names(wanted: str, name: str) -> bool:
    """Say whether a campaign's province or class, which may be "all", names this one."""
    return wanted in ("all", name)


class Pack(mesa.Agent):
    """One simulated pack and whoever holds it; `model` is the population it lives in."""

    def __init__(self, world, cohort: int, rank: int, number: int, born: int, threshold: int, replacement: bool):
        super().__init__(world)
        self.cohort, self.rank, self.number, self.born = cohort, rank, number, born
        cell = cohort % 248
        self.province, self.chemistry, self.holder_class = cell // 8, cell // 4 % 2, cell % 4
        self.threshold, self.replacement = threshold, replacement
        self.wear = 0
        self.where = "road"
        self.decisions = 0
        self.comes_back = None

    # luck

    @property
    def key(self) -> int:
        """The number under which this pack's luck is drawn."""
        return (self.cohort << 32) + self.rank

    def luck(self, purpose: str, alternative: int = 0, ordinal: int = 0, who: int | None = None) -> float:
        """Draw a number in (0, 1) for this pack, or for the lot it is sold in."""
        return draws.draw(self.model.luck_seed, purpose, self.key if who is None else who, ordinal, alternative)

    def wait(self, purpose: str, alternative: int = 0, ordinal: int = 0, who: int | None = None) -> float:
        """Draw a waiting time of mean one."""
        return -log(self.luck(purpose, alternative, ordinal, who))

    def pieces(self, alternative: int) -> list[int]:
        """Cut a word of trait luck into four pieces of 16 bits, lowest first."""
        holder = draws.splitmix64(self.model.luck_seed, self.key + 1)
        whole = draws.splitmix64(holder, draws.code("traits", 0, alternative))
        return [whole >> 16 * i & 0xFFFF for i in range(4)]

    # what the pack and its holder are like

    @property
    def watt_hours(self) -> int:
        """Nominal energy: 80 to 120 % of the mean of its year, class and powertrain."""
        facts, year = self.model.facts, self.born // 12
        phev = self.pieces(1)[0] < int(facts.phev_share[year, self.holder_class] * 65536)
        mean = int(np.round(facts.pack_kwh[year, self.holder_class, int(phev)] * 1000))
        return mean * (52429 + (self.pieces(0)[0] * 13107 >> 15)) >> 16

    @property
    def leased(self) -> bool:
        """Whether it was sold leased."""
        return self.pieces(1)[1] < int(self.model.leased_share[self.born, self.holder_class] * 65536)

    @property
    def luck_of_id(self) -> float:
        """The number that decides whether its transfers are scanned."""
        return (self.pieces(1)[2] + 0.5) / 65536

    @property
    def price_sensitivity(self) -> float:
        """How much a yuan per kWh counts for its holder."""
        return self.model.p["price_sensitivity"] * (0.5 + (self.pieces(0)[2] + 0.5) / 65536)

    @property
    def awareness(self) -> float:
        """What awareness adds to a licensed channel for its holder."""
        mean = self.model.conditions.awareness[self.province, self.holder_class]
        norm = 2 * ((self.pieces(0)[3] + 0.5) / 65536)
        own = mean + (norm - 1) * min(mean, 1 - mean)
        aware = own + self.model.p["peer_weight"] * (self.polled - own)
        return aware * self.model.p["awareness_weight"]

    @property
    def polled(self) -> float:
        """Share of aware among the few people its holder asks, the same ones all its life."""
        world, aware = self.model, 0
        if world.conditions.graph is not None:
            return self.asked_on_the_graph()
        peers = int(world.p["peers"])
        holder = draws.splitmix64(world.luck_seed, self.key + 1)
        for number in range(peers):
            word = draws.splitmix64(holder, draws.code("peer", 0, number))
            province = world.met_province[self.province][word % 256]
            holder_class = world.met_class[self.holder_class][word // 256 % 256]
            aware += (word >> 32) / 2**32 < world.conditions.awareness[province, holder_class]
        return aware / peers

    def asked_on_the_graph(self) -> float:
        """Share of aware among its holder's peers, where every holder is a node; a replacement has a member's place."""
        graph = self.model.conditions.graph
        node = self.number
        if self.replacement:
            community = self.province * 4 + self.holder_class
            members = [node for node in range(graph.nodes) if graph.community[node] == community]
            node = members[int(self.luck("peer", 8) * len(members))]
        asked = [bool(graph.aware[peer]) for peer in graph.peers[:, node]]
        return sum(asked) / len(asked)

    @property
    def life(self) -> float:
        """Factor on the tabled lifetimes of its holder class."""
        return self.model.p["life_multiplier"] * self.model.p[f"life_{HOLDER_CLASSES[self.holder_class]}"]

    def health_band(self, month: int) -> int:
        """Band of state of health in a month: 0 worst, 3 best."""
        life = self.model.facts.battery_scale[self.born // 12, self.chemistry, self.holder_class] * self.life
        fade = self.model.p["fade_over_life"] / (life * 12) * (month - self.born)
        fade *= 0.7 + 0.6 / 65536 * self.pieces(0)[1]
        return sum(fade <= 1 - edge for edge in (0.6, 0.7, 0.8))

    # how it comes loose

    def hazards(self, month: int, campaigns: bool = True) -> tuple[float, float, float]:
        """Hazard of vehicle end, battery end and accident in this month."""
        facts, p, year = self.model.facts, self.model.p, self.born // 12
        age = month - self.born
        older = p["replacement_vehicle_age"] if self.replacement else 0.0
        car = facts.vehicle_scale[year, self.holder_class] * self.life
        car_shape = facts.vehicle_shape[year, self.holder_class]
        cell = facts.battery_scale[year, self.chemistry, self.holder_class] * self.life
        cell_shape = facts.battery_shape[year, self.chemistry, self.holder_class]
        vehicle = power((age / 12 + older) / car, car_shape) - power(((age - 1) / 12 + older) / car, car_shape)
        battery = power(age / 12 / cell, cell_shape) - power((age - 1) / 12 / cell, cell_shape)
        if campaigns:
            vehicle *= self.push(month)
        return vehicle, battery, p["accident_rate"] / 12

    def push(self, month: int) -> float:
        """Factor of the trade-in campaigns that run this month for its province and class."""
        factor = 1.0
        for campaign in self.model.case.early_release:
            here = names(campaign.province, PROVINCES[self.province])
            mine = names(campaign.holder_class, HOLDER_CLASSES[self.holder_class])
            if campaign.start <= month <= campaign.until and here and mine:
                factor *= campaign.factor
        return factor

    def age(self, month: int, campaigns: bool = True) -> None:
        """Wear for a month."""
        vehicle, battery, accident = self.hazards(month, campaigns)
        self.wear += math.floor(((vehicle + battery) + accident) * UNIT)

    def first_route(self, month: int) -> str:
        """Say why the pack comes loose and who holds it then; a household may put a new pack into its car."""
        times = [self.wait("cause", i) / hazard for i, hazard in enumerate(self.hazards(month))]
        cause = ["vehicle end", "battery end", "accident"][times.index(min(times))]
        renewed = cause == "battery end" and (
            self.luck("replacement") < self.model.p[f"replaced_{HOLDER_CLASSES[self.holder_class]}"]
        )
        if renewed:
            self.model.renewals.append(self)
        if cause == "accident":
            return "accident_salvage"
        if self.leased:
            return "lease_return"
        if self.holder_class > 0:
            return "fleet_tender"
        return "battery_replaced" if renewed else "scrapped_vehicle"

    # the month

    def step(self) -> None:
        """Live a month: wear on the road, or come back from being kept or re-used."""
        month = self.model.month
        if self.where == "road" and self.born < month:
            self.age(month)
            if self.threshold <= self.wear:
                self.come_loose(month, self.first_route(month))
        elif self.comes_back == month:
            self.come_loose(month, self.where)

    def come_loose(self, month: int, route: str) -> None:
        """Decide to whom the pack goes, write down what happened, and come back later if it was not recovered."""
        world, first = self.model, self.where == "road"
        band = 0 if route in ("second_life_return", "reuse_return") else self.health_band(month)
        cell = (self.province * 2 + self.chemistry) * 4 + band
        channel, price = self.decide(route, cell)
        way = self.way(channel, cell)
        world.write(self, month, route, channel, way, price, cell, first)
        self.where, self.comes_back = "gone", None
        if way == "kept":
            self.where = route if route == "second_life_return" else "let_go"
            self.comes_back = month + int(world.p["patience"])
        elif way.endswith("second_life"):
            self.where, self.comes_back = "second_life_return", month + self.lasts("second_life")
        elif way.endswith("reuse"):
            self.where, self.comes_back = "reuse_return", month + self.lasts("reuse")
        self.decisions += 1

    def lasts(self, kind: str) -> int:
        """Months that a second life of this kind lasts."""
        least, mean = self.model.p[f"{kind}_least"], self.model.p[f"{kind}_mean"]
        return math.floor(least + max(mean - least, 0.0) * self.wait("second_life", ordinal=self.decisions))

    # what its holder decides

    def decide(self, route: str, cell: int) -> tuple[str, float]:
        """Choose a channel, by the rule of whoever holds the pack; gives the channel and the price paid."""
        if route in ("fleet_tender", "second_life_return") or (route == "let_go" and self.holder_class > 0):
            return self.tender(cell, route)
        if route == "reuse_return":
            return self.hand_to("workshop", cell)
        if route == "lease_return" and self.luck("owner", ordinal=self.decisions) >= self.model.p["lease_broken"]:
            return self.hand_to("battery_maker_outlet", cell)
        return self.choose(route, cell)

    def hand_to(self, channel: str, cell: int) -> tuple[str, float]:
        """Give the pack to a channel at its posted price."""
        return channel, self.model.board.paid[CHANNELS.index(channel), cell]

    def choose(self, route: str, cell: int) -> tuple[str, float]:
        """Choose by random utility: each channel runs for a time, the fastest gets the pack."""
        world = self.model
        place = (ROUTES.index(route) * 31 + self.province) * 4 + self.holder_class
        times = []
        for i, name in enumerate(CHANNELS):
            licensed = name not in ("workshop", "kept")
            offer = world.board.offer[i, cell]
            if licensed:
                offer = offer + world.deposits[self.born, self.province]
            utility = offer * self.price_sensitivity + world.conditions.ease[i, place]
            if licensed:
                utility = utility + self.awareness
            times.append(self.wait("channel", i, self.decisions) * exp(-utility))
        return self.hand_to(CHANNELS[times.index(min(times))], cell)

    def tender(self, cell: int, route: str) -> tuple[str, float]:
        """Sell the lot to the best of the bidders that come; the packs of a lot share its luck."""
        world, p = self.model, self.model.p
        lot = max(1, int(p["tender_lot"] / world.case.scale))
        key = self.key - self.rank % lot
        bound = world.conditions.contracted[self.province, self.holder_class]
        if route == "fleet_tender" and self.luck("contract", 0, self.decisions, key) < bound:
            return "recycler", world.conditions.contract_price[self.province, self.chemistry]
        weight = world.levers["tender_price_weight"]
        best, best_score, value, usual, everyone = "kept", -math.inf, 0.0, 0.0, 0
        for i, kind in enumerate(BIDDERS):
            luck = self.luck("bidders", i, self.decisions, key)
            count = sum(luck > world.conditions.presence[step, i, self.province] for step in range(6))
            if count == 0:
                continue
            everyone += count
            bid = world.board.tender[i, cell]
            error = log(float(count)) - log(self.wait("bid", i, self.decisions, key)) - EULER
            valued = bid * (1.0 + p["tender_error"] * error)
            extra = world.board.tender_extra[i, cell] + (
                world.deposits[self.born, self.province] if kind != "workshop" else 0.0
            )
            if route == "second_life_return":
                extra = 0.0
            record = (1 - weight) * p["tender_licence_worth"] * (0.0 if kind == "workshop" else 1.0)
            score = weight * (valued + extra) + record
            if score > best_score:
                best, best_score, value, usual = kind, score, valued, bid
        if best == "kept":
            return best, 0.0
        return best, max(value - p["tender_error"] * usual * log(float(everyone)), 0.0)

    def way(self, channel: str, cell: int) -> str:
        """Say what the buyer does with the pack."""
        board = self.model.board
        use, resale = self.luck("use", 0, self.decisions), self.luck("use", 1, self.decisions)
        if channel == "kept":
            return "kept"
        if channel == "workshop":
            return "workshop:reuse" if use < board.reuse[cell] else "workshop:recovery"
        if channel == "dismantler" and resale < board.to_workshop[cell]:
            return "dismantler:workshop_reuse" if use < board.reuse[cell] else "dismantler:workshop_recovery"
        chance = board.second_life[1 if channel == "battery_maker_outlet" else 0, cell]
        return f"{channel}:second_life" if use < chance else f"{channel}:recovery"
