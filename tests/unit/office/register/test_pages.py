"""The pages of the register."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from morasanu.office.access.role import Role
from morasanu.office.party.models import Party
from morasanu.office.people.models import Person
from morasanu.office.reality.models import Run, Sighting
from morasanu.office.register.models import Flow, Holding, Location, Storage
from morasanu.office.seal.keep import keep
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from tests.unit.office.register.conftest import House

FORM = {
    "code": "W-900", "name": "相続の書類", "medium": "paper", "purpose": "相続の手続", "persons": "30", "status": "active",
    "is_retained": "on", "labels": ["PERSON", "ADDRESS"],
}  # fmt: skip


def test_list_shows_what_was_not_checked_for_a_year_first(house: House) -> None:
    page = house.sign_in(Role.OFFICER).get(reverse("register:holdings")).content.decode()
    assert "12か月点検していない台帳が 1 件あります" in page
    assert "特定個人情報" in page
    assert "西支店共有" in page


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("unit=101", ["W-001"]),
        ("class=specific_personal", ["W-001"]),
        ("label=PERSON", ["N-001", "W-001"]),
        ("label=MY_NUMBER&unit=102", []),
        ("late=1", ["N-001"]),
        ("medium=paper", []),
        ("status=closed", []),
        ("sort=checked", ["N-001", "W-001"]),
        ("sort=persons", ["W-001", "N-001"]),
        ("sort=nonsense&medium=nonsense&class=%00", ["N-001", "W-001"]),
    ],
)
def test_list_narrowed_by_the_address_holds_these(house: House, query: str, codes: list[str]) -> None:
    answer = house.sign_in(Role.OFFICER).get(f"{reverse('register:holdings')}?{query}")
    assert [line.holding.code for line in answer.context["lines"]] == codes


def test_search_by_name_leaves_no_word_in_an_address(house: House) -> None:
    answer = house.sign_in(Role.OFFICER).post(reverse("register:holdings"), {"words": "名簿 W"})
    assert [line.holding.code for line in answer.context["lines"]] == ["W-001"]
    assert "words=" not in answer.content.decode()


def test_list_paged_by_check_passes_every_row_once_with_and_without_a_day(house: House) -> None:
    for number in range(120):
        day = None if number % 3 == 0 else dt.date(2024, 1, 1) + dt.timedelta(number // 7)
        house.make_holding(f"Z-{number:03}", checked_on=day)
    client, seen = house.sign_in(Role.OFFICER), []
    address = "?sort=checked"
    while address:
        page = client.get(f"{reverse('register:holdings')}{address}").context["page"]
        seen += [row.pk for row in page.rows]
        address, last = page.next, page.previous
    assert len(seen) == len(set(seen)) == Holding.objects.count()
    days = [Holding.objects.get(pk=pk).checked_on or dt.date.min for pk in seen]
    assert days == sorted(days)
    back = client.get(f"{reverse('register:holdings')}{last}").context["page"]
    assert [row.pk for row in back.rows] == seen[50:100]


def test_list_asks_as_many_queries_for_many_rows_as_for_few(house: House, django_assert_num_queries) -> None:
    client = house.sign_in(Role.OFFICER)
    client.get(reverse("register:holdings"))
    with django_assert_num_queries(14, exact=False) as few:
        client.get(reverse("register:holdings"))
    for number in range(60):
        row = house.make_holding(f"Q-{number:02}")
        Storage.objects.create(holding=row, location=house.share, path=str(number), changed_at=timezone.now())
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(reverse("register:holdings"))


def test_manager_sees_the_own_branch_only(house: House) -> None:
    client = house.sign_in(Role.MANAGER, house.west)
    answer = client.get(reverse("register:holdings"))
    assert [line.holding.code for line in answer.context["lines"]] == ["W-001"]
    assert client.get(reverse("register:holding", args=[house.far.pk])).status_code == 404
    assert client.post(reverse("register:holding-check", args=[house.far.pk])).status_code == 404
    assert client.get(f"{reverse('register:print')}?unit=102").status_code == 404


def test_administrator_sees_locations_only(house: House) -> None:
    client = house.sign_in(Role.ADMINISTRATOR)
    assert client.get(reverse("register:locations")).status_code == 200
    assert client.get(reverse("register:holdings")).status_code == 403
    page = client.get(reverse("register:location", args=[house.share.pk])).content.decode()
    assert "W-001" not in page


def test_handler_reads_and_changes_nothing(house: House) -> None:
    client = house.sign_in(Role.HANDLER, house.west)
    page = client.get(reverse("register:holding", args=[house.holding.pk]))
    assert page.status_code == 200
    assert not page.context["may_edit"]
    assert client.post(reverse("register:holding-close", args=[house.holding.pk])).status_code == 403


def test_holding_sent_whole_is_kept_with_its_trace(house: House) -> None:
    client = house.sign_in(Role.MANAGER, house.west)
    answer = client.post(reverse("register:holding-add"), FORM | {"unit": house.west.pk})
    stored = Holding.objects.get(code="W-900")
    assert answer.status_code == 302
    assert stored.labels == ["PERSON", "ADDRESS"]
    assert Outbox.objects.filter(subject=stored.trace_subject, kind="register.holding.saved").count() == 1


def test_code_that_is_taken_comes_back_with_a_sentence(house: House) -> None:
    client = house.sign_in(Role.OFFICER)
    answer = client.post(reverse("register:holding-add"), FORM | {"unit": house.west.pk, "code": "W-001"})
    assert answer.status_code == 422
    assert "その番号はもう使われています" in answer.content.decode()
    assert "相続の書類" in answer.content.decode()


def test_holding_moved_into_a_unit_out_of_reach_is_refused(house: House) -> None:
    client = house.sign_in(Role.MANAGER, house.west)
    answer = client.post(reverse("register:holding-add"), FORM | {"unit": house.north.pk})
    assert answer.status_code == 422
    assert not Holding.objects.filter(code="W-900").exists()


def test_label_of_no_rule_stays_when_a_holding_is_edited(house: House) -> None:
    row = house.make_holding("W-700", labels=["SAFE_DEPOSIT_BOX"])
    client = house.sign_in(Role.OFFICER)
    address = reverse("register:holding-edit", args=[row.pk])
    assert "SAFE_DEPOSIT_BOX" in client.get(address).content.decode()
    client.post(address, FORM | {"code": "W-700", "unit": house.west.pk, "labels": ["SAFE_DEPOSIT_BOX"], "seen": 1})
    row.refresh_from_db()
    assert (row.labels, row.name) == (["SAFE_DEPOSIT_BOX"], "相続の書類")


def test_stale_edit_shows_both_versions(house: House) -> None:
    client = house.sign_in(Role.OFFICER)
    client.post(reverse("register:holding-check", args=[house.holding.pk]))
    sent = FORM | {"code": "W-001", "unit": house.west.pk, "seen": 1}
    answer = client.post(reverse("register:holding-edit", args=[house.holding.pk]), sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "いま保存されている内容" in page
    stored = dict(answer.context["stored"])
    assert stored["部店"] == house.west.name
    assert stored["媒体"] == "電子ファイル"
    assert stored["個人データの項目"].startswith("氏名")
    assert stored["備考"] == "—"


def test_flow_names_a_party_by_code_or_name_and_shows_it_with_its_country(house: House) -> None:
    cloud = Party(code="V-002", name="Cloud Pte. Ltd.", country="SG", unit=house.north)
    keep(cloud, "party.party.saved", "test")
    client, key = house.sign_in(Role.MANAGER, house.west), house.holding.pk
    for party in ("V-002", " Cloud Pte. Ltd. "):
        answer = client.post(reverse("register:flow-add", args=[key]), {"kind": "provide", "party": party})
        assert answer.status_code == 302
    assert set(Flow.objects.filter(kind="provide").values_list("party", flat=True)) == {cloud.pk}
    page = client.get(reverse("register:holding", args=[key])).content.decode()
    assert f'<a href="/parties/{cloud.pk}/">Cloud Pte. Ltd.</a>' in page
    assert "シンガポール" in page
    assert '<option value="V-002">Cloud Pte. Ltd.</option>' in page
    answer = client.post(reverse("register:flow-add", args=[key]), {"kind": "provide", "party": "Cloud Pte Ltd"})
    assert answer.status_code == 422
    assert "もしかして: V-002 Cloud Pte. Ltd." in answer.content.decode()
    assert 'value="Cloud Pte Ltd"' in answer.content.decode()


def test_form_of_a_holding_shows_the_staff_number_and_keeps_who_is_out_of_reach(house: House) -> None:
    far = Person(number="0417", name="能勢 渚", unit=house.north, joined_on=dt.date(2020, 4, 1))
    keep(far, "people.person.saved", "test")
    house.holding.custodian = far
    keep(house.holding, "register.holding.saved", "test")
    client, address = house.sign_in(Role.MANAGER, house.west), reverse("register:holding-edit", args=[house.holding.pk])
    page = client.get(address)
    assert 'name="custodian" value="0417"' in page.content.decode()
    given = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    assert client.post(address, given | {"custodian": "0417", "note": "直した"}).status_code == 302
    house.holding.refresh_from_db()
    assert (house.holding.custodian, house.holding.note) == (far, "直した")
    stranger = Person(number="0418", name="鵜殿 修", unit=house.north, joined_on=dt.date(2020, 4, 1))
    keep(stranger, "people.person.saved", "test")
    assert client.post(address, given | {"custodian": "0418", "seen": 3}).status_code == 422


def test_storage_and_flow_are_added_once_and_dropped_with_a_trace(house: House) -> None:
    client = house.sign_in(Role.OFFICER)
    key = house.far.pk
    storage = {"location": "L-02", "path": "棚 3"}
    assert client.post(reverse("register:storage-add", args=[key]), storage).status_code == 302
    twice = client.post(reverse("register:storage-add", args=[key]), storage)
    assert twice.status_code == 422
    assert "もう書いてあります" in twice.content.decode()
    assert client.post(reverse("register:storage-add", args=[key]), {"location": "L-99"}).status_code == 422
    assert (
        client.post(reverse("register:flow-add", args=[key]), {"kind": "use", "party": "帳票印刷 有限会社"}).status_code
        == 302
    )
    part, flow = Storage.objects.get(holding=key), Flow.objects.get(holding=key)
    wrong = reverse("register:storage-drop", args=[house.holding.pk, part.pk])
    assert client.post(wrong).status_code == 404
    assert client.post(reverse("register:storage-drop", args=[key, part.pk])).status_code == 302
    assert client.post(reverse("register:flow-drop", args=[key, flow.pk])).status_code == 302
    assert Outbox.objects.filter(kind__in=["register.storage.dropped", "register.flow.dropped"]).count() == 2


def test_holding_shows_what_was_seen_below_its_path_and_not_beside_it(house: House) -> None:
    run = Run.objects.create(location=house.share, asked_at=timezone.now(), changed_at=timezone.now())
    for place, persons in (("/srv/west/融資/審査/2026", 300), ("融資/審査", 5), ("融資/審査済", 70), ("総務", 9)):
        Sighting.objects.create(
            location=house.share, run=run, place=place, persons_low=persons, persons=persons, persons_high=persons
        )
    client = house.sign_in(Role.OFFICER)
    page = client.get(reverse("register:holding", args=[house.holding.pk]))
    assert [each.persons for each in page.context["sightings"]] == [300, 5]
    assert "実測は少なくとも 305 人" in page.content.decode()
    line = next(x for x in client.get(reverse("register:holdings")).context["lines"] if x.holding == house.holding)
    assert line.seen.persons == 305


def test_check_and_close_change_what_they_say(house: House) -> None:
    client = house.sign_in(Role.MANAGER, house.west)
    client.post(reverse("register:holding-check", args=[house.holding.pk]))
    client.post(reverse("register:holding-close", args=[house.holding.pk]))
    house.holding.refresh_from_db()
    assert (house.holding.checked_on, house.holding.status) == (dt.date(2026, 11, 23), "closed")
    assert "廃止した台帳です" in client.get(reverse("register:holding", args=[house.holding.pk])).content.decode()


def test_location_within_itself_is_refused(house: House) -> None:
    client = house.sign_in(Role.OFFICER)
    sent = {"code": "L-03", "name": "中", "kind": "share", "unit": house.west.pk, "parent": "L-01"}
    assert client.post(reverse("register:location-add"), sent).status_code == 302
    edit = {"code": "L-01", "name": "西支店共有", "kind": "share", "unit": house.west.pk, "parent": "L-03", "seen": 1}
    answer = client.post(reverse("register:location-edit", args=[house.share.pk]), edit)
    assert answer.status_code == 422
    assert "自分の中には置けません" in answer.content.decode()
    assert Location.objects.get(pk=house.share.pk).parent is None


def test_print_names_unit_day_edition_and_ledger(house: House) -> None:
    page = house.sign_in(Role.AUDITOR).get(f"{reverse('register:print')}?unit=101").content.decode()
    for said in ("西支店", "基準日", "第 1 版", "台帳番号", "作成", "確認", "承認"):
        assert said in page


@pytest.mark.parametrize("route", ["holdings", "locations", "stocktakes", "import", "print"])
def test_page_of_an_empty_register_says_so_in_both_languages(house: House, route: str) -> None:
    Storage.objects.all().delete()
    Flow.objects.all().delete()
    Holding.objects.all().delete()
    client = house.sign_in(Role.OFFICER)
    assert client.get(reverse(f"register:{route}")).status_code == 200
    client.post(reverse("language"), {"language": "en", "next": "/"})
    page = client.get(reverse(f"register:{route}")).content.decode()
    assert 'lang="en"' in page
