"""What this institution does about what is asked of it (Control), and what shows it (Evidence). Requirements themselves are rules data."""

from __future__ import annotations

from django.db import models

from morasanu.office.base.record import Record
from morasanu.office.people.models import OrgUnit, Person


class Control(Record):
    """Something that the institution does; `answers` are the ids of the requirements it answers, `judged_by` who says whether it holds.

    `judged_by` is `person` or the id of a machine judgement (`morasanu.duty.judgement`).
    """

    sealed_as = "requirement.control"

    code = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    does = models.TextField(max_length=1_000)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="controls")
    owner = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="controls")
    answers = models.JSONField(default=list)
    judged_by = models.CharField(max_length=40, default="person")
    cycle_months = models.PositiveIntegerField(default=12)
    is_adopted = models.BooleanField(default=True)

    class Meta:
        """In order of code."""

        ordering = ("code",)

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class Exclusion(Record):
    """That a requirement (`requirement` is its id) does not concern this institution: why, and until when that was thought."""

    sealed_as = "requirement.exclusion"

    requirement = models.CharField(max_length=60, unique=True)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="exclusions")
    reason = models.TextField(max_length=400)
    valid_until = models.DateField()

    class Meta:
        """In order of requirement."""

        ordering = ("requirement",)

    def __str__(self) -> str:
        """Return the reason."""
        return self.reason


class EvidenceKind(models.TextChoices):
    """What shows something."""

    MACHINE = "machine", "機械の測定"
    FILE = "file", "ファイル"
    LINK = "link", "参照"
    WITNESS = "witness", "確認した人"


class Evidence(Record):
    """What shows that something holds (or, for a machine's reading, that it does not): collected at a time, good until a day.

    `subject` names what it is about when that is no control: `finding.finding/12`. `holds` is None when nobody knows.
    """

    sealed_as = "requirement.evidence"

    control = models.ForeignKey(Control, models.PROTECT, null=True, blank=True, related_name="evidence")
    subject = models.CharField(max_length=100, blank=True)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=10, choices=EvidenceKind.choices)
    holds = models.BooleanField(null=True, blank=True, default=True)
    ja = models.CharField(max_length=400)
    en = models.CharField(max_length=400, blank=True)
    collected_at = models.DateTimeField()
    valid_until = models.DateField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)

    class Meta:
        """The newest first."""

        ordering = ("-collected_at", "-pk")
        indexes = (
            models.Index(fields=("control", "-collected_at"), name="evidence_control"),
            models.Index(fields=("subject", "-collected_at"), name="evidence_subject"),
        )

    def __str__(self) -> str:
        """Return what it says."""
        return self.ja


class Coverage(Record):
    """A cell of the coverage matrix 規程 × 管理段階: the section that covers the stage, or the reason why none does."""

    sealed_as = "requirement.coverage"

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="coverage")
    rule = models.CharField(max_length=120)
    stage = models.CharField(max_length=20)
    section = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        """Each cell once."""

        ordering = ("rule", "stage")
        constraints = (models.UniqueConstraint(name="coverage_once", fields=("unit", "rule", "stage")),)

    def __str__(self) -> str:
        """Return the rule."""
        return self.rule
