"""Makes a party of each name that flows give as text, and links them: each change with its trace for the ledger."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

from django.db import migrations
from django.utils import timezone

from morasanu.proof.canonical import encode_canonical

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_BATCH = 2_000
_PLAIN = (int, float, bool, str, list, dict, type(None))
_KINDS = (
    ("vendor", {"entrust", "erase"}),
    ("joint", {"joint"}),
    ("recipient", {"provide", "cross_border"}),
)


def make_parties(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    flow_model: Any = apps.get_model("register", "Flow")
    party_model: Any = apps.get_model("party", "Party")
    unit_model: Any = apps.get_model("people", "OrgUnit")
    kinds: dict[str, set[str]] = {}
    units: dict[str, set[int]] = {}
    rows = flow_model.objects.exclude(party_text="").order_by("pk")
    for text, kind, unit in rows.values_list("party_text", "kind", "holding__unit_id").iterator(_BATCH):
        name = text.strip()
        if name:
            kinds.setdefault(name, set()).add(kind)
            units.setdefault(name, set()).add(unit)
    if not kinds:
        return
    now = timezone.now()
    root = unit_model.objects.filter(parent=None).order_by("pk").first()
    there = {party.name: party for party in party_model.objects.all()}  # of a migration that was taken back
    parties = {}
    for number, name in enumerate(sorted(kinds.keys() - there.keys()), len(there) + 1):
        here = units[name]
        parties[name] = party_model(
            code=f"P-{number:04d}",
            name=name,
            kind=next((kind for kind, flows in _KINDS if flows & kinds[name]), "other"),
            country="" if "cross_border" in kinds[name] else "JP",  # abroad, and nobody has written where
            unit_id=min(here) if len(here) == 1 or root is None else root.pk,
            changed_at=now,
        )
    party_model.objects.bulk_create(list(parties.values()), batch_size=_BATCH)
    _leave_traces(apps, "party.party.moved", "party.party", list(parties.values()), [], now)
    there |= parties
    last = 0
    while flows := list(rows.filter(pk__gt=last)[:_BATCH]):
        last = flows[-1].pk
        _link(apps, [flow for flow in flows if flow.party_text.strip()], there, now)


def _link(apps: Apps, flows: Sequence[Any], parties: dict[str, Any], now: dt.datetime) -> None:
    for flow in flows:
        flow.party, flow.version, flow.changed_at = parties[flow.party_text.strip()], flow.version + 1, now
    flow_model: Any = apps.get_model("register", "Flow")
    flow_model.objects.bulk_create(
        flows,
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["party", "version", "changed_at"],
    )
    _leave_traces(apps, "register.flow.moved", "register.flow", flows, ["party_id"], now)


def _leave_traces(  # noqa: PLR0917
    apps: Apps, kind: str, subject: str, records: Sequence[Any], changed: list[str], now: dt.datetime
) -> None:
    outbox: Any = apps.get_model("seal", "Outbox")
    traces = []
    for record in records:
        salt = os.urandom(32)
        row = {
            field.attname: value if type(value := field.value_from_object(record)) in _PLAIN else str(value)
            for field in record._meta.concrete_fields  # noqa: SLF001 - Django's name for it
            if field.attname != "party_text"
        }
        traces.append(
            outbox(
                at=now,
                kind=kind,
                actor="office",
                subject=f"{subject}/{record.pk}",
                subject_version=record.version,
                changed=changed,
                salt=salt,
                digest=hashlib.sha256(salt + encode_canonical(row)).hexdigest(),
            )
        )
    outbox.objects.bulk_create(traces, batch_size=_BATCH)


def write_texts(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    flow_model: Any = apps.get_model("register", "Flow")
    party_model: Any = apps.get_model("party", "Party")
    for party in party_model.objects.all():
        flow_model.objects.filter(party=party).update(party_text=party.name)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("party", "0001_initial"),
        ("seal", "0001_initial"),
        ("register", "0004_flow_party"),
    ]

    operations = [migrations.RunPython(make_parties, write_texts)]
