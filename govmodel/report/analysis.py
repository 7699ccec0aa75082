"""Findings: an analysis of a sweep as table, figure and sentence, in the folder of the sweep."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..arms import file_names
from ..folder import write_table
from ..foundations.files import replace, write_text
from ..study.analysis import ONE, Found, find
from .analysis_figures import draw
from .analysis_words import sentence
from .catalogue import as_markdown
from .texts import LANGUAGES, Texts

FOLDER = "analysis"
SHOWN = 40  # rows of a table on a page


@dataclass(frozen=True)
class Finding:
    """What an analysis found: a table, a sentence in English and in Chinese, and where all of it lies."""

    kind: str
    table: pd.DataFrame
    sentences: dict[str, str]
    table_path: Path  # Parquet; the same as CSV, the figure and the page lie beside it
    figure_path: Path
    page_path: Path
    lang: str = "en"

    @property
    def sentence(self) -> str:
        """Say what was found, in the language that was asked for."""
        return self.sentences[self.lang]

    def _repr_markdown_(self) -> str:
        return f"{self.sentence}\n\n![{self.kind}]({self.figure_path.as_posix()})"


def analyse(folder: str | Path, kind: str = "pairs", lang: str = "en", **wishes) -> Finding:
    """Find out what a sweep shows, and write it into DIR/analysis: a table, a figure, a page with a sentence.

    `kind`: sobol, morris, features, prim, pareto or pairs. `wishes`: see `govmodel.study.analysis.find`. Refuses a
    sweep that is not complete, or whose design does not fit, and says why.
    """
    texts = Texts(lang)
    found = find(folder, kind, **wishes)
    sentences = {each: sentence(found, each) for each in LANGUAGES}
    home = Path(folder) / FOLDER
    home.mkdir(exist_ok=True)
    name = _name(found)
    table, figure, page = (home / f"{name}.{suffix}" for suffix in ("parquet", "png", "md"))
    replace(table, lambda at: write_table(found.table, at))
    replace(table.with_suffix(".csv"), lambda at: found.table.to_csv(at, index=False, lineterminator="\n"))
    replace(figure, lambda at: draw(found, at, lang) and None)
    text = _page(found, name, sentences, texts)
    write_text(page, text)
    return Finding(kind, found.table, sentences, table, figure, page, lang)


def _name(found: Found) -> str:
    """Name the files: the kind, and what was asked for besides, so that one question does not overwrite another."""
    asked = [str(found.wishes[name]) for name in ONE if name in found.wishes]
    asked += [f"{name} {found.wishes[name]:g}" for name in ("above", "below") if name in found.wishes]
    asked += [" ".join(found.wishes[name]) for name in ("maximise", "minimise") if name in found.wishes]
    return "-".join([found.kind, *(file_names([word])[0] for word in asked)])


def _page(found: Found, name: str, sentences: dict[str, str], texts: Texts) -> str:
    """Write the page: the question, the sentence in both languages, the figure, the table, and what made it."""
    study, made = found.results.study, found.results.made
    shown = found.table.head(SHOWN)
    rows = [{key: "" if pd.isna(value) else value for key, value in row.items()}
            for row in shown.astype(object).to_dict("records")]  # fmt: skip
    words = [
        shlex.join([f"--{key}", f"{value:g}" if isinstance(value, float) else str(value)])
        for key, given in found.wishes.items()
        for value in (given if isinstance(given, (list, tuple)) else [given])
    ]
    command = " ".join(["govmodel analyse", shlex.quote(found.results.folder.name), found.kind, *words])
    lines = [f"# {texts(f'analysis_page.{found.kind}')}", "", f"*{study.question}*", ""]
    if study.question_zh:
        lines += [f"*{study.question_zh}*", ""]
    lines += [sentences["en"], "", sentences["zh"], "", f"![{sentences[texts.lang]}]({name}.png)", ""]
    lines += [as_markdown(rows), ""]
    if len(found.table) > len(shown):
        lines += [texts("analysis_page.rows", shown=len(shown), rows=len(found.table), file=f"{name}.csv"), ""]
    lines += [f"{texts('analysis_page.again')}: `{command}`", ""]
    lines += [texts("analysis_page.made", sha=made["sha256"][:16], plan=made["plan"][:16], code=made["code"][:8])]
    return "\n".join(lines) + "\n"
