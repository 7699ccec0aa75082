"""The market: what every kind of buyer bids for a kWh of retired pack, from its own economics.

All prices are yuan per kWh of nominal energy. A licensed plant's gate price for recovery is

    metals x recovery x price - VAT without input invoices - processing and environment + subsidy - margin x metals

and its price in a province is the gate price less freight and permit. A licensed buyer may also resell a healthy pack
for storage. A workshop has two incomes: crude recovery (black mass sold at a discount) and resale into other uses; it
saves VAT and most of the cost, and expects a fine. Bids stand on last month's state.
"""

from dataclasses import dataclass

import numpy as np

from ..chain.fleet import BANDS, CHEMISTRIES, CLASSES, HEALTH_BANDS, PROVINCES
from ..facts import CHANNELS, METALS, ROUTES
from ..foundations.calendar import FIRST_YEAR
from .choice import AUTOMAKER_OUTLET, BATTERY_MAKER_OUTLET, DISMANTLER, KEPT, RECYCLER, WORKSHOP
from .tender import BIDDERS

CELLS = PROVINCES * CHEMISTRIES * BANDS  # bids are posted by province, chemistry and health
_IN_PROVINCE = np.arange(CELLS) % (CHEMISTRIES * BANDS)  # chemistry and health of a cell
BAND_HEALTH = np.array([0.5, *(np.array(HEALTH_BANDS[:-1]) + 0.05), 0.85])  # a typical state of health in each band


def logistic(difference: np.ndarray) -> np.ndarray:
    """Chance that the first of two uses wins when it is worth `difference` choice errors more than the second."""
    return 1.0 / (1.0 + np.exp(-np.maximum(difference, -700.0)))


