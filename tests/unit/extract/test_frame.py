"""Frames: what comes back is what was sent, and nothing else is taken for one."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.extract.frame import LONGEST, FrameError, pack, unpack
from morasanu.extract.sandbox import _to_value


@given(st.lists(st.text() | st.integers() | st.lists(st.text())).filter(bool))
def test_frame_comes_back(message: list[object]) -> None:
    stream = BytesIO(pack(message) + pack(["end"]))
    assert unpack(stream.read) == message
    assert unpack(stream.read) == ["end"]
    assert unpack(stream.read) is None


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        b"\x00\x00\x00\x05[1]",
        b"\x00\x00\x00\x02{}",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x01x",
        (LONGEST + 1).to_bytes(4, "big") + b"[" * 9,
        (200_000).to_bytes(4, "big") + b"[" * 200_000,
    ],
)
def test_broken_frame_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        unpack(BytesIO(data).read)


@pytest.mark.parametrize(
    "message", [[["piece"]], [{"a": 1}], [None], ["piece", "a"], ["piece", "a", 1, ""], ["end", ""]]
)
def test_message_of_another_shape_is_refused(message: list[object]) -> None:
    with pytest.raises(FrameError):
        _to_value(message)
