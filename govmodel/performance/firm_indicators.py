"""Firms' indicators: makers' duties and outlets, plants' fortunes, small recyclers, reports and subsidies."""

import numpy as np

MILLION = 1e8  # fen


def firms(model, months: int) -> dict[str, np.ndarray]:
    """Compute what firms did and earned, for the first `months` months of a model."""
    return {**_makers(model, months), **_plants(model, months), **_reports(model, months)}


def _paid(model, months: int, *lines) -> np.ndarray:
    """Sum some lines of the ledger by month, million yuan."""
    return sum(model.ledger.amounts[:months, line].sum(axis=1) for line in lines) / MILLION


def _makers(model, months: int) -> dict[str, np.ndarray]:
    books, series, ledger = model.makers_books, model.record.series, model.ledger
    own = [maker.account for maker in books.agents]
    premium = series["maker_premium"][:months]
    return {
        "maker_profit": ledger.net([*own, "automaker_outlets", "battery_maker_outlets"])[:months] / MILLION,
        "outlet_upkeep_paid": _paid(model, months, books.upkeep),
        "producer_fees": _paid(model, months, books.fees),
        "duty_short_gwh": series["duty_short"][:months] / 1e6,
        "false_certificates_gwh": series["duty_claimed"][:months] / 1e6,
        "premium_automakers": premium[:, 0],
        "premium_battery_makers": premium[:, 1],
        "maker_outlets": series["maker_outlets"][:months].sum(axis=1),
    }


def _plants(model, months: int) -> dict[str, np.ndarray]:
    industry, series = model.industry, model.record.series
    open_now, losing, cutting, small = series["industry"][:months].T
    feed, value, net = (series[name][:months] for name in ("feed_price", "metal_value", "net_value"))
    return {
        "idle_cost_paid": _paid(model, months, industry.idle),
        "capital_paid_in": _paid(model, months, industry.capital, industry.investment),
        "plants_open": open_now,
        "plants_losing": losing,
        "plant_insolvencies": series["closures"][:months],
        "plant_reopenings": series["reopenings"][:months],
        "small_recyclers": small,
        "small_entries": series["small_entries"][:months],
        "small_exits": series["small_exits"][:months],
        "cutting_corners_share": cutting,
        "research_spent": _paid(model, months, industry.research),
        "licensed_margin_lfp": ((net - feed) / value)[:, 0],
        "licensed_margin_ncm": ((net - feed) / value)[:, 1],
        "feed_coefficient_lfp": (feed / value)[:, 0],
        "feed_coefficient_ncm": (feed / value)[:, 1],
    }


def _reports(model, months: int) -> dict[str, np.ndarray]:
    industry, record = model.industry, model.record
    over = record.series["overreported"][:months] / 1e9
    return {
        "reported_worked_gwh": record.worked[:months].sum(axis=(1, 2)) / 1e9 + over,
        "overreported_gwh": over,
        "subsidy_asked": record.series["subsidy_asked"][:months] / 1e6,
        "subsidy_paid": _paid(model, months, model.books.subsidy),
        "subsidy_paid_back": _paid(model, months, industry.paid_back),
        "firm_fines": _paid(model, months, industry.fines, model.makers_books.fines, model.makers_books.scan_fines),
    }
