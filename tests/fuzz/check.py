"""What must hold for anything that comes out of a parser, whatever went in."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from morasanu.detect.engine import THRESHOLD
from morasanu.errors import InspectError
from morasanu.extract.frame import pack, unpack
from morasanu.extract.interface import Drawn, Extracted, Limits, Member, Picture, Piece, Task, Unread
from morasanu.extract.sandbox import _to_value
from morasanu.extract.walk import walk
from morasanu.text.fold import _TABLE, fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from morasanu.extract.interface import Extractor
    from morasanu.finding import Finding
    from morasanu.text.view import View

LIMITS: Final = Limits(member_bytes=300_000, total_bytes=1_000_000, ratio=100, members=50, depth=4)
PASSWORDS: Final = ("pass", "ひみつ")
_FREE: Final = 200_000
_GROWTH: Final = 300
"""Characters that may come out for each byte that went in, beyond the first `_FREE`; only archives may do better."""


def check_extractor(extractor: Extractor, data: bytes, name: str = "x", growth: int = _GROWTH) -> None:
    """Fail unless `extractor` gives sound things within the limits and ends with nothing but an InspectError."""
    total = 0
    try:
        for out in extractor.extract(BytesIO(data), Task(name, PASSWORDS, LIMITS)):
            total += _check_out(out)
            if total > LIMITS.total_bytes:
                break  # as walk does
    except InspectError as error:
        _check_code(error.code)
    assert total <= _FREE + growth * len(data), "much more comes out than went in"


def check_walk(data: bytes, name: str, extractors: Mapping[str, Extractor]) -> None:
    """Fail unless `walk` gives sound things within the limits; it raises nothing at all."""
    texts = sum(_check_out(out) for out in walk(BytesIO(data), Task(name, PASSWORDS, LIMITS), extractors))
    assert texts <= 3 * LIMITS.total_bytes


def _check_out(out: Extracted | Drawn) -> int:
    """Return how much `out` is, having seen that it is what the seam says and comes through the socket whole."""
    if isinstance(out, Member):
        assert isinstance(out.data, bytes)
        assert len(out.data) <= LIMITS.member_bytes, "a member beyond its limit"
        return len(out.data) + len(out.part)
    if isinstance(out, Picture | Drawn):
        with suppress(InspectError):  # which walk turns into an `Unread`
            drawn = out.data if isinstance(out, Drawn) else out.draw()
            assert isinstance(drawn, bytes)
        return len(out.part)
    assert isinstance(out, Piece | Unread)
    if isinstance(out, Unread):
        _check_code(out.code)
    message = unpack(BytesIO(pack(["piece" if isinstance(out, Piece) else "unread", *out])).read)
    assert message
    mended = _to_value(message)
    assert type(mended) is type(out)
    "".join(mended).encode()  # no halves of characters
    return sum(map(len, out))


def _check_code(code: str) -> None:
    assert code.startswith("MRS-X-"), code


def check_fold(text: str) -> None:
    """Fail unless every folded character comes from one or two of the text's own, in their order."""
    folded = fold(text)
    reached = 0
    for position, character in enumerate(folded.text):
        start, end = folded.given(position, position + 1)
        assert reached <= start < end <= len(text)
        reached = end
        if end - start == 1:
            source = text[start]
            assert _TABLE.get(source, "\n" if source == "\r" else source) == character
        else:
            assert end - start == 2
    if folded.text:
        assert folded.given(0, len(folded.text))[1] == reached


def check_view(text: str, view: View) -> None:
    """Fail unless every character seen comes from the text, in its order, and those not edited are the text's own."""
    edited = iter(zip(view.starts, view.ends, strict=True))
    assert all(a <= b for a, b in pairwise(view.starts))
    begin, stop = next(edited, (len(view.text), len(view.text)))
    before = (0, 0)
    for position, character in enumerate(view.text):
        while position >= stop and stop < len(view.text):
            begin, stop = next(edited, (len(view.text), len(view.text)))
        start, end = view.given(position, position + 1)
        assert 0 <= start < end <= len(text)
        assert before[0] <= start
        assert before[1] <= end
        before = start, end
        if position < begin:
            assert text[start:end] == character


def check_findings(text: str, findings: Sequence[Finding]) -> None:
    """Fail unless the spans lie in the text, in order, apart from each other, with a score and a reason."""
    reached = 0
    for finding in findings:
        assert reached <= finding.start < finding.end <= len(text)
        assert THRESHOLD <= finding.score <= 1
        assert finding.label
        assert finding.why
        reached = finding.end
