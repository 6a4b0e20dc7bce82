"""The office's day: Japan's, or one that stands still for a demo while its clock runs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from morasanu.office.base import clock
from morasanu.office.base.clock import TOKYO, read_now, read_today
from morasanu.office.place import open_place

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper


@pytest.mark.parametrize(("utc", "day"), [("2026-11-25T14:59:59", "2026-11-25"), ("2026-11-25T15:00:00", "2026-11-26")])
def test_the_day_begins_at_midnight_in_japan(utc: str, day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC).astimezone(tz)

    monkeypatch.setattr(clock.dt, "datetime", Clock)
    assert str(read_today()) == day


def test_a_demo_stands_still_on_its_day(tmp_path: Path, settings: SettingsWrapper) -> None:
    settings.PLACE = open_place(tmp_path / "demo", is_demo=True, today="2026-11-23")
    assert read_today() == dt.date(2026, 11, 23)
    now, real = read_now(), dt.datetime.now(TOKYO)
    assert now.tzinfo is not None
    assert abs((now - real.replace(year=2026, month=11, day=23)).total_seconds()) < 5


def test_without_a_demo_the_time_is_that_of_the_machine() -> None:
    assert abs((read_now() - dt.datetime.now(dt.UTC)).total_seconds()) < 5
