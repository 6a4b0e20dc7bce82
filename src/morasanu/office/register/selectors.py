"""What the pages of the register read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery, Sum, TextField, Value
from django.db.models.functions import Cast, Coalesce, StrIndex
from django.db.models.lookups import GreaterThan

from morasanu.office.access.reach import within
from morasanu.office.reality.models import Sighting
from morasanu.office.register.models import Holding, Location, Medium, Status, Storage
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import QueryDict

    from morasanu.office.access.reach import Reach

SORTS: Final = {
    "code": ("code",),
    "name": ("name",),
    "persons": ("-persons",),
    "checked": ("checked_on",),
}
"""In what order the list may stand: the name in the address, the fields."""
SORT_TITLES: Final = {
    "code": Words("管理番号", "code"),
    "name": Words("名称", "name"),
    "persons": Words("本人数の多い順", "most persons first"),
    "checked": Words("点検の古い順", "longest not checked first"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a list of holdings is narrowed. Empty values narrow nothing; unknown ones neither."""

    unit: str = ""
    label: str = ""
    legal_class: str = ""
    medium: str = ""
    status: str = ""
    is_late: bool = False
    sort: str = "code"
    words: str = ""

    @property
    def is_narrow(self) -> bool:
        """Return whether anything is left out."""
        return bool(self.unit or self.label or self.legal_class or self.medium or self.status or self.is_late)


def read_wanted(query: QueryDict, words: str = "") -> Wanted:
    """Return what the address asks for."""
    rules = load_rules()
    return Wanted(
        unit=query.get("unit", "")[:20],
        label=_known(query.get("label", ""), rules.labels),
        legal_class=_known(query.get("class", ""), [each.id for each in rules.classes]),
        medium=_known(query.get("medium", ""), Medium.values),
        status=_known(query.get("status", ""), Status.values),
        is_late=query.get("late") == "1",
        sort=_known(query.get("sort", ""), SORTS) or "code",
        words=words.strip()[:100],
    )


def _known(value: str, values: Iterable[str]) -> str:
    return value if value in values else ""


def find_limit(today: dt.date) -> dt.date:
    """Return the day before which a check is too long ago: twelve months before `today`.

    >>> import datetime as dt
    >>> find_limit(dt.date(2028, 2, 29))
    datetime.date(2027, 2, 28)
    """
    return today.replace(year=today.year - 1, day=28 if (today.month, today.day) == (2, 29) else today.day)


def _is_late(today: dt.date) -> Q:
    return Q(status=Status.ACTIVE) & (Q(checked_on=None) | Q(checked_on__lt=find_limit(today)))


def list_holdings(reach: Reach, wanted: Wanted, today: dt.date) -> QuerySet[Holding]:
    """Return the holdings that are wanted, with their units and places."""
    rows = within(Holding, reach).select_related("unit").prefetch_related("storages__location")
    return narrow_holdings(rows, wanted, today)


def narrow_holdings(rows: QuerySet[Holding], wanted: Wanted, today: dt.date) -> QuerySet[Holding]:
    """Return those of `rows` that are wanted."""
    if wanted.unit:
        rows = rows.filter(unit__code=wanted.unit)
    if wanted.medium:
        rows = rows.filter(medium=wanted.medium)
    if wanted.status:
        rows = rows.filter(status=wanted.status)
    if wanted.is_late:
        rows = rows.filter(_is_late(today))
    if wanted.words:
        rows = rows.filter(Q(code__startswith=wanted.words) | Q(name__contains=wanted.words))
    if wanted.label or wanted.legal_class:
        rows = rows.filter(_has_label(wanted))
    return rows


def _has_label(wanted: Wanted) -> Q:
    """Return the condition that a label stands in the JSON text, which every database can ask."""
    rules = load_rules()
    found = Q()
    if wanted.label:
        found &= _says(wanted.label)
    if wanted.legal_class:
        of_class = Q(pk__in=())
        for label, rule in rules.labels.items():
            if any(each.legal_class == wanted.legal_class for each in rule.classes):
                of_class |= _says(label)
        found &= of_class
    return found


def _says(label: str) -> Q:
    return Q(GreaterThan(StrIndex(Cast("labels", TextField()), Value(f'"{label}"')), 0))


class Tally(NamedTuple):
    """The register in figures: holdings in use, those not checked for twelve months."""

    active: int
    """At least so many are in use; exact when none is late."""
    late: int


def count_holdings(reach: Reach, today: dt.date) -> Tally:
    """Return how many holdings are in use and how many of these were not checked for twelve months. Two queries at most."""
    rows = within(Holding, reach)
    late = rows.filter(_is_late(today)).count()
    return Tally(late or rows.filter(status=Status.ACTIVE).count(), late)


