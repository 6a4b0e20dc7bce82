"""What is held (Holding), where it lies (Location, Storage), where it flows (Flow)."""

from __future__ import annotations

from django.db import models

from morasanu.office.base.record import Record
from morasanu.office.people.models import OrgUnit, Person


class Medium(models.TextChoices):
    """On what a holding is kept."""

    SYSTEM = "system", "システム"
    FILE = "file", "電子ファイル"
    PAPER = "paper", "紙"
    MEDIA = "media", "可搬媒体"


class Status(models.TextChoices):
    """Whether a holding is in use."""

    ACTIVE = "active", "利用中"
    CLOSED = "closed", "廃止"


class LocationKind(models.TextChoices):
    """What a location is."""

    SYSTEM = "system", "システム"
    SHARE = "share", "共有フォルダー"
    MAILBOX = "mailbox", "メールボックス"
    TABLE = "table", "表"
    DEVICE = "device", "端末・媒体"
    CABINET = "cabinet", "キャビネット"
    ROOM = "room", "部屋"


class FlowKind(models.TextChoices):
    """What happens to a holding. Source: 個人情報の保護に関する法律についてのガイドライン（通則編）, 10-2."""

    ACQUIRE = "acquire", "取得"
    USE = "use", "利用"
    PROVIDE = "provide", "第三者提供"
    JOINT = "joint", "共同利用"
    ENTRUST = "entrust", "委託"
    CROSS_BORDER = "cross_border", "外国への提供"
    ERASE = "erase", "消去・廃棄"


class Location(Record):
    """A place where personal data lies. `address` is what a scan reads: a folder, `imap://…`, `postgresql://…`; empty for paper."""

    sealed_as = "register.location"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=LocationKind.choices)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="locations")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    address = models.CharField(max_length=400, blank=True)
    note = models.TextField(max_length=1_000, blank=True)

    class Meta:
        """In order of code."""

        ordering = ("code",)

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Holding(Record):
    """One row of the register. `labels` are the kinds of data declared (ids of `rules/data/label.yaml`)."""

    sealed_as = "register.holding"

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="holdings")
    custodian = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="holdings")
    medium = models.CharField(max_length=10, choices=Medium.choices, default=Medium.FILE)
    purpose = models.TextField(max_length=1_000)
    subjects = models.CharField(max_length=200, blank=True)
    labels = models.JSONField(default=list, blank=True)
    persons = models.PositiveIntegerField(default=0)
    source = models.CharField(max_length=200, blank=True)
    users = models.CharField(max_length=200, blank=True)
    provided_to = models.CharField(max_length=200, blank=True)
    entrusted_to = models.CharField(max_length=200, blank=True)
    is_abroad = models.BooleanField(default=False)
    is_retained = models.BooleanField(default=True)
    retention = models.CharField(max_length=100, blank=True)
    disposal = models.CharField(max_length=100, blank=True)
    safety = models.TextField(max_length=1_000, blank=True)
    started_on = models.DateField(null=True, blank=True)
    checked_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    note = models.TextField(max_length=1_000, blank=True)
    locations = models.ManyToManyField(Location, through="Storage", related_name="holdings")

    class Meta:
        """In order of code."""

        ordering = ("code",)
        indexes = (
            models.Index(fields=("unit", "code"), name="holding_unit_code"),
            models.Index(fields=("checked_on", "id"), name="holding_checked"),
        )

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Storage(Record):
    """That a holding lies in a location. `path` narrows it to a folder or a table below the location's address."""

    unit_lookup = "holding__unit"
    sealed_as = "register.storage"

    holding = models.ForeignKey(Holding, models.CASCADE, related_name="storages")
    location = models.ForeignKey(Location, models.PROTECT, related_name="storages")
    path = models.CharField(max_length=400, blank=True)

    class Meta:
        """Each once."""

        constraints = (models.UniqueConstraint(name="storage_once", fields=("holding", "location", "path")),)

    def __str__(self) -> str:
        """Return the path."""
        return self.path


class Flow(Record):
    """What happens to a holding, with whom, on what legal ground, how much in a year."""

    unit_lookup = "holding__unit"
    sealed_as = "register.flow"

    holding = models.ForeignKey(Holding, models.CASCADE, related_name="flows")
    kind = models.CharField(max_length=20, choices=FlowKind.choices)
    party = models.CharField(max_length=120, blank=True)
    ground = models.CharField(max_length=200, blank=True)
    volume = models.PositiveIntegerField(null=True, blank=True)
    note = models.TextField(max_length=1_000, blank=True)

    class Meta:
        """In order of kind."""

        ordering = ("kind", "pk")

    def __str__(self) -> str:
        """Return the kind."""
        return self.kind
