"""The one table: how it is read, and what holds of it as a whole."""

from __future__ import annotations

import pytest

from morasanu.office.access import table
from morasanu.office.access.role import Role
from morasanu.office.access.table import ANYBODY, NOBODY, ORDER, SIGNED_IN, TABLE, Extent


def test_each_row_names_every_role_or_says_for_whom() -> None:
    for row in TABLE.values():
        if isinstance(row, str):
            assert row in {ANYBODY, SIGNED_IN, NOBODY}
        else:
            assert list(row) == list(Role)


def test_a_form_is_sent_no_further_than_it_is_seen() -> None:
    for (route, method), row in TABLE.items():
        shown = TABLE.get((route, "GET"))
        if method == "POST" and shown is not None:
            assert row == shown, route


def test_nobody_outside_changes_anything_but_who_they_are() -> None:
    assert {route for (route, method), row in TABLE.items() if row == ANYBODY and method == "POST"} == {
        "language", "people:first", "account_login", "account_logout", "mfa_authenticate", "mfa_login_webauthn",
        "demo:enter", "people:oidc",
    }  # fmt: skip


def test_extents_stand_in_the_order_of_what_they_show() -> None:
    assert ORDER == (Extent.NONE, Extent.SELF, Extent.UNIT, Extent.BELOW, Extent.ALL)


@pytest.mark.parametrize(
    "line", ["today GET all all", "x GET all all all all all all much", "x GET anybody\nx GET nobody"]
)
def test_a_table_that_does_not_hold_together_is_refused(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_TABLE", line)
    with pytest.raises(ValueError):  # noqa: PT011 - of three kinds
        table._parse()
