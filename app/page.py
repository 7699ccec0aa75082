"""The page: one widget that draws everything, and a session behind it. Solara brings it into the browser."""

import json
import os
from pathlib import Path

import anywidget
import solara
import solara.lab
import traitlets
from solara.server import kernel_context

from . import site
from .session import Session

HERE = Path(__file__).resolve().parent
MOST_SESSIONS = int(os.environ.get("GOVMODEL_SESSIONS", "40"))
_open: set[str] = set()


class Board(anywidget.AnyWidget):
    """The whole dashboard: `wanted` comes from the browser, `frame` goes to it, questions and answers both ways."""

    _esm = HERE / "board.js"
    wanted = traitlets.Unicode("").tag(sync=True)
    frame = traitlets.Bytes(b"").tag(sync=True)
    full = traitlets.Bool(False).tag(sync=True)


class Desk:
    """Ties a board to a session; whatever the pool sends is handed over in the visitor's own context."""

    def __init__(self, board: Board):
        self.board, self.context = board, kernel_context.get_current_context()
        self.session = Session(site.pool(), self._show, self._reply, site.series())
        board.observe(self._wanted, "wanted")
        board.on_msg(self._asked)

    def _show(self, made: bytes) -> None:
        if not self.context.closed_event.is_set():
            with self.context:
                self.board.frame = made

    def _reply(self, answer: dict, body: bytes | None = None) -> None:
        if not self.context.closed_event.is_set():
            with self.context:
                self.board.send(answer, [] if body is None else [body])

    def _wanted(self, change) -> None:
        given = json.loads(change["new"])
        self.session.want(given["wanted"], int(given["number"]), bool(given.get("final", True)))

    def _asked(self, widget, question: dict, buffers) -> None:
        self.session.ask(question)


@solara.component
def Page():
    """Show the board; a visitor beyond the limit is told to come back later."""
    solara.Title("govmodel")
    solara.Style(".solara-content-main > .v-sheet, .solara-app-bar {padding: 0}")

    def sit_down():
        context = kernel_context.get_current_context()
        if len(_open) >= MOST_SESSIONS:
            return Board(full=True), None
        _open.add(context.id)
        board = Board()
        return board, Desk(board)

    board, desk = solara.use_memo(sit_down, [])

    def stand_up():
        def leave():
            _open.discard(kernel_id)
            if desk is not None:
                desk.session.close()

        return leave

    kernel_id = solara.use_memo(lambda: kernel_context.get_current_context().id, [])
    solara.use_effect(stand_up, [])
    solara.display(board)


@solara.component
def Layout(children=()):
    """Put nothing around the page: no bar, no drawer."""
    return solara.Div(children=list(children))
