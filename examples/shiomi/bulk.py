"""The long files that nobody writes by hand: lists of persons and access logs, drawn from a seed, check digits computed."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from shiomi.mark import mark

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Common names, put together by chance: no row is a person.
_SURNAMES = (
    "相沢アイザワ 秋元アキモト 安西アンザイ 飯島イイジマ 石毛イシゲ 伊藤イトウ 岩井イワイ 内田ウチダ 江口エグチ 遠藤エンドウ 大木オオキ 大野オオノ "
    "小泉コイズミ 小林コバヤシ 近藤コンドウ 斎藤サイトウ 坂本サカモト 佐久間サクマ 佐藤サトウ 椎名シイナ 篠塚シノヅカ 清水シミズ 白鳥シラトリ "
    "鈴木スズキ 関口セキグチ 高橋タカハシ 田島タジマ 田中タナカ 千葉チバ 塚本ツカモト 戸村トムラ 中台ナカダイ "
    "長島ナガシマ 中村ナカムラ 成田ナリタ 西野ニシノ 根本ネモト 野口ノグチ 萩原ハギワラ 長谷川ハセガワ 林ハヤシ 日暮ヒグラシ 平野ヒラノ 藤代フジシロ "
    "古川フルカワ 星野ホシノ 堀江ホリエ 増田マスダ 松丸マツマル 三橋ミツハシ 宮内ミヤウチ 村上ムラカミ 望月モチヅキ 森モリ 八木ヤギ 矢野ヤノ "
    "山口ヤマグチ 山崎ヤマザキ 湯浅ユアサ 吉岡ヨシオカ 吉野ヨシノ 渡辺ワタナベ 和田ワダ 髙橋タカハシ 榊原サカキバラ 五十嵐イガラシ 長谷部ハセベ"
).split()
_GIVEN = (
    "昭夫アキオ 明美アケミ 和夫カズオ 和子カズコ 勝マサル 清キヨシ 恵子ケイコ 健一ケンイチ 幸子サチコ 茂シゲル 静江シズエ 正一ショウイチ 進ススム "
    "節子セツコ 隆タカシ 武タケシ 千代子チヨコ 恒夫ツネオ 照子テルコ 敏子トシコ 直樹ナオキ 信子ノブコ 春江ハルエ 久美子クミコ 秀樹ヒデキ 博ヒロシ "
    "翔太ショウタ 陽子ヨウコ 裕司ユウジ 香織カオリ 哲也テツヤ 奈津子ナツコ 英明ヒデアキ 萌モエ 拓海タクミ さくらサクラ ひとみヒトミ"
).split()
_TOWNS = (
    "273-0866 千葉県船橋市夏見台 273-0045 千葉県船橋市山手 273-0048 千葉県船橋市丸山 274-0825 千葉県船橋市前原西 274-0812 千葉県船橋市三咲 "
    "273-0018 千葉県船橋市栄町 274-0802 千葉県船橋市八木が谷 274-0816 千葉県船橋市芝山 272-0825 千葉県市川市須和田 272-0032 千葉県市川市大洲 "
    "272-0834 千葉県市川市国分 272-0114 千葉県市川市塩焼 275-0012 千葉県習志野市本大久保 275-0025 千葉県習志野市秋津 275-0002 千葉県習志野市実籾 "
    "261-0005 千葉県千葉市美浜区稲毛海岸 261-0012 千葉県千葉市美浜区磯辺 262-0043 千葉県千葉市花見川区天戸町 276-0042 千葉県八千代市ゆりのき台 "
    "276-0023 千葉県八千代市勝田台 273-0121 千葉県鎌ケ谷市初富 273-0104 千葉県鎌ケ谷市東鎌ケ谷 270-0065 千葉県松戸市南花島 285-0846 千葉県佐倉市上志津"
).split()
_STAFF = "S0412/吉良 真由/4.31,S0377/富樫 美奈子/4.32,S0455/江川 大輔/4.35,S0398/金城 ひかり/2.18,S0289/猪股 健/2.22"
_BUILDINGS = ("汐見ハイツ", "コーポ松の実", "メゾン凪", "第二浜風荘", "グランシャトー桜台", "サンライズ大橋")


class _Draw:
    """A row of numbers from a seed, alike on every machine and version."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def below(self, limit: int) -> int:
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}/{self._count}".encode()).digest()
        return int.from_bytes(digest[:8]) % limit

    def one(self, choices: Sequence[str]) -> str:
        return choices[self.below(len(choices))]


def make_dm_list() -> str:
    """Return the DM list of summer 2019: 1,204 persons, none of whom share name and date of birth."""
    draw = _Draw("dm-2019")
    rows = ["顧客番号,氏名,フリガナ,郵便番号,住所,電話番号,生年月日,性別,定期満期,DM区分"]
    while len(rows) <= 1204:
        name, kana = _draw_name(draw)
        born = f"{1932 + draw.below(62)}/{1 + draw.below(12):02d}/{1 + draw.below(28):02d}"
        code, address = _draw_address(draw)
        who = f"{_draw_customer(draw)},{mark(name, 'PERSON')},{mark(kana, 'PERSON')}"
        where = f"{mark(code, 'POSTAL_CODE')},{mark(address, 'ADDRESS')},{_draw_phone(draw)}"
        what = f"{draw.one(('男', '女'))},2019/{7 + draw.below(3):02d},{draw.one(('A', 'A', 'B', 'C-退職金'))}"
        rows.append(f"{who},{where},{mark(born, 'DATE_OF_BIRTH')},{what}")
    return "\n".join(rows) + "\n"


