"""The people as a table: out as a file, and in again, all of it or nothing. Nobody is ever removed by a file."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.access.reach import within
from morasanu.office.base.clock import read_today
from morasanu.office.party.selectors import list_nameable
from morasanu.office.people.models import PERSON_KINDS, OrgUnit, Person, PersonKind
from morasanu.office.seal.keep import keep_new
from morasanu.office.sheet.column import Choice, Column, Kind, Table, limit_length
from morasanu.office.sheet.compare import compare
from morasanu.office.sheet.grid import SheetLimits
from morasanu.office.sheet.plan import Done, Plan, add_errors, digest_comparison, find_reversed
from morasanu.office.sheet.read import CellError, read_table
from morasanu.office.sheet.take import take_updates
from morasanu.rules.load import Words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach
    from morasanu.office.sheet.column import Value
    from morasanu.office.sheet.read import Row

LIMITS: Final = SheetLimits(file_bytes=settings.UPLOAD_LIMIT_BYTES, rows=50_001, columns=60)
TITLE: Final = Words("役職員", "people")
_BEFORE: Final = Words("着任日より前の日です", "before the day they came")
_NO_VENDOR: Final = Words("委託先は、区分が委託先要員の人だけに書いてください", "only vendor's staff have a vendor")


def make_table(
    units: Mapping[str, str],
    numbers: Sequence[str],
    parties: Mapping[str, str],
    *,
    is_for_reading: bool = False,
) -> Table:
    """Return the table; `units` are names by code, `numbers` the staff numbers there are, `parties` names by code.

    For reading, a unit or a party may be written by its name too, and a unit without the zeros that Excel takes from the front of a code.
    """
    lengths = {len(number) if number.isascii() and number.isdigit() else 0 for number in numbers}
    digits = lengths.pop() if len(lengths) == 1 else 0
    kinds = tuple(Choice(kind.value, words) for kind, words in PERSON_KINDS.items())
    columns = (
        Column(
            "number", Words("職員番号", "staff number"), Kind.CODE, required=True, digits=digits, check=limit_length(20)
        ),
        Column("name", Words("氏名", "name"), required=True, width=20, check=limit_length(80)),
        Column("kana", Words("氏名（カナ）", "name in kana"), width=24, check=limit_length(80)),
        Column("kind", Words("区分", "kind"), Kind.CHOICE, choices=kinds, help=Words("空欄は職員", "empty: staff")),
        Column(
            "unit",
            Words("所属コード", "unit's code"),
            Kind.CHOICE,
            required=True,
            choices=tuple(choose_units(units, is_for_reading=is_for_reading)),
            help=Words("部店のコードか名称", "code or name of the unit"),
        ),
        Column(
            "party",
            Words("委託先番号", "vendor's code"),
            Kind.CHOICE,
            choices=tuple(choose_named(parties, is_for_reading=is_for_reading)),
            help=Words("委託先要員の人だけ。番号か名称", "vendor's staff only; code or name"),
        ),
        Column("post", Words("役職", "post"), check=limit_length(40)),
        Column("joined_on", Words("着任日", "from"), Kind.DAY, required=True, width=12),
        Column(
            "left_on", Words("退任日", "last day"), Kind.DAY, width=12, help=Words("在籍中は空欄", "empty: still here")
        ),
    )
    return Table("persons", TITLE, "number", columns)


def choose_named(names: Mapping[str, str], *, is_for_reading: bool) -> Iterator[Choice]:
    """Yield rows that have a code and a name as choices, which are written by their code; for reading by their names, too."""
    if is_for_reading:
        yield from (Choice(code, Words(name, name)) for code, name in names.items())
    yield from (Choice(code, Words(code, code)) for code in names)  # the last is the one that is written


def choose_units(units: Mapping[str, str], *, is_for_reading: bool) -> Iterator[Choice]:
    """Yield units as choices; for reading their names and bare codes, too."""
    if is_for_reading:
        bare = {code: code.lstrip("0") or "0" for code in units if code.startswith("0")}
        yield from (Choice(code, Words(short, short)) for code, short in bare.items() if short not in units)
    yield from choose_named(units, is_for_reading=is_for_reading)


def find_units(reach: Reach) -> dict[str, str]:
    """Return the names of units by their codes."""
    return dict(within(OrgUnit, reach).order_by("code").values_list("code", "name"))


def find_parties() -> dict[str, str]:
    """Return the names of parties by their codes."""
    return dict(list_nameable().order_by("code").values_list("code", "name"))


def read_rows(persons: QuerySet[Person]) -> Iterator[dict[str, Value]]:
    """Yield people as rows of the table. One query."""
    names = ("number", "name", "kana", "kind", "unit__code", "party__code", "post", "joined_on", "left_on")
    for row in persons.order_by("number").values_list(*names).iterator(chunk_size=2_000):
        found = dict(zip((name.removesuffix("__code") for name in names), row, strict=True))
        yield found | {"party": found["party"] or ""}


def make_plan(path: Path, name: str, reach: Reach, language: str = "ja") -> Plan:
    """Return what the file at `path`, uploaded as `name`, would do. Raises InputError as `read_table` does. Three queries."""
    existing = list(read_rows(within(Person, reach)))
    numbers = [str(row["number"]) for row in existing]
    table = make_table(find_units(reach), numbers, find_parties(), is_for_reading=True)
    preview = read_table(path, name, table, LIMITS, language)
    known = {str(row["number"]): row for row in existing}
    preview = add_errors(
        preview,
        [
            *find_reversed(preview.rows, existing, ("number", "joined_on", "left_on"), _BEFORE),
            *_check_parties(preview.rows, known),
        ],
    )
    comparison = compare(table, preview.rows, existing)
    here = tuple(key for key in comparison.absent if _is_here(known[key], read_today()))
    comparison = replace(comparison, absent=here)
    return Plan(preview, comparison, digest_comparison(comparison))


def _is_here(row: Mapping[str, Value], today: dt.date) -> bool:
    left = row["left_on"]
    return left is None or str(left) >= today.isoformat()


def _check_parties(rows: Iterable[Row], known: Mapping[str, Mapping[str, Value]]) -> Iterator[CellError]:
    """Yield an error for each row that would give a party to somebody who is not a vendor's."""
    for row in rows:
        values = {**known.get(str(row.values.get("number")), {}), **row.values}
        if values.get("party") and values.get("kind") != PersonKind.VENDOR and not row.errors:
            yield CellError(row.number, "party" if "party" in row.values else "kind", _NO_VENDOR)


