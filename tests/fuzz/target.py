"""What is fuzzed: every parser of our own by name, with what must hold and what to start from."""

from __future__ import annotations

import json
import struct
import zlib
from functools import cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.fuzz import seed
from tests.fuzz.check import check_extractor, check_findings, check_fold, check_view, check_walk
from tests.unit.extract.made import write_compound
from tests.unit.extract.packed import make_zip

from morasanu.cli.detect import _answer
from morasanu.cli.language import Speaker
from morasanu.detect.load import load_engine
from morasanu.detect.spec import parse_specs
from morasanu.errors import RuleError
from morasanu.extract.archive.foreign import ForeignExtractor
from morasanu.extract.archive.sevenzip import SevenZipExtractor
from morasanu.extract.archive.stream import StreamExtractor, TarExtractor
from morasanu.extract.archive.unzip import ZipExtractor
from morasanu.extract.frame import FrameError, unpack
from morasanu.extract.legacy.document import LegacyExtractor
from morasanu.extract.legacy.rtf import RtfExtractor
from morasanu.extract.legacy.string_table import list_strings
from morasanu.extract.mail.body import decode_base64, join_flowing, list_uuencoded
from morasanu.extract.mail.card import CardExtractor
from morasanu.extract.mail.header import decode_declared, decode_header, read_parameter
from morasanu.extract.mail.internet import EmlExtractor, MboxExtractor
from morasanu.extract.mail.lzfu import decompress_rtf
from morasanu.extract.mail.outlook import MsgExtractor
from morasanu.extract.office.cell import format_number, number_to_text, unescape
from morasanu.extract.office.flat import FlatExtractor
from morasanu.extract.office.mashup import read_mashup
from morasanu.extract.office.odf import OdfExtractor
from morasanu.extract.office.sheet import SheetExtractor
from morasanu.extract.office.word import SlideExtractor, WordExtractor
from morasanu.extract.office.xls import XlsExtractor
from morasanu.extract.office.xlsb import XlsbExtractor, list_wide
from morasanu.extract.page.image import ImageExtractor
from morasanu.extract.page.objects import list_states, read_around, read_objects
from morasanu.extract.page.pdf import PdfExtractor
from morasanu.extract.recognise import recognise
from morasanu.extract.registry import load_extractors
from morasanu.extract.sandbox import _to_value
from morasanu.extract.table import DbfExtractor, SqliteExtractor
from morasanu.scan.block import BlockCutter
from morasanu.text.charset import StreamDecoder, decode_bytes
from morasanu.text.jis import decode_euc, decode_iso2022
from morasanu.text.view import view_html, view_plain, view_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from morasanu.detect.interface import Detector
    from morasanu.extract.interface import Extractor

UNPACKED: Final = 100_000
"""Growth allowed to what unpacks."""
_EXTRACTORS: Final[dict[str, Extractor]] = {
    "docx": WordExtractor(), "pptx": SlideExtractor(), "xlsx": SheetExtractor(), "odt": OdfExtractor(), "ods": OdfExtractor(),
    "xlsb": XlsbExtractor(),
}  # fmt: skip
# as Windows reads the six signs that Unicode has twice
_VENDOR: Final = str.maketrans("〜‖−¢£¬", "～∥－￠￡￢")


class Target(NamedTuple):
    """A parser: what is called with each input, what to start from, and which extra it needs (`""` for none)."""

    run: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    missing: Callable[[], str] = lambda: ""


def _decode(data: bytes) -> str:
    """Return any text there is, halves of characters too."""
    if data[:1] == b"\xff":
        return data[1:][: (len(data) - 1) & ~1].decode("utf-16-le", "surrogatepass")
    return data.decode("utf-8", "replace")


def _run_charset(data: bytes) -> None:
    whole = decode_bytes(data)
    if whole is not None:
        whole.text.encode()
        assert whole.unreadable <= max(len(whole.text), 1)
    decoder = StreamDecoder()
    step = 1 + (data[-1] if data else 0)
    text = "".join(decoder.feed(data[at : at + step]) for at in range(0, len(data), step))
    text += decoder.feed(b"", is_last=True)
    text.encode()
    assert decoder.unreadable <= max(len(text), 1)
    if data.startswith((b"\xef\xbb\xbf", b"\xfe\xff")) and step > 3:  # the mark says it all
        try:
            known = data.decode("utf-16" if data[0] == 0xFE else "utf-8-sig")
        except UnicodeDecodeError:
            return
        assert whole is not None
        assert text == whole.text == known


