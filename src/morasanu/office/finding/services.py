"""What changes findings and actions. No finding and no action ends without evidence that is newer than it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.base.clock import read_now
from morasanu.office.finding.models import Action, ClosedAs, Finding, Progress
from morasanu.office.requirement.models import Evidence, EvidenceKind
from morasanu.office.seal.keep import SYSTEM, keep

if TYPE_CHECKING:
    import datetime as dt

    from morasanu.rules.load import Words


def open_finding(new: Finding, actor: str = SYSTEM) -> Finding:
    """Return the open finding with the key of `new`: a new one, or the one that is open, with the facts of `new` when they changed."""
    with transaction.atomic():
        found = Finding.objects.select_for_update().filter(key=new.key).exclude(state=Progress.CLOSED).first()
        if found is None:
            new.opened_at = new.seen_at
            keep(new, "finding.opened", actor)
            return new
        for name in ("facts", "grade", "unit_id", "subject", "reason_code", "seen_at"):
            setattr(found, name, getattr(new, name))
        keep(found, "finding.seen", actor)
        return found


def close_finding(finding: Finding, said: Words, actor: str = SYSTEM) -> None:
    """Close a finding whose reason is gone, with the machine's reading as evidence; what was still to be done about it is done."""
    with transaction.atomic():
        add_evidence(finding, EvidenceKind.MACHINE, said.ja, actor, en=said.en)
        for action in finding.actions.exclude(state=Progress.CLOSED):
            _end_action(action, actor)
        _close(finding, ClosedAs.GONE, said.ja, actor)


def close_by_hand(finding: Finding, because: str, actor: str, *, seen: int | None = None) -> None:
    """Close a finding. Raises InputError MRS-I-090 with an open action, MRS-I-091 without evidence newer than its last action."""
    with transaction.atomic():
        actions = list(finding.actions.all())
        if any(action.state != Progress.CLOSED for action in actions):
            raise InputError("MRS-I-090", "終わっていない対応があります", "an action on it is not done yet")
        since = max((action.begun_at for action in actions), default=finding.opened_at)
        if not _has_evidence((finding.trace_subject, *(action.trace_subject for action in actions)), since):
            raise InputError(
                "MRS-I-091",
                "対応より新しい証拠がありません。先に証拠を加えてください",
                "there is no evidence newer than what was done: add it first",
            )
        _close(finding, ClosedAs.DONE, because, actor, seen=seen)


def accept(finding: Finding, reason: str, actor: str, *, seen: int | None = None) -> None:
    """Close a finding as it is, for a reason. It opens anew when it gets worse. Raises InputError MRS-I-092 without a reason."""
    if not reason.strip():
        raise InputError("MRS-I-092", "除外する理由を書いてください", "say why it is accepted")
    with transaction.atomic():
        add_evidence(finding, EvidenceKind.WITNESS, reason, actor)
        _close(finding, ClosedAs.ACCEPTED, reason, actor, seen=seen)


def add_action(action: Action, actor: str) -> None:
    """Write what is to be done about a finding. Raises InputError MRS-I-093 when the finding is closed."""
    with transaction.atomic():
        finding = Finding.objects.select_for_update().get(pk=action.finding_id)
        if finding.state == Progress.CLOSED:
            raise InputError("MRS-I-093", "この指摘はもう完了しています", "this finding is closed already")
        action.unit = finding.unit
        action.begun_at = read_now()
        keep(action, "finding.action.added", actor)
        finding.state = Progress.DOING
        keep(finding, "finding.begun", actor)


def end_action(action: Action, actor: str, *, seen: int | None = None) -> None:
    """Say that an action is done. Raises InputError MRS-I-091 without evidence newer than its beginning."""
    with transaction.atomic():
        if not _has_evidence((action.trace_subject, action.finding.trace_subject), action.begun_at):
            raise InputError(
                "MRS-I-091",
                "対応より新しい証拠がありません。先に証拠を加えてください",
                "there is no evidence newer than what was done: add it first",
            )
        _end_action(action, actor, seen=seen)


def add_evidence(finding: Finding, kind: EvidenceKind, ja: str, actor: str, *, en: str = "") -> Evidence:
    """Return new evidence about a finding, collected now."""
    evidence = Evidence(
        subject=finding.trace_subject, unit=finding.unit, kind=kind, ja=ja[:400], en=en[:400], collected_at=read_now()
    )
    keep(evidence, "requirement.evidence.added", actor)
    return evidence


def _close(finding: Finding, how: ClosedAs, because: str, actor: str, *, seen: int | None = None) -> None:
    finding.state, finding.closed_as, finding.closed_because = Progress.CLOSED, how, because[:400]
    finding.closed_at = read_now()
    keep(finding, f"finding.closed.{how}", actor, seen=seen)


def _end_action(action: Action, actor: str, *, seen: int | None = None) -> None:
    action.state, action.done_at = Progress.CLOSED, read_now()
    keep(action, "finding.action.done", actor, seen=seen)


def _has_evidence(subjects: tuple[str, ...], since: dt.datetime) -> bool:
    return Evidence.objects.filter(subject__in=subjects, collected_at__gt=since, holds=True).exists()
