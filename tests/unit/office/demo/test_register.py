"""The register of the invented bank: what it declares, and that it differs from the shares under examples/ as the story says."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from pathlib import PurePosixPath

import pytest
from tests.unit.office.demo.conftest import EXAMPLES

from morasanu.detect.load import load_engine
from morasanu.office.demo.bank import BRANCHES, UNITS
from morasanu.office.demo.holding import make_passings, make_register
from morasanu.office.demo.place import EXAMPLES as SHARES
from morasanu.office.demo.place import make_places
from morasanu.rules.load import load_rules

REGISTER = make_register()
PLACES = {each.code: each for each in make_places()}


def test_the_register_has_about_120_rows_over_all_units() -> None:
    assert 110 <= len(REGISTER) <= 130
    assert len({each.code for each in REGISTER}) == len(REGISTER)
    assert {each.unit for each in REGISTER} == {unit.code for unit in UNITS}
    assert {each.medium for each in REGISTER} == {"system", "file", "paper", "media"}


def test_a_row_declares_labels_that_the_rules_know_and_says_all_it_should() -> None:
    known = set(load_rules().labels)
    for each in REGISTER:
        assert each.labels, each.name
        assert set(each.labels) <= known
        assert len(set(each.labels)) == len(each.labels)
        assert all((each.purpose, each.retention, each.subjects, each.lies)), each.name


def test_only_one_branch_has_not_looked_at_its_rows_for_a_year() -> None:
    old = {each.unit for each in REGISTER if each.checked_on < dt.date(2025, 11, 23)}
    assert old == {"011"}


def test_everything_lies_in_a_place_that_exists() -> None:
    assert {lying.location for each in REGISTER for lying in each.lies} <= set(PLACES)


def test_places_are_of_every_kind_and_lie_in_places_before_them() -> None:
    assert 60 <= len(PLACES) <= 75
    assert set(Counter(each.kind for each in PLACES.values())) == {"system", "share", "mailbox", "table", "device", "cabinet", "room"}  # fmt: skip
    seen = set()
    for each in make_places():
        assert not each.parent or each.parent in seen
        seen.add(each.code)


def test_cameras_stand_at_nine_of_fourteen_rooms() -> None:
    rooms = {code for code in PLACES if code.startswith("R-")}
    watched = {each.parent for each in PLACES.values() if each.code.startswith("CAM-")}
    assert (len(rooms), len(watched)) == (14, 9)
    assert watched < rooms


def test_mail_and_web_names_are_reserved_ones() -> None:
    hosts = [each.address for each in PLACES.values() if "://" in each.address]
    assert hosts
    assert all(".example/" in address for address in hosts)


def test_every_holding_is_acquired_and_every_vendor_of_the_story_has_a_flow() -> None:
    flows = make_passings()
    assert {code for code, row in flows if row.kind == "acquire"} == {each.code for each in REGISTER}
    parties = {row.party for _, row in flows}
    assert {"㈱みなと印刷", "データエントリー房総㈲", "コールセンター・アンサー東日本㈱", "㈲クリーン葛南", "Oceanlift Cloud Pte. Ltd."} <= parties  # fmt: skip
    erased = [code for code, row in flows if row.party == "㈲クリーン葛南"]
    assert len(erased) == 2 * len(BRANCHES)
    assert [row.kind for _, row in flows if row.party.startswith("Oceanlift")] == ["cross_border"]


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="no examples beside the tests")
def test_the_register_and_the_shares_differ_exactly_as_the_story_says() -> None:
    found = set(find_differences())
    assert found == {
        ("S-003", "_旧PC移行", "unregistered"),
        ("S-003", "カレンダー", "BANK_ACCOUNT"),
        ("S-003", "渉外", "SECRET"),
        ("S-003", "窓口", "SECRET"),  # a PIN in a memo
        ("S-003", "融資", "SENSITIVE"),
        ("S-003", "相続/スキャン", "MY_NUMBER"),
        ("S-004", "_backup_20190331", "unregistered"),
        ("S-HQ", "融資審査", "MY_NUMBER"),
    }


def find_differences():
    """Yield what the plain texts of the shares hold and no row that lies there declares: place and label."""
    declared = defaultdict(set)
    for each in REGISTER:
        for lying in each.lies:
            declared[lying.location, lying.path].update(each.labels)
    rules, engine = load_rules(), load_engine()
    counted = {label for label, each in rules.labels.items() if each.is_personal} | {"SECRET"}
    for code, folder in SHARES.items():
        for path in sorted((EXAMPLES / folder).rglob("*")):
            if path.suffix not in {".txt", ".csv", ".tsv", ".md", ".sql", ".eml"}:
                continue
            place = path.parent.relative_to(EXAMPLES / folder).as_posix()
            labels = {each.label for each in engine.detect(read_text(path))} & counted
            around = [(code, str(each)) for each in (PurePosixPath(place), *PurePosixPath(place).parents)]
            row = next((each for each in around if each in declared), None)
            if labels and row is None:
                yield code, place, "unregistered"
            elif row is not None:
                yield from ((code, place, label) for label in labels - declared[row])


def read_text(path) -> str:
    data = path.read_bytes()
    for charset in ("utf-8-sig", "cp932", "euc-jp", "iso2022_jp"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-16", errors="replace")
