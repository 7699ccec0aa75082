"""What several tests need: cases by a few words, models that have lived, and fingerprints of all they hold."""

import hashlib
from dataclasses import fields
from functools import lru_cache

import numpy as np

from govmodel.case.case import Case
from govmodel.foundations import draws
from govmodel.model import GovernanceModel

CELLS = 31 * 2 * 4  # cohorts sold in one month: province, chemistry, holder class
NEW_COHORTS = 276 * CELLS  # cohorts of new vehicles, months 2013-01 to 2035-12; after them replacements from 2021-01
CHINA = Case.load("china")


def sale_month(cohorts: np.ndarray) -> np.ndarray:
    """Month in which the packs of a cohort were sold."""
    return np.where(cohorts < NEW_COHORTS, cohorts // CELLS, (cohorts - NEW_COHORTS) // CELLS + 96)


def cell_of(cohorts) -> tuple:
    """Province, chemistry and holder class of a cohort."""
    cell = cohorts % CELLS
    return cell // 8, cell // 4 % 2, cell % 4


def live(case: Case, seed: int = 7, world=GovernanceModel) -> GovernanceModel:
    """Build a world and live to its end."""
    model = world(case, rng=seed)
    while model.running and model.month <= model.until:
        model.step()
    return model


@lru_cache(maxsize=24)
def lived(case: Case, seed: int = 7) -> GovernanceModel:
    """Live a case once for all tests that only read it."""
    return live(case, seed)


def events_of(model: GovernanceModel) -> list[tuple]:
    """Give every event as (month number, pack number, route, disposition, scanned), sorted."""
    frame = model.table("packs")
    month, pack, _ = model.holders.events.columns()
    return sorted(
        zip(
            month.tolist(),
            pack.tolist(),
            frame["route"].tolist(),
            frame["disposition"].tolist(),
            frame["scanned"].tolist(),
        )
    )


def find(model: GovernanceModel, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give cohort and rank of many packs at once, by their numbers."""
    fleet = model.holders.fleet
    sold = np.flatnonzero(fleet.packs)
    sold = sold[np.argsort(fleet.first_number[sold], kind="stable")]
    cohorts = sold[np.searchsorted(fleet.first_number[sold], numbers, side="right") - 1]
    return cohorts, numbers.astype(np.int64) - fleet.first_number[cohorts]


def words_of(model: GovernanceModel, cohorts: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Give the keyed words of many packs."""
    return draws.holder_words(
        model.holders.fleet.seed, (cohorts.astype(np.uint64) << np.uint64(32)) + ranks.astype(np.uint64)
    )


def fingerprint(model: GovernanceModel, but: tuple[str, ...] = ()) -> str:
    """Hash everything a run leaves behind, byte by byte: record, ledger, events, margins, queues; all `but` some."""
    record = model.record
    held = {field.name: getattr(record, field.name) for field in fields(record) if field.name != "series"}
    held |= {f"series {name}": series for name, series in record.series.items()}
    held |= {f"{name} {key}": table for name, part in model.parts.items() for key, table in part.state().items()}
    held |= {
        "amounts": model.ledger.amounts,
        "stock": model.ledger.stock,
        "balances": model.ledger.balances(model.until),
    }
    held |= {f"events{i}": column for i, column in enumerate(model.holders.events.columns())}
    held |= {"waiting": model.plants.waiting, "yard": model.yard}
    held["margins"] = np.array([buyer.margin for buyer in (*model.recyclers, *model.districts)])
    sha = hashlib.sha256()
    for name in sorted(set(held) - set(but)):
        kept = held[name]
        array = np.ascontiguousarray(
            np.concatenate([part.ravel() for part in kept]) if isinstance(kept, list) else kept
        )
        sha.update(f"{name} {array.dtype} {array.shape}".encode())
        sha.update(array.tobytes())
    return sha.hexdigest()
