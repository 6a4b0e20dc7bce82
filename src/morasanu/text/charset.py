"""Which character set bytes are in, and their text, also when they come in pieces."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from morasanu.text.jis import decode_euc, decode_iso2022
from morasanu.text.wide import guess_utf16, guess_utf32

_SAMPLE_BYTES: Final = 32_768
_ENOUGH_BYTES: Final = 64
_LONGEST_ESCAPE: Final = 4
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
# Starts of files that are never text, whatever their bytes look like.
_MAGIC: Final = (
    b"%PDF-", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a",
    b"\x7fELF", b"7z\xbc\xaf", b"Rar!\x1a", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"SQLite format 3\x00", b"\xca\xfe\xba\xbe",
    b"II*\x00", b"MM\x00*", b"RIFF", b"OggS", b"ID3", b"!<arch>\n", b"%!PS-Adobe",
)  # fmt: skip
_SEVEN_BIT: Final = re.compile(rb"\x1b\$\(?[@BD]|\x1b\([IJ]|\x0e[\x21-\x5f]+\x0f")
_ESCAPED: Final = re.compile(rb"[\x80-\xff\x1b\x0e\x00]")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_UTF8_CHARACTERS: Final = re.compile(
    rb"[\xc3-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf4][\x80-\xbf]{3}"
)
_UNUSED_LATIN: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# EBCDIC of host computers: blanks are 0x40, letters and digits lie high, kanji stand between shift-out and shift-in.
_HOST_KANJI: Final = re.compile(rb"\x0e[^\x0e\x0f]*\x0f")
_HOST_TEXT: Final = re.compile(
    rb"[\x40\x4b\x60\x61\x6b\x7a\x15\x25\x0d\x81-\x89\x91-\x99\xa2-\xa9\xc1-\xc9\xd1-\xd9\xe2-\xe9\xf0-\xf9]"
)
_CONTROL: Final = re.compile(rb"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
# The characters that make up most of what offices write; a wrong reading hits few of them.
_COMMON: Final = (
    "一二三四五六七八九十百千万円年月日時分間前後新旧人名氏様方者個社員会議部課店支本東西南北中上下左右大小高低長市区町村県府都道国番地号室館"
    "住所電話携帯自宅生性別男女父母子夫妻家族続相族代理印口座普通預金貯定期貸付融資借入返済残利息率手数料振込依頼請求支払受取引出納税額計合"
    "保険契約申込書届出変更確認済未完了承決裁稟担当責任管理監査検点審調報告記録作成提提示説明内容理由目的対応処経過結果事故件問題苦情漏紛失"
    "送信着付郵便届先元客顧取扱業務営推進企画総人経情統括運用開発設計試験環境利用者登録削除閲覧権限更追加無有可否不正常異等及又は場合必要"
    "山田中川木村林井藤佐伊加斎渡辺吉松石原野橋本岡島崎池森阿部清水青古谷近遠福坂太郎次花美恵香裕一健浩隆正和幸明子介平真由"
    "以外関係行政法律規則第条項令公表通知同意提供委託再停止入力表値文字数式形種類複写原本写真証免許旅券健康医病診療院歳見話言思来行出"
)


class Decoded(NamedTuple):
    """Text with the name of its character set and how many characters could not be read (they stand as U+FFFD)."""

    text: str
    charset: str
    unreadable: int


def _pattern(**forms: bytes) -> re.Pattern[bytes]:
    return re.compile(b"|".join(b"(?P<%s>%s)" % (name.encode(), form) for name, form in forms.items()), re.DOTALL)


def _any_of(characters: str, encoding: str) -> bytes:
    groups: dict[int, set[int]] = {}
    for character in characters:
        lead, trail = character.encode(encoding)
        groups.setdefault(lead, set()).add(trail)
    return b"|".join(
        b"\\x%02x[%s]" % (lead, b"".join(b"\\x%02x" % t for t in sorted(trails)))
        for lead, trails in sorted(groups.items())
    )


# Half-width kana as words have them: a sound, its mark, a small or long one after it; not a lone stop.
_HALF: Final = (
    rb"(?:(?:[\xb6-\xc4\xca-\xce]\xde|[\xca-\xce]\xdf|\xb3\xde|[\xb1-\xdd\xa6])[\xa7-\xaf\xb0]{0,2})"
    rb"(?:(?:[\xb6-\xc4\xca-\xce]\xde|[\xca-\xce]\xdf|\xb3\xde|[\xb1-\xdd\xa6])[\xa7-\xaf\xb0]{0,2})+"
)
_SHIFT: Final = _pattern(
    skip=rb"[\x00-\x7f]+",
    common=_any_of(_COMMON, "cp932")
    + rb"|\x82[\x9f-\xf1]|\x83[\x40-\x7e\x80-\x96]|\x81[\x40-\x42\x45\x5b\x60\x69\x6a\x75\x76]",
    sign=rb"\x81[\x43-\x7e\x80-\xac]|\x82[\x4f-\x58\x60-\x79\x81-\x9a]|\x84[\x9f-\xbe]|\x87[\x40-\x7e\x80-\x9c]",
    first=rb"[\x88-\x97][\x40-\x7e\x80-\xfc]|\x98[\x40-\x72]",
    second=rb"[\x98-\x9f\xe0-\xea][\x40-\x7e\x80-\xfc]|[\xed\xee\xfa-\xfc][\x40-\x7e\x80-\xfc]",
    rare=rb"[\x81-\x84\xf0-\xf9][\x40-\x7e\x80-\xfc]",
    half=_HALF,
    lone=rb"[\xa1-\xdf]",
    bad=rb".",
)
_EUC: Final = _pattern(
    skip=rb"[\x00-\x7f]+",
    common=_any_of(_COMMON, "euc_jp")
    + rb"|\xa4[\xa1-\xf3]|\xa5[\xa1-\xf6]|\xa1[\xa1-\xa3\xa6\xbc\xc1\xca\xcb\xd6\xd7]",
    sign=rb"\xa1[\xa4-\xfe]|\xa2[\xa1-\xae]|\xa3[\xb0-\xb9\xc1-\xda\xe1-\xfa]|\xa8[\xa1-\xc0]|\xad[\xa1-\xfc]",
    first=rb"[\xb0-\xce][\xa1-\xfe]|\xcf[\xa1-\xd3]",
    second=rb"[\xd0-\xf4\xf9-\xfc][\xa1-\xfe]|\x8f[\xb0-\xed\xf3\xf4][\xa1-\xfe]",
    half=rb"(?:\x8e[\xa1-\xdf])+",
    rare=rb"[\xa2\xa6\xa7\xf5-\xf8\xfd\xfe][\xa1-\xfe]|\x8f[\xa1-\xfe]{2}",
    lone=rb"[\xa9-\xac\xae\xaf][\xa1-\xfe]",
    bad=rb".",
)
_WEIGHT: Final = {
    "common": 2.0,
    "sign": 1.2,
    "first": 0.7,
    "second": 0.0,
    "half": 0.75,
    "rare": -0.5,
    "lone": -1.0,
    "bad": -8.0,
}


def _score(sample: bytes, pattern: re.Pattern[bytes]) -> float:
    """Return how well the non-ASCII bytes of `sample` read as what `pattern` describes; 2 is perfect, below 0 is not it."""
    total = weight = 0.0
    for match in pattern.finditer(sample):
        kind = match.lastgroup or ""
        if kind != "skip":
            length = match.end() - match.start()
            total += length
            weight += _WEIGHT[kind] * length
    return weight / total if total else 0.0


def _is_mostly_utf8(data: bytes) -> bool:
    """Return whether nearly all bytes beyond ASCII are UTF-8: a log cut at its end, one line of another program's."""
    sample = data[:_SAMPLE_BYTES]
    high = len(_HIGH.findall(sample))
    valid = sum(map(len, _UTF8_CHARACTERS.findall(sample)))
    return valid >= high * 0.75 and valid > 0