def better_use(usual, again, spread: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weigh using packs again against the usual use, where what it brings differs from pack to pack.

    `again` is worth its mean plus a logistic error of this `spread`, yuan/kWh. Returns the chance that it is the better
    use, what a pack brings in its better use on average, and what those bring that are used again.
    """
    ahead = np.maximum((again - usual) / spread, -700.0)
    gain, chance = spread * np.logaddexp(0.0, ahead), logistic(ahead)
    return chance, usual + gain, usual + gain / chance


@dataclass
class Board:
    """The bids of a month, as holders see them; tables over (province, chemistry, health) are flat, CELLS long."""

    paid: np.ndarray  # (6 channels, CELLS) price a holder is paid, yuan/kWh, never negative
    offer: np.ndarray  # (6 channels, CELLS) the same with rewards and expected penalties
    tender: np.ndarray  # (4 bidder kinds, CELLS) what a kind's typical bidder bids for a lot
    tender_extra: np.ndarray  # (4 bidder kinds, CELLS) rewards and expected penalties on top of a bid
    second_life: np.ndarray  # (2, CELLS) chance that a licensed buyer re-uses; row 1 is the battery makers' own outlets
    reuse: np.ndarray  # (CELLS,) chance that a workshop re-uses instead of recovering
    to_workshop: np.ndarray  # (CELLS,) chance that a dismantler sells on to a workshop
    gate: np.ndarray  # (2 chemistries, plants) gate price for recovery
    share: np.ndarray  # (31, 2, plants) where licensed packs for recovery go
    maker_share: np.ndarray  # (31, 2, makers' plants) the same for battery makers' outlets, which serve their own
    licensed_value: np.ndarray  # (31, 2) what a collector gets for recovery, net of freight
    maker_value: np.ndarray  # (31, 2) the same for battery makers' outlets
    second_life_worth: np.ndarray  # (2, CELLS) what storage operators pay a licensed firm, before its cost
    reuse_worth: np.ndarray  # (2, 4) what users pay a workshop for an unlawful re-use, before its cost
    crude_value: np.ndarray  # (2,) what a workshop gets for crude recovery, before its cost
    crude_vat: np.ndarray  # (2,) VAT that refiners pay on black mass
    metal_value: np.ndarray  # (2,) what a plant sells the recovered metals of a kWh for
    penalty: np.ndarray  # (31, 2) fine a workshop expects
    collecting: np.ndarray  # (4,) what collecting costs each licensed channel


def metal_values(facts, prices: np.ndarray, handler: str, payable: np.ndarray) -> np.ndarray:
    """Worth of the metals that a handler gets out of a kWh: yuan, float (months, 2); `payable` is a share by metal."""
    tonnes = facts.metal_per_kwh * facts.recovery[handler] / 1000.0
    tonnes[:, 0] *= facts.lithium_carbonate_per_lithium
    return (prices[:, None, :] * (tonnes * payable)[None, :, :]).sum(axis=-1)


@dataclass
class Worth:
    """What prices and the law make a kWh worth to each kind of buyer, month by month; yuan/kWh."""

    licensed_metal: np.ndarray  # (months, 2) metals a plant sells
    net: np.ndarray  # (months, 2) the same less VAT and cost
    second: np.ndarray  # (months, 2, 4) what storage operators pay for a usual pack, less cost and VAT
    crude_value: np.ndarray  # (months, 2) black mass and scrap metal a workshop sells
    crude_vat: np.ndarray  # (months, 2) VAT that refiners pay on the salts in black mass
    reuse_worth: np.ndarray  # (months, 2, 4) what users of unlawful re-use pay a workshop for the packs it re-uses
    reuse_chance: np.ndarray  # (months, 8) chance that a workshop re-uses, the same in all provinces
    best: np.ndarray  # (months, 2, 4) what a workshop gets from a pack's better use, less its cost
    gain: np.ndarray  # (months, 2) the cost and tax that a workshop saves, on which fines are set


class Market:
    """Posts the month's bids of every kind of buyer."""

    def __init__(self, facts, parameters: dict, metal_prices: str, makers: np.ndarray):
        """`makers` are the indices of the plants that battery makers own."""
        self.p = p = parameters
        prices = facts.metal_prices[metal_prices]
        months = len(prices)
        years = np.arange(months) / 12.0 - (2024 - FIRST_YEAR)  # learning is measured from January 2024
        cheaper = (1.0 - p["processing_learning"]) ** years
        cost = np.array([p["processing_cost_lfp"], p["processing_cost_ncm"]])
        scrap_metal = np.isin(METALS, ("copper", "aluminium")).astype(float)  # the others are salts in black mass
        self.licensed_metal = metal_values(facts, prices, "licensed", np.ones(len(METALS)))
        self.licensed_cost = cost * cheaper[:, None]
        self.workshop_cost = np.full((months, 2), p["workshop_cost"])
        black_mass = metal_values(facts, prices, "workshop", 1.0 - scrap_metal)
        # a refiner of black mass pays VAT on its salts, with no papers for relief, and keeps the cost of refining
        self._crude_vat = self.vat(black_mass, {"vat_relief": 0.0})
        refining = np.array([p["refining_cost_lfp"], p["refining_cost_ncm"]])
        salts = np.maximum(black_mass - self._crude_vat - refining, 0.0)
        scrap = metal_values(facts, prices, "workshop", scrap_metal) * p["payable_copper_aluminium"]
        self._crude_value = salts + scrap
        self._new_pack = np.repeat(facts.new_pack_price, 12, axis=0)[:, :, None]
        self._makers = makers
        self.handling = 1.0  # factor on processing cost, by what plants know of the packs
        self._first_metal, self._first_cost = self.licensed_metal, self.licensed_cost
        kept = np.maximum(facts.recovery["licensed"], 1e-9)
        self._all_metal = metal_values(facts, prices, "licensed", 1.0 / kept)  # as if nothing were lost
        self._worth: tuple[tuple, Worth] | None = None
        self._near: tuple[np.ndarray, np.ndarray] | None = None

    def learn(self, cost: float, lost: float) -> None:
        """Let licensed plants work cheaper and lose less metal: factors on cost, and on what recovery still loses."""
        self.licensed_cost = self._first_cost * cost
        self.licensed_metal = self._all_metal - (self._all_metal - self._first_metal) * lost
        self._worth = None

    def vat(self, value, levers: dict):
        """VAT a licensed firm pays on a sale, since sellers of old packs give it no invoices to set against it."""
        rate = self.p["vat_rate"]
        return value * (rate / (1.0 + rate)) * (1.0 - levers["vat_relief"])

    def worth(self, levers: dict) -> Worth:
        """Work out what a kWh is worth to whom under the law in force; kept until the law changes."""
        law = (self.handling, levers["vat_relief"], levers["reuse_ban"])
        if self._worth is None or self._worth[0] != law:
            self._worth = (law, self._work_out(levers))
        return self._worth[1]

    def _work_out(self, levers: dict) -> Worth:
        p = self.p
        value, cost = self.licensed_metal, self.licensed_cost * self.handling
        tax = self.vat(value, levers)
        ratio = np.array([p["second_life_price_lfp"], p["second_life_price_ncm"]])[:, None]
        second = self._new_pack * (ratio * BAND_HEALTH) - p["second_life_cost"]
        second = second - self.vat(np.maximum(second, 0.0), levers)
        crude = (self._crude_value - self.workshop_cost)[:, :, None]
        reuse_worth = (
            self._new_pack * (p["reuse_price"] * BAND_HEALTH) * (1.0 - p["reuse_ban_loss"] * levers["reuse_ban"])
        )
        chance, best, reuse = better_use(crude, reuse_worth - p["reuse_cost"], p["use_choice_error"])
        reuse_worth, reuse_chance = reuse + p["reuse_cost"], chance.reshape(len(value), -1)
        gain = np.maximum(cost + tax - self.workshop_cost, 0.0)
        net = value - tax - cost
        crude_value, crude_vat = self._crude_value, self._crude_vat
        return Worth(value, net, second, crude_value, crude_vat, reuse_worth, reuse_chance, best, gain)

    def post(
        self,
        month: int,
        plant_margin: np.ndarray,
        plant_pull: np.ndarray,
        haul: np.ndarray,
        workshop_margin: np.ndarray,
        risk: np.ndarray,
        premium: np.ndarray,
        subsidy: np.ndarray,
        levers: dict,
        asked_extra: np.ndarray | float = 0.0,
    ) -> Board:
        """Post the bids of a month: margins are shares of value by plant and by province of the workshops.

        `plant_pull` is each plant's free capacity (its weight in the market), `haul` is freight and permits, yuan/kWh
        (31, 2, plants). `risk` (31,) is the fine that a province's workshops expect, as a multiple of what they gain by
        unlawful work; `premium` (2,) is what automakers' and battery makers' outlets add, and `subsidy`
        (plants,) what each plant is promised, yuan/kWh. `asked_extra` (31,) is what workshops take off
        their bids besides, because they hide or are short of hands, yuan/kWh.
        """
        worth = self.worth(levers)
        value = worth.licensed_metal[month]
        # below zero a plant takes packs free of charge
        gate = np.maximum(worth.net[month][:, None] + subsidy - plant_margin * value[:, None], 0.0)
        share, licensed, maker_share, maker = self._deliver(gate, plant_pull, haul)
        either = np.array([licensed, maker])[:, :, :, None]  # any licensed buyer, battery makers' own outlets
        second_chance, best, second = better_use(either, worth.second[month], self.p["use_choice_error"])
        taxed = np.where(second > 0.0, 1.0 - self.vat(1.0, levers), 1.0)
        licensed_best, maker_best = best
        penalty = risk[:, None] * worth.gain[month]
        extra = penalty[:, :, None] + np.reshape(asked_extra, (-1, 1, 1))
        workshop = self._outbid(worth.best[month], extra, workshop_margin, licensed_best)
        at_stake = self.p["licence_worth"] + penalty[:, :, None]
        collecting = self.collecting(levers)
        paid, to_workshop = self._pay(licensed_best, maker_best, workshop, at_stake, premium, collecting)
        offer = paid.copy()
        offer[:WORKSHOP] += levers["holder_reward"]
        temptation = np.maximum(paid[WORKSHOP] - np.maximum.reduce(paid[:WORKSHOP]), 0.0)
        offer[WORKSHOP] -= self.p["perceived_detection"] * levers["fine"] * temptation
        return Board(
            paid=paid,
            offer=offer,
            tender=paid[BIDDERS],
            tender_extra=offer[BIDDERS] - paid[BIDDERS],
            second_life=second_chance.reshape(2, CELLS),
            reuse=worth.reuse_chance[month].take(_IN_PROVINCE),
            to_workshop=to_workshop.ravel(),
            gate=gate,
            share=share,
            maker_share=maker_share,
            licensed_value=licensed,
            maker_value=maker,
            second_life_worth=(self.p["second_life_cost"] + second / taxed).reshape(2, CELLS),
            reuse_worth=worth.reuse_worth[month],
            crude_value=worth.crude_value[month],
            crude_vat=worth.crude_vat[month],
            metal_value=value,
            penalty=penalty,
            collecting=collecting,
        )

    def collecting(self, levers: dict) -> np.ndarray:
        """Say what collecting costs each licensed channel, coming to holders' homes included, yuan/kWh (4,)."""
        p, at_home = self.p, self.p["online_cost"] * levers["online_collection"]
        outlet = p["outlet_cost"] + at_home
        return np.array([outlet, outlet, p["recycler_collection_cost"] + at_home, 0.0])

    def _deliver(self, gate: np.ndarray, pull: np.ndarray, haul: np.ndarray) -> tuple[np.ndarray, ...]:
        """Say where packs go and what they fetch: shares and prices, for all plants and for battery makers' own."""
        error = self.p["plant_choice_error"]
        if self._near is None or self._near[0] is not haul:
            self._near = (haul, np.exp(-haul / error))
        weight = self._near[1] * (pull * np.exp((gate - np.maximum.reduce(gate, axis=1, keepdims=True)) / error))
        delivered, own = gate - haul, self._makers
        return *_spread(weight, delivered), *_spread(weight.take(own, axis=2), delivered.take(own, axis=2))

    def _outbid(self, best: np.ndarray, penalty: np.ndarray, margin: np.ndarray, licensed: np.ndarray) -> np.ndarray:
        """Bid as a workshop: at the usual margin, or at less where that is needed to outbid licensed buyers."""
        p = self.p
        usual = best * (1.0 - margin[:, None, None]) - penalty
        utmost = best - p["workshop_margin_least"] - penalty
        return np.maximum(usual, np.minimum(utmost, (1.0 + p["workshop_outbid"]) * licensed))

    def _pay(self, licensed, maker, workshop, at_stake, premium, collecting) -> tuple[np.ndarray, np.ndarray]:
        """Say what each channel pays a holder, (6, CELLS), and the chance that a dismantler sells on to a workshop.

        `at_stake` is what a dismantler may lose by it: its licence and the expected fine, yuan/kWh (31, 2, 1);
        `collecting` is what it costs licensed channels (4,).
        """
        p = self.p
        to_workshop = logistic((workshop - licensed - at_stake) / p["resale_error"])
        paid = np.zeros((6, PROVINCES, CHEMISTRIES, BANDS))
        paid[AUTOMAKER_OUTLET] = (licensed - collecting[AUTOMAKER_OUTLET]) * p["automaker_pass_through"] + premium[0]
        paid[BATTERY_MAKER_OUTLET] = maker + (premium[1] - collecting[BATTERY_MAKER_OUTLET])
        paid[RECYCLER] = licensed - collecting[RECYCLER]
        paid[DISMANTLER] = np.maximum(licensed, workshop - at_stake) - p["dismantler_margin"]
        paid[WORKSHOP] = workshop
        return np.maximum(paid, 0.0, out=paid).reshape(6, CELLS), to_workshop


def _spread(weight: np.ndarray, delivered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spread a province's packs over plants by weight: shares (31, 2, plants) and the price they fetch (31, 2)."""
    share = weight / np.add.reduce(weight, axis=-1, keepdims=True)
    return share, np.add.reduce(share * delivered, axis=-1)


class Ease:
    """Everything but price that makes a channel easy or hard for holders: a utility by channel, route and place."""

    def __init__(self, parameters: dict):
        """Lay out what never changes: constants, and how routes differ."""
        self.p = p = parameters
        self._fixed = np.zeros((len(CHANNELS), len(ROUTES), PROVINCES, CLASSES))
        for channel, name in enumerate(CHANNELS):
            for row, route in enumerate(ROUTES):
                self._fixed[channel, row] = p[f"constant_{name}"] + p.get(f"ease_{route}_{name}", 0.0)

    def table(
        self,
        outlets: np.ndarray,
        vehicles: np.ndarray,
        workshops: np.ndarray,
        collecting: np.ndarray,
        trust: np.ndarray,
        outlet_duty: np.ndarray,
        levers: dict,
    ) -> np.ndarray:
        """Give the utility of (6 channels, routes * 31 * 4 classes) for the sites there are and the law in force.

        `outlets` sites by (31 provinces, 4 licensed channels), `vehicles` on the road, `workshops` that buy for
        themselves, workshops `collecting` for licensed recyclers and the `outlet_duty` by province; `trust` in [0, 1]
        by (5 channels, 31 provinces, 4 holder classes). A site more counts by the logarithm:
        convenience x log(1 + sites / 100).
        """
        p = self.p
        sites = np.concatenate(
            [np.maximum(outlets[:, :2], self.asked(outlet_duty, vehicles)), outlets[:, 2:], workshops[:, None]], axis=1
        )
        sites[:, RECYCLER] += collecting
        ease = self._fixed.copy()
        ease[:KEPT] += p["trust_weight"] * trust[:, None]
        ease[:KEPT] += (p["convenience"] * np.log1p(sites.T / 100.0))[:, None, :, None]
        ease[:DISMANTLER] += p["online_ease"] * levers["online_collection"]
        stripped = [AUTOMAKER_OUTLET, BATTERY_MAKER_OUTLET, RECYCLER, WORKSHOP, KEPT]
        loss = p["missing_battery_loss"] * levers["whole_vehicle_scrapping"]
        ease[stripped, ROUTES.index("scrapped_vehicle")] -= loss
        return ease.reshape(len(CHANNELS), -1)

    def asked(self, outlet_duty: np.ndarray, vehicles: np.ndarray) -> np.ndarray:
        """Give the outlets that the law asks of automakers and battery makers, by province (31, 2)."""
        return outlet_duty[:, None] * vehicles[:, None] / 1e4 * [1.0, self.p["battery_maker_outlet_duty"]]
