"""The pool without a browser: the latest wish counts, what can wait gives way, a worker that dies is replaced."""

import importlib.util
import os
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import govmodel as gm
from govmodel.foundations.calendar import EXPERIMENT_FROM
from govmodel.performance.indicators import INDICATORS

ROOT = Path(__file__).resolve().parents[2]


class Waiting:
    """A pool that does runs at once, and keeps what can wait."""

    def __init__(self):
        self.kept, self.jobs = {}, []

    def known(self, key):
        return self.kept.get(key)

    def remember(self, key, made):
        self.kept[key] = made

    def run(self, visitor, job):
        job.done(job.function(*job.args), None)

    def prepare(self, jobs):
        self.jobs += jobs

    def forget(self, *_):
        pass

    drop = forget


@pytest.fixture(scope="module")
def app():
    if "govmodel_app" not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            "govmodel_app", ROOT / "app" / "__init__.py", submodule_search_locations=[str(ROOT / "app")]
        )
        sys.modules["govmodel_app"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["govmodel_app"])
    from govmodel_app import frames, wanted, work

    return {"frames": frames, "wanted": wanted, "work": work}


def test_settings_are_held_to_what_there_is(app):
    understand = app["wanted"].understand
    made, notes = understand(
        {"levers": {"subsidy": "9999", "nonsense": 1}, "since": 1990, "structure": "x", "seed": "a"}
    )
    assert made["levers"] == {"subsidy": 300.0} and made["since"] == 2026 and made["structure"] == "market"
    assert {note["what"] for note in notes} >= {"subsidy", "lever", "since", "structure", "seed"}
    assert understand(None)[0] == app["wanted"].DEFAULT


def test_no_file_of_the_server_can_be_named_as_a_structure(app):
    for given in (
        "/etc/passwd",
        "x.toml",
        {"base": "/etc/passwd"},
        {"path": [{"from": "2026-01", "structure": "a/b"}]},
    ):
        made, notes = app["wanted"].understand({"structure": given})
        assert made["structure"] == "market" and notes


def test_a_branch_shows_what_the_whole_run_shows(app):
    wanted, _ = app["wanted"].understand({"levers": {"fine": 4.0}, "since": 2030, "structure": "government_led"})
    header, arrays = app["frames"].unpacked(app["work"].frame(wanted, app["wanted"].key_of(wanted)))
    _, case = app["wanted"].cases(wanted)
    monthly = gm.run(case, seed=1).indicators[list(INDICATORS)].to_numpy(float).T
    expected = app["frames"].by_year(monthly).astype(np.float32)
    assert np.array_equal(arrays["year"], expected, equal_nan=True)
    assert header["hash"] == case.hash[:12]


def test_a_band_begins_with_the_run_that_is_shown(app):
    from govmodel_app.session import Session

    pool, shown, series = Waiting(), [], ["formal_share", "holder_price"]
    Session(pool, shown.append, None, series).want({"bands": 8}, 1)
    assert len(shown) == 1 and [job.args[1] for job in pool.jobs] == [1, 2, 3, 4, 5, 6, 7]
    wanted = pool.jobs[0].args[0]
    first = app["work"].replication(wanted, 0, series)
    for job in pool.jobs:
        job.done(first, None)
    header, arrays = app["frames"].unpacked(shown[-1][4:])
    assert header["runs"] == 8 and all(np.array_equal(arrays[name], first, equal_nan=True) for name in arrays)


def test_a_comparison_of_which_a_run_fails_says_so_once(app):
    from govmodel_app.session import Session

    pool, replies = Waiting(), []
    session = Session(pool, lambda made: None, lambda answer, made=None: replies.append(answer), [])
    session.want({"bands": 0}, 1)
    session.ask({"ask": "compare", "id": 7, "arms": ["market", "collaborative"], "size": 2})
    assert len(pool.jobs) == 4
    for job in pool.jobs:
        job.done(None, RuntimeError("the world ended"))
    assert replies == [replies[0]] and replies[0]["id"] == 7 and replies[0]["error"] == "the world ended"


