"""Every kind of change that the office seals has words."""

from __future__ import annotations

import ast
from pathlib import Path

import allauth

import morasanu.office
from morasanu.office.finding.models import ClosedAs
from morasanu.office.seal.words import KINDS, name_kind

WRITERS = {"keep", "keep_new", "keep_changed", "drop", "leave_trace"}
ROOT = Path(morasanu.office.__file__).parent


def list_written() -> set[str]:
    """Return the kinds that stand in calls of what writes."""
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITERS:
                texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
                found |= {each for each in texts if isinstance(each, str) and "." in each}
    return found


def test_every_kind_that_is_written_has_words() -> None:
    written = list_written()
    assert len(written) > 30
    assert written - KINDS.keys() == set()


def test_every_way_to_close_a_finding_has_words() -> None:
    assert {f"finding.closed.{how}" for how in ClosedAs} <= KINDS.keys()


def test_every_note_about_a_second_factor_has_words() -> None:
    mails = Path(allauth.__file__).parent / "templates" / "mfa" / "email"
    notes = {path.name.removesuffix("_subject.txt") for path in mails.glob("*_subject.txt")}
    assert {f"people.account.{note}" for note in notes} - KINDS.keys() == set()


def test_a_kind_without_words_is_shown_as_it_is() -> None:
    assert name_kind("gate.held").ja == "gate.held"
