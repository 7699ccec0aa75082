"""The market: what every kind of buyer bids for a kWh of retired pack, from its own economics.

All prices are yuan per kWh of nominal energy. A licensed plant's gate price for recovery is

    metals x recovery x price - VAT without input invoices - processing and environment + subsidy - margin x metals

and its price in a province is the gate price less freight and permit. A licensed buyer may also resell a healthy pack
for storage. A workshop has two incomes: crude recovery (black mass sold at a discount) and resale into other uses; it
saves VAT and most of the cost, and expects a fine. Bids stand on last month's state.
"""

from dataclasses import dataclass

import numpy as np

from ..chain.fleet import BANDS, CHEMISTRIES, HEALTH_BANDS, PROVINCES
from ..facts import CHANNELS
from .choice import AUTOMAKER_OUTLET, BATTERY_MAKER_OUTLET, DISMANTLER, KEPT, RECYCLER, WORKSHOP
from .tender import KINDS

CELLS = PROVINCES * CHEMISTRIES * BANDS  # bids are posted by province, chemistry and health
BAND_HEALTH = np.array([0.5, *(np.array(HEALTH_BANDS[:-1]) + 0.05), 0.85])  # a typical state of health in each band


def logistic(difference: np.ndarray) -> np.ndarray:
    """Chance that the first of two uses wins when it is worth `difference` choice errors more than the second."""
    return 1.0 / (1.0 + np.exp(-difference))


@dataclass
class Board:
    """The bids of a month, as holders see them; tables over (province, chemistry, health) are flat, CELLS long."""

    paid: np.ndarray  # (6 channels, CELLS) price a holder is paid, yuan/kWh, never negative
    offer: np.ndarray  # (6 channels, CELLS) the same with rewards and expected penalties
    tender: np.ndarray  # (4 bidder kinds, CELLS) what a kind's typical bidder bids for a lot
    second_life: np.ndarray  # (2, CELLS) chance that a licensed buyer re-uses; row 1 is the battery makers' own outlets
    reuse: np.ndarray  # (CELLS,) chance that a workshop re-uses instead of recovering
    to_workshop: np.ndarray  # (CELLS,) chance that a dismantler sells on to a workshop
    gate: np.ndarray  # (2 chemistries, plants) gate price for recovery
    share: np.ndarray  # (31, 2, plants) where licensed packs for recovery go
    maker_share: np.ndarray  # (31, 2, makers' plants) the same for battery makers' outlets, which serve their own
    licensed_value: np.ndarray  # (31, 2) what a collector gets for recovery, net of freight
    second_life_worth: np.ndarray  # (2, 4) what storage operators pay a licensed firm, before its cost
    reuse_worth: np.ndarray  # (2, 4) what users pay a workshop for an unlawful re-use, before its cost
    crude_value: np.ndarray  # (2,) what a workshop gets for crude recovery, before its cost
    metal_value: np.ndarray  # (2,) what a plant sells the recovered metals of a kWh for
    penalty: np.ndarray  # (31, 2) fine a workshop expects
    workshop_gain: np.ndarray  # (2,) cost and tax a workshop saves: the illegal gain


def metal_values(facts, prices: np.ndarray, handler: str, payable: np.ndarray) -> np.ndarray:
    """Worth of the metals that a handler gets out of a kWh: yuan, float (months, 2); `payable` is a share by metal."""
    tonnes = facts.metal_per_kwh * facts.recovery[handler] / 1000.0
    tonnes[:, 0] *= facts.lithium_carbonate_per_lithium
    return (prices[:, None, :] * (tonnes * payable)[None, :, :]).sum(axis=-1)


