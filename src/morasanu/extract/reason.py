"""Why something inside a file was not read: one place for the codes and words that extractors use."""

from __future__ import annotations

from typing import Final

from morasanu.errors import InspectError
from morasanu.extract.interface import Unread

_WORDS = {
    "MRS-X-005": ("未対応の形式（{}）", "format not supported ({})"),
    "MRS-X-020": ("暗号化されています（パスワードが要ります）", "encrypted (a password is needed)"),
    "MRS-X-021": ("壊れている、または途中で切れています", "damaged or cut off"),
    "MRS-X-022": ("上限を超えました（{}）", "over a limit ({})"),
    "MRS-X-023": ("文字認識（OCR）が要ります", "needs character recognition (OCR)"),
    "MRS-X-024": ("読むための部品がありません（{}）", "a part to read it is not installed ({})"),
    "MRS-X-025": ("中の形式に誤りがあります（{}）", "not well formed inside ({})"),
    "MRS-X-026": ("読み取りの子プロセスが落ちました（{}）", "the reading child died ({})"),
    "MRS-X-027": ("削除された行の残りを読んでいません", "what is left of deleted rows was not read"),
}
_DETAILS: Final = {
    "MRS-X-005": {
        "link": "リンク", "device": "デバイス", "method": "圧縮方式", "7z method": "7z の圧縮方式", "zip method": "zip の圧縮方式",
        "dbf memo: in the dbt or fpt file": "dbf のメモは dbt・fpt のファイルにあります", "jtd: body only": "jtd: 本文だけを読みました",
    },
    "MRS-X-022": {
        # what `--limit` takes keeps its name, so that it can be raised
        "members": "中のファイル数 members", "depth": "入れ子の深さ depth", "ratio": "圧縮率 ratio", "pictures": "画像の数 pictures",
        "member_bytes": "大きさ member_bytes", "size": "大きさ member_bytes", "total_bytes": "全体の大きさ total_bytes",
        "total size": "全体の大きさ total_bytes", "memory": "メモリー memory_bytes", "ocr_s": "文字認識の秒数 ocr_s",
        "ocr_file_s": "1ファイルの文字認識の秒数 ocr_file_s", "cpu_s": "計算の秒数 cpu_s", "wall_s": "秒数 wall_s",
        "bytes": "大きさ", "pages": "ページ数", "characters": "文字数", "text": "文字の量", "pixels": "画素数", "annotations": "注釈の数", "states": "以前の版の数",
        "entries": "項目数", "lines": "行数", "headers": "ヘッダーの行数", "groups": "グループの数", "records": "レコード数", "record": "レコードの大きさ",
        "steps": "処理の量", "shared strings": "共有文字列の量", "token": "XML の要素の長さ", "spinCount": "鍵を作る計算の回数",
        "iteration-count": "鍵を作る計算の回数",
    },
    "MRS-X-025": {"overlap": "重なり", "schema": "スキーマ", "encoding": "文字コード"},
    "MRS-X-026": {
        "time": "時間切れ wall_s", "processor time": "計算の時間切れ cpu_s", "killed": "強制終了", "crash": "異常終了", "abort": "中断", "exit": "終了コード",
        "OCR": "文字認識",
    },
}  # fmt: skip
"""What details are called in Japanese, by code; others (formats, extras, names of exceptions) stay as they are."""

OCR_TIME = "ocr_file_s"
"""The limit that ends the recognition of a file's pictures."""


def unread(code: str, part: str = "", detail: str = "") -> Unread:
    """Return an `Unread` with the words of `code`; `detail` is never text of the file.

    >>> unread("MRS-X-022", "a.zip", "ratio").en, unread("MRS-X-022", "a.zip", "ratio").ja
    ('over a limit (ratio)', '上限を超えました（圧縮率 ratio）')
    """
    ja, en = _WORDS[code]
    return Unread(part, code, ja.format(_say(code, detail)), en.format(detail))


def refuse(code: str, detail: str = "") -> InspectError:
    """Return the error with the words of `code`, for a file of which nothing can be read.

    >>> refuse("MRS-X-020").code
    'MRS-X-020'
    """
    ja, en = _WORDS[code]
    return InspectError(code, ja.format(_say(code, detail)), en.format(detail))


def _say(code: str, detail: str) -> str:
    """Return the Japanese for `detail`, a number at its end kept.

    >>> _say("MRS-X-005", "zip method 97"), _say("MRS-X-005", "heic")
    ('zip の圧縮方式 97', 'heic')
    """
    words = _DETAILS.get(code, {})
    name, _, number = detail.rpartition(" ")
    return f"{words[name]} {number}" if name in words else words.get(detail, detail)
