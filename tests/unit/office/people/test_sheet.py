from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from morasanu.office.access.reach import HOUSE
from morasanu.office.access.role import Role
from morasanu.office.party.models import Party
from morasanu.office.party.services import save_party
from morasanu.office.people import sheet
from morasanu.office.people.models import Person, PersonKind
from morasanu.office.people.services import save_person
from morasanu.office.seal.keep import keep_new
from morasanu.office.seal.models import Outbox
from morasanu.office.sheet import upload

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from tests.unit.office.house import House

HEAD = "職員番号,氏名,氏名（カナ）,区分,所属コード,役職,着任日,退任日\n"
IMPORT, CHECK = "/people/persons/import/", "/people/persons/import/check/"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(upload, "_find_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def client(house: House) -> Client:
    client = house.sign_in(Role.OFFICER, "000")
    house.make_person("0101", "101", name="汐田 渚", kana="シオタ ナギサ", post="係長")
    house.make_person("0102", "102", name="磯部 湊")
    return client


def _send(client: Client, text: str, name: str = "役職員.csv") -> dict[str, object]:
    answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, text.encode("utf-8-sig"))})
    assert answer.status_code == 200, answer.content.decode()
    return answer.context


def _take(client: Client, context: dict[str, object]) -> int:
    return int(client.post(CHECK, {"digest": context["plan"].digest}).status_code)


def _fetch(client: Client, kind: str, query: str = "") -> bytes:
    answer = client.get(f"/people/persons/export/{kind}/{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "cp932"])
def test_exported_people_come_back_unchanged(client: Client, kind: str) -> None:
    data, name = _fetch(client, kind), f"a.{'xlsx' if kind == 'xlsx' else 'csv'}"
    assert client.post(IMPORT, {"file": SimpleUploadedFile(name, data)}).status_code == 200
    context = client.get(CHECK).context
    assert context["counts"] == (0, 0, Person.objects.count())
    assert not context["errors"]
    assert not context["absent"]


def test_export_writes_units_by_code_and_leaves_out_who_has_left(client: Client, house: House) -> None:
    house.make_person("0103", "101", left_on=dt.date(2025, 3, 31))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(_fetch(client, "xlsx"))).get_sheet_by_index(0).to_python()
    assert [row[:5] for row in rows if row[0] in {"0101", "0103"}] == [
        ["0101", "汐田 渚", "シオタ ナギサ", "職員", "101"]
    ]
    assert b"0102" not in _fetch(client, "csv", "?unit=101")


def test_export_in_cp932_lists_what_it_cannot_hold(client: Client, house: House) -> None:
    house.make_person("0104", "101", name="𠮷田 灯")
    with zipfile.ZipFile(io.BytesIO(_fetch(client, "cp932"))) as archive:
        names = sorted(archive.namelist())
        assert "〓田 灯" in archive.read(next(name for name in names if name.startswith("persons"))).decode("cp932")
        assert "𠮷" in archive.read("cp932.csv").decode("utf-8-sig")


def test_manager_exports_own_people_only(client: Client, house: House) -> None:
    del client
    text = _fetch(house.sign_in(Role.MANAGER, "101"), "csv").decode("utf-8-sig")
    assert "0101" in text
    assert "0102" not in text


def test_import_adds_changes_and_lists_who_is_not_there(client: Client) -> None:
    text = f"{HEAD}0101,汐田 渚,シオタ ナギサ,職員,102,課長,2024-04-01,\n0900,沖 千波,,派遣,汐見支店,,2026-10-01,\n"
    context = _send(client, text)
    assert context["counts"] == (1, 1, 0)
    assert "0102" in context["absent"]
    shown = client.get(CHECK).content.decode()
    assert all(each in shown for each in ("係長", "課長", "沖 千波", "ファイルにいない人"))
    before = Outbox.objects.count()
    assert _take(client, context) == 302
    assert Outbox.objects.count() == before + 2
    changed, added = Person.objects.get(number="0101"), Person.objects.get(number="0900")
    assert (changed.unit.code, changed.post, changed.version) == ("102", "課長", 2)
    assert (added.unit.code, added.kind, added.joined_on) == ("101", PersonKind.DISPATCHED, dt.date(2026, 10, 1))
    assert Person.objects.filter(number="0102").exists()


