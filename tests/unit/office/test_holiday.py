"""Holidays at the edge: the dates of the law's papers, own closed days only for the bank, and the hint without the extra."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from morasanu.errors import InputError
from morasanu.office.holiday import load_calendar, load_statutory_calendar
from morasanu.text.calendar import last_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.text.calendar import Calendar

LAW = Path(__file__).parents[4] / "shared" / "law"
FOUNDING = date(2026, 6, 15)  # a Monday
YEARS = range(2026, 2028)


def load_or_skip(own: frozenset[date] = frozenset()) -> tuple[Calendar, Calendar]:
    pytest.importorskip("jpholiday")
    return load_calendar(YEARS, own), load_statutory_calendar(YEARS)


@pytest.mark.parametrize("day", ["2026-01-12", "2026-05-06", "2026-09-22", "2026-11-23", "2027-03-22"])
def test_holiday_also_substituted_or_between_is_closed(day: str) -> None:
    for calendar in load_or_skip():
        assert not calendar.is_open(date.fromisoformat(day))


def test_own_closed_day_closes_the_bank_but_moves_no_statutory_day() -> None:
    bank, organs = load_or_skip(frozenset({FOUNDING}))
    assert not bank.is_open(FOUNDING)
    assert last_day(date(2026, 5, 17), 30, organs) == FOUNDING


def test_29_december_is_closed_for_organs_only() -> None:
    bank, organs = load_or_skip()
    assert (bank.is_open(date(2026, 12, 29)), organs.is_open(date(2026, 12, 29))) == (True, False)


def test_year_not_asked_for_is_not_guessed() -> None:
    for calendar in load_or_skip():
        with pytest.raises(ValueError, match="2028"):
            calendar.is_open(date(2028, 1, 4))


@pytest.mark.skipif(not LAW.is_dir(), reason="the project's papers on the law are not beside the repository")
def test_holidays_are_those_of_the_papers() -> None:
    written = yaml.safe_load((LAW / "holidays_2026_2027.yaml").read_text(encoding="utf-8"))["holidays"]
    assert load_or_skip()[1].closed == frozenset(map(date.fromisoformat, written))


@pytest.mark.parametrize("load", [load_calendar, load_statutory_calendar])
def test_missing_extra_is_told_with_the_command(
    load: Callable[[range], Calendar], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jpholiday", None)
    with pytest.raises(InputError, match=r"morasanu\[web\].*jpholiday") as caught:
        load(YEARS)
    assert caught.value.code == "MRS-I-054"


def test_holiday_module_loads_neither_django_nor_jpholiday() -> None:
    code = "import sys, morasanu.office.holiday\nprint(*sorted({'django', 'jpholiday'} & set(sys.modules)))"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == ""