def _run_jis(data: bytes) -> None:
    for mode in ("ascii", "kanji", "third", "kana", "roman"):
        text, _ = decode_iso2022(data, mode)
        assert len(text) <= len(data)
    text = decode_euc(data)
    assert len(text) <= len(data)
    try:
        known = data.decode("euc_jp").translate(_VENDOR)
    except UnicodeDecodeError:
        return
    assert text == known, "Python reads it otherwise"


def _run_view(data: bytes) -> None:
    text = _decode(data)
    for make in (view_plain, view_xml, view_html):
        check_view(text, make(text))


@cache
def _engine() -> Detector:
    return load_engine()


def _run_detect(data: bytes) -> None:
    header, cut, text = _decode(data).rpartition("\x1e")
    check_findings(text, _engine().detect(text, header if cut else ""))


def _run_jsonl(data: bytes) -> None:
    answer: dict[str, Any] = _answer(data, _engine(), Speaker("en"))
    json.dumps(answer)
    if "error" not in answer:
        size = len(json.loads(data)["text"])
        assert all(0 <= span["start"] < span["end"] <= size for span in answer["spans"])


def _run_spec(data: bytes) -> None:
    try:
        parse_specs(_decode(data), "a.yaml")
    except RuleError:
        return


def _run_block(data: bytes) -> None:
    text = _decode(data)
    cutter = BlockCutter()
    half = len(text) // 2
    blocks = [*cutter.feed(text[:half]), *cutter.feed(text[half:]), *cutter.finish()]
    assert "".join(block.text for block in blocks) == text
    for block in blocks:
        assert block.text
        assert text.startswith(block.text, block.offset)
        assert block.line == 1 + text.count("\n", 0, block.offset)


def _run_frame(data: bytes) -> None:
    file = BytesIO(data)
    try:
        while (message := unpack(file.read)) is not None:
            _to_value(message)
    except FrameError:
        return


def _run_header(data: bytes) -> None:
    charset, _, rest = data.partition(b"\0")
    decode_declared(rest, charset.decode("latin-1")).text.encode()
    for text in (data.decode("ascii", "surrogateescape"), data.decode("utf-8", "replace")):
        decode_header(text).encode()
        read_parameter(text, "filename", "name").encode()


def _run_lzfu(data: bytes) -> None:
    try:
        raw, _ = decompress_rtf(data)
    except ValueError:
        return
    assert len(raw) <= 9 * len(data)


def _run_cell(data: bytes) -> None:
    raw, _, code = _decode(data).partition("\n")
    unescape(raw)
    number_to_text(raw)
    for from_1904 in (False, True):
        assert len(format_number(raw, code, from_1904=from_1904)) <= len(raw) + len(code) + 400


_NAMES: Final = (
    "",
    "a.zip",
    "a.docx",
    "a.xlsm",
    "a.eml",
    "a.lzma",
    "a.mbox",
    "a.dbf",
    "a.jtd",
    "a.doc",
    "a.html",
    "a.parquet",
    "a.xml",
)


@cache
def _readers() -> dict[str, Extractor]:
    return load_extractors()


def _run_recognise(data: bytes) -> None:
    file = BytesIO(data[1:])
    form = recognise(file, _NAMES[data[0] % len(_NAMES)] if data else "")
    assert file.tell() == 0
    assert not form or form in _readers()


def _run_walk(data: bytes) -> None:
    check_walk(data[1:], _NAMES[data[0] % len(_NAMES)] if data else "", _readers())


def _run_tar(data: bytes) -> None:
    """Read `data` with the checksums of its headers mended: else hardly one that was changed would be looked at."""
    mended = bytearray(data)
    for at in range(0, len(mended) - 511, 512):
        if mended[at + 257 : at + 262] == b"ustar":
            mended[at + 148 : at + 156] = b" " * 8
            mended[at + 148 : at + 155] = b"%06o\0" % sum(mended[at : at + 512])
    check_extractor(TarExtractor(), bytes(mended), growth=UNPACKED)


def _run_7z(data: bytes) -> None:
    """Read `data` with the checksums of its two headers mended."""
    mended = bytearray(data)
    if len(mended) >= 32:
        offset, size = struct.unpack_from("<2Q", mended, 12)
        struct.pack_into("<L", mended, 28, zlib.crc32(mended[32 + offset : 32 + offset + size]))
        struct.pack_into("<L", mended, 8, zlib.crc32(mended[12:32]))
    check_extractor(SevenZipExtractor(), bytes(mended), growth=UNPACKED)


