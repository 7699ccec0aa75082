"""Serve the dashboard: settings first, then the pool of workers, then the web server, until Ctrl-C."""

import argparse
import os
import socket
import sys
import threading
import time
import webbrowser

SETTINGS = {
    "SOLARA_APP": "govmodel_app.page",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",  # nobody is told who uses it
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "false",  # a font that nothing here needs
    "SOLARA_ASSETS_PROXY": "true",  # everything comes from this machine
    "SOLARA_ASSETS_EXTRA_LOCATIONS": "govmodel_app.assets",
    "SOLARA_THEME_SHOW_BANNER": "false",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "govmodel",
    "SOLARA_KERNEL_CULL_TIMEOUT": "30m",  # how long a session waits for a visitor who went away
    "OMP_NUM_THREADS": "1",
}
ADDRESS = "127.0.0.1"
FIRST_PORT, LAST_PORT = 8765, 8864


def main(words: list[str] | None = None) -> int:
    """Serve until interrupted."""
    options = _options(words)
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        door = _door(options.host, options.port)
    except OSError as error:
        wanted = f"port {options.port}" if options.port else f"one of the ports {FIRST_PORT} to {LAST_PORT}"
        told = f"wanted {wanted} of {options.host} to be free; got: {error.strerror or error}. Choose another one."
        print(f"--port: {told}", file=sys.stderr)
        return 2
    import uvicorn

    from . import site

    pool = site.open_pool(options.workers)
    try:
        config = uvicorn.Config(
            site.asgi(), host=options.host, log_level="warning", ws_max_size=2**24,
            timeout_graceful_shutdown=1, lifespan="on",
        )  # fmt: skip
        server = uvicorn.Server(config)
        address = f"http://{'localhost' if options.host == ADDRESS else options.host}:{door.getsockname()[1]}/"
        threading.Thread(target=_announce, args=(server, address, options.browser), daemon=True).start()
        try:
            server.run([door])
        except KeyboardInterrupt:
            pass
    finally:
        pool.close()
    return 0 if server.started else 3


def _options(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="govmodel dashboard", description="Serve the dashboard.")
    parser.add_argument("--port", type=int, default=0, help="0: the first free one from 8765 on")
    parser.add_argument("--host", default=ADDRESS, help="0.0.0.0 lets others on the network in")
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 2, 8), help="processes that run the model")
    parser.add_argument("--no-browser", dest="browser", action="store_false")
    return parser.parse_args(words)


def _door(host: str, port: int) -> socket.socket:
    """Listen where visitors knock, on a port that nobody else has."""
    last = port or LAST_PORT
    for chosen in range(port or FIRST_PORT, last + 1):
        door = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        if os.name == "posix":  # elsewhere it would let two listen on one port
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, chosen))
            door.listen()
        except OSError:
            door.close()
            if chosen == last:
                raise
        else:
            return door


def _announce(server, address: str, browser: bool) -> None:
    """Say where the dashboard is once it answers, and open it."""
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.05)
    print(f"The dashboard is at {address}   (Ctrl-C ends it)", flush=True)
    if browser:
        webbrowser.open(address)


if __name__ == "__main__":
    sys.exit(main())
