"""What changes people, units and appointments, and what is refused."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from tests.unit.office.house import BEGUN, BOARD, DESK, EAST, HEAD, PASSWORD, RISK, WEST, House

from morasanu.errors import InputError
from morasanu.office.access.reach import HOUSE
from morasanu.office.access.role import Role
from morasanu.office.base.clock import read_today
from morasanu.office.party.models import Party
from morasanu.office.party.services import save_party
from morasanu.office.people import selectors, services
from morasanu.office.people.models import Account, Appointment, OrgUnit, Person, UnitKind
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

DAY = dt.timedelta(days=1)


def paths() -> dict[str, str]:
    """Return the path of each unit in codes."""
    code = dict(OrgUnit.objects.values_list("pk", "code"))
    return {
        unit.code: "/".join(code[int(part)] for part in unit.path.strip("/").split("/"))
        for unit in OrgUnit.objects.all()
    }


def test_save_unit_leads_from_the_root(house: House) -> None:
    assert paths() == {
        HEAD: HEAD,
        EAST: f"{HEAD}/{EAST}",
        DESK: f"{HEAD}/{EAST}/{DESK}",
        WEST: f"{HEAD}/{WEST}",
        **{code: f"{HEAD}/{code}" for code in (RISK, "202", BOARD)},
    }
    assert house.units[DESK].path.count("/") == 4


def test_save_unit_elsewhere_moves_those_below_with_it(house: House) -> None:
    east = OrgUnit.objects.get(code=EAST)
    east.parent = OrgUnit.objects.get(code=WEST)
    services.save_unit(east, "tests", seen=1)
    assert paths()[EAST] == f"{HEAD}/{WEST}/{EAST}"
    assert paths()[DESK] == f"{HEAD}/{WEST}/{EAST}/{DESK}"
    assert house.visit(Role.MANAGER, WEST).below[Role.MANAGER] >= {house.units[DESK].pk}


def test_save_unit_with_a_parent_that_moved_meanwhile_follows_it(house: House) -> None:
    desk = OrgUnit.objects.select_related("parent").get(code=DESK)
    east = OrgUnit.objects.get(code=EAST)
    east.parent = house.units[WEST]
    services.save_unit(east, "tests")
    desk.name = "港出張所"
    services.save_unit(desk, "tests", seen=1)
    assert paths()[DESK] == f"{HEAD}/{WEST}/{EAST}/{DESK}"


@pytest.mark.parametrize("below", [EAST, DESK])
def test_save_unit_below_itself_is_refused(below: str, house: House) -> None:
    east = OrgUnit.objects.get(code=EAST)
    east.parent = OrgUnit.objects.get(code=below)
    before = Outbox.objects.count()
    with pytest.raises(InputError, match="MRS-I-052"):
        services.save_unit(east, "tests")
    assert (Outbox.objects.count(), paths()[EAST]) == (before, f"{HEAD}/{EAST}")
    assert house.units


def test_where_a_unit_stands_is_not_in_its_record_twice(house: House) -> None:
    """The path follows from the parents: the digest in the ledger says what can be read again."""
    assert "path" not in house.units[EAST].describe()
    assert house.units[EAST].describe()["parent_id"] == house.units[HEAD].pk


def test_appoint_numbers_letters_by_year(house: House) -> None:
    person = house.make_person("S1", EAST)
    days = [dt.date(2025, 4, 1), dt.date(2025, 5, 1), dt.date(2026, 4, 1)]
    made = [
        house.appoint(person, role, EAST, starts_on=day)
        for role, day in zip((Role.MANAGER, Role.HANDLER, Role.APPROVER), days, strict=True)
    ]
    assert [each.letter_number for each in made] == ["任2025-0001", "任2025-0002", "任2026-0001"]
    assert Outbox.objects.filter(kind="people.appointed").count() == 3


@pytest.mark.parametrize(
    ("held", "new", "is_refused"),
    [
        ((0, None), (10, None), True),
        ((0, 10), (10, None), True),
        ((0, 10), (11, None), False),
        ((20, None), (0, 19), False),
        ((20, None), (0, 20), True),
        ((20, None), (0, None), True),
        ((5, 10), (0, 20), True),
    ],
)
def test_appoint_to_the_same_at_the_same_time_is_refused(
    held: tuple[int, int | None], new: tuple[int, int | None], is_refused: bool, house: House
) -> None:
    person = house.make_person("S1", EAST)

    def days(pair: tuple[int, int | None]) -> dict[str, object]:
        return {
            "starts_on": BEGUN + pair[0] * DAY,
            "ends_on": None if pair[1] is None else BEGUN + pair[1] * DAY,
        }

    house.appoint(person, Role.MANAGER, EAST, **days(held))
    house.appoint(person, Role.MANAGER, WEST, **days(new))  # elsewhere is another matter
    if is_refused:
        with pytest.raises(InputError, match="MRS-I-053"):
            house.appoint(person, Role.MANAGER, EAST, **days(new))
    else:
        house.appoint(person, Role.MANAGER, EAST, **days(new))


def test_appoint_that_ends_before_it_begins_is_refused(house: House) -> None:
    person = house.make_person("S1", EAST)
    with pytest.raises(ValidationError):
        house.appoint(person, Role.MANAGER, EAST, starts_on=BEGUN, ends_on=BEGUN - DAY)
    assert not Appointment.objects.exists()


def test_end_appointment_makes_the_day_its_last(house: House) -> None:
    house.find_person(Role.MANAGER, EAST)
    appointment = Appointment.objects.get()
    services.end_appointment(appointment, read_today(), "tests", seen=1)
    assert Appointment.objects.get().ends_on == read_today()
    assert Outbox.objects.filter(kind="people.appointment.ended").count() == 1


@pytest.mark.parametrize(("starts", "ends"), [(1, None), (-9, -1)])
def test_end_appointment_that_has_not_begun_or_has_ended_is_refused(
    starts: int, ends: int | None, house: House
) -> None:
    today, person = read_today(), house.make_person("S1", EAST)
    last = None if ends is None else today + ends * DAY
    appointment = house.appoint(person, Role.MANAGER, EAST, starts_on=today + starts * DAY, ends_on=last)
    with pytest.raises(InputError, match="MRS-I-057"):
        services.end_appointment(appointment, today, "tests")
    assert Appointment.objects.get().ends_on == last


def test_end_appointment_on_a_page_says_why_not(house: House) -> None:
    person = house.make_person("S1", EAST)
    appointment = house.appoint(person, Role.MANAGER, EAST, starts_on=read_today() + DAY)
    answer = house.sign_in(Role.OFFICER, RISK).post(f"/people/appointments/{appointment.pk}/end/")
    assert answer.status_code == 409
    assert "まだ始まっていない" in answer.content.decode()


@pytest.mark.parametrize("password", ["", "short", "password1234", "shiomi-shiomi"])
def test_open_account_with_a_weak_password_is_refused_and_leaves_nothing(password: str, house: House) -> None:
    person = house.make_person("S1", EAST)
    before = Outbox.objects.count()
    with pytest.raises(ValidationError):
        services.open_account(person, "shiomi-shiomi", password, "tests")
    assert not Account.objects.exists()
    assert Outbox.objects.count() == before


def test_open_account_twice_for_one_person_is_refused(house: House) -> None:
    person = house.make_person("S1", EAST)
    services.open_account(person, "one", PASSWORD, "tests")
    with pytest.raises(ValidationError):
        services.open_account(person, "two", PASSWORD, "tests")
    with pytest.raises(ValidationError):
        services.open_account(house.make_person("S2", EAST), "one", PASSWORD, "tests")
    assert Account.objects.count() == 1


def test_begin_house_makes_the_root_and_its_administrator(db: None) -> None:
    del db
    given = {"number": "A1", "person_name": "灘 岬", "username": "nada", "password": PASSWORD, "today": read_today()}
    account = services.begin_house("汐見信用金庫", **given)  # type: ignore[arg-type]
    assert account is not None
    assert account.person is not None
    assert account.person.appointments.get().role == Role.ADMINISTRATOR
    root = OrgUnit.objects.get()
    assert (root.kind, root.parent, root.path) == (UnitKind.HOUSE, None, f"/{root.pk}/")
    assert services.begin_house("another", **given | {"number": "A2", "username": "eve"}) is None  # type: ignore[arg-type]
    assert Account.objects.count() == 1


# -- what the pages read ---------------------------------------------------------------------------------------------


def test_vacancies_are_open_units_without_a_manager_and_a_house_without_officer(house: House) -> None:
    today = read_today()

    def find() -> set[tuple[str, Role]]:
        return {(each.unit.code, each.role) for each in selectors.find_vacancies(HOUSE, today)}

    every = {(HEAD, Role.OFFICER)} | {(code, Role.MANAGER) for code in (EAST, DESK, WEST, RISK, "202")}
    assert find() == every
    house.find_person(Role.MANAGER, EAST)
    assert find() == every - {(EAST, Role.MANAGER)}
    house.find_person(Role.OFFICER, RISK)  # wherever they sit
    assert find() == every - {(EAST, Role.MANAGER), (HEAD, Role.OFFICER)}
    OrgUnit.objects.filter(code=WEST).update(closed_on=today)
    assert (WEST, Role.MANAGER) not in find()


@pytest.mark.parametrize("more", [{"is_deputy": True}, {"ends_on": BEGUN + DAY}, {"starts_on": dt.date(2999, 1, 1)}])
def test_a_deputy_or_an_appointment_of_another_time_fills_no_vacancy(more: dict[str, object], house: House) -> None:
    house.appoint(house.make_person("S1", EAST), Role.MANAGER, EAST, **more)
    vacant = {each.unit.code for each in selectors.find_vacancies(HOUSE, read_today())}
    assert EAST in vacant


def test_vacancies_are_those_within_reach(house: House) -> None:
    reach = house.visit(Role.HANDLER, WEST).reach("people:units", "GET")
    assert reach is not None
    assert [each.unit.code for each in selectors.find_vacancies(reach, read_today())] == [WEST]


def test_find_vacancies_and_lists_take_the_same_number_of_queries_whatever_the_size(
    house: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        house.make_person(f"S{number}", EAST)
    with django_assert_num_queries(2):
        selectors.find_vacancies(HOUSE, read_today())
    with django_assert_num_queries(1):
        assert {each.code: each.size for each in selectors.list_units(HOUSE, read_today())}[EAST] == 5  # type: ignore[attr-defined]
    with django_assert_num_queries(1):
        assert {each.unit.code for each in selectors.list_persons(HOUSE, read_today())} == {EAST}


def test_list_persons_narrows_and_leaves_out_who_has_left(house: House) -> None:
    today = read_today()
    house.make_person("S1", EAST, name="潮田 汀", kana="シオタ ナギサ")
    house.make_person("S2", WEST, name="灘 岬", kind="dispatched")
    house.make_person("S3", EAST, name="浜 渚", left_on=today - DAY)
    house.make_person("S4", EAST, name="浦 港", left_on=today)

    def numbers(**given: str) -> list[str]:
        return [each.number for each in selectors.list_persons(HOUSE, today, **given)]

    assert numbers() == ["S1", "S2", "S4"]
    assert numbers(unit=EAST) == ["S1", "S4"]
    assert numbers(kind="dispatched") == ["S2"]
    assert numbers(words="ナギサ") == numbers(words="潮田") == numbers(words="S1") == ["S1"]
    assert numbers(words="%") == []


def test_list_appointments_narrows_by_role_and_day(house: House) -> None:
    house.find_person(Role.MANAGER, EAST)
    house.appoint(house.make_person("S1", WEST), Role.HANDLER, WEST, ends_on=BEGUN + DAY)
    assert selectors.list_appointments(HOUSE).count() == 2
    assert [each.role for each in selectors.list_appointments(HOUSE, on=read_today())] == [Role.MANAGER]
    assert [each.role for each in selectors.list_appointments(HOUSE, role="handler")] == [Role.HANDLER]
    assert selectors.list_appointments(HOUSE, on=BEGUN + DAY).count() == 2


def test_a_vendor_is_given_to_vendors_staff_only(house: House) -> None:
    party = Party(code="V-1", name="帳票印刷", unit=house.units[RISK])
    save_party(party, "tests")
    with pytest.raises(InputError, match="MRS-I-112"):
        house.make_person("G1", EAST, party=party)
    assert house.make_person("G2", EAST, kind="vendor", party=party).party == party


def test_the_form_of_a_person_names_a_vendor_by_code_or_name(house: House) -> None:
    save_party(Party(code="V-1", name="帳票印刷", unit=house.units[RISK]), "tests")
    client = house.sign_in(Role.OFFICER, HEAD)
    given = {
        "number": "G1",
        "name": "委託 一",
        "kind": "vendor",
        "unit": house.units[EAST].pk,
        "joined_on": "2026-04-01",
    }
    assert client.post("/people/persons/new/", given | {"party": "帳票印刷"}).status_code == 302
    person = Person.objects.get(number="G1")
    page = client.get(f"/people/persons/{person.pk}/edit/").content.decode()
    assert 'name="party" value="V-1"' in page
    assert (
        f'<a href="/parties/{person.party_id}/">帳票印刷</a>'
        in client.get(f"/people/persons/{person.pk}/").content.decode()
    )
    answer = client.post(f"/people/persons/{person.pk}/edit/", given | {"party": "V-1", "kind": "staff", "seen": 1})
    assert answer.status_code == 422
    assert "委託先要員の人だけ" in answer.content.decode()
