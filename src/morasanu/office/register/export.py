"""The register as the three books that are asked for, and as the whole table that can be read back: lists of columns over one entry."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import F

from morasanu.office.register.models import FLOW_KINDS, MEDIUMS, STATUSES, FlowKind, Holding
from morasanu.office.sheet.column import Choice, Column, Kind, Table
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from django.db.models import QuerySet

    from morasanu.office.sheet.column import Value

_CHUNK: Final = 2_000


class Place(NamedTuple):
    """Where a holding lies."""

    code: str
    name: str
    path: str


class Stream(NamedTuple):
    """What happens to a holding."""

    key: int
    kind: str
    party: str
    ground: str
    volume: int | None


class Entry(NamedTuple):
    """A holding with where it lies and where it flows."""

    holding: Holding
    places: tuple[Place, ...]
    streams: tuple[Stream, ...]


def read_entries(rows: QuerySet[Holding]) -> Iterator[Entry]:
    """Yield the entries of some holdings in order of code. One query, whose rows are not all kept at once."""
    joined = (
        rows.prefetch_related(None)
        .select_related("unit", "custodian")
        .annotate(
            place_code=F("storages__location__code"),
            place_name=F("storages__location__name"),
            place_path=F("storages__path"),
            flow_key=F("flows__pk"),
            flow_kind=F("flows__kind"),
            flow_party=F("flows__party"),
            flow_ground=F("flows__ground"),
            flow_volume=F("flows__volume"),
        )
        .order_by("code", "pk")
    )
    for _, group in groupby(joined.iterator(_CHUNK), key=lambda row: row.pk):
        found = list(group)
        places = {Place(row.place_code, row.place_name, row.place_path) for row in found if row.place_code}
        streams = {
            Stream(row.flow_key, row.flow_kind, row.flow_party, row.flow_ground, row.flow_volume)
            for row in found
            if row.flow_key
        }
        yield Entry(found[0], tuple(sorted(places)), tuple(sorted(streams, key=lambda each: each.key)))


class Field(NamedTuple):
    """A column of a book, and what stands in it."""

    column: Column
    read: Callable[[Entry], Value]


class Book(NamedTuple):
    """One of the forms in which the register is asked for."""

    title: Words
    fields: tuple[Field, ...]

    def make_table(self, name: str) -> Table:
        """Return the table that is written."""
        return Table(name, self.title, "code", tuple(each.column for each in self.fields))

    def read(self, entry: Entry) -> Mapping[str, Value]:
        """Return the values of one row."""
        return {each.column.name: each.read(entry) for each in self.fields}


def _field(  # noqa: PLR0917 - a line of a table
    name: str, ja: str, en: str, read: Callable[[Entry], Value], kind: Kind = Kind.TEXT, width: int = 18
) -> Field:
    return Field(Column(name, Words(ja, en), kind, width=width), read)


def _text(name: str, ja: str, en: str, width: int = 18) -> Field:
    """Return a column that says what a field of the holding says."""
    return _field(name, ja, en, lambda entry: str(getattr(entry.holding, name)), width=width)


def _flag(name: str, ja: str, en: str, read: Callable[[Entry], bool]) -> Field:
    return _field(name, ja, en, read, Kind.BOOLEAN, 10)


def _say_places(entry: Entry) -> str:
    return "、".join(dict.fromkeys(each.name for each in entry.places))


def _say_paths(entry: Entry) -> str:
    return "、".join(each.path for each in entry.places if each.path)


class _Said(NamedTuple):
    """What is said of some labels."""

    titles: str
    classes: str
    ids: frozenset[str]


@lru_cache(maxsize=10_000)
def _describe_labels(labels: tuple[str, ...]) -> _Said:
    """Return what is said of `labels`: many holdings have the same."""
    rules = load_rules()
    known = {str(label): rule for label, rule in rules.labels.items()}
    ids = frozenset(each.legal_class for label in labels if label in known for each in known[label].classes)
    return _Said(
        "、".join(known[label].title.ja if label in known else label for label in labels),
        "、".join(each.title.ja for each in rules.classes if each.id in ids),
        ids,
    )


def _say_labels(entry: Entry) -> str:
    return _describe_labels(tuple(entry.holding.labels)).titles


def _say_classes(entry: Entry) -> str:
    return _describe_labels(tuple(entry.holding.labels)).classes


def _of_class(name: str) -> Callable[[Entry], bool]:
    return lambda entry: name in _describe_labels(tuple(entry.holding.labels)).ids


def _streams(kind: FlowKind, entry: Entry) -> Iterable[Stream]:
    return (each for each in entry.streams if each.kind == kind)


def _parties(kind: FlowKind, given: str = "") -> Callable[[Entry], str]:
    """Return what names the parties of a kind of flow, with what the holding's own field `given` says before them."""

    def read(entry: Entry) -> str:
        first = str(getattr(entry.holding, given)) if given else ""
        return "、".join(dict.fromkeys(filter(None, (first, *(each.party for each in _streams(kind, entry))))))

    return read


