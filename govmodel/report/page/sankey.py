"""The flow of packs as a Sankey diagram: how they come loose, who takes them, in whose hands, to what use."""

import pandas as pd

from ...facts import CHANNELS, ROUTES
from ...performance.history import label
from ..measures import plain
from ..texts import Texts
from .marks import Markup, table, tag

RELEASED = ROUTES[:6]  # what comes back from storage and re-use has been released before
LICENSED = CHANNELS[:4]
HANDS = ("licensed", "informal", "kept")
USES = ("recovered", "second_life", "pending", "crude", "reuse", "kept")
WIDTH, HEIGHT, BAR, GAP, TOP, FOOT = 940.0, 420.0, 13.0, 12.0, 26.0, 10.0
PLACES = (0.0, 0.31, 0.64, 1.0)  # of the four columns, across
TOTALS = ("informal_gwh", "reuse_gwh", "second_life_gwh", "pending_gwh")  # indicators that flows do not tell
Links = dict[tuple[str, str], float]


def links(flows: pd.DataFrame, informal: float, reuse: float, second_life: float, pending: float) -> list[Links]:
    """Give GWh between neighbours of the four columns, from one arm's flows by route and channel.

    The others are the indicators' GWh of the same months: they say how much of what dismantlers took they sold on to
    workshops, what became of it, and how much was laid in licensed yards, where it counts for no share yet.
    """
    told = flows[flows["route"].isin(RELEASED) & ~((flows["route"] == "let_go") & (flows["channel"] == "kept"))]
    first = {(row.route, row.channel): row.gwh for row in told.itertuples() if row.gwh > 0}
    taken = {channel: sum(gwh for (_, c), gwh in first.items() if c == channel) for channel in CHANNELS}
    sold_on = min(max(informal - taken["workshop"], 0.0), taken["dismantler"])
    second = {(channel, "licensed"): taken[channel] for channel in LICENSED}
    second["dismantler", "licensed"] -= sold_on
    second |= {("dismantler", "informal"): sold_on, ("workshop", "informal"): taken["workshop"]}
    second |= {("kept", "kept"): taken["kept"]}
    held = {hand: sum(gwh for (_, h), gwh in second.items() if h == hand) for hand in HANDS}
    reuse, second_life = min(reuse, held["informal"]), min(second_life, held["licensed"])
    pending = min(pending, held["licensed"] - second_life)
    third = {
        ("licensed", "recovered"): held["licensed"] - second_life - pending,
        ("licensed", "second_life"): second_life,
        ("licensed", "pending"): pending,
        ("informal", "crude"): held["informal"] - reuse,
        ("informal", "reuse"): reuse,
        ("kept", "kept"): held["kept"],
    }
    return [{pair: gwh for pair, gwh in step.items() if gwh > 1e-9} for step in (first, second, third)]


def draw(title: str, steps: list[Links], texts: Texts) -> Markup:
    """Draw the diagram; heights are energy, and every name has its share of all."""
    columns = (RELEASED, CHANNELS, HANDS, USES)
    total = sum(steps[0].values())
    if total <= 0:
        return tag("p", texts("report.no_flows"))
    tall = max(
        sum(any(name in pair for pair in step) for name in column) for column, step in zip(columns, (*steps, steps[-1]))
    )
    scale = (HEIGHT - TOP - FOOT - GAP * (tall - 1)) / total
    nodes = [_column(column, steps, place, scale) for place, column in enumerate(columns)]
    ribbons = [_ribbon(*ends) for place, step in enumerate(steps) for ends in _ends(step, nodes, place, scale)]
    shown = [
        _node(place, name, box, scale * total, texts)
        for place, column in enumerate(nodes)
        for name, box in column.items()
    ]
    heads = [
        tag("text", texts(f"report.column_{place}"), x=_x(place) + (BAR if place == 3 else 0), y=14,
            text_anchor="end" if place == 3 else "start", class_="head")
        for place in range(4)
    ]  # fmt: skip
    told = "; ".join(f"{_word(2, hand, texts)} {box[1] / scale / total:.0%}" for hand, box in nodes[2].items())
    picture = tag(
        "svg", tag("title", title), tag("desc", f"{title}: {told}"), *heads, *ribbons, *shown,
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}", role="img", class_="sankey",
    )  # fmt: skip
    return tag("div", picture, class_="wide", tabindex="0", role="region", aria_label=title)


