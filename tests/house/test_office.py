"""The office's own laws: each change leaves a trace, each page is narrowed, and neither depends on remembering it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

OFFICE = Path(__file__).resolve().parents[2] / "src/morasanu/office"
WRITES = {"save", "create", "update", "delete", "get_or_create", "update_or_create", "bulk_create", "bulk_update"}
UNTRACED = {
    "seal/keep.py": "the one place that writes records with their traces",
    "seal/sealer.py bulk_update": "marks what is sealed; the ledger itself is the trace",
    "people/services.py save": "an account: its trace is left beside it, without the password",
    "people/services.py update": "the path, which follows from the parents and is in no record",
    "people/services.py bulk_update": "the paths of those below",
    "reality/services.py delete": "what the last scan saw: the trace is that of the scan which sees it anew",
    "reality/services.py bulk_create": "what this one saw: a measurement, with the scan's digests in its trace",
}
"""Where something is written otherwise, and why."""
WHOLE = {
    "seal/selectors.py": "changes belong to the whole house; the table opens them to who sees all of it",
    "due/selectors.py": "and so does what the office does by itself",
    "people/selectors.py Appointment": "whether a post is filled does not depend on who asks",
    "people/selectors.py Account": "asked for a person that was found within reach",
    "register/selectors.py Sighting": "asked for the locations of rows that were found within reach",
    "demo/selectors.py Account": "whoever stands before the door of the demo is nobody yet",
}
"""Queries that begin with something else than `within`, and why."""


def find(pattern: str) -> list[Path]:
    return sorted(path for path in OFFICE.glob(pattern) if "migrations" not in path.parts)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def find_writes(path: Path) -> list[str]:
    """Return the methods by which a module writes rows."""
    calls = [node.func for node in ast.walk(parse(path)) if isinstance(node, ast.Call)]
    return [
        call.attr
        for call in calls
        if isinstance(call, ast.Attribute)
        and call.attr in WRITES
        and not (isinstance(call.value, ast.Name) and call.value.id in {"digest", "found", "context"})
    ]


def find_managers(path: Path) -> list[str]:
    """Return the models whose rows a module asks for without `within`."""
    nodes = [node for node in ast.walk(parse(path)) if isinstance(node, ast.Attribute)]
    return [ast.unparse(node.value) for node in nodes if node.attr in {"objects", "_default_manager", "_base_manager"}]


@pytest.mark.parametrize(
    "path", find("*/services.py") + find("seal/*.py"), ids=lambda path: str(path.relative_to(OFFICE))
)
def test_a_change_is_written_with_its_trace(path: Path) -> None:
    name = str(path.relative_to(OFFICE))
    if name in UNTRACED:
        return
    assert [write for write in find_writes(path) if f"{name} {write}" not in UNTRACED] == []


@pytest.mark.parametrize(
    "path",
    [*find("*/views.py"), *find("*/forms.py"), *find("*/models.py"), *find("*/templatetags/*.py"), *find("*/urls.py")],
    ids=lambda path: str(path.relative_to(OFFICE)),
)
def test_pages_and_forms_neither_write_nor_ask_past_the_one_place(path: Path) -> None:
    assert find_writes(path) == []
    assert find_managers(path) == []


@pytest.mark.parametrize("path", find("*/selectors.py"), ids=lambda path: str(path.relative_to(OFFICE)))
def test_a_selector_begins_within_a_reach(path: Path) -> None:
    name = str(path.relative_to(OFFICE))
    if name in WHOLE:
        return
    assert [model for model in find_managers(path) if f"{name} {model}" not in WHOLE] == []


@pytest.mark.parametrize("path", find("*/models.py"), ids=lambda path: str(path.relative_to(OFFICE)))
def test_a_model_only_says_what_it_holds(path: Path) -> None:
    functions = [node.name for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef)]
    assert {"save", "delete", "clean", "full_clean"} & set(functions) == set()
    assert "signals" not in path.read_text(encoding="utf-8")


def test_every_exception_is_still_one() -> None:
    """A reason whose place is gone is a hole that waits."""
    for entry in UNTRACED:
        name, _, write = entry.partition(" ")
        found = find_writes(OFFICE / name)
        assert write in found if write else found, entry
    for entry in WHOLE:
        name, _, model = entry.partition(" ")
        found = find_managers(OFFICE / name)
        assert model in found if model else found, entry


@pytest.mark.parametrize("path", find("**/*.html"), ids=lambda path: str(path.relative_to(OFFICE)))
def test_a_template_holds_nothing_that_the_policy_of_content_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for forbidden in (
        " style=",
        "<style",
        " onclick",
        " onchange",
        " onsubmit",
        "javascript:",
        "|safe",
        "http://",
        "https://",
    ):
        assert forbidden not in text, forbidden
    for script in text.split("<script")[1:]:
        head = script.partition(">")[0]
        assert " src=" in head or ' type="application/json"' in head  # data is not run
    assert text.count('method="post"') == text.count("{% csrf_token %}"), "every form carries its token"
