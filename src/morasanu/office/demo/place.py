"""The places where the invented bank keeps personal data: shares, mailboxes, systems, cabinets, rooms, recorders, media."""

from __future__ import annotations

from typing import Final, NamedTuple

from morasanu.office.demo.bank import BRANCHES


class Place(NamedTuple):
    """A location. `address` is what a scan would read, empty for paper and rooms; `parent` is a code or empty."""

    code: str
    name: str
    kind: str
    unit: str
    address: str = ""
    parent: str = ""
    note: str = ""


EXAMPLES: Final = {"S-003": "汐見支店", "S-004": "浜町支店", "S-HQ": "本部"}
"""The shares that lie under examples/bank: code and folder."""
_DOMAIN: Final = "shiomi-shinkin.example"

_PLACES: Final = """
S-HQ|本部共有|share|H02|\\\\fs-hq\\share
MB-H01|人事部 共用メール|mailbox|H01|imap://mail.@/jinji
MB-H03|営業推進部 共用メール|mailbox|H03|imap://mail.@/eisui
MB-H05|お客様相談室 共用メール|mailbox|H05|imap://mail.@/soudan
MB-H06|総務部 共用メール|mailbox|H06|imap://mail.@/soumu
MB-H08|融資審査部 共用メール|mailbox|H08|imap://mail.@/shinsa
MB-H09|リスク統括部 共用メール|mailbox|H09|imap://mail.@/risk
MB-003|汐見支店 共用メール|mailbox|003|imap://mail.@/shiomi
MB-004|浜町支店 共用メール|mailbox|004|imap://mail.@/hamacho
SYS-CRM|顧客管理システム|system|H02|postgresql://crm.@/kokyaku||約38,000人
SYS-CRM-T1|顧客属性表|table|H02|postgresql://crm.@/kokyaku|SYS-CRM
SYS-CRM-T2|操作履歴表|table|H02|postgresql://crm.@/kokyaku|SYS-CRM|一括出力の記録が残る
SYS-CORE|勘定系（共同センター）|system|H07|
SYS-LOAN|融資支援システム|system|H08|
SYS-HR|人事給与システム|system|H01|
SYS-AML|取引モニタリング|system|H04|
SYS-WEB|ホームページ 受付フォーム|system|H05|https://www.@/
SYS-LOG|ログ保管サーバー|system|H02|
SYS-BACKUP|国外バックアップ（Oceanlift）|system|H02|s3://oceanlift-backup.example/||7月から試行。委託先評価は未了
R-01|本店 金庫室|room|001|
R-02|本店 営業室|room|001|
R-03|本店 書庫|room|001|
R-04|汐見支店 書庫|room|003|
R-05|浜町支店 書庫|room|004|
R-06|西支店 書庫|room|005|
R-07|港南支店 書庫|room|007|
R-08|駅前支店 書庫|room|012|
R-09|大橋支店 書庫|room|010|
R-10|サーバー室|room|H02|
R-11|事務センター 印刷室|room|H07|
R-12|文書保管庫|room|H06|
R-13|審査資料室|room|H08|
R-14|秘書室 書庫|room|H12|
CAM-01|カメラ 本店 金庫室|device|001||R-01
CAM-02|カメラ 本店 営業室|device|001||R-02
CAM-03|カメラ 本店 書庫|device|001||R-03
CAM-04|カメラ 汐見支店 書庫|device|003||R-04
CAM-05|カメラ 浜町支店 書庫|device|004||R-05|11月2日 9:14 から映像が止まっている
CAM-06|カメラ 駅前支店 書庫|device|012||R-08
CAM-07|カメラ サーバー室|device|H02||R-10
CAM-08|カメラ 事務センター 印刷室|device|H07||R-11
CAM-09|カメラ 文書保管庫|device|H06||R-12
USB-004-U1|USB 004-U1（暗号化）|device|004|
USB-004-U2|USB 004-U2（暗号化）|device|004|
USB-004-U3|USB 004-U3（暗号化なし）|device|004|||10月14日に持ち出され、返却の記録がない
"""


def make_places() -> list[Place]:
    """Return every location; a parent stands before what is in it."""
    found = []
    for unit in BRANCHES:
        found.append(Place(f"S-{unit.code}", f"{unit.name} 共有", "share", unit.code, rf"\\fs{unit.code}\share"))
        found.append(Place(f"CAB-{unit.code}", f"{unit.name} 相続・申込書キャビネット", "cabinet", unit.code))
    return found + [_read(line) for line in _PLACES.splitlines() if line]


def _read(line: str) -> Place:
    code, name, kind, unit, address, parent, note, *_ = (*line.split("|"), "", "", "")
    return Place(code, name, kind, unit, address.replace("@", _DOMAIN), parent, note)