def apply_plan(path: Path, name: str, reach: Reach, digest: str, actor: str) -> Done:
    """Do what the file would do, all of it or nothing.

    Raises InputError MRS-I-077 when that is no longer what `digest` stands for: somebody changed the people since it was shown.
    """
    with transaction.atomic():
        plan = make_plan(path, name, reach)
        if plan.digest != digest:
            raise InputError(
                "MRS-I-077",
                "確かめている間に役職員の登録が変わりました。もう一度確かめてください",
                "the people were changed meanwhile: look at the preview again",
            )
        fill = partial(
            _fill,
            dict(within(OrgUnit, reach).values_list("code", "pk")),
            dict(list_nameable().values_list("code", "pk")),
        )
        keep_new([fill(Person(), row.values) for row in plan.comparison.inserts], "people.person.imported", actor)
        rows = Person.objects.all()
        take_updates(plan.comparison, rows, "number", fill, kind="people.person.imported", actor=actor)
    return Done(len(plan.comparison.inserts), len(plan.comparison.updates))


def _fill(units: Mapping[str, int], parties: Mapping[str, int], person: Person, values: Mapping[str, Value]) -> Person:
    for name, value in values.items():
        if name == "unit":
            person.unit_id = units[str(value)]
        elif name == "party":
            person.party_id = parties[str(value)] if value else None
        else:
            setattr(person, name, value or PersonKind.STAFF if name == "kind" else value)
    return person
