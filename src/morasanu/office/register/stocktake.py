"""The stocktake (台帳棚卸): a round in which each unit looks whether what the register names is there, and signs for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import transaction
from django.db.models import Count, Q

from morasanu.errors import InputError
from morasanu.office.access.reach import within
from morasanu.office.base.clock import TOKYO, read_now, read_today
from morasanu.office.due.plan import plan
from morasanu.office.finding.models import Finding, FindingKind, Grade, Progress
from morasanu.office.finding.services import close_finding, open_finding
from morasanu.office.people.models import OrgUnit
from morasanu.office.register.models import Holding, Status, Stocktake, StocktakeAnswer, StocktakePart, Verdict
from morasanu.office.seal.keep import keep, keep_changed, keep_new
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach
    from morasanu.office.people.models import Person


OVER: Final = "register.stocktake-over"
"""What is due at the end of a round's last day."""
_END_OF_DAY: Final = dt.time(23, 59)


def open_stocktake(stocktake: Stocktake, actor: str) -> None:
    """Begin a round: each unit that holds anything gets its part."""
    with transaction.atomic():
        keep(stocktake, "register.stocktake.opened", actor)
        units = Holding.objects.filter(status=Status.ACTIVE).order_by().values("unit").distinct()
        parts = [StocktakePart(stocktake=stocktake, unit=unit) for unit in OrgUnit.objects.filter(pk__in=units)]
        keep_new(parts, "register.stocktake.asked", actor)
        at = dt.datetime.combine(stocktake.due_on, _END_OF_DAY, TOKYO)
        plan(f"{OVER}/{stocktake.pk}", OVER, at, {"stocktake": stocktake.pk})


def find_unsigned(facts: Mapping[str, Any]) -> None:
    """Open a finding for each part of the round `stocktake` that nobody signed in time. It closes with the signature."""
    parts = StocktakePart.objects.filter(stocktake=facts["stocktake"], signed_at=None).select_related("unit")
    for part in parts:
        finding = Finding(
            kind=FindingKind.REVIEW,
            key=_name_late(part),
            unit=part.unit,
            subject=part.trace_subject,
            reason_code="stocktake.late",
            facts={"stocktake": part.stocktake_id},
            seen_at=read_now(),
        )
        open_finding(finding)


def _name_late(part: StocktakePart) -> str:
    return f"stocktake-late/{part.pk}"


class Answer(NamedTuple):
    """What was found of a holding."""

    verdict: str
    note: str


def answer_holdings(part: StocktakePart, answers: Mapping[int, Answer], actor: str) -> None:
    """Write what was found, by key of the holding. Raises InputError MRS-I-083 when the part is signed, MRS-I-084 without a reason.

    What lies in another unit is passed over.
    """
    with transaction.atomic():
        part = StocktakePart.objects.select_for_update().get(pk=part.pk)
        _refuse_signed(part)
        known = {each.holding_id: each for each in part.answers.filter(holding__in=list(answers))}
        for holding in list_part_holdings(part).filter(pk__in=list(answers)):
            answer = answers[holding.pk]
            if answer.verdict != Verdict.PRESENT and not answer.note.strip():
                raise InputError(
                    "MRS-I-084",
                    f"「無」「変更あり」には理由が要ります（{holding.code}）",
                    f"missing and changed need a reason ({holding.code})",
                )
            row = known.get(holding.pk) or StocktakeAnswer(part=part, holding=holding)
            row.verdict, row.note = answer.verdict, answer.note.strip()
            keep(row, "register.stocktake.answered", actor)


