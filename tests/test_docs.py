"""The documents: generated pages are current, links and names exist, examples run, every file is on the map."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from govmodel.facts.loading import FACTS_FOLDER

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "experiments" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LONGEST_EXAMPLE = 40
TASK = re.compile(r"<!-- (write|append|run)(?:: (\S+))? -->\n```\w+\n(.*?)```", re.DOTALL)


def python(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    """Run a program as a reader would, in another process."""
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, env=settings, capture_output=True, encoding="utf-8", errors="replace"
    )


# generated pages


def test_generated_pages_are_current():
    done = python("docs/build.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_page_is_noticed(tmp_path):
    for name in ("docs", "govmodel"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / "govmodel/facts/china/constants.csv").open("r+", encoding="utf-8") as file:
        changed = file.read().replace("mass_per_kwh_lfp,7,", "mass_per_kwh_lfp,7.1,")
        file.seek(0)
        file.write(changed)
    done = python("docs/build.py", "--check", cwd=tmp_path)
    assert done.returncode == 1
    assert "docs/facts.md" in done.stdout and "docs/parameters.md" not in done.stdout


def test_every_table_of_facts_is_shown():
    shown = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")
    for path in sorted((FACTS_FOLDER / "china").glob("*.csv")):
        if path.stem not in ("sources", "options", "demands"):
            assert f"`{path.name}`" in shown or path.stem in ("provinces", "plants"), path.name


def test_what_was_tuned_says_to_what():
    assert "not said" not in (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")


# links and names


def links():
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for label, target in re.findall(r"\[([^\]]+)\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if "://" not in target:
                yield page, label, target


def names_in(path: Path) -> set[str]:
    """List the functions, methods, classes and constants of a Python file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def test_links_lead_somewhere():
    dead = [f"{page.name}: {target}" for page, _, target in links() if not (page.parent / target).exists()]
    assert dead == []


def test_names_beside_links_are_in_their_files():
    """A link labelled `file.py: name` promises that the file holds the name."""
    wrong, seen = [], 0
    for page, label, target in links():
        file, colon, name = label.partition(": ")
        if colon and file.endswith(".py"):
            seen += 1
            path = page.parent / target
            if path.name != file or name not in names_in(path):
                wrong.append(f"{page.name}: {label}")
    assert wrong == [] and seen > 40


def test_parameters_and_levers_in_the_odd_exist():
    """Every name in code type on the ODD page is a parameter, a lever, an indicator or a word of the files."""
    text = (ROOT / "docs" / "odd.md").read_text(encoding="utf-8")
    known = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "govmodel").rglob("*.py"))
    plain = re.sub(r"\[[^\]]*\]\([^)]*\)", "", text)
    for name in sorted(set(re.findall(r"`([a-z][a-z_0-9]{3,})`", plain))):
        assert f"`{name}`" in known or re.search(rf"\b{name}\b", source), name


def test_every_file_is_on_the_map_of_the_readme():
    text = README.read_text(encoding="utf-8")
    on_map = set(re.findall(r"^\s*`(govmodel/[\w/]+\.py)`", text.replace("* `", "`"), re.MULTILINE))
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "govmodel").rglob("*.py")}
    there = {path for path in there if not path.endswith("__init__.py") or path == "govmodel/__init__.py"}
    assert on_map == there


def test_readme_leads_with_two_commands():
    text = README.read_text(encoding="utf-8")
    first_screen = "\n".join(text.splitlines()[:40])
    assert "pip install -q . && .venv/bin/govmodel run" in first_screen
    assert first_screen.count("<!-- test command -->") == 1


# examples


def examples():
    """Split the page into examples: what is written and added before each program belongs to it."""
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, tasks = section.splitlines()[0], TASK.findall(section)
        yield pytest.param(tasks, id=title.replace(" ", "_"))
    page = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")  # one story: its sections build on each other
    yield pytest.param(TASK.findall(page), id="studies")


@pytest.mark.parametrize("tasks", list(examples()))
def test_examples_run(tasks, tmp_path):
    shutil.copytree(ROOT / "govmodel", tmp_path / "govmodel", ignore=shutil.ignore_patterns("__pycache__"))
    ran = 0
    for number, (task, name, body) in enumerate(tasks):
        assert len(body.splitlines()) <= LONGEST_EXAMPLE
        if task == "run":
            (tmp_path / f"example{number}.py").write_text(body, encoding="utf-8")
            done = python("-W", "error", f"example{number}.py", cwd=tmp_path)
            assert done.returncode == 0 and done.stdout.strip(), done.stdout + done.stderr
            ran += 1
        else:
            with (tmp_path / name).open("a" if task == "append" else "x", encoding="utf-8") as file:
                file.write(body)
    assert ran


def test_the_readme_program_runs(tmp_path):
    program = re.search(r"<!-- run -->\n```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)[1]
    assert len(program.strip().splitlines()) <= 10
    shutil.copytree(ROOT / "govmodel", tmp_path / "govmodel", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "example.py").write_text(program, encoding="utf-8")
    done = python("example.py", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout.strip(), done.stdout + done.stderr