def _grounds(kind: FlowKind) -> Callable[[Entry], str]:
    return lambda entry: "、".join(dict.fromkeys(each.ground for each in _streams(kind, entry) if each.ground))


def _volume(kind: FlowKind) -> Callable[[Entry], int | None]:
    def read(entry: Entry) -> int | None:
        known = [each.volume for each in _streams(kind, entry) if each.volume is not None]
        return sum(known) if known else None

    return read


def _has(kind: FlowKind, given: str = "") -> Callable[[Entry], bool]:
    return lambda entry: bool(_parties(kind, given)(entry)) or any(True for _ in _streams(kind, entry))


def _say_flows(entry: Entry) -> str:
    return "、".join(
        dict.fromkeys(f"{FLOW_KINDS[FlowKind(each.kind)].ja} {each.party}".strip() for each in entry.streams)
    )


_CODE: Final = _field("code", "管理番号", "code", lambda entry: entry.holding.code, Kind.CODE, 14)
_NAME: Final = _text("name", "個人データの名称", "name of the data", 28)
_UNIT: Final = _field("unit", "管理部署", "unit in charge", lambda entry: entry.holding.unit.name)
_CUSTODIAN: Final = _field(
    "custodian",
    "管理担当者",
    "custodian",
    lambda entry: entry.holding.custodian.name if entry.holding.custodian else "",
)
_LABELS: Final = _field("labels", "取得項目", "kinds of data", _say_labels, width=30)
_CLASSES: Final = _field("classes", "区分", "legal classes", _say_classes, width=24)
_PERSONS: Final = _field("persons", "本人数", "persons", lambda entry: entry.holding.persons, Kind.INTEGER, 10)
_PURPOSE: Final = _text("purpose", "利用目的", "purpose of use", 34)
_PLACES: Final = _field("places", "保管場所", "where it lies", _say_places, width=24)
_MEDIUM: Final = _field("medium", "保管方法（媒体）", "medium", lambda entry: entry.holding.medium_words.ja, width=14)
_USERS: Final = _text("users", "アクセスできる者", "who has access", 22)
_SAFETY: Final = _text("safety", "アクセス制御などの安全管理", "access control and safety", 30)
_RETENTION: Final = _text("retention", "保管期間", "kept for", 14)
_DISPOSAL: Final = _text("disposal", "廃棄・消去の方法", "how it is destroyed", 16)
_SOURCE: Final = _text("source", "取得元・取得方法", "from whom and how", 20)
_CHECKED: Final = _field("checked_on", "最終点検日", "last check", lambda entry: entry.holding.checked_on, Kind.DAY, 12)
_STARTED: Final = _field("started_on", "取扱開始日", "since", lambda entry: entry.holding.started_on, Kind.DAY, 12)
_PROVIDED: Final = _field("provided_to", "第三者提供の相手", "provided to", _parties(FlowKind.PROVIDE, "provided_to"))
_ENTRUSTED: Final = _field("entrusted_to", "委託先", "entrusted to", _parties(FlowKind.ENTRUST, "entrusted_to"))
_STATUS: Final = _field("status", "状態", "state", lambda entry: entry.holding.status_words.ja, width=10)

