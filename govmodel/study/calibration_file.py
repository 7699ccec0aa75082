"""What a study must be to be a calibration: parameters with ranges, patterns of the case alone, and nothing else."""

from ..case.case import Case
from ..foundations.errors import InputError
from .patterns import load as load_patterns
from .study_file import StudyFile

MOST_PARAMETERS, MOST_PATTERNS = 10, 6


def check_calibration(study: StudyFile, base: Case) -> None:
    """Refuse a calibration that varies or measures anything but parameters and patterns, or too many of them."""
    if study.design.method != "calibration":
        raise InputError("calibration", "nothing, unless the method is calibration", study.design.method,
                         'Leave it out, or write method = "calibration".')  # fmt: skip
    if study.calibration is None:
        raise InputError("calibration", "a table [calibration], for the method calibration", None, "Add it.")
    if len(study.structures) != 1:
        raise InputError("structures", "one structure, for a calibration", study.structures, "History has one.")
    for name in ("outcomes", "series"):
        if getattr(study, name):
            raise InputError(name, "nothing, for a calibration", len(getattr(study, name)), "Patterns are measured.")
    if not 1 <= len(study.factors) <= MOST_PARAMETERS:
        raise InputError(
            "factors", f"1 to {MOST_PARAMETERS} parameters", len(study.factors), "More are not told apart."
        )
    for number, factor in enumerate(study.factors):
        if factor.kind != "parameter" or not factor.continuous or factor.distribution != "uniform":
            raise InputError(f"factors[{number}]", "a parameter with a range, for a calibration", factor.name, "")
    _check_patterns(study.calibration.patterns, base)


def _check_patterns(numbers: list[int], base: Case) -> None:
    """Accept at most six patterns that the case alone can show."""
    if not 1 <= len(set(numbers)) == len(numbers) <= MOST_PATTERNS:
        raise InputError("calibration.patterns", f"1 to {MOST_PATTERNS} different pattern numbers", numbers, "")
    known = {pattern.number: pattern for pattern in load_patterns(base.country).patterns}
    for number in numbers:
        if number not in known:
            wanted = "numbers of patterns (govmodel validate lists them)"
            raise InputError("calibration.patterns", wanted, number, "")
        if known[number].cases:
            remedy = "This one compares with other cases."
            raise InputError("calibration.patterns", "patterns of the case alone", number, remedy)
