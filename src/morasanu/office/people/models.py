"""The organisation's tree, its people, their appointments and their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from morasanu.office.access.role import TITLES, Role
from morasanu.office.base.record import Record
from morasanu.rules.load import Words

if TYPE_CHECKING:
    import datetime as dt


class UnitKind(models.TextChoices):
    """What a unit of the organisation is."""

    HOUSE = "house", "本部"
    BRANCH = "branch", "店"
    DEPARTMENT = "department", "部"
    COMMITTEE = "committee", "委員会"


UNIT_KINDS = {
    UnitKind.HOUSE: Words("金融機関", "institution"),
    UnitKind.BRANCH: Words("店", "branch"),
    UnitKind.DEPARTMENT: Words("部", "department"),
    UnitKind.COMMITTEE: Words("委員会", "committee"),
}


class OrgUnit(Record):
    """A unit: the institution itself, a branch, a department, a committee. `path` leads from the root: `/1/4/`."""

    unit_lookup = "pk"
    derived = frozenset(("path",))
    sealed_as = "people.unit"

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=UnitKind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=200, blank=True, editable=False)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        """In order of code."""

        ordering = ("code",)

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def kind_words(self) -> Words:
        """Return what it is."""
        return UNIT_KINDS[UnitKind(self.kind)]


class PersonKind(models.TextChoices):
    """In what relation a person stands to the institution."""

    OFFICER = "officer", "役員"
    STAFF = "staff", "職員"
    DISPATCHED = "dispatched", "派遣"
    VENDOR = "vendor", "委託先要員"


PERSON_KINDS = {
    PersonKind.OFFICER: Words("役員", "officer"),
    PersonKind.STAFF: Words("職員", "staff"),
    PersonKind.DISPATCHED: Words("派遣", "dispatched"),
    PersonKind.VENDOR: Words("委託先要員", "vendor's staff"),
}


class Person(Record):
    """Somebody who works here, with a staff number. `left_on` is the last day; `party` whose staff a vendor's staff are."""

    unit_lookup = "unit"
    person_lookup = "pk"
    sealed_as = "people.person"

    number = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    kana = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=20, choices=PersonKind.choices, default=PersonKind.STAFF)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="persons")
    party = models.ForeignKey("party.Party", models.PROTECT, null=True, blank=True, related_name="persons")
    post = models.CharField(max_length=40, blank=True)
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        """In order of staff number."""

        ordering = ("number",)

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def kind_words(self) -> Words:
        """Return in what relation they stand."""
        return PERSON_KINDS[PersonKind(self.kind)]


def held_on(day: dt.date) -> models.Q:
    """Return which appointments are in force on a day: begun, not ended, and of people who are still here."""
    return models.Q(
        models.Q(ends_on=None) | models.Q(ends_on__gte=day),
        models.Q(person__left_on=None) | models.Q(person__left_on__gte=day),
        starts_on__lte=day,
    )


class Appointment(Record):
    """Somebody's role in a unit from a day to a day (both included)."""

    unit_lookup = "unit"
    person_lookup = "person"
    sealed_as = "people.appointment"

    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20, choices=[(role.value, TITLES[role].ja) for role in Role])
    is_deputy = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    letter_number = models.CharField(max_length=40, blank=True)

    class Meta:
        """The newest first."""

        ordering = ("-starts_on", "-pk")
        indexes = (models.Index(fields=("person", "starts_on"), name="appointment_person"),)
        constraints = (
            models.CheckConstraint(
                name="appointment_days",
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        )

    def __str__(self) -> str:
        """Return the role."""
        return self.role

    @property
    def role_words(self) -> Words:
        """Return the role's title."""
        return TITLES[Role(self.role)]


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """Return the account that signs in as `username`."""
        return self.get(username=username)


class Account(AbstractBaseUser):
    """How a person signs in. Without a person it opens nothing."""

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    username = models.CharField(max_length=40, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="account")
    is_active = models.BooleanField(default=True)

    objects: ClassVar[AccountManager] = AccountManager()

    def __str__(self) -> str:
        """Return the name to sign in with."""
        return self.username


class Attempt(models.Model):
    """Failed attempts to sign in as somebody from somewhere: the next one has to wait. Holds only a keyed digest of both."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return how many failed."""
        return str(self.failures)