FSA: Final = Book(
    Words("個人データ取扱台帳（金融分野）", "register of personal data (financial field)"),
    (
        _CODE, _NAME, _UNIT, _CUSTODIAN, _LABELS, _CLASSES, _PERSONS, _PURPOSE, _PLACES, _MEDIUM, _RETENTION, _USERS, _SAFETY,
        _SOURCE, _PROVIDED, _ENTRUSTED, _DISPOSAL, _CHECKED, _STATUS,
    ),
)  # fmt: skip
"""Items, purpose, place, method and term of keeping, unit in charge, access control.

Source: 金融分野における個人情報保護に関するガイドラインの安全管理措置等についての実務指針, on means to see how data is handled; own wording.
"""

JIS: Final = Book(
    Words("個人情報管理台帳（JIS Q 15001）", "register of personal information (JIS Q 15001)"),
    (
        _CODE, _NAME, _LABELS, _PURPOSE, _PLACES, _MEDIUM, _USERS,
        _field("use_until", "利用期限", "used until", lambda entry: entry.holding.retention, width=14),
        _RETENTION, _PERSONS, _SOURCE, _PROVIDED, _ENTRUSTED, _DISPOSAL, _UNIT, _CUSTODIAN,
        _flag("special_care", "要配慮個人情報", "special care", _of_class("special_care")),
        _flag("is_retained", "保有個人データ", "retained", lambda entry: entry.holding.is_retained),
        _CHECKED, _STATUS,
    ),
)  # fmt: skip
"""Items, purpose, place, method, who has access, terms of use and keeping, count. Source: JIS Q 15001, annex A; own wording."""

PPC: Final = Book(
    Words("データマッピング表（38項目）", "data-mapping sheet (38 columns)"),
    (
        _CODE, _NAME, _UNIT,
        _field("unit_code", "部署コード", "unit's code", lambda entry: entry.holding.unit.code, Kind.CODE, 10),
        _CUSTODIAN,
        _text("subjects", "本人の区分", "whose data"),
        _LABELS, _PERSONS, _CLASSES,
        _flag("special_care", "要配慮個人情報の有無", "special care", _of_class("special_care")),
        _flag("specific_personal", "特定個人情報の有無", "with My Number", _of_class("specific_personal")),
        _flag("identification_code", "個人識別符号の有無", "identification code", _of_class("identification_code")),
        _flag("financial_sensitive", "機微情報の有無", "sensitive (financial field)", _of_class("financial_sensitive")),
        _flag("is_retained", "保有個人データか", "retained", lambda entry: entry.holding.is_retained),
        _PURPOSE, _SOURCE,
        _field("acquired_from", "取得の相手", "acquired from", _parties(FlowKind.ACQUIRE)),
        _field("acquired_ground", "取得の根拠", "ground of acquiring", _grounds(FlowKind.ACQUIRE)),
        _field("used_by", "利用する部署・相手", "used by", _parties(FlowKind.USE)),
        _STARTED, _MEDIUM, _PLACES,
        _field("paths", "保管場所の詳細", "folder or table", _say_paths, width=26),
        _flag("is_abroad", "外国での保管", "lies abroad", lambda entry: entry.holding.is_abroad),
        _USERS, _SAFETY,
        _flag("is_provided", "第三者提供の有無", "is provided", _has(FlowKind.PROVIDE, "provided_to")),
        _PROVIDED,
        _field("provided_ground", "提供の根拠", "ground of providing", _grounds(FlowKind.PROVIDE)),
        _field("provided_volume", "年間の提供件数", "provided a year", _volume(FlowKind.PROVIDE), Kind.INTEGER, 10),
        _field("joint", "共同利用の相手", "used jointly with", _parties(FlowKind.JOINT)),
        _flag("is_entrusted", "委託の有無", "is entrusted", _has(FlowKind.ENTRUST, "entrusted_to")),
        _ENTRUSTED,
        _field("abroad_to", "外国への提供の相手", "provided abroad to", _parties(FlowKind.CROSS_BORDER)),
        _field("abroad_ground", "外国への提供の根拠", "ground of providing abroad", _grounds(FlowKind.CROSS_BORDER)),
        _RETENTION, _DISPOSAL, _CHECKED,
    ),
)  # fmt: skip
"""What data is where and flows where. Source: 個人情報保護委員会, data-mapping toolkit (2022), 38 items; own wording and order, unverified."""

