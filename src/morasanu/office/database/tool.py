"""PostgreSQL's own tools for copies, `pg_dump` and `pg_restore`, run as children that are told no password on their command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from typing import IO, TYPE_CHECKING, Final

from morasanu.errors import InputError, MorasanuError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

DUMP: Final = "office.dump"
"""What the rows of PostgreSQL are called in a copy: the custom format of `pg_dump`."""
_COPY: Final = re.compile(rb"COPY .* FROM stdin;\n")
_TOO_NEW: Final = b"unsupported version"


def find_tool(name: str) -> str:
    """Return the path of a tool. Raises InputError MRS-I-049 when it is not on PATH."""
    found = shutil.which(name)
    if found is None:
        raise InputError(
            "MRS-I-049",
            f"{name} がありません。PostgreSQL のクライアント（postgresql-client）を入れてください",
            f"{name} is missing: install PostgreSQL's client tools (postgresql-client)",
        )
    return found


def refuse_older(name: str, server: int, environment: Mapping[str, str]) -> None:
    """Raise InputError MRS-I-049 when a tool is older than a server, whose rows it could not copy then. Versions are whole numbers."""
    told = subprocess.run(  # noqa: S603 - a tool by its path; Debian's chooses its version by the environment
        [find_tool(name), "--version"], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )
    found = re.search(r"(\d+)", told.stdout)
    if found is None or int(found[1]) < server:
        raise InputError(
            "MRS-I-049",
            f"{name} が古すぎます。サーバーと同じ版（{server}）かそれより新しいクライアントを入れてください",
            f"{name} is too old: install client tools of the server's version ({server}) or newer",
        )


def run_tool(name: str, arguments: Iterable[str], environment: Mapping[str, str]) -> None:
    """Run a tool to its end. Raises OutsideError MRS-O-054 when it fails, without its words: they may hold values of rows."""
    with tempfile.TemporaryFile() as words:
        command = [find_tool(name), "--no-password", *arguments]
        done = subprocess.run(  # noqa: S603 - a tool by its path
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=words,
            env={**os.environ, **environment, "LC_ALL": "C"}, check=False,
        )  # fmt: skip
        if done.returncode:
            raise _read_fault(name, done.returncode, words)


def count_rows(file: Path) -> int:
    """Return how many rows a dump holds, from reading all of it. Raises ValueError when it is broken, InputError MRS-I-049."""
    command = [find_tool("pg_restore"), "--data-only", "--file=-", str(file)]
    with tempfile.TemporaryFile() as words:
        child = subprocess.Popen(  # noqa: S603 - a tool by its path
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words, env={**os.environ, "LC_ALL": "C"}
        )
        with child:
            rows = _count_lines(child.stdout or ())
        if child.returncode:
            fault = _read_fault("pg_restore", child.returncode, words)
            raise fault if fault.code == "MRS-I-049" else ValueError(file.name)
    return rows


def _count_lines(lines: Iterable[bytes]) -> int:
    r"""Return how many rows stand between `COPY … FROM stdin;` and `\.`: a row is a line, whatever it holds."""
    rows, is_row = 0, False
    for line in lines:
        if is_row:
            is_row = line != b"\\.\n"
            rows += is_row
        else:
            is_row = _COPY.fullmatch(line) is not None
    return rows


def _read_fault(name: str, status: int, words: IO[bytes]) -> MorasanuError:
    words.seek(0)
    if _TOO_NEW in words.read(10_000):
        return InputError(
            "MRS-I-049",
            f"控えは新しい版の pg_dump で取られています。{name} を新しくしてください",
            f"the copy was made by a newer pg_dump: install a newer {name}",
        )
    return OutsideError(
        "MRS-O-054",
        f"{name} が失敗しました（{status}）。権限、空き容量、サーバーのログを確かめてください",
        f"{name} failed ({status}): see to rights, free space and the server's log",
    )