def test_import_of_nothing_that_was_shown_writes_nothing(client: Client) -> None:
    _send(client, f"{HEAD}0900,沖 千波,,,101,,2026-10-01,\n")
    assert not Person.objects.filter(number="0900").exists()
    client.post(CHECK, {"cancel": "1"})
    assert client.get(CHECK).status_code == 422


def test_import_puts_back_zeros_that_excel_took(client: Client, house: House) -> None:
    Person.objects.exclude(number__in=("0101", "0102")).filter(appointments=None).delete()
    units = sheet.find_units(HOUSE)
    table = sheet.make_table(units, ["0101", "0102"], {}, is_for_reading=True)
    assert table.key_column.digits == 4
    context = _send(client, f"{HEAD}0905,沖 千波,,,0,,2026-10-01,\n")
    assert not context["errors"]
    assert context["inserts"][0].values["unit"] == "000"
    assert house.units


@pytest.mark.parametrize(
    ("row", "column", "suggestion"),
    [
        ("0900,沖 千波,,,汐見支占,,2026-10-01,", "unit", "101"),
        ("0900,沖 千波,,,999,,2026-10-01,", "unit", None),
        ("0900,沖 千波,,派貴,101,,2026-10-01,", "kind", "派遣"),
        ("0900,,,,101,,2026-10-01,", "name", ""),
        ("0900,沖 千波,,,101,,,", "joined_on", ""),
        ("0900,沖 千波,,,101,,2026-13-01,", "joined_on", ""),
        ("0900,沖 千波,,,101,,2026-10-01,2026-09-30", "left_on", ""),
        ("0101,汐田 渚,,,101,,2024-04-01,2024-03-31", "left_on", ""),
        (f"0900,{'沖' * 81},,,101,,2026-10-01,", "name", ""),
        (f"{'9' * 21},沖,,,101,,2026-10-01,", "number", ""),
        (f"0900,沖,,,101,{'長' * 41},2026-10-01,", "post", ""),
        (",沖,,,101,,2026-10-01,", "number", ""),
    ],
)
def test_row_with_an_error_is_told_and_left_out(client: Client, row: str, column: str, suggestion: str | None) -> None:
    context = _send(client, f"{HEAD}{row}\n0901,浦 光,,,101,,2026-10-01,\n")
    (error, _) = context["errors"][0]
    assert (error.row, error.column) == (2, column)
    assert suggestion is None or error.suggestion == suggestion
    assert len(context["errors"]) == 1
    assert _take(client, context) == 302
    assert Person.objects.filter(number="0901").exists()
    assert not Person.objects.filter(number="0900").exists()


