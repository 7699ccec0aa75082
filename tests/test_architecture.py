"""Architecture: the floors hold, names are documented, luck has one door, files stay readable."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "govmodel"
FILES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
FLOORS = {
    "foundations": 0,
    "facts": 1,
    "case": 1,
    "chain": 2,
    "mechanisms": 3,
    "actors": 4,
    "structures": 5,
    "performance": 6,
    "world": 7,
    "model": 8,
    "run": 9,
    "study": 10,
    "report": 11,
    "shell": 12,
    "chosen": 13,
    "commands_sweep": 13,  # others run their studies by it
    "commands_study": 14,
    "commands_compare": 14,
    "commands_dashboard": 14,
    "commands_analysis": 14,
    "commands_findings": 15,
    "cli": 16,
    "__main__": 17,
}
ENTRY = {"__init__", "version"}  # the package's front door loads everything lazily; the version imports nothing
# files beside run.py that save, load and describe runs belong to its floor
BESIDE_RUN = {
    "arms",
    "comparison",
    "folder",
    "living",
    "past",
    "progress",
    "provenance",
    "shelf",
    "snapshot",
    "workers",
}
# facts and cases share a floor; a case checks names against the orders of the facts, which know nothing of cases
ALLOWED = {("case", "facts")}


def room(module: str) -> str:
    """Name the room (folder or file right under the package) of a dotted module name."""
    return (module.split(".") + ["__init__"])[1]


def floor(name: str) -> int:
    """Say on which floor a room stands."""
    return FLOORS["run"] if name in BESIDE_RUN else FLOORS[name]


def dotted(path: Path) -> str:
    """Name the module in a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    """Find every module of govmodel that a file imports, inside functions too."""
    package = list(path.relative_to(ROOT).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "govmodel"}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *(node.module.split(".") if node.module else [])])
            if module == "govmodel":
                found |= {f"govmodel.{alias.name}" for alias in node.names}
            elif module.startswith("govmodel."):
                found.add(module)
    return found


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_file_imports_only_from_floors_below_or_its_own_room(path):
    """Chain knows nothing of governance, actors act through mechanisms, performance only reads: imports say so."""
    own = room(dotted(path))
    if own in ENTRY:
        assert imports(path) <= {"govmodel.version"}
        return
    for module in imports(path):
        other = room(module)
        if other in (own, *ENTRY) or (own, other) in ALLOWED or {other, own} <= {*BESIDE_RUN, "run"}:
            continue
        assert floor(other) < floor(own), f"{dotted(path)} (floor {floor(own)}) imports {module} (floor {floor(other)})"


def test_every_room_has_a_floor():
    """A new room must be given a floor before it can be tested."""
    rooms = {room(dotted(path)) for path in FILES} - ENTRY
    assert rooms <= set(FLOORS) | BESIDE_RUN, rooms - set(FLOORS) - BESIDE_RUN


def test_an_import_upstairs_would_be_seen():
    """The reader of imports sees relative, absolute and hidden ones."""
    source = (
        "from ..actors import holders\nimport govmodel.run\ndef f():\n    from govmodel.model import GovernanceModel\n"
    )
    path = PACKAGE / "chain" / "not_there.py"

    class Pretended(type(path)):
        """A path whose text is given here."""

        def read_text(self, encoding=None):
            """Give the pretended source."""
            return source

    assert imports(Pretended(path)) == {"govmodel.actors", "govmodel.run", "govmodel.model"}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_public_names_say_what_they_are(path):
    """Every module, public class and public function begins with a sentence that says what it is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) or path.stat().st_size == 0, path

    def look(node, inside: str):
        for child in node.body:
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)) and not child.name.startswith("_"):
                text = ast.get_docstring(child)
                assert text, f"{inside}.{child.name} has no docstring"
                assert re.match(r"[A-Z`\"].*?[.:;]", text, re.DOTALL), f"{inside}.{child.name}: {text!r}"
                if isinstance(child, ast.ClassDef):
                    look(child, f"{inside}.{child.name}")

    look(tree, dotted(path))


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_luck_has_one_door(path):
    """No module `random`, no numpy global generator, no clock: luck comes from foundations/draws.py alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    allowed = {"default_rng", "Generator", "SeedSequence"}  # to read a seed from what a user gives
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not {alias.name.split(".")[0] for alias in node.names} & {"random", "secrets"}
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in ("random", "secrets")
            assert node.module != "numpy.random"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            if node.value.attr == "random" and getattr(node.value.value, "id", "") in ("np", "numpy"):
                assert node.attr in allowed, f"{path}: np.random.{node.attr}"
        elif isinstance(node, ast.Attribute) and node.attr in ("random", "rng"):
            assert getattr(node.value, "id", "") != "self", f"{path}: mesa's own generator is not keyed"


# longer than 400 lines for a reason
LONG = {
    "model.py": 440,  # the agenda of a month, and the building of its world
    "loading.py": 420,  # one reader a table, in the order of the facts
    "test_facts.py": 500,  # one check a table
}


@pytest.mark.parametrize("path", FILES + sorted((ROOT / "tests").rglob("*.py")), ids=lambda path: path.name)
def test_files_stay_readable(path):
    """No file is longer than 400 lines without a reason given here."""
    assert path.read_text(encoding="utf-8").count("\n") <= LONG.get(path.name, 400)


def test_the_chain_knows_nothing_of_governance():
    """No lever, policy or structure is named in the physical chain."""
    words = re.compile(r"\b(levers?|structure|subsidy|deposit)\b")
    for path in (PACKAGE / "chain").glob("*.py"):
        code = "\n".join(ast.unparse(node) for node in ast.parse(path.read_text(encoding="utf-8")).body[1:])
        assert not words.search(code), path


def test_no_structure_name_is_read_by_the_model():
    """Rule zero: outside the case's own room no code reads a structure's name.

    One of Gereffi's five forms of a tie is called "market" too; contract.py names it.
    """
    for path in FILES:
        if room(dotted(path)) in ("chain", "mechanisms", "actors", "performance", "model"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                named = isinstance(node, ast.Attribute) and node.attr == "structure"
                spelt = (
                    path.name != "contract.py"
                    and isinstance(node, ast.Constant)
                    and node.value
                    in (
                        "market",
                        "government-led",
                        "enterprise-led",
                        "collaborative",
                    )
                )
                assert not named and not spelt, f"{path}:{node.lineno}"
