"""The pages about whom data goes to."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.unit.office.house import DESK, EAST, HEAD, RISK, WEST, House

from morasanu.errors import InputError
from morasanu.office.access.role import Role
from morasanu.office.party.models import Party
from morasanu.office.party.services import save_party
from morasanu.office.seal.keep import keep_new
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from morasanu.office.register.models import Flow

    AddFlow = Callable[..., Flow]

FORM = {"code": "V-9", "name": "新しい委託先", "kind": "vendor", "country": "JP"}
Parties = dict[str, Party]


@pytest.fixture
def officer(house: House) -> Client:
    return house.sign_in(Role.OFFICER, HEAD)


def list_codes(client: Client, query: str = "") -> list[str]:
    return [line.party.code for line in client.get(f"/parties/{query}").context["lines"]]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["V-1", "V-2", "V-3", "V-5"]),
        ("?kind=recipient", ["V-3"]),
        ("?unit=101", ["V-5"]),
        ("?abroad=1", ["V-3"]),
        ("?ended=1", ["V-4"]),
        ("?ended=1&abroad=1", []),
        ("?kind=nonsense&unit=&abroad=no", ["V-1", "V-2", "V-3", "V-5"]),
    ],
)
def test_list_narrowed_by_the_address_holds_these(
    officer: Client, parties: Parties, query: str, codes: list[str]
) -> None:
    del parties
    assert list_codes(officer, query) == codes


def test_a_party_nobody_knows_the_country_of_counts_as_abroad_and_is_asked_about(
    officer: Client, parties: Parties
) -> None:
    parties["V-5"].country = ""
    save_party(parties["V-5"], "tests")
    assert list_codes(officer, "?abroad=1") == ["V-3", "V-5"]
    assert "国の分からない相手が 1 件" in officer.get("/parties/").content.decode()
    assert "どの国の相手か書かれていません" in officer.get(f"/parties/{parties['V-5'].pk}/").content.decode()


@pytest.mark.parametrize(
    ("words", "codes"), [("印刷", ["V-1"]), ("チョウヒョウ", ["V-1"]), ("V-4", ["V-4"]), ("無い", [])]
)
def test_search_finds_names_and_leaves_no_word_in_an_address(
    officer: Client, parties: Parties, words: str, codes: list[str]
) -> None:
    del parties
    answer = officer.post("/parties/", {"words": words})
    assert [line.party.code for line in answer.context["lines"]] == codes
    assert "words=" not in answer.content.decode()


def test_an_ended_party_that_data_still_flows_to_is_told_first(
    officer: Client, parties: Parties, flow: AddFlow
) -> None:
    flow(EAST, "V-4")
    assert "流れの残る相手が 1 件" in officer.get("/parties/").content.decode()
    (line,) = officer.get("/parties/?ended=1").context["lines"]
    assert (line.flows, line.state) == (1, "late")
    assert "流れが 1 件残っています" in officer.get(f"/parties/{parties['V-4'].pk}/").content.decode()


def test_a_closed_holding_no_longer_flows(officer: Client, flow: AddFlow) -> None:
    flow(EAST, "V-4").holding.__class__.objects.update(status="closed")
    assert "流れの残る相手" not in officer.get("/parties/").content.decode()


def test_page_shows_the_chain_the_flows_and_the_people(
    officer: Client, house: House, parties: Parties, flow: AddFlow
) -> None:
    flow(EAST, "V-2", volume=400)
    house.make_person("G1", EAST, kind="vendor", party=parties["V-2"], name="委託 太郎")
    house.make_person("G2", EAST, kind="vendor", party=parties["V-2"], name="去った人", left_on=dt.date(2026, 3, 31))
    page = officer.get(f"/parties/{parties['V-2'].pk}/").content.decode()
    assert "再委託先（2 段階目）" in page
    for said in ("帳票印刷 有限会社", "D-001", "400", "委託 太郎"):
        assert said in page
    assert "去った人" not in page
    assert "潮の便" in officer.get(f"/parties/{parties['V-1'].pk}/").content.decode()


def test_manager_sees_every_party_but_only_the_holdings_and_people_of_the_own_units(
    house: House, parties: Parties, flow: AddFlow
) -> None:
    for unit, number in ((EAST, "G1"), (DESK, "G2"), (WEST, "G3")):
        flow(unit, "V-1")
        house.make_person(number, unit, kind="vendor", party=parties["V-1"], name=f"要員 {unit}")
    manager = house.sign_in(Role.MANAGER, EAST)
    assert list_codes(manager) == ["V-1", "V-2", "V-3", "V-5"]
    assert manager.get("/parties/").context["lines"][0].flows == 2
    page = manager.get(f"/parties/{parties['V-1'].pk}/").content.decode()
    assert all(said in page for said in (f"名簿 {EAST}", f"名簿 {DESK}", f"要員 {EAST}", f"要員 {DESK}"))
    assert f"名簿 {WEST}" not in page
    assert f"要員 {WEST}" not in page


def test_approver_sees_a_party_but_neither_holdings_nor_people(house: House, parties: Parties, flow: AddFlow) -> None:
    flow(EAST, "V-1")
    house.make_person("G1", EAST, kind="vendor", party=parties["V-1"], name="要員 東")
    page = house.sign_in(Role.APPROVER, EAST).get(f"/parties/{parties['V-1'].pk}/").content.decode()
    assert "帳票印刷" in page
    assert "名簿" not in page
    assert "要員 東" not in page


def test_manager_edits_the_parties_of_the_own_unit_and_no_other(house: House, parties: Parties) -> None:
    manager = house.sign_in(Role.MANAGER, EAST)
    own, other = parties["V-5"].pk, parties["V-1"].pk
    assert f"/parties/{own}/edit/" in manager.get(f"/parties/{own}/").content.decode()
    assert f"/parties/{other}/edit/" not in manager.get(f"/parties/{other}/").content.decode()
    assert manager.get(f"/parties/{other}/edit/").status_code == 404
    given = FORM | {"unit": house.units[RISK].pk}
    assert manager.post("/parties/new/", given).status_code == 422
    assert manager.post("/parties/new/", given | {"unit": house.units[EAST].pk}).status_code == 302


def test_a_new_party_is_written_with_its_trace_and_nothing_of_it(
    officer: Client, house: House, parties: Parties
) -> None:
    given = FORM | {"unit": house.units[RISK].pk, "parent": "帳票印刷 有限会社", "mail": "kouda@clean.example"}
    assert officer.post("/parties/new/", given).status_code == 302
    party = Party.objects.get(code="V-9")
    assert party.parent == parties["V-1"]
    trace = Outbox.objects.get(subject=party.trace_subject)
    told = f"{trace.kind} {trace.actor} {trace.subject} {trace.changed}"
    assert "新しい" not in told
    assert "kouda" not in told


def test_form_shows_the_code_of_the_parent_and_keeps_it(officer: Client, parties: Parties) -> None:
    address = f"/parties/{parties['V-2'].pk}/edit/"
    page = officer.get(address)
    assert 'name="parent" value="V-1"' in page.content.decode()
    given = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    assert officer.post(address, given | {"parent": "V-1", "note": "配送"}).status_code == 302
    parties["V-2"].refresh_from_db()
    assert (parties["V-2"].parent, parties["V-2"].note) == (parties["V-1"], "配送")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"code": "V-1"}, "その番号はもう使われています"),
        ({"starts_on": "2026-04-01", "ends_on": "2026-03-31"}, "終了日が開始日より前です"),
        ({"country": "XX"}, "XX"),
        ({"mail": "no mail"}, "id_mail_error"),
        ({"parent": "帳票印刷有限会社"}, "もしかして: V-1 帳票印刷 有限会社"),
        ({"parent": "99"}, "その番号・名称の相手は見当たりません"),
        ({"parent": "x" * 5_000}, "その番号・名称の相手は見当たりません"),
    ],
)
def test_a_form_that_is_not_good_comes_back_with_a_sentence(
    officer: Client, house: House, parties: Parties, more: dict[str, str], said: str
) -> None:
    del parties
    answer = officer.post("/parties/new/", FORM | {"unit": house.units[RISK].pk} | more)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Party.objects.filter(name="新しい委託先").exists()


def test_a_name_that_two_parties_have_is_asked_about(officer: Client, house: House, parties: Parties) -> None:
    del parties
    save_party(Party(code="V-6", name="帳票印刷 有限会社", unit=house.units[RISK]), "tests")
    answer = officer.post("/parties/new/", FORM | {"unit": house.units[RISK].pk, "parent": "帳票印刷 有限会社"})
    assert "同じ名称の相手がいくつかあります" in answer.content.decode()


def test_being_entrusted_by_oneself_is_refused(parties: Parties) -> None:
    parties["V-1"].parent = parties["V-2"]
    with pytest.raises(InputError, match="MRS-I-110"):
        save_party(parties["V-1"], "tests")
    parties["V-1"].refresh_from_db()
    assert parties["V-1"].parent is None


def test_a_stale_edit_is_refused_with_both_versions(officer: Client, house: House, parties: Parties) -> None:
    address = f"/parties/{parties['V-1'].pk}/edit/"
    parties["V-1"].name = "帳票印刷 株式会社"
    save_party(parties["V-1"], "tests")
    answer = officer.post(address, FORM | {"unit": house.units[RISK].pk, "seen": 1})
    assert answer.status_code == 422
    assert "帳票印刷 株式会社" in answer.content.decode()


def test_lists_ask_as_many_queries_for_many_rows_as_for_few(
    officer: Client, house: House, flow: AddFlow, django_assert_num_queries
) -> None:
    flow(EAST, "V-1")
    officer.get("/parties/")
    with django_assert_num_queries(30, exact=False) as few:
        officer.get("/parties/")
    above = Party.objects.get(code="V-1")
    more = [Party(code=f"W-{n:03}", name=f"相手 {n}", unit=house.units[RISK], parent=above) for n in range(45)]
    keep_new(more, "party.party.saved", "tests")
    with django_assert_num_queries(len(few.captured_queries)):
        officer.get("/parties/")


def test_every_flow_of_a_party_is_on_one_page_of_its_list(officer: Client, parties: Parties, flow: AddFlow) -> None:
    added = [flow(EAST, "V-1").pk for _ in range(60)]
    address = f"/parties/{parties['V-1'].pk}/"
    first = officer.get(address).context["page"]
    second = officer.get(address + first.next).context["page"]
    assert [each.pk for each in [*first.rows, *second.rows]] == added
    assert second.next == ""
    assert [each.pk for each in officer.get(address + second.previous).context["page"].rows] == added[:50]
