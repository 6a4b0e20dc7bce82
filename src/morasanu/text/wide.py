"""Text of two or four bytes a character that no byte order mark announces."""

from __future__ import annotations

import re
from typing import Final

_WRITTEN: Final = re.compile("[\t\r\n -~\u3000-\u30ff\u4e00-\u9fff\uff01-\uff9f]")
_PLAIN: Final = re.compile("[\r\n -~\u3041-\u30ff]")
_LATIN: Final = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_LINE_OR_KANA: Final = re.compile("[\r\n\u3041-\u30ff]")  # kanji are what numbers with a point look like
_ENOUGH: Final = 0.9
_LEAST_WIDE, _LEAST_LATIN = 4, 8  # characters without which chance is too likely


def guess_utf16(sample: bytes) -> str:
    r"""Return which UTF-16 without a mark `sample` is in, `""` when it does not read as text either way.

    >>> guess_utf16("Å,1\r\n2,3\r\n".encode("utf-16-be")), guess_utf16(bytes(20))
    ('utf-16-be', '')
    """
    best = ("", _ENOUGH)
    for name in ("utf-16-le", "utf-16-be"):
        share = _rate(sample[: len(sample) // 2 * 2].decode(name, "replace"))
        if share > best[1]:
            best = (name, share)
    return best[0]


def guess_utf32(sample: bytes) -> str:
    r"""Return which UTF-32 without a mark `sample` is in, `""` when `sample` holds more than text, or neither line ends nor kana.

    A row of small numbers, four bytes each, is as good as a line of text.

    >>> guess_utf32("のせ,03\n".encode("utf-32-le")), guess_utf32(bytes(20))
    ('utf-32-le', '')
    """
    for name in ("utf-32-le", "utf-32-be"):
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        is_shown = "".join(text.split()).isprintable()
        if is_shown and len(text) >= _LEAST_WIDE and _LINE_OR_KANA.search(text) and _rate(text) > _ENOUGH:
            return name
    return ""


def _rate(text: str) -> float:
    """Return the share of characters that offices write, 0 when few are plain; accented letters need plain ones about them."""
    good = len(_WRITTEN.findall(text))
    plain = len(_PLAIN.findall(text))
    latin = min(len(_LATIN.findall(text)), plain // 2) if len(text) >= _LEAST_LATIN else 0
    return (good + latin) / len(text) if text and plain * 20 >= len(text) else 0
