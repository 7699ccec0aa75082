"""The population as one object per pack, with the face of govmodel.actors.holders.Holders."""

import math

import mesa
import numpy as np

from govmodel.actors.flows import Flows
from govmodel.facts import CHANNELS, ROUTES
from govmodel.foundations.calendar import MONTHS, RUN_FROM
from govmodel.foundations.draws import draw

from .pack import UNIT, WAYS, Pack, log

CELLS = 31 * 2 * 4  # cohorts sold in one month: province, chemistry, holder class


def steps(shares: list[float]) -> list[int]:
    """Lay out shares as 256 entries, each to the nearest step of its running total."""
    entries, running = [], 0.0
    for number, share in enumerate(shares):
        running += share
        entries += [number] * (round(running * 256) - len(entries))
    return entries


class OneByOne(mesa.Model):
    """All packs ever sold, each an agent; the months before the start are lived through when the world is built."""

    shuffled = False

    def __init__(self, facts, case, seed: int, leased_share):
        super().__init__(rng=seed % 2**32)
        self.facts, self.case, self.p, self.leased_share = facts, case, case.parameters, leased_share
        self.tie_people()
        self.luck_seed = seed
        self.month = case.start
        self.events: list[tuple] = []
        self.sales = [self.count_sales(month) for month in range(MONTHS)]
        self.numbers_given = sum(map(sum, self.sales))  # new vehicles' packs come first, then replacements
        for month in range(case.start):
            self.sell_new(month)
        self.live_before_start()

    def tie_people(self) -> None:
        """Lay out, for 256 steps of luck, in which province and class somebody a holder meets is."""
        p, facts = self.p, self.facts
        mix = facts.class_share[:13].mean(axis=0)  # 2013 to 2025
        self.met_province, self.met_class = [], []
        for own in range(31):
            near = [other for other in range(31) if facts.neighbours[own, other]]
            away = (1 - p["ties_home"]) / len(near)
            self.met_province.append(
                steps([p["ties_home"] if other == own else away * (other in near) for other in range(31)])
            )
        for own in range(4):
            others = [(1 - p["ties_class"]) * float(share) / float(mix.sum()) for share in mix]
            self.met_class.append(steps([others[i] + p["ties_class"] * (i == own) for i in range(4)]))

    # births

    def count_sales(self, month: int) -> list[int]:
        """Whole packs sold in a month by cell: running totals of what is expected, rounded with one start."""
        facts, year, row = self.facts, month // 12, []
        start = draw(self.luck_seed, "rounding", month)
        vehicles = facts.registrations[self.case.retirement_outlook][year] * facts.season[month % 12]
        running, so_far = 0.0, 0
        for province in range(31):
            for chemistry in range(2):
                for holder_class in range(4):
                    lfp = facts.lfp_share[year, holder_class]
                    share = (
                        facts.province_share[year, province]
                        * (lfp if chemistry == 0 else 1.0 - lfp)
                        * facts.class_share[year, holder_class]
                    )
                    running += vehicles * share / self.case.scale
                    edge = math.floor(running + start)
                    row.append(edge - so_far)
                    so_far = edge
        return row

    def sell_new(self, month: int) -> None:
        """Put the packs of this month's new vehicles on the road."""
        number = sum(map(sum, self.sales[:month]))
        for cell, n in enumerate(self.sales[month]):
            self.sell(month * CELLS + cell, month, n, number, replacement=False)
            number += n

    def sell_replacements(self, month: int) -> None:
        """Put new packs into the vehicles whose packs wore out this month."""
        counts = [0] * CELLS
        for pack in self.renewals:
            counts[(pack.province * 2 + pack.chemistry) * 4 + pack.holder_class] += 1
        self.flows.replaced += np.array(counts)
        for cell, n in enumerate(counts):
            cohort = (MONTHS + month - RUN_FROM) * CELLS + cell
            self.sell(cohort, month, n, self.numbers_given, replacement=True)
            self.numbers_given += n

    def sell(self, cohort: int, month: int, n: int, number: int, replacement: bool) -> None:
        """Sell a cohort; its lifetimes are the order statistics of n exponential times, in units of hazard."""
        threshold = 0
        for rank in range(n):
            luck = draw(self.luck_seed, "lifetime", (cohort << 32) + rank)
            threshold += math.floor(-log(luck) / (n - rank) * UNIT)
            Pack(self, cohort, rank, number + rank, month, threshold, replacement)

    def live_before_start(self) -> None:
        """Wear the opening stock to the start; what comes loose before is history and leaves no event."""
        for pack in self.agents:
            for month in range(pack.born + 1, self.case.start):
                pack.age(month, campaigns=False)
            if pack.threshold <= pack.wear:
                pack.where = "before the start"

    # what the world asks

    def sold(self, month: int) -> np.ndarray:
        """Count the packs sold with new vehicles in a month: (31, 2, 4)."""
        return np.array(self.sales[month]).reshape(31, 2, 4)

    def on_the_road(self, month: int) -> np.ndarray:
        """Count the packs on the road at the start of a month, by province."""
        count = np.zeros(31, np.int64)
        for pack in self.agents:
            count[pack.province] += pack.where == "road" and pack.born < month
        return count

    def live(self, month, board, conditions, levers, deposits) -> Flows:
        """Activate every pack once, in order or shuffled, then sell this month's packs."""
        self.month, self.board, self.conditions = month, board, conditions
        self.levers, self.deposits = levers, np.zeros((MONTHS, 31)) if deposits is None else deposits
        self.flows, self.renewals = Flows(), []
        if self.shuffled:
            self.agents.shuffle_do("step")
        else:
            self.agents.do("step")
        self.sell_new(month)
        self.sell_replacements(month)
        return self.flows

    # what happened

    def write(self, pack: Pack, month: int, route: str, channel: str, way: str, price: float, cell: int, first: bool):
        """Write an event down and add it to the month's flows."""
        flows, board, levers = self.flows, self.board, self.levers
        scanned = pack.luck_of_id < self.conditions.scan[pack.province, WAYS.index(way)]
        self.events.append((month, pack.number, route, way, bool(scanned)))
        wh = pack.watt_hours * self.case.scale
        fen = math.floor(wh * price * 0.1)
        here = (pack.province, ROUTES.index(route), WAYS.index(way), pack.chemistry)
        flows.packs[here] += self.case.scale
        flows.watt_hours[here] += wh
        flows.fen[here] += fen
        flows.scanned_wh[here] += wh * scanned
        if route not in ("second_life_return", "reuse_return"):
            flows.dealt[pack.holder_class, WAYS.index(way)] += self.case.scale
        if first:
            flows.released_by_class[pack.holder_class, pack.chemistry] += wh
        seller = {"second_life_return": 4, "reuse_return": 5}.get(route, pack.holder_class)
        workshop = 4 + pack.province
        buyer = workshop if channel == "workshop" else min(CHANNELS.index(channel), 3)
        flows.payments[seller, buyer] += fen
        if way.endswith("reuse"):
            flows.reuse_income[workshop] += math.floor(wh * board.reuse_worth[pack.chemistry, cell % 4] * 0.1)
        elif way.endswith("second_life"):
            row = 1 if channel == "battery_maker_outlet" else 0
            flows.reuse_income[buyer] += math.floor(wh * board.second_life_worth[row, cell] * 0.1)
        if way.startswith("dismantler:workshop"):
            flows.sold_on[pack.province] += self.case.scale
            flows.resale[pack.province] += math.floor(wh * board.paid[CHANNELS.index("workshop"), cell] * 0.1)
        if channel not in ("workshop", "kept") and route not in ("second_life_return", "reuse_return"):
            flows.rewards[seller] += math.floor(wh * 0.1 * levers["holder_reward"])
            flows.refunds[seller] += math.floor(wh * 0.1 * self.deposits[pack.born, pack.province])


class Shuffled(OneByOne):
    """The same population, activated in another order every month."""

    shuffled = True
