"""Old Excel, record by record: the versions before 97, readings, encryption opened in the child."""

from __future__ import annotations

import struct
from hashlib import md5
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("olefile", reason="the extra `office` is not installed")

from tests.unit.extract.made import collect, write_compound

from morasanu.extract.interface import Piece
from morasanu.extract.office.xls import XlsExtractor
from morasanu.extract.recognise import recognise
from morasanu.extract.sandbox import Sandbox, SandboxOptions

if TYPE_CHECKING:
    from pathlib import Path

READER = XlsExtractor()
NAME = "能勢 佳代".encode("cp932")
CODE_PAGE = (0x42, struct.pack("<H", 932))
END = (0x0A, b"")
LOCKED, PLAIN = 0x2F, frozenset((0x809, 0x2F))


def records(*given: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in given)


def measured(data: bytes, width: str) -> bytes:
    return struct.pack(width, len(data)) + data


def test_excel_2_and_3_and_4_are_read_in_their_code_page() -> None:
    place = struct.pack("<HH", 0, 1)
    second = records((0x09, bytes(4)), CODE_PAGE, (0x04, place + bytes(3) + measured(NAME, "<B")), END)
    third = records((0x209, bytes(6)), CODE_PAGE, (0x204, place + bytes(2) + measured(NAME, "<H")), END)
    fourth = records(
        (0x409, bytes(6)),
        CODE_PAGE,
        (0x406, place + bytes(2) + bytes(6) + b"\xff\xff" + bytes(8)),
        (0x207, measured(NAME, "<H")),
        END,
    )
    for stream in (second, third, fourth):
        assert recognise(BytesIO(stream), "a") == "xls"
        assert collect(READER, stream).pieces == {"Sheet1!B1:B1": "能勢 佳代\n"}


def test_excel_95_gives_cells_dates_comments_and_margins() -> None:
    place = struct.pack("<HHH", 0, 0, 0)
    sheet = records(
        (0x809, struct.pack("<HH4x", 0x500, 0x10)),
        (0x14, measured("&C社外秘".encode("cp932"), "<B")),
        (0x204, place + measured(NAME, "<H")),
        (0x203, struct.pack("<HHHd", 0, 1, 1, 31138.0)),
        (0x27E, struct.pack("<HHHI", 0, 2, 0, 12345 << 2 | 2)),
        (0x1C, struct.pack("<HHH", 0, 0, 4) + "至急".encode("cp932")),
        END,
    )

    def book(at: int) -> bytes:
        return records(
            (0x809, struct.pack("<HH4x", 0x500, 5)), CODE_PAGE, (0x41E, struct.pack("<H", 164) + measured(b"yyyy/m/d", "<B")),
            (0xE0, struct.pack("<HH", 0, 0)), (0xE0, struct.pack("<HH", 0, 164)),
            (0x85, struct.pack("<IH", at, 0) + measured("名簿".encode("cp932"), "<B")), END,
        )  # fmt: skip

    answer = collect(READER, write_compound({"Book": book(len(book(0))) + sheet}))
    assert answer.pieces == {
        "名簿!A1:C1": "能勢 佳代\t1985/4/1\t12345\n",
        "名簿 header": "社外秘\n",
        "名簿 comment": "至急\n",
        "sheet names": "名簿\n",
    }
    assert answer.is_complete


def workbook(sheet: bytes) -> bytes:
    text = "能勢".encode("utf-16-le")
    reading = "ノセ".encode("utf-16-le")
    extra = struct.pack("<HHIHHH", 1, 10 + len(reading), 0, 1, 2, 2) + reading + bytes(6)
    strings = struct.pack("<IIHBI", 1, 1, 2, 5, len(extra)) + text + extra
    return records((0x809, struct.pack("<HH12x", 0x600, 5)), (0xFC, strings), END) + sheet


SHEET = records((0x809, struct.pack("<HH12x", 0x600, 0x10)), (0xFD, struct.pack("<HHHI", 0, 0, 0, 0)), END)


def test_reading_of_a_name_stands_beside_the_cells() -> None:
    answer = collect(READER, write_compound({"Workbook": workbook(SHEET)}))
    assert answer.pieces == {"!A1:A1": "能勢\n", "ruby": "ノセ\n"}


def rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 0xFF
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) & 0xFF
        j = (j + box[i]) & 0xFF
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) & 0xFF])
    return bytes(out)


