"""What tests of parsers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def refuses(parse: Callable[..., object], *given: object) -> bool:
    """Return whether `parse` raises a ValueError, of whatever kind, and nothing else."""
    try:
        parse(*given)
    except ValueError:
        return True
    return False