def _is_utf8(sample: bytes, *, is_whole: bool) -> bool:
    if not is_whole:
        sample = re.sub(rb"\A[\x80-\xbf]{1,3}", b"", sample)
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(sample, is_whole)
    except UnicodeDecodeError:
        return False
    return is_whole or not text.isascii()


def _is_host_text(sample: bytes) -> bool:
    """Return whether the bytes are EBCDIC, which none of the sets here reads; CP932 would make kana of it."""
    sample = _HOST_KANJI.sub(b"", sample)
    if sample.count(0x40) * 30 < len(sample) or (sample.count(0x20) + sample.count(0x0A)) * 100 > len(sample):
        return False
    return len(_HOST_TEXT.findall(sample)) * 100 >= len(sample) * 85


def detect_charset(data: bytes, *, is_whole: bool = True) -> str:
    r"""Return the character set of `data`, `""` when it is not text.

    One of ascii, utf-8, utf-8-sig, utf-16-le, utf-16-be, utf-32-le, utf-32-be, iso-2022-jp, euc-jp, cp932, latin-1. With
    `is_whole` false the sample may begin and end in the middle of a character. At most 32 KiB are looked at beyond the
    check for UTF-8. No bytes are ascii.

    >>> detect_charset("口座番号".encode("cp932")), detect_charset("口座番号".encode("euc_jp")), detect_charset(b"\x00\x01\x02")
    ('cp932', 'euc-jp', '')
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    if data.startswith(_MAGIC) and (data.startswith(b"%") or _looks_coded(data)):
        return ""
    sample = data[:_SAMPLE_BYTES]
    if (zeros := sample.count(0)) * 50 > len(sample):
        is_wide = zeros * 2 > len(sample) - 4 and not (len(sample) % 4 and is_whole)
        return (guess_utf32(sample[: len(sample) // 4 * 4]) if is_wide else "") or guess_utf16(sample)
    if not data.isascii() and _is_host_text(sample):
        return ""
    if len(_CONTROL.findall(sample)) * 50 > len(sample) and not _SEVEN_BIT.search(sample):
        return ""
    if data.isascii():
        return "iso-2022-jp" if _SEVEN_BIT.search(data) else "ascii"
    if _is_utf8(data, is_whole=is_whole):
        return "utf-8"
    if _is_mostly_utf8(data):
        return "utf-8"
    return _guess_eight_bit(data, is_whole=is_whole)


def _looks_coded(data: bytes) -> bool:
    """Return whether the start of the bytes is more than letters: `ID3,name` begins a table as well as a song."""
    head = data[:512]
    return not head.isascii() or b"\x00" in head or bool(_CONTROL.search(head))


def _guess_eight_bit(data: bytes, *, is_whole: bool) -> str:
    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, first.start() - 1) if first else 0
    sample = data[start : start + _SAMPLE_BYTES]
    cuts = range(1) if is_whole else range(3)
    whole = is_whole and start + _SAMPLE_BYTES >= len(data)
    # a last character that was cut off must not count as a wrong one
    samples = [sample[cut:] if whole else re.sub(rb"[\x80-\xff]{1,2}\Z", b"", sample[cut:]) for cut in cuts]
    euc = max(_score(s, _EUC) for s in samples)
    shift = max(_score(s, _SHIFT) for s in samples)
    if max(euc, shift) > -0.1:  # one wrong byte in eighty is still this set
        return "euc-jp" if euc > shift else "cp932"
    if is_whole and (name := guess_utf16(sample)):
        return name
    around = data[:_SAMPLE_BYTES]
    return "latin-1" if len(_HIGH.findall(around)) * 3 < len(around) and not _UNUSED_LATIN.search(around) else ""


def decode_bytes(data: bytes) -> Decoded | None:
    """Return the text of `data` with its character set, None when it is not text.

    >>> decode_bytes("髙橋".encode("cp932"))
    Decoded(text='髙橋', charset='cp932', unreadable=0)
    """
    decoder = StreamDecoder()
    text = decoder.feed(data, is_last=True)
    return None if decoder.is_binary else Decoded(text, decoder.charset, decoder.unreadable)


class StreamDecoder:
    r"""Text of bytes that come in pieces; a character that a piece cuts is carried over to the next.

    The set is decided by the first bytes that are not ASCII. A piece that does not fit it is read line by line, each
    line by its own set (logs that several programs write), and `is_mixed` says so. What still cannot be read becomes
    U+FFFD and is counted in `unreadable`. `is_binary` becomes true when the first piece is not text, `is_foreign` when a
    part that is not text (or text of a wider set, as PowerShell appends it to logs) stands among the rest.

    >>> decoder = StreamDecoder()
    >>> [decoder.feed(b"\x8e"), decoder.feed(b"R\x93c", is_last=True), decoder.charset]
    ['', '山田', 'cp932']
    """

    def __init__(self) -> None:
        """Begin with an undecided set."""
        self._set = ""
        self._tail = b""
        self._mode = "ascii"
        self._is_first = True
        self.is_mixed = False
        self.is_binary = False
        self.is_foreign = False
        self.unreadable = 0

    @property
    def charset(self) -> str:
        """Return the set's name; ascii while nothing else was met."""
        return self._set or "ascii"

    def feed(self, data: bytes, *, is_last: bool = False) -> str:
        """Return the text that is complete with `data`; `""` once the bytes proved not to be text."""
        data = self._tail + data
        self._tail = b""
        if self.is_binary or not (data or is_last):
            return ""
        if not self._set and (self._is_first or _ESCAPED.search(data)):
            special = _ESCAPED.search(data)
            if special and len(data) - special.start() < _ENOUGH_BYTES and not is_last:
                self._tail = data
                return ""
            name = detect_charset(data, is_whole=is_last)
            self.is_binary = self._is_first and not name and bool(data)
            self._set = "" if name == "ascii" else name or ("" if self._is_first else "latin-1")
            self.is_foreign = self.is_foreign or not (name or self._is_first)
            if self._is_first:
                mark = next((bom for bom, _ in _BOMS if data.startswith(bom)), b"")
                data = data[len(mark) :]
            self._is_first = False
        return "" if self.is_binary else self._decode(data, is_last=is_last)

    def _decode(self, data: bytes, *, is_last: bool) -> str:
        if not self._set.startswith(("utf-16", "utf-32")) and (b"\x00" in data or self._is_mostly_control(data)):
            self.is_foreign = True
        if not self._set or self._set == "latin-1":
            return data.decode("latin-1")
        if self._set == "iso-2022-jp":
            return self._decode_seven_bit(data, is_last=is_last)
        if not is_last:
            whole = _whole_bytes(data, self._set)
            data, self._tail = data[:whole], data[whole:]
        try:
            return data.decode(self._strict_name())
        except UnicodeDecodeError:
            return self._decode_doubtful(data)

    def _is_mostly_control(self, data: bytes) -> bool:
        return self._set != "iso-2022-jp" and len(_CONTROL.findall(data)) * 50 > len(data)

    def _strict_name(self) -> str:
        return {"euc-jp": "euc_jp", "utf-8-sig": "utf-8"}.get(self._set, self._set)

    def _decode_seven_bit(self, data: bytes, *, is_last: bool) -> str:
        if not is_last:
            newline = data.rfind(b"\n") + 1
            whole = newline or _whole_seven_bit(data, self._mode)
            data, self._tail = data[:whole], data[whole:]
        text, self._mode = decode_iso2022(data, self._mode)
        self.unreadable += text.count("\ufffd")
        return text

    def _decode_doubtful(self, data: bytes) -> str:
        """Return the text of a piece that does not fit the set as it stands."""
        if self._set == "euc-jp":
            text = decode_euc(data)
            if "\ufffd" not in text:
                return text
        if self._set.startswith("utf-") and self._set[:5] != "utf-8":
            text = data.decode(self._set, "replace")
            self.unreadable += text.count("\ufffd")
            return text
        return "".join(map(self._decode_line, data.splitlines(keepends=True)))

    def _decode_line(self, line: bytes) -> str:
        strict = self._strict_name()
        try:
            return line.decode(strict)
        except UnicodeDecodeError as error:
            if error.reason == "unexpected end of data":  # a log cut at its end
                self.unreadable += 1
                return line[: error.start].decode(strict) + "\ufffd"
        own = detect_charset(line)
        if self._set == "euc-jp" and "\ufffd" not in (text := decode_euc(line)):
            return text
        if own in {"utf-8", "cp932", "euc-jp"} and own != self._set:
            text = decode_euc(line) if own == "euc-jp" else line.decode(own, "replace")
            if "\ufffd" not in text:
                self.is_mixed = True
                return text
        text = decode_euc(line) if self._set == "euc-jp" else line.decode(strict, "replace")
        self.unreadable += text.count("\ufffd")
        return text


