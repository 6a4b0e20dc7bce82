"""The parties as files: out, and in again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.unit.office.house import EAST, HEAD, RISK, House

from morasanu.office.access.reach import HOUSE
from morasanu.office.access.role import Role
from morasanu.office.party import sheet
from morasanu.office.party.models import Party
from morasanu.office.party.services import save_party
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

Parties = dict[str, Party]
HEADER = "番号,名称,区分,再委託元の番号,国・地域,担当部店コード,開始日,終了日,メール\n"


@pytest.fixture
def officer(house: House) -> Client:
    return house.sign_in(Role.OFFICER, HEAD)


def send(client: Client, text: str | bytes, name: str = "相手.csv") -> dict[str, object]:
    data = text.encode("utf-8-sig") if isinstance(text, str) else text
    answer = client.post("/parties/import/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 200, answer.content.decode()
    return answer.context


def take(client: Client, context: dict[str, object]) -> int:
    return int(client.post("/parties/import/check/", {"digest": context["plan"].digest}).status_code)


def fetch(client: Client, kind: str, query: str = "") -> bytes:
    answer = client.get(f"/parties/export/{kind}/{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "cp932"])
def test_round_trip_changes_nothing(officer: Client, house: House, parties: Parties, kind: str) -> None:
    save_party(
        Party(
            code="00012", name="=1+1 商会", kind="joint", country="", unit=house.units[RISK], parent=parties["V-2"],
            contact="営業・二課", phone="043-555-0770", mail="a@minato.example", starts_on=dt.date(1989, 1, 8), note="1行目\n2行目",
        ),
        "tests",
    )  # fmt: skip
    data = fetch(officer, kind)
    context = send(officer, data, "a.xlsx" if kind == "xlsx" else "a.csv")
    assert not context["plan"].preview.errors
    assert context["counts"] == (0, 0, 5)
    assert context["absent"] == ("V-4",)  # it ended, and stands in no list of those in force


def test_export_is_narrowed_as_the_list_is(officer: Client, parties: Parties) -> None:
    del parties
    text = fetch(officer, "csv", "?abroad=1").decode("utf-8-sig")
    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ["V-3"]
    assert "シンガポール" in text
    assert officer.get("/parties/export/pdf/").status_code == 404


def test_import_adds_chains_in_any_order_and_changes_by_code(officer: Client, house: House, parties: Parties) -> None:
    context = send(
        officer,
        HEADER
        + "N-3,三次,,N-2,,リスク統括部,,,\n"
        + "N-2,二次,委託先,N-1,シンガポール,201,,,\n"
        + "N-1,一次,委託先,V-1,US,201,2026-04-01,,a@b.example\n"
        + "Ｖ-1,帳票印刷 有限会社,委託先,,日本,101,,2027-03-31,\n",
    )
    assert context["counts"] == (3, 1, 0)
    assert take(officer, context) == 302
    third = Party.objects.get(code="N-3")
    assert third.parent.parent.parent == parties["V-1"]
    assert (third.kind, third.country, third.parent.country, third.parent.parent.country) == ("vendor", "", "SG", "US")
    parties["V-1"].refresh_from_db()
    assert (parties["V-1"].unit, parties["V-1"].version) == (house.units[EAST], 2)
    assert set(Outbox.objects.get(subject=parties["V-1"].trace_subject, subject_version=2).changed) == {
        "unit",
        "ends_on",
    }
    assert Outbox.objects.filter(kind="party.party.imported").count() == 4


def test_wrong_rows_are_left_out_with_those_that_hang_on_them(officer: Client, parties: Parties) -> None:
    del parties
    context = send(
        officer,
        HEADER
        + "N-1,一次,委託先,,日本,201,,,no mail\n"  # 2
        + "N-2,二次,委託先,N-1,日本,201,,,\n"  # 3 hangs on 2
        + "N-3,三次,委託先,N-2,日本,201,,,\n"  # 4 hangs on 3
        + "N-4,輪,委託先,N-5,日本,201,,,\n"  # 5, 6: a circle
        + "N-5,輪,委託先,N-4,日本,201,,,\n"
        + "V-1,帳票印刷 有限会社,委託先,V-2,日本,201,,,\n"  # 7: below itself
        + "N-6,逆,委託先,,日本,201,2026-04-01,2026-03-31,\n"  # 8
        + "N-7,国,委託先,,シンガポル,201,,,\n"  # 9
        + "N-8,自分,委託先,N-8,日本,201,,,\n"  # 10
        + "N-9,よい,委託先,V-1,日本,201,,,\n",
    )
    wrong = {(each.row, each.column): each.suggestion for each in context["plan"].preview.errors}
    assert wrong == {
        (2, "mail"): "", (3, "parent"): "", (4, "parent"): "", (5, "parent"): "", (6, "parent"): "", (7, "parent"): "",
        (8, "ends_on"): "", (9, "country"): "シンガポール", (10, "parent"): "",
    }  # fmt: skip
    assert b"".join(officer.get("/parties/import/answer/").streaming_content)
    assert take(officer, context) == 302
    assert set(Party.objects.filter(code__startswith="N-").values_list("code", flat=True)) == {"N-9"}


def test_import_of_the_code_of_another_unit_is_refused(house: House, parties: Parties) -> None:
    manager = house.sign_in(Role.MANAGER, EAST)
    context = send(
        manager,
        HEADER + "V-1,奪う,委託先,,日本,101,,,\nN-1,置く,委託先,,日本,201,,,\nN-2,自店,委託先,V-1,日本,101,,,\n",
    )
    assert {(each.row, each.column) for each in context["plan"].preview.errors} == {(2, "code"), (3, "unit")}
    assert take(manager, context) == 302
    parties["V-1"].refresh_from_db()
    assert parties["V-1"].name == "帳票印刷 有限会社"
    assert Party.objects.get(code="N-2").parent == parties["V-1"]


def test_import_after_the_parties_changed_is_shown_again(officer: Client, parties: Parties) -> None:
    context = send(officer, HEADER + "V-1,別名,委託先,,日本,201,,,\n")
    parties["V-1"].note = "変わった"
    parties["V-1"].name = "先に変えた名"
    save_party(parties["V-1"], "tests")
    assert take(officer, context) == 409
    parties["V-1"].refresh_from_db()
    assert parties["V-1"].name == "先に変えた名"


def test_import_of_many_rows_asks_as_many_queries_as_of_few(
    house: House, tmp_path: Path, django_assert_max_num_queries
) -> None:
    del house
    path = tmp_path / "x"
    rows = [f"N-{n:04},相手 {n},委託先,{f'N-{n // 2:04}' if n > 1 else ''},日本,201,,,\n" for n in range(1, 400)]
    path.write_text(HEADER + "".join(rows), "utf-8")
    plan = sheet.make_plan(path, "x.csv", HOUSE)
    with django_assert_max_num_queries(60):  # a few for each step of the chain, of which there are nine
        done = sheet.apply_plan(path, "x.csv", HOUSE, plan.digest, "tests")
    assert done == (399, 0)
    assert Party.objects.get(code="N-0399").parent.code == "N-0199"
