"""govmodel: who should govern China's retired electric-vehicle batteries? An agent-based model of the chain."""

from importlib import import_module

from .version import __version__

# Names of the public interface and where they live; loaded when first asked for, so that `import govmodel` stays quick.
_PUBLIC = {
    "Case": "case.case",
    "GovernanceModel": "model",
    "Run": "run",
    "run": "run",
    "load_run": "run",
    "compare": "comparison",
    "Comparison": "comparison",
    "load_comparison": "comparison",
    "sweep": "study.sweep",
    "analyse": "report.analysis",
    "attribute": "study.attribution",
    "calibrate": "study.calibration",
    "branch": "snapshot",
    "save_month": "snapshot",
    "load_month": "snapshot",
    "InputError": "foundations.errors",
    "GovmodelError": "foundations.errors",
}
__all__ = [*_PUBLIC, "__version__"]


def __getattr__(name: str):
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(set(globals()) | set(_PUBLIC))
