"""Runs what a page shows: console blocks in a shell, python blocks as doctests, and compares what comes out.

A page's convention:
- ```console: lines after `$ ` are run in an empty folder that holds `examples/`; the lines below them are what must come out,
  both streams together. Numbers may differ by a quarter (estimates are random, examples grow), `...` stands for any lines.
  A page whose first heading is Japanese speaks Japanese.
- `<!-- file: NAME -->` before a block: the block is written there first.
- ```python: must hold `>>>` and is run as a doctest.
- ```sh and ```text are only read.

`python tests/docs/page.py` puts what comes out now in the place of what the pages show.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from morasanu.cli.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final = tuple(
    sorted(
        path
        for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
        if not path.read_text(encoding="utf-8").startswith("<!-- Made by")
    )
)
_BLOCK: Final = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n)?^```(?P<kind>\w*)[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_NUMBER: Final = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_KANA: Final = re.compile("[ぁ-んァ-ヶ一-龯]")
_PLAIN: Final = re.compile(r"morasanu [^|;&$<>`'\"()*]+")
_ANY: Final = "..."


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of a page: where its output stands in the page's text, what is shown and what came out."""

    page: Path
    command: str
    start: int
    end: int
    expected: str
    actual: str

    @property
    def is_right(self) -> bool:
        """Return whether what came out is what the page shows."""
        return is_alike(self.expected, self.actual)


def is_alike(expected: str, actual: str) -> bool:
    """Return whether the lines are the same, numbers within a quarter and spaces apart; a line `...` stands for any.

    >>> is_alike("およそ1,000人分", "およそ1,050人分"), is_alike("およそ1,000人分", "およそ1,500人分")
    (True, False)
    """
    return _match(
        [line for line in expected.splitlines() if line.strip()], [line for line in actual.splitlines() if line.strip()]
    )


def _match(expected: list[str], actual: list[str]) -> bool:
    if not expected:
        return not actual
    if expected[0].strip() == _ANY:
        return any(_match(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    return bool(actual) and _is_alike_line(expected[0], actual[0]) and _match(expected[1:], actual[1:])


def _is_alike_line(expected: str, actual: str) -> bool:
    if _NUMBER.sub("#", expected).split() != _NUMBER.sub("#", actual).split():
        return False
    pairs = zip(_NUMBER.findall(expected), _NUMBER.findall(actual), strict=True)
    values = ((float(a.replace(",", "")), float(b.replace(",", ""))) for a, b in pairs)
    return all(abs(a - b) <= max(a, b) / 4 for a, b in values)


def read_blocks(page: Path, kind: str) -> list[re.Match[str]]:
    """Return the fenced blocks of `kind` in the page."""
    return [match for match in _BLOCK.finditer(page.read_text(encoding="utf-8")) if match["kind"] == kind]


def read_commands(page: Path) -> list[str]:
    """Return the commands that the page's console blocks run."""
    blocks = (match["body"].splitlines() for match in read_blocks(page, "console"))
    return [line[2:] for lines in blocks for line in lines if line.startswith("$ ")]


def run_page(page: Path, folder: Path) -> Iterator[Shown]:
    """Yield every command of the page after running it in `folder`, with the page's files written before."""
    text = page.read_text(encoding="utf-8")
    shutil.copytree(ROOT / "examples" / "bank", folder / "examples" / "bank")
    for match in _BLOCK.finditer(text):
        if match["file"]:
            path = folder / match["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(match["body"], encoding="utf-8")
    heading = next(line for line in text.splitlines() if line.startswith("# "))
    language = "ja" if _KANA.search(heading) else "en"
    code = 0
    for match in read_blocks(page, "console"):
        for command, start, end in _cut_commands(match):
            run = _run_here if _PLAIN.fullmatch(command) else _run_in_shell
            code, actual = run(command, folder, language, code)
            yield Shown(page, command, start, end, text[start:end], actual)


def _run_here(command: str, folder: Path, language: str, _: int) -> tuple[int, str]:
    """Return exit code and output of a plain `morasanu` command run in this process, which is ten times faster."""
    out = io.StringIO()
    before = os.environ.get("MORASANU_LANG")
    os.environ["MORASANU_LANG"] = language
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = main(shlex.split(command)[1:])
    finally:
        del os.environ["MORASANU_LANG"]
        if before is not None:
            os.environ["MORASANU_LANG"] = before
    return code, out.getvalue()


def _run_in_shell(command: str, folder: Path, language: str, code: int) -> tuple[int, str]:
    """Return exit code and output of a command line; `$?` in it is `code`."""
    environment = {
        **os.environ,
        "MORASANU_LANG": language,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONUTF8": "1",
    }
    run = subprocess.run(
        ["/bin/sh", "-c", f"(exit {code}); {command}"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return run.returncode, run.stdout


def _cut_commands(block: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    """Yield each command of the block and where its shown output begins and ends."""
    lines = [(m.start() + block.start("body"), m.group()) for m in re.finditer(r"[^\n]*\n", block["body"])]
    begins = [number for number, (_, line) in enumerate(lines) if line.startswith("$ ")]
    for number, following in zip(begins, [*begins[1:], len(lines)], strict=True):
        start, line = lines[number]
        end = lines[following][0] if following < len(lines) else block.end("body")
        yield line[2:-1], start + len(line), end


def run_python(page: Path) -> list[str]:
    """Return the failures of the page's python blocks, run one after the other as one session."""
    names: dict[str, object] = {}
    failures: list[str] = []
    for match in read_blocks(page, "python"):
        test = doctest.DocTestParser().get_doctest(match["body"], names, page.name, str(page), 0)
        if not test.examples:
            failures.append(f"{page.name}: a python block without >>>")
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
            test, out=failures.append, clear_globs=False
        )
        names = test.globs
    return failures


def refresh() -> None:
    """Put what comes out in the place of what the pages show; blocks with `...` are left to people."""
    for page in PAGES:
        with tempfile.TemporaryDirectory() as folder:
            shown = list(run_page(page, Path(folder)))
        text = page.read_text(encoding="utf-8")
        for part in reversed(shown):
            if not part.is_right and _ANY not in part.expected:
                text = (
                    text[: part.start] + part.actual.strip("\n") + "\n" * bool(part.actual.strip()) + text[part.end :]
                )
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    refresh()
