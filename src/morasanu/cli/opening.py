"""From the command line's options to the sandbox that opens files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError
from morasanu.extract.interface import Limits
from morasanu.extract.pool import SandboxPool
from morasanu.extract.sandbox import SandboxOptions

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

_OF_CHILD: Final = ("memory_bytes", "cpu_s", "wall_s", "ocr_s", "ocr_file_s")
_MOST_PASSWORDS: Final = 1_000


def make_sandbox(options: argparse.Namespace) -> SandboxPool:
    """Return the sandboxes that `--passwords` and `--limit` ask for. Raises InputError MRS-I-001, MRS-I-008."""
    given = {name: value for name, value in options.limit if name != "spool_bytes"}
    limits = replace(Limits(), **{name: value for name, value in given.items() if name not in _OF_CHILD})
    child = {name: value for name, value in given.items() if name in _OF_CHILD}
    passwords = read_passwords(options.passwords) if options.passwords else ()
    return SandboxPool(SandboxOptions(limits=limits, passwords=passwords, **child))


def read_passwords(path: Path) -> tuple[str, ...]:
    """Return the passwords of a file, one a line in UTF-8; empty lines are passed over."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError("MRS-I-001", f"読めません: {path}", f"cannot be read: {path}") from error
    except UnicodeDecodeError as error:
        raise InputError("MRS-I-008", f"UTF-8ではありません: {path}", f"not UTF-8: {path}") from error
    passwords = tuple(dict.fromkeys(filter(None, lines)))
    if len(passwords) > _MOST_PASSWORDS:
        raise InputError(
            "MRS-I-008", f"パスワードは{_MOST_PASSWORDS:,}件までです", f"at most {_MOST_PASSWORDS:,} passwords"
        )
    return passwords
