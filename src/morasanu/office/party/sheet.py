"""The parties as a table: out as a file, and in again, all of it or nothing. No party is ever removed by a file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.access.reach import within
from morasanu.office.party.country import COUNTRIES
from morasanu.office.party.models import PARTY_KINDS, Party, PartyKind
from morasanu.office.party.selectors import list_nameable
from morasanu.office.people.models import OrgUnit
from morasanu.office.people.sheet import choose_units, find_units
from morasanu.office.seal.keep import keep_new
from morasanu.office.sheet.column import Choice, Column, Kind, Table, limit_length
from morasanu.office.sheet.compare import compare
from morasanu.office.sheet.grid import SheetLimits
from morasanu.office.sheet.plan import Done, Plan, add_errors, digest_comparison, find_reversed
from morasanu.office.sheet.read import CellError, fold_key, read_table
from morasanu.office.sheet.take import take_updates
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach
    from morasanu.office.sheet.column import Value
    from morasanu.office.sheet.read import Preview, Row

LIMITS: Final = SheetLimits(file_bytes=settings.UPLOAD_LIMIT_BYTES, rows=50_001, columns=60)
TITLE: Final = Words("委託先・提供先", "parties")
_ELSEWHERE: Final = Words("この番号は別の部店で使われています", "another unit uses this code")
_NO_PARENT: Final = Words("その番号の委託先は見当たりません", "no party has that code")
_CIRCLE: Final = Words("再委託をたどると自分に戻ります", "going up from whom it is entrusted by leads back to itself")
_BEFORE: Final = Words("開始日より前の日です", "before the first day")
_NO_MAIL: Final = Words("メールアドレスとして読めません", "not a mail address")


def make_table(units: Mapping[str, str], *, is_for_reading: bool = False) -> Table:
    """Return the table; `units` are names by code. For reading, a unit may be written as in the table of people."""
    kinds = tuple(Choice(kind.value, words) for kind, words in PARTY_KINDS.items())
    countries = tuple(Choice(code, words) for code, words in COUNTRIES.items())
    columns = (
        Column("code", Words("番号", "code"), Kind.CODE, required=True, check=limit_length(40)),
        Column("name", Words("名称", "name"), required=True, width=28, check=limit_length(120)),
        Column("kana", Words("名称（カナ）", "name in kana"), width=24, check=limit_length(120)),
        Column("kind", Words("区分", "kind"), Kind.CHOICE, choices=kinds, help=Words("空欄は委託先", "empty: vendor")),
        Column(
            "parent",
            Words("再委託元の番号", "code of whom it is entrusted by"),
            Kind.CODE,
            help=Words("再委託先だけ。この表の番号", "sub-vendors only; a code of this table"),
        ),
        Column(
            "country",
            Words("国・地域", "country"),
            Kind.CHOICE,
            choices=countries,
            help=Words("国名か2文字の記号。空欄は未確認", "name or two letters; empty: not known"),
        ),
        Column(
            "unit",
            Words("担当部店コード", "code of the unit in charge"),
            Kind.CHOICE,
            required=True,
            choices=tuple(choose_units(units, is_for_reading=is_for_reading)),
            help=Words("部店のコードか名称", "code or name of the unit"),
        ),
        Column("contact", Words("相手の担当部署", "their department"), width=20, check=limit_length(120)),
        Column("phone", Words("電話", "phone"), Kind.CODE, check=limit_length(40)),
        Column("mail", Words("メール", "mail"), Kind.CODE, width=24, check=_check_mail),
        Column("starts_on", Words("開始日", "from"), Kind.DAY, width=12),
        Column("ends_on", Words("終了日", "last day"), Kind.DAY, width=12),
        Column("note", Words("備考", "note"), width=24, check=limit_length(1_000)),
    )
    return Table("parties", TITLE, "code", columns)


def _check_mail(value: Value) -> Words | None:
    try:
        validate_email(str(value))
    except ValidationError:
        return _NO_MAIL
    return limit_length(120)(value)


_FIELDS: Final = (
    "code", "name", "kana", "kind", "parent__code", "country", "unit__code", "contact", "phone", "mail", "starts_on", "ends_on", "note",
)  # fmt: skip


def read_rows(parties: QuerySet[Party]) -> Iterator[dict[str, Value]]:
    """Yield parties as rows of the table. One query."""
    for row in parties.order_by("code").values_list(*_FIELDS).iterator(chunk_size=2_000):
        found = dict(zip((name.removesuffix("__code") for name in _FIELDS), row, strict=True))
        yield found | {"parent": found["parent"] or ""}


def make_plan(path: Path, name: str, reach: Reach, language: str = "ja") -> Plan:
    """Return what the file at `path`, uploaded as `name`, would do to the parties that `reach` may edit.

    Raises InputError as `read_table` does. Three queries, however many rows.
    """
    existing = list(read_rows(within(Party, reach)))
    table = make_table(find_units(reach), is_for_reading=True)
    preview = read_table(path, name, table, LIMITS, language)
    everyone = {str(code): str(parent or "") for code, parent in list_nameable().values_list("code", "parent__code")}
    own = {fold_key(row["code"]): row for row in existing}
    preview = add_errors(
        preview,
        [
            *_refuse_elsewhere(preview.rows, everyone, own),
            *find_reversed(preview.rows, existing, ("code", "starts_on", "ends_on"), _BEFORE),
        ],
    )
    preview = _check_parents(preview, everyone)
    comparison = compare(table, preview.rows, existing)
    return Plan(preview, comparison, digest_comparison(comparison))


def _refuse_elsewhere(
    rows: Sequence[Row], everyone: Mapping[str, str], own: Mapping[str, Mapping[str, Value]]
) -> Iterator[CellError]:
    """Yield an error for each row whose code belongs to a party out of reach."""
    taken = {fold_key(code) for code in everyone} - own.keys()
    yield from (CellError(row.number, "code", _ELSEWHERE) for row in rows if fold_key(row.values.get("code")) in taken)


def _check_parents(preview: Preview, everyone: Mapping[str, str]) -> Preview:
    """Return the preview with an error in each row whose parent is not there, not even among the good rows of the file, or is below it.

    A row that turns out wrong may be the parent of another one: it is looked at again until nothing more turns up.
    """
    stands = {fold_key(code): fold_key(parent) for code, parent in everyone.items()}
    while True:
        good = [row for row in preview.rows if not row.errors]
        after = stands | {
            fold_key(row.values["code"]): fold_key(
                row.values.get("parent", stands.get(fold_key(row.values["code"]), ""))
            )
            for row in good
        }
        errors = [
            CellError(row.number, "parent", _CIRCLE if parent in after else _NO_PARENT)
            for row in good
            if (parent := fold_key(row.values.get("parent"))) and (parent not in after or _leads_back(row, after))
        ]
        if not errors:
            return preview
        preview = add_errors(preview, errors)


def _leads_back(row: Row, after: Mapping[str, str]) -> bool:
    """Return whether the chain of parents above a row leads back to it."""
    own = fold_key(row.values["code"])
    above, passed = after.get(own, ""), set()
    while above and above not in passed:
        passed.add(above)
        above = after.get(above, "")
    return own in passed


def apply_plan(path: Path, name: str, reach: Reach, digest: str, actor: str) -> Done:
    """Do what the file would do, all of it or nothing.

    Raises InputError MRS-I-111 when that is no longer what `digest` stands for: somebody changed the parties since it was shown.
    """
    with transaction.atomic():
        plan = make_plan(path, name, reach)
        if plan.digest != digest:
            raise InputError(
                "MRS-I-111",
                "確かめている間に委託先・提供先の登録が変わりました。もう一度確かめてください",
                "the parties were changed meanwhile: look at the preview again",
            )
        keys = {fold_key(code): key for code, key in list_nameable().values_list("code", "pk")}
        fill = partial(_fill, dict(within(OrgUnit, reach).values_list("code", "pk")), keys)
        _insert(plan.comparison.inserts, fill, keys, actor)
        rows = within(Party, reach)
        take_updates(plan.comparison, rows, "code", fill, kind="party.party.imported", actor=actor)
    return Done(len(plan.comparison.inserts), len(plan.comparison.updates))


def _insert(
    rows: Sequence[Row], fill: Callable[[Party, Mapping[str, Value]], Party], keys: dict[str, int], actor: str
) -> None:
    """Write new parties, those whose parent is there before those below them; `keys` learns of them."""
    left = list(rows)
    while left:
        ready = [row for row in left if not row.values.get("parent") or fold_key(row.values["parent"]) in keys]
        parties = [fill(Party(), row.values) for row in ready]
        keep_new(parties, "party.party.imported", actor)
        keys.update((fold_key(each.code), each.pk) for each in parties)
        done = {row.number for row in ready}
        left = [row for row in left if row.number not in done]


def _fill(units: Mapping[str, int], keys: Mapping[str, int], party: Party, values: Mapping[str, Value]) -> Party:
    for name, value in values.items():
        if name == "unit":
            party.unit_id = units[str(value)]
        elif name == "parent":
            party.parent_id = keys[fold_key(value)] if value else None
        else:
            setattr(party, name, value or PartyKind.VENDOR if name == "kind" else value)
    return party
