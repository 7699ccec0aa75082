"""Workers: results in the order of their tasks, and no process that outlives whoever started it."""

import os
import signal
import subprocess
import sys
import time

import pytest

from govmodel.workers import Workers


def test_results_come_in_the_order_of_their_tasks():
    heard = []
    with Workers(2) as workers:
        assert workers.do(pow, [(number, 2) for number in range(20)], lambda *told: heard.append(told)) == [
            number**2 for number in range(20)
        ]
    assert sorted(heard) == [(number, number**2) for number in range(20)]


@pytest.mark.parametrize("apart", [False, True])
def test_linear_algebra_has_one_thread_in_a_worker_unless_the_user_wants_more(apart, monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "7")
    with Workers(2, apart) as workers:
        told = workers.do(os.getenv, [("OPENBLAS_NUM_THREADS",), ("MKL_NUM_THREADS",)])
    assert told == ["1", "7"] and "OPENBLAS_NUM_THREADS" not in os.environ


@pytest.mark.skipif(os.name != "posix", reason="looks for processes as POSIX does")
@pytest.mark.parametrize("way", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_whoever_started_them_however_that_ends(way, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import os, time\nfrom govmodel.workers import Workers\n\n\n"
        "def number(seconds):\n    time.sleep(seconds)\n    return os.getpid()\n\n\n"
        "if __name__ == '__main__':\n    with Workers(2) as workers:\n"
        "        print(*set(workers.do(number, [(0.5,)] * 4)), flush=True)\n"
        "        workers.do(number, [(600,)] * 2)\n",
        encoding="utf-8",
    )
    driver = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    numbers = [int(number) for number in driver.stdout.readline().split()]
    assert numbers and all(alive(number) for number in numbers)
    driver.send_signal(way)
    driver.wait(30)
    until = time.monotonic() + 30
    while any(alive(number) for number in numbers) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(alive(number) for number in numbers)
    driver.stdout.close()


def alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
