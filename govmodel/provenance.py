"""Provenance: what made a run. No clock and no host, so that equal runs on one machine give equal files."""

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import numpy as np

from .case import Case
from .case.ensemble import Ensemble
from .version import __version__

PACKAGES = ("mesa", "networkx", "numpy", "pandas", "pyarrow", "pydantic")


def _commit() -> str | None:
    """Give the git commit of the checkout this package runs from, with "+" when files differ; None in a wheel."""
    top = Path(__file__).resolve().parent.parent
    if not (top / ".git").exists() or not (top / "pyproject.toml").exists():
        return None
    try:

        def git(*words: str) -> str:
            return subprocess.run(
                ["git", "--no-optional-locks", "-C", str(top), *words],
                capture_output=True,
                text=True,
                check=True,
                timeout=10,
            ).stdout.strip()

        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--", "govmodel") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def provenance(case: Case, seed: int, seeds: tuple[int, ...], ensemble: Ensemble | None = None) -> dict:
    """Collect version, commit, case, seeds, parameter sets (if there are several) and environment of a run."""
    simd = np.show_config(mode="dicts").get("SIMD Extensions", {})
    return {
        **({"parameters": ensemble.to_dict()} if ensemble else {}),
        "version": __version__,
        "commit": _commit(),
        "case": case.name,
        "case_hash": case.hash,
        "seed": seed,
        "seeds": list(seeds),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cpu_features": [*simd.get("baseline", []), *simd.get("found", [])],
    }
