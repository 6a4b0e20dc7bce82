"""Why something inside a file was not read: one place for the codes and words that extractors use."""

from __future__ import annotations

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

OCR_TIME = "ocr_file_s"
"""The limit that ends the recognition of a file's pictures."""


def unread(code: str, part: str = "", detail: str = "") -> Unread:
    """Return an `Unread` with the words of `code`; `detail` is never text of the file.

    >>> unread("MRS-X-022", "a.zip", "ratio").en
    'over a limit (ratio)'
    """
    ja, en = _WORDS[code]
    return Unread(part, code, ja.format(detail), en.format(detail))


def refuse(code: str, detail: str = "") -> InspectError:
    """Return the error with the words of `code`, for a file of which nothing can be read.

    >>> refuse("MRS-X-020").code
    'MRS-X-020'
    """
    ja, en = _WORDS[code]
    return InspectError(code, ja.format(detail), en.format(detail))
