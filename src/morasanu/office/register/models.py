"""What is held (Holding), where it lies (Location, Storage), where it flows (Flow)."""

from __future__ import annotations

from django.db import models

from morasanu.office.base.record import Record
from morasanu.office.party.models import Party
from morasanu.office.people.models import OrgUnit, Person
from morasanu.rules.load import Words


class Medium(models.TextChoices):
    """On what a holding is kept."""

    SYSTEM = "system", "システム"
    FILE = "file", "電子ファイル"
    PAPER = "paper", "紙"
    MEDIA = "media", "可搬媒体"


MEDIUMS = {
    Medium.SYSTEM: Words("システム", "system"),
    Medium.FILE: Words("電子ファイル", "electronic file"),
    Medium.PAPER: Words("紙", "paper"),
    Medium.MEDIA: Words("可搬媒体", "removable medium"),
}


class Status(models.TextChoices):
    """Whether a holding is in use."""

    ACTIVE = "active", "利用中"
    CLOSED = "closed", "廃止"


STATUSES = {Status.ACTIVE: Words("利用中", "in use"), Status.CLOSED: Words("廃止", "closed")}


class LocationKind(models.TextChoices):
    """What a location is."""

    SYSTEM = "system", "システム"
    SHARE = "share", "共有フォルダー"
    MAILBOX = "mailbox", "メールボックス"
    TABLE = "table", "表"
    DEVICE = "device", "端末・媒体"
    CABINET = "cabinet", "キャビネット"
    ROOM = "room", "部屋"


LOCATION_KINDS = {
    LocationKind.SYSTEM: Words("システム", "system"),
    LocationKind.SHARE: Words("共有フォルダー", "shared folder"),
    LocationKind.MAILBOX: Words("メールボックス", "mailbox"),
    LocationKind.TABLE: Words("表", "table"),
    LocationKind.DEVICE: Words("端末・媒体", "device or medium"),
    LocationKind.CABINET: Words("キャビネット", "cabinet"),
    LocationKind.ROOM: Words("部屋", "room"),
}


class FlowKind(models.TextChoices):
    """What happens to a holding. Source: 個人情報の保護に関する法律についてのガイドライン（通則編）, 10-2."""

    ACQUIRE = "acquire", "取得"
    USE = "use", "利用"
    PROVIDE = "provide", "第三者提供"
    JOINT = "joint", "共同利用"
    ENTRUST = "entrust", "委託"
    CROSS_BORDER = "cross_border", "外国への提供"
    ERASE = "erase", "消去・廃棄"


FLOW_KINDS = {
    FlowKind.ACQUIRE: Words("取得", "acquired"),
    FlowKind.USE: Words("利用", "used"),
    FlowKind.PROVIDE: Words("第三者提供", "provided to a third party"),
    FlowKind.JOINT: Words("共同利用", "used jointly"),
    FlowKind.ENTRUST: Words("委託", "entrusted"),
    FlowKind.CROSS_BORDER: Words("外国への提供", "provided abroad"),
    FlowKind.ERASE: Words("消去・廃棄", "erased"),
}


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

    @property
    def kind_words(self) -> Words:
        """Return what it is."""
        return LOCATION_KINDS[LocationKind(self.kind)]


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
            models.Index(fields=("unit", "status"), name="holding_unit_status"),
            models.Index(fields=("status", "checked_on", "labels", "persons"), name="holding_checked"),
            models.Index(fields=("status", "medium", "code"), name="holding_medium"),
            models.Index(fields=("checked_on", "id"), name="holding_by_check"),
            models.Index(fields=("name", "id"), name="holding_by_name"),
            models.Index(fields=("persons", "id"), name="holding_by_persons"),
        )

    def __str__(self) -> str:
        """Return the name."""
        return self.name

    @property
    def medium_words(self) -> Words:
        """Return on what it is kept."""
        return MEDIUMS[Medium(self.medium)]

    @property
    def status_words(self) -> Words:
        """Return whether it is in use."""
        return STATUSES[Status(self.status)]


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
    party = models.ForeignKey(Party, models.PROTECT, null=True, blank=True, related_name="flows", db_index=False)
    ground = models.CharField(max_length=200, blank=True)
    volume = models.PositiveIntegerField(null=True, blank=True)
    note = models.TextField(max_length=1_000, blank=True)

    class Meta:
        """In order of kind."""

        ordering = ("kind", "pk")
        indexes = (models.Index(fields=("party", "holding"), name="flow_party"),)

    def __str__(self) -> str:
        """Return the kind."""
        return self.kind

    @property
    def kind_words(self) -> Words:
        """Return what happens."""
        return FLOW_KINDS[FlowKind(self.kind)]


class Stocktake(Record):
    """A round (台帳棚卸) in which each unit looks whether what the register names is there. Units see their own part of it only."""

    unit_lookup = ""
    sealed_as = "register.stocktake"

    title = models.CharField(max_length=120)
    opened_on = models.DateField()
    due_on = models.DateField()

    class Meta:
        """The newest first."""

        ordering = ("-opened_on", "-pk")

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class StocktakePart(Record):
    """What one unit has to do in a round. Signing closes it: `signed_by` holds the signature, with the counts that were signed."""

    sealed_as = "register.stocktake-part"

    stocktake = models.ForeignKey(Stocktake, models.PROTECT, related_name="parts")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="stocktake_parts")
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="stocktake_parts")
    signed_at = models.DateTimeField(null=True, blank=True)
    present = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)

    class Meta:
        """Each unit once in a round."""

        constraints = (models.UniqueConstraint(name="stocktake_part_once", fields=("stocktake", "unit")),)

    def __str__(self) -> str:
        """Return the key."""
        return str(self.pk)


class Verdict(models.TextChoices):
    """What the unit found of a holding."""

    PRESENT = "present", "有"
    MISSING = "missing", "無"
    CHANGED = "changed", "変更あり"


VERDICTS = {
    Verdict.PRESENT: Words("有", "there"),
    Verdict.MISSING: Words("無", "missing"),
    Verdict.CHANGED: Words("変更あり", "changed"),
}


class StocktakeAnswer(Record):
    """What a unit found of one holding in a round."""

    unit_lookup = "part__unit"
    sealed_as = "register.stocktake-answer"

    part = models.ForeignKey(StocktakePart, models.PROTECT, related_name="answers")
    holding = models.ForeignKey(Holding, models.PROTECT, related_name="stocktake_answers")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        """Each holding once in a part."""

        constraints = (models.UniqueConstraint(name="stocktake_answer_once", fields=("part", "holding")),)

    def __str__(self) -> str:
        """Return the verdict."""
        return self.verdict

    @property
    def verdict_words(self) -> Words:
        """Return what was found."""
        return VERDICTS[Verdict(self.verdict)]
