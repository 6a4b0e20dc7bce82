"""The result as one self-contained page: no script, no request, both languages, on paper too."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from itertools import islice
from math import log10
from typing import IO, TYPE_CHECKING, Any, Final

import jinja2

from morasanu.rules.load import Words
from morasanu.scan.report.part import say_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from morasanu.rules.load import Rules
    from morasanu.scan.model import Hit, Reason, ScanResult
    from morasanu.scan.report.summary import Risk, Sum, Summary

_SHOWN_HITS: Final = 8
_LOOKED_AT_HITS: Final = 5_000
_SHOWN_PLACES: Final = 30
_SHOWN_PARTS: Final = 10
_SHOWN_COLUMNS: Final = 40
_BARS: Final = 10
_BAR_WIDTH: Final = 320
_CHECKED: Final = {
    "verified": Words("原典で確認済", "checked against the source"),
    "partly": Words("一部未確認", "partly checked"),
    "unverified": Words("未確認", "not checked"),
}
_WHY: Final = {
    "check": Words("検査数字", "check digit"),
    "label": Words("見出し", "label"),
    "column": Words("列", "column"),
    "key": Words("項目名", "key"),
    "dictionary": Words("辞書", "dictionary"),
    "honorific": Words("敬称", "honorific"),
    "title": Words("肩書", "title"),
    "neighbour": Words("隣", "neighbour"),
    "memory": Words("文書内", "elsewhere in the text"),
    "shape": Words("形", "shape"),
    "spoken": Words("読み", "spoken"),
    "phrase": Words("言い回し", "phrase"),
}


_CHECK_DIGITS: Final = frozenset(("my_number", "luhn", "corporate_number", "driver_licence_digit", "insurer_number"))
_NONE: Final = Words("", "")
_DETAIL: Final = {
    **{f"check:{name}": _NONE for name in _CHECK_DIGITS},
    "phrase:structure": _NONE,
    "memory:document": _NONE,
    "dictionary:name": Words("氏名", "name"),
    "dictionary:reading": Words("読み", "reading"),
    "dictionary:romaji": Words("ローマ字", "romaji"),
    "dictionary:municipality": Words("市区町村", "municipality"),
    "dictionary:surname": Words("姓", "surname"),
    "dictionary:foreign": Words("外国の名", "foreign name"),
    "neighbour:unit": Words("部署", "unit"),
    "neighbour:about": Words("用件", "affair"),
    "neighbour:column": Words("同じ列の氏名", "names in the same column"),
    "neighbour:list": Words("並びの氏名", "names in the same list"),
    "neighbour:kin": Words("続柄", "kin"),
    "neighbour:maiden": Words("旧姓・通称", "other name"),
    "neighbour:reading": Words("読み仮名", "reading"),
    "neighbour:regards": Words("結びの言葉", "farewell"),
    "neighbour:signed": Words("行末の署名", "signature"),
    "neighbour:topic": Words("文書の話題", "topic of the text"),
    "neighbour:speaker": Words("話者", "speaker"),
    "neighbour:bracket": Words("括弧", "bracket"),
    "neighbour:mail": Words("メールアドレス", "mail address"),
    "neighbour:person": Words("氏名", "name"),
    "neighbour:address": Words("住所", "address"),
    "title:before": Words("（前）", "before"),
    "shape:password": Words("パスワード", "password"),
    "shape:credentials": Words("URLの認証情報", "credentials in a URL"),
    "shape:capitals": Words("大文字", "capitals"),
    "shape:accented": Words("アクセント付きの綴り", "accented spelling"),
    "shape:kana": Words("カナ", "kana"),
    "shape:phone": Words("電話番号", "phone number"),
    "shape:romaji": Words("ローマ字", "romaji"),
    "shape:street": Words("通りの名", "street"),
    "shape:ticket": Words("航空券の氏名", "name on a ticket"),
    "spoken:date": Words("日付", "date"),
    "spoken:digits": Words("数字", "digits"),
}


@dataclass(frozen=True, slots=True)
class _Bar:
    name: str
    points: int
    width: int
    why: Words


def write_html(result: ScanResult, summary: Summary, rules: Rules, language: str, file: IO[str]) -> None:
    """Write the report; `language` is the one shown first, the other is one tap away."""
    folder = files("morasanu.scan.report")
    style = folder.joinpath("report.css").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.filters.update(n=_number, percent=_percent, part=say_part, heat=_heat, tail=_tail, why=_why)
    template = environment.from_string(folder.joinpath("report.html.j2").read_text(encoding="utf-8"))
    values = {
        "language": language,
        "style": style,
        "style_hash": base64.b64encode(sha256(style.encode()).digest()).decode(),
        "checked": _CHECKED,
        "title_of": rules.title,
        **_gather(summary, result, rules),
    }
    for piece in template.generate(values):
        file.write(piece)


def _gather(summary: Summary, result: ScanResult, rules: Rules) -> dict[str, Any]:
    total = summary.total
    places = [place for place, _ in summary.places]
    return {
        "info": summary.info,
        "total": total,
        "answer": make_answer(summary),
        "first": summary.tasks[0].advice.title if summary.tasks else None,
        "places": places[:_SHOWN_PLACES],
        "more_places": max(0, len(places) - _SHOWN_PLACES),
        "classes": rules.classes,
        "class_counts": [(rule, total.classes[rule.id], total.classes[f"{rule.id}?"]) for rule in rules.classes],
        "labels": [(rules.title(label), count) for label, count in total.counts.most_common()],
        "bars": _make_bars(summary.places),
        "riskiest": [
            (
                file,
                tuple(islice(result.columns_of(file.number), _SHOWN_COLUMNS)),
                (hits := _choose_hits(result.hits_of(file.number))),
                file.counts.total() - len(hits),
            )
            for file in summary.riskiest
        ],
        "unread": [(file, *_choose_parts(result.unread_of(file.number))) for file in summary.unread],
        "more_unread": total.not_inspected - len(summary.unread),
        "unread_reasons": summary.unread_reasons.most_common(),
        "tasks": summary.tasks,
        "from_state": summary.from_state,
        "started": summary.info.started_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        "finished": summary.info.finished_at.astimezone().strftime("%Y-%m-%d %H:%M"),
    }


def _choose_parts(parts: Iterable[tuple[str, Reason]]) -> tuple[list[tuple[str, Reason]], int]:
    """Return the first parts of a file that were not read, and how many more there are."""
    inside = [(part, reason) for part, reason in parts if part]
    return inside[:_SHOWN_PARTS], max(0, len(inside) - _SHOWN_PARTS)


def make_answer(summary: Summary) -> Words:
    """Return in one sentence where personal data is and of how many persons."""
    total = summary.total
    if not total.files and not summary.info.is_complete:
        return Words("調べ始める前に止められました。", "The scan was stopped before anything was read.")
    if not total.files:
        return Words("調べるファイルがありませんでした。", "There was nothing to inspect.")
    unread = total.not_inspected
    if not total.findings:
        if unread == total.files:
            return Words("どのファイルも検査できませんでした。", "No file could be inspected.")
        rest = (
            Words(f"（{unread:,}件は検査できていません）", f" ({unread:,} could not be inspected)")
            if unread
            else Words("", "")
        )
        return Words(
            f"検査できた{total.files - unread:,}ファイルに個人データは見つかりませんでした{rest.ja}。",
            f"No personal data was found in the {total.files - unread:,} files that could be inspected{rest.en}.",
        )
    holding = sum(1 for place, _ in summary.places if place.findings)
    likely = total.persons.likely
    return Words(
        f"およそ{likely:,}人分の個人データが、{holding:,}か所の{total.files_found:,}ファイルにあります。",
        f"Personal data of about {_many(likely, 'person')} lies in {_many(total.files_found, 'file')}"
        f" in {_many(holding, 'place')}.",
    )


def _choose_hits(hits: Iterator[Hit]) -> list[Hit]:
    """Return a few hits that show what is in a file: of every kind one, the gravest kinds first, in the file's order."""
    by_label: dict[str, Hit] = {}
    for hit in islice(hits, _LOOKED_AT_HITS):
        by_label.setdefault(hit.finding.label, hit)
    chosen = sorted(by_label.values(), key=lambda hit: (not hit.classes, hit.finding.label != "SECRET"))[:_SHOWN_HITS]
    return sorted(chosen, key=lambda hit: hit.finding.start)


