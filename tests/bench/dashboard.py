"""Latency of the dashboard, measured in the browser: `python -m tests.bench.dashboard` prints a table.

Needs what tests/app/conftest.py needs. Times run from the key press to the last chart drawn, in milliseconds.
"""

import statistics
import time

from ..app.conftest import CHROMIUM, Visit, missing, serve, stop
from ..app.test_explore import lever
from ..app.test_requirements import HEARD
from . import machine

MOVES = 10
DRAGGED = ("fine", "inspection", "holder_reward", "deposit", "outlet_duty")  # each once: a run is remembered
MEASURE = """async ([name, key]) => {
  const gm = document.getElementById('gm'), slider = document.querySelector(`[data-lever=${name}] input[type=range]`);
  const number = JSON.parse(gm.dataset.rendered).number, began = performance.now();
  slider.value = Number(slider.value) + (key === 'up' ? 1 : -1) * Number(slider.step);
  slider.dispatchEvent(new Event('input', {bubbles: true}));
  while (!(Number(gm.dataset.complete) > number)) await new Promise(done => setTimeout(done, 2));
  return performance.now() - began;
}"""


def told(name: str, times: list[float], aim: str) -> None:
    """Print one row of the table."""
    ordered = sorted(times)
    print(f"| {name} | {statistics.median(times):.0f} | {ordered[0]:.0f} to {ordered[-1]:.0f} | {aim} |", flush=True)


def moves(page, name: str, key: str) -> list[float]:
    """Move a lever some times; gives the milliseconds of each."""
    return [page.evaluate(MEASURE, [name, key]) for _ in range(MOVES)]


def drag(v, name: str) -> tuple[int, float]:
    """Drag a slider for 1.3 s; gives how many states were drawn meanwhile, and the milliseconds to the last one."""
    slider = lever(v.page, name)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y, left = box["y"] + box["height"] / 2, box["x"] + 9
    v.page.evaluate(HEARD)
    v.page.mouse.move(left, y)
    v.page.mouse.down()
    began = time.perf_counter()
    for step in range(40):
        v.page.mouse.move(left + step * (box["width"] - 18) / 45, y)
        time.sleep(max(0.0, began + 0.0325 * (step + 1) - time.perf_counter()))
    drawn = v.page.evaluate(f"() => new Set(window.heard.map(r => r.levers.{name})).size")
    began = time.perf_counter()
    v.page.mouse.up()
    v.until(f"r.levers.{name} === {float(slider.input_value())}")
    return drawn, 1000 * (time.perf_counter() - began)


def measure(browser, address: str) -> None:
    """Measure and print everything."""
    print(f"{machine.describe()}\nload before: {machine.load()}\n")
    print("| what | median ms | range | aim |\n|---|---|---|---|")
    began = time.perf_counter()
    v = Visit(browser, address).open("?lang=en&runs=0")
    told("cold: from the address to the first chart", [1000 * (time.perf_counter() - began)], "4000")
    v.page.select_option("#set-bands", "20")
    v.until("r.runs === 20")  # by then the server has got ready what all cases share
    v.page.select_option("#set-bands", "0")
    lever(v.page, "subsidy")
    told("a lever from 2027, no body, to all charts", moves(v.page, "subsidy", "up"), "500")
    told("of the last of them, the model in its process", [1000 * v.rendered["run"][0]], "")
    told("of the last of them, time of a processor", [1000 * v.rendered["run"][2]], "")
    told("the same settings again (the run is remembered)", moves(v.page, "subsidy", "down"), "150")
    drags = [drag(v, name) for name in DRAGGED]
    told("a slider let go, to its final state", [settled for _, settled in drags], "1000")
    print(f"| states drawn on the way of a drag of 1.3 s | {statistics.median(n for n, _ in drags):.0f} | | 4 states |")
    v.page.select_option("#set-structure", "collaborative")
    v.until("r.structure === 'collaborative'")
    told("a lever from 2027 with a council, to all charts", moves(v.page, "subsidy", "up"), "500")
    v.page.click("#do-reset")
    v.page.select_option("#set-bands", "20")
    v.until("r.runs === 20")
    times = []
    for _ in range(3):
        lever(v.page, "fine").press("ArrowRight")
        began, number = time.perf_counter(), v.rendered["number"]
        v.until(f"r.number > {number} && r.runs === 20")
        times.append(1000 * (time.perf_counter() - began))
    told("a band of 20 runs, from the move", times, "4000")
    v.close()

    others = [Visit(browser, address).open("?lang=en&runs=0") for _ in range(8)]
    for other in others:
        lever(other.page, "fine").press("ArrowRight")
    script = (
        "() => { const began = performance.now(); document.getElementById('do-theme').click();"
        " return new Promise(done => requestAnimationFrame(() => done(performance.now() - began))); }"
    )
    told("a light action while eight visitors compute", [other.page.evaluate(script) for other in others], "3000")
    for other in others:
        other.close()


def main() -> None:
    """Start a server and a browser, and measure."""
    reason = missing()
    if reason:
        raise SystemExit(reason)
    from playwright.sync_api import sync_playwright

    started, address = serve()
    try:
        with sync_playwright() as tools:
            browser = tools.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            measure(browser, address)
            browser.close()
    finally:
        stop(started)


if __name__ == "__main__":
    main()