class Market:
    """Posts the month's bids of every kind of buyer."""

    def __init__(self, facts, parameters: dict, metal_prices: str, makers: np.ndarray):
        """`makers` are the indices of the plants that battery makers own."""
        self.p = p = parameters
        prices = facts.metal_prices[metal_prices]
        months = len(prices)
        years = np.arange(months) / 12.0 - 11.0  # learning is measured from January 2024
        cheaper = (1.0 - p["processing_learning"]) ** years
        cost = np.array([p["processing_cost_lfp"], p["processing_cost_ncm"]])
        salts, scrap_metal = np.array([1.0, 1.0, 1.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.0])
        refining = np.array([p["refining_cost_lfp"], p["refining_cost_ncm"]])
        self.licensed_metal = metal_values(facts, prices, "licensed", np.ones(6))
        self._black_mass = metal_values(facts, prices, "workshop", salts)
        self._scrap_metal = metal_values(facts, prices, "workshop", scrap_metal) * p["payable_copper_aluminium"]
        self._refining = refining
        self.licensed_cost = cost * cheaper[:, None]
        self.workshop_cost = np.full((months, 2), p["workshop_cost"])
        self.new_pack = np.repeat(facts.new_pack_price, 12, axis=0)
        self._second_life_worth = (
            np.array([p["second_life_price_lfp"], p["second_life_price_ncm"]])[:, None] * BAND_HEALTH
        )
        self._reuse_worth = p["reuse_price"] * BAND_HEALTH[None, :] * np.ones((2, 1))
        self._makers = makers
        self._haul = self._near = None

    def gate_prices(self, month: int, margin: np.ndarray, levers: dict) -> np.ndarray:
        """Give every plant's gate price for recovery: float (2, plants); below zero it takes packs free of charge."""
        value = self.licensed_metal[month]
        tax = self.vat(value, levers)
        net = value - tax - self.licensed_cost[month] + levers["subsidy"]
        return np.maximum(net[:, None] - margin * value[:, None], 0.0)

    def vat(self, value, levers: dict):
        """VAT a licensed firm pays on a sale, since sellers of old packs give it no invoices to set against it."""
        rate = self.p["vat_rate"]
        return value * (rate / (1.0 + rate)) * (1.0 - levers["vat_relief"])

    def crude_value(self, month: int, levers: dict) -> np.ndarray:
        """What a workshop sells the black mass and scrap metal of a kWh for: yuan/kWh, float (2,).

        Black mass fetches what its salts are worth to a refiner, who pays VAT on them and keeps the cost of refining.
        """
        salts = self._black_mass[month]
        return np.maximum(salts - self.vat(salts, levers) - self._refining, 0.0) + self._scrap_metal[month]

    def post(
        self,
        month: int,
        plant_margin: np.ndarray,
        plant_pull: np.ndarray,
        haul: np.ndarray,
        workshop_margin: np.ndarray,
        levers: dict,
    ) -> Board:
        """Post the bids of a month: margins are shares of value by plant and by province of the workshops.

        `plant_pull` is each plant's free capacity (its weight in the market), `haul` is freight and permits, yuan/kWh
        (31, 2, plants).
        """
        p = self.p
        gate = self.gate_prices(month, plant_margin, levers)
        if haul is not self._haul:
            self._haul, self._near = haul, np.exp(-haul / p["plant_choice_error"])
        pull = plant_pull * np.exp((gate - gate.max(axis=1, keepdims=True)) / p["plant_choice_error"])
        weight = self._near * pull
        own = self._makers
        share, licensed = _spread(weight, gate - haul)
        maker_share, maker = _spread(weight[:, :, own], gate[:, own] - haul[:, :, own])
        second_worth = self.new_pack[month][:, None] * self._second_life_worth
        second = second_worth - p["second_life_cost"]
        second -= self.vat(np.maximum(second, 0.0), levers)
        second_chance = logistic((second[None] - licensed[:, :, None]) / p["use_choice_error"])
        maker_chance = logistic((second[None] - maker[:, :, None]) / p["use_choice_error"])
        licensed_best = licensed[:, :, None] + second_chance * (second[None] - licensed[:, :, None])
        maker_best = maker[:, :, None] + maker_chance * (second[None] - maker[:, :, None])

        sold = self.crude_value(month, levers)
        crude = sold - self.workshop_cost[month]
        reuse_worth = (
            self.new_pack[month][:, None] * self._reuse_worth * (1.0 - p["reuse_ban_loss"] * levers["reuse_ban"])
        )
        reuse = reuse_worth - p["reuse_cost"]
        reuse_chance = logistic((reuse - crude[:, None]) / p["use_choice_error"])
        best = crude[:, None] + reuse_chance * (reuse - crude[:, None])
        tax = self.vat(self.licensed_metal[month], levers)
        gain = np.maximum(self.licensed_cost[month] + tax - self.workshop_cost[month], 0.0)
        penalty = levers["inspection"] / 12.0 * p["detection"] * levers["fine"] * gain * np.ones((PROVINCES, 1))
        usual = best[None] * (1.0 - workshop_margin[:, None, None]) - penalty[:, :, None]
        utmost = best[None] * (1.0 - p["workshop_margin_least"]) - penalty[:, :, None]
        # workshops know what licensed buyers pay, and give up margin to outbid them
        workshop = np.maximum(usual, np.minimum(utmost, (1.0 + p["workshop_outbid"]) * licensed_best))

        to_workshop = logistic((workshop - licensed_best - p["licence_worth"]) / p["resale_error"])
        resale = licensed_best + to_workshop * (workshop - licensed_best) - p["dismantler_margin"]
        paid = np.zeros((6, PROVINCES, CHEMISTRIES, BANDS))
        paid[AUTOMAKER_OUTLET] = (licensed_best - p["outlet_cost"]) * p["automaker_pass_through"] + levers[
            "buyback_premium"
        ]
        paid[BATTERY_MAKER_OUTLET] = maker_best - p["outlet_cost"] + levers["buyback_premium"]
        paid[RECYCLER] = licensed_best - p["recycler_collection_cost"]
        paid[DISMANTLER] = resale
        paid[WORKSHOP] = workshop
        paid = np.maximum(paid, 0.0, out=paid).reshape(6, CELLS)
        offer = paid.copy()
        offer[:WORKSHOP] += levers["holder_reward"]
        temptation = np.maximum(paid[WORKSHOP] - paid[:WORKSHOP].max(axis=0), 0.0)
        offer[WORKSHOP] -= p["perceived_detection"] * levers["fine"] * temptation
        return Board(
            paid,
            offer,
            paid[KINDS],
            np.stack([second_chance.ravel(), maker_chance.ravel()]),
            np.broadcast_to(reuse_chance, (PROVINCES, CHEMISTRIES, BANDS)).ravel(),
            to_workshop.ravel(),
            gate,
            share,
            maker_share,
            licensed,
            second_worth,
            reuse_worth,
            sold,
            self.licensed_metal[month],
            penalty,
            gain,
        )


