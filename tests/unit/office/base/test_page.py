"""Pages cut by key are those that slicing would give, forwards and backwards, whatever the order."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from morasanu.office.base.page import SIZE, Page, take_page
from morasanu.office.due.models import DueEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from pytest_django import DjangoAssertNumQueries

BEGUN = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
ORDERS = (
    (),
    ("-pk",),
    ("at",),
    ("-at",),
    ("kind", "-at"),
    ("-kind", "at"),
    ("done_at",),
    ("-done_at",),
    ("-done_at", "kind"),
    ("kind", "done_at", "-at"),
)
"""`done_at` may be empty."""


def turn(rows: QuerySet[DueEvent], order: Sequence[str], query: str, size: int) -> Page[DueEvent]:
    return take_page(rows, RequestFactory().get(f"/due/{query}"), order, size)


def make_rows(values: Sequence[tuple[int, int, int | None]]) -> None:
    DueEvent.objects.bulk_create(
        DueEvent(
            key=str(number),
            kind=f"k{kind}",
            at=BEGUN + dt.timedelta(hours=hour),
            done_at=None if done is None else BEGUN + dt.timedelta(days=done),
        )
        for number, (kind, hour, done) in enumerate(values)
    )


def sort(rows: Sequence[DueEvent], order: Sequence[str]) -> list[int]:
    """Return the keys as plain sorting gives them; a row without a value is the smallest."""
    found = sorted(rows, key=lambda row: row.pk)
    for name in reversed(order):
        values = {row.pk: getattr(row, name.removeprefix("-")) for row in found}
        found.sort(key=lambda row: (values[row.pk] is not None, values[row.pk]), reverse=name.startswith("-"))
    return [row.pk for row in found]


class TestPage(TestCase):
    """Every page forwards, then every page backwards, against slices of the sorted whole."""

    @settings(max_examples=60)
    @given(
        values=st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 3), st.none() | st.integers(0, 2)), min_size=1, max_size=14
        ),
        order=st.sampled_from(ORDERS),
        size=st.integers(1, 5),
    )
    def test_take_page_gives_what_slicing_gives(
        self, values: list[tuple[int, int, int | None]], order: tuple[str, ...], size: int
    ) -> None:
        make_rows(values)
        rows = DueEvent.objects.all()
        expected = sort(list(rows), order)
        slices = [expected[start : start + size] for start in range(0, len(expected), size)]
        page = turn(rows, order, "", size)
        assert not page.previous
        pages = [page]
        while page.next:
            page = turn(rows, order, page.next, size)
            pages.append(page)
        assert [[row.pk for row in each.rows] for each in pages] == slices
        assert {each.total for each in pages} == {len(expected)}
        back = [page]
        while page.previous:
            page = turn(rows, order, page.previous, size)
            assert page.next
            back.append(page)
        assert [row.pk for each in reversed(back) for row in each.rows] == expected
        assert all(len(each.rows) == size for each in back[1:-1])


@pytest.mark.django_db
@pytest.mark.parametrize("mark", ["x", "-1", "٣", "99999999999999999999", "0", "1 or 1=1", "7777"])
def test_a_mark_that_leads_nowhere_shows_the_first_page(mark: str) -> None:
    make_rows([(0, hour, None) for hour in range(4)])
    for side in ("after", "before"):
        page = turn(DueEvent.objects.all(), ("at",), f"?{side}={mark}", 2)
        assert [row.key for row in page.rows] == ["0", "1"]


@pytest.mark.django_db
def test_a_mark_outside_of_what_may_be_seen_tells_nothing_of_where_it_stands() -> None:
    make_rows([(hour % 2, hour, None) for hour in range(6)])
    seen = DueEvent.objects.filter(kind="k0")
    hidden = DueEvent.objects.get(key="3")
    page = turn(seen, ("at",), f"?after={hidden.pk}", 2)
    assert [row.key for row in page.rows] == ["0", "2"]


@pytest.mark.django_db
def test_addresses_keep_the_filter_and_hold_one_key() -> None:
    make_rows([(0, hour, None) for hour in range(5)])
    first = DueEvent.objects.get(key="0").pk
    page = turn(DueEvent.objects.all(), ("at",), f"?state=waiting&after={first}&before=", 2)
    assert page.next.startswith("?state=waiting&after=")
    assert "before" not in page.next
    assert page.previous.startswith("?state=waiting&before=")


@pytest.mark.django_db
def test_an_empty_list_has_no_pages_beside_it() -> None:
    assert turn(DueEvent.objects.all(), ("at",), "", SIZE) == ([], 0, "", "")


@pytest.mark.django_db
def test_take_page_takes_four_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_rows([(0, hour, None) for hour in range(5)])
    key = DueEvent.objects.all()[2].pk
    with django_assert_num_queries(4):
        turn(DueEvent.objects.all(), ("at",), f"?after={key}", 2)
