"""Controls and their evidence: green only while evidence holds, measured by the machine where it can, nobody else's to see."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.unit.office.house import AUDIT, EAST, HEAD, RISK, House

from morasanu.duty.coverage import State
from morasanu.errors import InputError
from morasanu.office.access.reach import HOUSE
from morasanu.office.access.role import Role
from morasanu.office.base.clock import read_now, read_today
from morasanu.office.due.models import DueEvent
from morasanu.office.due.models import State as DueState
from morasanu.office.people.selectors import find_vacancies
from morasanu.office.people.services import save_person
from morasanu.office.requirement import services
from morasanu.office.requirement.judge import FACTS, judge_all
from morasanu.office.requirement.models import Control, Coverage, Evidence, EvidenceKind, Exclusion
from morasanu.office.requirement.selectors import list_controls, list_requirements, read_coverage
from morasanu.office.seal.models import Outbox
from morasanu.rules.requirement import PERSON, load_requirements

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.http import HttpResponse
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from morasanu.office.place import Place


@pytest.fixture
def adopted(house: House) -> House:
    """Return a house that adopted the shipped controls."""
    services.adopt_controls(house.units[HEAD], "tests")
    return house


def find_state(code: str, today: dt.date | None = None) -> State:
    (found,) = [each for each in list_controls(HOUSE, today or read_today()) if each.control.code == code]
    return found.verdict.state


def witness(code: str, **more: object) -> Evidence:
    values = {"kind": EvidenceKind.WITNESS, "holds": True, "ja": "見た"} | more
    evidence = Evidence(control=Control.objects.get(code=code), **values)
    services.add_evidence(evidence, "tests")
    return evidence


def test_adopting_twice_adds_nothing(adopted: House) -> None:
    count = Control.objects.count()
    assert count == len(load_requirements().as_of(read_today()).controls) >= 25
    assert services.adopt_controls(adopted.units[HEAD], "tests") == 0
    assert Control.objects.count() == count


def test_control_is_green_only_while_its_evidence_is_fresh(adopted: House) -> None:
    del adopted
    assert find_state("C-POLICY") == State.MISSING
    evidence = witness("C-POLICY")
    assert find_state("C-POLICY") == State.MET
    assert evidence.valid_until is not None
    assert find_state("C-POLICY", evidence.valid_until) == State.DUE_SOON
    assert find_state("C-POLICY", evidence.valid_until + dt.timedelta(days=1)) == State.STALE


def test_newer_evidence_that_says_no_turns_it_red(adopted: House) -> None:
    del adopted
    witness("C-POLICY")
    witness("C-POLICY", holds=False)
    assert find_state("C-POLICY") == State.FAILED


def test_evidence_by_a_person_does_not_turn_a_measured_control_green(adopted: House) -> None:
    del adopted
    control = Control.objects.exclude(judged_by=PERSON).first()
    assert control is not None
    witness(control.code)
    assert find_state(control.code) == State.MISSING


def test_requirement_stands_as_the_worst_of_its_controls(adopted: House) -> None:
    del adopted
    rows = {each.requirement.id: each for each in list_requirements(HOUSE, read_today())}
    assert all(each.controls for each in rows.values() if each.requirement.level.is_binding)
    many = next(
        each
        for each in rows.values()
        if len(each.controls) > 1 and all(c.control.judged_by == PERSON for c in each.controls)
    )
    for each in many.controls:
        witness(each.control.code)
    assert _find(many.requirement.id) == State.MET
    witness(many.controls[-1].control.code, holds=False)
    assert _find(many.requirement.id) == State.FAILED


def _find(name: str) -> State:
    return next(each.verdict.state for each in list_requirements(HOUSE, read_today()) if each.requirement.id == name)


# -- the machine -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("place")
def test_appointments_are_measured(adopted: House) -> None:
    judge_all()
    assert find_state("C-APPOINT") == State.FAILED
    for unit in adopted.units.values():
        if unit.code not in {HEAD, "900"}:
            adopted.find_person(Role.MANAGER, unit.code)
    adopted.find_person(Role.OFFICER, HEAD)
    judge_all()
    assert find_state("C-APPOINT") == State.MET


@pytest.mark.usefixtures("place")
def test_a_post_is_vacant_once_its_holder_has_left(adopted: House) -> None:
    for unit in adopted.units.values():
        if unit.code not in {HEAD, "900"}:
            adopted.find_person(Role.MANAGER, unit.code)
    adopted.find_person(Role.OFFICER, HEAD)
    assert find_vacancies(HOUSE, read_today()) == []
    person = adopted.find_person(Role.MANAGER, EAST)
    person.left_on = read_today() - dt.timedelta(days=1)
    save_person(person, "tests")
    assert [(each.unit.code, each.role) for each in find_vacancies(HOUSE, read_today())] == [(EAST, Role.MANAGER)]
    judge_all()
    assert find_state("C-APPOINT") == State.FAILED


@pytest.mark.usefixtures("place")
def test_second_factor_is_measured_over_those_who_decide(adopted: House) -> None:
    adopted.find_account(Role.HANDLER, EAST)  # has none, and needs none
    adopted.find_account(Role.OFFICER, HEAD)
    judge_all()
    (code,) = Control.objects.filter(judged_by="second_factor").values_list("code", flat=True)
    assert find_state(code) == State.MET
    person = adopted.make_person("7001", RISK)
    adopted.appoint(person, Role.AUDITOR, AUDIT)
    adopted.make_account(person, "lax", has_second_factor=False)
    judge_all()
    assert find_state(code) == State.FAILED


@pytest.mark.usefixtures("adopted")
def test_checkpoints_that_left_are_measured(place: Place, tmp_path: Path) -> None:
    from morasanu.ledger.ledger import begin_ledger  # noqa: PLC0415
    from morasanu.office import wiring  # noqa: PLC0415

    begin_ledger(place.ledger, "office.test.example/ledger")
    (code,) = Control.objects.filter(judged_by="ledger_left").values_list("code", flat=True)
    judge_all()
    assert find_state(code) == State.FAILED
    (tmp_path / "share").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MORASANU_CHECKPOINT_TO", str(tmp_path / "share"))
        wiring.send_checkpoint({})
        wiring.send_checkpoint({})
    assert len(list((tmp_path / "share").iterdir())) == 1
    judge_all()
    assert find_state(code) == State.MET


@pytest.mark.usefixtures("adopted", "place")
def test_drills_are_measured() -> None:
    (code,) = Control.objects.filter(judged_by="backup_restored").values_list("code", flat=True)
    judge_all()
    assert find_state(code) == State.FAILED
    DueEvent.objects.create(key="d/1", kind="backup.drill", at=read_now(), state=DueState.DONE, done_at=read_now())
    judge_all()
    assert find_state(code) == State.MET
    DueEvent.objects.create(key="d/2", kind="backup.drill", at=read_now(), state=DueState.FAILED, fault="MRS-I-056")
    judge_all()
    assert find_state(code) == State.FAILED


@pytest.mark.usefixtures("adopted", "place")
def test_nobody_is_told_what_nobody_knows() -> None:
    judge_all()
    silent = set(Control.objects.exclude(judged_by=PERSON).values_list("judged_by", flat=True)) - set(FACTS)
    assert silent  # rooms that are not built yet
    assert not Evidence.objects.filter(control__judged_by__in=silent).exists()


# -- pages -------------------------------------------------------------------------------------------------------------


def test_evidence_is_added_with_its_file_and_sent_back_as_it_was(adopted: House, place: Place) -> None:
    client = adopted.sign_in(Role.OFFICER, HEAD)
    key = Control.objects.get(code="C-POLICY").pk
    data = bytes(range(256)) * 20
    given = {"kind": "file", "ja": "基本方針 第4版", "holds": "yes", "file": SimpleUploadedFile("方針.pdf", data)}
    assert client.post(f"/requirements/controls/{key}/evidence/", given).status_code == 302
    evidence = Evidence.objects.get()
    assert (place.files / evidence.digest).read_bytes() == data
    answer = client.get(f"/requirements/evidence/{evidence.pk}/file/")
    assert b"".join(answer.streaming_content) == data
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_file_that_is_too_large_is_refused_and_not_kept(
    adopted: House, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "LARGEST_FILE_BYTES", 100)
    client = adopted.sign_in(Role.OFFICER, HEAD)
    key = Control.objects.get(code="C-POLICY").pk
    given = {"kind": "file", "ja": "大きい", "holds": "yes", "file": SimpleUploadedFile("x", bytes(101))}
    answer = client.post(f"/requirements/controls/{key}/evidence/", given)
    assert answer.status_code == 422
    assert "20 MB" in answer.content.decode()
    assert not Evidence.objects.exists()
    assert list(place.files.iterdir()) == []


def test_evidence_without_words_comes_back_with_what_was_typed(adopted: House) -> None:
    client = adopted.sign_in(Role.OFFICER, HEAD)
    key = Control.objects.get(code="C-POLICY").pk
    answer = client.post(f"/requirements/controls/{key}/evidence/", {"kind": "link", "ja": "", "holds": "no"})
    assert answer.status_code == 422
    assert '<option value="link" selected>' in answer.content.decode()
    assert not Evidence.objects.exists()


def test_file_of_evidence_is_not_for_a_handler(adopted: House) -> None:
    evidence = witness("C-POLICY", digest="0" * 64)
    assert adopted.sign_in(Role.HANDLER, EAST).get(f"/requirements/evidence/{evidence.pk}/file/").status_code == 403
    assert adopted.sign_in(Role.OFFICER, HEAD).get(f"/requirements/evidence/{evidence.pk}/file/").status_code == 404


def test_list_asks_the_same_number_of_queries_however_much_evidence_there_is(
    adopted: House, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = adopted.sign_in(Role.OFFICER, HEAD)
    client.get("/requirements/")
    for _ in range(5):
        for control in Control.objects.filter(judged_by=PERSON):
            witness(control.code)
    for path in ("/requirements/", "/requirements/controls/"):
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code == 200


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_opens_in_both_languages(adopted: House, language: str) -> None:
    witness("C-POLICY")
    client = adopted.sign_in(Role.OFFICER, HEAD)
    client.cookies["django_language"] = language
    key = Control.objects.get(code="C-POLICY").pk
    paths = [
        "",
        "controls/",
        f"controls/{key}/",
        f"controls/{key}/edit/",
        "controls/new/",
        "coverage/",
        "coverage/cell/",
    ]
    paths += [f"of/{row.id}/" for row in load_requirements().as_of(read_today()).requirements]
    for path in paths:
        answer = client.get(f"/requirements/{path}")
        assert answer.status_code == 200, path
        assert f'<html lang="{language}">' in answer.content.decode()


# -- what does not concern the institution ------------------------------------------------------------------------------


def exclude(client: Client, reason: str, until: dt.date) -> HttpResponse:
    return client.post("/requirements/exclude/PPC-10-1/", {"reason": reason, "valid_until": until, "seen": ""})


def test_what_does_not_concern_the_institution_says_why_and_until_when(adopted: House) -> None:
    client = adopted.sign_in(Role.OFFICER, HEAD)
    assert exclude(client, "外国に提供しない", read_today() + dt.timedelta(days=90)).status_code == 302
    page = client.get("/requirements/of/PPC-10-1/").content.decode()
    assert "該当なし" in page
    assert "外国に提供しない" in page
    found = {each.requirement.id: each.verdict.state for each in list_requirements(HOUSE, read_today())}
    assert found["PPC-10-1"] is State.NOT_APPLICABLE
    later = {
        each.requirement.id: each.verdict.state for each in list_requirements(HOUSE, read_today() + dt.timedelta(91))
    }
    assert later["PPC-10-1"] is State.STALE
    assert client.post(f"/requirements/include/{Exclusion.objects.get().pk}/").status_code == 302
    assert not Exclusion.objects.exists()
    kinds = list(Outbox.objects.filter(subject__startswith="requirement.exclusion/").values_list("kind", flat=True))
    assert kinds == ["requirement.excluded", "requirement.included"]


@pytest.mark.parametrize(
    ("reason", "days"), [("", 90), ("  ", 90), ("外国に提供しない", 400), ("外国に提供しない", -1)]
)
def test_exclusion_without_reason_or_for_years_is_refused(adopted: House, reason: str, days: int) -> None:
    client = adopted.sign_in(Role.OFFICER, HEAD)
    assert exclude(client, reason, read_today() + dt.timedelta(days)).status_code == 422
    assert not Exclusion.objects.exists()


# -- coverage ----------------------------------------------------------------------------------------------------------


def test_omission_needs_a_reason(house: House) -> None:
    cell = Coverage(unit=house.units[HEAD], rule="取扱規程", stage="use", section=" ", reason="")
    with pytest.raises(InputError, match="MRS-I-059"):
        services.save_cell(cell, "tests")
    cell.reason = "利用は業務規程による"
    services.save_cell(cell, "tests")
    lines, found = read_coverage(HOUSE)
    assert [line.rule for line in lines] == ["取扱規程"]
    assert (found.documented, found.reasoned, len(found.gaps)) == (0, 1, 5)


def test_each_change_leaves_one_trace(house: House, sign_in: Callable[..., object]) -> None:
    del sign_in
    before = Outbox.objects.count()
    services.adopt_controls(house.units[HEAD], "tests")
    witness("C-POLICY")
    assert Outbox.objects.count() - before == Control.objects.count() + 1
