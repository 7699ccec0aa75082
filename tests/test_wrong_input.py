"""What a newcomer gets wrong: files that are damaged or of the wrong kind, and the public API with wrong types."""

import shutil

import pytest

import govmodel as gm
from govmodel.foundations.errors import InputError
from govmodel.study.flips import look
from tests.test_bad_input import QUICK, call, contents, refused


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Save a small run."""
    out = tmp_path_factory.mktemp("wrong") / "out"
    assert call("run", *QUICK, "--quiet", "--out", out).exit_code == 0
    return out


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("case.toml", "[scenario]\nscale = 1\nscale = 2\n", ("run", "{}")),
        ("body.toml", 'id = "x"\nscale = 1\nscale = 2\n', ("run", "--structure", "{}")),
        ("study.toml", 'question = "a"\n\nscale = 1\nscale = 2\n', ("sweep", "{}")),
    ],
)
def test_a_key_that_stands_twice_is_named_with_its_line(name, text, words, tmp_path):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    line = text.splitlines().index("scale = 2") + 1
    refused(call(*(word.format(path) for word in words)), name, "each key once", f"scale a second time, in line {line}",
            "remove one of the two")  # fmt: skip
    told = call(*(word.format(path) for word in words), "--lang", "zh").stderr if words[0] == "run" else "请删去其一"
    assert "请删去其一" in told


def test_an_empty_study_says_what_to_add(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text("", encoding="utf-8")
    refused(call("sweep", path), "question", "'nothing'", "Add it; docs/study_file.md")


def test_a_damaged_table_is_refused_on_one_line_with_a_remedy(saved, tmp_path):
    """Its length is right, but some of its bytes are not."""
    folder = shutil.copytree(saved, tmp_path / "damaged")
    table = folder / "indicators.parquet"
    held = bytearray(table.read_bytes())
    held[len(held) // 3 : len(held) // 3 + 400] = bytes(400)
    table.write_bytes(held)
    before = contents(folder)
    refused(call("report", folder), "indicators.parquet", "make the run again")
    assert contents(folder) == before


def test_a_file_in_the_place_of_a_folder_is_called_a_file(saved):
    refused(call("report", saved / "indicators.parquet"), "run folder", "This is a file")


def test_a_report_is_not_written_over_a_folder_and_leaves_nothing_behind(saved, tmp_path):
    out = tmp_path / "here"
    out.mkdir()
    refused(call("report", saved, "--out", out), "out", "This is a folder", "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["here"] and not list(out.iterdir())


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_that_is_no_sweep_is_refused(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refused(call("analyse", folder, "pairs"), "folder", "There is no such folder" if folder != "." else "no ledger")
    refused(call("flips", folder), "sweep", "Run govmodel sweep first")
    with pytest.raises(InputError, match="sweep"):
        look(folder)


@pytest.mark.parametrize("name", [None, "", 3])
def test_what_is_no_name_of_a_folder_is_refused(name, saved):
    held = gm.load_run(saved)
    for wrong in (lambda: gm.load_run(name), lambda: gm.load_comparison(name), lambda: held.save(name)):
        with pytest.raises(InputError, match="the name of a folder"):
            wrong()


@pytest.mark.parametrize("rng", ["seven", -1, 1.5, {"a": 1}])
def test_a_model_refuses_what_is_no_luck(rng):
    case = gm.Case.load().with_(scale=200_000, until="2021-02")
    with pytest.raises(InputError, match="rng: wanted a whole number"):
        gm.GovernanceModel(case, rng=rng)


@pytest.mark.parametrize("case", ["china", 3, {}])
def test_a_model_refuses_what_is_no_case(case):
    with pytest.raises(InputError, match="case: wanted a Case"):
        gm.GovernanceModel(case)


@pytest.mark.parametrize(
    ("changes", "field", "got"),
    [({"start": 2025}, "scenario.start", "2025"), ({"structure": 3}, "governance.structure", "3")],
)
def test_a_number_in_the_place_of_a_text_is_told_as_it_was_given(changes, field, got):
    with pytest.raises(InputError) as refusal:
        gm.Case.load("china").with_(**changes)
    assert (refusal.value.field, str(refusal.value.got)) == (field, got)
