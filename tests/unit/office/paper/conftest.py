"""A letter and a table as the office of 汐見信用金庫 prints them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from morasanu.office.paper.letter import AppointmentLetter, Issuer
from morasanu.office.paper.table import Column, PaperTable
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

pytest.importorskip("typst", reason="typst is not installed")


@pytest.fixture
def make_letter() -> Callable[..., AppointmentLetter]:
    def make(**changes: object) -> AppointmentLetter:
        fields = {
            "number": "任命-2026-014",
            "person_name": "髙橋 﨑子",
            "person_kana": "ﾀｶﾊｼ ｻｷｺ",
            "unit_name": "浜町支店",
            "role": Words("個人データ管理者", "Personal Data Manager"),
            "starts_on": "令和8年4月1日",
            "ends_on": "令和9年3月31日",
            "duties": (Words("取扱状況を把握し、責任者に報告すること", "Know how data is handled and report"),),
            "issuer": Issuer("汐見信用金庫", "理事長", "潮田 𠮷野"),
            "issued_on": "令和8年3月20日",
            "made_on": date(2026, 3, 20),
        }
        return AppointmentLetter(**fields | changes)  # type: ignore[arg-type]

    return make


@pytest.fixture
def make_table() -> Callable[..., PaperTable]:
    def make(rows: Iterable[tuple[str, ...]], **changes: object) -> PaperTable:
        columns = (Column("番号", 1, "right"), Column("氏名", 2), Column("内容", 4), Column("本人数", 1, "right"))
        facts = (("部署", "リスク統括部"), ("基準日", "令和8年11月23日"), ("版", "第14版"), ("台帳番号", "12,408"))
        fields = {
            "title": "個人データ管理台帳",
            "columns": columns,
            "rows": rows,
            "facts": facts,
            "made_on": date(2026, 11, 23),
        }
        return PaperTable(**fields | changes)  # type: ignore[arg-type]

    return make
