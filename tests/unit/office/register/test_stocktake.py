"""The stocktake: each unit answers for what it holds and signs."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING

import pytest
from allauth.account.internal.flows import login
from django.urls import reverse

from morasanu.errors import InputError
from morasanu.office.access.role import Role
from morasanu.office.base.clock import TOKYO, read_now
from morasanu.office.due.models import DueEvent
from morasanu.office.finding.models import Finding
from morasanu.office.finding.words import describe_finding
from morasanu.office.people.models import Person
from morasanu.office.register import stocktake as rounds
from morasanu.office.register.models import Stocktake, StocktakePart
from morasanu.office.requirement.judge import gather_reviews
from morasanu.office.seal.models import Outbox
from morasanu.office.wiring import HANDLERS

if TYPE_CHECKING:
    from django.test import Client
    from tests.unit.office.register.conftest import House


@pytest.fixture
def part(house: House) -> StocktakePart:
    house.make_holding("W-002")
    house.make_holding("W-003", status="closed")
    stocktake = Stocktake(title="2026年度 台帳棚卸", opened_on=dt.date(2026, 11, 1), due_on=dt.date(2026, 12, 1))
    rounds.open_stocktake(stocktake, "test")
    return StocktakePart.objects.get(stocktake=stocktake, unit=house.west)


def prove(client: Client) -> Client:
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = session["_auth_user_id"]
    session.save()
    return client


def answer(part: StocktakePart, verdict: str, note: str = "") -> None:
    rows = rounds.list_part_holdings(part)
    rounds.answer_holdings(part, {row.pk: rounds.Answer(verdict, note) for row in rows}, "test")


def test_round_asks_each_unit_that_holds_anything_in_use(house: House, part: StocktakePart) -> None:
    units = {each.unit for each in StocktakePart.objects.all()}
    assert units == {house.west, house.north}
    assert {row.code for row in rounds.list_part_holdings(part)} == {"W-001", "W-002"}


def test_officer_begins_a_round_on_the_page(house: House) -> None:
    client = house.sign_in(Role.OFFICER)
    sent = client.post(reverse("register:stocktake-add"), {"title": "臨時", "due_on": "2026-12-20"})
    assert sent.status_code == 302
    page = client.get(sent["Location"]).content.decode()
    assert "2 の部店がまだ署名していません" in page


def test_part_answered_and_signed_closes_and_opens_findings_once(house: House, part: StocktakePart) -> None:
    client = prove(house.sign_in(Role.MANAGER, house.west))
    other = rounds.list_part_holdings(part).get(code="W-002")
    sent = {
        f"verdict-{house.holding.pk}": "present",
        f"verdict-{other.pk}": "missing",
        f"note-{other.pk}": "書庫にない",
    }
    assert client.post(reverse("register:stocktake-answer", args=[part.pk]), sent).status_code == 302
    sign = reverse("register:stocktake-sign", args=[part.pk])
    assert "指摘として開きます" in client.get(sign).content.decode()
    wrong = client.post(sign, {"name": "別人"})
    assert wrong.status_code == 422
    assert client.post(sign, {"name": "能勢佳代"}).status_code == 302
    part.refresh_from_db()
    assert (part.present, part.missing, part.changed) == (1, 1, 0)
    assert part.signed_by is not None
    finding = Finding.objects.get()
    assert (finding.unit, finding.subject, finding.reason_code) == (
        house.west,
        other.trace_subject,
        "stocktake.missing",
    )
    house.holding.refresh_from_db()
    assert house.holding.checked_on == dt.date(2026, 11, 23)
    assert Outbox.objects.filter(kind="register.stocktake.signed", subject=part.trace_subject).count() == 1
    assert client.post(reverse("register:stocktake-answer", args=[part.pk]), sent).status_code == 422
    assert "署名して閉じました" in client.get(reverse("register:stocktake-part", args=[part.pk])).content.decode()


def test_part_unsigned_on_the_last_day_is_a_finding_until_it_is_signed(house: House, part: StocktakePart) -> None:
    event = DueEvent.objects.get(kind=rounds.OVER)
    assert event.at.astimezone(TOKYO).date() == dt.date(2026, 12, 1)
    answer(part, "present")
    house.sign_in(Role.MANAGER, house.west)
    person = Person.objects.get()
    for _ in range(2):
        HANDLERS[event.kind](event.facts)
    assert Finding.objects.filter(reason_code="stocktake.late").count() == 2
    finding = Finding.objects.get(subject=part.trace_subject)
    assert (finding.unit, finding.state) == (house.west, "open")
    assert "署名されていません" in describe_finding(finding).ja
    client = house.sign_in(Role.OFFICER)
    assert "署名していない部店が" not in client.get(reverse("register:stocktakes")).content.decode()
    Stocktake.objects.update(due_on=dt.date(2026, 11, 20))
    assert "署名していない部店が 2 あります" in client.get(reverse("register:stocktakes")).content.decode()
    Stocktake.objects.update(due_on=dt.date(2026, 12, 1))
    rounds.sign_part(part, person, person.name, "test")
    finding.refresh_from_db()
    assert (finding.state, finding.closed_as) == ("closed", "gone")
    HANDLERS[event.kind](event.facts)
    assert Finding.objects.filter(subject=part.trace_subject).count() == 1
    signed = read_now().astimezone(TOKYO).date()
    assert set(gather_reviews(dt.date(2026, 12, 2)).items) == {
        (dt.date(2026, 12, 1), signed),
        (dt.date(2026, 12, 1), None),
    }


def test_signature_without_proof_of_who_signs_is_refused(house: House, part: StocktakePart) -> None:
    answer(part, "present")
    client = house.sign_in(Role.MANAGER, house.west)
    asked = client.post(reverse("register:stocktake-sign", args=[part.pk]), {"name": "能勢 佳代"})
    assert asked.status_code == 302
    assert asked["Location"].startswith("/account/")
    part.refresh_from_db()
    assert part.signed_at is None


def test_signature_for_another_branch_is_refused(house: House, part: StocktakePart) -> None:
    answer(part, "present")
    client = prove(house.sign_in(Role.MANAGER, house.north))
    for route in ("register:stocktake-sign", "register:stocktake-answer"):
        assert client.post(reverse(route, args=[part.pk]), {"name": "能勢 佳代"}).status_code == 404


def test_answer_for_a_holding_of_another_branch_is_passed_over(house: House, part: StocktakePart) -> None:
    rounds.answer_holdings(part, {house.far.pk: rounds.Answer("present", "")}, "test")
    assert not part.answers.exists()


def test_missing_without_a_reason_is_refused(part: StocktakePart) -> None:
    with pytest.raises(InputError, match="MRS-I-084"):
        answer(part, "missing")
    assert not part.answers.exists()


def test_signature_before_all_is_answered_is_refused(house: House, part: StocktakePart) -> None:
    rounds.answer_holdings(part, {house.holding.pk: rounds.Answer("present", "")}, "test")
    person = Person.objects.create(
        number="1", name="能勢 佳代", unit=house.west, joined_on=dt.date(2020, 1, 1), changed_at=dt.datetime.now(dt.UTC)
    )
    with pytest.raises(InputError, match="MRS-I-085"):
        rounds.sign_part(part, person, "能勢 佳代", "test")


def test_finding_that_is_open_is_not_opened_again(house: House, part: StocktakePart) -> None:
    answer(part, "changed", "担当が替わった")
    person = Person.objects.create(
        number="1", name="能勢 佳代", unit=house.west, joined_on=dt.date(2020, 1, 1), changed_at=dt.datetime.now(dt.UTC)
    )
    rounds.sign_part(part, person, "能勢 佳代", "test")
    again = Stocktake(title="再", opened_on=dt.date(2026, 11, 2), due_on=dt.date(2026, 12, 1))
    rounds.open_stocktake(again, "test")
    second = StocktakePart.objects.get(stocktake=again, unit=house.west)
    answer(second, "changed", "まだ")
    rounds.sign_part(second, person, "能勢 佳代", "test")
    assert Finding.objects.count() == 2  # one for each of two holdings


def test_manager_sees_the_own_part_and_counts_only_it(house: House, part: StocktakePart) -> None:
    client = house.sign_in(Role.MANAGER, house.west)
    context = client.get(reverse("register:stocktakes")).context
    assert [each.part for each in context["waiting"]] == [part]
    assert [(each.signed, each.size) for each in context["page"].rows] == [(0, 1)]
    assert client.get(reverse("register:stocktake", args=[part.stocktake_id])).status_code == 403


def test_progress_asks_as_many_queries_for_many_units_as_for_few(
    part: StocktakePart, django_assert_num_queries
) -> None:
    parts = list(StocktakePart.objects.filter(stocktake=part.stocktake_id))
    with django_assert_num_queries(2):
        assert len(rounds.describe_parts(parts)) == 2