def test_returned_workbook_says_what_is_wrong(client: Client) -> None:
    _send(client, f"{HEAD}0900,沖 千波,,,汐見支占,,2026-10-01,\n")
    data = b"".join(client.get("/people/persons/import/answer/").streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert "もしかして: 101" in rows[1][0]
    assert "沖 千波" in rows[1]


def test_import_after_somebody_else_changed_a_person_is_refused(client: Client, house: House) -> None:
    context = _send(client, f"{HEAD}0101,汐田 渚,,,102,,2024-04-01,\n")
    person = Person.objects.get(number="0101")
    person.unit = house.units["201"]
    save_person(person, "tests")
    assert _take(client, context) == 409
    assert Person.objects.get(number="0101").unit.code == "201"


@pytest.mark.parametrize(
    ("name", "data"), [("a.xlsx", b"%PDF-1.7"), ("a.pdf", b"%PDF-1.7"), ("a.csv", b"\0\1\2"), ("a.csv", b"a,b\n1,2\n")]
)
def test_file_that_is_no_list_of_people_is_refused(client: Client, folder: Path, name: str, data: bytes) -> None:
    answer = client.post(IMPORT, {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 422
    assert not list(folder.iterdir())


def test_file_that_is_too_large_is_refused_before_it_is_read(client: Client, folder: Path) -> None:
    announced = str(upload.settings.UPLOAD_LIMIT_BYTES + 2_000_000)
    answer = client.post(IMPORT, {"file": SimpleUploadedFile("a.csv", HEAD.encode())}, CONTENT_LENGTH=announced)
    assert answer.status_code == 413
    assert "大きすぎます" in answer.content.decode()
    assert not list(folder.iterdir())


def test_upload_of_somebody_else_is_not_shown(client: Client, house: House) -> None:
    _send(client, f"{HEAD}0900,沖 千波,,,101,,2026-10-01,\n")
    other = house.sign_in(Role.ADMINISTRATOR, "000").get(CHECK)
    assert other.status_code == 422
    assert "沖 千波" not in other.content.decode()


def test_upload_of_people_is_not_taken_for_a_register(client: Client) -> None:
    _send(client, f"{HEAD}0900,沖 千波,,,101,,2026-10-01,\n")
    assert client.get(reverse("register:import-check")).status_code == 422


def test_import_by_somebody_who_may_not_is_refused(client: Client, house: House) -> None:
    del client
    for role in (Role.MANAGER, Role.HANDLER, Role.AUDITOR, Role.EXECUTIVE):
        assert house.sign_in(role, "101").get(IMPORT).status_code == 403


def test_five_thousand_people_come_in_within_seconds(house: House, tmp_path: Path) -> None:
    unit = house.units["101"]
    keep_new(
        [Person(number=f"{n:05}", name=f"試験 {n}", unit=unit, joined_on=dt.date(2024, 4, 1)) for n in range(2_500)],
        "people.person.saved", "tests",
    )  # fmt: skip
    rows = "".join(f"{n:05},試験 {n},,職員,102,主任,2024-04-01,\n" for n in range(5_000))
    path = tmp_path / "people.csv"
    path.write_text(HEAD + rows, encoding="utf-8-sig")
    began = time.process_time()
    plan = sheet.make_plan(path, "people.csv", HOUSE)
    assert sheet.apply_plan(path, "people.csv", HOUSE, plan.digest, "tests") == (2_500, 2_500)
    took = time.process_time() - began
    assert Person.objects.filter(unit__code="102", post="主任").count() == 5_000
    assert took < 20, took


def test_vendors_staff_come_in_and_go_out_with_their_party(client: Client, house: House) -> None:
    party = Party(code="V-1", name="帳票印刷 有限会社", unit=house.units["201"])
    save_party(party, "tests")
    head = "職員番号,氏名,区分,所属コード,委託先番号,着任日\n"
    text = (
        f"{head}G1,委託 一,委託先要員,101,V-1,2026-04-01\n"
        "G2,委託 二,委託先要員,101,帳票印刷 有限会社,2026-04-01\n"
        "G3,職員 三,職員,101,V-1,2026-04-01\n"
        "G4,委託 四,委託先要員,101,帳票印刷,2026-04-01\n"
        "G5,委託 五,委託先要員,101,,2026-04-01\n"
    )
    context = _send(client, text)
    wrong = {(each.row, each.column): each.suggestion for each in context["plan"].preview.errors}
    assert wrong == {(4, "party"): "", (5, "party"): "V-1"}
    assert _take(client, context) == 302
    found = dict(Person.objects.filter(number__startswith="G").values_list("number", "party__code"))
    assert found == {"G1": "V-1", "G2": "V-1", "G5": None}
    assert "V-1" in _fetch(client, "csv", "?party=V-1").decode("utf-8-sig")
    assert "G5" not in _fetch(client, "csv", "?party=V-1").decode("utf-8-sig")
    context = _send(client, f"{head}G1,委託 一,職員,101,V-1,2026-04-01\nG2,委託 二,職員,101,,2026-04-01\n")
    assert [(each.row, each.column) for each in context["plan"].preview.errors] == [(2, "party")]
    assert _take(client, context) == 302
    assert Person.objects.get(number="G2").party is None
