"""What changes the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.base.record import is_below_itself
from morasanu.office.reality.reconcile import plan_reconcile
from morasanu.office.register.models import Flow, Holding, Location, Status, Storage
from morasanu.office.seal.keep import drop, keep, keep_once

if TYPE_CHECKING:
    import datetime as dt


def save_holding(holding: Holding, actor: str, *, seen: int | None = None) -> None:
    """Write a holding. Raises InputError MRS-I-080 when its code is taken."""
    with transaction.atomic():
        keep_once(holding, "register.holding.saved", actor, seen=seen)
        _look_again(holding)


def _look_again(holding: Holding) -> None:
    """Have the places of a holding compared with what was seen there."""
    plan_reconcile(holding.storages.values_list("location_id", flat=True))


def save_location(location: Location, actor: str, *, seen: int | None = None) -> None:
    """Write a location. Raises InputError MRS-I-081 when it would lie within itself, MRS-I-080 when its code is taken."""
    with transaction.atomic():
        if is_below_itself(location):
            raise InputError("MRS-I-081", "自分の中には置けません", "a location cannot lie within itself")
        keep_once(location, "register.location.saved", actor, seen=seen)


def check_holding(holding: Holding, day: dt.date, actor: str) -> None:
    """Note that a holding was checked on `day`."""
    holding.checked_on = day
    keep(holding, "register.holding.checked", actor)


def close_holding(holding: Holding, actor: str) -> None:
    """Note that a holding is no longer in use. It stays in the register."""
    holding.status = Status.CLOSED
    with transaction.atomic():
        keep(holding, "register.holding.closed", actor)
        _look_again(holding)


def add_storage(storage: Storage, actor: str) -> None:
    """Write where a holding lies. Raises InputError MRS-I-082 when it is written already."""
    same = Storage.objects.filter(holding=storage.holding, location=storage.location, path=storage.path)
    if same.exists():
        raise InputError("MRS-I-082", "その場所はもう書いてあります", "that place is given already")
    with transaction.atomic():
        keep(storage, "register.storage.added", actor)
        plan_reconcile([storage.location_id])


def drop_storage(storage: Storage, actor: str) -> None:
    """Note that a holding no longer lies somewhere."""
    with transaction.atomic():
        drop(storage, "register.storage.dropped", actor)
        plan_reconcile([storage.location_id])


def add_flow(flow: Flow, actor: str) -> None:
    """Write what happens to a holding."""
    keep(flow, "register.flow.added", actor)


def drop_flow(flow: Flow, actor: str) -> None:
    """Note that something no longer happens to a holding."""
    drop(flow, "register.flow.dropped", actor)
