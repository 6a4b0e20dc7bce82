"""The pages of differences, scans and findings, as somebody sees them."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from django.urls import reverse

from morasanu.office.access.role import Role
from morasanu.office.finding.models import Action, ClosedAs, Finding, Progress
from morasanu.office.finding.services import add_action
from morasanu.office.reality.models import Plan, Run
from morasanu.office.register.models import Holding

from .bank import write_customers

ALL = ["CUSTOMER_ID", "PERSON", "ADDRESS", "PHONE", "BANK_ACCOUNT"]


@pytest.fixture
def officer(bank):
    return bank.sign_in(Role.OFFICER)


def read(client, route, *args, **query) -> str:
    response = client.get(reverse(route, args=args), query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_opens_empty_and_full(bank, officer, language) -> None:
    officer.cookies["django_language"] = language
    routes = ["today", "reality:differences", "reality:scans", "finding:list"]
    empty = [read(officer, route) for route in routes]
    assert ("まだどこも走査していない" if language == "ja" else "Nothing was scanned yet") in empty[1]
    write_customers(bank.folder / "営業" / "a.csv", accounts=True)
    write_customers(bank.folder / "融資" / "b.csv")
    (bank.folder / "x.pdf").write_bytes(b"%PDF-1.7")
    bank.register("H-1", "融資", ["PERSON"], 2)
    bank.register("H-2", "空", ["PERSON"], 2)
    bank.scan()
    assert Finding.objects.count() == 5
    full = [read(officer, route) for route in routes]
    assert ("新しい差異" if language == "ja" else "New differences") in full[0]
    for finding in Finding.objects.all():
        read(officer, "reality:difference", finding.pk)
        read(officer, "finding:finding", finding.pk)
    read(officer, "reality:location", bank.share.pk)
    read(officer, "reality:plan", bank.share.pk)


def test_a_share_that_was_not_looked_into_is_never_called_clean(bank, officer) -> None:
    text = read(officer, "reality:differences")
    assert "合っています" not in text
    shutil.rmtree(bank.folder)
    bank.scan()
    assert "合っています" not in read(officer, "reality:differences")
    text = read(officer, "reality:scans")
    assert "フォルダーが見つかりません" in text
    assert "やり直す" in text


def test_registering_a_difference_on_its_page_closes_it(bank, officer) -> None:
    write_customers(bank.folder / "営業" / "a.csv")
    bank.scan()
    finding = Finding.objects.get()
    url = reverse("reality:register", args=[finding.pk])
    form = officer.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    response = officer.post(url, {**given, "purpose": "顧客への案内"}, follow=True)
    assert response.status_code == 200, response.context["form"].errors
    finding.refresh_from_db()
    assert finding.state == Progress.CLOSED
    holding = Holding.objects.get()
    assert (holding.persons, holding.storages.get().path) == (8, "営業")
    assert set(holding.labels) >= {"PERSON", "ADDRESS", "PHONE"}


def test_the_row_to_register_names_also_what_is_too_little_to_be_a_difference(bank, officer) -> None:
    (bank.folder / "a.txt").write_text("氏名: 山田 花子 個人番号: 123456789018\n", encoding="utf-8")
    bank.scan()
    finding = Finding.objects.get()
    assert set(finding.facts["labels"]) == {"MY_NUMBER"}
    form = officer.get(reverse("reality:register", args=[finding.pk])).context["form"]
    assert set(form["labels"].value()) == {"MY_NUMBER", "PERSON"}


def test_declaring_what_was_seen_on_its_page_closes_it(bank, officer) -> None:
    write_customers(bank.folder / "a.csv")
    holding = bank.register("H-1", "", ["PERSON"], 8)
    bank.scan()
    finding = Finding.objects.get()
    url = reverse("reality:register", args=[finding.pk])
    form = officer.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert officer.post(url, given).status_code == 302
    finding.refresh_from_db()
    holding.refresh_from_db()
    assert finding.state == Progress.CLOSED
    assert "PHONE" in holding.labels


def test_a_stale_edit_of_the_holding_is_shown_with_both_versions(bank, officer) -> None:
    write_customers(bank.folder / "a.csv")
    holding = bank.register("H-1", "", ["PERSON"], 8)
    bank.scan()
    url = reverse("reality:register", args=[Finding.objects.get().pk])
    form = officer.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    Holding.objects.filter(pk=holding.pk).update(version=9, name="別の人の名称")
    response = officer.post(url, given)
    assert response.status_code == 422
    assert "別の人の名称" in response.content.decode()


def test_a_finding_with_actions_closes_only_with_newer_evidence(bank, officer) -> None:
    write_customers(bank.folder / "a.csv")
    bank.scan()
    finding = Finding.objects.get()
    url = {name: reverse(f"finding:{name}", args=[finding.pk]) for name in ("close", "evidence-add", "action-add")}
    assert officer.post(url["close"], {"reason": "済み"}).status_code == 409
    assert officer.post(url["evidence-add"], {"reason": "先に見た"}).status_code == 302
    action = {"title": "移す", "due_on": "2026-12-01", "owner": ""}
    assert officer.post(url["action-add"], action).status_code == 302
    done = reverse("finding:action-done", args=[Action.objects.get().pk])
    assert officer.post(url["close"], {"reason": "済み"}).status_code == 409
    assert officer.post(done).status_code == 409  # the evidence is older than the action
    assert officer.post(url["evidence-add"], {"reason": "移したことを見た"}).status_code == 302
    assert officer.post(done).status_code == 302
    assert officer.post(url["close"], {"reason": "済み"}).status_code == 302
    finding.refresh_from_db()
    assert (finding.state, finding.closed_as) == (Progress.CLOSED, ClosedAs.DONE)


def test_accepting_needs_a_reason_and_the_officer(bank, officer) -> None:
    write_customers(bank.folder / "a.csv")
    bank.scan()
    finding = Finding.objects.get()
    url = reverse("finding:accept", args=[finding.pk])
    assert bank.sign_in(Role.MANAGER).post(url, {"reason": "研修用"}).status_code == 403
    assert officer.post(url, {"reason": " "}).status_code == 422
    assert officer.post(url, {"reason": "研修用", "seen": 77}).status_code == 409
    assert officer.post(url, {"reason": "研修用", "seen": finding.version}).status_code == 302
    finding.refresh_from_db()
    assert finding.closed_because == "研修用"


def test_another_units_difference_is_not_there_for_a_branch_manager(bank) -> None:
    write_customers(bank.folder / "a.csv")
    bank.scan()
    finding = Finding.objects.get()
    manager = bank.sign_in(Role.MANAGER, bank.branch)
    assert "全 0 件" in read(manager, "reality:differences")
    for route in ("reality:difference", "reality:register", "finding:finding"):
        assert manager.get(reverse(route, args=[finding.pk])).status_code == 404
    assert manager.post(reverse("reality:scan", args=[bank.share.pk])).status_code == 404
    assert bank.share.name not in read(manager, "reality:scans")


def test_a_scan_is_asked_for_and_its_progress_is_a_part_of_the_page(bank, officer) -> None:
    assert officer.post(reverse("reality:scan", args=[bank.share.pk])).status_code == 302
    Run.objects.update(state="running", files=10, files_done=4)
    text = read(officer, "reality:scans")
    assert "4 / 10" in text
    assert 'hx-trigger="every 2s"' in text
    part = officer.get(reverse("reality:scans"), headers={"HX-Request": "true"}).content.decode()
    assert "<h1>" not in part
    assert "4 / 10" in part
    Run.objects.update(state="done")
    assert "hx-trigger" not in read(officer, "reality:scans")


def test_a_plan_is_saved_and_shown(bank, officer) -> None:
    url = reverse("reality:plan", args=[bank.share.pk])
    assert officer.post(url, {"cycle_days": "0", "is_on": "on"}).status_code == 422
    assert officer.post(url, {"cycle_days": "3", "is_on": "on"}).status_code == 302
    assert Plan.objects.get().cycle_days == 3
    assert "3 日ごと" in read(officer, "reality:scans")


def test_no_value_of_a_scanned_file_is_on_any_page(bank, officer) -> None:
    values = write_customers(bank.folder / "相続" / "山田 花子" / "山田花子 申込書.csv", accounts=True)
    bank.scan()
    add_action(Action(finding=Finding.objects.get(), title="移す", due_on=dt.date(2026, 12, 1)), "tests")
    key = Finding.objects.get().pk
    pages = [read(officer, route) for route in ("today", "reality:differences", "reality:scans", "finding:list")]
    pages += [read(officer, route, key) for route in ("reality:difference", "reality:register", "finding:finding")]
    pages.append(read(officer, "reality:location", bank.share.pk))
    text = "".join(pages)
    assert [value for value in (*values, "山田") if value in text] == []


def test_a_list_costs_the_same_queries_however_long(bank, officer, django_assert_max_num_queries) -> None:
    for n in range(12):
        write_customers(bank.folder / f"店{n}" / "a.csv", 4)
    bank.scan()
    assert Finding.objects.count() == 12
    with django_assert_max_num_queries(16):
        read(officer, "reality:differences")
    with django_assert_max_num_queries(16):
        read(officer, "reality:scans")


def test_differences_stand_with_the_gravest_first_over_every_page(bank, officer, monkeypatch) -> None:
    write_customers(bank.folder / "a.csv")
    bank.scan()
    first = Finding.objects.get()
    for number, grade in enumerate(["low", "high", "middle", "high", "low"]):
        Finding.objects.create(
            kind=first.kind, key=f"x{number}", unit=first.unit, reason_code=first.reason_code, facts=first.facts,
            grade=grade, opened_at=first.opened_at, seen_at=first.seen_at, changed_at=first.changed_at,
        )  # fmt: skip
    monkeypatch.setattr("morasanu.office.reality.views.take_page.__defaults__", (2,))
    seen, query = [], {}
    while True:
        response = officer.get(reverse("reality:differences"), query)
        seen += [row.finding.grade for row in response.context["rows"]]
        if not response.context["page"].next:
            break
        query = dict([response.context["page"].next[1:].split("=")])
    weights = ["high", "middle", "low"]
    assert len(seen) == 6
    assert seen == sorted(seen, key=weights.index)
