"""What a newcomer gets wrong: files that are damaged or of the wrong kind, and the public API with wrong types."""

import json
import shutil

import pytest

import govmodel as gm
from govmodel.case import policies
from govmodel.foundations.errors import InputError
from govmodel.report.texts import Texts
from govmodel.study import propositions
from govmodel.study.flips import look
from tests.sweeps import write_study
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


@pytest.mark.parametrize("name", [None, "", 3, 1.5, b"x", []])
def test_what_is_no_name_of_a_study_sweep_or_month_is_refused(name, tmp_path):
    model = gm.GovernanceModel(gm.Case.load().with_(scale=200000, until="2021-02"))
    for what in (lambda: gm.sweep(name, tmp_path / "out"), lambda: gm.calibrate(name, tmp_path / "out"),
                 lambda: gm.analyse(name), lambda: gm.save_month(model, name),
                 lambda: gm.load_month(name)):  # fmt: skip
        with pytest.raises(InputError, match="Write, for example") as told:
            what()
        assert told.value.got is name
    with pytest.raises(InputError, match="a GovernanceModel"):
        gm.branch(name)


@pytest.mark.parametrize("number", [None, "1", 1.5, True, [], slice(0, 2)])
def test_what_is_no_number_of_a_pack_is_refused(number):
    model = gm.GovernanceModel(gm.Case.load().with_(scale=200000, until="2021-02"))
    for what in (model.pack, model.holders.__getitem__):
        with pytest.raises(InputError, match="a pack number from 0 to"):
            what(number)


@pytest.mark.parametrize("name", ["x", 5, None, ["x"]])
def test_what_is_no_table_of_a_model_is_refused(name):
    model = gm.GovernanceModel(gm.Case.load().with_(scale=200000, until="2021-02"))
    with pytest.raises(InputError, match="table: wanted the name of a table.*packs"):
        model.table(name)


def test_progress_that_cannot_be_called_is_refused():
    case = gm.Case.load().with_(scale=200000, until="2021-02")
    for what in (lambda: gm.run(case, progress=5), lambda: gm.compare(case, case.with_(name="b"), progress="x")):
        with pytest.raises(InputError, match="progress: wanted True, False or a function"):
            what()


def test_lists_are_no_names_of_indicators_and_subjects():
    run = gm.run(gm.Case.load().with_(scale=200000, until="2022-02"))
    with pytest.raises(InputError, match="the name of an indicator"):
        run.explain([], "2022-01")
    with pytest.raises(InputError, match="someone in the model"):
        run.seen_by([])


def test_every_refusal_says_what_to_do_in_both_languages(tmp_path):
    """Where a check gives no remedy of its own, the usual one for what was wanted is told."""
    for value, remedy in (("'2000'", "Write it without point"), ("0.5", "Write it without point"), ("0", "1 is the")):
        path = tmp_path / "mine.toml"
        path.write_text(f"[scenario]\nscale = {value}\n", encoding="utf-8")
        refused(call("run", path), "scenario.scale", remedy)
    refused(call("run", "--seed", -1), "seed", "Write, for example, 0.")
    assert "例如写 0。" in call("run", "--seed", -1, "--lang", "zh").stderr
    for wanted in ("a text", "a list", "a table", "a number", "a finite number", "a whole number", "one of a, b",
                   "a whole number from 3 on", "numbers from 0 to 1", "something unheard of"):  # fmt: skip
        error = InputError("field", wanted, None)
        assert error.remedy and str(error).endswith(error.remedy)
        texts = Texts("zh")
        assert texts.told(error.remedy, "error_words") != error.remedy, error.remedy


