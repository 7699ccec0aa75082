"""Knock-outs: each mechanism switched off alone, each channel's constant set to zero, and what changes."""

from ..case.case import Case
from ..case.schema import MECHANISMS
from ..facts import CHANNELS
from ..foundations.errors import InputError
from ..performance.indicators import INDICATORS
from .changes import Effects, effects
from .workers import Report

YEARS = (2025, 2030)
# what is looked at first, then whatever of the later mechanisms is there to be looked at
WANTED = ("formal_share", "kept_share", "plant_utilisation", "holder_price", "trust_public", "awareness", "breach_rate")


def variants(case: Case) -> dict[str, Case]:
    """Make every knock-out of a case that changes it."""
    off = {
        f"without {name}": case.with_(without=(*case.without, name)) for name in MECHANISMS if name not in case.without
    }
    constants = {f"constant_{channel}": case.parameters[f"constant_{channel}"] for channel in CHANNELS}
    zero = {name: case.with_(parameters={name: 0.0}) for name, value in constants.items() if value}
    everything = {"all constants": case.with_(parameters=dict.fromkeys(constants, 0.0))} if zero else {}
    if not off and not zero:
        raise InputError("case", "a case with something to switch off", case.name)
    return off | zero | everything


def knock_out(
    case: Case,
    replications: int = 10,
    seed: int = 0,
    workers: int = 1,
    report: Report | None = None,
    ensemble: bool | None = None,
) -> Effects:
    """Run all knock-outs of a case, paired by seed, and by parameter set of the ensemble, with the case itself."""
    indicators = [name for name in WANTED if name in INDICATORS]
    return effects(case, variants(case), indicators, YEARS, replications, seed, workers, report, ensemble)
