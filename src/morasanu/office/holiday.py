"""The holidays of Japan from jpholiday, as the calendars that days are counted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from morasanu.errors import InputError
from morasanu.text.calendar import ADMINISTRATIVE_YEAR_END, BANK_YEAR_END, Calendar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


def load_calendar(years: range, own_closed: Iterable[date] = ()) -> Calendar:
    """Return the bank's calendar for `years`: weekends, holidays, 31 December to 3 January and the bank's own closed days.

    For days inside the house. Statutory periods are not moved by own days: `load_statutory_calendar`.
    Raises InputError MRS-I-054 when the extra `web` is missing.
    """
    return Calendar(_find_holidays(years) | frozenset(own_closed), BANK_YEAR_END, years)


def load_statutory_calendar(years: range) -> Calendar:
    """Return the calendar of administrative organs for `years`: weekends, holidays, 29 December to 3 January.

    Raises InputError MRS-I-054 when the extra `web` is missing.
    """
    return Calendar(_find_holidays(years), ADMINISTRATIVE_YEAR_END, years)


def _find_holidays(years: range) -> frozenset[date]:
    """Return the holidays by law, substitutes and days between included; beyond next year the equinoxes are computed, not yet announced."""
    try:
        import jpholiday  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise InputError(
            "MRS-I-054",
            f"画面には追加の部品が要ります: pip install 'morasanu[web]'（{error.name} がありません）",
            f"the office needs an extra: pip install 'morasanu[web]' ({error.name} is missing)",
        ) from error
    return frozenset(day for year in years for day, _ in jpholiday.year_holidays(year))
