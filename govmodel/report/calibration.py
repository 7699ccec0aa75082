"""What a calibration found, on a terminal and as Markdown."""

import numpy as np
from rich.console import Console
from rich.text import Text

from ..study.calibration import Calibration
from ..study.targets import count_of
from .patterns import exact, numbers

BLOCKS = "█▇▆▅▄▃▂▁"  # a high block fits well


def show(found: Calibration, console: Console) -> None:
    """Print the parameters with their profiles, the patterns under the best set, and the ensemble's size."""
    study, case, best, plain = found.study, found.arm.case, found.members[0], "utf" not in console.encoding.lower()
    lines = [
        Text("Calibration: " + study.question, style="bold"),
        Text(f"case {case.name}, scale 1:{case.scale:,}, {len(found.done)} evaluations of {study.replications} seeds"),
        Text(),
        Text(f"{'':28}{'range':>16}{'now':>10}{'best':>10}{'sets that fit':>18}   profile", style="dim"),
    ]
    for name, (low, high) in found.ranges.items():
        kept = [found.values(one.point)[name] for one in found.members]
        row = f"{name:28.28}{f'{low:g} to {high:g}':>16}{case.parameters[name]:>10.4g}"
        row += f"{found.values(best.point)[name]:>10.4g}{f'{min(kept):.3g} to {max(kept):.3g}':>18}   "
        lines.append(Text(row + profile(found, name, plain)))
    lines += [Text(), Text(f"{'':47}{'target':>20}{'best set':>16}", style="dim")]
    lines += [Text(f"{name:47.47}{target:>20}{value:>16}") for name, target, value in _patterns(found)]
    lines += [Text(), *(Text(line, style="bold") for line in _misfits(found)), Text()]
    key = "# fits as well as the best" if plain else "full blocks fit best"
    lines += [
        Text(
            "profile: how well the model fits as a number is held at values of its range, the others free to move;",
            "dim",
        ),
        Text(f"{key}, a flat one is not told by history", style="dim"),
    ]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _misfits(found: Calibration) -> list[str]:
    """Say how well the best set fits, and how many fit as well."""
    best, now = found.members[0].misfit, found.done[0].misfit
    return [
        f"Misfit: best set {best:.2f}, as it stands {now:.2f} (0: in the middle of every band, 1: at the edges).",
        f"{len(found.members)} of {len(found.finalists)} sets run again fit as well (up to {found.threshold:.2f}).",
    ]


def profile(found: Calibration, name: str, plain: bool) -> str:
    """Draw a profile: a block for each value at which the parameter was held."""
    misfits = np.array([row["misfit"] for row in found.profiles if row["parameter"] == name])
    worse = np.clip(misfits - found.best.misfit, 0.0, None) / max(found.wanted.tolerance, 0.05)
    if plain:
        return "".join("#" if excess <= 1 else "." for excess in worse)
    return "".join(BLOCKS[int(min(excess, 7))] for excess in worse)


def _patterns(found: Calibration) -> list[tuple[str, str, str]]:
    """List each measured number with its band and what the best set gives."""
    medians, rows, place = np.median(found.members[0].numbers, axis=0), [], 0
    for pattern in found.patterns:
        for part in pattern.parts:
            size = count_of(part)
            told = " ".join(numbers(medians[place : place + size], part.unit))
            target = f"{exact(part.low, part.unit)} to {exact(part.high, part.unit)} {part.unit}"
            rows.append((f"{pattern.number:>2}  {pattern.name}", target, told))
            place += size
    return rows


def as_markdown(found: Calibration) -> str:
    """Write the parameters and the patterns under the best set for a document."""
    best, study = found.members[0], found.study
    lines = [
        f"{len(found.done)} evaluations of {study.replications} seeds. " + " ".join(_misfits(found)),
        "", "| parameter | range tried | now | best | sets that fit | profile |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, (low, high) in found.ranges.items():
        kept = [found.values(one.point)[name] for one in found.members]
        now, fits = found.arm.case.parameters[name], found.values(best.point)[name]
        lines.append(
            f"| `{name}` | {low:g} to {high:g} | {now:.4g} | {fits:.4g} "
            f"| {min(kept):.3g} to {max(kept):.3g} | {profile(found, name, False)} |"
        )
    lines += ["", "| pattern | target | best set |", "|---|---|---|"]
    lines += [f"| {name.strip()} | {target} | {value} |" for name, target, value in _patterns(found)]
    return "\n".join(lines) + "\n"
