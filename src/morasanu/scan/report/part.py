"""Where in a file something stands, in the reader's language: extractors speak English, which files and programs keep."""

from __future__ import annotations

import re
from typing import Final

from morasanu.rules.load import Words

_JOINED: Final = " › "
_NUMBERED: Final = {
    "p.": "{}ページ", "slide": "スライド{}", "notes": "ノート{}", "master": "マスター{}", "layout": "レイアウト{}", "handout": "配布資料{}",
    "notes master": "ノートのマスター{}", "handout master": "配布資料のマスター{}", "header": "ヘッダー{}", "footer": "フッター{}",
    "message": "{}通目", "part": "{}番目の部分", "attachment": "添付{}", "member": "{}番目の中身", "object": "埋め込み{}", "picture": "画像{}",
    "bitmap": "画像{}", "line": "{}行目から", "row": "{}行", "rows": "{}行", "free pages": "空きページ{}",
}  # fmt: skip
_NAMED: Final = {"table": "表 ", "column": "列 ", "macro": "マクロ "}
_ALONE: Final = {
    "body": "本文", "header": "ヘッダー", "footer": "フッター", "header text box": "ヘッダーのテキストボックス", "text box": "テキストボックス",
    "footnote": "脚注", "endnote": "文末脚注", "note": "注釈", "notes": "ノート", "comment": "コメント", "deleted": "削除された文字",
    "macro": "マクロ", "glossary": "用語", "alternative text": "代替テキスト", "field": "入力欄", "formula": "数式", "ruby": "ふりがな", "link": "リンク",
    "hyperlink": "リンク", "author": "作成者", "info": "文書の情報", "properties": "文書の情報", "document": "文書", "master": "マスター",
    "handout": "配布資料", "outline": "しおり", "attachments": "添付", "validation": "入力規則", "dataValidation": "入力規則", "filter": "フィルター",
    "customFilter": "フィルター", "scenario": "シナリオ", "protectedRange": "保護された範囲", "workbook": "ブック", "sheet names": "シート名", "names": "中のファイル名",
    "defined name": "定義された名前", "pivot cache": "ピボットの元データ", "headers": "ヘッダー", "transport headers": "配送のヘッダー",
    "message": "メール", "content": "署名された中身", "signature": "署名", "metadata": "画像の情報", "free pages": "空きページ", "(OCR)": "（文字認識）",
}  # fmt: skip
_WITH_NUMBER: Final = re.compile(
    rf"(?<![^ ,])({'|'.join(sorted(map(re.escape, _NUMBERED), key=len, reverse=True))}) ([0-9][0-9.,–-]*)(?![^ ,:])"
)
_WITH_NAME: Final = re.compile(r"\A(table|column|macro) (?=\S)")
_WITHOUT: Final = re.compile(rf"(?<![^ ])({'|'.join(sorted(map(re.escape, _ALONE), key=len, reverse=True))})(?![^ ,:])")


def say_part(part: str) -> Words:
    """Return `part` in both languages; names of files and sheets stay as they are.

    >>> say_part("規程.docx › p. 3 note").ja, say_part("table 顧客, rows 1-500").ja, say_part("名簿!B4 comment").ja
    ('規程.docx › 3ページ 注釈', '表 顧客, 1-500行', '名簿!B4 コメント')
    >>> say_part("退避.zip › names").ja
    '退避.zip › 中のファイル名'
    """
    return Words(_JOINED.join(map(_say_step, part.split(_JOINED))), part)


def _say_step(step: str) -> str:
    name = _WITH_NAME.match(step)
    if name:
        step = _NAMED[name[1]] + step[name.end() :]
    step = _WITH_NUMBER.sub(lambda found: _NUMBERED[found[1]].format(found[2]), step)
    return _WITHOUT.sub(lambda found: _ALONE[found[1]], step)