def sign_part(part: StocktakePart, person: Person, name: str, actor: str) -> None:
    """Close a unit's part with the signature of `person`; what is missing or changed opens a finding, what is there counts as checked.

    Raises InputError MRS-I-083 when it is signed already, MRS-I-085 when holdings are not answered yet, MRS-I-086 when the name
    that was typed is not the person's.
    """
    with transaction.atomic():
        part = StocktakePart.objects.select_for_update().select_related("stocktake", "unit").get(pk=part.pk)
        _refuse_signed(part)
        left = count_left(part)
        if left:
            raise InputError(
                "MRS-I-085", f"まだ答えていない台帳が {left} 件あります", f"{left} holdings are not answered yet"
            )
        if "".join(name.split()) != "".join(person.name.split()):
            raise InputError(
                "MRS-I-086", "氏名が、サインインしている人と違います", "that is not the name of who is signed in"
            )
        answers = list(part.answers.select_related("holding").order_by("holding__code"))
        part.present = sum(each.verdict == Verdict.PRESENT for each in answers)
        part.missing = sum(each.verdict == Verdict.MISSING for each in answers)
        part.changed = len(answers) - part.present - part.missing
        part.signed_by, part.signed_at = person, read_now()
        keep(part, "register.stocktake.signed", actor)
        late = Finding.objects.filter(key=_name_late(part)).exclude(state=Progress.CLOSED).first()
        if late is not None:
            close_finding(late, Words("署名された", "signed"), actor)
        _open_findings(part, answers, actor)
        there = [each.holding for each in answers if each.verdict == Verdict.PRESENT]
        for holding in there:
            holding.checked_on = read_today()
        keep_changed(there, ("checked_on",), "register.holding.checked", actor)


def _refuse_signed(part: StocktakePart) -> None:
    if part.signed_at is not None:
        raise InputError("MRS-I-083", "署名して閉じてあります", "this part is signed and closed")


def _open_findings(part: StocktakePart, answers: Sequence[StocktakeAnswer], actor: str) -> None:
    """Open one finding for each holding that is missing or changed, unless one is open."""
    keys = {f"stocktake/{each.holding_id}": each for each in answers if each.verdict != Verdict.PRESENT}
    is_open = set(
        Finding.objects.filter(key__startswith="stocktake/", unit=part.unit)
        .exclude(state=Progress.CLOSED)
        .values_list("key", flat=True)
    )
    now = read_now()
    findings = [
        Finding(
            kind=FindingKind.REVIEW,
            key=key,
            unit=part.unit,
            subject=each.holding.trace_subject,
            reason_code=f"stocktake.{each.verdict}",
            facts={"code": each.holding.code, "stocktake": part.stocktake_id},
            title=f"台帳棚卸: {each.verdict_words.ja}（{each.holding.code}）",
            grade=Grade.HIGH if each.verdict == Verdict.MISSING else Grade.MIDDLE,
            cause=each.note,
            opened_at=now,
            seen_at=now,
        )
        for key, each in keys.items()
        if key not in is_open
    ]
    keep_new(findings, "finding.opened", actor)


def list_part_holdings(part: StocktakePart) -> QuerySet[Holding]:
    """Return what a unit has to look for: what it holds and uses."""
    return Holding.objects.filter(unit=part.unit_id, status=Status.ACTIVE)


def count_left(part: StocktakePart) -> int:
    """Return how many holdings are not answered yet. One query."""
    return list_part_holdings(part).exclude(stocktake_answers__part=part).count()


class Standing(NamedTuple):
    """How far a unit's part is."""

    part: StocktakePart
    answered: int
    total: int
    state: str


def describe_parts(rows: Sequence[StocktakePart]) -> list[Standing]:
    """Return how far parts are. Two queries."""
    answered = dict(
        StocktakeAnswer.objects.filter(part__in=[each.pk for each in rows])
        .order_by()
        .values_list("part")
        .annotate(Count("pk"))
    )
    totals = dict(
        Holding.objects.filter(status=Status.ACTIVE, unit__in=[each.unit_id for each in rows])
        .order_by()
        .values_list("unit")
        .annotate(Count("pk"))
    )
    return [
        Standing(
            each,
            answered.get(each.pk, 0),
            answered.get(each.pk, 0) if each.signed_at else totals.get(each.unit_id, 0),
            "done" if each.signed_at else "doing" if each.pk in answered else "open",
        )
        for each in rows
    ]


def list_parts(reach: Reach) -> QuerySet[StocktakePart]:
    """Return the parts that may be seen."""
    return within(StocktakePart, reach).select_related("unit", "stocktake", "signed_by")


def list_stocktakes(reach: Reach) -> QuerySet[Stocktake]:
    """Return the rounds that have a part that may be seen, with how many there are and how many are signed."""
    parts = list_parts(reach)
    seen = Q(parts__in=parts) if reach.units is not None else Q()
    rows = (
        Stocktake.objects.filter(pk__in=parts.values("stocktake"))
        if reach.units is not None
        else Stocktake.objects.all()
    )
    return rows.annotate(
        size=Count("parts", filter=seen or None, distinct=True),
        signed=Count("parts", filter=(seen or Q()) & Q(parts__signed_at__isnull=False), distinct=True),
    )
