"""What the pages about evidence read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max

from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from django.db.models import QuerySet


class SealState(NamedTuple):
    """How many changes wait for the ledger since when, and the number of the last one in it."""

    waiting: int
    waiting_since: dt.datetime | None
    last: int | None


def describe_seal() -> SealState:
    """Return how far the changes are sealed. Two queries."""
    waiting = Outbox.objects.filter(seq=None)
    first = waiting.order_by("pk").first()
    last = Outbox.objects.aggregate(last=Max("seq"))["last"]
    return SealState(waiting.count() if first else 0, first.at if first else None, last)


def list_changes(subject: str = "") -> QuerySet[Outbox]:
    """Return the changes of one row, or all of them."""
    return Outbox.objects.filter(subject=subject) if subject else Outbox.objects.all()


def find_seal(subject: str) -> Outbox | None:
    """Return the newest change of a row, which says whether it is sealed and as what number."""
    return Outbox.objects.filter(subject=subject).order_by("-pk").first()


def find_seals(subjects: Sequence[str]) -> dict[str, Outbox]:
    """Return the newest change of each of some rows. One query."""
    return {each.subject: each for each in Outbox.objects.filter(subject__in=subjects).order_by("pk")}
