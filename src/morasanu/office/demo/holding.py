"""The register of the invented bank: what each branch and department holds, in the words of a shinkin bank, and where it lies."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from morasanu.office.demo.bank import BRANCHES, DEPARTMENTS, to_weekday

_LABELS: Final = {
    "P": "PERSON", "A": "ADDRESS", "Z": "POSTAL_CODE", "T": "PHONE", "E": "EMAIL", "D": "DATE_OF_BIRTH", "C": "CUSTOMER_ID",
    "B": "BANK_ACCOUNT", "K": "CREDIT_CARD", "M": "MY_NUMBER", "L": "DRIVER_LICENSE", "X": "PASSPORT", "R": "RESIDENCE_CARD",
    "N": "PENSION_NUMBER", "H": "HEALTH_INSURANCE", "S": "SENSITIVE", "W": "SECRET", "I": "IP_ADDRESS",
}  # fmt: skip


class Lying(NamedTuple):
    """Where a holding lies: code of the location, folder or table below it."""

    location: str
    path: str = ""


class Held(NamedTuple):
    """One row of the register."""

    code: str
    name: str
    unit: str
    medium: str
    labels: tuple[str, ...]
    persons: int
    subjects: str
    retention: str
    purpose: str
    lies: tuple[Lying, ...]
    started_on: dt.date
    checked_on: dt.date | None


# name | medium | labels | persons | whose | kept | what for | where ({} is the branch)
_OF_BRANCH: Final = """
本人確認記録|file|PADCTZEBMLXRHS|900|個人のお客様|取引終了後7年|取引時確認の記録を作り、保存する|S-{}:窓口
個人ローン 稟議書・団信告知|file|PADTEZCBS|240|ローンのお客様|完済後10年|融資の審査、条件変更、団体信用生命保険の取次ぎ|S-{}:融資
相続手続書類|paper|PADTZEBCS|60|亡くなったお客様と相続人|10年|相続預金の払戻し、名義変更|CAB-{},S-{}:相続
訪問日報・訪問先リスト|file|PATZENR|420|渉外担当先のお客様|3年|集金、満期の案内、訪問活動の管理|S-{}:渉外
預金申込書・印鑑届|paper|PADTCBZ|3200|預金のお客様|解約後10年|預金契約の締結と管理、印鑑照合|CAB-{}
"""
_OF_UNIT: Final = """
003|カレンダー配布先|file|PA|180|カレンダーを配るお客様|1年|年末の挨拶品の配布|S-003:カレンダー
003|支店会議の記録|file|PTS|40|お客様と職員|5年|支店の運営|S-003:会議
003|苦情受付票|file|PATBS|30|申し出たお客様|5年|苦情の受付と回答|S-003:苦情,MB-003
004|優良先台帳|file|PADTZCBS|120|優良先のお客様|取引終了後10年|渉外方針の検討|S-004:顧客台帳
004|応対記録|file|PATZEBKLS|350|問い合わせたお客様|3年|問い合わせへの回答|S-004:問い合わせ,MB-004
004|成年後見の届出|file|PADTBLS|20|被後見人と後見人|終了後10年|制限行為能力者との取引|S-004:後見
004|媒体・書類の持出簿|file|PT|60|職員とお客様|5年|持出しの承認と返却の確認|S-004:持出簿
004|防犯設備の点検簿|file|PT|20|職員|3年|防犯カメラの点検|S-004:防犯
004|自己点検表|file|P|20|職員|5年|個人データの取扱いの自店検査|S-004:自己点検
004|満期案内の台本|file|P|5|職員|1年|電話での満期の案内|S-004:営業
004|要注意先メモ|file|PADTCXS|30|要注意先のお客様|取引終了後10年|取引の謝絶、応対の注意|S-004:要注意
H01|社員名簿|file|PADTRSE|480|役職員|退職後5年|人事管理、緊急の連絡|S-HQ:人事,SYS-HR
H01|給与・振込データ|system|PADBHN|480|役職員|7年|給与の計算と支払い|SYS-HR,S-HQ:人事
H01|年末調整・扶養控除申告書|file|PADM|610|役職員とその家族|7年|源泉徴収事務（個人番号関係事務）|S-HQ:人事
H01|健康診断の結果|file|PDS|418|役職員|5年|安全配慮、健康管理|S-HQ:人事
H02|顧客管理データベース|system|PADTZECBLXRNS|38000|お客様|取引終了後10年|お客様情報の一元管理|SYS-CRM,SYS-CRM-T1
H02|アプリ会員データ|file|PADTZEC|900|アプリ会員|退会後1年|アプリの利用者管理|S-HQ:システム
H02|アクセス記録|system|PIC|418|役職員|3年|不正利用の監視|SYS-LOG,SYS-CRM-T2,S-HQ:システム
H02|サーバー設定・障害記録|file|PTEIWADLRSB|40|役職員とお客様|3年|システムの運用|S-HQ:システム
H03|DM発送リスト|file|PAZ|5000|案内に同意したお客様|発送後3か月|商品の案内|S-HQ:営業推進
H03|キャンペーン応募者|file|PATBE|310|応募したお客様|抽選後6か月|抽選と賞品の発送|S-HQ:営業推進
H03|ホームページの問い合わせ|file|PTEIS|90|問い合わせたお客様|1年|問い合わせへの回答|S-HQ:営業推進,MB-H03
H03|年金友の会 会員名簿|file|PADTN|2100|年金受取のお客様|退会後1年|行事の案内|S-HQ:営業推進
H04|反社照会の結果|file|PADS|760|取引の相手方|10年|反社会的勢力との関係の遮断|S-HQ:コンプライアンス
H04|疑わしい取引の届出控え|file|PADTBXRI|85|届出の対象者|7年|犯罪収益移転防止法による届出|S-HQ:コンプライアンス,SYS-AML
H04|内部通報の記録|paper|PTS|12|通報した職員|5年|通報への対応|R-12
H04|研修の受講記録|file|P|418|役職員|5年|個人情報保護の研修|S-HQ:コンプライアンス
H05|苦情一覧|file|PATECBS|300|申し出たお客様|5年|苦情の分析と再発防止|S-HQ:お客様相談室,MB-H05
H05|コールセンター日報|file|PADTBK|520|電話したお客様|2年|応対の引継ぎ|S-HQ:お客様相談室
H05|公開フォームの受付|system|PTEIA|160|申し出た方|3年|申出への対応|SYS-WEB,S-HQ:お客様相談室
H05|通話録音|media|PT|6100|電話したお客様|6か月|応対品質の確認|SYS-LOG
H06|出資・会員名簿|system|PADCB|21400|会員|脱退後10年|出資の管理、総代会|SYS-CORE
H06|委託先の担当者名簿|file|PATE|45|委託先の担当者|契約終了後5年|委託先の監督|S-HQ:総務,MB-H06
H06|理事会議事録・鍵の貸与簿|file|PDSC|60|役職員と会員|永久|機関の運営、鍵の管理|S-HQ:総務
H06|監視カメラ映像|media|P|0|来店したお客様と職員|2か月|防犯|CAM-01,CAM-02,CAM-03,CAM-04,CAM-05,CAM-06,CAM-07,CAM-08,CAM-09
H07|預金元帳|system|PADTCBZ|38000|預金のお客様|取引終了後10年|預金・為替の業務|SYS-CORE
H07|外為 送金依頼書|paper|PATBX|640|送金したお客様|10年|外国送金、外為法の確認|R-11
H07|個人番号の告知書|paper|PADM|9200|投資信託・マル優のお客様|7年|法定調書の作成（個人番号関係事務）|R-12,S-HQ:事務統括
H07|事務通達の問い合わせ先|file|P|30|職員|3年|事務の指導|S-HQ:事務統括
H08|融資審査記録|system|PADTCBS|4300|ローンのお客様|完済後10年|融資の審査|SYS-LOAN
H08|審査回答メール|file|PDTES|150|申込のお客様|1年|審査結果の回答|S-HQ:融資審査,MB-H08
H08|個人信用情報の照会記録|system|PADT|5200|申込のお客様|1年|返済能力の調査|SYS-LOAN
H08|担保・保証人の書類|paper|PADT|1900|保証人、担保提供者|完済後10年|債権の保全|R-13
H09|個人データ管理台帳|file|P|30|管理者|永久|安全管理|S-HQ:リスク統括
H09|漏えい等事案の記録|file|PADTBES|1400|本人と報告者|10年|当局への報告、本人への通知|S-HQ:リスク統括,MB-H09
H09|開示等請求の受付簿|file|PADT|25|請求した本人|5年|開示・訂正・利用停止の請求への対応|S-HQ:リスク統括
H09|延滞・事故の報告|file|PT|80|お客様と職員|5年|事務リスクの管理|S-HQ:リスク統括
H10|監査調書|file|PDI|200|お客様と職員|10年|内部監査|S-HQ:監査
H10|監査の面談記録|file|P|40|職員|10年|内部監査|S-HQ:監査
H10|臨店検査の指摘一覧|file|P|60|職員|10年|改善の追跡|S-HQ:監査
H11|支払調書・源泉徴収|file|PAMBT|120|支払先の個人|7年|法定調書の作成（個人番号関係事務）|S-HQ:経理
H11|役員報酬の台帳|file|PB|12|役員|10年|報酬の支払い|S-HQ:経理
H11|仮払・立替の精算書|paper|PB|418|役職員|7年|経費の精算|R-12
H11|取引先 振込先台帳|file|PATB|210|取引先の個人事業主|取引終了後7年|代金の支払い|S-HQ:経理
H12|役員日程|file|PADTZS|60|役員と来訪者|1年|役員の日程管理|S-HQ:秘書室
H12|慶弔・贈答の名簿|file|PAZD|900|総代、取引先の代表者|3年|慶弔と贈答|S-HQ:秘書室
H12|役員の履歴書・誓約書|paper|PADT|12|役員|退任後10年|届出、登記|R-14
H12|来訪者の受付簿|paper|P|700|来訪者|1年|入館の管理|R-14
"""
_LABELS_OF: Final = {("003", "個人ローン 稟議書・団信告知"): "PADTEZCB"}
"""汐見支店 declares no health information; the private copy of an employee holds some."""
_LIES_OF: Final = {("004", "相続手続書類"): "CAB-004"}
"""浜町支店 keeps these on paper only."""
_CHECKED: Final = {"003": dt.date(2026, 10, 30), "004": dt.date(2026, 4, 28), "011": dt.date(2025, 10, 2), "H02": dt.date(2026, 10, 12), "H04": dt.date(2026, 10, 20)}  # fmt: skip


def make_register() -> list[Held]:
    """Return the rows of the register, in order of code."""
    lines = [
        f"{unit.code}|{line.format(*[unit.code] * line.count('{}'))}"
        for unit in BRANCHES
        for line in _OF_BRANCH.splitlines()
        if line
    ]
    lines += [line for line in _OF_UNIT.splitlines() if line]
    counts: dict[str, int] = {}
    found = []
    for line in sorted(lines, key=lambda each: each.split("|")[0]):
        unit = line.split("|")[0]
        counts[unit] = counts.get(unit, 0) + 1
        found.append(_read(line.split("|"), counts[unit]))
    return found


def _read(cells: list[str], number: int) -> Held:
    unit, name, medium, labels, persons, subjects, retention, purpose, places = cells
    labels = _LABELS_OF.get((unit, name), labels)
    lies = tuple(Lying(*each.split(":")) for each in _LIES_OF.get((unit, name), places).split(","))
    size = {each.code: each.size for each in BRANCHES}.get(unit, 20)
    count = int(persons) * size // 20 if unit in {each.code for each in BRANCHES} else int(persons)
    rank = [each.code for each in (*BRANCHES, *DEPARTMENTS)].index(unit)
    started_on = dt.date(2014 + (rank * 3 + number) % 10, 4, 1)
    checked_on = to_weekday(_CHECKED.get(unit, dt.date(2026, 9, 7) + dt.timedelta(days=rank * 2 + number)))
    codes = tuple(_LABELS[letter] for letter in labels)
    return Held(f"L-{unit}-{number:02d}", name, unit, medium, codes, count, subjects, retention, purpose, lies, started_on, checked_on)  # fmt: skip


class Passing(NamedTuple):
    """What happens to a holding beside being acquired and used. `party` is a name, empty for none."""

    unit: str
    name: str
    kind: str
    party: str
    ground: str
    volume: int | None
    note: str = ""


# unit (* is every branch) | name | kind | with whom | ground | how many a year | note
_PASSING: Final = """
H03|DM発送リスト|entrust|㈱みなと印刷|委託契約 201904010012|212000|封入と発送。配送は㈱潮路ロジに再委託
*|本人確認記録|entrust|データエントリー房総㈲|委託契約 202004010047|3200|再委託の条項がない
H05|コールセンター日報|entrust|コールセンター・アンサー東日本㈱|委託契約 202104010003|61200|
H05|通話録音|entrust|コールセンター・アンサー東日本㈱|委託契約 202104010003|61200|
*|預金申込書・印鑑届|erase|㈲クリーン葛南|委託契約 201804010005|34|溶解。評価の期限を過ぎている（箱）
*|相続手続書類|erase|㈲クリーン葛南|委託契約 201804010005|6|溶解。評価の期限を過ぎている（箱）
H02|顧客管理データベース|cross_border|Oceanlift Cloud Pte. Ltd.|基準適合体制（確認中）|38000|シンガポール。委託先評価の前に始めた
H06|監視カメラ映像|entrust|東都セキュリティ機器㈱|委託契約 201911880043||カメラの保守
H11|支払調書・源泉徴収|entrust|法月税理士事務所|委託契約 201604010002|86|個人番号を含む
H11|支払調書・源泉徴収|provide|税務署|法令に基づく提出|120|
H07|個人番号の告知書|provide|税務署|法令に基づく提出|9200|
*|個人ローン 稟議書・団信告知|provide|団体信用生命保険の引受会社|本人の同意|120|告知書の取次ぎ
*|個人ローン 稟議書・団信告知|provide|信用保証会社|本人の同意|150|
H08|個人信用情報の照会記録|provide|個人信用情報機関|本人の同意|5200|
H08|個人信用情報の照会記録|joint|個人信用情報機関の加盟会員|共同利用の公表|5200|
H04|疑わしい取引の届出控え|provide|警察庁|法令に基づく届出|85|
H04|反社照会の結果|provide|警察本部|法令に基づく照会|60|
H01|給与・振込データ|provide|年金事務所、市区町村|法令に基づく届出|1900|
H01|健康診断の結果|entrust|健診機関|委託契約 202204010031|418|
H06|出資・会員名簿|use||会員名簿の閲覧への対応||
"""


def make_passings() -> list[tuple[str, Passing]]:
    """Return each flow with the code of its holding: acquisition of every one, and what is passed on."""
    rows = [Passing(*_read_passing(line)) for line in _PASSING.splitlines() if line]
    branches = {each.code for each in BRANCHES}
    found = []
    for held in make_register():
        found.append((held.code, Passing(held.unit, held.name, "acquire", "", "利用目的の公表", held.persons)))
        found += [
            (held.code, row)
            for row in rows
            if row.name == held.name and (row.unit == held.unit or (row.unit == "*" and held.unit in branches))
        ]
    return found


def _read_passing(line: str) -> tuple[str, str, str, str, str, int | None, str]:
    unit, name, kind, party, ground, volume, note, *_ = (*line.split("|"), "")
    return unit, name, kind, party, ground, int(volume) if volume else None, note