_SHIFT_CHARACTERS: Final = re.compile(
    rb"(?:[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]|[\x00-\x80\xa0-\xdf\xfd-\xff]|[\x81-\x9f\xe0-\xfc](?=.))*", re.DOTALL
)
_EUC_CHARACTERS: Final = re.compile(
    rb"(?:\x8f[\xa1-\xfe]{2}|[\x8e\xa1-\xfe][\xa1-\xfe]|[\x00-\x8d\x90-\xa0\xff]|\x8f(?=[^\xa1-\xfe]|.[^\xa1-\xfe])|[\x8e\xa1-\xfe](?=[^\xa1-\xfe]))*",
    re.DOTALL,
)
_UTF8_CUT: Final = re.compile(rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")


def _whole_bytes(data: bytes, charset: str) -> int:
    """Return how many bytes of `data` are complete characters; at most four bytes remain."""
    if charset.startswith("utf-32"):
        return len(data) // 4 * 4
    if charset.startswith("utf-16"):
        end = len(data) // 2 * 2
        high = data[end - 1 if charset.endswith("le") else end - 2] if end else 0
        return end - 2 if 0xD8 <= high <= 0xDB else end  # the first half of a pair
    if charset.startswith("utf-8"):
        cut = _UTF8_CUT.search(data, max(0, len(data) - 4))
        return cut.start() if cut else len(data)
    # In CP932 and EUC a byte below 0x40 is always a character of its own: begin after the last one.
    start = next((i + 1 for i in range(len(data) - 1, max(-1, len(data) - 4096), -1) if data[i] < 0x40), 0)
    pattern = _SHIFT_CHARACTERS if charset == "cp932" else _EUC_CHARACTERS
    match = pattern.match(data, start)
    return match.end() if match else len(data)


def _whole_seven_bit(data: bytes, mode: str) -> int:
    """Return where a line of ISO-2022-JP without an end may be cut: between characters, and not in an escape sequence."""
    last = data.rfind(b"\x1b")
    if last >= 0 and len(data) - last < _LONGEST_ESCAPE:
        return last
    start, is_double = 0, mode in {"kanji", "third"}
    if last >= 0:
        start = last + (_LONGEST_ESCAPE if data[last + 1 : last + 3] == b"$(" else _LONGEST_ESCAPE - 1)
        is_double = data[last + 1 : last + 2] == b"$"
    return start + (len(data) - start) // 2 * 2 if is_double else len(data)
