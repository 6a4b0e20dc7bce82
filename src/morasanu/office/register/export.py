"""The register as the three books that are asked for: lists of columns over one entry."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import F

from morasanu.office.party.country import HOME, name_country
from morasanu.office.register.models import FlowKind, Holding
from morasanu.office.sheet.column import Column, Kind, Table
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
    code: str
    party: str
    country: str
    ground: str
    volume: int | None
    note: str

    @property
    def is_abroad(self) -> bool:
        """Return whether data leaves Japan with it: it says so, or whom it goes to is abroad."""
        return self.kind == FlowKind.CROSS_BORDER or (self.kind in _LEAVING and self.country not in {"", HOME})

    @property
    def said(self) -> str:
        """Return the party's name, with its country where data leaves Japan."""
        return f"{self.party}（{name_country(self.country).ja}）" if self.party and self.is_abroad else self.party


_LEAVING: Final = frozenset((FlowKind.PROVIDE, FlowKind.JOINT, FlowKind.ENTRUST))


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
            flow_code=F("flows__party__code"),
            flow_party=F("flows__party__name"),
            flow_country=F("flows__party__country"),
            flow_ground=F("flows__ground"),
            flow_volume=F("flows__volume"),
            flow_note=F("flows__note"),
        )
        .order_by("code", "pk")
    )
    for _, group in groupby(joined.iterator(_CHUNK), key=lambda row: row.pk):
        found = list(group)
        places = {Place(row.place_code, row.place_name, row.place_path) for row in found if row.place_code}
        streams = {_read_stream(row) for row in found if row.flow_key}
        yield Entry(found[0], tuple(sorted(places)), tuple(sorted(streams, key=lambda each: each.key)))


def _read_stream(row: Any) -> Stream:  # noqa: ANN401 - a holding with what the query adds to it
    party = (row.flow_code or "", row.flow_party or "", row.flow_country or "")
    return Stream(row.flow_key, row.flow_kind, *party, row.flow_ground, row.flow_volume, row.flow_note)


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
        streams = list(_streams(kind, entry))
        first = str(getattr(entry.holding, given)) if given else ""
        known = {each.party for each in streams}
        own = [name for name in first.split("、") if name not in known] if first not in known else []
        return "、".join(dict.fromkeys(filter(None, (*own, *(each.said for each in streams)))))

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


def _say_abroad(entry: Entry) -> str:
    return "、".join(dict.fromkeys(each.said for each in entry.streams if each.is_abroad and each.said))


def _say_abroad_grounds(entry: Entry) -> str:
    return "、".join(dict.fromkeys(each.ground for each in entry.streams if each.is_abroad and each.ground))


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
_ABROAD: Final = _field("abroad_to", "外国への提供の相手", "provided abroad to", _say_abroad)
_STATUS: Final = _field("status", "状態", "state", lambda entry: entry.holding.status_words.ja, width=10)

FSA: Final = Book(
    Words("個人データ取扱台帳（金融分野）", "register of personal data (financial field)"),
    (
        _CODE, _NAME, _UNIT, _CUSTODIAN, _LABELS, _CLASSES, _PERSONS, _PURPOSE, _PLACES, _MEDIUM, _RETENTION, _USERS, _SAFETY,
        _SOURCE, _PROVIDED, _ENTRUSTED, _ABROAD, _DISPOSAL, _CHECKED, _STATUS,
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
        _RETENTION, _PERSONS, _SOURCE, _PROVIDED, _ENTRUSTED, _ABROAD, _DISPOSAL, _UNIT, _CUSTODIAN,
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
        _field("acquired_from", "取得の相手", "acquired from", _parties(FlowKind.ACQUIRE, "source")),
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
        _ABROAD,
        _field("abroad_ground", "外国への提供の根拠", "ground of providing abroad", _say_abroad_grounds),
        _RETENTION, _DISPOSAL, _CHECKED,
    ),
)  # fmt: skip
"""What data is where and flows where. Source: 個人情報保護委員会, data-mapping toolkit (2022), 38 items; own wording and order, unverified."""

BOOKS: Final[Mapping[str, Book]] = {"fsa": FSA, "jis": JIS, "ppc": PPC}
WHOLE: Final = "whole"
WHOLE_TITLE: Final = Words("台帳（全項目・取込みできる形）", "whole register (can be imported)")
TITLES: Final = {name: book.title for name, book in BOOKS.items()} | {WHOLE: WHOLE_TITLE}
