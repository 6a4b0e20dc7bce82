"""The register as files: three books, the whole table out and in again."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from morasanu.office.access.reach import HOUSE
from morasanu.office.access.role import Role
from morasanu.office.party.models import Party
from morasanu.office.register import load
from morasanu.office.register.export import BOOKS, PPC
from morasanu.office.register.models import Flow, Holding, Storage
from morasanu.office.seal.keep import keep
from morasanu.office.seal.models import Outbox
from morasanu.office.sheet import upload

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from tests.unit.office.register.conftest import House


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(upload, "_find_folder", lambda: tmp_path)
    return tmp_path


def fetch(client: Client, book: str, kind: str, query: str = "") -> bytes:
    answer = client.get(f"{reverse('register:export', args=[book, kind])}{query}")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def read_xlsx(data: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def send(client: Client, data: bytes, name: str = "台帳.csv") -> dict[str, object]:
    answer = client.post(reverse("register:import"), {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 200, answer.content.decode()
    return answer.context


def take(client: Client, context: dict[str, object]) -> int:
    return client.post(reverse("register:import-check"), {"digest": context["plan"].digest}).status_code


def test_data_mapping_sheet_has_38_columns_each_once() -> None:
    assert len(PPC.fields) == 38
    for book in BOOKS.values():
        assert len({each.column.title.ja for each in book.fields}) == len(book.fields)


@pytest.mark.parametrize("book", [*BOOKS, "whole"])
def test_book_holds_every_holding_in_reach(house: House, book: str) -> None:
    rows = read_xlsx(fetch(house.sign_in(Role.OFFICER), book, "xlsx"))
    assert [row[0] for row in rows[1:]] == ["N-001", "W-001"]
    own = read_xlsx(fetch(house.sign_in(Role.MANAGER, house.west), book, "xlsx"))
    assert [row[0] for row in own[1:]] == ["W-001"]


def test_data_mapping_sheet_says_where_data_flows(house: House) -> None:
    text = fetch(house.sign_in(Role.OFFICER), "ppc", "csv").decode("utf-8-sig")
    header, _, west = (line.split(",") for line in text.splitlines())
    said = dict(zip(header, west, strict=True))
    assert said["委託先"] == "帳票印刷 有限会社"
    assert said["委託の有無"] == "はい"
    assert said["第三者提供の有無"] == "いいえ"
    assert said["特定個人情報の有無"] == "はい"
    assert (said["保管場所"], said["保管場所の詳細"]) == ("西支店共有", "融資/審査")


def test_holding_with_two_places_and_two_flows_is_one_row(house: House) -> None:
    keep(Storage(holding=house.holding, location=house.cabinet), "register.storage.added", "test")
    guarantor = Party(code="R-001", name="信用保証協会", kind="recipient", unit=house.head)
    keep(guarantor, "party.party.saved", "test")
    for _ in range(2):
        keep(Flow(holding=house.holding, kind="provide", party=guarantor, volume=12), "register.flow.added", "test")
    text = fetch(house.sign_in(Role.OFFICER), "ppc", "csv", "?unit=101").decode("utf-8-sig")
    header, west = (line.split(",") for line in text.splitlines())
    said = dict(zip(header, west, strict=True))
    assert (said["年間の提供件数"], said["第三者提供の相手"]) == ("24", "信用保証協会")


def test_csv_for_old_programs_lists_what_they_cannot_hold(house: House) -> None:
    house.make_holding("W-050", name="𠮷田支店長の名簿")
    data = fetch(house.sign_in(Role.OFFICER), "fsa", "cp932")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert "〓田支店長" in archive.read(names[0]).decode("cp932")
        assert "𠮷" in archive.read("cp932.csv").decode("utf-8-sig")
    plain = fetch(house.sign_in(Role.OFFICER), "fsa", "cp932", "?unit=102")
    assert plain.decode("cp932").endswith("\r\n")


def test_export_asks_as_many_queries_for_many_rows_as_for_few(house: House, django_assert_num_queries) -> None:
    client = house.sign_in(Role.OFFICER)
    fetch(client, "ppc", "csv")
    with django_assert_num_queries(12, exact=False) as few:
        fetch(client, "ppc", "csv")
    for number in range(40):
        row = house.make_holding(f"Q-{number:02}")
        keep(Storage(holding=row, location=house.share), "register.storage.added", "test")
    with django_assert_num_queries(len(few.captured_queries)):
        fetch(client, "ppc", "csv")


@pytest.mark.parametrize("kind", ["xlsx", "csv", "cp932"])
def test_round_trip_changes_nothing(house: House, kind: str) -> None:
    house.make_holding(
        "W-0007", name="相続・差引", labels=["SAFE_DEPOSIT_BOX", "ADDRESS", "PERSON"], note="1行目\n2行目", started_on=dt.date(1989, 1, 8),
        is_abroad=True, is_retained=False, safety="=1+1", retention="+5年", status="closed", medium="paper",
    )  # fmt: skip
    keep(Storage(holding=house.far, location=house.cabinet, path="棚 3"), "register.storage.added", "test")
    client = house.sign_in(Role.OFFICER)
    data = fetch(client, "whole", kind)
    context = send(client, data, "whole.xlsx" if kind == "xlsx" else "whole.csv")
    assert not context["plan"].preview.errors
    assert context["counts"] == (0, 0, 3)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_what_was_lost_comes_back_with_its_paths_and_flows(house: House, kind: str) -> None:
    cloud = Party(code="V-002", name="Cloud、Pte. Ltd.", country="SG", unit=house.head)
    keep(cloud, "party.party.saved", "test")
    for more in ({"note": '1行目\n2行目｜と"引用"'}, {"note": ""}, {"volume": 0}):
        keep(Flow(holding=house.holding, kind="cross_border", party=cloud, **more), "register.flow.added", "test")
    for path in ("", "相続、預金/A;B"):
        keep(Storage(holding=house.holding, location=house.cabinet, path=path), "register.storage.added", "test")
    client = house.sign_in(Role.OFFICER)
    before = describe(house.holding)
    data = fetch(client, "whole", kind)
    Flow.objects.all().delete()
    Storage.objects.all().delete()
    context = send(client, data, f"whole.{kind}")
    assert context["counts"] == (0, 1, 1)
    assert take(client, context) == 302
    assert describe(house.holding) == before
    house.holding.delete()
    context = send(client, data, f"whole.{kind}")
    assert context["counts"] == (1, 0, 1)
    assert take(client, context) == 302
    assert describe(Holding.objects.get(code="W-001")) == before
    assert send(client, data, f"whole.{kind}")["counts"] == (0, 0, 2)


def describe(holding: Holding) -> list[object]:
    """Return where a holding lies and what flows."""
    flows = holding.flows.values_list("kind", "party__code", "ground", "volume", "note")
    return [*sorted(holding.storages.values_list("location__code", "path")), *sorted(flows, key=repr)]


def test_import_brings_flows_in_line_and_touches_no_other(house: House) -> None:
    client = house.sign_in(Role.MANAGER, house.west)
    stays = house.holding.flows.get()
    keep(Flow(holding=house.holding, kind="use", note="窓口"), "register.flow.added", "test")
    line = "管理番号,名称,部店,利用目的,流れ\r\nW-001,名簿 W-001,西支店,融資の審査,"
    text = f'{line}"委託｜帳票印刷 有限会社｜委託契約｜400\n第三者提供｜｜法令に基づく提出"\r\n'
    context = send(client, text.encode())
    assert context["counts"] == (0, 1, 0)
    assert take(client, context) == 302
    assert set(house.holding.flows.values_list("kind", "ground")) == {
        ("entrust", "委託契約"),
        ("provide", "法令に基づく提出"),
    }
    assert house.holding.flows.get(kind="entrust") == stays
    assert Outbox.objects.filter(kind="register.flow.dropped").count() == 1
    assert Outbox.objects.filter(kind="register.flow.imported").count() == 1
    house.holding.refresh_from_db()
    assert house.holding.version == 1
    context = send(client, f"{line}委託｜V-999｜委託契約\r\n".encode())
    assert [(each.row, each.column) for each in context["plan"].preview.errors] == [(2, "flows")]
    assert send(client, line.rpartition(",")[0].replace(",流れ", "").encode())["counts"] == (0, 0, 1)


def test_books_say_where_data_goes_abroad(house: House) -> None:
    cloud = Party(code="V-002", name="Cloud Pte. Ltd.", country="SG", unit=house.head)
    dark = Party(code="V-003", name="どこか", country="", unit=house.head)
    for each in (cloud, dark):
        keep(each, "party.party.saved", "test")
    for party, kind in ((cloud, "entrust"), (dark, "cross_border"), (dark, "provide")):
        keep(Flow(holding=house.holding, kind=kind, party=party, ground="同意"), "register.flow.added", "test")
    client = house.sign_in(Role.OFFICER)
    for book in BOOKS:
        header, west = (
            line.split(",") for line in fetch(client, book, "csv", "?unit=101").decode("utf-8-sig").splitlines()
        )
        said = dict(zip(header, west, strict=True))
        assert said["外国への提供の相手"] == "Cloud Pte. Ltd.（シンガポール）、どこか（未確認）"
        assert said["委託先"] == "帳票印刷 有限会社、Cloud Pte. Ltd.（シンガポール）"
        assert said["第三者提供の相手"] == "どこか"


def test_import_adds_and_changes_by_code_and_says_old_and_new(house: House) -> None:
    client = house.sign_in(Role.OFFICER)
    data = (
        "管理番号,名称,部店,利用目的,本人数,媒体,項目,保管場所の場所番号\r\n"
        "W-001,名簿 W-001,西支店,融資の審査,150,紙,氏名、個人番号（マイナンバー）,L-01、L-02\r\n"
        "W-002,相続書類,101,相続,20,紙,氏名,L-02\r\n"
    )
    context = send(client, data.encode("cp932"))
    assert context["counts"] == (1, 1, 0)
    changes = {title.ja: (old, new) for title, old, new, _ in context["updates"][0][2]}
    assert changes["本人数"] == (120, 150)
    assert take(client, context) == 302
    house.holding.refresh_from_db()
    assert (house.holding.persons, house.holding.medium, house.holding.version) == (150, "paper", 2)
    places = house.holding.storages.order_by("location__code").values_list("location__code", "path")
    assert list(places) == [("L-01", "融資/審査"), ("L-02", "")]
    new = Holding.objects.get(code="W-002")
    assert (new.unit, new.medium, new.status) == (house.west, "paper", "active")
    assert Outbox.objects.get(subject=house.holding.trace_subject, subject_version=2).changed
    assert Outbox.objects.filter(subject=new.trace_subject).count() == 1


def test_import_with_wrong_rows_leaves_them_out_and_hands_back_a_workbook(house: House) -> None:
    client = house.sign_in(Role.OFFICER)
    data = (
        "管理番号,名称,部店,利用目的,本人数,媒体,保管場所の場所番号\r\n"
        "W-010,名簿,西支点,融資,5,紙,L-01\r\n"
        "W-011,名簿,西支店,融資,-5,紙,L-01\r\n"
        "W-012,名簿,西支店,融資,5,紙,L-77\r\n"
        "W-013,名簿,西支店,,5,紙,L-01\r\n"
        f"W-014,{'長' * 121},西支店,融資,5,紙,L-01\r\n"
        "W-015,名簿,西支店,融資,5,紙,L-01\r\n"
        "W-015,名簿,西支店,融資,5,紙,L-01\r\n"
    )
    context = send(client, data.encode("utf-8-sig"))
    wrong = {(each.row, each.column): each.suggestion for each in context["plan"].preview.errors}
    assert wrong == {
        (2, "unit"): "西支店", (3, "persons"): "", (4, "places"): "", (5, "purpose"): "", (6, "name"): "", (8, "code"): "",
    }  # fmt: skip
    answer = client.get(reverse("register:import-answer"))
    rows = read_xlsx(b"".join(answer.streaming_content))
    assert "もしかして: 西支店" in str(rows[1][0])
    assert take(client, context) == 302
    assert set(Holding.objects.filter(code__startswith="W-01").values_list("code", flat=True)) == {"W-015"}


def test_import_after_the_register_changed_is_shown_again(house: House) -> None:
    client = house.sign_in(Role.OFFICER)
    text = "管理番号,名称,部店,利用目的,本人数\r\nW-001,名簿 W-001,西支店,融資の審査,150\r\n"
    context = send(client, text.encode())
    house.holding.persons = 130
    keep(house.holding, "register.holding.saved", "test")
    assert take(client, context) == 409
    house.holding.refresh_from_db()
    assert house.holding.persons == 130


def test_import_into_another_branch_is_refused(house: House) -> None:
    client = house.sign_in(Role.MANAGER, house.west)
    data = "管理番号,名称,部店,利用目的\r\nN-001,奪う,西支店,融資\r\nW-020,置く,北支店,融資\r\n"
    context = send(client, data.encode())
    assert {each.row for each in context["plan"].preview.errors} == {2, 3}
    assert context["counts"] == (0, 0, 0)
    assert "北支店" not in client.get(reverse("register:import-check")).content.decode()
    assert take(client, context) == 302
    house.far.refresh_from_db()
    assert house.far.name == "名簿 N-001"


@pytest.mark.parametrize(
    ("name", "data"), [("a.xlsx", b"%PDF-1.7"), ("a.exe", b"MZ"), ("a.csv", b"PK\x03\x04"), ("a.csv", b"x")]
)
def test_upload_of_the_wrong_kind_is_refused_and_not_kept(house: House, folder: Path, name: str, data: bytes) -> None:
    client = house.sign_in(Role.OFFICER)
    answer = client.post(reverse("register:import"), {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 422
    assert not list(folder.iterdir())
    assert "もう一度ファイルを選んでください" in client.get(reverse("register:import-check")).content.decode()


def test_upload_that_is_too_large_is_refused_before_its_body_is_read(house: House) -> None:
    client = house.sign_in(Role.OFFICER)

    class Body(io.RawIOBase):
        read_bytes = 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size
            return b"x" * max(size, 0)

    body = Body()
    answer = client.generic(
        "POST",
        reverse("register:import"),
        b"",
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": body, "CONTENT_LENGTH": str(60_000_000)},
    )
    assert answer.status_code == 413
    assert body.read_bytes == 0


def test_upload_is_forgotten_when_it_is_cancelled(house: House, folder: Path) -> None:
    client = house.sign_in(Role.OFFICER)
    send(client, "管理番号,名称,部店,利用目的\r\nW-020,名簿,西支店,融資\r\n".encode())
    assert len(list(folder.iterdir())) == 1
    client.post(reverse("register:import-check"), {"cancel": "1"})
    assert not list(folder.iterdir())


@pytest.mark.usefixtures("house")
def test_apply_that_fails_half_way_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    path.write_text(
        "管理番号,名称,部店,利用目的,本人数\nW-001,別名,西支店,融資の審査,1\nW-030,名簿,西支店,融資,2\n", "utf-8"
    )
    plan = load.make_plan(path, "x.csv", HOUSE)

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(load, "_update", fail)
    with pytest.raises(RuntimeError):
        load.apply_plan(path, "x.csv", HOUSE, plan.digest, "test")
    assert not Holding.objects.filter(code="W-030").exists()
