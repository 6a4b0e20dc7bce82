"""What the page about what is due reads. These rows belong to the whole house; the table opens them to who sees all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from morasanu.office.due.models import DueEvent

if TYPE_CHECKING:
    from django.db.models import QuerySet


def list_events(state: str = "") -> QuerySet[DueEvent]:
    """Return what is or was due, in one state or in any."""
    return DueEvent.objects.filter(state=state) if state else DueEvent.objects.all()
