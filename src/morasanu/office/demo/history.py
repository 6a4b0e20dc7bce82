"""Two years of the invented bank: what was shown for its controls, what was found wrong and done about it, what was scanned."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.office.demo.bank import BRANCHES, TODAY, to_weekday
from morasanu.office.demo.holding import make_register
from morasanu.office.demo.place import EXAMPLES, make_places
from morasanu.rules.requirement import PERSON, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from morasanu.rules.requirement import Control, Requirements

_BEGIN: Final = dt.date(2024, 11, 25)


class Shown(NamedTuple):
    """A piece of evidence of a control; `holds` is False where it shows that something is amiss."""

    control: str
    unit: str
    kind: str
    holds: bool
    ja: str
    en: str
    on: dt.date
    valid_until: dt.date


class Wrong(NamedTuple):
    """A finding and its action. `done_on` is None while it is open."""

    unit: str
    kind: str
    grade: str
    title: str
    cause: str
    opened_on: dt.date
    action: str
    owner: str
    due_on: dt.date
    is_begun: bool
    done_on: dt.date | None = None


class Scanned(NamedTuple):
    """A scan of the past: counts only, its report is not kept."""

    location: str
    on: dt.date
    files: int
    not_inspected: int
    findings: int


# -- controls and their evidence ---------------------------------------------------------------------------------------

_UNITS: Final = {
    "C-AUDIT": "H10", "C-POLICY": "H09", "C-NOTICE": "H06", "C-WORK-RULES": "H01", "C-TRAIN": "H01", "C-PLEDGE": "H01",
    "C-AREA": "H06", "C-LOCK": "H06", "C-DISPOSE": "H06", "C-COMPLAINT": "H05", "C-CREDIT": "H08", "C-CARD": "H07",
    "C-CONSENT": "H03", "C-SENSITIVE": "H08", "C-VENDOR-CHOOSE": "H06", "C-VENDOR-CONTRACT": "H06", "C-VENDOR-CHECK": "H06",
    "C-VENDOR-CHAIN": "H06", "C-ACCESS": "H02", "C-SECOND-FACTOR": "H02", "C-AUTHENTICATE": "H02", "C-LOG": "H02",
    "C-DEFEND": "H02", "C-SEND": "H07", "C-RESTORE": "H02", "C-SECRET": "H02", "C-ABROAD": "H02", "C-RECORD": "H09",
}  # fmt: skip
_NEVER_SHOWN: Final = ("C-ABROAD", "C-CARD")
"""Nothing was ever shown for these: nobody looked into handling abroad, and card data were forgotten."""
_LATE: Final = {"C-VENDOR-CHECK": dt.date(2024, 9, 1), "C-DEFEND": dt.date(2025, 10, 14)}
"""The last evidence of these is too old."""
_AMISS: Final = {
    "C-VENDOR-CONTRACT": ("委託契約の条項を確認した。データエントリー房総㈲の契約に再委託の条項がない", "Contracts checked: the one with データエントリー房総㈲ lacks a clause on sub-vendors", dt.date(2026, 10, 5)),
    "C-TAKE-OUT": ("持出簿を確認した。浜町支店の USB 004-U3 が返却されていない", "Take-outs checked: USB 004-U3 of 浜町支店 was never returned", dt.date(2026, 11, 18)),
    "C-AREA": ("高リスク場所14か所のうちカメラは9か所。浜町支店 書庫のカメラは11月2日から止まっている", "Cameras at 9 of 14 high-risk places; the one in the archive of 浜町支店 has been frozen since 2 Nov", dt.date(2026, 11, 19)),
}  # fmt: skip
_MACHINE_AMISS: Final = {"appointments_filled": dt.date(2026, 10, 1), "actions_on_time": dt.date(2026, 10, 1)}
"""Since when the machine's readings of these say no."""


def find_unit(control: str) -> str:
    """Return the unit that answers for a control."""
    return _UNITS.get(control, "H09")


def show_controls(requirements: Requirements) -> list[Shown]:
    """Return the evidence of two years: of people each cycle, of the machine each month."""
    found: list[Shown] = []
    for rank, control in enumerate(requirements.controls):
        if control.judged_by != PERSON:
            valid_days = requirements.judgements[control.judged_by].valid_days
            found += _read_machine(control, valid_days)
        elif control.id not in _NEVER_SHOWN:
            found += _show_by_people(control, rank)
    return found


def _show_by_people(control: Control, rank: int) -> Iterable[Shown]:
    unit = find_unit(control.id)
    last = _LATE.get(control.id, TODAY - dt.timedelta(days=rank * 5 % 75 + 3))
    if control.id in _AMISS:
        last = _step_back(last, 6)  # what is amiss is what was seen last
    day = last
    while day >= _BEGIN or day == last:
        kind = ("file", "witness", "link")[(rank + day.year) % 3]
        until = _step_back(day, -control.cycle_months)
        yield Shown(control.id, unit, kind, True, f"{control.title.ja}を確認した", f"{control.title.en}: checked", to_weekday(day), until)  # fmt: skip
        day = _step_back(day, control.cycle_months)
    if control.id in _AMISS:
        ja, en, on = _AMISS[control.id]
        yield Shown(control.id, unit, "witness", False, ja, en, on, _step_back(on, -control.cycle_months))


