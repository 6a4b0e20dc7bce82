"""What the pages about parties read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q

from morasanu.office.access.reach import HOUSE, within
from morasanu.office.party.country import HOME
from morasanu.office.party.models import Party, PartyKind, ended_on
from morasanu.office.people.models import Person
from morasanu.office.register.models import Flow, Status
from morasanu.rules.load import Words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import QueryDict

    from morasanu.office.access.reach import Reach


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the list is narrowed. `is_abroad`: outside Japan, or nobody knows where; `is_ended`: those that ended instead of the others."""

    unit: str = ""
    kind: str = ""
    is_abroad: bool = False
    is_ended: bool = False
    words: str = ""

    @property
    def is_narrow(self) -> bool:
        """Return whether anything is left out that stands in the address."""
        return bool(self.unit or self.kind or self.is_abroad or self.is_ended)


def read_wanted(query: QueryDict, words: str = "") -> Wanted:
    """Return what the address asks for."""
    kind = query.get("kind", "")
    return Wanted(
        unit=query.get("unit", "")[:20],
        kind=kind if kind in PartyKind.values else "",
        is_abroad=query.get("abroad") == "1",
        is_ended=query.get("ended") == "1",
        words=words.strip()[:100],
    )


def list_parties(reach: Reach, wanted: Wanted, today: dt.date) -> QuerySet[Party]:
    """Return the parties that are wanted. Words are looked for among those that ended, too."""
    rows = within(Party, reach).select_related("unit", "parent")
    if wanted.words:
        words = wanted.words
        return rows.filter(Q(code__startswith=words) | Q(name__contains=words) | Q(kana__contains=words))
    rows = rows.filter(ended_on(today)) if wanted.is_ended else rows.exclude(ended_on(today))
    if wanted.unit:
        rows = rows.filter(unit__code=wanted.unit)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    return rows.exclude(country=HOME) if wanted.is_abroad else rows


def list_nameable() -> QuerySet[Party]:
    """Return the parties that a flow, a person or another party may name: all of the house.

    A branch entrusts to vendors that a department is in charge of, and the table opens the list whole to whoever writes flows.
    """
    return within(Party, HOUSE)


class Tally(NamedTuple):
    """The parties in figures: in force; of these outside Japan, and nobody knows where; ended though data in use still flows there."""

    current: int
    abroad: int
    unknown: int
    stale: int


def count_parties(reach: Reach, today: dt.date) -> Tally:
    """Return the parties in figures. Two queries."""
    rows = within(Party, reach)
    is_current = ~ended_on(today) | Q(ends_on=None)
    found = rows.aggregate(
        current=Count("pk", filter=is_current),
        abroad=Count("pk", filter=is_current & ~Q(country__in=("", HOME))),
        unknown=Count("pk", filter=is_current & Q(country="")),
    )
    return Tally(found["current"], found["abroad"], found["unknown"], rows.filter(is_stale_on(today)).count())


def is_stale_on(day: dt.date) -> Q:
    """Return which parties had ended on a day though data in use still flows there."""
    flows = within(Flow, HOUSE).filter(party=OuterRef("pk"), holding__status=Status.ACTIVE)
    return ended_on(day) & Q(Exists(flows))


class Line(NamedTuple):
    """A row of the list: a party, how many flows of the holdings in reach go there, how it stands."""

    party: Party
    flows: int
    state: str
    state_words: Words


_SOON: Final = Words("開始前", "not begun")
_GOOD: Final = Words("継続中", "in force")
_ENDED: Final = Words("終了", "ended")
_STALE: Final = Words("終了後も流れあり", "ended, data still flows")


def describe_state(party: Party, today: dt.date, *, is_stale: bool) -> tuple[str, Words]:
    """Return how a party stands, as a state's kind (none when it is over) and its word."""
    if party.ends_on and party.ends_on < today:
        return ("late", _STALE) if is_stale else ("", _ENDED)
    return ("open", _SOON) if party.starts_on and party.starts_on > today else ("done", _GOOD)


def make_lines(parties: Sequence[Party], flows: Reach, today: dt.date) -> list[Line]:
    """Return rows of the list; `flows` is the reach to holdings. Two queries."""
    keys = [each.pk for each in parties]
    rows = within(Flow, flows).filter(party__in=keys).order_by()
    counts = dict(rows.values_list("party").annotate(n=Count("pk")))
    stale = set(within(Party, HOUSE).filter(is_stale_on(today), pk__in=keys).values_list("pk", flat=True))
    return [
        Line(each, counts.get(each.pk, 0), *describe_state(each, today, is_stale=each.pk in stale)) for each in parties
    ]


def list_flows(party: Party, reach: Reach) -> QuerySet[Flow]:
    """Return what flows to or from a party, with the holdings that are in reach."""
    return within(Flow, reach).filter(party=party).select_related("holding__unit")


def list_persons(party: Party, reach: Reach, today: dt.date) -> QuerySet[Person]:
    """Return the people of a party who are here, as far as they are in reach."""
    return within(Person, reach).filter(Q(left_on=None) | Q(left_on__gte=today), party=party).select_related("unit")


def find_chain(party: Party) -> list[Party]:
    """Return who entrusts to a party, the nearest first: none for one that the institution itself entrusts to. A query for each."""
    found: list[Party] = []
    above = party.parent
    while above is not None and above not in found:
        found.append(above)
        above = above.parent
    return found
