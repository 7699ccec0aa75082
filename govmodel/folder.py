"""The folder of a saved run: written whole or not at all, read with suspicion.

Everything is written into a folder beside the wanted one, named `.<name>.partial-<process>`, with provenance.json
last; then that folder gets its name. A folder without it, or in which a file has not its listed length, is refused, and
so is a table that has not its listed digest, when it is read.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from pathlib import Path

import pandas as pd

from .foundations.errors import InputError
from .foundations.files import flush, named, not_written

PROVENANCE, CASE = "provenance.json", "case.toml"
ROWS_TOGETHER = 1 << 20  # in one piece of a file
_DAMAGED = (ValueError, AttributeError, KeyError, TypeError, RecursionError)
_NEEDED = {"version": str, "commit": (str, type(None)), "case_hash": str, "seed": int, "seeds": list, "files": dict}


def check_place(folder: str | Path) -> None:
    """Refuse a folder for a new run unless it is free and can be written, so that no work is done in vain."""
    folder = named(folder, "out")
    check_free(folder)
    there = next(place for place in folder.absolute().parents if place.exists() or place.is_symlink())
    try:
        Path(tempfile.mkdtemp(prefix=f".{folder.name}.partial-", dir=there)).rmdir()
    except OSError as error:
        raise not_written(folder, error) from None


def check_free(folder: str | Path) -> None:
    """Refuse a folder for a new run unless it is free: not there, or empty."""
    folder = Path(folder)
    if folder.is_file():
        raise InputError("out", "a folder", str(folder), "This is a file; name another place.")
    if folder.is_symlink():
        raise InputError("out", "a new or empty folder", str(folder), "This is a link; name the folder it leads to.")
    if folder.is_dir() and any(folder.iterdir()):
        what = "holds another run" if (folder / PROVENANCE).exists() else "is not empty"
        raise InputError(
            "out", "a new or empty folder", str(folder), f"It {what}, and nothing is overwritten; name another folder."
        )
    if os.path.ismount(folder) or folder.resolve() == Path.cwd():
        raise InputError("out", "a new or empty folder", str(folder), "This one must stay; name a new folder in it.")


def write(
    folder: Path,
    tables: Iterable[tuple[str, pd.DataFrame | Iterable[pd.DataFrame]]],
    case_toml: str,
    provenance: dict,
    texts: Mapping[str, str] | None = None,
) -> None:
    """Write a run into a new folder, all of it or nothing; `tables` are taken one by one.

    A table may be given in pieces, to be written one after another. `texts`: further files by their path in the folder.
    """
    check_free(folder)
    partial = folder.parent / f".{folder.name}.partial-{os.getpid()}"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for name, frame in tables:
            write_table(frame, partial / f"{name}.parquet")
        for name, text in {CASE: case_toml, **(texts or {})}.items():
            (partial / name).parent.mkdir(exist_ok=True)
            (partial / name).write_text(text, encoding="utf-8", newline="\n")
        files = {path.relative_to(partial).as_posix(): path for path in partial.rglob("*") if path.is_file()}
        listing = {name: {"bytes": path.stat().st_size, "sha256": _sha256(path)} for name, path in files.items()}
        text = json.dumps(provenance | {"files": listing}, indent=2, sort_keys=True)
        (partial / PROVENANCE).write_text(text + "\n", encoding="utf-8", newline="\n")
        for path in (*files.values(), partial / PROVENANCE):
            flush(path)
        _move_into_place(partial, folder)
    except OSError as error:
        raise not_written(folder, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _move_into_place(partial: Path, folder: Path) -> None:
    """Give the finished folder its name, unless somebody filled that place meanwhile."""
    try:
        if folder.is_dir():
            folder.rmdir()  # succeeds on an empty one only
        partial.rename(folder)
    except OSError:
        check_free(folder)
        raise


def read_provenance(folder: Path) -> dict:
    """Read a run's provenance and hold the folder to it, or say why the folder is not a whole run."""
    if not folder.is_dir():
        why = "This is a file; name the folder it lies in." if folder.is_file() else "There is no such folder."
        raise InputError("run folder", "a folder with a saved run", str(folder), why)
    path = folder / PROVENANCE
    if not path.is_file():
        half = any(folder.glob("*.parquet"))
        why = f"It is half-written: {PROVENANCE}, which comes last, is missing." if half else "It holds no run."
        raise InputError("run folder", "a folder with a saved run", str(folder), why)
    try:
        provenance = json.loads(path.read_text(encoding="utf-8"))
        missing = _missing(provenance)
    except _DAMAGED:
        missing = {"readable text"}
    if missing:
        why = f"It lacks {', '.join(sorted(missing))}; make the run again."
        raise InputError("run folder", f"a whole {PROVENANCE}", str(path), why)
    for name, listed in provenance["files"].items():
        _hold_to(folder / name, listed)
    return provenance


