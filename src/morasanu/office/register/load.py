"""Reads an uploaded register: what it would add and change, and doing it in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.access.reach import within
from morasanu.office.party.selectors import list_nameable
from morasanu.office.people.models import OrgUnit, Person
from morasanu.office.reality.reconcile import plan_reconcile_all
from morasanu.office.register.export import read_entries
from morasanu.office.register.lines import PartyNames, fold_codes, read_flows, read_places, settle_places, write_flows
from morasanu.office.register.models import Flow, Holding, Location, Storage
from morasanu.office.register.whole import LINES, Known, make_whole_table, read_whole
from morasanu.office.seal.keep import drop_all, keep_changed, keep_new
from morasanu.office.sheet.compare import compare
from morasanu.office.sheet.grid import SheetLimits
from morasanu.office.sheet.plan import Done, Plan, add_errors, digest_comparison
from morasanu.office.sheet.read import CellError, fold_key, read_table
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from morasanu.office.access.reach import Reach
    from morasanu.office.sheet.column import Value
    from morasanu.office.sheet.compare import Comparison
    from morasanu.office.sheet.read import Preview

LIMITS: Final = SheetLimits(file_bytes=settings.UPLOAD_LIMIT_BYTES, rows=200_001)
_ELSEWHERE: Final = Words("この管理番号は別の部店で使われています", "another unit uses this code")
_SHARE: Final = 5_000


def find_known(reach: Reach, labels: Iterable[str] = ()) -> Known:
    """Return what the rows of a file may refer to. Four queries."""
    return Known(
        dict(within(OrgUnit, reach).order_by("code").values_list("code", "name")),
        frozenset(within(Person, reach).values_list("number", flat=True)),
        fold_codes(within(Location, reach).values_list("code", flat=True)),
        PartyNames(dict(list_nameable().order_by("code").values_list("code", "name"))),
        frozenset(labels),
    )


def make_plan(path: Path, name: str, reach: Reach, language: str = "ja") -> Plan:
    """Return what the file at `path`, uploaded as `name`, would do to the holdings that `reach` may edit.

    Raises InputError as `read_table` does. Seven queries, however many rows.
    """
    existing: list[Mapping[str, Value]] = []
    places: set[str] = set()
    for entry in read_entries(within(Holding, reach)):
        existing.append(read_whole(entry))
        places |= {each.code for each in entry.places}
    rules = load_rules().labels
    named = find_known(reach, {label for row in existing for label in _many(row["labels"]) if label not in rules})
    named = named._replace(
        staff=named.staff | {str(row["custodian"]) for row in existing},
        locations={**named.locations, **fold_codes(places)},
    )
    table = make_whole_table(named)
    preview = _settle(read_table(path, name, table, LIMITS, language), existing, named)
    if reach.units is not None:
        preview = _refuse_elsewhere(preview, {str(row["code"]) for row in existing})
    comparison = compare(table, preview.rows, existing)
    return Plan(preview, comparison, digest_comparison(comparison))


def _settle(preview: Preview, existing: Iterable[Mapping[str, Value]], known: Known) -> Preview:
    """Return the preview with the lines of good rows in their one form, so that what says the same is no change."""
    before = {fold_key(row["code"]): str(row["places"]) for row in existing}
    rows = []
    for row in preview.rows:
        values = dict(row.values)
        if not row.errors and "places" in values:
            stands = before.get(fold_key(values["code"]), "")
            values["places"] = settle_places(str(values["places"]), stands, known.locations)
        if not row.errors and values.get("flows"):
            values["flows"] = write_flows(read_flows(str(values["flows"]), known.parties))
        rows.append(replace(row, values=values))
    return replace(preview, rows=tuple(rows))


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
        """Read them. Four queries."""
        self.units = dict(within(OrgUnit, reach).values_list("code", "pk"))
        self.persons = dict(Person.objects.values_list("number", "pk"))
        self.locations = dict(Location.objects.values_list("code", "pk"))
        self.codes = fold_codes(self.locations)
        parties = dict(list_nameable().values_list("code", "pk"))
        self.parties: dict[str, int | None] = {**parties, "": None}
        self.names = PartyNames(dict.fromkeys(parties, ""))

    def read_storages(self, text: Value) -> Counter[tuple[object, ...]]:
        """Return what lines say of where a holding lies, as values of `_STORAGE`."""
        return Counter((self.locations[each.location], each.path or "") for each in read_places(str(text), self.codes))

    def read_flows(self, text: Value) -> Counter[tuple[object, ...]]:
        """Return what lines say of what happens to a holding, as values of `_FLOW`."""
        rows = read_flows(str(text), self.names)
        return Counter((each.kind, self.parties[each.party], each.ground, each.volume, each.note) for each in rows)

    def fill(self, holding: Holding, values: Mapping[str, Value]) -> list[str]:
        """Put values into a holding; return the names of the fields."""
        fields = []
        for name, value in values.items():
            if name in LINES:
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
    holdings = []
    for row in comparison.inserts:
        holding = Holding()
        keys.fill(holding, _complete(row.values))
        holdings.append(holding)
    keep_new(holdings, "register.holding.imported", actor)
    rows = [(holding.pk, row.values) for holding, row in zip(holdings, comparison.inserts, strict=True)]
    _write_parts(rows, keys, actor)


def _update(comparison: Comparison, keys: _Keys, actor: str) -> None:
    codes = {update.key: update for update in comparison.updates}
    groups: dict[tuple[str, ...], list[Holding]] = defaultdict(list)
    rows = []
    for holding in _find_holdings(list(codes)):
        changes = {change.column: change.new for change in codes[holding.code].changes}
        rows.append((holding.pk, changes))
        fields = keys.fill(holding, _complete(changes))
        if fields:
            groups[tuple(fields)].append(holding)
    for names, holdings in groups.items():
        keep_changed(holdings, names, "register.holding.imported", actor)
    _write_parts(rows, keys, actor)


def _find_holdings(codes: list[str]) -> Iterable[Holding]:
    for start in range(0, len(codes), _SHARE):
        yield from Holding.objects.select_for_update().filter(code__in=codes[start : start + _SHARE])


_STORAGE: Final = ("location_id", "path")
_FLOW: Final = ("kind", "party_id", "ground", "volume", "note")


def _write_parts(rows: Sequence[tuple[int, Mapping[str, Value]]], keys: _Keys, actor: str) -> None:
    """Bring where holdings lie and where they flow in line with what the columns of lines say, where a row has them."""
    places = {pk: keys.read_storages(values["places"]) for pk, values in rows if "places" in values}
    flows = {pk: keys.read_flows(values["flows"]) for pk, values in rows if "flows" in values}
    _bring(Storage, _STORAGE, places, "register.storage", actor)
    _bring(Flow, _FLOW, flows, "register.flow", actor)


def _bring(
    model: type[Storage | Flow],
    fields: Sequence[str],
    wanted: Mapping[int, Counter[tuple[object, ...]]],
    kind: str,
    actor: str,
) -> None:
    """Drop the parts of holdings that are not wanted, and add those that are not there. Outer spaces make no difference."""
    left = {pk: Counter(found) for pk, found in wanted.items()}
    over: list[Storage | Flow] = []
    pks = list(wanted)
    for start in range(0, len(pks), _SHARE):
        for part in model._default_manager.filter(holding__in=pks[start : start + _SHARE]):  # noqa: SLF001 - Django's name for it
            values = tuple(_strip(getattr(part, name)) for name in fields)
            if left[part.holding_id][values] > 0:
                left[part.holding_id][values] -= 1
            else:
                over.append(part)
    drop_all(over, f"{kind}.dropped", actor)
    new = [
        model(holding_id=pk, **dict(zip(fields, values, strict=True)))
        for pk, found in left.items()
        for values in found.elements()
    ]
    keep_new(new, f"{kind}.imported", actor)


def _strip(value: object) -> object:
    return value.strip() if isinstance(value, str) else value