def _run_objects(data: bytes) -> None:
    for out in (*read_objects(data, set(), 1_000), *read_around(data)):
        assert len(out[1]) <= UNPACKED + 4 * len(data)
    assert all(0 < end <= len(data) for end in list_states(data))


def _run_body(data: bytes) -> None:
    assert len(decode_base64(data)) <= len(data) + 1
    assert sum(len(file) for _, file in list_uuencoded(data)) <= 2 * len(data)
    assert len(join_flowing(_decode(data), "flowed; delsp=yes")) <= len(data)


def _run_wide(data: bytes) -> None:
    assert sum(map(len, list_strings(data))) <= len(data)
    assert sum(map(len, list_wide(data))) <= len(data)
    assert sum(len(member.data) for member in read_mashup(data, "")) <= len(data)


def _run_package(form: str, data: bytes) -> None:
    """Read the parts that `data` holds, as a package of `form`; each stored, so that what is changed there stays readable."""
    parts = dict(zip(seed.DOCUMENTS[form], data.split(seed.CUT), strict=False))
    check_extractor(_EXTRACTORS[form], make_zip(parts, 0))


def _run_streams(names: Sequence[str], extractor: Extractor, data: bytes) -> None:
    check_extractor(extractor, write_compound(dict(zip(names, data.split(seed.CUT), strict=False))))


def _named(files: dict[str, bytes]) -> list[bytes]:
    """Return `files` behind a byte that chooses their name."""
    chosen = {ending: number for number, name in enumerate(_NAMES) for ending in (name.rpartition(".")[2],)}
    return [bytes((chosen.get(ending.rpartition(".")[2], 0),)) + data for ending, data in files.items()]


def _all_files() -> dict[str, bytes]:
    packages = {
        form: make_zip({n: c.encode() if isinstance(c, str) else c for n, c in parts.items()})
        for form, parts in seed.DOCUMENTS.items()
    }
    texts = {f"{number}.txt": text for number, text in enumerate(seed.make_texts())}
    rest = {
        "rtf": seed.make_rtf(),
        "pdf": seed.make_pdf(),
        "msg": seed.make_msg(),
        "eml": seed.make_mails()[0],
        "dbf": seed.make_table(),
    }
    nested = {"zip": make_zip({"a.zip": make_zip(seed.FILES), "a.docx": packages["docx"]})}
    return (
        packages
        | seed.make_archives()
        | seed.make_legacy()
        | texts
        | seed.PICTURES
        | rest
        | nested
        | {"html": b"<p>&#x5C71;<td>a</td>"}
    )


def _archives(*endings: str) -> list[bytes]:
    return [data for name, data in seed.make_archives().items() if name.rpartition(".")[2] in endings]


def _file(extractor: Extractor, seeds: Callable[[], Sequence[bytes]], growth: int = 300) -> Target:
    return Target(partial(check_extractor, extractor, growth=growth), seeds, extractor.missing)


def _streams(names: Sequence[str], extractor: Extractor, make: Callable[[], bytes]) -> Target:
    return Target(partial(_run_streams, names, extractor), lambda: [make()], extractor.missing)


