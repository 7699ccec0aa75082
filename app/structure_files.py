"""Structure files: what the designer saves and loads is the file that the command line reads."""

import tomllib
from collections.abc import Mapping

from govmodel.case import structures
from govmodel.foundations.errors import InputError

LARGEST = 100_000  # letters in a file


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
    if len(text) > LARGEST:
        raise InputError("structure file", f"at most {LARGEST:,} letters", len(text), "Is it a structure file?")
    try:
        table = tomllib.loads(text.lstrip("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise InputError("structure file", "a text in TOML", str(error), "Mend that place.") from None
    table.setdefault("id", "own")
    return hold(table, "structure file").to_dict("china")


def write_structure(table: dict) -> str:
    """Write a structure as TOML, after holding it to the rules."""
    import tomli_w

    return tomli_w.dumps(hold(table, "structure").to_dict("china"))
