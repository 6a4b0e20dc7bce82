"""Where in a file something stands, in the reader's language: extractors speak English, which files and programs keep."""

from __future__ import annotations

import re
from typing import Final

from morasanu.rules.load import Words

_JOINED: Final = " › "
_NUMBERED: Final = {
    "p.": "{}ページ", "slide": "スライド{}", "message": "{}通目", "part": "{}番目の部分", "attachment": "添付{}",
    "header": "ヘッダー{}", "footer": "フッター{}", "footnote": "脚注{}", "endnote": "文末脚注{}", "comment": "コメント{}",
    "note": "注釈{}", "object": "埋め込み{}", "picture": "画像{}", "bitmap": "画像{}", "member": "{}番目の中身", "row": "{}行",
    "rows": "{}行", "column": "列 {}", "table": "表 {}", "text box": "テキストボックス{}", "free pages": "空きページ{}",
}  # fmt: skip
_ALONE: Final = {
    "headers": "ヘッダー", "header": "ヘッダー", "footer": "フッター", "body": "本文", "info": "文書の情報", "properties": "文書の情報",
    "metadata": "画像の情報", "outline": "しおり", "link": "リンク", "note": "注釈", "notes": "ノート", "field": "入力欄", "comment": "コメント",
    "comments": "コメント", "attachments": "添付", "footnotes": "脚注", "endnotes": "文末脚注", "free pages": "空きページ", "hidden": "非表示",
    "message": "メール", "transport headers": "配送のヘッダー", "macros": "マクロ", "(OCR)": "（文字認識）",
}  # fmt: skip
_WITH_NUMBER: Final = re.compile(
    rf"(?<![^ ,])({'|'.join(sorted(map(re.escape, _NUMBERED), key=len, reverse=True))}) ([0-9][0-9.,–-]*)(?![^ ,:])"
)
_WITH_NAME: Final = re.compile(r"\A(table|column) (?=\S)")
_WITHOUT: Final = re.compile(rf"(?<![^ ])({'|'.join(sorted(map(re.escape, _ALONE), key=len, reverse=True))})(?![^ ,:])")


def say_part(part: str) -> Words:
    """Return `part` in both languages; names of files and sheets stay as they are.

    >>> say_part("規程.docx › p. 3 note").ja, say_part("table 顧客, rows 1-500").ja
    ('規程.docx › 3ページ 注釈', '表 顧客, 1-500行')
    """
    return Words(_JOINED.join(map(_say_step, part.split(_JOINED))), part)


def _say_step(step: str) -> str:
    name = _WITH_NAME.match(step)
    if name and not _WITH_NUMBER.match(step):
        step = _NUMBERED[name[1]].format("") + step[name.end() :]
    step = _WITH_NUMBER.sub(lambda found: _NUMBERED[found[1]].format(found[2]), step)
    return _WITHOUT.sub(lambda found: _ALONE[found[1]], step)