_LEGACY: Final = LegacyExtractor()
TARGETS: Final[dict[str, Target]] = {
    "charset": Target(_run_charset, seed.make_texts),
    "jis": Target(_run_jis, seed.make_texts),
    "fold": Target(lambda data: check_fold(_decode(data)), lambda: [seed.TEXT.encode(), "ﾀﾞｲｽｹ髙\u200b橋\r\nか\u3099ー\r".encode()]),
    "view": Target(_run_view, lambda: [b'<td title="a" data-b=\'c\'>&#x5C71;&amp;</td><!-- --><style>x</style><b>\\u5c71\\ud83d\\ude00', seed.ESCAPES]),
    "detect": Target(_run_detect, lambda: [seed.TEXT.encode(), ("氏名,電話\x1e" + seed.TEXT).encode(), *seed.make_texts()[:1]]),
    "jsonl": Target(_run_jsonl, seed.make_lines),
    "spec": Target(_run_spec, lambda: [seed.SPEC.encode()]),
    "block": Target(_run_block, lambda: [seed.TEXT.encode() * 40, b"INSERT INTO t (a, b) VALUES\n(1, 2),\n" * 600]),
    "frame": Target(_run_frame, seed.make_frames),
    "recognise": Target(_run_recognise, lambda: _named(_all_files())),
    "walk": Target(_run_walk, lambda: _named(_all_files())),
    "zip": _file(ZipExtractor(), lambda: _archives("zip"), UNPACKED),
    "tar": Target(_run_tar, lambda: _archives("tar")),
    "stream": _file(StreamExtractor(), lambda: _archives("gz", "bz2", "xz", "lzma"), UNPACKED),
    "7z": Target(_run_7z, lambda: _archives("7z"), SevenZipExtractor().missing),
    "foreign": _file(ForeignExtractor(), lambda: _archives("lzh", "cab"), UNPACKED),
    "eml": _file(EmlExtractor(), seed.make_mails),
    "mbox": _file(MboxExtractor(), lambda: [b"From a Thu Jan  1 00:00:00 2026\n".join((b"", *seed.make_mails(), b">From x\n"))]),
    "header": Target(_run_header, lambda: [b"utf-8\0" + text for text in seed.make_texts()] + [m.partition(b"\r\n\r\n")[0] for m in seed.make_mails()]),
    "msg": _file(MsgExtractor(), lambda: [seed.make_msg()]),
    "message": _streams(seed.MESSAGE, MsgExtractor(), seed.make_message_streams),
    "lzfu": Target(_run_lzfu, lambda: [b"\x13\0\0\0\7\0\0\0LZFu\0\0\0\0\x08abc\x0c\xe1\0\0\0\0", b"\x11\0\0\0\5\0\0\0MELA\0\0\0\0{abc}"]),
    "docx": Target(partial(_run_package, "docx"), lambda: [seed.join(seed.DOCUMENTS["docx"])]),
    "pptx": Target(partial(_run_package, "pptx"), lambda: [seed.join(seed.DOCUMENTS["pptx"])]),
    "xlsx": Target(partial(_run_package, "xlsx"), lambda: [seed.join(seed.DOCUMENTS["xlsx"])]),
    "xlsb": Target(partial(_run_package, "xlsb"), lambda: [seed.join(seed.DOCUMENTS["xlsb"])]),
    "odt": Target(partial(_run_package, "odt"), lambda: [seed.join(seed.DOCUMENTS["odt"])]),
    "ods": Target(partial(_run_package, "ods"), lambda: [seed.join(seed.DOCUMENTS["ods"])]),
    "package": _file(WordExtractor(), lambda: _archives("zip"), UNPACKED),
    "biff": _streams(("Workbook", "\x05SummaryInformation"), XlsExtractor(), seed.make_biff),
    "cell": Target(_run_cell, lambda: ['31138.5\n[$-411]ggge"年"m"月"d"日" aaa h:mm'.encode(), b"1500001\n[<=999]000;[<=9999]000-00;000-0000", b"a_x000D_b"]),
    "word": _streams(seed.WORD, _LEGACY, seed.make_word),
    "slides": _streams(seed.SLIDES, _LEGACY, seed.make_slides),
    "compound": _file(_LEGACY, lambda: list(seed.make_legacy().values())),
    "rtf": _file(RtfExtractor(), lambda: [seed.make_rtf()]),
    "card": _file(CardExtractor(), seed.make_cards),
    "body": Target(_run_body, lambda: [b"begin 644 a\n%:&5L;&\\\n`\nend\n", b"aGVsbG8=\n__\nYWJjZGVmZ2hpamtsbW5v\n", "東京都千 \n代田区\n".encode()]),
    "flat-odf": _file(FlatExtractor("flat-odf"), lambda: [seed.FLAT]),
    "flat-word": _file(FlatExtractor("flat-word"), lambda: [seed.FLAT.replace(b"binary-data", b"binData")]),
    "wide": Target(_run_wide, lambda: [b"\xff\xff\1\0\0\0\2\0qp0u", b"\2\0\0\0qp0u\x17\2\0qp0u", seed.FLAT]),
    "objects": Target(_run_objects, lambda: [seed.make_pdf()]),
    "image": _file(ImageExtractor(), lambda: list(seed.PICTURES.values())),
    "pdf": _file(PdfExtractor(), lambda: [seed.make_pdf(), seed.make_pdf()[:-300]], UNPACKED),
    "sqlite": _file(SqliteExtractor(), seed.make_databases),
    "dbf": _file(DbfExtractor(), lambda: [seed.make_table()]),
}  # fmt: skip
