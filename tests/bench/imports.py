"""Import time, each in a fresh interpreter; the start of the interpreter itself is part of every number."""

import subprocess
import sys

from .machine import ROOT
from .timing import Line, interleaved

PROGRAMS = {
    "nothing": "pass",
    "libraries": "import numpy, pandas, mesa",
    "name": "import govmodel",
    "all": "import govmodel; govmodel.Case; govmodel.GovernanceModel; govmodel.run",
}


def measure(rounds: int) -> list[Line]:
    """Time imports in turn."""

    def start(program: str):
        return lambda: subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)

    works = {name: start(program) for name, program in PROGRAMS.items()}
    interleaved(works, 1)  # byte code and the disk's cache
    taken = interleaved(works, max(rounds, 5))
    libraries = f"`import numpy, pandas, mesa`: {taken['libraries']:.2f} s"
    return [
        Line(
            "`import govmodel`, which loads nothing else yet",
            f"{taken['name']:.2f} s",
            f"an interpreter that does nothing: {taken['nothing']:.2f} s",
            f"{taken['name'] / taken['nothing']:.2f}",
            "1.2 s",
        ),
        Line(
            "`import govmodel` and all that a run needs",
            f"{taken['all']:.2f} s",
            libraries,
            f"{taken['all'] / taken['libraries']:.2f}",
            "1.2 s",
        ),
    ]