def _spread(weight: np.ndarray, delivered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spread a province's packs over plants by weight: shares (31, 2, plants) and the price they fetch (31, 2)."""
    share = weight / weight.sum(axis=-1, keepdims=True)
    return share, (share * delivered).sum(axis=-1)


class Ease:
    """Everything but price that makes a channel easy or hard for holders: a utility by channel, route and place."""

    def __init__(self, parameters: dict, routes: tuple, classes: int):
        """Lay out what never changes: constants, trust, and how routes differ."""
        self.p = p = parameters
        self._routes = routes
        self._fixed = np.zeros((len(CHANNELS), len(routes), PROVINCES, classes))
        for channel, name in enumerate(CHANNELS):
            trust = p["trust_weight"] * p[f"trust_{name}"] if channel != KEPT else 0.0
            for row, route in enumerate(routes):
                self._fixed[channel, row] = p[f"constant_{name}"] + trust + p.get(f"ease_{route}_{name}", 0.0)

    def table(self, outlets: np.ndarray, vehicles: np.ndarray, workshops: np.ndarray, levers: dict) -> np.ndarray:
        """Give the utility of (6 channels, routes * 31 * classes) for the sites there are and the law in force.

        `outlets` sites by (31 provinces, 4 licensed channels), `vehicles` on the road and `workshops` by province. A
        site more counts by the logarithm: convenience x log(1 + sites / 100).
        """
        p = self.p
        duty = levers["outlet_duty"] * vehicles[:, None] / 1e4 * [1.0, p["battery_maker_outlet_duty"]]
        sites = np.concatenate([np.maximum(outlets[:, :2], duty), outlets[:, 2:], workshops[:, None]], axis=1)
        ease = self._fixed.copy()
        ease[:KEPT] += (p["convenience"] * np.log1p(sites.T / 100.0))[:, None, :, None]
        ease[:DISMANTLER] += p["online_ease"] * levers["online_collection"]
        stripped = [AUTOMAKER_OUTLET, BATTERY_MAKER_OUTLET, RECYCLER, WORKSHOP, KEPT]
        loss = p["missing_battery_loss"] * levers["whole_vehicle_scrapping"]
        ease[stripped, self._routes.index("scrapped_vehicle")] -= loss
        return ease.reshape(len(CHANNELS), -1)