class Edition(NamedTuple):
    """Which edition of a list this is: it grows by one with each change of a row; when the last one was."""

    number: int
    changed_at: dt.datetime | None
    persons: int


def describe_edition(rows: QuerySet[Holding]) -> Edition:
    """Return the edition of some rows. One query."""
    found = rows.order_by().aggregate(number=Sum("version"), at=Max("changed_at"), persons=Sum("persons"))
    return Edition(found["number"] or 0, found["at"], found["persons"] or 0)


class Seen(NamedTuple):
    """What the newest scans saw where a holding lies: persons as a range, files that could not be inspected."""

    persons_low: int
    persons: int
    persons_high: int
    not_inspected: int


class Line(NamedTuple):
    """A row of the list: a holding, its legal classes, what was seen where it lies (None: never scanned), how it stands."""

    holding: Holding
    classes: list[Words]
    seen: Seen | None
    state: str
    state_words: Words


_CLOSED: Final = Words("廃止", "closed")
_NEVER: Final = Words("未点検", "never checked")
_LATE: Final = Words("点検切れ", "check overdue")
_GOOD: Final = Words("点検済", "checked")


def describe_state(holding: Holding, today: dt.date) -> tuple[str, Words]:
    """Return how a holding stands, as a state's kind (none when it is closed) and its word."""
    if holding.status == Status.CLOSED:
        return "", _CLOSED
    if holding.checked_on is None:
        return "late", _NEVER
    return ("late", _LATE) if holding.checked_on < find_limit(today) else ("done", _GOOD)


def find_classes(labels: Iterable[str]) -> list[Words]:
    """Return the titles of the legal classes that `labels` belong to, in the order of the rules.

    >>> [each.ja for each in find_classes(["MY_NUMBER"])]
    ['特定個人情報', '個人識別符号']
    """
    rules = load_rules()
    given = set(labels)
    found = {each.legal_class for label, rule in rules.labels.items() if label in given for each in rule.classes}
    return [each.title for each in rules.classes if each.id in found]


def make_lines(holdings: Sequence[Holding], today: dt.date) -> list[Line]:
    """Return rows of the list. One query; storages and their locations are there already."""
    seen = sum_sightings(holdings)
    return [Line(each, find_classes(each.labels), seen.get(each.pk), *describe_state(each, today)) for each in holdings]


def sum_sightings(holdings: Sequence[Holding]) -> Mapping[int, Seen]:
    """Return what was seen where each of `holdings` lies, by its key. One query."""
    places = {storage.location_id for each in holdings for storage in each.storages.all()}
    by_location: dict[int, list[tuple[str, Seen]]] = defaultdict(list)
    rows = Sighting.objects.filter(location__in=places) if places else Sighting.objects.none()
    for location, place, *counts in rows.order_by().values_list("location", "place", *Seen._fields):
        by_location[location].append((place, Seen(*counts)))
    found = {}
    for each in holdings:
        here = {
            (storage.location_id, place): seen
            for storage in each.storages.all()
            for place, seen in by_location.get(storage.location_id, ())
            if lies_below(place, storage)
        }
        if here:
            found[each.pk] = Seen(*map(sum, zip(*here.values(), strict=True)))
    return found


def lies_below(place: str, storage: Storage) -> bool:
    """Return whether a place of a scan is where a holding is stored; a place may be written with its location's address or without."""
    path = storage.path.strip("/\\")
    if not path:
        return True
    address = storage.location.address.rstrip("/\\")
    below = place[len(address) :] if address and place.startswith(address) else place
    below = below.strip("/\\")
    return below == path or below.startswith((f"{path}/", f"{path}\\"))


def list_sightings(holding: Holding) -> list[Sighting]:
    """Return what the newest scans saw where a holding lies, the most persons first. One query."""
    storages = list(holding.storages.all())
    rows = Sighting.objects.filter(location__in=[each.location_id for each in storages]).select_related("run")
    found = [
        row
        for row in rows
        if any(each.location_id == row.location_id and lies_below(row.place, each) for each in storages)
    ]
    return sorted(found, key=lambda row: (-row.persons, row.place))


def list_locations(reach: Reach, *, kind: str = "", unit: str = "") -> QuerySet[Location]:
    """Return the locations with how many holdings lie there."""
    storages = (
        within(Storage, reach).filter(location=OuterRef("pk")).order_by().values("location").annotate(n=Count("pk"))
    )
    rows = within(Location, reach).select_related("unit").annotate(size=Coalesce(Subquery(storages.values("n")), 0))
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(unit__code=unit) if unit else rows


def count_empty_locations(reach: Reach) -> int:
    """Return in how many locations no holding lies. One query."""
    return within(Location, reach).filter(~Exists(within(Storage, reach).filter(location=OuterRef("pk")))).count()
