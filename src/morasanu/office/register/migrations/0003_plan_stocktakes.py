"""Rounds that were begun before their last day was on the list of what is due are put there."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import migrations

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

KIND = "register.stocktake-over"
TOKYO = dt.timezone(dt.timedelta(hours=9))


def plan_all(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Plan the last day of each round that somebody has not signed."""
    del editor
    events = apps.get_model("due", "DueEvent").objects
    rounds = apps.get_model("register", "Stocktake").objects
    for each in rounds.filter(parts__signed_at=None, parts__isnull=False).distinct():
        at = dt.datetime.combine(each.due_on, dt.time(23, 59), TOKYO)
        given = {"kind": KIND, "at": at, "facts": {"stocktake": each.pk}}
        events.get_or_create(key=f"{KIND}/{each.pk}", defaults=given)


class Migration(migrations.Migration):
    """After both tables stand."""

    dependencies = (("register", "0002_indexes"), ("due", "0001_initial"))
    operations = (migrations.RunPython(plan_all, migrations.RunPython.noop),)