def make_calendar_list() -> str:
    """Return 180 rows of a list that its title calls names and addresses only, and that carries account numbers."""
    draw = _Draw("calendar-2025")
    rows = ["カレンダー配布先（氏名・住所のみ）\t\t\t\t", "No\tお名前\tご住所\t備考\t(作業列)"]
    for number in range(1, 181):
        name, _ = _draw_name(draw)
        _, address = _draw_address(draw)
        note = draw.one(("", "", "", "2本", "卓上希望", "不在時ポスト"))
        account = mark(f"{draw.below(9 * 10**6) + 10**6:07d}", "BANK_ACCOUNT")
        rows.append(f"{number}\t{mark(name, 'PERSON')}\t{mark(address, 'ADDRESS')}\t{note}\t普通 {account}")
    return "\n".join(rows) + "\n"


def make_access_log() -> str:
    """Return two days of the customer system's log of use; at 22:40 one operator exports 3,100 records."""
    draw = _Draw("access-2026")
    staff = [
        f"{login},{mark(name, 'PERSON')},{mark(f'10.20.{host}', 'IP_ADDRESS')}"
        for login, name, host in (entry.split("/") for entry in _STAFF.split(","))
    ]
    acts = ("照会", "照会", "照会", "照会", "更新", "帳票印刷", "名寄せ検索")
    rows = ["日時,操作者,氏名,端末IP,操作,対象顧客番号,件数,結果"]
    for day in ("2026-11-18", "2026-11-19"):
        for tick in range(150):
            at = _clock(31500 + tick * 190 + draw.below(180))
            rows.append(f"{day} {at},{draw.one(staff)},{draw.one(acts)},{_draw_customer(draw)},1,正常")
    rows.append(f"2026-11-19 22:40:07,{staff[2]},一括出力(CSV),-,3100,正常")
    rows.append(f"2026-11-19 22:43:51,{staff[2]},ログアウト,-,0,正常")
    return "\n".join(rows) + "\n"


def make_web_log() -> str:
    """Return a web server's log of the public site, addresses from the ranges kept for documentation."""
    draw = _Draw("web-2026")
    pages = "/ /branch/shiomi.html /loan/housing/ /css/site.css?v=3.2.1.0 /form/report /news/20261101.html".split()
    agents = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)")
    rows = []
    for tick in range(160):
        network = draw.one(("192.0.2.", "198.51.100.", "203.0.113."))
        address = mark(f"{network}{1 + draw.below(250)}", "IP_ADDRESS")
        at = f"15/Nov/2026:{_clock(80400 + tick * 19 + draw.below(15))} +0900"
        answer = f"{draw.one(('200', '200', '304', '404'))} {draw.below(48000)}"
        rows.append(f'{address} - - [{at}] "GET {draw.one(pages)} HTTP/1.1" {answer} "-" "{draw.one(agents)}"')
    return "\n".join(rows) + "\n"


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _draw_customer(draw: _Draw) -> str:
    return mark(f"{40 + draw.below(30):04d}{draw.below(10**6):06d}", "CUSTOMER_ID")


def _draw_name(draw: _Draw) -> tuple[str, str]:
    """Return a name and its katakana, which the lists write right behind it."""
    (_, surname, surname_kana, _), (_, given, given_kana, _) = (
        re.split(r"([^ァ-ヺ]+)([ァ-ヺ]+)", draw.one(names)) for names in (_SURNAMES, _GIVEN)
    )
    return f"{surname}\u3000{given}", f"{surname_kana} {given_kana}"


def _draw_address(draw: _Draw) -> tuple[str, str]:
    place = draw.below(len(_TOWNS) // 2) * 2
    block = f"{1 + draw.below(7)}-{1 + draw.below(30)}-{1 + draw.below(25)}"
    if draw.below(3) == 0:
        block += f" {draw.one(_BUILDINGS)}{1 + draw.below(8)}{1 + draw.below(12):02d}号"
    return _TOWNS[place], _TOWNS[place + 1] + block


def _draw_phone(draw: _Draw) -> str:
    tail = f"{draw.below(10000):04d}"
    phone = draw.one((f"047-555-{tail}", f"047-555-{tail}", f"047555{tail}", f"090-55{draw.below(90) + 10}-{tail}", ""))
    return mark(phone, "PHONE") if phone else ""


GENERATORS: dict[str, Callable[[], str]] = {
    "dm_list": make_dm_list,
    "calendar_list": make_calendar_list,
    "access_log": make_access_log,
    "web_log": make_web_log,
}
"""What `generator` in the manifest may name."""
