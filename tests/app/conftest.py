"""The dashboard in a real browser: one server for all tests, a fresh visitor for each.

Needs `pip install '.[app,browser]'` and Debian's Chromium (or GOVMODEL_CHROMIUM=path); without them every test is
skipped, and says so.
"""

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("GOVMODEL_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
WAIT = 200_000  # milliseconds: a band is twenty runs, the machine may be busy; speed is what the benchmarks measure
POLLING = 25  # milliseconds; asking at every frame takes processor time from what is waited for
PLAIN = ("test_pool.py", "test_colours.py")  # these need neither a browser nor the extra


def missing() -> str:
    """Say what is missing for these tests, if anything."""
    for name in ("solara", "anywidget", "playwright"):
        if importlib.util.find_spec(name) is None:
            return f"NOT TESTED: the dashboard, for there is no {name}: pip install '.[app,browser]'"
    return "" if CHROMIUM else "NOT TESTED: the dashboard, for there is no Chromium: apt install chromium"


def pytest_collection_modifyitems(items):
    reason = None
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            reason = missing() if reason is None else reason
            if reason and Path(item.fspath).name not in PLAIN:
                item.add_marker(pytest.mark.skip(reason=reason))


def serve(*words: str) -> tuple[subprocess.Popen, str]:
    """Start a dashboard as a user would; gives the process and the address that it printed."""
    command = [sys.executable, "-m", "govmodel", "dashboard", "--no-browser", "--workers", "2", *words]
    started = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    told = []
    for line in started.stdout:
        told.append(line)
        found = re.search(r"http://\S+", line)
        if found:
            started.reader = threading.Thread(target=lambda: told.append(started.stdout.read()))  # or the pipe fills
            started.reader.start()
            started.told = told
            return started, found[0]
    raise AssertionError("the dashboard ended: " + "".join(told))


def stop(started: subprocess.Popen) -> int:
    """End it as Ctrl-C does; gives its exit code."""
    started.send_signal(signal.SIGINT)
    code = started.wait(20)
    started.reader.join()
    started.stdout.close()
    return code


@pytest.fixture(scope="session")
def server():
    started, address = serve()
    yield address
    stop(started)


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        opened = tools.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


class Visit:
    """A visitor with a page; knows every request, and every error of the browser.

    One who comes by a link has read the welcome before, unless `first`.
    """

    def __init__(self, browser, server: str, width: int = 1440, height: int = 900, first: bool = False, **more):
        self.context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True, **more)
        self.context.set_default_timeout(WAIT)
        self.page, self.server = self.context.new_page(), server
        if not first:
            self.page.add_init_script("if (location.search) localStorage.setItem('govmodel-welcome', 'seen')")
        self.requests, self.wrong = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("response", self._answered)

    def _answered(self, answer):
        if answer.status >= 400:
            self.wrong.append(f"{answer.status} {answer.url}")

    def open(self, query: str = "", ready: str = "#gm[data-rendered]"):
        self.page.goto(self.server + query)
        self.page.wait_for_selector(ready)
        self.quiet()
        return self

    @property
    def rendered(self) -> dict:
        """What the board says that it has drawn."""
        return json.loads(self.page.get_attribute("#gm", "data-rendered"))

    def until(self, condition: str):
        """Wait until a condition on what was drawn holds; `r` is that."""
        self.page.wait_for_function(
            "condition => { const g = document.getElementById('gm');"
            " return g.dataset.rendered && new Function('r', 'return ' + condition)(JSON.parse(g.dataset.rendered)); }",
            arg=condition,
            polling=POLLING,
        )

    def texts(self, selector: str) -> list[str]:
        """Read what all elements that match a CSS selector say, at one moment: none of them is redrawn in between."""
        return self.page.evaluate("css => [...document.querySelectorAll(css)].map(e => e.innerText)", selector)

    def complete(self):
        """Wait until the charts out of sight have been drawn as well."""
        self.page.wait_for_function(
            "() => { const {rendered, complete} = document.getElementById('gm').dataset;"
            " return Number(complete) >= JSON.parse(rendered).number; }",
            polling=POLLING,
        )

    def quiet(self):
        """Wait until the wish has been answered and A is there."""
        self.page.wait_for_function("() => document.getElementById('gm').dataset.other")

    def close(self):
        self.context.close()


@pytest.fixture
def visit(browser, server):
    """Open pages; afterwards no error and no foreign request may have happened."""
    visits = []

    def start(query="", width=1440, height=900, ready="#gm[data-rendered]", **more) -> Visit:
        made = Visit(browser, server, width, height, **more)
        visits.append(made)
        return made.open(query, ready)

    yield start
    for made in visits:
        wrong, foreign = made.wrong, [url for url in made.requests if not url.startswith((server, "data:", "blob:"))]
        foreign = [url for url in foreign if not url.startswith(server.replace("http", "ws"))]
        made.close()
        assert not wrong, wrong
        assert not foreign, foreign
