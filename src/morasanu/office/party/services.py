"""What changes parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.base.record import is_below_itself
from morasanu.office.seal.keep import keep_once

if TYPE_CHECKING:
    from morasanu.office.party.models import Party


def save_party(party: Party, actor: str, *, seen: int | None = None) -> None:
    """Write a party. Raises InputError MRS-I-110 when it would be entrusted by itself, MRS-I-080 when its code is taken."""
    with transaction.atomic():
        if is_below_itself(party):
            raise InputError(
                "MRS-I-110",
                "再委託をたどると自分に戻ります。再委託元を確かめてください",
                "going up from whom it is entrusted by leads back to itself",
            )
        keep_once(party, "party.party.saved", actor, seen=seen)
