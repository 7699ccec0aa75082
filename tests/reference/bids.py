"""The market's bids told again for one province, chemistry and health band: plain scalars, one buyer after the other.

The month, the law, the plants' and workshops' margins and the plants' free capacity are given; prices, freight, permits
and every bid are worked out here from the facts and parameters, without the columns.
"""

import math

from govmodel.facts import CHEMISTRIES, METALS

HEALTH = [0.5, 0.65, 0.75, 0.85]  # a typical state of health in each band


def logistic(difference: float) -> float:
    """Chance of the first of two uses, `difference` choice errors better than the second."""
    return 1 / (1 + math.exp(-difference))


def better_use(usual: float, again: float, spread: float) -> tuple[float, float, float]:
    """Chance of the second of two uses, worth of a pack in its better use, and of a pack that is used again."""
    ahead = max((again - usual) / spread, -700.0)
    chance = logistic(ahead)
    gain = math.log1p(math.exp(ahead)) if ahead < 0 else ahead + math.log1p(math.exp(-ahead))
    return chance, usual + spread * gain, usual + spread * gain / chance


class Bids:
    """What buyers know in a month; `at` tells the bids in one place for one kind of pack."""

    def __init__(
        self, facts, parameters, levers, month: int, metal_prices: str, plants, workshop_margin, premium, fears
    ):
        """`plants`: (province, owned by a battery maker, margin, free capacity) each; margins are shares of value.

        `premium`: yuan/kWh on top at automakers' and at battery makers' outlets. `fears`: by province, the loss that
        workshops expect as a multiple of their gain, and what else they take off.
        """
        self.premium = premium
        self.facts, self.p, self.levers, self.month = facts, parameters, levers, month
        self.prices = facts.metal_prices[metal_prices][month]
        self.plants, self.workshop_margin = plants, workshop_margin
        self.risk, self.extra = fears
        self.gates = [[self.gate(chemistry, margin) for _, _, margin, _ in plants] for chemistry in (0, 1)]

    # values

    def metals_worth(self, chemistry: int, handler: str, wanted=METALS) -> float:
        """Worth of the metals that a handler gets out of a kWh, in yuan."""
        worth = 0.0
        for i, metal in enumerate(METALS):
            if metal in wanted:
                kilograms = self.facts.metal_per_kwh[chemistry, i] * self.facts.recovery[handler][chemistry, i]
                if metal == "lithium":  # traded as carbonate
                    kilograms *= self.facts.lithium_carbonate_per_lithium
                worth += kilograms / 1000 * self.prices[i]
        return worth

    def vat(self, value: float) -> float:
        """VAT on a sale that no input invoices are set against, less relief."""
        rate = self.p["vat_rate"]
        return value * rate / (1 + rate) * (1 - self.levers["vat_relief"])

    def licensed_cost(self, chemistry: int) -> float:
        """Licensed processing cost, which has fallen by learning since January 2024."""
        cost = self.p[f"processing_cost_{CHEMISTRIES[chemistry].lower()}"]
        cost *= (1 - self.p["processing_learning"]) ** (self.month / 12 - 11)
        saved = self.p["sharing_saves"]
        return cost * (1 - saved * self.levers["information_sharing"]) / (1 - saved * self.p["sharing_usual"])

    def new_pack(self, chemistry: int) -> float:
        """Price of a new pack this year."""
        return self.facts.new_pack_price[self.month // 12, chemistry]

    # roads

    def road(self, a: int, b: int) -> float:
        """Road kilometres between two provinces (haversine between capitals)."""
        if a == b:
            return self.p["haul_within_province"]
        lat_a, lat_b = math.radians(self.facts.latitude[a]), math.radians(self.facts.latitude[b])
        lon = math.radians(self.facts.longitude[a] - self.facts.longitude[b])
        half = math.sin((lat_a - lat_b) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(lon / 2) ** 2
        return 2 * 6371 * math.asin(math.sqrt(half)) * self.p["road_factor"]

    def haul(self, province: int, chemistry: int, plant_province: int) -> float:
        """Freight and permit of a kWh to a plant."""
        per_tonne = self.road(province, plant_province) * self.p["freight_rate"] + self.p["freight_fixed"]
        if province != plant_province:
            per_tonne += self.p["permit_cost"] * (1 - self.levers["open_borders"])
        return per_tonne / 1000 * self.facts.mass_per_kwh[chemistry]

    # licensed buyers

    def gate(self, chemistry: int, margin: float) -> float:
        """A plant's gate price for recovery."""
        value = self.metals_worth(chemistry, "licensed")
        net = value - self.vat(value) - self.licensed_cost(chemistry) + self.levers["subsidy"]
        return max(net - margin * value, 0.0)

    def spread(self, province: int, chemistry: int, makers_only: bool) -> tuple[list[float], float]:
        """Shares of the plants in a province's packs, and the price these fetch net of freight."""
        gates = self.gates[chemistry]
        weights, prices = [], []
        for gate, (where, makers, _, free) in zip(gates, self.plants):
            price = gate - self.haul(province, chemistry, where)
            weight = free * math.exp((price - max(gates)) / self.p["plant_choice_error"])
            weights.append(0.0 if makers_only and not makers else weight)
            prices.append(price)
        shares = [weight / sum(weights) for weight in weights]
        return shares, sum(share * price for share, price in zip(shares, prices))

    def second_life(self, chemistry: int, band: int) -> tuple[float, float]:
        """What storage operators pay for a kWh, and what is left after cost and tax."""
        worth = self.new_pack(chemistry) * self.p[f"second_life_price_{CHEMISTRIES[chemistry].lower()}"] * HEALTH[band]
        net = worth - self.p["second_life_cost"]
        return worth, net - self.vat(max(net, 0.0))

    def paid_for_storage(self, net: float) -> float:
        """What storage operators pay where `net` is left of it."""
        return net + self.p["second_life_cost"] + (net / (1 - self.vat(1.0)) - net if net > 0 else 0.0)

    # workshops

    def crude(self, chemistry: int) -> float:
        """What a workshop sells the black mass and scrap metal of a kWh for."""
        salts = self.metals_worth(chemistry, "workshop", METALS[:4])
        refining = self.p[f"refining_cost_{CHEMISTRIES[chemistry].lower()}"]
        scrap = self.metals_worth(chemistry, "workshop", METALS[4:]) * self.p["payable_copper_aluminium"]
        return max(salts - salts * self.p["vat_rate"] / (1 + self.p["vat_rate"]) - refining, 0.0) + scrap

    def gain(self, chemistry: int) -> float:
        """Cost and tax a workshop saves against a licensed plant."""
        tax = self.vat(self.metals_worth(chemistry, "licensed"))
        return max(self.licensed_cost(chemistry) + tax - self.p["workshop_cost"], 0.0)

    def penalty(self, province: int, chemistry: int) -> float:
        """Loss a workshop expects on a kWh."""
        return self.risk[province] * self.gain(chemistry)

    def workshop(self, province: int, chemistry: int, band: int, licensed: float) -> dict:
        """A workshop's bid and what it does with a pack; it knows what licensed buyers pay (`licensed`)."""
        p = self.p
        crude = self.crude(chemistry) - p["workshop_cost"]
        banned = 1 - p["reuse_ban_loss"] * self.levers["reuse_ban"]
        worth = self.new_pack(chemistry) * p["reuse_price"] * HEALTH[band] * banned
        chance, best, again = better_use(crude, worth - p["reuse_cost"], p["use_choice_error"])
        off = self.penalty(province, chemistry) + self.extra[province]
        usual = best * (1 - self.workshop_margin[province]) - off
        utmost = best - p["workshop_margin_least"] - off
        outbidding = (1 + p["workshop_outbid"]) * licensed
        bid = usual if usual > outbidding else max(usual, min(utmost, outbidding))
        return {"worth": again + p["reuse_cost"], "chance": chance, "bid": bid}

    # everything together

    def at(self, province: int, chemistry: int, band: int) -> dict:
        """Every bid and chance in one province for one chemistry and health band."""
        p, levers = self.p, self.levers
        share, recovery = self.spread(province, chemistry, makers_only=False)
        maker_share, maker_recovery = self.spread(province, chemistry, makers_only=True)
        _, second = self.second_life(chemistry, band)
        error = p["use_choice_error"]
        second_chance, licensed, again = better_use(recovery, second, error)
        maker_chance, maker, maker_again = better_use(maker_recovery, second, error)
        at_home = p["online_cost"] * levers["online_collection"]
        shop = self.workshop(province, chemistry, band, licensed)
        risk = p["licence_worth"] + self.penalty(province, chemistry)
        diverted = logistic((shop["bid"] - licensed - risk) / p["resale_error"])
        paid = {
            "automaker_outlet": (licensed - p["outlet_cost"] - at_home) * p["automaker_pass_through"] + self.premium[0],
            "battery_maker_outlet": maker - p["outlet_cost"] - at_home + self.premium[1],
            "recycler": licensed - p["recycler_collection_cost"] - at_home,
            "dismantler": max(licensed, shop["bid"] - risk) - p["dismantler_margin"],
            "workshop": shop["bid"],
            "kept": 0.0,
        }
        paid = {channel: max(price, 0.0) for channel, price in paid.items()}
        offer = dict(paid)
        lawful = [channel for channel in paid if channel not in ("workshop", "kept")]
        for channel in lawful:
            offer[channel] += levers["holder_reward"]
        temptation = max(paid["workshop"] - max(paid[channel] for channel in lawful), 0.0)
        offer["workshop"] -= p["perceived_detection"] * levers["fine"] * temptation
        return {
            "paid": list(paid.values()),
            "offer": list(offer.values()),
            "tender": [paid[kind] for kind in ("battery_maker_outlet", "recycler", "dismantler", "workshop")],
            "second_life": [second_chance, maker_chance],
            "reuse": shop["chance"],
            "to_workshop": diverted,
            "gate": self.gates[chemistry],
            "share": share,
            "maker_share": maker_share,
            "licensed_value": recovery,
            "second_life_worth": [self.paid_for_storage(again), self.paid_for_storage(maker_again)],
            "reuse_worth": shop["worth"],
            "crude_value": self.crude(chemistry),
            "metal_value": self.metals_worth(chemistry, "licensed"),
            "penalty": self.penalty(province, chemistry),
        }