def _read_machine(control: Control, valid_days: int) -> Iterable[Shown]:
    since = _MACHINE_AMISS.get(control.judged_by)
    for months in range(24):
        day = _step_back(dt.date(2026, 11, 20), months)
        holds = since is None or day < since
        ja, en = ("基準を満たしている", "holds") if holds else ("基準を満たしていない", "does not hold")
        title = control.title
        yield Shown(control.id, find_unit(control.id), "machine", holds, f"{title.ja}: {ja}", f"{title.en}: {en}", day, day + dt.timedelta(days=valid_days))  # fmt: skip


def _step_back(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months before; the 28th at most."""
    count = day.year * 12 + day.month - 1 - months
    return dt.date(count // 12, count % 12 + 1, min(day.day, 28))


class Cell(NamedTuple):
    """A cell of the coverage matrix: the section of the rule that covers the stage, or why none does."""

    rule: str
    stage: str
    section: str
    reason: str


# rule | a section for each stage, `*` before the reason why there is none, `-` where nobody wrote anything
_COVERAGE: Final = """
個人データ取扱規程|第2章|第3章|第4章|第5章|第6章|第8章
特定個人情報取扱規程|第7条|第12条|第15条|第18条|第21条|第25条
情報システム管理規程|*取得は取扱規程による|第10条|第14条|第17条|第22条|第30条
文書管理規程|*取得は取扱規程による|*利用は取扱規程による|第6条|第9条|第12条|*漏えい等は危機管理規程による
外部委託管理規程|-|第8条|第9条|第11条|第13条|第16条
渉外・持出し要領|3-1|3-2|3-4|3-5|-|3-9
"""


def make_coverage() -> list[Cell]:
    """Return the cells that were filled in."""
    found = []
    for line in filter(None, _COVERAGE.splitlines()):
        rule, *cells = line.split("|")
        for stage, text in zip(Stage, cells, strict=True):
            if text != "-":
                section, reason = ("", text[1:]) if text.startswith("*") else (text, "")
                found.append(Cell(rule, stage, section, reason))
    return found


class Excluded(NamedTuple):
    """A requirement that does not concern the bank, why, and until when that was thought."""

    requirement: str
    reason: str
    valid_until: dt.date


EXCLUDED: Final = (
    *(
        Excluded(f"FSA14-CARD-{name}", "資金移動業を営まず、カード番号を保存していない", dt.date(2027, 3, 31))
        for name in "abc"
    ),
    Excluded("FSA-SYS-9", "電子決済等代行業者と接続していない", dt.date(2026, 9, 30)),
)


# -- what was wrong and is done ----------------------------------------------------------------------------------------

# grade | what | why | what was done; each happened in several units
_USUAL: Final = """
low|離席時に画面がロックされていない|自動ロックの設定が外れていた|自動ロックを5分に設定し、全員に伝えた
middle|取引時確認の写しが保存期間を過ぎて残っている|廃棄の担当が決まっていない|期限を過ぎた写しを溶解し、担当を決めた
low|シュレッダー待ちの箱に封がない|置き場所が通路にある|鍵のかかる箱に替えた
middle|FAX の誤送信（1件）|短縮番号を確かめずに送った|短縮番号を見直し、2人で確認する手順にした
low|USBメモリーの台数が台帳と合わない|廃棄した媒体の記載漏れ|現物を確かめ、台帳を直した
middle|異動した職員の権限が残っている|異動の連絡が1週間遅れた|権限を止め、人事発令と同じ日に連絡する手順にした
low|来訪者の受付簿に他の来訪者の氏名が見える|1枚に何人も書く様式だった|1人1枚の様式に替えた
middle|相続書類の写しを共有フォルダーに置いたまま|スキャナーの既定の保存先が共有だった|保存先を変え、残っていた写しを消した
low|研修の未受講者がいる|育児休業からの復帰者に案内がなかった|個別に受講した
middle|渉外かばんの施錠の点検がない|点検表に欄がなかった|点検表に欄を加え、毎朝確かめる
low|苦情受付票の回付が3日を超えた|担当者の不在時の代理がない|代理を決めた
high|電子メールの宛先を間違えた（お客様2人の氏名）|宛先の自動補完|本人にお詫びし、送信前に一時保留する設定にした
"""
_UNITS_IN_TURN: Final = (
    "001",
    "005",
    "006",
    "007",
    "008",
    "009",
    "010",
    "011",
    "012",
    "013",
    "H03",
    "H05",
    "H07",
    "H08",
)


def find_past() -> list[Wrong]:
    """Return the findings of two years that are closed, each with its action, in the order in which they were opened."""
    usual = [line.split("|") for line in _USUAL.splitlines() if line]
    found = []
    for number in range(len(usual) * 3):
        grade, title, cause, action = usual[number % len(usual)]
        unit = _UNITS_IN_TURN[number * 5 % len(_UNITS_IN_TURN)]
        opened_on = to_weekday(_BEGIN + dt.timedelta(days=9 + number * 18))
        due_on = opened_on + dt.timedelta(days=30)
        done_on = to_weekday(opened_on + dt.timedelta(days=10 + number * 7 % 17))
        kind = "other" if grade == "high" else "review"
        found.append(Wrong(unit, kind, grade, title, cause, opened_on, action, "", due_on, True, done_on))
    return found


_OPEN: Final = (
    Wrong("004", "review", "high", "持ち出した USB 004-U3 が返却されていない（418人分、暗号化なし）", "持出しの承認と返却の確認が同じ人だった", dt.date(2026, 11, 19), "所在を確かめ、見つからなければ漏えい等として報告する", "S0204", dt.date(2026, 11, 25), True),
    Wrong("004", "review", "middle", "10月の自店検査は16問すべて○、所要4分", "毎月同じ答えを写していた", dt.date(2026, 11, 19), "別の者が抜き取りで再検査する", "S0289", dt.date(2026, 12, 4), False),
    Wrong("004", "control", "middle", "書庫のカメラが11月2日から止まっている", "点検者が画面の時計を見ていない", dt.date(2026, 11, 12), "録画機を交換し、時計を点検項目に加える", "S0204", dt.date(2026, 11, 27), True),
    Wrong("003", "other", "high", "退職予定の職員が22時40分に3,100件を一括出力した（11月19日）", "夜間の一括出力に承認が要らない", dt.date(2026, 11, 20), "本人に聞き取り、出力の行方を確かめ、権限を絞る", "S0201", dt.date(2026, 11, 24), True),
    Wrong("H06", "control", "middle", "㈲クリーン葛南の評価が期限（2025年9月1日）を過ぎている", "担当者の交代で引き継がれなかった", dt.date(2025, 10, 6), "現地を確認し、評価を済ませる", "S0167", dt.date(2026, 9, 30), True),
    Wrong("H06", "control", "middle", "データエントリー房総㈲の契約に再委託の条項がない", "旧い様式で契約した", dt.date(2026, 10, 5), "覚書を結ぶ", "S0167", dt.date(2026, 12, 18), True),
    Wrong("H02", "control", "high", "国外のクラウドへの複製が、委託先評価の前に始まっている", "試行として稟議を経なかった", dt.date(2026, 10, 26), "複製を止めて外的環境を調べ、評価と承認を得る", "S0509", dt.date(2026, 12, 11), False),
    Wrong("H01", "review", "middle", "健康診断の一覧が共有フォルダーにある（前年の指摘の再発）", "閲覧の制限が年度の切替えで外れた", dt.date(2026, 11, 19), "閲覧を人事の2人に限り、置き場所を移す", "S0318", dt.date(2026, 12, 1), False),
    Wrong("005", "review", "low", "保管庫の鍵の貸出しに記録がない", "鍵箱の管理者を決めていない", dt.date(2026, 10, 21), "保管庫の鍵管理を改める", "", dt.date(2026, 11, 20), True),
    Wrong("H04", "other", "middle", "汐見支店の退職予定者の秘密保持の誓約書が未提出", "期限を過ぎても督促していない", dt.date(2026, 11, 20), "最終出勤日までに署名を得る", "S0256", dt.date(2026, 12, 18), False),
    Wrong("H03", "other", "high", "DM の封入違い（1,284人。氏名・住所・口座番号）", "印刷会社が2つのロットを取り違えた", dt.date(2026, 11, 13), "未回収の封筒を回収し、本人への通知と確報の準備をする", "S0305", dt.date(2026, 12, 11), True),
)  # fmt: skip


def find_open() -> tuple[Wrong, ...]:
    """Return what is wrong on the day of the demo and is no matter of a scan."""
    return _OPEN


# -- scans -------------------------------------------------------------------------------------------------------------


def find_scans() -> list[Scanned]:
    """Return the scans of the last year. The shares under examples/ were never scanned: that is what the demo begins with."""
    found = []
    branches = {each.code for each in BRANCHES}
    places = [
        each for each in make_places() if each.kind == "share" and each.unit in branches and each.code not in EXAMPLES
    ]
    for rank, place in enumerate(places):
        for months in range(12):
            day = _step_back(TODAY - dt.timedelta(days=3 + rank), months)
            files = 1_900 + rank * 210 - months * 17
            found.append(Scanned(place.code, day, files, (rank * 3 + months) % 5, files * 2 + rank * 31))
    return sorted(found, key=lambda each: (each.on, each.location))


class Sighted(NamedTuple):
    """What the last scan of a place saw in a folder: no more than the register declares there."""

    location: str
    place: str
    files: int
    counts: dict[str, int]
    persons: int


def find_sighted() -> list[Sighted]:
    """Return what the last scans saw. Where nothing was ever scanned there is nothing."""
    scanned = {each.location for each in find_scans()}
    return [
        Sighted(
            lying.location,
            lying.path,
            held.persons // 3 + 4,
            {label: held.persons * (9 - rank % 7) // 10 + 3 for rank, label in enumerate(held.labels)},
            held.persons * 9 // 10,
        )
        for held in make_register()
        for lying in held.lies
        if lying.location in scanned
    ]
