"""Recycling firms: what a plant reckons of its margin, its capacity and its care, and how small firms come and go.

A plant knows its own demand: collectors choose among plants by a logit of spread `plant_choice_error`, so a margin
higher by d (a share of value v) leaves it exp(-d * v / error) of its packs. Every tonne it works spares it the cost of
standing idle, up to the part of capacity that it keeps ready. Starved plants therefore buy below cost and full ones do
not, without any rule that says so (Bertrand competition with capacities, Kreps and Scheinkman 1983).
"""

import numpy as np

MOVES = np.array([-1.0, 0.0, 1.0])  # cut, hold, raise
CARE = np.array([0.0, 1.0])  # work by the rules, cut corners


def margin_payoffs(margin, step: float, value, taken, scrap, capacity, saving, standing, p: dict) -> np.ndarray:
    """Reckon what cutting, holding and raising the margin would bring, per yuan of turnover (plants, 3).

    `value` yuan/kWh of what a plant takes in; `taken` packs, factory `scrap` and `capacity` in tonnes a year; `saving`
    what cutting corners spares, yuan/kWh; `standing` the cost of a tonne of idle capacity, yuan/year.
    """
    moved = margin[:, None] + step * MOVES
    response = np.exp(-(moved - margin[:, None]) * (value / p["plant_choice_error"])[:, None])
    # a plant that had no pack still knows what its first ones would do to its idle lines
    some = np.maximum(taken, 1e-3 * np.maximum(capacity, 1.0))
    worked = np.minimum(some[:, None] * response, np.maximum(capacity - scrap, 0.0)[:, None])
    ready = (p["ready_share"] * capacity)[:, None]
    spared = (
        standing[:, None] * np.minimum(worked + scrap[:, None], ready) / (some * value)[:, None] / p["kwh_per_tonne"]
    )
    return (moved + (saving / value)[:, None]) * worked / some[:, None] + spared


def care_payoffs(margin, value, cost, visits, fine: float, p: dict) -> np.ndarray:
    """Reckon working by the rules against cutting corners, per yuan of turnover and quarter (plants, 2).

    A plant caught loses `fine` times a year's saving and may not buy for `suspension` quarters.
    """
    saving = p["corner_saving"] * cost / value
    found = 1.0 - np.exp(-visits * p["plant_detection"] / 4.0)
    lost = fine * 4.0 * saving + p["suspension"] * np.maximum(margin + saving, p["licence_margin"])
    payoffs = np.zeros((len(saving), len(CARE)))
    payoffs[:, 1] = saving - found * lost
    return payoffs


def growth_payoffs(profit, capacity, p: dict) -> np.ndarray:
    """Reckon shrinking, holding and building from a year's own profit on capital (plants, 3).

    Who builds must earn on the new works too; who shrinks frees working capital alone, since works are sunk.
    """
    capital = p["plant_capital"] + np.array([0.0, 0.0, p["plant_investment"]])
    earned = (profit / np.maximum(capacity, 1e-3))[:, None] / capital
    return (earned - p["capital_return"]).clip(-1.0, 1.0) * MOVES


def learnt(knowledge: float, p: dict) -> tuple[float, float]:
    """Say what pooled research has done: factors on processing cost and on the metal that is still lost.

    Both fall by a learning curve, ((scale + spent) / scale) ** -exponent: every yuan does less than the one before.
    """
    grown = 1.0 + knowledge / p["research_scale"]
    return grown ** -p["research_cost_exponent"], grown ** -p["research_recovery_exponent"]


def small_firms(count: float, profit: float, p: dict) -> tuple[float, float]:
    """Give how many small recyclers enter and leave in a quarter, by the trade's profit as a share of value."""
    enter = p["small_founded"] + p["small_entry"] * max(profit, 0.0)
    leave = min(p["small_exit"] + p["small_exit_loss"] * max(-profit, 0.0), 0.9) * count
    return enter, leave
