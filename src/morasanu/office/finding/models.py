"""What is wrong (Finding) and what is done about it (Action)."""

from __future__ import annotations

from django.db import models

from morasanu.office.base.record import Record
from morasanu.office.people.models import OrgUnit, Person


class FindingKind(models.TextChoices):
    """Where a finding comes from."""

    DIFFERENCE = "difference", "差異"
    CONTROL = "control", "管理策"
    REVIEW = "review", "点検"
    OTHER = "other", "その他"


class Grade(models.TextChoices):
    """How grave it is."""

    HIGH = "high", "重"
    MIDDLE = "middle", "中"
    LOW = "low", "軽"


class Progress(models.TextChoices):
    """How far it is."""

    OPEN = "open", "未着手"
    DOING = "doing", "対応中"
    CLOSED = "closed", "完了"


class ClosedAs(models.TextChoices):
    """How a finding ended."""

    GONE = "gone", "解消"
    DONE = "done", "対応済み"
    ACCEPTED = "accepted", "除外"


class Finding(Record):
    """Something wrong. `key` says what it is about, and only one with a key is open at a time, however often it is seen.

    `reason_code` is one of those that the finding's room knows and puts into words with `facts` (counts and ids, nothing personal).
    """

    sealed_as = "finding.finding"

    kind = models.CharField(max_length=20, choices=FindingKind.choices)
    key = models.CharField(max_length=200)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="findings")
    subject = models.CharField(max_length=100, blank=True)
    reason_code = models.CharField(max_length=60)
    facts = models.JSONField(default=dict, blank=True)
    title = models.CharField(max_length=200, blank=True)
    grade = models.CharField(max_length=10, choices=Grade.choices, default=Grade.MIDDLE)
    cause = models.TextField(max_length=1_000, blank=True)
    state = models.CharField(max_length=10, choices=Progress.choices, default=Progress.OPEN)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_as = models.CharField(max_length=10, choices=ClosedAs.choices, blank=True)
    closed_because = models.CharField(max_length=400, blank=True)

    class Meta:
        """The newest first."""

        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                name="finding_open_once", fields=("key",), condition=~models.Q(state=Progress.CLOSED)
            ),
        )
        indexes = (models.Index(fields=("state", "unit", "opened_at"), name="finding_state_unit"),)

    def __str__(self) -> str:
        """Return the key."""
        return self.key


class Action(Record):
    """What is to be done by whom until when; done only with evidence."""

    sealed_as = "finding.action"

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="actions")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="actions")
    title = models.CharField(max_length=200)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="actions")
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=Progress.choices, default=Progress.OPEN)
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """The soonest first."""

        ordering = ("due_on", "pk")
        indexes = (models.Index(fields=("state", "due_on"), name="action_state_due"),)

    def __str__(self) -> str:
        """Return the title."""
        return self.title
