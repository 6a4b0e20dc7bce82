"""Scans that the office runs (Plan, Run), and what they saw where (Sighting)."""

from __future__ import annotations

from django.db import models

from morasanu.office.base.record import Record
from morasanu.office.register.models import Location


class Plan(Record):
    """How often a location is scanned."""

    unit_lookup = "location__unit"
    sealed_as = "reality.plan"

    location = models.OneToOneField(Location, models.CASCADE, related_name="plan")
    cycle_days = models.PositiveIntegerField(default=7)
    is_on = models.BooleanField(default=True)

    def __str__(self) -> str:
        """Return the cycle."""
        return str(self.cycle_days)


class RunState(models.TextChoices):
    """How far a scan is."""

    WAITING = "waiting", "待機"
    RUNNING = "running", "走査中"
    DONE = "done", "完了"
    FAILED = "failed", "失敗"


class Run(Record):
    """One scan of a location. `report_digest` is the SHA-256 of its JSONL report, `rules_digest` of the rules it used."""

    unit_lookup = "location__unit"
    sealed_as = "reality.run"

    location = models.ForeignKey(Location, models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    files = models.PositiveIntegerField(default=0)
    files_done = models.PositiveIntegerField(default=0)
    not_inspected = models.PositiveIntegerField(default=0)
    findings = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=200, blank=True)
    report_digest = models.CharField(max_length=64, blank=True)
    rules_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        """The newest first."""

        ordering = ("-asked_at", "-pk")
        indexes = (models.Index(fields=("location", "-asked_at"), name="run_location"),)

    def __str__(self) -> str:
        """Return the state."""
        return self.state


class Sighting(models.Model):
    """What the newest scan of a location saw in one place below it: counts by kind and class, persons as a range. No values."""

    location = models.ForeignKey(Location, models.CASCADE, related_name="sightings")
    run = models.ForeignKey(Run, models.CASCADE, related_name="sightings")
    place = models.CharField(max_length=400)
    files = models.PositiveIntegerField(default=0)
    not_inspected = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    classes = models.JSONField(default=dict)
    persons_low = models.PositiveIntegerField(default=0)
    persons = models.PositiveIntegerField(default=0)
    persons_high = models.PositiveIntegerField(default=0)
    example = models.CharField(max_length=400, blank=True)

    class Meta:
        """Each place once."""

        ordering = ("place",)
        constraints = (models.UniqueConstraint(name="sighting_once", fields=("location", "place")),)

    def __str__(self) -> str:
        """Return how many files."""
        return str(self.files)
