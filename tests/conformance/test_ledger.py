"""Every case of a ledger, by both verifiers: the product's, and the one in docs/verify that shares no line with it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.conformance.ledger import make

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).with_name("ledger")
ALONE = ROOT / "docs/verify/verify_ledger.py"
CASES = sorted(path.parent for path in HERE.glob("*/expect.json"))
EXIT = {"verified": 0, "refuted": 1, "unproven": 4}
pytest.importorskip("cryptography", reason="the extra ledger is not installed")


def list_options(case: Path) -> list[str]:
    """Return the arguments to verify a case."""
    options = [str(case / "ledger")]
    for path in sorted(case.glob("outside/*"), key=lambda path: int(path.stem)):
        options += ["--checkpoint", str(path)]
    return [*options, *(["--key", str(case / "key")] if (case / "key").exists() else [])]


def run_alone(options: list[str], cwd: Path) -> tuple[int, dict[str, str]]:
    """Return exit code and answer of the stand-alone verifier, run without this environment's packages."""
    process = subprocess.run(
        [sys.executable, "-I", "-S", str(ALONE), *options],
        cwd=cwd,
        env={"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert not process.stderr
    state, *lines = process.stdout.splitlines()
    said = dict(line.split(": ", 1) for line in lines)
    return process.returncode, {"state": state, "where": said.get("place", ""), "fault": said.get("fault", "")}


def run_product(options: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    """Return exit code and answer of `morasanu ledger verify`."""
    from morasanu.cli.__main__ import main  # noqa: PLC0415 - needs the extra

    code = main(["ledger", "verify", *options, "--json"])
    shown = json.loads(capsys.readouterr().out)
    return code, {name: shown[name] or "" for name in ("state", "where", "fault")}


def expect(case: Path, name: Callable[[str], str]) -> tuple[int, dict[str, str]]:
    """Return the answer that is right; a checkpoint from elsewhere is called by what `name` makes of its file name."""
    right = json.loads((case / "expect.json").read_text(encoding="utf-8"))
    where = right["where"]
    return EXIT[right["state"]], {**right, "where": name(where) if (case / "outside" / where).is_file() else where}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_verifiers_give_the_right_answer(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = list_options(case)
    right = expect(case, lambda name: str(case / "outside" / name))
    assert run_product(options, capsys) == right
    assert run_alone(options, tmp_path) == right


def test_there_are_enough_cases_and_failing_ones_are_named_so() -> None:
    failing = [case for case in CASES if case.name.endswith("_fail")]
    assert len(CASES) >= 60
    assert len(failing) >= 40
    for case in CASES:
        assert (json.loads((case / "expect.json").read_text())["state"] == "refuted") == (case in failing), case.name


def test_the_folders_are_what_the_script_makes(tmp_path: Path) -> None:
    make.main(tmp_path)

    def read(folder: Path) -> dict[str, bytes]:
        files = [path for case in folder.glob("*/expect.json") for path in case.parent.rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    assert read(tmp_path) == read(HERE)


def test_the_verifier_for_auditors_is_one_file_of_the_standard_library_and_of_old_pythons() -> None:
    tree = ast.parse(ALONE.read_text(encoding="utf-8"), feature_version=(3, 8))
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    origins = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names | origins <= sys.stdlib_module_names
