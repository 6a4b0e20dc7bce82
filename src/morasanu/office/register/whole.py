"""The whole register as one table that can be read back: a row for each holding, with where it lies and where it flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.office.register.export import WHOLE, WHOLE_TITLE
from morasanu.office.register.lines import (
    LineError,
    Lying,
    PartyNames,
    Passing,
    read_flows,
    read_places,
    write_flows,
    write_places,
)
from morasanu.office.register.models import MEDIUMS, STATUSES, Holding
from morasanu.office.sheet.column import Choice, Column, Kind, Table, limit_length
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from morasanu.office.register.export import Entry
    from morasanu.office.sheet.column import Value

_TEXTS: Final = (
    ("name", "名称", "name", 28, True),
    ("unit", "部店", "unit", 16, True),
    ("custodian", "管理担当者の職員番号", "custodian's staff number", 12, False),
    ("medium", "媒体", "medium", 14, False),
    ("purpose", "利用目的", "purpose of use", 34, True),
    ("subjects", "本人の区分", "whose data", 18, False),
    ("labels", "項目", "kinds of data", 30, False),
    ("persons", "本人数", "persons", 10, False),
    ("source", "取得元・取得方法", "from whom and how", 20, False),
    ("users", "アクセスできる者", "who has access", 20, False),
    ("provided_to", "第三者提供の相手", "provided to", 18, False),
    ("entrusted_to", "委託先", "entrusted to", 18, False),
    ("is_abroad", "外国にある", "lies abroad", 10, False),
    ("is_retained", "保有個人データ", "retained", 10, False),
    ("retention", "保管期間", "kept for", 14, False),
    ("disposal", "廃棄・消去の方法", "how it is destroyed", 16, False),
    ("safety", "安全管理措置", "safety measures", 30, False),
    ("started_on", "取扱開始日", "since", 12, False),
    ("checked_on", "最終点検日", "last check", 12, False),
    ("status", "状態", "state", 10, False),
    ("note", "備考", "note", 24, False),
    ("places", "保管場所の場所番号", "codes of locations", 24, False),
    ("flows", "流れ", "flows", 34, False),
)
LINES: Final = frozenset(("places", "flows"))
"""Columns of lines, each of which is a row of its own."""
_KINDS: Final = {
    "unit": Kind.CHOICE, "custodian": Kind.CODE, "medium": Kind.CHOICE, "labels": Kind.MANY, "persons": Kind.INTEGER,
    "is_abroad": Kind.BOOLEAN, "is_retained": Kind.BOOLEAN, "started_on": Kind.DAY, "checked_on": Kind.DAY, "status": Kind.CHOICE,
}  # fmt: skip
_HELP: Final = {
    "places": Words(
        "1行に1か所、場所番号｜その中のフォルダー・表。番号だけなら、いまの詳細を残す",
        "a line each: code｜folder or table there; a code alone keeps what is written now",
    ),
    "flows": Words(
        "1行に1つ、流れ｜相手の番号か名称｜根拠｜年間の件数｜備考。ここにない流れは外す",
        "a line each: kind｜party's code or name｜ground｜a year｜note; flows that are not here are removed",
    ),
    "custodian": Words("職員番号", "a staff number"),
    "unit": Words("部店の名称かコード", "name or code of the unit"),
}


class Known(NamedTuple):
    """What a row may refer to: units (code, name), staff numbers, codes of locations (by `fold_codes`), parties; labels beyond the rules."""

    units: Mapping[str, str]
    staff: frozenset[str]
    locations: Mapping[str, str]
    parties: PartyNames
    labels: frozenset[str] = frozenset()


def make_whole_table(known: Known) -> Table:
    """Return the table of the whole register, which is written and read back."""
    labels: dict[str, Words] = {label: rule.title for label, rule in load_rules().labels.items()}
    labels |= {label: Words(label, label) for label in sorted(known.labels) if label not in labels}
    choices = {
        "unit": [Choice(code, Words(name, name)) for code, name in known.units.items()],
        "medium": [Choice(value.value, title) for value, title in MEDIUMS.items()],
        "status": [Choice(value.value, title) for value, title in STATUSES.items()],
        "labels": [Choice(label, title) for label, title in labels.items()],
    }
    columns = [
        Column("code", Words("管理番号", "code"), Kind.CODE, required=True, width=14, check=_make_check("code", known))
    ]
    columns += [
        Column(
            name,
            Words(ja, en),
            _KINDS.get(name, Kind.TEXT),
            required=is_required,
            choices=tuple(choices.get(name, ())),
            width=width,
            help=_HELP.get(name, Words("", "")),
            check=_make_check(name, known),
        )
        for name, ja, en, width, is_required in _TEXTS
    ]
    return Table(WHOLE, WHOLE_TITLE, "code", tuple(columns))


def _make_check(name: str, known: Known) -> Callable[[Value], Words | None] | None:
    """Return what the model and its neighbours ask of a value."""
    if name == "custodian":
        return lambda value: (
            None if value in known.staff else Words("その職員番号の人は見当たりません", "nobody has that number")
        )
    if name == "places":
        return lambda value: _try(lambda: read_places(str(value), known.locations))
    if name == "flows":
        return lambda value: _try(lambda: read_flows(str(value), known.parties))
    if name == "persons":
        return lambda value: None if isinstance(value, int) and 0 <= value < 2**31 else _NO_COUNT
    longest = getattr(Holding._meta.get_field(name), "max_length", None) if name not in _KINDS else None  # noqa: SLF001 - Django's name for it
    return None if longest is None else limit_length(longest)


_NO_COUNT: Final = Words("0以上の人数を書いてください", "write a number of persons, 0 or more")


def _try(read: Callable[[], object]) -> Words | None:
    """Return what is wrong with lines, None when they can be read."""
    try:
        read()
    except LineError as error:
        return error.words
    return None


def read_whole(entry: Entry) -> Mapping[str, Value]:
    """Return the values of one row of the whole register."""
    holding = entry.holding
    found: dict[str, Value] = {
        name: getattr(holding, name) for name in ("code", *(name for name, *_ in _TEXTS)) if name not in LINES
    }
    found["unit"] = holding.unit.code
    found["custodian"] = holding.custodian.number if holding.custodian else ""
    found["labels"] = tuple(holding.labels)
    found["places"] = write_places(Lying(each.code, each.path) for each in entry.places)
    found["flows"] = write_flows(
        Passing(each.kind, each.code, each.ground, each.volume, each.note) for each in entry.streams
    )
    return found
