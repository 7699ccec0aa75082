"""What a calibration found, on a terminal and as Markdown."""

import numpy as np
from rich.console import Console
from rich.text import Text

from ..study.calibration import Calibration
from ..study.targets import count_of
from .patterns import ENGLISH, exact, numbers
from .texts import Texts
from .wrapping import left, right

BLOCKS = "█▇▆▅▄▃▂▁"  # a high block fits well


def show(found: Calibration, console: Console, lang: str = "en") -> None:
    """Print the parameters with their profiles, the patterns under the best set, and the ensemble's size."""
    study, case, best, plain = found.study, found.arm.case, found.members[0], "utf" not in console.encoding.lower()
    texts = Texts(lang)
    told = {name: texts(f"calibration.{name}") for name in ("range", "now", "best", "sets", "target", "best_set")}
    about = {"case": case.name, "scale": case.scale, "evaluations": len(found.done), "seeds": study.replications}
    head = [right(told[name], width) for name, width in (("range", 16), ("now", 10), ("best", 10), ("sets", 18))]
    lines = [
        Text(texts("calibration.title", question=study.question), style="bold"),
        Text(texts("calibration.about", **about)),
        Text(),
        Text(" " * 28 + "".join(head) + "   " + texts("calibration.profile"), style="dim"),
    ]
    for name, (low, high) in found.ranges.items():
        kept = [found.values(one.point)[name] for one in found.members]
        span = texts("patterns.to", low=f"{low:g}", high=f"{high:g}")
        fits = texts("patterns.to", low=f"{min(kept):.3g}", high=f"{max(kept):.3g}")
        row = f"{name:28.28}{right(span, 16)}{case.parameters[name]:>10.4g}"
        row += f"{found.values(best.point)[name]:>10.4g}{right(fits, 18)}   "
        lines.append(Text(row + profile(found, name, plain)))
    lines += [Text(), Text(" " * 47 + right(told["target"], 20) + right(told["best_set"], 16), style="dim")]
    lines += [
        Text(left(name, 47) + right(target, 20) + f"{value:>16}") for name, target, value in _patterns(found, texts)
    ]
    lines += [Text(), *(Text(line, style="bold") for line in _misfits(found, texts)), Text()]
    key = "calibration.plain_key" if plain else "calibration.key"
    lines += [Text(texts("calibration.held"), "dim"), Text(texts(key), "dim")]
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


def _misfits(found: Calibration, texts: Texts = ENGLISH) -> list[str]:
    """Say how well the best set fits, and how many fit as well."""
    best, now = found.members[0].misfit, found.done[0].misfit
    fit = {"fit": len(found.members), "all": len(found.finalists), "most": found.threshold}
    return [texts("calibration.misfit", best=best, now=now), texts("calibration.fit", **fit)]


def profile(found: Calibration, name: str, plain: bool) -> str:
    """Draw a profile: a block for each value at which the parameter was held."""
    misfits = np.array([row["misfit"] for row in found.profiles if row["parameter"] == name])
    worse = np.clip(misfits - found.best.misfit, 0.0, None) / max(found.wanted.tolerance, 0.05)
    if plain:
        return "".join("#" if excess <= 1 else "." for excess in worse)
    return "".join(BLOCKS[int(min(excess, 7))] for excess in worse)


def _patterns(found: Calibration, texts: Texts = ENGLISH) -> list[tuple[str, str, str]]:
    """List each measured number with its band and what the best set gives."""
    chinese = texts.lang == "zh"
    medians, rows, place = np.median(found.members[0].numbers, axis=0), [], 0
    for pattern in found.patterns:
        for part in pattern.parts:
            size = count_of(part)
            told = " ".join(numbers(medians[place : place + size], part.unit))
            ends = {"low": exact(part.low, part.unit), "high": exact(part.high, part.unit)}
            target = texts("patterns.from_to", **ends, unit=texts.word(part.unit))
            rows.append((f"{pattern.number:>2}  {pattern.name_zh if chinese else pattern.name}", target, told))
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
