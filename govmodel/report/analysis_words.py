"""What an analysis found, in a sentence: English and Chinese."""

import pandas as pd

from ..performance.differences import ALIKE, FEWEST, HIGHER, LOWER, UNTOLD, told
from ..study.analysis import Found
from ..study.pairs import ALL
from .texts import Texts

NEXT = 2  # how many factors are named after the first


def sentence(found: Found, lang: str = "en") -> str:
    """Say what an analysis found."""
    texts = Texts(lang)
    gap = " " if lang == "en" else ""
    return gap.join(text.strip() for text in TELL[found.kind](found, texts))


def number(value: float) -> str:
    """Write a number with three digits that count."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.3g}"


def percent(value: float) -> str:
    """Write a share as a percentage."""
    return f"{100 * value:.0f} %"


def _what(found: Found, outcome: str, arm: str | None, texts: Texts) -> str:
    """Name what is explained: an outcome, of an arm, or less that of another arm."""
    arm = arm or found.wishes.get("structure")
    if arm is None:
        others = [name for name in found.results.arms if name != found.wishes.get("against")]
        arm = texts("analysis.and").join(map(texts.structure, others))
    else:
        arm = texts.structure(arm)
    against = found.wishes.get("against")
    if against is not None:
        return texts("analysis.less", outcome=outcome, arm=arm, against=texts.structure(against))
    return texts("analysis.under", outcome=outcome, arm=arm)


def _next(rows: pd.DataFrame, texts: Texts, write) -> str:
    """Name those that come after the first."""
    told = [
        texts("analysis.share", factor=row.factor, share=write(row.value)) for row in rows[1 : NEXT + 1].itertuples()
    ]
    return texts("analysis.next", others=texts("analysis.and").join(told)) if told else ""


def _sobol(found: Found, texts: Texts):
    for arm, table in found.table.groupby("structure", sort=False):
        what = _what(found, table["outcome"].iloc[0], arm, texts)
        if table["value"].isna().all():
            yield texts("analysis.constant", what=what)
            continue
        total = table[table["index"] == "total"].sort_values("value", ascending=False, kind="stable")
        first = table[table["index"] == "first"].set_index("factor")["value"]
        top = total.iloc[0]
        yield texts("analysis.sobol", what=what, factor=top.factor, total=percent(top.value), low=percent(top.low),
                    high=percent(top.high), first=percent(first[top.factor]),
                    next=_next(total, texts, percent))  # fmt: skip
        told = "analysis.interplay" if first.sum() < 1.0 else "analysis.no_interplay"
        yield texts(told, sum=percent(first.sum()))
        if len(total) > 1 and total["high"].iloc[1] > top.low:
            yield texts("analysis.unsure")


def _morris(found: Found, texts: Texts):
    for arm, table in found.table.groupby("structure", sort=False):
        what = _what(found, table["outcome"].iloc[0], arm, texts)
        if table["value"].isna().all():
            yield texts("analysis.constant", what=what)
            continue
        sizes = table[table["index"] == "mu_star"].sort_values("value", ascending=False, kind="stable")
        top = sizes.iloc[0]
        yield texts("analysis.morris", what=what, factor=top.factor, size=number(top.value), low=number(top.low),
                    high=number(top.high), next=_next(sizes, texts, number))  # fmt: skip
        if len(sizes) > 1 and sizes["high"].iloc[1] > top.low:
            yield texts("analysis.unsure")


def _features(found: Found, texts: Texts):
    top = found.table.iloc[0]
    yield texts("analysis.features", what=_what(found, top.outcome, None, texts), factor=top.factor,
                score=percent(top.value), low=percent(top.low), high=percent(top.high),
                next=_next(found.table, texts, percent))  # fmt: skip
    yield texts("analysis.ends", factor=top.factor, least=number(top.least), least_at=top.least_at,
                most=number(top.most), most_at=top.most_at)  # fmt: skip


def _prim(found: Found, texts: Texts):
    top, boxed = found.table.iloc[0], found.table[found.table["restricted"]]
    above, below = pd.notna(top.above), pd.notna(top.below)
    limit = {
        (True, False): lambda: texts("analysis.above", limit=number(top.above)),
        (False, True): lambda: texts("analysis.below", limit=number(top.below)),
        (True, True): lambda: texts("analysis.between", low=number(top.above), high=number(top.below)),
    }[above, below]()
    told = {"what": _what(found, top.outcome, None, texts), "limit": limit, "interest": int(top.of_interest),
            "points": int(top.points)}  # fmt: skip
    if boxed.empty:
        yield texts("analysis.no_box", **told)
        return
    box = texts("analysis.and").join(_limits(row, texts) for row in boxed.itertuples())
    yield texts("analysis.prim", **told, box=box, coverage=percent(top.coverage), density=percent(top.density))


def _limits(row, texts: Texts) -> str:
    """Say between which values a factor is held."""
    if row.values:
        return texts("analysis.is", factor=row.factor, values=row.values)
    if row.low > row.sample_low and row.high < row.sample_high:
        return texts("analysis.from_to", factor=row.factor, low=number(row.low), high=number(row.high))
    if row.low > row.sample_low:
        return texts("analysis.from", factor=row.factor, low=number(row.low))
    return texts("analysis.to", factor=row.factor, high=number(row.high))


def _pareto(found: Found, texts: Texts):
    front, goals = found.table[found.table["on_front"]], found.objectives
    joined = texts("analysis.and").join
    ends = {name: {"low": number(front[name].min()), "high": number(front[name].max())} for name in goals}
    counts = front["structure"].value_counts(sort=False)
    yield texts(
        "analysis.pareto",
        front=len(front),
        all=len(found.table),
        goals=joined(texts("analysis.more" if sign > 0 else "analysis.fewer", outcome=name)
                     for name, sign in goals.items()),
        arms=joined(texts("analysis.of_arm", arm=texts.structure(arm), count=count) for arm, count in counts.items()),
        ranges=joined(texts("analysis.range", outcome=name, **limits) for name, limits in ends.items()),
    )  # fmt: skip


def _pairs(found: Found, texts: Texts):
    few = found.results.study.replications < FEWEST
    if few:
        yield texts("analysis.few", fewest=FEWEST)
    for (outcome, arm, against), table in found.table.groupby(["outcome", "arm", "against"], sort=False):
        whole, points = table[table["point"] == ALL].iloc[0], table[table["point"] != ALL]
        counts = points["verdict"].value_counts()
        higher, lower = int(counts.get(HIGHER, 0)), int(counts.get(LOWER, 0))
        places = texts("analysis.places", higher=higher, lower=lower, alike=len(points) - higher - lower,
                       points=len(points)) if len(points) > 1 and not few else ""  # fmt: skip
        verdict = verdict_word(told(whole.verdict, whole.replications), texts)
        if pd.isna(whole.difference):
            verdict = texts("analysis.no_values")
        yield texts("analysis.pairs", outcome=outcome, arm=texts.structure(arm), against=texts.structure(against),
                    verdict=verdict, difference=number(whole.difference), low=number(whole.low),
                    high=number(whole.high), replications=int(whole.replications), places=places)  # fmt: skip


def verdict_word(verdict: str, texts: Texts) -> str:
    """Say a verdict."""
    keys = {HIGHER: "higher", LOWER: "lower", ALIKE: "alike", UNTOLD: "untold"}
    return texts(f"analysis.{keys[verdict]}")


TELL = {"sobol": _sobol, "morris": _morris, "features": _features, "prim": _prim, "pareto": _pareto, "pairs": _pairs}
