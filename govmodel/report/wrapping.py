"""Lines of Chinese text: they may break between any two characters, but not before a closing mark or inside a name."""

import re

from rich.cells import cell_len, set_cell_size

# a name or number with what closes behind it; an opening mark with what follows; one character with what closes
_PIECE = re.compile(r"\s+|[（“《]*(?:[\x21-\x7e]+|.)[，。；：、！？）”》%]*")


def wrapped(text: str, width: int) -> str:
    """Break the lines of a text that are wider than so many columns; a Chinese character takes two of them."""
    return "\n".join(line for whole in text.split("\n") for line in _lines(whole, width))


def left(text: str, width: int) -> str:
    """Fill or cut a text to so many columns, from the left."""
    return set_cell_size(text, width)


def right(text: str, width: int) -> str:
    """Put a text at the right end of so many columns; a longer one is not cut."""
    return " " * (width - cell_len(text)) + text


def _lines(text: str, width: int) -> list[str]:
    indent = text[: len(text) - len(text.lstrip())]
    lines, line = [], indent
    for piece in _PIECE.findall(text[len(indent) :]):
        if line.strip() and cell_len(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = indent + piece.lstrip()
        else:
            line += piece
    return [*lines, line]
