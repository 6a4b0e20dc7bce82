"""Documents made byte by byte for the tests of extractors, and how an extractor's answer is collected."""

from __future__ import annotations

import shutil
import struct
import subprocess
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import pytest

from morasanu.errors import InspectError
from morasanu.extract.interface import Member, Picture, Piece, Task, Unread

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from morasanu.extract.interface import Extractor

MARKERS = (
    "山田太郎 ①㈱髙﨑𠮷野",
    "ﾔﾏﾀﾞ ﾀﾛｳ 様 03-1234-5678",
    "〒504-1791 岐阜県各務原市",
    "plain ascii, “quoted”",
)
_SECTOR = 512


def convert_by_office(folder: Path, name: str, source: bytes, target: str, *options: str) -> bytes:
    """Return `source` as LibreOffice writes it in the format `target`; the test is skipped where it is not installed."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    (folder / name).write_bytes(source)
    home = f"-env:UserInstallation=file://{folder}/home"
    command = [
        "soffice",
        home,
        "--headless",
        *options,
        "--convert-to",
        target,
        "--outdir",
        str(folder),
        str(folder / name),
    ]
    made = folder / name.replace(name.rsplit(".", maxsplit=1)[-1], target.split(":", maxsplit=1)[0])
    subprocess.run(command, check=False, capture_output=True, timeout=120)
    if not made.exists():
        pytest.fail("LibreOffice wrote nothing")
    return made.read_bytes()


class Answer(NamedTuple):
    """What an extractor gave: pieces by part, members, what was unread, the error's code that ended it, drawn pictures by part."""

    pieces: dict[str, str]
    members: list[Member]
    unread: list[Unread]
    error: str
    pictures: dict[str, bytes]

    @property
    def text(self) -> str:
        return "".join(self.pieces.values())

    @property
    def is_complete(self) -> bool:
        return not self.unread and not self.error and not self.pictures


def collect(extractor: Extractor, data: bytes, task: Task | None = None) -> Answer:
    """Return everything `extractor` says of `data`; only an InspectError may end it early."""
    answer = Answer({}, [], [], "", {})
    try:
        for out in extractor.extract(BytesIO(data), task or Task("x")):
            if isinstance(out, Piece):
                assert out.text.endswith("\n"), "lines end in a line feed"
                assert out.part not in answer.pieces, "a part comes once"
                answer.pieces[out.part] = out.text
            elif isinstance(out, Member):
                answer.members.append(out)
            elif isinstance(out, Picture):
                answer.pictures[out.part] = out.draw()
            else:
                answer.unread.append(out)
    except InspectError as error:
        return answer._replace(error=error.code)
    return answer


def write_compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file (OLE) with `streams` by path; each is padded to 4,096 bytes, so that no small sectors are needed."""
    sectors: list[bytes] = []
    chains: list[list[int]] = []

    def add(data: bytes) -> int:
        data = data.ljust(-(-len(data) // _SECTOR) * _SECTOR, b"\0")
        chains.append(list(range(len(sectors), len(sectors) + len(data) // _SECTOR)))
        sectors.extend(data[at : at + _SECTOR] for at in range(0, len(data), _SECTOR))
        return chains[-1][0]

    entries: list[tuple[str, int, int, int]] = [("Root Entry", 5, 0xFFFFFFFE, 0)]
    parents = {"": 0}
    children: dict[int, list[int]] = {0: []}
    for path, raw in streams.items():
        *folders, name = path.split("/")
        above = ""
        for folder in folders:
            inside = f"{above}/{folder}"
            if inside not in parents:
                parents[inside] = len(entries)
                children[parents[above]].append(len(entries))
                children[len(entries)] = []
                entries.append((folder, 1, 0, 0))
            above = inside
        data = raw.ljust(4_096, b"\0")
        children[parents[above]].append(len(entries))
        entries.append((name, 2, add(data), len(data)))
    directory = add(b"".join(_write_entry(entries[n], n, children) for n in range(len(entries))))
    count = 1
    while count * 128 < len(sectors) + count:
        count += 1
    fat = [0xFFFFFFFF] * (count * 128)
    for chain in chains:
        for here, following in zip(chain, [*chain[1:], 0xFFFFFFFE], strict=True):
            fat[here] = following
    table = list(range(len(sectors), len(sectors) + count))
    for sector in table:
        fat[sector] = 0xFFFFFFFD
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, count, directory, 0, 4_096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *(table + [0xFFFFFFFF] * (109 - count)))
    return head + b"".join(sectors) + struct.pack(f"<{len(fat)}I", *fat)


def _write_entry(entry: tuple[str, int, int, int], number: int, children: dict[int, list[int]]) -> bytes:
    name, kind, start, size = entry
    siblings = next((listed for listed in children.values() if number in listed), [number])
    right = (siblings[siblings.index(number) + 1 :] or [0xFFFFFFFF])[0]
    child = (children.get(number) or [0xFFFFFFFF])[0]
    raw = name.encode("utf-16-le") + b"\0\0"
    return raw.ljust(64, b"\0") + struct.pack(
        "<HBBIII16xI16xIQ", len(raw), kind, 1, 0xFFFFFFFF, right, child, 0, start, size
    )


def write_word(
    pieces: Sequence[tuple[bytes, int]], sizes: Sequence[int] = (), flags: int = 0x0200, **more: bytes
) -> bytes:
    """Return a Word 97 file of text `pieces` (bytes, width of a character); `sizes` are those of its parts from the body on."""
    text_at = 0x800
    places, table, text = [0], b"", b""
    for data, width in pieces:
        at = text_at + len(text)
        table += struct.pack("<HIH", 0, at if width == 2 else at * 2 | 0x40000000, 0)
        places.append(places[-1] + len(data) // width)
        text += data + bytes(len(data) % 2)
    plc = struct.pack(f"<{len(places)}I", *places) + table
    clx = b"\x01\x02\x00ab" + b"\x02" + struct.pack("<I", len(plc)) + plc
    stream = bytearray(text_at)
    struct.pack_into("<HHHHHH", stream, 0, 0xA5EC, 0xC1, 0, 0x411, 0, flags)
    struct.pack_into("<8i", stream, 0x4C, *(list(sizes or places[-1:]) + [0] * 8)[:8])
    struct.pack_into("<II", stream, 0x1A2, 0, len(clx))
    return write_compound({"WordDocument": bytes(stream) + text, "1Table": clx, **more})


def write_record(
    kind: int, body: bytes, instance: int = 0, *, is_container: bool = False, claims: int | None = None
) -> bytes:
    """Return a record of a PowerPoint stream; `claims` is a length other than the true one."""
    size = len(body) if claims is None else claims
    return struct.pack("<HHI", instance << 4 | (15 if is_container else 0), kind, size) + body


def write_slides(stream: bytes, **more: bytes) -> bytes:
    """Return a PowerPoint 97 file with the records `stream`."""
    return write_compound({"PowerPoint Document": stream, "Current User": bytes(32), **more})


def write_pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of `objects` (number 1 is the catalogue) with a true cross-reference table."""
    out = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


def write_stream(data: bytes, entries: bytes = b"") -> bytes:
    """Return the body of a PDF stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)
