"""What a file would change, and that what we write and read again changes nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from morasanu.office.sheet.compare import Change, compare
from morasanu.office.sheet.narrow import narrow
from morasanu.office.sheet.read import Row

from .made import MEDIA, ROW, TABLE, UNITS, read, save, write

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.office.sheet.column import Value

NASTY = st.sampled_from(["=1+1", "+81", "-", "@a", "'", "'=1", "''", "\t", "\n", " ", "　", "０１", "㈱髙﨑", "𠮷", "〜", "〓", ",", '"', "_x0041_", "\r\n", "はい", "é", "ﾊﾟ", "NaN", "1E5", "true", "#REF!", "確認してください"])  # fmt: skip
TEXT = st.lists(NASTY | st.text(max_size=8), max_size=4).map("".join)
DAY = st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.integers(0, 999_999).map("{:06}".format),
            "title": TEXT.map("題{}".format) | TEXT.map("{}題".format),
            "persons": st.none() | st.integers(-(10**18) + 1, 10**18 - 1),
            "since": DAY,
            "sensitive": st.none() | st.booleans(),
            "unit": st.sampled_from(["", *(unit.value for unit in UNITS)]),
            "media": st.sets(st.sampled_from([each.value for each in MEDIA])).map(tuple),
            "systems": st.lists(TEXT, max_size=3).map(tuple),
        }
    ),
    max_size=12,
    unique_by=lambda row: row["number"],
)  # fmt: skip
RARELY = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
OFTEN = settings(RARELY, max_examples=40)


def check_round_trip(path: Path, rows: list[dict[str, Value]]) -> None:
    preview = read(write(path, rows))
    assert preview.errors == ()
    result = compare(TABLE, preview.rows, rows)
    assert (result.inserts, result.updates, result.absent) == ((), (), ())
    assert len(result.unchanged) == len(rows)


@given(rows=ROWS)
@RARELY
def test_workbook_written_and_read_again_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Value]]
) -> None:
    check_round_trip(tmp_path_factory.mktemp("a") / "a.xlsx", rows)


@given(rows=ROWS)
@OFTEN
@pytest.mark.parametrize("name", ["a.csv", "a.old.csv"])
def test_csv_written_and_read_again_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, name: str, rows: list[dict[str, Value]]
) -> None:
    check_round_trip(tmp_path_factory.mktemp("a") / name, rows)


@given(text=st.text())
def test_narrowed_text_is_as_long_and_stays(text: str) -> None:
    narrowed = narrow(text)
    assert (len(narrowed), narrow(narrowed)) == (len(text), narrowed)
    assert narrowed.encode("cp932").decode("cp932") == narrowed
    assert narrowed.count("?") == text.count("?")


def make(number: str, **values: Value) -> Row:
    return Row(2, (), {"number": number, **values})


def test_rows_are_told_apart_by_their_key() -> None:
    existing = [ROW, ROW | {"number": "000013"}, ROW | {"number": "000014"}]
    rows = [make("０00012", title="改訂"), make("000013", title=ROW["title"]), make("000099", title="新")]
    result = compare(TABLE, rows, existing)
    assert result.inserts == (rows[2],)
    assert [(each.key, each.changes) for each in result.updates] == [
        ("000012", (Change("title", "融資申込書", "改訂"),))
    ]
    assert (result.unchanged, result.absent) == ((rows[1],), ("000014",))


def test_column_that_the_file_lacks_is_left_as_it_is() -> None:
    assert compare(TABLE, [make("000012")], [ROW]).unchanged


def test_emptied_cell_is_a_change() -> None:
    changes = compare(TABLE, [make("000012", persons=None, media=())], [ROW]).updates[0].changes
    assert changes == (Change("persons", 1200, None), Change("media", ("data", "paper"), ()))


@pytest.mark.parametrize(("old", "new"), [("a\r\nb", "a\nb"), ("𠮷田", "〓田"), ("1〜2", "1～2"), (None, "")])
def test_what_a_file_cannot_hold_is_no_change(old: str | None, new: str) -> None:
    assert compare(TABLE, [make("000012", title=new)], [ROW | {"title": old}]).unchanged


def test_codes_that_a_file_cannot_hold_are_no_change() -> None:
    assert compare(TABLE, [make("000012", systems=("K1", "〓"))], [ROW | {"systems": ("K1", "𠮷")}]).unchanged


def test_order_of_several_choices_is_no_change() -> None:
    assert compare(TABLE, [make("000012", media=("paper", "data"))], [ROW]).unchanged


def test_edited_cell_that_lost_a_character_is_doubtful() -> None:
    changes = (
        compare(TABLE, [make("000012", title="〓田商店", persons=1)], [ROW | {"title": "𠮷田"}]).updates[0].changes
    )
    assert [change.is_doubtful for change in changes] == [True, False]


def test_wrong_row_does_nothing_and_its_key_is_not_absent(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.csv", [("管理番号", "名称", "件数"), ("000012", "a", "x")]))
    result = compare(TABLE, preview.rows, [ROW])
    assert result == type(result)((), (), (), ())


def test_row_without_a_key_is_added() -> None:
    rows = [make("", title="a"), make("", title="b")]
    assert compare(TABLE, rows, [ROW]).inserts == tuple(rows)
