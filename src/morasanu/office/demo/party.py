"""Whom the invented bank's data goes to, as its list of vendors says (examples/bank/本部/総務), and who of them works in the house."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from morasanu.office.demo.bank import Someone


class Outside(NamedTuple):
    """A party. `parent` is the code of whom it is entrusted by."""

    code: str
    name: str
    kind: str
    parent: str
    country: str
    unit: str
    contact: str
    phone: str
    mail: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    note: str


# code | name | kind | entrusted by | country | unit in charge | department | phone | mail | from | last day | note
_PARTIES: Final = """
V-01|㈱みなと印刷|vendor||JP|H03|営業二課|043-555-0770|eigyo2@minato-print.example|2019-04-01||DM・帳票の印刷と封入。次の評価は2026-12-10まで
V-02|㈱潮路ロジ|vendor|V-01|JP|H03|配送管理課|047-555-4402|haiso@shioji-logi.example|2019-04-01||配送。評価の記録がない
V-03|データエントリー房総㈲|vendor||JP|H07|入力センター|043-555-2217|center@boso-entry.example|2020-04-01||申込書の入力。契約に再委託の条項がない
V-04|コールセンター・アンサー東日本㈱|vendor||JP|H05|汐見信金デスク|048-555-3100|shiomi-desk@answer-east.example|2021-04-01||電話応対
V-05|㈲クリーン葛南|vendor||JP|H06|業務係|047-555-8891|gyomu@clean-katsunan.example|2018-04-01||文書の溶解、媒体の破壊。評価の期限（2025-09-01）を過ぎている
V-06|Oceanlift Cloud Pte. Ltd.|vendor||SG|H02|Customer Desk|+65-6555-0148|desk@oceanlift.example|2026-09-01||バックアップの保管。評価の前に始めた
V-07|東都セキュリティ機器㈱|vendor||JP|H06|保守課|0120-555-614|hoshu@toto-sec.example|2019-11-01||監視カメラの保守
V-08|法月税理士事務所|vendor||JP|H11||047-555-7060|office@norizuki-tax.example|2016-04-01||支払調書の作成（個人番号）
V-09|㈱ケーエス発送|vendor||JP|H03||047-555-2939||2015-04-01|2019-03-31|DMの発送（2019年まで）
V-10|健診機関|vendor||JP|H01||||2022-04-01||職員の健康診断
R-01|団体信用生命保険の引受会社|recipient||JP|H08||||||
R-02|信用保証会社|recipient||JP|H08||||||
R-03|個人信用情報機関|recipient||JP|H08||||||
J-01|個人信用情報機関の加盟会員|joint||JP|H08||||||共同利用の公表による
A-01|税務署|authority||JP|H11||||||
A-02|年金事務所、市区町村|authority||JP|H01||||||
A-03|警察庁|authority||JP|H04||||||
A-04|警察本部|authority||JP|H04||||||
"""


def make_parties() -> list[Outside]:
    """Return whom data goes to; a party stands after whom it is entrusted by."""
    return [_read(line.split("|")) for line in _PARTIES.splitlines() if line]


def _read(cells: list[str]) -> Outside:
    code, name, kind, parent, country, unit, contact, phone, mail, *days, note = cells
    first, last = (dt.date.fromisoformat(day) if day else None for day in days)
    return Outside(code, name, kind, parent, country, unit, contact, phone, mail, first, last, note)


_STAFF: Final = """
G0001 十文字,礼 ジュウモンジ,レイ H05 V-04 2021-04-01
G0002 浅葱,芽衣 アサギ,メイ H05 V-04 2024-04-01
G0003 飛鳥井,樹 アスカイ,イツキ H06 V-07 2019-11-01
"""


def make_staff() -> list[tuple[Someone, str]]:
    """Return the vendors' people in the house, each with the code of their party. They are none of the bank's 418."""
    found = []
    for number, name, kana, unit, party, joined in (line.split() for line in _STAFF.splitlines() if line):
        text, reading = name.replace(",", " "), kana.replace(",", " ")
        someone = Someone(number, text, reading, "vendor", unit, "", dt.date.fromisoformat(joined))
        found.append((someone, party))
    return found
