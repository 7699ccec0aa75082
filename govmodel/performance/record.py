"""The record: what each month left behind, as arrays by month, from which every indicator is computed afterwards."""

from dataclasses import dataclass, field

import numpy as np

from ..actors.fates import FLOW_SHAPE, FLOW_SIZE

AXES = ("month", "province", "route", "way", "chemistry")
MEASURES = ("packs", "watt_hours", "fen", "scanned_wh")


@dataclass
class Record:
    """Everything kept of a run, one row a month."""

    released_by_class: np.ndarray  # (months, 4, 2) Wh
    received: np.ndarray  # (months, 2, plants) Wh
    worked: np.ndarray  # (months, 2, plants) Wh
    scrap: np.ndarray  # (months, 2, plants) Wh
    capacity_t: np.ndarray  # (months, plants)
    margin: np.ndarray  # (months, plants)
    waiting: np.ndarray  # (months, 2, plants) Wh at the end of the month
    yard: np.ndarray  # (months, 31, 2) Wh waiting at collectors at the end of the month
    paid: np.ndarray  # (months, 6, cells) yuan/kWh
    licensed_value: np.ndarray  # (months, 31, 2) yuan/kWh
    workshops: np.ndarray  # (months, 31)
    workshop_margin: np.ndarray  # (months, 31)
    sold: np.ndarray  # (months,) real packs, replacements not included
    on_the_road: np.ndarray  # (months,) real packs at the end of the month
    # (months, 4, 6) mg: recovered by plants from packs, by workshops, by plants from scrap, and lost
    metals: np.ndarray
    # flows by month: which cells of FLOW_SHAPE are not empty, and the four MEASURES in them
    cells: list[np.ndarray] = field(default_factory=list)
    amounts: list[np.ndarray] = field(default_factory=list)
    # what the mechanisms note of themselves, one row a month, by name
    series: dict[str, np.ndarray] = field(default_factory=dict)
    _flows = None  # all flows as columns, once somebody has asked

    @classmethod
    def blank(cls, months: int, plants: int, bids: int) -> "Record":
        """Rule an empty record."""
        whole = {
            "received": (2, plants), "worked": (2, plants), "scrap": (2, plants), "waiting": (2, plants),
            "yard": (31, 2), "sold": (), "on_the_road": (), "metals": (4, 6),
        }  # fmt: skip
        real = {
            "released_by_class": (4, 2), "capacity_t": (plants,), "margin": (plants,), "paid": (6, bids),
            "licensed_value": (31, 2), "workshops": (31,), "workshop_margin": (31,),
        }  # fmt: skip
        return cls(
            **{name: np.zeros((months, *shape), np.int64) for name, shape in whole.items()},
            **{name: np.zeros((months, *shape)) for name, shape in real.items()},
        )

    def open(self, name: str, shape: tuple = (), dtype: type = float) -> None:
        """Rule a series of one row a month for a mechanism's own use."""
        self.series[name] = np.zeros((len(self.sold), *shape), dtype)

    def keep_flows(self, table: np.ndarray) -> None:
        """Keep the month's flows, (4, FLOW_SIZE), without their empty cells."""
        cells = (table[0] != 0.0).nonzero()[0]
        self.cells.append(cells)
        self.amounts.append(table.take(cells, axis=1))
        self._flows = None

    def flows(self) -> dict[str, np.ndarray]:
        """Give all flows as columns: month (counted from the start), province, route, way, chemistry, and MEASURES."""
        if self._flows is None:
            self._flows = self._columns()
            for column in self._flows.values():
                column.setflags(write=False)
        return self._flows

    def _columns(self) -> dict[str, np.ndarray]:
        if not self.cells:
            return {name: np.zeros(0, np.int64) for name in AXES} | {name: np.zeros(0) for name in MEASURES}
        month = np.repeat(np.arange(len(self.cells)), [len(cells) for cells in self.cells])
        place = np.unravel_index(np.concatenate(self.cells), FLOW_SHAPE)
        amounts = np.concatenate(self.amounts, axis=1)
        return dict(zip(AXES, (month, *place))) | dict(zip(MEASURES, amounts))

    def dense(self, measure: str) -> np.ndarray:
        """Give one of MEASURES as a full table: float (months lived, *FLOW_SHAPE)."""
        table = np.zeros((len(self.cells), FLOW_SIZE))
        for row, (cells, amounts) in enumerate(zip(self.cells, self.amounts)):
            table[row, cells] = amounts[MEASURES.index(measure)]
        return table.reshape(-1, *FLOW_SHAPE)

    @property
    def packs(self) -> np.ndarray:
        """Real packs, (months, *FLOW_SHAPE)."""
        return self.dense("packs")

    @property
    def watt_hours(self) -> np.ndarray:
        """Watt-hours, (months, *FLOW_SHAPE)."""
        return self.dense("watt_hours")

    @property
    def fen(self) -> np.ndarray:
        """Fen paid, (months, *FLOW_SHAPE)."""
        return self.dense("fen")

    @property
    def scanned_wh(self) -> np.ndarray:
        """Watt-hours whose hand-over was scanned, (months, *FLOW_SHAPE)."""
        return self.dense("scanned_wh")
