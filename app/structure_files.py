"""Structure files: what the designer saves and loads is the file that the command line reads."""

import json
import tomllib
from collections.abc import Mapping

from govmodel.case import structures
from govmodel.foundations.errors import InputError

LARGEST = 100_000  # letters in a structure file


def hold(table: Mapping, where: str) -> structures.Governing:
    """Parse a table that came from a browser; it may name structures of the library, and no files of the server."""
    stages = table.get("path", [])
    named = [table.get("base"), *(stage.get("structure") for stage in stages if isinstance(stage, Mapping))]
    for name in named:
        if isinstance(name, str) and name not in structures.library():
            raise InputError(f"{where}: base", "a structure of the library", name, "Name one of the presets.")
        if isinstance(name, Mapping) and ("base" in name or "path" in name):
            hold(name, where)
    return structures.parse(table, "china", where)


def read_structure(text: str) -> dict:
    """Read a structure file, or say which cell of it is wrong; gives the whole table."""
    table = table_of(text, "structure file", LARGEST)
    table.setdefault("id", "own")
    return hold(table, "structure file").to_dict("china")


def table_of(text: str, where: str, largest: int) -> dict:
    """Read a file that a visitor chose, TOML or JSON."""
    if len(text) > largest:
        raise InputError(where, f"at most {largest:,} letters", len(text), f"Is it a {where}?")
    text = text.lstrip("\ufeff")
    read, kind = (json.loads, "JSON") if text.lstrip().startswith("{") else (tomllib.loads, "TOML")
    try:
        return read(text)
    except ValueError as error:  # what both readers raise
        raise InputError(where, f"a text in {kind}", str(error), "Mend that place.") from None


def write_structure(table: dict) -> str:
    """Write a structure as TOML, after holding it to the rules."""
    import tomli_w

    return tomli_w.dumps(hold(table, "structure").to_dict("china"))
