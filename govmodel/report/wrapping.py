"""Lines of Chinese text: they may break between any two characters, but not before a closing mark or inside a name."""

import re

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

# a name or number with what closes behind it; an opening mark with what follows; one character with what closes
_PIECE = re.compile(r"\s+|[（“《]*(?:[\x21-\x7e]+|.)[，。；：、！？）”》%]*")


def wrapped(text: str, width: int) -> str:
    """Break the lines of a text that are wider than so many columns; a Chinese character takes two of them."""
    return "\n".join(line for whole in text.split("\n") for line in _lines(whole, width))


def fitted(text: Text, console: Console, lang: str) -> Text:
    """Break lines of Chinese, which has no spaces, before the terminal does; keep the styles of whole lines."""
    if lang != "zh":
        return text
    lines = [Text(wrapped(line.plain, console.width), style=_style(line)) for line in text.split("\n")]
    return Text("\n", style=text.style).join(lines)


def _style(line: Text):
    return line.spans[0].style if line.spans else line.style


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