BOOKS: Final[Mapping[str, Book]] = {"fsa": FSA, "jis": JIS, "ppc": PPC}
WHOLE: Final = "whole"
WHOLE_TITLE: Final = Words("台帳（全項目・取込みできる形）", "whole register (can be imported)")
TITLES: Final = {name: book.title for name, book in BOOKS.items()} | {WHOLE: WHOLE_TITLE}

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
    ("places", "保管場所の場所番号", "codes of locations", 20, False),
)
_KINDS: Final = {
    "unit": Kind.CHOICE, "custodian": Kind.CODE, "medium": Kind.CHOICE, "labels": Kind.MANY, "persons": Kind.INTEGER,
    "is_abroad": Kind.BOOLEAN, "is_retained": Kind.BOOLEAN, "started_on": Kind.DAY, "checked_on": Kind.DAY, "status": Kind.CHOICE,
    "places": Kind.MANY,
}  # fmt: skip
_HELP: Final = {
    "places": Words("保管場所の場所番号。いくつでも", "codes of locations, any number"),
    "custodian": Words("職員番号", "a staff number"),
    "unit": Words("部店の名称かコード", "name or code of the unit"),
}


class Known(NamedTuple):
    """What a row may refer to: units (code, name), staff numbers, codes of locations; labels beyond the rules."""

    units: Mapping[str, str]
    staff: frozenset[str]
    locations: frozenset[str]
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
    columns = [Column("code", _CODE.column.title, Kind.CODE, required=True, width=14, check=_make_check("code", known))]
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
        return lambda value: _miss(value, known.locations)
    if name == "persons":
        return lambda value: None if isinstance(value, int) and 0 <= value < 2**31 else _NO_COUNT
    longest = getattr(Holding._meta.get_field(name), "max_length", None) if name not in _KINDS else None  # noqa: SLF001 - Django's name for it
    if longest is None:
        return None
    said = Words(f"長すぎます（{longest}文字まで）", f"too long (at most {longest} characters)")
    return lambda value: said if len(str(value)) > longest else None


_NO_COUNT: Final = Words("0以上の人数を書いてください", "write a number of persons, 0 or more")


def _miss(value: Value, known: frozenset[str]) -> Words | None:
    missing = [each for each in value if each not in known] if isinstance(value, tuple) else []
    return (
        Words(f"その場所番号は見当たりません: {missing[0]}", f"no location has that code: {missing[0]}")
        if missing
        else None
    )


def read_whole(entry: Entry) -> Mapping[str, Value]:
    """Return the values of one row of the whole register."""
    holding = entry.holding
    found: dict[str, Value] = {
        name: getattr(holding, name) for name in ("code", *(name for name, *_ in _TEXTS)) if name != "places"
    }
    found["unit"] = holding.unit.code
    found["custodian"] = holding.custodian.number if holding.custodian else ""
    found["labels"] = tuple(holding.labels)
    found["places"] = tuple(sorted({each.code for each in entry.places}))
    return found
