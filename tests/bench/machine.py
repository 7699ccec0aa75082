"""What the machine is and how busy it was, so that a number can be judged."""

import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def describe() -> str:
    """Say processor, memory, load, versions and commit in a few lines."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "mesa"))
    return (
        f"machine: {_processor()}, {os.cpu_count()} processors, {_memory()}, {platform.system()}\n"
        f"load before: {load()}\n"
        f"versions: Python {platform.python_version()}, {packages}, commit {_commit()}\n"
        f"interpreter: {sys.executable}"
    )


def load() -> str:
    """Give the load of the last minute, where the system tells."""
    return f"{os.getloadavg()[0]:.2f} over the last minute" if hasattr(os, "getloadavg") else "not known"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    info = Path("/proc/meminfo")
    if info.is_file():
        return f"{int(info.read_text().split()[1]) / 1e6:.0f} GB"
    return "memory not known"


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "not known"
    return done.stdout.strip()
