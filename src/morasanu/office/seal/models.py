"""Changes that wait for the ledger, and those that are in it."""

from __future__ import annotations

from django.db import models


class Outbox(models.Model):
    """One change: what kind, of which row, by whom, and the salted digest of what the row held then. Nothing personal.

    `seq` is its number in the ledger, None until it is sealed. Forgetting `salt` makes the digest say nothing.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    subject = models.CharField(max_length=100)
    subject_version = models.PositiveIntegerField()
    changed = models.JSONField(default=list)
    salt = models.BinaryField(max_length=32)
    digest = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField(null=True, unique=True)

    class Meta:
        """In the order in which they were written."""

        ordering = ("pk",)
        indexes = (
            models.Index(fields=("subject", "id"), name="outbox_subject"),
            models.Index(fields=("id",), condition=models.Q(seq=None), name="outbox_waiting"),
        )

    def __str__(self) -> str:
        """Return the kind and the row."""
        return f"{self.kind} {self.subject}"
