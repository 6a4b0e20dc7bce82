"""What is told as unread is told in the reader's language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import morasanu.extract
from morasanu.extract.reason import refuse, unread

_AS_THEY_ARE = {"html", "archive", "office", "libarchive", "exe", "ole", "jtd", "DOCTYPE", "free pages", "", "?"}


def list_details() -> set[tuple[str, str]]:
    """Return every code with every detail that the code of the extractors writes out behind it."""
    found = set()
    for path in Path(morasanu.extract.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(call, "func", None), "id", "")
            if not isinstance(call, ast.Call) or name not in {"unread", "refuse", "Content"}:
                continue
            code = next((at for at, each in enumerate(call.args) if "MRS-X-0" in ast.unparse(each)), -1)
            place = {"unread": code + 2, "refuse": code + 1, "Content": code + 1}[name]
            if code < 0 or place >= len(call.args):
                continue
            codes = {word for word in list_words(call.args[code]) if word.startswith("MRS-X-0")}
            found |= {(each, detail) for each in codes for detail in list_words(call.args[place])}
    return found


def list_words(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return list_words(node.body) + list_words(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return []


def test_every_detail_has_its_japanese_word() -> None:
    details = {(code, detail) for code, detail in list_details() if detail not in _AS_THEY_ARE}
    assert len(details) > 30
    plain = {(code, detail) for code, detail in details if f"（{detail}）" in unread(code, "", detail).ja}
    assert plain == set()


@pytest.mark.parametrize("name", ["members", "ratio", "member_bytes", "total_bytes", "depth", "pictures", "ocr_s"])
def test_limit_is_told_with_the_name_of_its_setting(name: str) -> None:
    assert refuse("MRS-X-022", name).message_ja.endswith(f" {name}）")
    assert refuse("MRS-X-022", name).message_en == f"over a limit ({name})"


@pytest.mark.parametrize(
    ("code", "detail", "said"),
    [
        ("MRS-X-005", "zip method 97", "未対応の形式（zip の圧縮方式 97）"),
        ("MRS-X-005", "text", "未対応の形式（text）"),
        ("MRS-X-022", "total size", "上限を超えました（全体の大きさ total_bytes）"),
        ("MRS-X-024", "office", "読むための部品がありません（office）"),
        ("MRS-X-025", "ValueError", "中の形式に誤りがあります（ValueError）"),
        ("MRS-X-026", "processor time", "読み取りの子プロセスが落ちました（計算の時間切れ cpu_s）"),
        ("MRS-X-026", "exit -7", "読み取りの子プロセスが落ちました（終了コード -7）"),
    ],
)
def test_detail_is_said_in_japanese_or_stays(code: str, detail: str, said: str) -> None:
    assert unread(code, "", detail).ja == said
