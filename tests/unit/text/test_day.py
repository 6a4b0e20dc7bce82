"""Days and times for people: what is written is read back, what is no day is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.text.day import Style, parse_day, show_day, show_near_day, show_time
from morasanu.text.era import to_era, to_short_era

SOLAR = st.dates(date(1873, 1, 1), date(2100, 12, 31))
WIDE = str.maketrans("0123456789.-/", "０１２３４５６７８９．－／")
DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-23",
        "2026/11/23",
        "2026.11.23",
        "2026年11月23日",
        "２０２６年１１月２３日",
        "２０２６／１１／２３",
        "2026−11−23",
        "令和8年11月23日",
        "令和８年１１月２３日",
        "令和 8年11月23日",
        "令和　8 年 11 月 23 日",
        "令8.11.23",
        "R8.11.23",
        "r08/11/23",
        "Ｒ８．１１．２３",
        "R8-11-23",
        "R8年11月23日",
        " 2026-11-23\n",
        "2026年11月23日(月)",
        "令和8年11月23日（月）",
    ],
)
def test_day_in_any_of_the_forms_is_read(written: str) -> None:
    assert parse_day(written) == DAY


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("令和1年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("M6.1.1", date(1873, 1, 1)),
        ("2024-2-29", date(2024, 2, 29)),
        ("0001-01-01", date(1, 1, 1)),
    ],
)
def test_day_at_an_edge_is_read(written: str, day: date) -> None:
    assert parse_day(written) == day


@pytest.mark.parametrize(
    "written",
    [
        "昭和64年2月1日",  # the era was over
        "昭和64年1月8日",
        "平成元年1月7日",  # it had not begun
        "平成31年5月1日",
        "令和元年4月30日",
        "大正15年12月25日",
        "昭和元年1月1日",
        "令和0年1月1日",
        "明治5年12月1日",  # the months of the moon
        "明治元年10月23日",
        "令和2026年11月23日",
        "2026年2月30日",
        "2025-02-29",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "2026年11月23日(火)",  # a Monday
        "2026-11/23",
        "2026年11-23",
        "2026年11月23",
        "26-11-23",
        "11/23/2026",
        "20261123",
        "2026 11 23",
        "2026-1 1-23",
        "2026-11-23 10:00",
        "2026-11-23x",
        "元年11月23日",
        "2026元年11月23日",
        "X8.11.23",
        "慶応3年1月1日",
        "令和八年十一月二十三日",
        "२०२६-११-२३",
        "",
        " ",
        "年月日",
        "2026-11-23" + " " * 50,
    ],
)
def test_day_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(
        ValueError, match=r"\A(?:not written as a day|no such day|the era does not have|the weekday is)"
    ):
        parse_day(written)


@pytest.mark.parametrize("written", ["昭和64年2月17日", "1985年2月31日", "1985年2月17日(土)", "1985-02-17 やまだ"])
def test_day_refused_is_not_repeated_by_the_error(written: str) -> None:
    with pytest.raises(ValueError, match="day") as caught:
        parse_day(written)
    assert not any(letter.isdigit() for letter in str(caught.value))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(SOLAR)
def test_day_written_in_any_way_is_read_back(day: date) -> None:
    forms = [to_era(day), to_short_era(day), day.isoformat(), f"{day:%Y/%m/%d}", show_day(day, "ja")]
    forms += [show_day(day, "ja", Style.ERA), to_era(day).replace("元年", "1年")]
    assert {parse_day(form) for form in forms} == {day}
    assert {parse_day(form.translate(WIDE)) for form in forms} == {day}


@given(st.text(st.sampled_from("令和平成昭大正明治RHSTM元年月日0123456789１-/. ()金"), max_size=20))
def test_day_of_any_text_is_a_day_or_refused(text: str) -> None:
    try:
        day = parse_day(text)
    except ValueError:
        return
    assert parse_day(day.isoformat()) == day


@given(
    st.integers(1, 99),
    st.integers(1, 12),
    st.integers(1, 31),
    st.sampled_from(["令和", "平成", "昭和", "大正", "明治"]),
)
def test_day_by_era_is_read_only_when_it_is_written_so(year: int, month: int, number: int, name: str) -> None:
    written = f"{name}{'元' if year == 1 else year}年{month}月{number}日"
    try:
        day = parse_day(written)
    except ValueError:
        return
    assert to_era(day) == written


@pytest.mark.parametrize(
    ("language", "style", "shown"),
    [
        ("ja", Style.WESTERN, "2026年11月27日(金)"),
        ("ja", Style.ERA, "令和8年11月27日(金)"),
        ("en", Style.WESTERN, "Fri 27 Nov 2026"),
        ("en", Style.ERA, "Fri 27 Nov 2026 (R8)"),
    ],
)
def test_show_day_is_written_in_language_and_style(language: str, style: Style, shown: str) -> None:
    assert show_day(date(2026, 11, 27), language, style) == shown


@pytest.mark.parametrize("language", ["ja", "en"])
def test_show_day_before_the_solar_calendar_comes_western(language: str) -> None:
    day = date(1872, 12, 31)
    assert show_day(day, language, Style.ERA) == show_day(day, language, Style.WESTERN)


@given(st.dates())
def test_show_day_english_agrees_with_the_c_locale(day: date) -> None:
    assert show_day(day, "en") == f"{day:%a} {day.day} {day:%b} {day.year}"
    assert show_day(day, "en").startswith(show_near_day(day, "en"))


def test_show_near_day_leaves_the_year_out() -> None:
    assert show_near_day(date(2026, 11, 27), "ja") == "11月27日(金)"


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 11, 27, 14, 59, 59, tzinfo=UTC), "2026年11月27日(金) 23:59"),
        (datetime(2026, 11, 27, 15, 0, tzinfo=UTC), "2026年11月28日(土) 00:00"),
        (datetime(2026, 11, 27, 9, 5, tzinfo=timezone(timedelta(hours=-5))), "2026年11月27日(金) 23:05"),
    ],
)
def test_show_time_is_the_time_in_japan(at: datetime, shown: str) -> None:
    assert show_time(at, "ja") == shown


def test_show_time_in_english_and_by_era() -> None:
    at = datetime(2019, 4, 30, 15, 0, tzinfo=UTC)
    assert show_time(at, "en") == "Wed 1 May 2019 00:00"
    assert show_time(at, "ja", Style.ERA) == "令和元年5月1日(水) 00:00"


@given(st.datetimes(datetime(1952, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants them naive
def test_show_time_agrees_with_the_zone_of_tokyo(at: datetime) -> None:
    local = at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert show_time(at, "ja") == f"{show_day(local.date(), 'ja')} {local:%H:%M}"


def test_show_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        show_time(datetime(2026, 11, 27, 9, 0), "ja")  # noqa: DTZ001 - that is the point
