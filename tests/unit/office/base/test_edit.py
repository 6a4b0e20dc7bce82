"""A record edited on a page: what was typed comes back, a stale one shows both versions, choices stay within reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from tests.unit.office.house import AUDIT, BEGUN, DESK, EAST, RISK, House

from morasanu.office.access.reach import HOUSE, Reach
from morasanu.office.access.role import Role
from morasanu.office.base.form import add_errors
from morasanu.office.base.menu import make_menu
from morasanu.office.people.forms import AccountForm, AppointmentForm, PersonForm, UnitForm
from morasanu.office.people.models import OrgUnit, Person
from morasanu.office.people.services import save_person
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def officer(house: House) -> Client:
    return house.sign_in(Role.OFFICER, RISK)


def read_form(client: Client, address: str) -> dict[str, object]:
    """Return the values that a form is shown with."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def test_a_form_that_is_good_is_written_and_its_page_follows(house: House, officer: Client) -> None:
    person = house.make_person("S1", EAST)
    address = f"/people/persons/{person.pk}/edit/"
    answer = officer.post(address, read_form(officer, address) | {"post": "支店長"})
    assert (answer.status_code, answer["Location"]) == (302, f"/people/persons/{person.pk}/")
    stored = Person.objects.get(pk=person.pk)
    assert (stored.post, stored.version, stored.name) == ("支店長", 2, person.name)
    trace = Outbox.objects.filter(subject=stored.trace_subject).last()
    assert trace is not None
    assert (trace.actor, trace.changed) == (house.visit(Role.OFFICER, RISK).actor, ["post"])


def test_a_form_sent_unchanged_writes_nothing(house: House, officer: Client) -> None:
    person = house.make_person("S1", EAST)
    address = f"/people/persons/{person.pk}/edit/"
    assert officer.post(address, read_form(officer, address)).status_code == 302
    assert Person.objects.get(pk=person.pk).version == 1


