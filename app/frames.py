"""Frames: a run as the browser draws it, one binary message: a header in JSON, then plain numbers."""

import json
import struct

import numpy as np

from govmodel.actors.fates import DISPOSITIONS, IN_WORKSHOP, IS_KEPT, LET_GO, LICENSED
from govmodel.facts import PROVINCES, ROUTES
from govmodel.mechanisms.choice import WORKSHOP
from govmodel.performance.indicators import INDICATORS

YEAR = 12
QUARTER = 3
LAYERS = ("released", "formal", "informal", "kept", "workshops", "capacity", "fires", "reports", "trust", "visits")


def packed(header: dict, arrays: dict[str, np.ndarray]) -> bytes:
    """Write a header and arrays of float32 into one message: length of the header, header, numbers."""
    places, at = {}, 0
    for name, array in arrays.items():
        places[name] = [at, list(array.shape)]
        at += array.size
    text = json.dumps(header | {"arrays": places}, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 4)
    body = [np.ascontiguousarray(array, np.float32).tobytes() for array in arrays.values()]
    return b"".join([struct.pack("<I", len(text)), text, *body])


def unpacked(message: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """Read a message again."""
    size = struct.unpack("<I", message[:4])[0]
    header, numbers = json.loads(message[4 : 4 + size]), np.frombuffer(message, np.float32, offset=4 + size)
    return header, {
        name: numbers[at : at + int(np.prod(shape))].reshape(shape) for name, (at, shape) in header["arrays"].items()
    }


def by_year(monthly: np.ndarray) -> np.ndarray:
    """Turn monthly indicators (indicators, months) into those of the twelve months up to each month, by their rules.

    The first eleven months have none, except for stocks, which are what they are.
    """
    names = list(INDICATORS)
    place = {name: i for i, name in enumerate(names)}
    known = np.isfinite(monthly)
    total, count = _window(np.where(known, monthly, 0.0)), _window(known.astype(float))
    made = np.full(monthly.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        for i, name in enumerate(names):
            rule = INDICATORS[name].aggregation
            if rule == "last":
                made[i] = monthly[i]
            elif rule == "sum":
                made[i] = np.where(count[i] > 0, total[i], np.nan)
            elif rule == "mean":
                made[i] = total[i] / np.where(count[i] > 0, count[i], np.nan)
            else:
                top, bottom = INDICATORS[name].ratio
                below = total[place[bottom]]
                made[i] = total[place[top]] / np.where(below > 0, below, np.nan)
            if rule != "last":
                made[i, : YEAR - 1] = np.nan
    return made


def _window(rows: np.ndarray) -> np.ndarray:
    """Sum the last twelve columns up to each."""
    run = np.cumsum(rows, axis=1)
    run[:, YEAR:] -= run[:, :-YEAR].copy()
    return run


def named(rows: np.ndarray, names: list[str]) -> np.ndarray:
    """Take the rows of some indicators, in the order of their names."""
    place = {name: row for row, name in enumerate(INDICATORS)}
    return rows[[place[name] for name in names]]


def indicators_of(model) -> np.ndarray:
    """Give a model's monthly indicators as rows."""
    frame = model.indicators
    return frame[list(INDICATORS)].to_numpy(float).T


def arrays_of(model) -> dict[str, np.ndarray]:
    """Take out of a model all that the board draws."""
    months, flows = model.months_run, model.record.flows()
    gwh = flows["watt_hours"] / 1e9
    cell = (flows["month"] * len(ROUTES) + flows["route"]) * len(DISPOSITIONS) + flows["way"]
    ways = np.bincount(cell, gwh, months * len(ROUTES) * len(DISPOSITIONS))
    return {
        "year": by_year(indicators_of(model)),
        "flows": ways.reshape(months, len(ROUTES), len(DISPOSITIONS)),
        "places": _places(model, months, flows, gwh),
        **_contracts(model),
    }


def _places(model, months: int, flows: dict, gwh: np.ndarray) -> np.ndarray:
    """Lay out what is known of provinces, by quarter: (quarters, layers, 31)."""
    record, way = model.record, flows["way"]
    released = (flows["route"] <= LET_GO) & ~((flows["route"] == LET_GO) & (way == IS_KEPT))
    place = flows["month"] * len(PROVINCES) + flows["province"]

    def summed(chosen) -> np.ndarray:
        cells = np.bincount(place, gwh * (released & chosen), months * len(PROVINCES))
        return cells.reshape(-1, QUARTER, len(PROVINCES)).sum(axis=1)

    def last(series) -> np.ndarray:
        return series[QUARTER - 1 : months : QUARTER]

    capacity = np.zeros((months, len(PROVINCES)))
    np.add.at(capacity.T, model.plants.province, record.capacity_t[:months].T / 1000.0)
    fires = record.series["fires"][:months].sum(axis=1).astype(float)
    reports = record.series["reports"][:months]
    people = model.public.people[np.arange(model.start, model.start + months) // 12]
    trust = (record.series["public_trust"][:months, :WORKSHOP].mean(axis=1) * people).sum(axis=2) / people.sum(axis=2)
    return np.stack(
        [
            summed(True),
            summed(LICENSED[way]),
            summed(IN_WORKSHOP[way]),
            summed(way == IS_KEPT),
            last(record.workshops[:months]),
            last(capacity),
            fires.reshape(-1, QUARTER, len(PROVINCES)).sum(axis=1),
            reports.reshape(-1, QUARTER, len(PROVINCES)).sum(axis=1),
            last(trust),
            record.series["visits"][:months].reshape(-1, QUARTER, len(PROVINCES)).sum(axis=1),
        ],
        axis=1,
    )


def ties_of(model) -> np.ndarray:
    """Take down the contracts of a quarter: row in the table, GWh a year, the lower of both sides' trust; float32."""
    room = model.contracts
    return np.stack([room.live, room.volume * YEAR / 1e9, room.mutual.min(axis=0)]).astype(np.float32)


def _contracts(model) -> dict[str, np.ndarray]:
    """List every contract (source, plant, months from and until, exclusive, Gereffi form, share of the source).

    And, quarter by quarter, the ties in force: contract, GWh a year, trust. `quarters` says where each quarter begins.
    """
    table = model.contracts.table
    ended = np.where(table["ended"] < 0, model.until + 1, table["ended"])
    columns = (table["source"], table["plant"], table["signed"] - model.start, ended - model.start)
    return {
        "contracts": np.stack([*columns, table["form"], table["share"]]).astype(float),
        "ties": np.concatenate(model.diary, axis=1),
        "quarters": np.cumsum([0, *(ties.shape[1] for ties in model.diary)]).astype(float),
    }
