"""The people as a table: out as a file, and in again, all of it or nothing. Nobody is ever removed by a file."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.access.reach import within
from morasanu.office.base.clock import read_today
from morasanu.office.people.models import PERSON_KINDS, OrgUnit, Person, PersonKind
from morasanu.office.seal.keep import keep_changed, keep_new
from morasanu.office.sheet.column import Choice, Column, Kind, Table
from morasanu.office.sheet.compare import compare
from morasanu.office.sheet.grid import SheetLimits
from morasanu.office.sheet.plan import Done, Plan, add_errors, digest_comparison
from morasanu.office.sheet.read import CellError, read_table
from morasanu.rules.load import Words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach
    from morasanu.office.sheet.column import Value
    from morasanu.office.sheet.compare import Comparison
    from morasanu.office.sheet.read import Row

LIMITS: Final = SheetLimits(file_bytes=settings.UPLOAD_LIMIT_BYTES, rows=50_001, columns=60)
TITLE: Final = Words("役職員", "people")
_BEFORE: Final = Words("着任日より前の日です", "before the day they came")
_TOO_LONG: Final = {size: Words(f"{size}文字までです", f"at most {size} characters") for size in (20, 40, 80)}
_SHARE: Final = 900
"""Parameters of one query: SQLite once took no more than 999."""


def make_table(units: Mapping[str, str], numbers: Sequence[str] = (), *, is_for_reading: bool = False) -> Table:
    """Return the table; `units` are names by code, `numbers` the staff numbers there are.

    For reading, a unit may be written by its name too, and without the zeros that Excel takes from the front of a code.
    """
    lengths = {len(number) if number.isascii() and number.isdigit() else 0 for number in numbers}
    digits = lengths.pop() if len(lengths) == 1 else 0
    kinds = tuple(Choice(kind.value, words) for kind, words in PERSON_KINDS.items())
    columns = (
        Column("number", Words("職員番号", "staff number"), Kind.CODE, required=True, digits=digits, check=_limit(20)),
        Column("name", Words("氏名", "name"), required=True, width=20, check=_limit(80)),
        Column("kana", Words("氏名（カナ）", "name in kana"), width=24, check=_limit(80)),
        Column("kind", Words("区分", "kind"), Kind.CHOICE, choices=kinds, help=Words("空欄は職員", "empty: staff")),
        Column(
            "unit",
            Words("所属コード", "unit's code"),
            Kind.CHOICE,
            required=True,
            choices=tuple(_choose_units(units, is_for_reading=is_for_reading)),
            help=Words("部店のコードか名称", "code or name of the unit"),
        ),
        Column("post", Words("役職", "post"), check=_limit(40)),
        Column("joined_on", Words("着任日", "from"), Kind.DAY, required=True, width=12),
        Column(
            "left_on", Words("退任日", "last day"), Kind.DAY, width=12, help=Words("在籍中は空欄", "empty: still here")
        ),
    )
    return Table("persons", TITLE, "number", columns)


def _choose_units(units: Mapping[str, str], *, is_for_reading: bool) -> Iterator[Choice]:
    if is_for_reading:
        yield from (Choice(code, Words(name, name)) for code, name in units.items())
        bare = {code: code.lstrip("0") or "0" for code in units if code.startswith("0")}
        yield from (Choice(code, Words(short, short)) for code, short in bare.items() if short not in units)
    yield from (Choice(code, Words(code, code)) for code in units)  # the last is the one that is written


def _limit(size: int) -> partial[Words | None]:
    return partial(_check_length, size)


def _check_length(size: int, value: Value) -> Words | None:
    return _TOO_LONG[size] if isinstance(value, str) and len(value) > size else None


def find_units(reach: Reach) -> dict[str, str]:
    """Return the names of units by their codes."""
    return dict(within(OrgUnit, reach).order_by("code").values_list("code", "name"))


def read_rows(persons: QuerySet[Person]) -> Iterator[dict[str, Value]]:
    """Yield people as rows of the table. One query."""
    names = ("number", "name", "kana", "kind", "unit__code", "post", "joined_on", "left_on")
    for row in persons.order_by("number").values_list(*names).iterator(chunk_size=2_000):
        yield dict(zip((name.removesuffix("__code") for name in names), row, strict=True))


def make_plan(path: Path, name: str, reach: Reach, language: str = "ja") -> Plan:
    """Return what the file at `path`, uploaded as `name`, would do. Raises InputError as `read_table` does. Two queries."""
    existing = list(read_rows(within(Person, reach)))
    table = make_table(find_units(reach), [str(row["number"]) for row in existing], is_for_reading=True)
    preview = read_table(path, name, table, LIMITS, language)
    known = {str(row["number"]): row for row in existing}
    preview = add_errors(preview, _check_days(preview.rows, known))
    comparison = compare(table, preview.rows, existing)
    here = tuple(key for key in comparison.absent if _is_here(known[key], read_today()))
    comparison = replace(comparison, absent=here)
    return Plan(preview, comparison, digest_comparison(comparison))


def _is_here(row: Mapping[str, Value], today: dt.date) -> bool:
    left = row["left_on"]
    return left is None or str(left) >= today.isoformat()


def _check_days(rows: Iterable[Row], known: Mapping[str, Mapping[str, Value]]) -> Iterator[CellError]:
    """Yield an error for each row that would leave somebody who went before they came."""
    for row in rows:
        values = {**known.get(str(row.values.get("number")), {}), **row.values}
        joined, left = values.get("joined_on"), values.get("left_on")
        if joined and left and str(left) < str(joined) and not row.errors:
            yield CellError(row.number, "left_on" if "left_on" in row.values else "joined_on", _BEFORE)


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
        units = dict(within(OrgUnit, reach).values_list("code", "pk"))
        persons = [_fill(Person(), row.values, units) for row in plan.comparison.inserts]
        keep_new(persons, "people.person.imported", actor)
        _update(plan.comparison, units, actor)
    return Done(len(plan.comparison.inserts), len(plan.comparison.updates))


def _fill(person: Person, values: Mapping[str, Value], units: Mapping[str, int]) -> Person:
    for name, value in values.items():
        if name == "unit":
            person.unit_id = units[str(value)]
        else:
            setattr(person, name, value or PersonKind.STAFF if name == "kind" else value)
    return person


def _update(comparison: Comparison, units: Mapping[str, int], actor: str) -> None:
    """Write what changes, people with the same columns at once."""
    changes = {update.key: {each.column: each.new for each in update.changes} for update in comparison.updates}
    groups: dict[tuple[str, ...], list[Person]] = defaultdict(list)
    numbers = list(changes)
    for start in range(0, len(numbers), _SHARE):
        for person in Person.objects.select_for_update().filter(number__in=numbers[start : start + _SHARE]):
            values = changes[person.number]
            groups[tuple(sorted(values))].append(_fill(person, values, units))
    for names, persons in groups.items():
        keep_changed(persons, names, "people.person.imported", actor)
