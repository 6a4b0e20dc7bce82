"""Names and answers of IMAP servers: every name survives, no two look alike, nothing a server says breaks the parser."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from morasanu.errors import InputError
from morasanu.source.address import Address, cut_address, read_name, show_name
from morasanu.source.imap_reply import (
    Fetched,
    decode_folder,
    encode_folder,
    parse_fetch,
    parse_list,
    quote_string,
    show_folder,
)

NAMES = st.text(st.characters(exclude_categories=["Cs"]))


@given(NAMES)
def test_folder_name_survives_modified_utf_7(name: str) -> None:
    assert decode_folder(encode_folder(name)) == name


@example(encode_folder("受"), "受".encode())
@example(b"&-", b"&")
@example(b"%26", b"&")
@example(b"&AGE-", b"a")
@given(st.binary(max_size=30), st.binary(max_size=30))
def test_two_folder_names_never_look_the_same(one: bytes, other: bytes) -> None:
    assert (show_folder(one) == show_folder(other)) is (one == other)


@given(st.binary(max_size=30))
def test_folder_name_can_always_be_shown_in_an_address(wire: bytes) -> None:
    shown = show_folder(wire)
    assert "/" not in shown
    assert all(character.isprintable() or character == "\u3000" for character in shown)


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        (b"&ZeVnLIqe-", "日本語"),
        (b"a&-b", "a&b"),
        (b"&2EDdHw-", "\U0002011f"),
        (b"&", None),
        (b"&AGE-", None),  # a plain letter must not be shifted
        (b"&2EA-", None),  # half a character
        (b"&Zg-", None),
        (b"&ZeU", None),
        (b"\xe6\x97\xa5", None),
    ],
)
def test_modified_utf_7_is_read_only_where_it_is_written_as_it_has_to_be(wire: bytes, name: str | None) -> None:
    assert decode_folder(wire) == name


@given(st.text())
def test_name_survives_an_address(name: str) -> None:
    shown = show_name(name, "/")
    assert read_name(shown) == name
    assert not set("/?#\n\r\x1b\u202e\ud800") & set(shown)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://MAIL.example.jp", Address("mail.example.jp", None, "")),
        ("imap://[::1]:1143/a/b", Address("::1", 1143, "a/b")),
        ("s3://shiomi/支店/", Address("shiomi", None, "支店/")),
        ("imaps://信用金庫.example.jp/", Address("xn--vuq737ap3qsg0a.example.jp", None, "")),
    ],
)
def test_address_is_cut(url: str, expected: Address) -> None:
    assert cut_address(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "imaps://",
        "imaps:///INBOX",
        "imaps://a:x/",
        "imaps://a:99999/",
        "imaps://[x/",
        f"imaps://{'漢' * 64}/",
        "s3://a\n",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        cut_address(url)
    assert caught.value.code == "MRS-I-030"


def test_list_is_read_in_all_its_ways() -> None:
    data = [
        b'(\\HasChildren) "/" INBOX',
        b'(\\NOSELECT) "/" "a \\"b\\""',
        (b'() "." {9}', b"x.y/z\r\n&-"),
        b"",
        b'(\\NonExistent) NIL "flat/one"',
        b'() "\\\\" "a\\\\b"',
        b"nonsense",
        None,
    ]
    assert [(folder.wire, folder.parts, folder.can_select) for folder in parse_list(data)] == [
        (b"INBOX", ("INBOX",), True),
        (b'a "b"', ('a "b"',), False),
        (b"x.y/z\r\n&-", ("x", "y%2Fz%0D%0A%26-"), True),
        (b"flat/one", ("flat%2Fone",), False),
        (b"a\\b", ("a", "b"), True),
    ]


def test_fetch_is_read_in_all_its_ways() -> None:
    data = [
        b"1 (RFC822.SIZE 3 UID 7)",
        b"2 (FLAGS (\\Seen))",
        (b"3 (UID 8 BODY[]<0> {2}", b"ab"),
        b" RFC822.SIZE 2)",
        b'4 (UID 9 BODY[]<0> "a\\"b")',
        b"5 (UID 10 BODY[] NIL)",
        b"6 (UID 99999999999)",
        None,
    ]
    assert list(parse_fetch(data)) == [
        Fetched(7, 3, None),
        Fetched(8, 2, b"ab"),
        Fetched(9, -1, b'a"b'),
        Fetched(10, -1, b""),
    ]


@given(st.lists(st.one_of(st.none(), st.binary(), st.tuples(st.binary(), st.binary()))))
def test_attack_any_answer_is_read_without_an_error(data: list[bytes | tuple[bytes, bytes] | None]) -> None:
    list(parse_fetch(data))
    list(parse_list(data))


@given(st.binary())
def test_quoted_string_holds_what_it_can(value: bytes) -> None:
    if any(byte in value for byte in b"\0\r\n"):
        with pytest.raises(ValueError, match=r"\A\Z"):
            quote_string(value)
    else:
        assert re.sub(rb"\\(.)", rb"\1", quote_string(value)[1:-1], flags=re.DOTALL) == value
