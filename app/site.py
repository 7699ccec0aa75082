"""The site: the pool that all visitors share, the browser's files, and Solara's own routes beside them."""

import json
import threading
from pathlib import Path

from . import work
from .catalogue import catalogue, panel_series
from .pool import Job, Pool
from .wanted import DEFAULT, key_of

HERE = Path(__file__).resolve().parent
_pool: Pool | None = None
_names: dict = {}
_ready = threading.Event()
_series: list[str] = []


def open_pool(workers: int) -> Pool:
    """Start the workers, and let each live the years that all cases share before the first visitor comes."""
    global _pool
    _pool, _series[:] = Pool(workers), panel_series()

    key = key_of(DEFAULT)

    def known(warm, error) -> None:
        if error is not None:
            raise error
        names, made = warm
        _names.update(names)
        _pool.remember(key, made)  # what most visitors see first
        _ready.set()

    for _ in range(workers):
        _pool.ask(Job(work.warm, (dict(DEFAULT), key), known))
    _pool.prepare(
        [
            Job(work.prepare, (dict(DEFAULT), number), _prepared, number, waits=True)
            for number in range(DEFAULT["bands"])
        ]
    )
    return _pool


def _prepared(result, error) -> None:
    """Take note of nothing: what was prepared lies in the worker."""


def pool() -> Pool:
    """Give the pool."""
    assert _pool is not None, "the site is not open"
    return _pool


def series() -> list[str]:
    """Name the indicators of which bands are made."""
    return _series


def asgi():
    """Build the application that a web server runs."""
    from solara.server import starlette as solara_site
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import Response
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    async def tell(request):
        await run_in_threadpool(_ready.wait, 120)
        text = json.dumps(catalogue(_names), ensure_ascii=False, separators=(",", ":"))
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-cache"})

    own = [Route("/govmodel/catalogue.json", tell), Mount("/govmodel", StaticFiles(directory=HERE / "front"))]
    return Starlette(
        routes=[*own, *solara_site.routes], lifespan=solara_site.lifespan, middleware=solara_site.middleware
    )
