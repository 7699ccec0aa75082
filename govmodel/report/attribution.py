"""What made a change, in a sentence: English and Chinese."""

from ..performance.differences import ALIKE
from ..study.attribution import ALL, Attribution
from .analysis_words import number
from .texts import Texts

NAMED = 4  # parts that the sentence names


def sentence(found: Attribution, lang: str = "en") -> str:
    """Say by how much an indicator changes, which parts made the change, and how that was reckoned."""
    texts, rows = Texts(lang), found.table.set_index("part")
    told = [
        texts("attribution.part", part=row.part, share=f"{row.share:+.3g}", low=number(row.low), high=number(row.high),
              verdict=texts("attribution.unsure" if row.verdict == ALIKE else "attribution.sure"))
        for row in found.parts.head(NAMED).itertuples()
    ]  # fmt: skip
    rest = len(found.parts) - len(told)
    if rest:
        told.append(texts("attribution.rest", count=rest, share=f"{found.parts['share'][NAMED:].sum():+.3g}"))
    a, b = (texts.title(case) for case in (found.case_a, found.case_b))
    whole = texts("attribution.whole", indicator=found.indicator, change=f"{found.change:+.3g}",
                  low=number(rows.loc[ALL, "low"]), high=number(rows.loc[ALL, "high"]), a=a,
                  b=b if b != a else texts("attribution.other"), since=found.since, until=found.until,
                  replications=len(found.seeds), parts=texts("attribution.and").join(told))  # fmt: skip
    how = "attribution.exact" if found.exact else "attribution.sampled"
    return whole + texts(how, worlds=found.worlds, count=len(found.parts), orders=found.orders)
