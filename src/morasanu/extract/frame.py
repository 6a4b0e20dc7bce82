"""What parent and child say to each other: JSON behind its length, because a hostile file may speak through the child."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_LENGTH: Final = struct.Struct(">I")
LONGEST: Final = 64_000_000
"""Bytes of the largest frame, and of the largest picture, that is taken."""
PICTURE_S: Final = 2
"""Seconds that a picture handed out adds to what its file may take: drawing a page is honest work."""
CHARACTERS_A_SECOND: Final = 250_000
"""Characters handed out that add a second: a file that goes on saying something is not stuck."""
DRAW_ON, DRAW_NO_MORE = b"+", b"-"
"""What the parent answers to a picture: whether it has time for another one."""


class FrameError(ValueError):
    """Bytes that are no frame."""


def pack(message: list[Any]) -> bytes:
    """Return `message` as a frame.

    >>> pack(["end"])[4:]
    b'["end"]'
    """
    data = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    return _LENGTH.pack(len(data)) + data


def unpack(read: Callable[[int], bytes]) -> list[Any] | None:
    """Return the next message that `read(n)` (exactly n bytes, fewer only at the end) gives, None at the end.

    Raises FrameError for anything else than a frame.
    """
    head = read(_LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise FrameError
    (length,) = _LENGTH.unpack(head)
    data = read(length) if length <= LONGEST else b""
    if len(data) != length:
        raise FrameError
    try:
        message = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FrameError from error
    if not isinstance(message, list) or not message:
        raise FrameError
    return message