def _missing(provenance: dict) -> set[str]:
    """Name what a run's provenance lacks, or holds in another shape than it was written in."""
    missing = {key for key, kind in _NEEDED.items() if not isinstance(provenance.get(key, ...), kind)}
    if not missing and not all(map(_is_listed, provenance["files"].values())):
        missing = {"files"}
    seeds = provenance.get("seeds")
    if not missing and not (seeds and all(type(seed) is int and seed >= 0 for seed in seeds)):
        missing = {"seeds"}
    return missing


def _is_listed(entry: object) -> bool:
    """Say whether a file is listed with what it can be held to."""
    wanted = {"bytes": int, "sha256": str}
    return isinstance(entry, dict) and all(isinstance(entry.get(key), kind) for key, kind in wanted.items())


def _hold_to(path: Path, listed: dict) -> None:
    """Refuse a file that is missing, was cut, or (a case) was changed since the run; tables when they are read."""
    why = None
    if not path.is_file():
        why = f"{path.name} is missing"
    elif path.suffix == ".toml" and _sha256(path) != listed["sha256"]:
        why = f"{path.name} was changed after the run"
    elif path.stat().st_size != listed["bytes"]:
        why = f"{path.name} has not its full length"
    if why:
        raise InputError("run folder", "a complete run", str(path.parent), f"{why}; make the run again.")


def write_table(frame: pd.DataFrame | Iterable, path: Path) -> None:
    """Write a table, whole or in pieces, so that equal tables give equal bytes: no pandas notes, no clock.

    Pieces are frames or tables of Arrow; they are gathered to a million rows, so that a text is listed once for many.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    pieces = [frame] if isinstance(frame, pd.DataFrame) else frame
    tables = (
        piece
        if isinstance(piece, pa.Table)
        else pa.Table.from_pandas(piece, preserve_index=False).replace_schema_metadata(None)
        for piece in pieces
    )
    first = next(tables)
    listed = [field.name for field in first.schema if not pa.types.is_floating(field.type)]  # measures seldom repeat
    with pq.ParquetWriter(path, first.schema, compression="zstd", use_dictionary=listed) as writer:
        for group in _gathered(chain([first], tables)):
            writer.write_table(pa.concat_tables(group), row_group_size=ROWS_TOGETHER)


def _gathered(tables: Iterable) -> Iterator[list]:
    """Put tables together until they have a million rows or more."""
    group, rows = [], 0
    for table in tables:
        group.append(table)
        rows += len(table)
        if rows >= ROWS_TOGETHER:
            yield group
            group, rows = [], 0
    if group:
        yield group


def _hold_to_digest(path: Path) -> None:
    """Refuse a table of a run that is no longer what was written, which Parquet alone would not notice."""
    if not (path.parent / PROVENANCE).is_file():
        return
    listed, state = read_provenance(path.parent)["files"].get(path.name), path.stat()
    if not listed or _digest(path, state.st_mtime_ns, state.st_size) != listed["sha256"]:
        why = f"{path.name} was damaged or changed after the run"
        raise InputError("run folder", "a complete run", str(path.parent), f"{why}; make the run again.")


@lru_cache(maxsize=64)
def _digest(path: Path, *state: int) -> str:
    """Give the digest of a file, worked out once for every state that it is in."""
    return _sha256(path)


def read_pieces(path: Path) -> Iterator[pd.DataFrame]:
    """Read a table in the pieces in which it was written."""
    import pyarrow.parquet as pq

    _hold_to_digest(path)
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number).to_pandas()


def read_table(path: Path, filters: list | None = None) -> pd.DataFrame:
    """Read a table, or those of its rows that pass the filters."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        _hold_to_digest(path)
        return pq.read_table(path, filters=filters).to_pandas()
    except (pa.ArrowInvalid, OSError) as error:
        why = " ".join(str(error).split()).rstrip(".")
        raise InputError("run folder", "a table in Parquet", str(path), f"{why}; make the run again.") from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