@pytest.mark.parametrize(
    ("content", "hints"),
    [
        ("[scenario]\nscale = 2\n".encode("utf-16"), ("in UTF-8", "Save the file as UTF-8.")),
        ('title = "中国"\n'.encode("gbk"), ("in UTF-8", "Save the file as UTF-8.")),
        (b"a = " + b"[" * 4000 + b"]" * 4000, ("a text in TOML",)),
        (b"[scenario]\nscale = " + b"9" * 5000, ("a text in TOML",)),
    ],
)
def test_files_that_cannot_be_read_as_text_say_why(content, hints, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    for words in (("run", path), ("run", "--structure", path), ("sweep", path), ("validate", "--ensemble", path)):
        refused(call(*words), *(hints if "--ensemble" not in words else ("ensemble",)))
    for read in (policies.read, propositions.read):
        with pytest.raises(InputError, match=hints[0]):
            read(path)


def test_a_case_that_is_no_table_is_named():
    with pytest.raises(InputError, match="^case: wanted a table"):
        gm.Case.from_dict(3)


@pytest.mark.parametrize(
    ("line", "hints"),
    [
        ('method = "grid"', ("design.method", "one of factorial, latin_hypercube", "'grid'")),
        ('method = "sobol"\nsize = 0', ("design.size", "a number of at least 1", "0")),
        ('method = "sobol"\nsecond_order = 1', ("design.second_order", "true or false", "1")),
    ],
)
def test_a_study_says_in_its_own_words_what_is_wrong(line, hints, tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(f'question = "a"\n[design]\n{line}\n', encoding="utf-8")
    told = call("sweep", path)
    refused(told, *hints, "docs/study_file.md")
    assert "Input should" not in told.stderr


def test_luck_out_of_range_is_told_as_the_seed():
    for command in ("validate", "knockouts", "trust", "degenerate", "propositions", "robustness"):
        refused(call(command, "--seed", -1, "--scale", 200000), "seed: wanted a whole number from 0")


@pytest.mark.parametrize(("option", "name", "near"), [("--structure", "markt", "'market'"),
                                                      ("--lever", "subsidi", "'subsidy'")])  # fmt: skip
def test_minutes_of_what_there_is_not_are_refused_where_nobody_met_too(option, name, near, saved):
    refused(call("minutes", saved, option, name), name, near)


@pytest.mark.parametrize(
    "changes", [{"files": 3}, {"seeds": 5}, {"seed": "a"}, {"version": None}, {"commit": ...}, {"case_hash": []}]
)
def test_a_provenance_edited_by_hand_is_refused(changes, saved, tmp_path):
    folder = shutil.copytree(saved, tmp_path / "edited")
    path = folder / "provenance.json"
    made = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({key: value for key, value in made.items() if value is not ...}), encoding="utf-8")
    for words in (("report", folder), ("trace", folder, 1), ("minutes", folder)):
        refused(call(*words), "provenance.json", *changes, "make the run again")


def test_a_sweep_names_its_damaged_ledger_and_leaves_it(tmp_path):
    study, folder = write_study(tmp_path), tmp_path / "out"
    assert call("sweep", study, "--out", folder, "--engine", "serial").exit_code == 0
    ledger = folder / "ledger.sqlite"
    whole = ledger.read_bytes()
    for damaged in (b"hello", whole[:5000], whole[: len(whole) // 2]):
        ledger.write_bytes(damaged)
        for words in (("sweep", study, "--out", folder), ("sweep", study, "--out", folder, "--status"),
                      ("sweep", study, "--out", folder, "--export"), ("analyse", folder)):  # fmt: skip
            refused(call(*words), "ledger.sqlite", "into another folder")
    ledger.write_bytes(whole)
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    refused(call("sweep", study, "--out", folder, "--verify"), "manifest.json", "--export")


def test_a_sweep_that_cannot_begin_makes_no_folder(tmp_path):
    study = write_study(tmp_path)
    refused(call("sweep", study, "--out", study), "out", "This is a file")
    for words in (("--export",), ("--scheduler", "nowhere")):
        assert call("sweep", study, "--out", tmp_path / "none", *words).exit_code == 2
        assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("how", [{"limit": -1}, {"limit": 0}, {"limit": "x"}, {"limit": True}, {"scheduler": 5}])
def test_a_sweep_is_not_begun_with_a_limit_or_scheduler_that_is_none(how, tmp_path):
    field, wrong = next(iter(how.items()))
    with pytest.raises(InputError, match=field) as told:
        gm.sweep(write_study(tmp_path), tmp_path / "out", engine="serial", **how)
    assert told.value.got is wrong and not (tmp_path / "out").exists()


def test_a_model_that_has_not_begun_has_tables_without_rows():
    model = gm.GovernanceModel(gm.Case.load().with_(scale=200000, until="2021-02"))
    before, seen = model.indicators, model.seen_by("public")
    model.step()
    assert len(before) == len(seen) == 0 and list(before.columns) == list(model.indicators.columns)
