"""Files in TOML that a user may have written: their content, or in words why there is none."""

import re
import tomllib
from pathlib import Path

from .errors import InputError


def read_toml(path: Path, kind: str, field: str) -> tuple[dict, str]:
    """Give the content of a file and its text; `kind` says what it is, `field` where it was named."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{kind} {path}", "a TOML file in UTF-8", str(error), "Save the file as UTF-8.") from None
    except OSError as error:
        raise InputError(field, f"a {kind} that can be read", str(path), f"{error.strerror}.") from None
    return parse_toml(text, f"{kind} {path}"), text


def parse_toml(text: str, where: str) -> dict:
    """Give the content of a text, or say which key stands twice and where, or at which place it cannot be read."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # no TOML, or a number or a nest that is too long
        place = re.search(r"\(at line (\d+)", str(error))
        if place and re.match(r"Cannot (overwrite a value|declare)", str(error)):
            key = text.splitlines()[int(place[1]) - 1].strip().partition("=")[0].strip()
            remedy = "It is set twice; remove one of the two."
            raise InputError(where, "each key once", f"{key} a second time, in line {place[1]}", remedy) from None
        raise InputError(where, "a text in TOML", str(error), "Mend that place.") from None