def test_workers_share_the_room_for_trunks_and_the_longest_unused_goes(app, monkeypatch):
    work = app["work"]
    assert [work.share(workers) for workers in (1, 2, 8, 64)] == [128, 64, 16, 8]
    monkeypatch.setattr(work, "_trunks", OrderedDict())
    monkeypatch.setattr(work, "_room", 2)
    plain, _ = app["wanted"].cases(app["wanted"].DEFAULT)
    first = work.trunk(plain, EXPERIMENT_FROM, 1)
    assert sum(array.nbytes for array in first.state.values()) < 8e6
    work.trunk(plain, EXPERIMENT_FROM, 2)
    assert work.trunk(plain, EXPERIMENT_FROM, 1) is first
    work.trunk(plain, EXPERIMENT_FROM, 3)
    assert [seed for _, seed in work._trunks] == [1, 3]


def test_a_wish_is_not_lived_twice_and_a_final_one_drops_the_others(app):
    from govmodel_app.pool import Job, Pool, Worker

    class Idle(Worker):
        def renew(self):
            self.stop = SimpleNamespace(value=0)

    def wish(visitor, key, told):
        return Job(abs, (-1,), told, visitor=visitor, key=key)

    pool = Pool(0)
    heard, me, other = [], object(), object()
    for visitor, key in ((me, "a"), (other, "a")):
        pool.workers.append(Idle())
        pool.workers[-1].job = wish(visitor, key, None)
    mine, theirs = pool.workers
    mine.job.done = lambda made, error: heard.append("first")
    pool.run(me, wish(me, "a", lambda made, error: heard.append("second")))
    assert not pool.runs and mine.stop.value == 0
    mine.job.done(1, None)
    assert heard == ["second"]  # the wish that came later gets the answer
    pool.drop(me, "a")
    assert mine.stop.value == 0
    pool.drop(me, "b")
    assert mine.stop.value == 1 and theirs.stop.value == 0
    pool.run(me, wish(me, "a", None))
    assert me in pool.runs  # what was given up is lived anew


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_a_worker_that_dies_is_replaced(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(app=str(ROOT / "app" / "__main__.py")), encoding="utf-8")
    settings = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], env=settings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_a_checkout_starts_its_own_dashboard_whatever_is_installed(tmp_path):
    for name in ("govmodel", "govmodel_app"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('the one that is installed')")
    done = subprocess.run(
        [sys.executable, ROOT / "app", "--help"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0 and "--workers" in done.stdout, done.stderr


SCRIPT = """
import os, queue, runpy
runpy.run_path({app!r}, run_name='loaded')
from govmodel_app.pool import Job, Pool
if __name__ == '__main__':
    pool, answers = Pool(1), queue.Queue()
    pool.ask(Job(os._exit, (1,), lambda made, error: answers.put(error)))
    assert answers.get(timeout=60) is not None
    pool.ask(Job(abs, (-3,), lambda made, error: answers.put(made)))
    assert answers.get(timeout=60) == 3
    pool.close()
"""


def test_provinces_add_up_to_the_nation(app):
    from govmodel_app import provinces

    understood, _ = app["wanted"].understand({"structure": "collaborative"})
    model = app["work"].live(understood)
    parts = [provinces.monthly_of(model, number) for number in range(31)]
    nation = model.indicators
    for name in parts[0]:
        if INDICATORS[name].aggregation in ("sum", "last"):
            assert sum(part[name] for part in parts) == pytest.approx(nation[name].to_numpy(), rel=1e-9), name
        elif "bid" in name or "trust" in name:
            values = np.stack([part[name] for part in parts])[:, 12:]
            told = nation[name].to_numpy()[12:]
            assert (values.min(axis=0) <= told + 1e-9).all() and (values.max(axis=0) >= told - 1e-9).all(), name
    years = provinces.arrays_of(model, 18)["year"]
    assert 0 < years[list(INDICATORS).index("formal_share"), -1] < 1


def test_ties_are_those_of_the_contracts_in_force(app):
    understood, _ = app["wanted"].understand({"structure": "collaborative"})
    model = app["work"].live(understood)
    arrays, table = app["frames"].arrays_of(model), model.contracts.table
    begins = arrays["quarters"].astype(int)
    ended = np.where(table["ended"] < 0, model.until + 1, table["ended"])
    assert len(begins) == 61
    for quarter in range(60):
        month = model.start + 3 * quarter
        rows = arrays["ties"][0, begins[quarter] : begins[quarter + 1]].astype(int)
        assert set(rows) == set(np.flatnonzero((table["signed"] <= month) & (ended > month)))
    assert (arrays["ties"][1] >= 0).all() and ((arrays["ties"][2] > 0) & (arrays["ties"][2] < 1)).all()
