"""A visitor and how far they reach: the units whose rows a query may show them. The one place that narrows queries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from django.db.models import Q

from morasanu.office.access.role import DECIDING, Role
from morasanu.office.access.table import ORDER, Extent, find_extent, may_open
from morasanu.office.base.clock import read_today
from morasanu.office.people.models import Account, Appointment, OrgUnit, held_on

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from morasanu.office.base.record import Record

    Rows = TypeVar("Rows", bound=Record)

NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Reach:
    """The units that may be seen; `units` is None for the whole house. `person` is the visitor, for what is their own."""

    units: frozenset[int] | None
    person: int


HOUSE = Reach(None, 0)
"""All of it: for the office itself, never for a visitor."""
NOWHERE = Reach(NOTHING, 0)
"""None of it: what a page shows of a room that does not open for the visitor."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in, with the units of each role they hold today, and the units below these."""

    account: Account
    units: dict[Role, frozenset[int]]
    below: dict[Role, frozenset[int]]

    @property
    def roles(self) -> frozenset[Role]:
        """Return the roles held today."""
        return frozenset(self.units)

    @property
    def person_id(self) -> int:
        """Return the key of the person, 0 for an account without one."""
        return self.account.person_id or 0

    @property
    def actor(self) -> str:
        """Return the id that the ledger keeps of who did something: no name."""
        return f"account/{self.account.pk}"

    @property
    def needs_second_factor(self) -> bool:
        """Return whether one of the roles decides."""
        return bool(self.roles & DECIDING)

    def reach(self, route: str, method: str) -> Reach | None:
        """Return how far they reach on a route, None when it does not open for them."""
        widest, units = Extent.NONE, NOTHING
        for role in self.roles:
            extent = find_extent(route, method, role)
            widest = max(widest, extent, key=ORDER.index)
            if extent == Extent.UNIT:
                units |= self.units[role]
            elif extent == Extent.BELOW:
                units |= self.below[role]
        if widest == Extent.NONE:
            return None
        return Reach(None if widest == Extent.ALL else units, self.person_id)


def make_visitor(account: Account) -> Visitor:
    """Return who `account` is today; whoever has left holds no role any more. Two queries."""
    today = read_today()
    if account.person_id is None:
        return Visitor(account, {}, {})
    held = Appointment.objects.filter(held_on(today), person_id=account.person_id)
    units: dict[Role, frozenset[int]] = {}
    below: dict[Role, frozenset[int]] = {}
    tree = list(OrgUnit.objects.values_list("pk", "path"))
    for name, unit, path in held.values_list("role", "unit_id", "unit__path"):
        role = Role(name)
        units[role] = units.get(role, NOTHING) | {unit}
        below[role] = below.get(role, NOTHING) | {pk for pk, each in tree if each.startswith(path)}
    return Visitor(account, units, below)


def find_visitor(request: HttpRequest) -> Visitor | None:
    """Return who asks, None for nobody in particular. Found once for each request."""
    if not hasattr(request, "morasanu_visitor"):
        user = getattr(request, "user", None)
        found = make_visitor(cast("Account", user)) if user is not None and user.is_authenticated else None
        request.morasanu_visitor = found  # type: ignore[attr-defined]
    return cast("Visitor | None", request.morasanu_visitor)  # type: ignore[attr-defined]


def read_visitor(request: HttpRequest) -> Visitor:
    """Return who asks, on a route that only opens for somebody."""
    visitor = find_visitor(request)
    if visitor is None:
        raise RuntimeError
    return visitor


def may(request: HttpRequest, route: str, method: str = "GET") -> bool:
    """Return whether a route opens for the visitor, so that a page offers only what they can do."""
    return may_open(route, method, read_visitor(request).roles)


def read_reach(request: HttpRequest) -> Reach:
    """Return how far the visitor reaches on this route."""
    return cast("Reach", request.morasanu_reach)  # type: ignore[attr-defined]


def within(model: type[Rows], reach: Reach) -> QuerySet[Rows]:
    """Return the rows of `model` that may be seen. Every query of the office begins here."""
    rows: QuerySet[Rows] = model._default_manager.all()  # noqa: SLF001 - Django's name for it
    if reach.units is None:
        return rows
    seen = Q(**{f"{model.unit_lookup}__in": reach.units}) if model.unit_lookup else Q(pk__in=())
    if model.person_lookup and reach.person:
        seen |= Q(**{model.person_lookup: reach.person})
    return rows.filter(seen)
