"""The one way in which rows are written: the change, its version and its trace in one transaction."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction

from morasanu.errors import InputError
from morasanu.office.base.clock import read_now
from morasanu.office.base.record import Record, StaleError
from morasanu.office.seal.models import Outbox
from morasanu.proof.canonical import encode_canonical
from morasanu.proof.event import is_actor, is_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SYSTEM: Final = "office"
"""The actor of what the office does by itself."""
_SALT_BYTES: Final = 32
_BATCH: Final = 2_000
_SHARE: Final = 900
"""Parameters of one query: SQLite once took no more than 999."""


def keep(record: Record, kind: str, actor: str, *, seen: int | None = None) -> bool:
    """Write a new or changed row with its trace; return whether anything changed.

    `seen` is the version that the visitor changed. Raises StaleError when the row has another one by now, Django's
    ValidationError for what the row cannot hold.
    """
    model = type(record)
    with transaction.atomic():
        changed: list[str] = []
        if record.pk is not None:
            stored = model._default_manager.select_for_update().get(pk=record.pk)  # noqa: SLF001 - Django's name for it
            before, after = stored.describe(), record.describe()
            if seen is not None and stored.version != seen:
                raise StaleError(
                    "MRS-I-051",
                    "ほかの人が先に変更しました。両方の内容を見比べてください",
                    "somebody else changed it first: compare both versions",
                    before,
                )
            changed = [name for name in after if name not in _OWN and before[name] != after[name]]
            if not changed:
                return False
            record.version = stored.version + 1
        record.changed_at = read_now()
        record.full_clean()
        record.save()
        leave_trace(kind, actor, record.trace_subject, record.version, row=record.describe(), changed=changed)
    return True


def keep_once(record: Record, kind: str, actor: str, *, seen: int | None = None) -> None:
    """Write a row whose code is unique, as `keep` does. Raises InputError MRS-I-080 when another one took the code at the same moment."""
    try:
        with transaction.atomic():
            keep(record, kind, actor, seen=seen)
    except IntegrityError as error:
        raise InputError("MRS-I-080", "その番号はもう使われています", "that code is taken already") from error


_OWN: Final = frozenset(("version", "changed_at"))


def keep_new(records: Sequence[Record], kind: str, actor: str) -> None:
    """Write many new rows of one model, which are known to be valid, each with its trace."""
    if not records:
        return
    now = read_now()
    for record in records:
        record.changed_at = now
    with transaction.atomic():
        type(records[0])._default_manager.bulk_create(records, batch_size=_BATCH)  # noqa: SLF001 - Django's name for it
        _leave_traces(kind, actor, records, ())


def keep_changed(records: Sequence[Record], fields: Sequence[str], kind: str, actor: str) -> None:
    """Write `fields` of many rows of one model, read within this transaction and known to be valid, each with its trace."""
    if not records:
        return
    now = read_now()
    for record in records:
        record.version += 1
        record.changed_at = now
    with transaction.atomic():
        rows: Any = type(records[0])._default_manager  # noqa: SLF001 - Django's name for it
        rows.bulk_create(
            records,
            batch_size=_BATCH,
            update_conflicts=True,  # the rows are there: bulk_update takes three times as long
            unique_fields=["id"],
            update_fields=[*fields, *_OWN],
        )
        _leave_traces(kind, actor, records, fields)


def drop(record: Record, kind: str, actor: str) -> None:
    """Delete a row; its trace stays."""
    with transaction.atomic():
        stored = type(record)._default_manager.select_for_update().get(pk=record.pk)  # noqa: SLF001 - Django's name for it
        leave_trace(kind, actor, record.trace_subject, stored.version + 1, row={})
        record.delete()


def drop_all(records: Sequence[Record], kind: str, actor: str) -> None:
    """Delete many rows of one model, read within this transaction; their traces stay."""
    if not records:
        return
    with transaction.atomic():
        Outbox.objects.bulk_create(
            [_make_trace(kind, actor, each.trace_subject, each.version + 1, row={}, changed=()) for each in records],
            batch_size=_BATCH,
        )
        rows = type(records[0])._default_manager  # noqa: SLF001 - Django's name for it
        keys = [each.pk for each in records]
        for start in range(0, len(keys), _SHARE):
            rows.filter(pk__in=keys[start : start + _SHARE]).delete()


def leave_trace(
    kind: str, actor: str, subject: str, version: int, *, row: dict[str, Any], changed: Iterable[str] = ()
) -> None:
    """Write what the ledger will keep of a change. Only within the transaction of that change."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError
    _make_trace(kind, actor, subject, version, row=row, changed=changed).save()


def _leave_traces(kind: str, actor: str, records: Sequence[Record], changed: Iterable[str]) -> None:
    Outbox.objects.bulk_create(
        [
            _make_trace(kind, actor, each.trace_subject, each.version, row=each.describe(), changed=changed)
            for each in records
        ],
        batch_size=_BATCH,
    )


def _make_trace(
    kind: str, actor: str, subject: str, version: int, *, row: dict[str, Any], changed: Iterable[str]
) -> Outbox:
    if not (is_kind(kind) and is_actor(actor)):  # the ledger would take nothing more after it
        raise ValueError(kind)
    salt = os.urandom(_SALT_BYTES)
    digest = hashlib.sha256(salt + encode_canonical(row)).hexdigest()
    return Outbox(
        at=read_now(),
        kind=kind,
        actor=actor,
        subject=subject,
        subject_version=version,
        changed=list(changed),
        salt=salt,
        digest=digest,
    )
