"""What a scan found, summed up by folder."""

from __future__ import annotations

import pytest

from morasanu.finding import Label
from morasanu.scan.model import FileRecord, Status
from morasanu.scan.person import PersonSketch
from morasanu.scan.report.place import keep_untelling, make_telling, mask_name, sum_places


class Result:
    """A result of made-up records; only files are asked for."""

    def __init__(self, *paths: str, found: int = 3, status: Status = Status.INSPECTED) -> None:
        counts = {Label("PERSON"): found} if found else {}
        self._records = [
            FileRecord(n, path, "", 1, "", status, None, counts, {}, PersonSketch(full={n: (set(), set())}), False)
            for n, path in enumerate(paths)
        ]

    def __add__(self, other: Result) -> Result:
        both = Result()
        both._records = self._records + other._records
        return both

    def files(self):
        return iter(self._records)


def test_each_file_is_counted_in_the_folder_it_lies_in() -> None:
    places = sum_places(Result("/s/a/1.csv", "/s/a/2.csv", "/s/a/b/3.csv", "/s/4.csv"), "/s")
    assert {name: each.sum.files for name, each in places.items()} == {"": 1, "a": 2, "a/b": 1}
    assert places["a"].sum.persons.likely == 2


def test_folders_without_findings_are_summed_up_with_what_is_above() -> None:
    places = sum_places(Result("/s/a/1.csv") + Result("/s/a/b/2.txt", "/s/c/3.txt", found=0), "/s")
    assert {name: each.sum.files for name, each in places.items()} == {"": 1, "a": 2}


def test_a_folder_that_was_not_inspected_is_a_place() -> None:
    places = sum_places(Result("/s/x/1.zip", found=0, status=Status.NOT_INSPECTED), "/s")
    assert places["x"].sum.not_inspected == 1


@pytest.mark.parametrize("limit", [1, 3, 10, 40])
def test_too_many_places_are_summed_up_from_the_deepest_and_lose_no_file(limit: int) -> None:
    paths = [f"/s/{a}/{b}/{c}/x.csv" for a in range(4) for b in range(4) for c in range(4)]
    places = sum_places(Result(*paths), "/s", limit=limit)
    assert len(places) <= limit
    assert sum(each.sum.files for each in places.values()) == 64


def test_places_that_the_register_names_stay_also_when_they_are_empty() -> None:
    paths = [f"/s/{a}/{b}/x.csv" for a in range(4) for b in range(4)]
    places = sum_places(Result(*paths), "/s", marks={"2/3", "空"}, limit=3)
    assert places["2/3"].sum.files == 1
    assert places["空"].sum.files == 0


def test_a_table_is_a_place_of_its_own() -> None:
    places = sum_places(Result("postgresql://h/d/s/t"), "postgresql://h/d", is_table=True)
    assert list(places) == ["s/t"]


def test_folders_named_after_people_are_not_named(engine) -> None:
    is_telling = make_telling(engine)
    places = sum_places(
        Result("/s/相続/山田 花子様/1.csv", "/s/顧客/1234567/a/2.csv", "/s/2019年度/20190401/3.csv"),
        "/s",
        is_telling=is_telling,
        marks={"相続/山田 花子様"},
    )
    assert set(places) == {"相続", "顧客", "2019年度/20190401"}
    assert not is_telling("船橋市")


def test_the_example_shows_where_but_not_whose() -> None:
    places = sum_places(Result("/s/a/山田花子.csv", found=1) + Result("/s/a/佐藤健一.final.xlsx", found=9), "/s")
    assert places["a"].example == "a/佐＊＊＊.xlsx"


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("/s/山田", "山＊＊＊"),
        ("C:\\s\\山田.PDF", "山＊＊＊.PDF"),
        ("/s/a.山田太郎の写し", "a＊＊＊"),
        ("/s/.env", "＊＊＊.env"),
    ],
)
def test_a_name_is_masked_but_for_its_first_character_and_ending(path: str, masked: str) -> None:
    assert mask_name(path, "") == masked


def test_a_path_longer_than_a_place_may_be_is_cut_at_a_folder() -> None:
    assert keep_untelling("a/" + "b" * 500, lambda _: False) == "a"
