"""The Chinese face of a sweep: how long it will take, how far it is, what was done, and whether its tables hold."""

import re
import sqlite3
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from govmodel.cli import app
from govmodel.study import sweep as room
from tests.sweeps import write_study


def test_the_command_speaks_chinese(tmp_path):
    study = write_study(tmp_path, values=(0.0, 10.0), replications=1)
    say = partial(CliRunner().invoke, app)
    words = ["sweep", str(study), "--lang", "zh"]
    assert say([*words, "--dry-run"]).stdout.startswith("共 2 次运行，每次约 ")
    half = say([*words, "--limit", "1", "--engine", "serial", "--progress", "plain"])
    assert half.exit_code == 0 and half.stdout.startswith("2 次运行已完成 1 次，失败 0 次；数据表在 ")
    whole = say([*words, "--engine", "serial", "--progress", "plain"])
    assert whole.stdout.startswith("2 次运行已完成 2 次，失败 0 次；数据表在 ") and "约剩 0 秒" in whole.stderr
    rows = say([*words, "--verify"]).stdout.splitlines()
    assert len(rows) > 3 and all(row.startswith("一致") for row in rows)
    assert not re.search("[a-z]{3} [a-z]{3}", "\n".join(rows))  # no English sentence is left
    next(iter((study.parent / "study" / "results").glob("*.parquet"))).write_bytes(b"cut")
    assert "不一致 results/" in say([*words, "--verify"]).stdout


@pytest.mark.parametrize(
    ("end", "code", "word"),
    [
        (KeyboardInterrupt(), 130, "已立即退出"),
        (sqlite3.OperationalError("disk full"), 3, "台账无法写入：disk full"),
        (room.EngineLost("The scheduler is gone. What was done is kept; the same command goes on."), 3, "调度器已断开"),
        (room.Swept(Path("out"), 2, 1, 0, True), 130, "已中断：2 次运行已完成 1 次"),
        (room.Swept(Path("out"), 2, 1, 1), 3, "用 govmodel sweep --retry 重做"),
    ],
    ids=["ctrl_c", "ledger", "scheduler", "interrupted", "failed"],
)
def test_what_stops_a_sweep_is_told_in_chinese(tmp_path, monkeypatch, end, code, word):
    def ends(*given):
        if isinstance(end, BaseException):
            raise end
        return end

    monkeypatch.setattr(room, "sweep", ends)
    study = write_study(tmp_path, values=(0.0,), replications=1)
    told = CliRunner().invoke(app, ["sweep", str(study), "--lang", "zh"])
    assert told.exit_code == code and word in told.stderr
