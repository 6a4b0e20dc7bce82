"""What generated pages share: their first line, both languages, tables."""  # noqa: INP001 - beside a script

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MADE: Final = "<!-- Made by tools/docs.py (`make docs`); do not edit. -->\n"


def both(ja: str, en: str) -> str:
    """Return two lines that say the same."""
    return f"{ja}  \n{en}\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table."""
    head = tuple(head)
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
