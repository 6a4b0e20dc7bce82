"""RTF: a parser of our own for text in every charset it can carry, notes, headers, fields, pictures and embedded objects."""

from __future__ import annotations

import codecs
import re
import struct
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from morasanu.extract.interface import Member, Piece
from morasanu.extract.legacy.compound import decode_narrow, unpack_native
from morasanu.extract.office.field import read_equation
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task, Unread

_MAX_DEPTH: Final = 10_000
_TOKEN: Final = re.compile(
    rb"\\([A-Za-z]{1,40})(-?[0-9]{1,10})? ?|((?:\\'[0-9A-Fa-f]{2})+)|\\([^A-Za-z'])|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)|\\",
    re.DOTALL,
)
_CHARSETS: Final = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437",
}  # fmt: skip
_DOUBLE: Final = frozenset(("cp932", "cp936", "cp949", "cp950", "johab"))
_PICTURES: Final = {"pngblip": "png", "jpegblip": "jpg", "emfblip": "emf", "wmetafile": "wmf"}
_SKIPPED: Final = frozenset(
    "colortbl stylesheet filetbl sn nonshppict datafield themedata latentstyles rsidtbl xmlnstbl blipuid objclass ftnsep ftnsepc aftnsep "
    "aftnsepc pgdsctbl mmathPr colorschememapping datastore fldtype generator passwordhash wgrffmtfilter".split()
)
_ASIDE: Final = frozenset(("sv", "shprslt", "listtable", "bkmkstart", "bkmkend", "objname", "do"))
_SINKS: Final = {
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header", "footer": "footer", "footerl": "footer",
    "footerr": "footer", "footerf": "footer", "footnote": "footnote", "annotation": "comment", "atnauthor": "comment",
    "atnid": "comment", "info": "info", "userprops": "info", "docvar": "info", "revtbl": "info", "formfield": "field",
    "fldinst": "link", "fonttbl": "fonts", "pict": "hex", "objdata": "hex",
}  # fmt: skip
_KEPT_STARRED: Final = frozenset(
    "shpinst shptxt ud shppict ffname ffdeftext ffformat ffhelptext ffstattext ffl company manager category comment "
    "hlinkbase txbxcontent pntext listtext cs ds ts".split()
)
_LABELS: Final = frozenset(
    "title subject author manager company operator category keywords comment doccomm propname staticval ffname ffdeftext ffl".split()
)
_SYMBOLS: Final = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "column": "\n", "row": "\n", "nestrow": "\n", "cell": "\t",
    "nestcell": "\t", "tab": "\t", "emdash": "—", "endash": "–", "emspace": " ", "enspace": " ", "qmspace": " ", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
}  # fmt: skip
_SIGNS: Final = {b"~": "\u00a0", b"_": "-", b"\r": "\n", b"\n": "\n", b"-": "", b":": ""}
_ORDER: Final = ("info", "header", "body", "footnote", "comment", "footer", "field", "ruby", "link", "beside")


class Group(NamedTuple):
    """What holds inside a pair of braces: where text goes (`""` for nowhere), in which charset, how long a fallback is."""

    sink: str = "body"
    charset: str = ""
    fallback: int = 1


class RtfExtractor:
    """Reads RTF."""

    formats = ("rtf",)

    def missing(self) -> str:
        """Return nothing: the parser is our own."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield information, headers, body, notes, fields, links; pictures and embedded objects as members.

        Raises InspectError MRS-X-021 for a file of no bytes, MRS-X-022 for one too large to be held.
        """
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "bytes")
        if not data:
            raise refuse("MRS-X-021")
        reader = _Reader(data)
        reader.read()
        yield from reader.pieces()
        yield from reader.found[: task.limits.members]
        if len(reader.found) > task.limits.members:
            yield unread("MRS-X-022", "", "members")
        if reader.is_too_deep:
            yield unread("MRS-X-022", "", "groups")
        elif reader.is_cut:
            yield unread("MRS-X-021")