def lock(stream: bytes, password: str) -> bytes:
    """Return the workbook encrypted with RC4 of 40 bits ([MS-OFFCRYPTO] 2.3.6, [MS-XLS] 2.2.10)."""
    salt, verifier = bytes(range(16)), bytes(range(50, 66))
    begin = md5(password.encode("utf-16-le")).digest()[:5]
    start = md5((begin + salt) * 16).digest()[:5]

    def key(block: int) -> bytes:
        return md5(start + struct.pack("<I", block)).digest()

    checked = rc4(key(0), verifier + md5(verifier).digest())
    first = 4 + 16
    locked = stream[:first] + records((LOCKED, struct.pack("<HHH", 1, 1, 1) + salt + checked)) + stream[first:]
    mask = b"".join(rc4(key(block), bytes(1_024)) for block in range(len(locked) // 1_024 + 1))
    out, at = bytearray(locked), 0
    while at + 4 <= len(locked):
        kind, size = struct.unpack_from("<HH", locked, at)
        if kind not in PLAIN:
            for place in range(at + 4, at + 4 + size):
                out[place] ^= mask[place]
        at += 4 + size
    return bytes(out)


def test_encrypted_workbook_is_opened_by_the_child_that_may_write_no_file(tmp_path: Path) -> None:
    pytest.importorskip("msoffcrypto", reason="the extra `office` is not installed")
    path = tmp_path / "a.xls"
    stream = workbook(SHEET)
    filled = stream + records(
        (0x99, bytes(4_096 - len(stream) - 4 - 58))
    )  # the library reads a last bit of a record as damage
    path.write_bytes(write_compound({"Workbook": lock(filled, "himitsu-1")}))
    with Sandbox(SandboxOptions(passwords=("wrong", "himitsu-1"))) as sandbox, path.open("rb") as file:
        assert list(sandbox.read(file, path.name)) == [Piece("!A1:A1", "能勢\n"), Piece("ruby", "ノセ\n")]


def wide(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack("<HB", len(data) // 2, 1) + data


def test_words_beside_the_cells_of_excel_97_are_read() -> None:
    mark = "㈱髙𠮷"
    literal = b"\x17" + wide(mark)[:1] + wide(mark)[2:]
    data = records(
        (0x809, struct.pack("<HH12x", 0x600, 5)),
        (0x5C, wide(mark + "保存") + b" " * 9),
        (0x18, bytes(3) + b"\x01" + bytes(10) + b"\0n" + literal),
        (0x5A, bytes(4) + b"\x01" + bytes(8) + b"\x02" + wide(mark + "写し")),
        (0x1BE, bytes(4) + wide("題") + wide("誤") + wide(mark + "入力") + wide("誤り") + bytes(4) + literal),
        (0x1B1, bytes(12) + literal),
        (0x06, bytes(22) + literal),
        (0x100D, bytes(2) + wide(mark + "図")[:1] + wide(mark + "図")[2:]),
        END,
    )
    assert collect(READER, write_compound({"Workbook": data})).pieces == {
        "author": f"{mark}保存\n",
        "defined name": f"n\n{mark}\n",
        "copies of other workbooks": f"{mark}写し\n",
        "validation": f"題\n誤\n{mark}入力\n誤り\n{mark}\n",
        "conditional format": f"{mark}\n",
        "formula": f"{mark}\n",
        "!A1:A1": "0\n",
        "chart": f"{mark}図\n",
    }


def test_properties_that_people_have_named_are_read() -> None:
    text = "㈱髙橋".encode("utf-16-le") + bytes(2)
    section = struct.pack("<IIII", 24 + len(text), 1, 2, 16) + struct.pack("<II", 31, len(text) // 2) + text
    head = b"\xfe\xff\0\0" + bytes(20) + struct.pack("<I", 2)
    data = (
        head
        + bytes(16)
        + struct.pack("<I", 68)
        + bytes(16)
        + struct.pack("<I", 76)
        + struct.pack("<II", 8, 0)
        + section
    )
    pieces = collect(
        READER,
        write_compound(
            {"Workbook": records((0x809, struct.pack("<HH12x", 0x600, 5)), END), "\x05DocumentSummaryInformation": data}
        ),
    ).pieces
    assert pieces["info"] == "custom\t㈱髙橋\n"