def test_a_form_that_is_not_good_comes_back_with_what_was_typed(house: House, officer: Client) -> None:
    before = Outbox.objects.count()
    given = {
        "number": "S1",
        "name": "",
        "kana": "シオタ",
        "kind": "staff",
        "joined_on": "2026-02-30",
        "unit": house.units[EAST].pk,
    }
    answer = officer.post("/people/persons/new/", given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="シオタ"' in page
    assert page.count('class="field wrong"') == 2
    assert "まだ保存していません" in page
    assert Outbox.objects.count() == before


def test_a_stale_form_shows_both_versions_and_writes_nothing(house: House, officer: Client) -> None:
    person = house.make_person("S1", EAST)
    address = f"/people/persons/{person.pk}/edit/"
    mine = read_form(officer, address) | {"post": "わたしの役職"}
    theirs = Person.objects.get(pk=person.pk)
    theirs.post = "ほかの人の役職"
    save_person(theirs, "tests")
    answer = officer.post(address, mine)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "わたしの役職" in page
    assert "ほかの人の役職" in page
    assert "先に変更しました" in page
    assert Person.objects.get(pk=person.pk).post == "ほかの人の役職"


def test_a_stale_form_is_refused_again_until_it_is_opened_anew(house: House, officer: Client) -> None:
    person = house.make_person("S1", EAST)
    address = f"/people/persons/{person.pk}/edit/"
    mine = read_form(officer, address) | {"post": "わたし"}
    save_person(_change(person), "tests")
    assert officer.post(address, mine).status_code == 422
    assert officer.post(address, mine).status_code == 422
    assert officer.post(address, read_form(officer, address) | {"post": "わたし"}).status_code == 302


def _change(person: Person) -> Person:
    found = Person.objects.get(pk=person.pk)
    found.post = "次長"
    return found


def test_what_a_service_refuses_is_said_above_the_form(house: House, officer: Client) -> None:
    unit = house.units[EAST]
    address = f"/people/units/{unit.pk}/edit/"
    answer = officer.post(address, read_form(officer, address) | {"parent": house.units[DESK].pk})
    assert answer.status_code == 422
    assert "自分の下には移せません" in answer.content.decode()


def test_an_appointment_is_made_by_staff_number_and_refused_for_a_number_of_nobody(
    house: House, officer: Client
) -> None:
    house.make_person("S1", EAST)
    given = {"person": "S1", "unit": house.units[EAST].pk, "role": "manager", "starts_on": "2026-04-01"}
    assert officer.post("/people/appointments/new/", given).status_code == 302
    answer = officer.post("/people/appointments/new/", given)
    assert answer.status_code == 422
    assert "期間の重なる" in answer.content.decode()
    answer = officer.post("/people/appointments/new/", given | {"person": "S9"})
    assert answer.status_code == 422
    assert "その番号の人は見当たりません" in answer.content.decode()


def test_an_account_is_made_once_and_its_password_never_shown(house: House) -> None:
    administrator = house.sign_in(Role.ADMINISTRATOR, AUDIT)
    person = house.make_person("S1", EAST)
    address = f"/people/persons/{person.pk}/account/"
    answer = administrator.post(address, {"username": "shiomi", "password": "kaze-shio-17"[:8]})
    assert answer.status_code == 422
    assert "kaze" not in answer.content.decode()
    given = {"username": "shiomi", "password": "shio-kaze 0417 umi"}
    assert administrator.post(address, given).status_code == 302
    assert administrator.post(address, given).status_code == 422
    assert "shiomi" in administrator.get(f"/people/persons/{person.pk}/").content.decode()


def test_choices_stay_within_reach(house: House) -> None:
    house.make_person("S1", EAST)
    east = Reach(frozenset((house.units[EAST].pk,)), 0)
    assert [each.code for each in PersonForm(reach=east).fields["unit"].queryset] == [EAST]  # type: ignore[attr-defined]
    assert [each.code for each in UnitForm(reach=east).fields["parent"].queryset] == [EAST]  # type: ignore[attr-defined]
    assert AppointmentForm(reach=Reach(frozenset(), 0)).fields["person"].queryset.count() == 0  # type: ignore[attr-defined]
    assert UnitForm(reach=HOUSE).fields["parent"].queryset.count() == len(house.units)  # type: ignore[attr-defined]


def test_a_form_of_a_new_record_carries_no_version(house: House) -> None:
    assert "seen" not in PersonForm(reach=HOUSE).initial
    person = house.make_person("S1", EAST)
    assert PersonForm(instance=person, reach=HOUSE).initial["seen"] == 1
    assert PersonForm(instance=person, reach=HOUSE)["joined_on"].value() == BEGUN


def test_faults_of_a_service_stand_beside_their_fields_or_above() -> None:
    form = AccountForm({"username": "x", "password": "y"})
    form.is_valid()
    add_errors(form, ValidationError({"username": ["taken"], "person": ["twice"]}))
    add_errors(form, ValidationError("weak"))
    assert form.errors["username"] == ["taken"]
    assert form.non_field_errors() == ["twice", "weak"]


@pytest.mark.parametrize("role", [*Role, ""])
def test_the_menu_shows_the_doors_that_open(role: Role | str, house: House) -> None:
    menu = make_menu(house.visit(role, EAST), "/people/units/7/")
    assert [each.title for each in menu.sections if each.is_here] == (["人と組織"] if role else [])
    assert bool(menu.sections) == bool(role)
    client = house.sign_in(role, EAST)
    for each in (*menu.sections, *menu.pages):
        assert client.get(each.url).status_code == 200
    assert ("証拠" in {each.title for each in menu.sections}) == (
        role in {*Role} - {Role.MANAGER, Role.HANDLER, Role.APPROVER, ""}
    )


def test_the_language_is_switched_and_kept(house: House, officer: Client) -> None:
    del house
    answer = officer.post("/language/", {"language": "en", "next": "/people/units/"})
    assert (answer.status_code, answer["Location"]) == (302, "/people/units/")
    assert '<html lang="en">' in officer.get("/people/units/").content.decode()
    answer = officer.post("/language/", {"language": "ja", "next": "https://evil.example/"})
    assert "evil" not in answer["Location"]
    assert '<html lang="ja">' in officer.get("/people/units/").content.decode()


def test_text_that_looks_like_markup_is_shown_as_text(house: House, officer: Client) -> None:
    OrgUnit.objects.filter(code=EAST).update(name="<script>alert(1)</script>")
    person = house.make_person("S1", EAST, name='"><img src=x onerror=alert(1)>')
    for address in ("/", "/people/units/", "/people/persons/", f"/people/persons/{person.pk}/"):
        page = officer.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
