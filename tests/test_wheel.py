"""The wheel: it holds every file of the package, and does in an empty environment all that the checkout does.

The second part installs from the package registry and takes a minute; it runs where GOVMODEL_WHEEL is set (.ci/run).
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "govmodel"
APP = ROOT / "app"
slow = pytest.mark.skipif(
    "GOVMODEL_WHEEL" not in os.environ, reason="set GOVMODEL_WHEEL=1: it installs from a registry"
)


def package_files(folder: Path = PACKAGE) -> list[str]:
    """List the files of the package that matter to a user."""
    found = (path.relative_to(ROOT) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if not {"__pycache__", ".ruff_cache"} & set(path.parts))


def test_every_kind_of_data_is_named_in_the_build():
    """A file that is no Python must match a pattern of package data, or the wheel would lack it."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = build["tool"]["setuptools"]["package-data"]["govmodel"]
    for name in package_files():
        if not name.endswith(".py"):
            assert any(Path(name).match(pattern.removeprefix("**/")) for pattern in patterns), name


def test_every_folder_with_python_is_a_package():
    """A folder without __init__.py is not found by the build."""
    for name in package_files():
        if name.endswith(".py"):
            assert (ROOT / name).with_name("__init__.py").is_file(), name


def call(*words: str | Path, cwd: Path) -> str:
    """Run a program away from the checkout and give what it printed."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=clean | {"PYTHONUTF8": "1"}, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build the wheel from a clean copy: leftovers of an earlier build must not get in."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for package in (PACKAGE, APP):
        shutil.copytree(package, source / package.name, ignore=shutil.ignore_patterns("__pycache__", ".ruff_cache"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    call(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, source, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel, tmp_path_factory) -> tuple[Path, Path]:
    """Install it into an empty environment; gives the environment's programs and a folder far from the checkout."""
    folder = tmp_path_factory.mktemp("elsewhere")
    call(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    call(programs / "python", "-m", "pip", "install", "-q", wheel, cwd=folder)
    return programs, folder


@slow
def test_wheel_holds_the_package_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    app = [name.replace("app/", "govmodel_app/", 1) for name in package_files(APP)]
    assert sorted(names) == sorted([*package_files(), *app])


@slow
def test_wheel_runs_what_the_checkout_runs(elsewhere):
    programs, folder = elsewhere
    govmodel = programs / "govmodel"
    where = call(programs / "python", "-c", "import govmodel; print(govmodel.__file__)", cwd=folder)
    assert str(folder) in where

    short = ("--scale", "20000", "--until", "2023-12", "--seed", "7")
    assert "2023" in call(govmodel, "run", *short, "--out", "saved", cwd=folder)
    csv = call(govmodel, "run", *short, "--format", "csv", cwd=folder)
    checkout = (sys.executable, "-m", "govmodel", "run", *short, "--format", "csv")
    assert csv == call(*checkout, cwd=ROOT), "the checkout and the wheel disagree"

    assert {"case.toml", "provenance.json", "indicators.parquet"} <= {p.name for p in (folder / "saved").iterdir()}
    assert re.search(r"Pack 3\b", call(govmodel, "trace", "saved", "3", cwd=folder))
    assert "subsidy" in call(govmodel, "describe", "levers", cwd=folder)
    for topic in ("parameters", "cases", "indicators", "policies", "structures"):
        assert call(govmodel, "describe", topic, "--format", "json", cwd=folder) == call(
            sys.executable, "-m", "govmodel", "describe", topic, "--format", "json", cwd=ROOT
        )