def numbers(title: str, steps: list[Links], texts: Texts) -> Markup:
    """Lay out the diagram as a table: from where to where, how much, and which share of all."""
    total = sum(steps[0].values())
    rows = [
        [_word(place, pair[0], texts), _word(place + 1, pair[1], texts), (plain(gwh), "n"), (f"{gwh / total:.1%}", "n")]
        for place, step in enumerate(steps)
        for pair, gwh in step.items()
    ]
    head = [texts(f"report.{word}") for word in ("flow_from", "flow_to", "flow_gwh", "flow_share")]
    return table(head, rows, title, "flow")


def _x(place: int) -> float:
    return PLACES[place] * (WIDTH - BAR)


def _column(names: tuple, steps: list[Links], place: int, scale: float) -> dict[str, tuple[float, float]]:
    """Stack the boxes of one column: top and height by name."""
    step, side = (steps[place], 0) if place < 3 else (steps[2], 1)
    sizes = {name: sum(gwh for pair, gwh in step.items() if pair[side] == name) * scale for name in names}
    sizes = {name: size for name, size in sizes.items() if size > 0}
    free = HEIGHT - TOP - FOOT - sum(sizes.values())
    gap = min(free / max(len(sizes) - 1, 1), GAP * 3)
    boxes, top = {}, TOP
    for name, size in sizes.items():
        boxes[name] = (top, size)
        top += size + gap
    return boxes


def _ends(step: Links, nodes: list, place: int, scale: float):
    """Give every ribbon its ends: column, top on the left, top on the right, height, and what it is."""
    left = {name: top for name, (top, _) in nodes[place].items()}
    right = {name: top for name, (top, _) in nodes[place + 1].items()}
    order = {name: number for number, name in enumerate(nodes[place])}
    beyond = {name: number for number, name in enumerate(nodes[place + 1])}
    starts = {}
    for pair in sorted(step, key=lambda pair: (order[pair[0]], beyond[pair[1]])):
        starts[pair] = left[pair[0]]
        left[pair[0]] += step[pair] * scale
    for pair in sorted(step, key=lambda pair: (beyond[pair[1]], order[pair[0]])):
        yield place, pair, starts[pair], right[pair[1]], step[pair] * scale
        right[pair[1]] += step[pair] * scale


def _kind(name: str, place: int) -> str:
    """Say in whose hands a box is, for its colour; what dismantlers take is not settled yet."""
    if name in ("workshop", "informal", "crude", "reuse"):
        return "informal"
    if name == "kept":
        return "kept"
    if name == "dismantler":
        return "between"
    return "licensed" if place > 0 else "route"


def _ribbon(place: int, pair: tuple[str, str], left: float, right: float, height: float) -> Markup:
    """Draw one ribbon, in the colour of where it leads."""
    x0, x1 = _x(place) + BAR, _x(place + 1)
    bend, left_end, right_end = (x0 + x1) / 2, left + height, right + height
    shape = (
        f"M{x0:.1f},{left:.1f}C{bend:.1f},{left:.1f} {bend:.1f},{right:.1f} {x1:.1f},{right:.1f}"
        f"V{right_end:.1f}C{bend:.1f},{right_end:.1f} {bend:.1f},{left_end:.1f} {x0:.1f},{left_end:.1f}Z"
    )
    return tag("path", d=shape, class_=f"ribbon {_kind(pair[1], place + 1)}")


def _node(place: int, name: str, box: tuple[float, float], whole: float, texts: Texts) -> Markup:
    """Draw one box with its name and its share of all, which is `whole` high."""
    (top, height), last = box, place == 3
    share = f"{height / whole:.1%}" if height < 0.1 * whole else f"{height / whole:.0%}"
    shown = tag("rect", x=_x(place), y=top, width=BAR, height=max(height, 1.0), class_=f"node {_kind(name, place)}")
    spot = {"x": _x(place) - 7 if last else _x(place) + BAR + 7, "text_anchor": "end" if last else "start"}
    number = tag("tspan", share, class_="number")
    text = tag("text", f"{_word(place, name, texts)} ", number, y=top + height / 2 + 4, **spot)
    return tag("g", shown, text)


def _word(place: int, name: str, texts: Texts) -> str:
    """Name a box."""
    return label(name, texts.lang) if place < 2 else texts(f"report.{'use' if place == 3 else 'hand'}_{name}")


def energy(steps: list[Links]) -> str:
    """Write how much there is in all."""
    return plain(sum(steps[0].values()))
