"""Log lines hold what happened and where, never the data that it happened with."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as office
from django.test import Client
from tests.unit.office.house import RISK, House

from morasanu.office.access.role import Role
from morasanu.office.base.log import BareFilter

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def told() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """Return a logger with the office's filter and what it wrote."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(BareFilter())
    logger = logging.getLogger("tests.bare")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield logger, stream
    logger.removeHandler(handler)


def test_an_exception_is_told_by_its_kind_and_its_line(told: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = told
    try:
        raise ValueError("潮田 汀")  # noqa: TRY301
    except ValueError:
        logger.exception("while reading %s", "潮田 汀")
    line = stream.getvalue()
    assert "潮田" not in line
    assert line.startswith("ValueError test_an_exception_is_told")
    assert line.count("\n") == 1


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("/people/?words=潮田", "/people/"),
        (ValueError("潮田 汀"), "ValueError"),
        ({"name": "潮田"}, "dict"),
        (["潮田"], "list"),
        (b"\xe6\xbd\xae", "bytes"),
        (7, "7"),
        ("MRS-I-050", "MRS-I-050"),
    ],
)
def test_values_are_told_without_what_they_hold(
    value: object, shown: str, told: tuple[logging.Logger, io.StringIO]
) -> None:
    logger, stream = told
    logger.warning("seen: %s", value)
    assert stream.getvalue() == f"seen: {shown}\n"


def test_values_by_name_are_told_without_what_they_hold(told: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = told
    logger.warning("seen: %(name)s", {"name": ValueError("潮田")})
    assert stream.getvalue() == "seen: ValueError\n"


def test_every_handler_of_the_office_lays_lines_bare() -> None:
    for handler in office.LOGGING["handlers"].values():
        assert handler["filters"] == ["bare"]


def test_an_error_of_ours_shows_and_tells_nothing_of_the_data(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ValueError("潮田 汀")

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(BareFilter())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    monkeypatch.setattr(logger, "propagate", False)
    monkeypatch.setattr("morasanu.office.people.selectors.list_persons", stumble)
    client = house.sign_in(Role.OFFICER, RISK, raise_request_exception=False)
    try:
        answer = client.get("/people/persons/")
    finally:
        logger.removeHandler(handler)
    assert answer.status_code == 500
    assert "潮田" not in answer.content.decode()
    assert stream.getvalue().startswith("ValueError ")
    assert ".stumble:" in stream.getvalue()
    assert "潮田" not in stream.getvalue()


def test_a_host_that_is_not_ours_is_refused_and_not_told(caplog: pytest.LogCaptureFixture, db: None) -> None:
    del db
    with caplog.at_level(logging.DEBUG):
        answer = Client(SERVER_NAME="shioda.bank.example").get("/health/")
    assert answer.status_code == 400
    assert "shioda" not in caplog.text