class _Reader:
    """One pass over the tokens with a stack of groups; no recursion, so depth costs a tuple each."""

    def __init__(self, data: bytes) -> None:
        self.found: list[Member | Unread] = []
        self.is_cut = self.is_too_deep = False
        self._data = data
        self._at = 0
        self._group = Group()
        self._above: list[Group] = []
        self._texts: dict[str, list[str]] = {}
        self._bytes = bytearray()
        self._skip = 0
        self._is_starred = False
        self._charset = "cp1252"
        self._wide_charset = ""
        self._font = 0
        self._fonts: dict[int, str] = {}
        self._hex = bytearray()
        self._hex_kind = ""
        self._code_start = 0

    def read(self) -> None:
        """Read to the end or to the depth allowed."""
        match = _TOKEN.match
        while token := match(self._data, self._at):
            self._at = token.end()
            word, number, code, sign, brace, text = token.groups()
            if text is not None:
                self._add_bytes(text)
            elif code is not None:
                self._add_bytes(bytes.fromhex(code.replace(b"\\'", b"").decode("ascii")))
            elif word is not None:
                self._read_word(word.decode("ascii"), int(number) if number else None)
            elif brace == b"{":
                self._open_group()
                if self.is_too_deep:
                    break
            elif brace:
                self._close_group()
            elif sign is not None:
                self._read_sign(sign)
        self._flush()
        self.is_cut = self.is_cut or bool(self._above)

    def pieces(self) -> Iterator[Piece]:
        """Yield what was read, part by part."""
        for part in _ORDER:
            text = "".join(self._texts.get(part, ()))
            # halves of a pair come as two characters
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\t\n", "\n")
            if part == "beside":
                text = self._list_beside(text)
            if part == "link":
                text = "".join(
                    f"{line.strip()}\n" for line in text.split("\n") if "HYPERLINK" in line or "INCLUDE" in line
                )
            if text.strip():
                yield Piece(part, text if text.endswith("\n") else text + "\n")

    def _list_beside(self, text: str) -> str:
        """Return the lines of destinations nobody knows that a person may have written, less what stands elsewhere too."""
        body = "".join(self._texts.get("body", ()))
        lines = dict.fromkeys(" ".join(line.split()) for line in text.split("\n"))
        return "".join(f"{line}\n" for line in lines if (not line.isascii() or "@" in line) and line not in body)

    def _open_group(self) -> None:
        self._flush()
        self._skip = 0
        self.is_too_deep = len(self._above) >= _MAX_DEPTH
        self._above.append(self._group)

    def _close_group(self) -> None:
        self._flush()
        self._skip = 0
        self._is_starred = False
        if not self._above:
            return  # one too many ends what other programs show, not what is read
        closed, self._group = self._group, self._above.pop()
        if closed.sink == "link" and self._group.sink != "link":
            self._end_code()
        if closed.sink == "hex" and self._group.sink != "hex":
            self._finish_hex()
        elif closed.sink != self._group.sink or closed.sink == "info":
            self._end_line(closed.sink)

    def _end_code(self) -> None:
        """Show what an EQ field shows; its readings stand beside the text."""
        code = "".join(self._texts.get("link", [])[self._code_start :])
        equation = read_equation(code)
        if equation:
            del self._texts["link"][self._code_start :]
            self._texts.setdefault("ruby", []).extend(f"{reading}\n" for reading in equation.readings)
            self._add_text(equation.text)

    def _end_line(self, sink: str) -> None:
        texts = self._texts.get(sink)
        if texts and not texts[-1].endswith("\n"):
            texts.append("\n")

    def _read_sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._is_starred = True
        elif sign in {b"\\", b"{", b"}"}:
            self._add_bytes(sign)
        else:
            self._add_text(_SIGNS.get(sign, ""))

    def _read_word(self, word: str, number: int | None) -> None:
        if self._skip and word != "bin":
            self._skip -= 1
            if word not in {"u", "uc", "par", "cell", "row", "line", "tab"}:
                return
        is_starred, self._is_starred = self._is_starred, False
        if word in _SYMBOLS:
            self._add_text(_SYMBOLS[word])
        elif word == "u":
            self._add_text(chr((number or 0) & 0xFFFF))
            self._skip = self._group.fallback
        elif word == "uc":
            self._group = self._group._replace(fallback=min(max(number or 0, 0), 100))
        elif word == "bin":
            self._read_binary(max(number or 0, 0))
        elif word in _SINKS or word in _SKIPPED or word in _ASIDE or is_starred:
            self._enter(word, is_starred=is_starred)
        else:
            self._read_format(word, number)
        if word in _LABELS and self._group.sink in {"info", "field"}:
            self._flush()
            self._end_line(self._group.sink)
            self._add_text(word + "\t")

    def _enter(self, word: str, *, is_starred: bool) -> None:
        """Turn the group's text to where the destination `word` belongs, to nowhere when it is none of ours."""
        self._flush()
        if not self._group.sink:
            return
        is_unknown = is_starred and word not in _KEPT_STARRED
        sink = _SINKS.get(
            word, "" if word in _SKIPPED else "beside" if word in _ASIDE or is_unknown else self._group.sink
        )
        if sink == "link":
            self._code_start = len(self._texts.get("link", ()))
        if sink == "hex":
            self._hex.clear()
            self._hex_kind = word
        self._group = self._group._replace(sink=sink)

    def _read_format(self, word: str, number: int | None) -> None:
        if word == "f":
            self._flush()
            self._font = number or 0
            if self._group.sink != "fonts":
                self._group = self._group._replace(charset=self._fonts.get(self._font, ""))
        elif word == "fcharset":
            self._fonts[self._font] = _CHARSETS.get(number or 0, "")
            self._wide_charset = self._wide_charset or (
                self._fonts[self._font] if self._fonts[self._font] in _DOUBLE else ""
            )
        elif word == "ansicpg":
            self._charset = _name_charset(number or 0)
        elif word in {"mac", "pc", "pca"}:
            self._charset = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}[word]
        elif word == "plain":
            self._flush()
            self._group = self._group._replace(charset="")
        elif word in {"pngblip", "jpegblip", "wmetafile", "emfblip", "dibitmap", "wbitmap", "macpict"}:
            self._hex_kind = word

    def _read_binary(self, length: int) -> None:
        if self._group.sink == "hex":
            self._hex += self._data[self._at : self._at + length].hex().encode()
        self.is_cut = self.is_cut or self._at + length > len(self._data)
        self._at = min(self._at + length, len(self._data))

    def _add_bytes(self, data: bytes) -> None:
        if self._skip:
            used = min(self._skip, len(data))
            self._skip -= used
            data = data[used:]
        if self._group.sink == "hex":
            self._hex += data
        elif self._group.sink and self._group.sink != "fonts":
            self._bytes += data

    def _add_text(self, text: str) -> None:
        self._flush()
        if self._group.sink not in {"", "fonts", "hex"} and text:
            self._texts.setdefault(self._group.sink, []).append(text)

    def _flush(self) -> None:
        if self._bytes:
            data = bytes(self._bytes)
            self._bytes.clear()
            self._add_text(self._decode(data))

    def _decode(self, data: bytes) -> str:
        if data.isascii():
            return data.decode("ascii")
        charset = self._group.charset
        if charset in _DOUBLE:
            return data.decode(charset, "replace")
        # a Western font beside Japanese text: writers leave the choice between the two to the bytes
        for wide in dict.fromkeys((self._charset, self._wide_charset)):
            if wide in _DOUBLE and not charset:
                try:
                    return data.decode(wide)
                except UnicodeDecodeError:
                    continue
        return data.decode(charset or (self._charset if self._charset not in _DOUBLE else "cp1252"), "replace")

    def _finish_hex(self) -> None:
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", bytes(self._hex))
        self._hex.clear()
        data = bytes.fromhex(digits[: len(digits) & ~1].decode("ascii"))
        number = len(self.found) + 1
        if self._hex_kind == "objdata":
            name, data = _unpack_object(data)
            if data:
                self.found.append(Member(f"object {number}", name or f"object{number}", data))
        elif self._hex_kind in _PICTURES and data:
            suffix = _PICTURES[self._hex_kind]
            self.found.append(Member(f"picture {number}", f"picture{number}.{suffix}", data))
        elif self._hex_kind and data:
            self.found.append(unread("MRS-X-023", f"picture {number}"))


def _name_charset(page: int) -> str:
    name = {65001: "utf-8", 10000: "mac_roman", 10001: "cp932", 1361: "johab"}.get(page, f"cp{page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


def _unpack_object(data: bytes) -> tuple[str, bytes]:
    """Return name and bytes of an OLE 1 object: class, topic and item with their lengths, then the native data."""
    try:
        at = 8
        names = []
        for _ in range(3):
            (length,) = struct.unpack_from("<I", data, at)
            names.append(data[at + 4 : at + 4 + length].rstrip(b"\0"))
            at += 4 + length
        (length,) = struct.unpack_from("<I", data, at)
    except struct.error:
        return "", data
    native = data[at + 4 : at + 4 + length]
    return unpack_native(native) if names[0] == b"Package" else (decode_narrow(names[2]), native)


EXTRACTORS: list[Extractor] = [RtfExtractor()]
