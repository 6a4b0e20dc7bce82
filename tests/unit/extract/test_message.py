"""Outlook's messages, written here as OLE files byte by byte."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest

from morasanu.errors import InspectError
from morasanu.extract.interface import Extracted, Limits, Member, Piece, Task, Unread
from morasanu.extract.mail.lzfu import decompress_rtf
from morasanu.extract.mail.outlook import EXTRACTORS
from morasanu.extract.recognise import recognise

LINE = "顧客 ①㈱髙﨑 様 ﾔﾏﾀﾞ 090-0000-0000"
_SECTOR, _MINI, _CUTOFF = 512, 64, 4_096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

Tree = dict[str, "bytes | Tree"]


def make_ole(tree: Tree) -> bytes:
    """Return an OLE file of streams (bytes) and storages (dicts): small streams in the mini stream, siblings as a list."""
    entries: list[list[object]] = []
    mini, big = bytearray(), bytearray()
    mini_fat: list[int] = []
    chains: list[tuple[int, int]] = []  # first sector and number of each chain of whole sectors

    def chain(data: bytes) -> int:
        first, count = len(big) // _SECTOR, -(-len(data) // _SECTOR)
        big.extend(data.ljust(count * _SECTOR, b"\0"))
        chains.append((first, count))
        return first

    def add(name: str, node: bytes | Tree) -> int:
        number = len(entries)
        entries.append([name, 1 if isinstance(node, dict) else 2, _FREE, _FREE, _END, 0])
        if isinstance(node, dict):
            children = [add(key, value) for key, value in sorted(node.items())]
            for child, after in zip(children, [*children[1:], _FREE], strict=False):
                entries[child][2] = after
            entries[number][3] = children[0] if children else _FREE
        else:
            start = chain(node) if len(node) >= _CUTOFF else len(mini) // _MINI
            if len(node) < _CUTOFF:
                count = -(-len(node) // _MINI)
                mini_fat.extend([*range(start + 1, start + count), _END] if count else [])
                mini.extend(node.ljust(count * _MINI, b"\0"))
            entries[number][4:] = [start, len(node)]
        return number

    add("Root Entry", tree)
    entries[0][1] = 5
    entries[0][4:] = [chain(bytes(mini)) if mini else _END, len(mini)]
    mini_fat_at = chain(
        struct.pack(f"<{len(mini_fat)}L", *mini_fat).ljust(-(-len(mini_fat) * 4 // _SECTOR) * _SECTOR, b"\xff")
    )
    mini_fat_count = chains[-1][1]
    directory = b"".join(_make_entry(*entry) for entry in entries)  # type: ignore[arg-type]
    directory_at = chain(directory)
    fat_count = 1
    while (len(big) // _SECTOR + fat_count) * 4 > fat_count * _SECTOR:
        fat_count += 1
    fat = [_FREE] * (fat_count * _SECTOR // 4)
    for first, count in chains:
        fat[first : first + count] = [*range(first + 1, first + count), _END] if count else []
    fat_at = len(big) // _SECTOR
    fat[fat_at : fat_at + fat_count] = [_FAT] * fat_count
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9L", 0, fat_count, directory_at, 0, _CUTOFF, mini_fat_at, mini_fat_count, _END, 0)
    head += struct.pack("<109L", *(fat_at + n if n < fat_count else _FREE for n in range(109)))
    return head + bytes(big) + struct.pack(f"<{len(fat)}L", *fat)


def _make_entry(name: str, kind: int, sibling: int, child: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HBB3L", len(raw), kind, 1, _FREE, sibling, child)
    return head + bytes(36) + struct.pack("<LQ", start, size)


def make_properties(head_bytes: int, **numbers: int) -> bytes:
    rows = (struct.pack("<HHLQ", 3, int(tag[1:], 16), 6, value) for tag, value in numbers.items())
    return bytes(head_bytes) + b"".join(rows)


def wide(tag: int, text: str) -> Tree:
    return {f"__substg1.0_{tag:04X}001F": text.encode("utf-16-le")}


def narrow(tag: int, raw: bytes) -> Tree:
    return {f"__substg1.0_{tag:04X}001E": raw}


def binary(tag: int, data: bytes) -> Tree:
    return {f"__substg1.0_{tag:04X}0102": data}


def make_message(head_bytes: int = 32) -> Tree:
    return {
        "__properties_version1.0": make_properties(head_bytes, x0039=133_485_408_000_000_000, x3FDE=932),
        **wide(0x0037, LINE + "𠮷"),
        **wide(0x0C1A, "髙橋"),
        **wide(0x5D01, "takahashi@bank.example"),
        **wide(0x1000, LINE + "𠮷\r\n" + "長い本文\r\n" * 900),
        **binary(0x1013, f"<p>{LINE}</p>".encode("cp932")),
        **wide(0x007D, "Received: from x\r\n\tby y\r\nX-Note: =?utf-8?b?5bGx55Sw?=\r\n"),
        "__recip_version1.0_#00000000": {
            "__properties_version1.0": make_properties(8, x0C15=2),
            **wide(0x3001, "山田"),
            **wide(0x39FE, "yamada@bank.example"),
        },
    }


def read(tree: Tree, limits: Limits | None = None) -> list[Extracted]:
    return read_bytes(make_ole(tree), limits)


def read_bytes(data: bytes, limits: Limits | None = None) -> list[Extracted]:
    pytest.importorskip("olefile")
    assert not EXTRACTORS[0].missing()
    return list(EXTRACTORS[0].extract(BytesIO(data), Task("x.msg", (), limits or Limits())))


def texts(found: list[Extracted]) -> dict[str, str]:
    return {out.part: out.text for out in found if isinstance(out, Piece)}


def members(found: list[Extracted]) -> dict[str, bytes]:
    return {out.part: out.data for out in found if isinstance(out, Member)}


def told(found: list[Extracted]) -> list[tuple[str, str]]:
    return [(out.part, out.code) for out in found if isinstance(out, Unread)]


def test_message_is_recognised() -> None:
    assert recognise(BytesIO(make_ole(make_message())), "x") == "msg"


def test_message_gives_headers_and_bodies() -> None:
    found = read(make_message())
    shown = texts(found)
    assert shown["headers"].splitlines() == [
        f"Subject: {LINE}𠮷",
        "From: 髙橋 / takahashi@bank.example",
        "Cc: 山田 / yamada@bank.example",
        "Date: 2024-01-01T00:00:00+00:00",
    ]
    assert shown["transport headers"] == "Received: from x by y\nX-Note: 山田\n"
    assert shown["body"].startswith(LINE + "𠮷\n")
    assert shown["body"].count("長い本文") == 900
    assert members(found)["body.html"].decode() == f"<p>{LINE}</p>"
    assert not told(found)


def test_texts_in_eight_bits_are_read_in_the_code_page() -> None:
    tree: Tree = {
        "__properties_version1.0": make_properties(32, x3FFD=932),
        **narrow(0x0037, LINE.encode("cp932")),
        **narrow(0x1000, LINE.encode("cp932")),
    }
    shown = texts(read(tree))
    assert (shown["headers"], shown["body"]) == (f"Subject: {LINE}\n", LINE)


def test_attachments_come_out_under_their_long_names() -> None:
    tree = make_message() | {
        "__attach_version1.0_#00000000": {
            "__properties_version1.0": make_properties(8),
            **wide(0x3704, "MEIBO~1.CSV"),
            **wide(0x3707, "①名簿.csv"),
            **binary(0x3701, b"a,b\n" * 2_000),
        }
    }
    assert members(read(tree))["attachment 1 ①名簿.csv"] == b"a,b\n" * 2_000


def test_message_inside_is_read_and_its_attachments_too() -> None:
    inner = make_message(24) | {
        "__attach_version1.0_#00000000": {**wide(0x3707, "deep.txt"), **binary(0x3701, b"deep")}
    }
    tree = make_message() | {
        "__attach_version1.0_#00000000": {**wide(0x3001, "転送"), "__substg1.0_3701000D": inner},
    }
    found = read(tree)
    assert texts(found)["attachment 1 転送: body"].startswith(LINE)
    assert members(found)["attachment 1 転送: attachment 1 deep.txt"] == b"deep"
    assert ("attachment 1 転送", "MRS-X-022") in told(read(tree, Limits(depth=1)))


def test_object_inside_gives_its_streams() -> None:
    tree = make_message() | {
        "__attach_version1.0_#00000000": {**wide(0x3001, "図.doc"), "__substg1.0_3701000D": {"CONTENTS": b"object"}},
    }
    assert members(read(tree))["attachment 1 図.doc: CONTENTS"] == b"object"


def test_contact_gives_what_it_holds() -> None:
    tree = make_message() | wide(0x3A1C, "090-0000-0000") | wide(0x8005, "東京都千代田区")
    assert texts(read(tree))["properties"] == "090-0000-0000\n東京都千代田区\n"


def test_rich_body_is_decompressed() -> None:
    raw = b"{\\rtf1 plain}"
    stored = struct.pack("<2L4sL", len(raw) + 12, len(raw), b"MELA", 0) + raw
    assert members(read(make_message() | binary(0x1009, stored)))["body.rtf"] == raw


def test_rich_body_that_is_cut_keeps_its_beginning_and_is_told() -> None:
    stored = struct.pack("<2L4sL", 40, 100, b"LZFu", 0) + b"\0{\\rtf1 x\0more"
    found = read(make_message() | binary(0x1009, stored))
    assert members(found)["body.rtf"] == b"{\\rtf1 xmore"
    assert told(found) == [("body.rtf", "MRS-X-021")]


def test_reference_that_runs_into_itself_repeats() -> None:
    # a literal "ab" at 207, then eight bytes from 207 on, then the end mark
    tokens = bytes((0b1100,)) + b"ab" + struct.pack(">H", 207 << 4 | 6) + struct.pack(">H", 217 << 4)
    data = struct.pack("<2L4sL", len(tokens) + 12, 10, b"LZFu", 0) + tokens
    assert decompress_rtf(data) == (b"ababababab", True)


@pytest.mark.parametrize("tenth", range(10))
def test_message_cut_at_every_tenth_is_refused(tenth: int) -> None:
    data = make_ole(make_message())
    with pytest.raises(InspectError, match="MRS-X-021"):
        read_bytes(data[: len(data) * tenth // 10])


def test_texts_of_any_property_come_once() -> None:
    tree = make_message()
    tree |= wide(0x0070, LINE + "𠮷") | wide(0x3FFA, "最後に直した 髙﨑") | wide(0x001A, "IPM.Note")
    tree |= {"__substg1.0_8005101F": bytes(4), "__substg1.0_8005101F-00000000": "分類 山田".encode("utf-16-le")}
    tree |= binary(0x0FF9, bytes(range(256))) | binary(0x8216, b"\x01\x02\x03" + "例外の回 山田様".encode("utf-16-le"))
    tree["__nameid_version1.0"] = {"__substg1.0_00040102": b"\x0a\0\0\0" + "担当者の名前".encode("utf-16-le")}
    assert texts(read(tree))["properties"] == "最後に直した 髙﨑\n分類 山田\n例外の回 山田様\n担当者の名前\n"


def test_texts_of_recipients_and_attachments_come() -> None:
    tree = make_message()
    recipient = tree["__recip_version1.0_#00000000"]
    assert isinstance(recipient, dict)
    recipient |= wide(0x3A08, "090-0000-0000")
    tree["__attach_version1.0_#00000000"] = (
        wide(0x3707, "a.txt") | wide(0x370D, "C:\\髙﨑\\a.txt") | binary(0x3701, b"x")
    )
    found = texts(read(tree))
    assert " / 090-0000-0000\n" in found["headers"]
    assert found["attachment 1 a.txt: properties"] == "C:\\髙﨑\\a.txt\n"
