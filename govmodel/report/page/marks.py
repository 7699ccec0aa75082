"""Marks of a page: HTML and SVG elements as text, every word of the model's or a user's escaped."""

from html import escape
from typing import NewType

Markup = NewType("Markup", str)  # text that is already markup
_EMPTY = {"path", "rect", "line", "circle", "meta", "input", "col", "br", "polyline", "polygon"}


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Make an element; children that are no Markup are escaped, attributes that are None left out.

    An attribute's last underscore is dropped and others become hyphens: `class_`, `stroke_width`.
    """
    held = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_plain(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(child if _is_markup(child) else escape(str(child)) for child in children if child is not None)
    if name in _EMPTY and not inside:
        return mark(f"<{name}{held}/>")
    return mark(f"<{name}{held}>{inside}</{name}>")


class _Marked(str):
    """Text that is markup already."""


def mark(text: str) -> Markup:
    """Say of a text that it is markup."""
    return Markup(_Marked(text))


def _is_markup(child: object) -> bool:
    return isinstance(child, _Marked)


def join(parts) -> Markup:
    """Put pieces of markup after one another."""
    return mark("".join(part if _is_markup(part) else escape(str(part)) for part in parts if part is not None))


def _plain(value: object) -> str:
    """Write an attribute's value; numbers with one decimal, so that equal pictures are equal bytes."""
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def table(head: list, rows: list[list], caption: object, class_: str = "") -> Markup:
    """Lay out a table with a caption; the first cell of every row is its heading. Cells may be (text, class)."""

    def cell(content: object, first: bool) -> Markup:
        text, kind = content if isinstance(content, tuple) else (content, None)
        return tag("th", text, scope="row", class_=kind) if first else tag("td", text, class_=kind)

    body = [tag("tr", *(cell(content, place == 0) for place, content in enumerate(row))) for row in rows]
    top = tag("thead", tag("tr", *(tag("th", text, scope="col") for text in head))) if head else None
    made = tag("table", tag("caption", tag("span", caption)), top, tag("tbody", *body), class_=class_ or None)
    return tag("div", made, class_="wide", tabindex="0", role="region", aria_label=_text(caption))


def _text(content: object) -> str:
    """Give the words of a caption for those who hear the page."""
    import re

    return re.sub(r"<[^>]+>", "", content) if _is_markup(content) else str(content)


def folded(summary: object, *content: object) -> Markup:
    """Fold something away under a line that opens it."""
    return tag("details", tag("summary", summary), *content)
