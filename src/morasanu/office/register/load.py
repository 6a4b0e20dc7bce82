"""Reads an uploaded register: what it would add and change, and doing it in one transaction."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.access.reach import within
from morasanu.office.people.models import OrgUnit, Person
from morasanu.office.reality.reconcile import plan_reconcile_all
from morasanu.office.register.export import Known, make_whole_table, read_entries, read_whole
from morasanu.office.register.models import Holding, Location, Storage
from morasanu.office.seal.keep import drop, keep_changed, keep_new
from morasanu.office.sheet.compare import compare
from morasanu.office.sheet.grid import SheetLimits
from morasanu.office.sheet.plan import Done, Plan, add_errors, digest_comparison
from morasanu.office.sheet.read import CellError, Preview, read_table
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from morasanu.office.access.reach import Reach
    from morasanu.office.sheet.column import Value
    from morasanu.office.sheet.compare import Comparison

LIMITS: Final = SheetLimits(file_bytes=settings.UPLOAD_LIMIT_BYTES, rows=200_001)
_ELSEWHERE: Final = Words("この管理番号は別の部店で使われています", "another unit uses this code")
_KEPT: Final = ("places",)


def find_known(reach: Reach, labels: Iterable[str] = ()) -> Known:
    """Return what the rows of a file may refer to. Three queries."""
    return Known(
        dict(within(OrgUnit, reach).order_by("code").values_list("code", "name")),
        frozenset(within(Person, reach).values_list("number", flat=True)),
        frozenset(within(Location, reach).values_list("code", flat=True)),
        frozenset(labels),
    )


def make_plan(path: Path, name: str, reach: Reach, language: str = "ja") -> Plan:
    """Return what the file at `path`, uploaded as `name`, would do to the holdings that `reach` may edit.

    Raises InputError as `read_table` does. Six queries, however many rows.
    """
    existing = [read_whole(entry) for entry in read_entries(within(Holding, reach))]
    rules = load_rules().labels
    named = find_known(reach, {label for row in existing for label in _many(row["labels"]) if label not in rules})
    named = named._replace(
        staff=named.staff | {str(row["custodian"]) for row in existing},
        locations=named.locations | {code for row in existing for code in _many(row["places"])},
    )
    table = make_whole_table(named)
    preview = read_table(path, name, table, LIMITS, language)
    if reach.units is not None:
        preview = _refuse_elsewhere(preview, {str(row["code"]) for row in existing})
    comparison = compare(table, preview.rows, existing)
    return Plan(preview, comparison, digest_comparison(comparison))


def _many(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _refuse_elsewhere(preview: Preview, own: set[str]) -> Preview:
    """Return the preview with an error in each row whose code belongs to a holding out of reach."""
    taken = set(Holding.objects.values_list("code", flat=True)) - own
    rows = (row for row in preview.rows if str(row.values.get("code", "")) in taken)
    return add_errors(preview, [CellError(row.number, "code", _ELSEWHERE) for row in rows])


def apply_plan(path: Path, name: str, reach: Reach, digest: str, actor: str) -> Done:
    """Do what the file would do, all of it or nothing.

    Raises InputError MRS-I-087 when that is no longer what `digest` stands for: the register was changed since it was shown.
    """
    with transaction.atomic():
        plan = make_plan(path, name, reach)
        if plan.digest != digest:
            raise InputError(
                "MRS-I-087",
                "確かめている間に台帳が変わりました。もう一度確かめてください",
                "the register was changed meanwhile: look at the preview again",
            )
        keys = _Keys(reach)
        _insert(plan.comparison, keys, actor)
        _update(plan.comparison, keys, actor)
        plan_reconcile_all()
    return Done(len(plan.comparison.inserts), len(plan.comparison.updates))


class _Keys:
    """The keys of rows by what a file calls them."""

    def __init__(self, reach: Reach) -> None:
        """Read them. Three queries."""
        self.units = dict(within(OrgUnit, reach).values_list("code", "pk"))
        self.persons = dict(Person.objects.values_list("number", "pk"))
        self.locations = dict(Location.objects.values_list("code", "pk"))

    def fill(self, holding: Holding, values: Mapping[str, Value]) -> list[str]:
        """Put values into a holding; return the names of the fields."""
        fields = []
        for name, value in values.items():
            if name in _KEPT:
                continue
            fields.append(name)
            if name == "unit":
                holding.unit_id = self.units[str(value)]
            elif name == "custodian":
                holding.custodian_id = self.persons[str(value)] if value else None
            elif name == "labels":
                holding.labels = list(_many(value))
            else:
                setattr(holding, name, value)
        return fields


_EMPTY: Final[Mapping[str, Value]] = {
    "medium": "file",
    "status": "active",
    "persons": 0,
    "is_abroad": False,
    "is_retained": True,
}
"""What stands for an empty cell where the model must have a value."""


def _complete(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: _EMPTY[name] if name in _EMPTY and value in (None, "") else value for name, value in values.items()}


def _insert(comparison: Comparison, keys: _Keys, actor: str) -> None:
    holdings, storages = [], []
    for row in comparison.inserts:
        holding = Holding()
        keys.fill(holding, _complete(row.values))
        holdings.append(holding)
    keep_new(holdings, "register.holding.imported", actor)
    for holding, row in zip(holdings, comparison.inserts, strict=True):
        storages += [
            Storage(holding=holding, location_id=keys.locations[code]) for code in _many(row.values.get("places"))
        ]
    keep_new(storages, "register.storage.imported", actor)


def _update(comparison: Comparison, keys: _Keys, actor: str) -> None:
    codes = {update.key: update for update in comparison.updates}
    groups: dict[tuple[str, ...], list[Holding]] = defaultdict(list)
    moved: dict[int, tuple[str, ...]] = {}
    for holding in _find_holdings(list(codes)):
        changes = {change.column: change.new for change in codes[holding.code].changes}
        if "places" in changes:
            moved[holding.pk] = _many(changes["places"])
        fields = keys.fill(holding, _complete(changes))
        if fields:
            groups[tuple(fields)].append(holding)
    for names, holdings in groups.items():
        keep_changed(holdings, names, "register.holding.imported", actor)
    _move(moved, keys, actor)


def _find_holdings(codes: list[str]) -> Iterable[Holding]:
    for start in range(0, len(codes), 5_000):
        yield from Holding.objects.select_for_update().filter(code__in=codes[start : start + 5_000])


def _move(moved: Mapping[int, tuple[str, ...]], keys: _Keys, actor: str) -> None:
    """Bring where holdings lie in line with the codes of locations; a path below one that stays is kept."""
    stored: dict[int, list[Storage]] = defaultdict(list)
    pks = list(moved)
    for start in range(0, len(pks), 5_000):
        for storage in Storage.objects.filter(holding__in=pks[start : start + 5_000]):
            stored[storage.holding_id].append(storage)
    new = []
    for holding, codes in moved.items():
        wanted = {keys.locations[code] for code in codes}
        for storage in stored[holding]:
            if storage.location_id not in wanted:
                drop(storage, "register.storage.dropped", actor)
        here = {storage.location_id for storage in stored[holding]}
        new += [Storage(holding_id=holding, location_id=each) for each in sorted(wanted - here)]
    keep_new(new, "register.storage.imported", actor)
