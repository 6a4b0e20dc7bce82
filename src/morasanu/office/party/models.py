"""Whom data goes to and comes from (Party)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from morasanu.office.base.record import Record
from morasanu.office.party.country import HOME, name_country
from morasanu.office.people.models import OrgUnit
from morasanu.rules.load import Words

if TYPE_CHECKING:
    import datetime as dt


class PartyKind(models.TextChoices):
    """What a party is to the institution."""

    VENDOR = "vendor", "委託先"
    RECIPIENT = "recipient", "提供先"
    JOINT = "joint", "共同利用者"
    AUTHORITY = "authority", "監督当局"
    OTHER = "other", "その他"


PARTY_KINDS = {
    PartyKind.VENDOR: Words("委託先", "vendor"),
    PartyKind.RECIPIENT: Words("提供先", "recipient"),
    PartyKind.JOINT: Words("共同利用者", "joint user"),
    PartyKind.AUTHORITY: Words("監督当局", "authority"),
    PartyKind.OTHER: Words("その他", "other"),
}


class Party(Record):
    """Somebody outside whom data goes to or comes from. `unit` is in charge of it; `parent` is who entrusts to it (再委託).

    `country` is a code of ISO 3166-1, empty while it is not known. `contact`, `phone` and `mail` are those of its business.
    """

    sealed_as = "party.party"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kana = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=PartyKind.choices, default=PartyKind.VENDOR)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    country = models.CharField(max_length=2, blank=True, default=HOME)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="parties")
    contact = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    mail = models.EmailField(max_length=120, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    note = models.TextField(max_length=1_000, blank=True)

    class Meta:
        """In order of code."""

        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                name="party_days",
                condition=models.Q(starts_on=None)
                | models.Q(ends_on=None)
                | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        )

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def kind_words(self) -> Words:
        """Return what it is."""
        return PARTY_KINDS[PartyKind(self.kind)]

    @property
    def country_words(self) -> Words:
        """Return where it is."""
        return name_country(self.country)

    @property
    def is_abroad(self) -> bool:
        """Return whether it is outside Japan, as far as that is known."""
        return self.country not in {"", HOME}


def ended_on(day: dt.date) -> models.Q:
    """Return which parties were ended before a day: the last day (`ends_on`) still counts."""
    return models.Q(ends_on__lt=day)
