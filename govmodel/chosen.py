"""The case that a command is about: found by name, and changed by what else was said on the command line."""

from .foundations.errors import InputError
from .shell import say


def chosen_case(name: str, settings: list[str] | None, **given: object):
    """Load a case and change what was given."""
    from .case import Case

    case = Case.load(name).with_(**{key: value for key, value in given.items() if value is not None})
    return case.with_(levers=set_levers(settings, case.start)) if settings else case


def set_levers(settings: list[str], start: int) -> dict[str, float | dict[str, float]]:
    """Read settings like subsidy=20 or subsidy@2030-01=10 into paths by lever.

    A plain value beside dated ones of the same lever counts from 2026-01, or from the run's start if that is later.
    """
    from .case.levers import LEVERS, effective_from
    from .foundations.calendar import month_name

    paths: dict[str, dict[str | None, float]] = {}
    for setting in settings:
        target, equals, text = setting.partition("=")
        name, at, month = target.strip().partition("@")
        if not equals:
            raise InputError("--set", "LEVER=VALUE or LEVER@YYYY-MM=VALUE", setting, "For example: --set subsidy=20.")
        lever = LEVERS[name]
        try:
            value = float(text)
        except ValueError:
            raise InputError(f"--set {target}", f"a number in {lever.unit}", text, "Write, for example, 20.") from None
        path = paths.setdefault(name, {})
        date = month if at else None
        if date in path:
            raise InputError(f"--set {target}", "one value", text, "It is set twice; remove one of the two.")
        path[date] = value
    for path in paths.values():
        if None in path and len(path) > 1:
            plain = path.pop(None)
            path.setdefault(month_name(effective_from(plain, start)), plain)
    return {name: path[None] if None in path else path for name, path in paths.items()}


def warn_of_idle_levers(case, texts) -> None:
    """Say so when a lever that was set moves nothing: it acts after the end, or nothing reads it yet."""
    from .case.levers import LEVERS, effective_from
    from .foundations.calendar import month_name

    for name, path in case.own_levers.items():
        first = effective_from(path, case.start)
        if first > case.until:
            say(texts("terminal.idle_late", lever=name, month=month_name(first)))
        elif LEVERS[name].read_from_step > 1:
            say(texts("terminal.idle_unread", lever=name))