def _make_bars(places: Sequence[tuple[Sum, Risk]]) -> list[_Bar]:
    risky = [(place, risk) for place, risk in places if risk.points][:_BARS]
    most = max((risk.points for _, risk in risky), default=1)
    return [
        _Bar(
            place.name,
            risk.points,
            max(2, risk.points * _BAR_WIDTH // most),
            Words("、".join(p.why.ja for p in risk.parts[:2]), ", ".join(p.why.en for p in risk.parts[:2])),
        )
        for place, risk in risky
    ]


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _number(value: int) -> str:
    return f"{value:,}"


def _percent(share: float) -> str:
    """Return a share as people write it; only all is 100 %, and nothing found is ever 0 %.

    >>> _percent(1.0), _percent(0.9996), _percent(0.98), _percent(0.0001)
    ('100 %', '99 %', '98 %', '< 1 %')
    """
    return f"{int(share * 100)} %" if share >= 0.01 else "< 1 %"


def _heat(count: int) -> int:
    """Return the shade of a cell: 0 for none, then one step for every tenfold, at most 5."""
    return min(5, 1 + int(log10(count))) if count else 0


def _tail(text: str, size: int) -> str:
    return text if len(text) <= size else "…" + text[1 - size :]


def _why(reasons: Sequence[str]) -> Words:
    """Return the evidence in words; what the rule is called is already said by the label."""
    parts = [reason.partition(":") for reason in reasons if not reason.startswith("rule:")]
    named = [
        (_WHY.get(kind, Words(kind, kind)), _DETAIL.get(f"{kind}:{detail}", Words(detail, detail)))
        for kind, _, detail in parts
        if kind != "check" or detail in _CHECK_DIGITS
    ]
    return Words(
        "、".join(f"{w.ja} {d.ja}".strip() for w, d in named), ", ".join(f"{w.en} {d.en}".strip() for w, d in named)
    )
