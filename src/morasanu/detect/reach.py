"""How far the value after a label reaches, told without looking through the rest of a long line for every label in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import re

_MARK_CHARS: Final = 4
"""The most characters that an end's pattern looks at."""


def find_end(
    mark: re.Pattern[str], text: str, start: int, limit: int, *, longest: int, padding: str | None = None
) -> int:
    """Return where `mark` first stands in `start`..`limit`, else `limit`; `start` when the value before it is too long.

    Too long means more than `longest` characters without `padding` (default: white space) at its end. `mark` may look ahead,
    but looks at four characters at most.

    >>> import re
    >>> find_end(re.compile("。"), "はい。いいえ", 0, 6, longest=3), find_end(re.compile("。"), "はい" * 9, 0, 18, longest=3)
    (2, 0)
    """
    near = min(limit, start + 2 * longest + _MARK_CHARS)
    stop = mark.search(text, start, near)
    if near < limit and (stop is None or stop.start() > near - _MARK_CHARS):
        if len(text[start : near - _MARK_CHARS].rstrip(padding)) > longest:
            return start
        stop = mark.search(text, start, limit)
    return stop.start() if stop else limit
