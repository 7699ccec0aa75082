"""The figures of studies: one colour a structure, readable names with units, and no text over another."""

import itertools
import shutil
from pathlib import Path

import matplotlib.colors
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from govmodel.foundations.errors import InputError
from govmodel.report import analysis_figures, factors, flips, fonts, palette
from govmodel.report.page import build
from govmodel.report.texts import LANGUAGES, Texts
from govmodel.study import analysis, results
from govmodel.study.flips import look
from govmodel.study.merit import ARMS
from govmodel.study.study_file import read

HOME = Path(__file__).parent.parent / "experiments"
STUDIES = sorted(path for path in HOME.glob("*.toml"))
DRAWN = {  # the committed figures: what was asked of which experiment
    "sensitivity sobol": {"outcome": "cost_of_governing"},
    "discovery prim": {"outcome": "licensed_share", "structure": "collaborative", "against": "market", "below": -0.02},
    "council features": {"outcome": "worst_off"},
    "pareto pareto": {},
}


@pytest.fixture(scope="module")
def drawn():
    """Draw every figure in both languages."""
    for package in ("SALib", "ema_workbench", "pymoo"):
        pytest.importorskip(package, reason="THE EXTRA study IS NOT THERE: pip install 'govmodel[study]'")
    made = {}
    for lang in LANGUAGES if fonts.chinese() else ("en",):
        texts = Texts(lang)
        with fonts.written_in(lang):
            made["flip", lang] = flips._map(look(HOME / "flip"), texts)
            for name, wishes in DRAWN.items():
                folder, kind = name.split()
                figure = Figure(dpi=analysis_figures.DPI, layout="constrained")
                FigureCanvasAgg(figure)
                analysis_figures.FIGURES[kind](figure, analysis.find(HOME / folder, kind, **wishes), texts)
                made[name, lang] = figure
            for figure in made.values():
                figure.canvas.draw()
    return made


def words(figure) -> list:
    """Give every text that is seen."""
    found = figure.findobj(lambda one: hasattr(one, "get_text") and one.get_visible() and one.get_text().strip())
    unseen = set()  # labels of ticks beyond the ends of an axis
    for panel in figure.axes:
        for axis in (panel.xaxis, panel.yaxis):
            low, high = sorted(axis.get_view_interval())
            unseen |= {id(tick.label1) for tick in axis.get_major_ticks() if not low <= tick.get_loc() <= high}
    return [one for one in found if id(one) not in unseen]


def test_no_text_is_a_raw_name(drawn):
    for name, figure in drawn.items():
        raw = [one.get_text() for one in words(figure) if "_" in one.get_text() or "e+0" in one.get_text()]
        assert not raw, name


def test_no_text_lies_over_another_or_leaves_the_picture(drawn):
    for name, figure in drawn.items():
        boxes = {(one.get_text(), id(one)): one.get_window_extent() for one in words(figure)}
        close = [
            (a[0], b[0])
            for (a, one), (b, other) in itertools.combinations(boxes.items(), 2)
            if one.width and other.width and one.shrunk(0.9, 0.8).overlaps(other.shrunk(0.9, 0.8)) and a[0] != b[0]
        ]
        assert not close, name
        wide, high = figure.canvas.get_width_height()
        out = [key[0] for key, box in boxes.items() if box.x0 < -1 or box.x1 > wide + 1 or box.y1 > high + 1]
        assert not out, name


def test_every_structure_has_its_own_colour_in_every_figure(drawn):
    texts = Texts("en")
    for name in ("flip", "pareto pareto"):
        (legend,) = drawn[name, "en"].legends
        shown = {text.get_text().removeprefix("front: "): handle for text, handle in
                 zip(legend.get_texts(), legend.legend_handles)}  # fmt: skip
        for arm in ARMS:
            handle = shown[factors.arm_title(arm, texts)]
            colour = handle.get_facecolor()
            found = matplotlib.colors.to_hex(colour if name == "flip" else colour[0])
            assert found == palette.of_structure(arm), (name, arm)
    assert palette.of_structure("maturing") == palette.colour("orange") and palette.of_structure("own") == "#aa689a"


def test_the_report_has_the_colours_of_the_dashboard():
    """Arms of a page are coloured by number; the numbers begin with the structures."""
    names = palette.numbered()
    assert len(names) == len(set(names)) and names[: len(palette.load()["structures"])] == list(
        palette.load()["structures"].values()
    )
    for theme in ("light", "dark"):
        assert palette.style(theme).count("#") == len(names)
    assert "--a0: #" not in build.STYLE.read_text(encoding="utf-8")


def test_axes_have_titles_years_and_units(drawn):
    first, second = drawn["pareto pareto", "en"].axes
    assert first.get_xlabel() == "treasury, net, 2026-2035 (billion yuan)"
    assert second.get_xlabel() == "least content seat: satisfaction, 2030-2035 (0 to 1)"
    assert first.get_ylabel() == "licensed share, 2030-2035 (%)"
    assert "below -2 points" in drawn["discovery prim", "en"].axes[0].get_title()


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.stem)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_factor_of_the_experiments_has_a_short_name(study, lang):
    texts, found = Texts(lang), read(study)[0]
    if study.stem == "calibration":
        return  # it draws nothing
    for factor in found.factors:
        name = factors.factor_name(factor, texts)
        assert "_" not in name and (lang == "en" or any("\u4e00" <= letter <= "\u9fff" for letter in name)), name


def test_ranges_are_written_with_the_digits_that_tell_their_ends_apart():
    texts = Texts("en")
    assert factors.span(0.00034, 0.3, texts) == "0.000 to 0.300"
    assert factors.span(-0.996, 0.373, texts) == "-1.00 to 0.37"
    assert factors.span(100.0, 10_000.0, texts) == "100 to 10,000"


def test_tables_that_were_passed_on_are_read_without_their_ledger(tmp_path):
    """The committed experiments hold tables and manifest; a table that is not the manifest's is refused."""
    folder = shutil.copytree(HOME / "council", tmp_path / "council")
    assert len(results.read(folder).runs) == 480
    (folder / "manifest.json").write_text(
        (folder / "manifest.json").read_text(encoding="utf-8").replace('"done": 480', '"done": 479'), encoding="utf-8"
    )
    with pytest.raises(InputError, match="479 of 480 done"):
        results.read(folder)
    shutil.copy(HOME / "council" / "manifest.json", folder)
    shutil.copy(HOME / "pareto" / "results" / "runs.parquet", folder / "results")
    with pytest.raises(InputError, match="results/runs.parquet"):
        results.read(folder)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"manifest\.json"):
        results.read(folder)


@pytest.mark.parametrize("study", STUDIES, ids=lambda path: path.stem)
def test_the_study_beside_the_tables_is_the_study_that_was_run(study):
    copy = HOME / study.stem / "study.toml"
    if copy.exists():
        assert copy.read_text(encoding="utf-8") == study.read_text(encoding="utf-8")
