"""Today's page: what was never looked at is not known to be well."""

from __future__ import annotations

from tests.unit.office.house import EAST, HEAD, House

from morasanu.office.access.role import Role
from morasanu.office.base.clock import read_now
from morasanu.office.reality.models import Run, RunState
from morasanu.office.register.models import Location, LocationKind
from morasanu.office.seal.keep import keep

NOTHING = "いま対応が要るものはありません"


def fill_posts(house: House) -> None:
    house.find_account(Role.OFFICER, HEAD)
    for code, unit in house.units.items():
        if code != HEAD:
            house.appoint(house.make_person(f"M{code}", code), Role.MANAGER, unit.code)


def make_share(house: House, code: str) -> Location:
    share = Location(code=code, name=code, kind=LocationKind.SHARE, unit=house.units[EAST], address=f"/{code}")
    keep(share, "tests", "tests")
    return share


def scan(share: Location, state: RunState) -> None:
    keep(Run(location=share, asked_at=read_now(), state=state, ended_at=read_now()), "tests", "tests")


def read_answer(house: House, role: Role) -> str:
    page = house.sign_in(role, HEAD).get("/").content.decode()
    return page.partition('<p class="answer">')[2].partition("</p>")[0]


def test_a_house_without_a_place_to_scan_is_asked_for_one(house: House) -> None:
    fill_posts(house)
    answer = read_answer(house, Role.OFFICER)
    assert "まだどこも走査していない" in answer
    assert "/register/locations/" in answer


def test_places_that_were_never_scanned_or_failed_are_not_well(house: House) -> None:
    fill_posts(house)
    first, second = make_share(house, "S1"), make_share(house, "S2")
    assert "/reality/scans/" in read_answer(house, Role.OFFICER)
    scan(first, RunState.DONE)
    assert "まだ見ていない場所が 1 か所" in read_answer(house, Role.OFFICER)
    scan(second, RunState.FAILED)
    assert "失敗した走査が 1 件" in read_answer(house, Role.OFFICER)
    scan(second, RunState.DONE)
    assert read_answer(house, Role.OFFICER).startswith(NOTHING)


def test_a_vacancy_comes_first_and_leads_to_who_may_fill_it(house: House) -> None:
    assert "/people/appointments/" in read_answer(house, Role.ADMINISTRATOR)
    assert "/people/units/" in read_answer(house, Role.EXECUTIVE)
