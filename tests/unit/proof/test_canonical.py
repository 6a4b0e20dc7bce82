"""Canonical JSON: the examples of RFC 8785, and the package `rfc8785` as a peer on random values."""

from __future__ import annotations

import json
import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.proof.refuse import refuses

from morasanu.proof.canonical import encode_canonical

TEXT = (
    st.text()
    | st.text(st.characters(min_codepoint=0xD7F0, max_codepoint=0xE010))
    | st.text('\0\x1f"\\/\x7f\u2028é漢𠮷\ue000')
)
NUMBERS = (
    st.integers(-(2**54), 2**54)
    | st.floats()
    | st.integers(0, 2**64 - 1).map(lambda it: struct.unpack(">d", it.to_bytes(8, "big"))[0])
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_the_peer_writes_the_same_and_refuses_the_same(value: object) -> None:
    try:
        wanted = rfc8785.dumps(value)  # type: ignore[arg-type]
    except ValueError:
        assert refuses(encode_canonical, value)
    else:
        found = encode_canonical(value)
        assert found == wanted
        assert encode_canonical(json.loads(found, parse_int=float)) == found


@pytest.mark.parametrize(
    ("bits", "text"),
    # Source: RFC 8785, appendix B
    [
        ("0000000000000000", "0"), ("8000000000000000", "0"), ("0000000000000001", "5e-324"), ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"), ("ffefffffffffffff", "-1.7976931348623157e+308"), ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"), ("4430000000000000", "295147905179352830000"), ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"), ("44b52d02c7e14af7", "1.0000000000000001e+23"), ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"), ("444b1ae4d6e2ef50", "1e+21"), ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"), ("41b3de4355555553", "333333333.3333332"), ("41b3de4355555554", "333333333.33333325"),
        ("41b3de4355555555", "333333333.3333333"), ("41b3de4355555556", "333333333.3333334"), ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"), ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)  # fmt: skip
def test_numbers_of_the_specification(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert encode_canonical(number).decode() == text


def test_the_examples_of_the_specification() -> None:
    # Source: RFC 8785, sections 3.2.2 and 3.2.3
    value = json.loads(
        '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        r'"string":"\u20ac$\u000F\u000aA'
        r"'\u0042\u0022\u005c\\\"\/"
        '","literals":[null,true,false]}'
    )
    assert encode_canonical(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    keys = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7}
    assert list(json.loads(encode_canonical(keys)).values()) == [2, 4, 6, 7, 1, 5, 3]


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), [2**60], {"a": {"b": 2**53}}, float("nan"), float("inf"), {"a": -float("inf")}, "\ud800", {"\udc00": 1}, {1: 2}, {None: 1}, b"x",
     {1, 2}, object(), {"a": object()}, [[b""]], 1j],
)  # fmt: skip
def test_what_json_cannot_hold_is_refused(value: object) -> None:
    assert refuses(encode_canonical, value)


def test_a_value_without_end_is_refused() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert refuses(encode_canonical, deep)
    circle: list[object] = []
    circle.append(circle)
    assert refuses(encode_canonical, circle)


def test_the_largest_whole_numbers_are_kept() -> None:
    assert encode_canonical([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"
    assert encode_canonical((1, ({"a": (True,)},))) == b'[1,[{"a":[true]}]]'
