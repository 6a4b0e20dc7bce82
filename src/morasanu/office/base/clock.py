"""The office's clock: the machine's, or a day that stands still for the demo."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings

TOKYO = ZoneInfo("Asia/Tokyo")


def read_now() -> dt.datetime:
    """Return the time, aware; in a demo its own day at the machine's time of day."""
    now = dt.datetime.now(dt.UTC)
    place = settings.PLACE
    if place is None or not place.today:
        return now
    day = dt.date.fromisoformat(place.today)
    return dt.datetime.combine(day, now.astimezone(TOKYO).time(), TOKYO)


def read_today() -> dt.date:
    """Return the day in Japan."""
    return read_now().astimezone(TOKYO).date()
