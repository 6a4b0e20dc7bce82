"""Prints a form with its content as PDF: makes every text fit to be drawn, chooses the fonts, has a child set it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Final, TypeAlias

from morasanu.errors import OutsideError
from morasanu.office.paper.font import choose_fonts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from morasanu.office.paper.font import Fonts

Content: TypeAlias = "str | float | Sequence[Content] | Mapping[str, Content] | None"
_GETA: Final = "〓"
_LIMIT_S: Final = 120.0
_GAP: Final = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_VOICED: Final = re.compile("[\u3041-\u30ff][\u3099\u309a]")
_NEVER: Final = frozenset(
    ("Cc", "Cf", "Cs", "Co")
)  # control, direction, half a pair, private use: a stranger's glyph would stand there
_FORM: Final = re.compile("(.)([\ufe00-\ufe0f\U000e0100-\U000e01ef])")


def clean(text: str) -> str:
    r"""Return `text` on one line, without what is never seen, kana with their marks in one character; names keep their forms.

    >>> clean("山田\n太郎\u200b"), clean("か\u3099"), clean("髙橋 﨑")
    ('山田 太郎', 'が', '髙橋 﨑')
    """
    text = _UNSEEN.sub("", _GAP.sub(" ", text))
    return _VOICED.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)


def list_lacking(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the code points (`U+E001`) of what no font here can draw, in order; empty when every character can be printed.

    A page asks this when a name is typed, so that nobody learns of it from a letter. A character that turns the direction of
    writing or controls anything is never drawn, nor one of private use (外字): each machine has another glyph for it. Raises OutsideError MRS-O-060 when Typst or a Japanese font is missing.
    """
    return _spell(_choose(clean(text) for text in texts).lacking)


def print_form(form: str, content: Mapping[str, Content], made_on: date, *, may_lack: bool) -> bytes:
    """Return the PDF of `form` (a Typst file beside this module) with `content`, the same bytes for the same content and fonts.

    `made_on` stands in the file as its date. With `may_lack` a character without a glyph becomes 〓, and the form gets the list of them
    as `lacking`; without it that is an error. Costs a child
    process: 0.1 s, and 1 ms a row of a wide table.

    Raises OutsideError MRS-O-060 (Typst or font missing), MRS-O-061 (characters that cannot be drawn), MRS-O-062 (could not be set).
    """
    content = {name: _change(value, clean) for name, value in content.items()}
    fonts = _choose(_walk(list(content.values())))
    lacking = fonts.lacking
    if lacking and not may_lack:
        raise _refuse(lacking)
    if lacking:
        content = {name: _change(value, _make_replacer(lacking)) for name, value in content.items()}
    content |= {"lacking": _spell(lacking), "mincho": fonts.mincho, "gothic": fonts.gothic}
    job = {
        "form": form,
        "folders": fonts.folders,
        "content": json.dumps(content, ensure_ascii=False),
        "timestamp": int(datetime.combine(made_on, time(), UTC).timestamp()),
    }
    return _run_child(json.dumps(job).encode())


def _run_child(job: bytes) -> bytes:
    command = [sys.executable, "-P", "-m", "morasanu.office.paper.child"]
    try:
        ended = subprocess.run(command, input=job, capture_output=True, timeout=_LIMIT_S, check=False)  # noqa: S603 - our own module
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _fail(type(error).__name__) from error
    if ended.returncode or not ended.stdout.startswith(b"%PDF-"):
        raise _fail(str(ended.returncode))
    return ended.stdout


def _fail(why: str) -> OutsideError:
    return OutsideError("MRS-O-062", f"PDF を組めませんでした（{why}）", f"the PDF could not be set ({why})")


def _refuse(lacking: Iterable[str]) -> OutsideError:
    points = ", ".join(_spell(lacking))
    return OutsideError(
        "MRS-O-061",
        f"印刷できない文字があります（{points}）。外字や制御文字は文字コードのある字に改め、まれな字はその字を持つ書体を OS に入れてください",
        f"these characters cannot be printed: {points}. Change private and control characters; for rare ones install a font that has them",
    )


def _choose(texts: Iterable[str]) -> Fonts:
    """Return the fonts for `texts`, what must never be drawn counted among what they lack."""
    whole = "\n".join(texts)
    units = set(_FORM.sub(r"\1", whole)) - {"\n"} | {match[0] for match in _FORM.finditer(whole)}
    never = {unit for unit in units if unicodedata.category(unit[0]) in _NEVER}
    fonts = choose_fonts(units - never | {_GETA})
    return fonts._replace(lacking=fonts.lacking | never)


def _make_replacer(lacking: Iterable[str]) -> Callable[[str], str]:
    """Return what puts 〓 for a character that is lacking and the usual form for a form that is lacking."""
    table = {ord(unit): _GETA for unit in lacking if len(unit) == 1}
    forms = {unit for unit in lacking if len(unit) > 1}
    return lambda text: _FORM.sub(lambda match: match[1] if match[0] in forms else match[0], text).translate(table)


def _spell(units: Iterable[str]) -> tuple[str, ...]:
    return tuple(" ".join(f"U+{ord(part):04X}" for part in unit) for unit in sorted(units))


def _walk(value: Content) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _walk(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _walk(item)


def _change(value: Content, change: Callable[[str], str]) -> Content:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: _change(item, change) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_change(item, change) for item in value]
    return value
