"""The model in Mesa's own page: it draws, steps, and is one model per visitor."""

import importlib.util
import os
import re
import socket
import subprocess
import sys
import threading

import pytest

from .conftest import ROOT, WAIT

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("altair") is None, reason="NOT TESTED: SolaraViz, for there is no altair (extra `app`)"
)
START = """
import importlib.util, os, sys
spec = importlib.util.spec_from_file_location("govmodel_app", "app/__init__.py", submodule_search_locations=["app"])
sys.modules["govmodel_app"] = importlib.util.module_from_spec(spec)
import uvicorn
uvicorn.run("solara.server.starlette:app", port=int(sys.argv[1]), log_level="info")
"""


@pytest.fixture
def mesa_server():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "SOLARA_APP": "govmodel_app.mesa_page", "SOLARA_MODE": "production", "PYTHONPATH": str(ROOT),
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false", "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",
    }  # fmt: skip
    started = subprocess.Popen(
        [sys.executable, "-c", START, str(port)], cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    for line in started.stdout:
        if re.search("running on", line):
            break
    reader = threading.Thread(target=started.stdout.read)
    reader.start()
    yield f"http://127.0.0.1:{port}/"
    started.kill()
    started.wait()
    reader.join()
    started.stdout.close()


def test_two_visitors_step_their_own_models(browser, mesa_server):
    pages = [browser.new_page() for _ in range(2)]
    for page in pages:
        page.set_default_timeout(WAIT)
        page.goto(mesa_server)
        page.get_by_role("button", name="Step").wait_for()
        page.locator("img, svg").first.wait_for()
    for number in (1, 2, 3):
        pages[0].get_by_role("button", name="Step").click()
        pages[0].get_by_text(re.compile(rf"Step: ?{number}")).wait_for()
    assert pages[1].get_by_text(re.compile(r"Step: ?0")).count()
    for page in pages:
        page.close()
