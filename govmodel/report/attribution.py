"""What made a change, in a sentence: English and Chinese."""

from ..performance.differences import ALIKE, UNTOLD, told
from ..study.attribution import ALL, Attribution
from .analysis_words import number
from .texts import Texts

NAMED = 4  # parts that the sentence names
SURE = {ALIKE: "unsure", UNTOLD: "untold"}


def sentence(found: Attribution, lang: str = "en") -> str:
    """Say by how much an indicator changes, which parts made the change, and how that was reckoned."""
    texts, rows = Texts(lang), found.table.set_index("part")
    parts = [
        texts("attribution.part", part=row.part, share=f"{row.share:+.3g}", low=number(row.low), high=number(row.high),
              verdict=texts(f"attribution.{SURE.get(told(row.verdict, row.replications), 'sure')}"))
        for row in found.parts.head(NAMED).itertuples()
    ]  # fmt: skip
    rest = len(found.parts) - len(parts)
    if rest:
        parts.append(texts("attribution.rest", count=rest, share=f"{found.parts['share'][NAMED:].sum():+.3g}"))
    a, b = (texts.title(case) for case in (found.case_a, found.case_b))
    whole = texts("attribution.whole", indicator=found.indicator, change=f"{found.change:+.3g}",
                  low=number(rows.loc[ALL, "low"]), high=number(rows.loc[ALL, "high"]), a=a,
                  b=b if b != a else texts("attribution.other"), since=found.since, until=found.until,
                  replications=len(found.seeds), parts=texts("attribution.and").join(parts))  # fmt: skip
    how = "attribution.exact" if found.exact else "attribution.sampled"
    return whole + texts(how, worlds=found.worlds, count=len(found.parts), orders=found.orders)
