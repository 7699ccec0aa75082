"""Contracts: what a source and a licensed recycler agree on, and when either of them breaks its word.

A contract covers a share of a source's packs for some months. Its price at the plant's gate follows the metals,

    price = coefficient * metal value - fee                                       (yuan/kWh, never below zero)

with a fee of zero (index-linked) or a coefficient of one (tolling: the plant works for a fee, the metals go back). The
two sides share by the Nash solution (1950) what both gain over the spot market. Bargaining costs more where the good is
special and the future uncertain, less where trust is high and terms are standard (Williamson 1979). A side that is
tempted weighs its gain against what the clause costs it, as far as somebody enforces it, and against the future of the
relationship (Telser 1980, "A theory of self-enforcing agreements"; Baker, Gibbons and Murphy 2002, "Relational
contracts and the theory of the firm"). Ties are named by Gereffi, Humphrey and Sturgeon (2005).

All functions work on numbers or arrays alike; axes called (..., 2) are the two chemistries.
"""

import numpy as np

SOURCE_KINDS = ("automaker", "battery_maker", "fleet", "dismantler", "collecting_workshop")
AUTOMAKER, BATTERY_MAKER, FLEET, DISMANTLER, COLLECTING = range(len(SOURCE_KINDS))
FORMS = ("market", "modular", "relational", "captive", "hierarchy")
MARKET, MODULAR, RELATIONAL, CAPTIVE, HIERARCHY = range(len(FORMS))
ENDINGS = ("", "term over", "broken off", "plant closed")
IN_FORCE, TERM_OVER, BROKEN_OFF, PLANT_CLOSED = range(len(ENDINGS))
SOURCE, RECYCLER = 0, 1  # the two sides

# One contract; a table of them is the contract book.
CONTRACT = np.dtype(
    [
        ("signed", np.int32),  # first month in force
        ("kind", np.int32),  # of source, SOURCE_KINDS
        ("source", np.int32),  # row in the list of sources
        ("place", np.int32),  # province of the source; 31 for a maker, whose outlets are everywhere
        ("plant", np.int32),
        ("months", np.int32),  # term
        ("share", np.float64),  # of the source's packs
        ("coefficient", np.float64, 2),  # of metal value, by chemistry
        ("fee", np.float64, 2),  # yuan/kWh
        ("gain", np.float64),  # agreed surplus over spot of both sides, yuan/kWh
        ("cost", np.float64),  # transaction cost of both sides, yuan/kWh
        ("penalty", np.float64),  # share of contract value; zero in an informal contract
        ("formal", np.bool_),
        ("tolling", np.bool_),
        ("information", np.bool_),  # the source shares its dismantling information
        ("renewed", np.bool_),  # with the partner of the contract before
        ("form", np.int32),  # FORMS, as it was last classified
        ("kept", np.int32),  # months without a breach
        ("broken", np.int32, 2),  # months in which the source, the recycler broke its word
        ("mediated", np.int32),  # disputes settled by the association
        ("court", np.int32),  # disputes taken to court
        ("ended", np.int32),  # month, or -1 while in force
        ("why", np.int32),  # ENDINGS
    ]
)


def volatility(values: np.ndarray) -> float:
    """Yearly volatility of a metal value from its last months: float (months, 2), mean over chemistries."""
    if len(values) < 3:
        return 0.0
    logs = np.log(np.maximum(values, 1e-6))
    moves = logs[1:] - logs[:-1]
    away = moves - np.add.reduce(moves) / len(moves)
    deviation = np.sqrt(np.add.reduce(away * away) / len(moves))
    return float(deviation.mean() * np.sqrt(12.0))


def transaction_cost(specificity, uncertainty, trust, standards, p: dict):
    """Cost of finding, writing and watching a contract, of both sides together, yuan/kWh."""
    hard = 1.0 + p["cost_of_specificity"] * specificity + p["cost_of_uncertainty"] * uncertainty
    saved = (1.0 - p["cost_saved_by_trust"] * trust) * (1.0 - p["cost_saved_by_standards"] * standards)
    return p["transaction_cost"] * hard * saved


def recyclers_worth(net, value, margin, spared):
    """What a contracted kWh is worth to a plant at its gate, yuan/kWh (2, plants).

    It wants the margin it takes from everybody, and where capacity stands ready and idle, secured feed spares it the
    standing cost. `net` metals less tax and cost, with the subsidy, (2, plants); `value` metals (2, 1); `margin` and
    `spared` standing cost (plants).
    """
    return net - margin * value + spared


def nash_price(spot, haul, worth, power):
    """Gate price that gives the source its spot income, freight and its share of the surplus, never below zero."""
    least = spot + haul
    return np.maximum(least + power * (worth - least), 0.0)


def price_at(coefficient, fee, value):
    """Contract price at the gate for a metal value, yuan/kWh."""
    return np.maximum(coefficient * value - fee, 0.0)


def enforceability(mediation, courts, p: dict):
    """Share of a penalty that a side which breaks its word expects to pay in the end; no `courts`, no award by them."""
    return mediation + (1.0 - mediation) * courts * p["court_use"] * p["court_award"]


def wants_clause(worth, trust, enforced, standards, p: dict):
    """Say whether a penalty clause is worth its cost: what can be enforced, where trust does not do."""
    saved = 1.0 - p["cost_saved_by_standards"] * standards
    return p["penalty_clause"] * worth * enforced * (1.0 - trust) > p["clause_cost"] * saved


def bond(gain, share, trust, months_left, p: dict):
    """Future gains that a side would lose by breaking its word, as far as it trusts the other: yuan/kWh a month."""
    return np.maximum(gain, 0.0) * share * trust * np.minimum(months_left, p["shadow_of_future"])


def breach_chance(temptation, at_stake, error):
    """Chance that a side breaks its word this month; `temptation` and `at_stake` in yuan/kWh."""
    return 1.0 / (1.0 + np.exp(np.minimum(np.maximum((at_stake - temptation) / error, -50.0), 50.0)))


def classify(specificity, standards, information, capacity, same_owner, p: dict):
    """Name ties by the five forms of Gereffi: complexity, codifiability, capability of the recycler; one owner."""
    complex_ = specificity > p["complex_above"]
    codified = standards + p["codified_by_information"] * information > p["codified_above"]
    capable = capacity > p["capable_above"]
    bound = np.where(capable, np.where(codified, MODULAR, RELATIONAL), CAPTIVE)
    return np.where(same_owner, HIERARCHY, np.where(complex_, bound, MARKET))
