"""Moves changes from the outbox into the ledger, in order, each exactly once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from django.db import transaction

from morasanu.ledger.batch import Draft
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from morasanu.ledger.ledger import Ledger

BATCH: Final = 1_000


def seal_waiting(ledger: Ledger) -> int:
    """Append up to a thousand waiting changes to the ledger and mark them; return how many.

    A process that dies between the two leaves leaves without marks: `mark_sealed` finds them before anything is appended
    again, so call it once after opening the ledger.
    """
    waiting = list(Outbox.objects.filter(seq=None).order_by("pk")[:BATCH])
    if not waiting:
        return 0
    numbers = ledger.append([_make_draft(each) for each in waiting])
    _mark(dict(zip((each.pk for each in waiting), numbers, strict=True)))
    return len(waiting)


def mark_sealed(ledger: Ledger) -> int:
    """Mark the changes whose leaves are in the ledger already; return how many. Only the last batch can be in this state."""
    found = {}
    for seq, body in ledger.read_last(2 * BATCH):
        try:
            record = json.loads(body)
        except ValueError:  # erased
            continue
        if isinstance(record, dict) and isinstance(record.get("row"), str):
            found[record["row"]] = seq  # salted, so no two are alike; keys come again after an older copy was restored
    waiting = Outbox.objects.filter(seq=None, digest__in=list(found)).values_list("pk", "digest")
    return _mark({key: found[digest] for key, digest in waiting})


def _make_draft(change: Outbox) -> Draft:
    record = {
        "outbox": change.pk,
        "subject": change.subject,
        "version": change.subject_version,
        "changed": change.changed,
        "row": change.digest,
    }
    return Draft(change.kind, change.actor, record)


def _mark(numbers: Mapping[int, int]) -> int:
    with transaction.atomic():
        changes: Iterable[Outbox] = [Outbox(pk=key, seq=seq) for key, seq in numbers.items()]
        return Outbox.objects.bulk_update(changes, ["seq"], batch_size=400)
