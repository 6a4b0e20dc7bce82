"""The pages are true: what they show comes out, what is generated is current, what they link to is there."""

from __future__ import annotations

import doctest
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
import yaml
from tests.docs.page import PAGES, ROOT, is_alike, read_blocks, read_commands, run_page, run_python

import morasanu

if TYPE_CHECKING:
    from pathlib import Path

ALL_PAGES = (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def with_block(kind: str) -> list[Path]:
    return [page for page in PAGES if read_blocks(page, kind)]


def test_examples_in_docstrings_run() -> None:
    names = [
        found.name for found in pkgutil.walk_packages(morasanu.__path__, "morasanu.") if "__main__" not in found.name
    ]
    results = [doctest.testmod(import_module(name)) for name in names]
    assert sum(result.attempted for result in results) > 50
    assert [name for name, result in zip(names, results, strict=True) if result.failed] == []


def test_generated_pages_are_current() -> None:
    run = subprocess.run(
        [sys.executable, "tools/docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"make docs\n{run.stdout}{run.stderr}"


def test_generated_page_that_is_stale_is_told() -> None:
    page = ROOT / "docs" / "reference" / "errors.md"
    code = (
        "import sys, pathlib; sys.path.insert(0, 'tools'); import docs;"
        "made = docs.make_pages(); docs.make_pages = lambda: {path: text + 'x' for path, text in made.items()};"
        "sys.exit(docs.main(['--check']))"
    )
    before = page.read_bytes()
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "stale: docs/reference/errors.md" in run.stdout
    assert page.read_bytes() == before


@pytest.mark.parametrize("page", with_block("console"), ids=name)
def test_commands_of_a_page_print_what_it_shows(page: Path, tmp_path: Path) -> None:
    for shown in run_page(page, tmp_path):
        assert shown.is_right, f"$ {shown.command}\n--- shown\n{shown.expected}--- came out\n{shown.actual}"


@pytest.mark.parametrize("page", with_block("python"), ids=name)
def test_python_of_a_page_runs_as_shown(page: Path) -> None:
    failures = run_python(page)
    assert not failures, "".join(failures)


@pytest.mark.parametrize("page", with_block("yaml"), ids=name)
def test_yaml_of_a_page_is_yaml(page: Path) -> None:
    for block in read_blocks(page, "yaml"):
        assert isinstance(yaml.safe_load(block["body"]), dict | list)


def test_errors_page_lists_every_code_of_the_source() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    page = (ROOT / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    codes = set(re.findall(r"MRS-[A-Z]-[0-9]{3}", source))
    assert codes
    assert {code for code in codes if f"| `{code}` |" not in page} == set()


@pytest.mark.parametrize("page", ALL_PAGES, ids=name)
def test_relative_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, fragment = unquote(link).partition("#")
        path = (page.parent / target).resolve() if target else page
        if path.parent == ROOT / "docs" / "picture":  # made by another hand, after a release
            continue
        assert path.exists(), link
        assert not fragment or fragment in read_anchors(path), link


def read_anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_both_readmes_show_the_same_commands() -> None:
    english, japanese = ROOT / "README.md", ROOT / "README.ja.md"
    assert read_commands(english) == read_commands(japanese)
    made = [
        re.findall(r"^(?:make|pip) [^#\n]*", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for page in (english, japanese)
    ]
    assert made[0]
    assert made[0] == made[1]


def test_make_targets_that_pages_name_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = {
        word
        for page in PAGES
        for word in re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    assert named
    assert named <= targets


def test_decisions_have_the_three_parts_and_are_numbered_without_gaps() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert [part for part in ("## Context", "## Decision", "## Consequences") if part not in text] == [], path.name


@pytest.mark.parametrize(
    ("expected", "actual", "alike"),
    [
        ("およそ1,000人分", "およそ1,050人分", True),
        ("およそ1,000人分", "およそ1,500人分", False),
        ("a\n...\nz", "a\nb\nc\nz", True),
        ("a\n...\nz", "a\nb\nc", False),
        ("found 0", "found 1", False),
        ("x  1", "x   1", True),
        ("", "something", False),
    ],
)
def test_shown_output_is_compared_by_words_and_about_the_same_numbers(
    expected: str, actual: str, *, alike: bool
) -> None:
    assert is_alike(expected, actual) is alike
