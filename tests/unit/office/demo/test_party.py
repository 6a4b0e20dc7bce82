"""Whom the invented bank's data goes to, as its story says."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.unit.office.demo.conftest import EXAMPLES

from morasanu.office.access.reach import HOUSE
from morasanu.office.demo.bank import make_people
from morasanu.office.demo.holding import make_passings
from morasanu.office.demo.party import make_parties, make_staff
from morasanu.office.party.models import Party
from morasanu.office.party.selectors import count_parties, find_chain
from morasanu.office.people.models import Person
from morasanu.office.register.models import Flow

TODAY = dt.date(2026, 11, 23)


def test_every_flow_of_the_story_goes_to_a_party() -> None:
    names = {each.name for each in make_parties()}
    assert len(names) == len(make_parties())
    assert {row.party for _, row in make_passings()} - names == {""}


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no examples beside the tests")
def test_every_vendor_of_the_list_under_examples_is_a_party() -> None:
    text = (EXAMPLES / "本部" / "総務" / "委託先一覧_2026.csv").read_text("utf-8-sig")
    listed = [line.split(",")[1] for line in text.splitlines()[1:] if line.count(",") > 5 and line.split(",")[1]]
    assert len(listed) == 9
    assert set(listed) <= {each.name for each in make_parties()}


def test_mails_are_reserved_ones_and_staff_has_names_of_its_own() -> None:
    assert all(each.mail.endswith(".example") for each in make_parties() if each.mail)
    staff = {someone.name for someone, _ in make_staff()}
    assert len(staff) == 3
    assert not staff & {each.name for each in make_people()}


@pytest.mark.usefixtures("bank")
@pytest.mark.django_db
def test_the_printer_entrusts_delivery_on_and_the_cloud_is_abroad() -> None:
    delivery = Party.objects.get(name="㈱潮路ロジ")
    assert [each.name for each in find_chain(delivery)] == ["㈱みなと印刷"]
    cloud = Flow.objects.get(kind="cross_border").party
    assert cloud is not None
    assert (cloud.country, cloud.is_abroad) == ("SG", True)
    assert count_parties(HOUSE, TODAY)._replace(current=0) == (0, 1, 0, 0)
    assert Person.objects.filter(kind="vendor").exclude(party=None).count() == 3
