"""A visitor's session: what is wanted now, the frame that answers it, the band that follows, answers to questions."""

import json
import logging
import threading
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np

from govmodel.facts import PROVINCES
from govmodel.foundations.errors import InputError
from govmodel.performance.indicators import INDICATORS

from . import frames, work
from .case_files import read_case
from .pool import Job, Pool
from .structure_files import read_structure, write_structure
from .wanted import FIRST_YEAR, cases, key_of, understand

LOW, HIGH = 0.1, 0.9  # the ends of a band
FIRST_BAND = 5  # replications with which a band is first shown
log = logging.getLogger("govmodel.dashboard")


class Session:
    """Everything one visitor does; nothing of it is shared with another one."""

    def __init__(self, pool: Pool, show: Callable[[bytes], None], reply: Callable[..., None], series: list[str]):
        self.pool, self.show, self.reply, self.series = pool, show, reply, series
        self.lock = threading.RLock()
        self.newest = self.shown = 0  # numbers of wishes
        self.closed = False
        self.wanted: dict = {}
        self.key = ""
        self.comparison = 0

    def want(self, given: dict, number: int, final: bool = True) -> None:
        """Ask for a run; of several wishes only the latest counts, and a final one drops what is still under way."""
        wanted, notes = understand(given)
        key = key_of(wanted)
        with self.lock:
            if number <= self.newest:
                return
            self.newest, self.wanted, self.key = number, wanted, key
        self.pool.forget(self)
        if final:
            self.pool.drop(self, key)
        known = self.pool.known(key)
        if known is not None:
            self.pool.leave(self)
            self._arrived(number, wanted, key, notes, known, None)
            return
        arrived = partial(self._arrived, number, wanted, key, notes)
        self.pool.run(self, Job(work.frame, (wanted, key), arrived, visitor=self, key=key))

    def _arrived(self, number: int, wanted: dict, key: str, notes: list, made: bytes | None, error) -> None:
        """Show a frame, unless a newer one has been shown; then follow it with a band."""
        if made is not None:
            self.pool.remember(key, made)
        with self.lock:
            if self.closed or number <= self.shown:
                return
            self.shown = number
        if error is not None:
            log.error("a run failed: %r", error)
            self.reply({"ask": "error", "number": number, "error": _said(error), "wanted": wanted})
            return
        self.show(_headed({"number": number, "notes": notes, "wanted": wanted}, made))
        if number == self.newest and wanted["bands"]:
            self._band(number, wanted, key, made)

    def _band(self, number: int, wanted: dict, key: str, made: bytes) -> None:
        """Live the replications one by one, and show the band as it fills; the first is the run that is shown."""
        size = wanted["bands"]
        known = self.pool.known(f"{key}|{size}")
        if known is not None:
            self.show(known)
            return
        rows = {0: frames.named(frames.unpacked(made)[1]["year"], self.series)}

        def arrived(replication: int, made, error) -> None:
            if error is not None:
                log.error("a replication failed: %r", error)
                return
            with self.lock:
                rows[replication] = made
                if self.closed or number != self.newest:
                    return
                if len(rows) in (FIRST_BAND, size // 2, size):
                    self.show(self._band_frame(key, size, list(rows.values())))

        self.pool.prepare(
            [
                Job(work.replication, (wanted, replication, self.series), partial(arrived, replication),
                    worker=replication, waits=True, visitor=self)
                for replication in range(1, size)
            ]
        )  # fmt: skip

    def _band_frame(self, key: str, size: int, rows: list[np.ndarray]) -> bytes:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a month that no replication knows has no band
            low, middle, high = np.nanquantile(np.stack(rows), (LOW, 0.5, HIGH), axis=0)
        header = {"key": key, "runs": len(rows), "size": size, "series": self.series}
        made = b"BAND" + frames.packed(header, {"low": low, "middle": middle, "high": high})
        if len(rows) == size:
            self.pool.remember(f"{key}|{size}", made)
        return made

    def ask(self, question: dict) -> None:
        """Answer a question about the world that is wanted now."""
        kind = question.get("ask")
        try:
            if kind == "structure_text":
                self.reply(question | {"text": write_structure(question["structure"])})
            elif kind == "structure_file":
                self.reply(question | {"structure": read_structure(question["text"]), "text": ""})
            elif kind == "case_file":
                self.reply(question | read_case(question["text"]) | {"text": ""})
            elif kind == "compare":
                self._compare(question)
            elif kind == "run":
                self._run_aside(question)
            elif kind == "province":
                self._province(question)
            else:
                job = Job(work.answer, (self.wanted, self.key, question), lambda a, e: self._answered(question, a, e))
                self.pool.ask(job)
        except (InputError, KeyError, TypeError, ValueError) as error:
            self.reply(question | {"error": _said(error)})

    def _run_aside(self, question: dict) -> None:
        """Live a case without showing it: the board wants to hold something against it."""
        wanted, notes = understand(question["wanted"])
        key = key_of(wanted)

        def arrived(made: bytes | None, error) -> None:
            if made is not None:
                self.pool.remember(key, made)
            self._brought(question, {"notes": notes, "wanted": wanted}, made, error)

        known = self.pool.known(key)
        if known is not None:
            arrived(known, None)
        else:
            self.pool.ask(Job(work.frame, (wanted, key), arrived))

    def _province(self, question: dict) -> None:
        """Send one province of the world that is wanted now."""
        number = min(max(int(question["province"]), 0), len(PROVINCES) - 1)
        self.pool.ask(Job(work.province, (self.wanted, self.key, number), partial(self._brought, question, {})))

    def _brought(self, question: dict, head: dict, made: bytes | None, error) -> None:
        """Answer a question with a frame."""
        answer = {"ask": question["ask"], "id": question.get("id")}
        if self.closed:
            return
        if error is not None:
            self.reply(answer | {"error": _said(error)})
        else:
            self.reply(answer, _headed(head, made))

    def _answered(self, question: dict, answer: dict | None, error) -> None:
        if self.closed:
            return
        self.reply(question | ({"error": _said(error)} if error is not None else answer))

    def _compare(self, question: dict) -> None:
        """Live several structures with the same luck, then hold them against each other."""
        self.comparison += 1
        mine, arms, size = self.comparison, list(question["arms"])[:4], min(int(question.get("size", 8)), 20)
        structures = [question["own"] if arm == "own" else arm for arm in arms]
        wishes = [understand(self.wanted | {"structure": structure})[0] for structure in structures]
        rows: dict[tuple[int, int], np.ndarray] = {}

        def arrived(arm: int, replication: int, made, error) -> None:
            with self.lock:
                if self.closed or mine != self.comparison:
                    return
                if error is not None:
                    self.comparison += 1  # nobody waits for the rest of it
                    self._answered(question, None, error)
                    return
                rows[arm, replication] = made
                left = len(arms) * size - len(rows)
            self.reply({"ask": "compare_progress", "left": left, "all": len(arms) * size})
            if not left:
                self._judge(question, arms, size, rows, wishes[0])

        jobs = []
        for replication in range(size):
            for arm, wish in enumerate(wishes):
                done = partial(arrived, arm, replication)
                job = Job(work.monthly, (wish, replication), done, worker=replication, waits=True)
                jobs.append(job)
        self.pool.prepare(jobs)

    def _judge(self, question: dict, arms: list, size: int, rows: dict, wish: dict) -> None:
        worlds = [[rows[arm, replication] for replication in range(size)] for arm in range(len(arms))]
        plain, _ = cases(wish)
        job = Job(
            work.verdicts,
            (worlds, arms, plain.start, FIRST_YEAR, [name for name in question.get("drawn", []) if name in INDICATORS]),
            lambda answer, error: self._answered(question | {"ask": "compare"}, answer, error),
        )
        self.pool.ask(job)

    def close(self) -> None:
        """Drop all that this visitor still waits for."""
        self.closed = True
        self.pool.leave(self)
        self.pool.forget(self)


def _headed(head: dict, made: bytes) -> bytes:
    """Put a head before a frame, as the browser reads it."""
    text = json.dumps(head, ensure_ascii=False).encode()
    return b"FRME" + len(text).to_bytes(4, "little") + text + b" " * (-len(text) % 4) + made


def _said(error: BaseException) -> str:
    """Say an error in one line."""
    return str(error)[:500] or type(error).__name__
