"""A record of the office: a row that counts its versions, belongs to a unit, and leaves a trace of each change in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.db import models

from morasanu.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping


_PLAIN: Final = frozenset((int, float, bool, str, list, dict, type(None)))


class Record(models.Model):
    """What every row that people change has. Written by `morasanu.office.seal.keep.keep` only."""

    unit_lookup: ClassVar[str] = "unit"
    """How a query reaches the unit that the row belongs to; empty when it belongs to the whole house."""
    person_lookup: ClassVar[str] = ""
    """How a query reaches the person whose own the row is; empty when it is nobody's own."""
    derived: ClassVar[frozenset[str]] = frozenset()
    """Fields that follow from others: a change of these alone is none, and the ledger does not hold them."""
    sealed_as: ClassVar[str] = ""
    """What the ledger calls it, such as `register.holding`."""

    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(editable=False)

    class Meta:
        """Abstract."""

        abstract = True

    @property
    def trace_subject(self) -> str:
        """Return what the ledger calls this row."""
        return f"{self.sealed_as}/{self.pk}"

    def describe(self) -> dict[str, Any]:
        """Return the row as plain JSON values, by name of field."""
        found = {}
        for field in self._meta.concrete_fields:
            if field.attname in self.derived:
                continue
            value = field.value_from_object(self)
            found[field.attname] = value if type(value) in _PLAIN else str(value)
        return found


def is_below_itself(record: Any) -> bool:  # noqa: ANN401 - a record of any model with a parent of its own kind
    """Return whether the chain of parents above a record leads back into itself."""
    above, passed = record.parent, {record.pk}
    while above is not None:
        if above.pk in passed:
            return True
        passed.add(above.pk)
        above = above.parent
    return False


class StaleError(InputError):
    """Somebody else changed the row meanwhile: `stored` is what it holds now, by name of field."""

    def __init__(self, code: str, message_ja: str, message_en: str, stored: Mapping[str, Any]) -> None:
        """Keep what is stored."""
        super().__init__(code, message_ja, message_en)
        self.stored = stored
