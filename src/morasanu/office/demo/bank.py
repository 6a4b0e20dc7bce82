"""The invented 汐見信用金庫: its units, its 418 people and who was appointed to what. Values only, the same each time."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Final, NamedTuple

from morasanu.office.access.role import Role
from morasanu.office.demo.name import Name, make_names

HOUSE: Final = "000"
COMMITTEE: Final = "C01"
HOUSE_NAME: Final = "汐見信用金庫"
COMMITTEE_NAME: Final = "個人データ保護委員会"
TODAY: Final = dt.date(2026, 11, 23)
"""The day on which the demo stands still, unless asked otherwise."""
_SEED: Final = "shiomi"


def to_weekday(day: dt.date) -> dt.date:
    """Return the day, or the Friday before a weekend: what people did they did on working days.

    >>> to_weekday(dt.date(2026, 11, 22)), to_weekday(dt.date(2026, 11, 20))
    (datetime.date(2026, 11, 20), datetime.date(2026, 11, 20))
    """
    return day - dt.timedelta(days=max(0, day.weekday() - 4))


class Unit(NamedTuple):
    """A branch or department: how many people work there, how many of them are dispatched."""

    code: str
    name: str
    size: int
    dispatched: int


BRANCHES: Final = (
    Unit("001", "本店営業部", 34, 3),
    Unit("003", "汐見支店", 24, 2),
    Unit("004", "浜町支店", 22, 1),
    Unit("005", "西支店", 21, 2),
    Unit("006", "北支店", 20, 1),
    Unit("007", "港南支店", 20, 2),
    Unit("008", "桜台支店", 19, 1),
    Unit("009", "緑が丘支店", 18, 1),
    Unit("010", "大橋支店", 20, 2),
    Unit("011", "新田支店", 18, 1),
    Unit("012", "駅前支店", 24, 2),
    Unit("013", "空港通り支店", 18, 1),
)
DEPARTMENTS: Final = (
    Unit("H01", "人事部", 12, 0),
    Unit("H02", "システム部", 18, 3),
    Unit("H03", "営業推進部", 16, 1),
    Unit("H04", "コンプライアンス部", 8, 0),
    Unit("H05", "お客様相談室", 9, 4),
    Unit("H06", "総務部", 14, 1),
    Unit("H07", "事務統括部", 26, 7),
    Unit("H08", "融資審査部", 18, 2),
    Unit("H09", "リスク統括部", 8, 0),
    Unit("H10", "監査部", 10, 0),
    Unit("H11", "経理部", 9, 0),
    Unit("H12", "秘書室", 5, 0),
)
UNITS: Final = BRANCHES + DEPARTMENTS


@dataclass(frozen=True, slots=True)
class Someone:
    """A person. `kind` as in `people.PersonKind`; `left_on` is the last day."""

    number: str
    name: str
    kana: str
    kind: str
    unit: str
    post: str
    joined_on: dt.date
    left_on: dt.date | None = None


class Post(NamedTuple):
    """An appointment: who (staff number), where, as what, from when to when."""

    number: str
    unit: str
    role: Role
    is_deputy: bool
    starts_on: dt.date
    ends_on: dt.date | None


# number, name, reading, kind, unit, post, joined: the people of the stories under examples/
_CAST: Final = """
R0001 潮田,宗一郎 ウシオダ,ソウイチロウ officer 000 理事長 1981-04-01
R0002 三枝,克彦 サエグサ,カツヒコ officer 000 専務理事 1984-04-01
R0003 乙黒,みどり オトグロ,ミドリ officer 000 常務理事 1986-04-01
R0004 百目鬼,達 ドウメキ,トオル officer 000 理事 2021-06-25
R0005 安孫子,正 アビコ,タダシ officer 000 理事 2019-06-27
R0006 ロバート・クレイン ロバート・クレイン officer 000 理事 2023-06-23
R0007 斎木,久雄 サイキ,ヒサオ officer 000 理事 2017-06-29
S0101 鷲尾,典子 ワシオ,ノリコ officer H09 理事・部長 1989-04-01
S0109 名取,将吾 ナトリ,ショウゴ officer H02 理事・部長 1991-04-01
S0118 久世,晴臣 クゼ,ハルオミ staff H09 次長 1997-04-01
S0201 吉永,隆之 ヨシナガ,タカユキ staff 003 支店長 1992-04-01
S0204 八木橋,敦 ヤギハシ,アツシ staff 004 支店長 1993-04-01
S0289 猪股,健 イノマタ,ケン staff 004 次長 2003-04-01
S0377 富樫,美奈子 トガシ,ミナコ staff 003 次長 2000-04-01
S0398 金城,ひかり キンジョウ,ヒカリ staff 004 主任 2017-04-01
S0412 吉良,真由 キラ,マユ staff 003 - 2019-04-01
S0455 江川,大輔 エガワ,ダイスケ staff 003 主任 2014-04-01
S0466 纐纈,祐介 コウケツ,ユウスケ staff 004 調査役 2011-04-01
S0502 相羽,翔 アイバ,ショウ staff 004 - 2022-04-01
S0509 間宮,蓮 マミヤ,レン staff H02 主任 2016-04-01
S0214 瀬戸口,巧 セトグチ,タクミ staff H02 調査役 1999-04-01
S0226 望月,秀一 モチヅキ,シュウイチ staff 013 支店長 1996-04-01
S0231 加瀬,文乃 カセ,アヤノ staff H07 次長 1998-04-01
S0136 稲葉,修 イナバ,オサム staff H01 部長 1990-04-01
S0318 小鳥遊,遥 タカナシ,ハルカ staff H01 課長 2004-04-01
S0305 有馬,千聖 アリマ,チサト staff H03 課長 2002-04-01
S0142 蓮見,佳代子 ハスミ,カヨコ staff H04 部長 1991-04-01
S0256 沓掛,真 クツカケ,マコト staff H04 課長 2001-04-01
S0158 倉橋,芳恵 クラハシ,ヨシエ staff H05 室長 1992-04-01
S0437 大豆生田,葵 オオマメウダ,アオイ staff H05 主任 2013-04-01
S0167 国分,浩 コクブ,ヒロシ staff H06 部長 1993-04-01
S0125 土門,達郎 ドモン,タツロウ staff H10 部長 1988-04-01
S0345 国友,さやか クニトモ,サヤカ staff H10 調査役 2005-04-01
S0173 東雲,真理 シノノメ,マリ staff H12 室長 1994-04-01
S0618 ライ・スニタ ライ・スニタ staff 007 - 2026-10-01
H0031 梁,詩涵 リョウ,シカン dispatched 003 - 2025-06-01
"""
_LEAVING: Final = {"S0455": dt.date(2026, 12, 31)}
CAST: Final = tuple(line.split() for line in _CAST.splitlines() if line)
_BRANCH_POSTS: Final = (
    "支店長",
    "次長",
    "営業課長",
    "融資課長",
    "業務課長",
    "調査役",
    "調査役",
    "主任",
    "主任",
    "主任",
    "主任",
)
_HEAD_POSTS: Final = ("部長", "次長", "課長", "調査役", "調査役", "主任", "主任")


def make_people() -> list[Someone]:
    """Return everybody: 418 people, of whom 9 are officers and 37 dispatched, in order of number."""
    cast = [_read_cast(line) for line in CAST]
    taken = {each.number for each in cast}
    known = {each.name for each in cast}
    names = (name for name in make_names(_SEED, 600) if name.text not in known)
    chance = random.Random(_SEED)  # noqa: S311 - nothing secret
    numbers = {"S": 520, "H": 31}
    found = list(cast)
    for unit in UNITS:
        here = [each for each in cast if each.unit == unit.code]
        dispatched = unit.dispatched - sum(each.kind == "dispatched" for each in here)
        open_posts = _find_open_posts(unit, here)
        for place in range(unit.size - len(here)):
            is_sent = place >= unit.size - len(here) - dispatched
            letter = "H" if is_sent else "S"
            numbers[letter] = _find_number(letter, numbers[letter], taken)
            post = "" if is_sent or place >= len(open_posts) else open_posts[place]
            joined_on = _choose_joining(chance, post, is_sent=is_sent)
            found.append(_hire(f"{letter}{numbers[letter]:04d}", next(names), unit.code, post, joined_on))
    return sorted(found, key=lambda each: each.number)


def _read_cast(words: list[str]) -> Someone:
    number, name, kana, kind, unit, post, joined = words
    text, reading = name.replace(",", " "), kana.replace(",", " ")
    post = "" if post == "-" else post
    return Someone(number, text, reading, kind, unit, post, dt.date.fromisoformat(joined), _LEAVING.get(number))


def _find_open_posts(unit: Unit, here: list[Someone]) -> list[str]:
    posts = list(_BRANCH_POSTS if unit in BRANCHES else _HEAD_POSTS)
    if unit.code == "001":
        posts[0] = "部長"
    for each in here:
        post = each.post.removeprefix("理事・").replace("室長", "部長")
        if post in posts:
            posts.remove(post)
    return posts


def _find_number(letter: str, last: int, taken: set[str]) -> int:
    number = last + 1
    while f"{letter}{number:04d}" in taken:
        number += 1
    return number


def _choose_joining(chance: random.Random, post: str, *, is_sent: bool) -> dt.date:
    if is_sent:
        return dt.date(chance.randint(2022, 2026), chance.choice((1, 4, 6, 7)), 1)
    latest = {"": 2026, "主任": 2017, "調査役": 2011}.get(post, 2003)
    return dt.date(chance.randint(latest - 14, latest), 4, 1)


def _hire(number: str, name: Name, unit: str, post: str, joined_on: dt.date) -> Someone:
    kind = "dispatched" if number.startswith("H") else "staff"
    return Someone(number, name.text, name.kana, kind, unit, post, joined_on)


# -- appointments ------------------------------------------------------------------------------------------------------

_MANAGERS: Final = {"003": "S0377", "004": "", "013": "S0226", "H01": "S0318", "H02": "S0509", "H03": "S0305", "H04": "S0256", "H05": "S0158", "H09": "S0118"}  # fmt: skip
_BEGIN: Final = dt.date(2024, 10, 1)
_YEAR: Final = dt.date(2025, 4, 1)
_MOVE: Final = dt.date(2026, 10, 1)
_BEFORE_MOVE: Final = dt.date(2026, 9, 30)


def make_posts(people: list[Someone]) -> list[Post]:
    """Return the appointments of two years, in order of their first day. 浜町支店 has no manager since 2026-10-01."""
    posts = [
        Post("S0101", HOUSE, Role.OFFICER, False, _BEGIN, None),
        Post("S0118", HOUSE, Role.OFFICER, True, _BEGIN, None),
        Post("S0125", "H10", Role.AUDITOR, False, _BEGIN, None),
        Post("S0345", "H10", Role.AUDITOR, False, _MOVE, None),
        Post("S0214", "H02", Role.ADMINISTRATOR, False, _BEGIN, None),
        Post("S0109", "H02", Role.ADMINISTRATOR, True, _YEAR, None),
        *(Post(each.number, HOUSE, Role.EXECUTIVE, False, _BEGIN, None) for each in people if each.kind == "officer"),
        *(Post(each.number, COMMITTEE, Role.EXECUTIVE, False, _YEAR, None) for each in people if each.unit == HOUSE),
    ]
    for unit in UNITS:
        here = [each for each in people if each.unit == unit.code and each.kind != "dispatched"]
        posts += _appoint_in(unit, sorted(here, key=_rank))
    return sorted(posts, key=lambda each: (each.starts_on, each.unit, each.role, each.number))


def _rank(person: Someone) -> tuple[int, str]:
    order = (
        "理事・部長",
        "支店長",
        "部長",
        "室長",
        "次長",
        "営業課長",
        "課長",
        "融資課長",
        "業務課長",
        "調査役",
        "主任",
        "",
    )
    return order.index(person.post), person.number


def _appoint_in(unit: Unit, here: list[Someone]) -> list[Post]:
    head, deputy = here[0].number, here[1].number
    manager = _MANAGERS.get(unit.code, deputy)
    substitute = next(each.number for each in here[1:] if each.number != (manager or deputy))
    before = here[3].number
    posts = [Post(head, unit.code, Role.APPROVER, False, _MOVE if head == "S0226" else _YEAR, None)]
    if unit.code == "004":
        posts += [Post("S0226", "004", Role.MANAGER, False, _YEAR, _BEFORE_MOVE)]
    elif unit.code == "013":
        posts += [
            Post("S0231", "013", Role.MANAGER, False, _BEGIN, _BEFORE_MOVE),
            Post(manager, "013", Role.MANAGER, False, _MOVE, None),
        ]
    else:
        ended = dt.date(2025, 3, 31)
        posts += [
            Post(before, unit.code, Role.MANAGER, False, _BEGIN, ended),
            Post(manager, unit.code, Role.MANAGER, False, _YEAR, None),
        ]
    posts.append(Post(substitute, unit.code, Role.MANAGER, True, _YEAR, None))
    handlers = here[-max(2, unit.size // 4) :]
    names = dict.fromkeys([*(each.number for each in handlers), *({"003": ("S0412", "S0455"), "004": ("S0502", "S0398")}.get(unit.code, ()))])  # fmt: skip
    return [
        *posts,
        *(Post(number, unit.code, Role.HANDLER, False, _find_start(number, here), None) for number in names),
    ]


def _find_start(number: str, here: list[Someone]) -> dt.date:
    joined_on = next(each.joined_on for each in here if each.number == number)
    return max(_YEAR, joined_on)
