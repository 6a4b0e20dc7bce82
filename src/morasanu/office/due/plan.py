"""Puts things on the list of what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from morasanu.office.due.models import DueEvent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


def plan(key: str, kind: str, at: dt.datetime, facts: Mapping[str, Any] | None = None) -> None:
    """Put something on the list unless `key` is there: in the same transaction as the change that makes it due."""
    DueEvent.objects.bulk_create([DueEvent(key=key, kind=kind, at=at, facts=dict(facts or {}))], ignore_conflicts=True)
