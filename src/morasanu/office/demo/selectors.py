"""What the door of the demo reads. A guest is nobody yet, so it looks at the whole invented house."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from morasanu.office.access.reach import HOUSE, within
from morasanu.office.access.role import TITLES
from morasanu.office.demo.door import GUESTS
from morasanu.office.people.models import Account, Person

if TYPE_CHECKING:
    from morasanu.rules.load import Words


class Choice(NamedTuple):
    """Somebody to go in as."""

    person: Person
    role: Words
    sees: Words


def list_choices() -> list[Choice]:
    """Return the persons of the door, in its order. One query."""
    numbers = [guest.number for guest in GUESTS]
    rows = within(Person, HOUSE).filter(number__in=numbers).select_related("unit")
    persons = {person.number: person for person in rows}
    return [
        Choice(persons[guest.number], TITLES[guest.role], guest.sees) for guest in GUESTS if guest.number in persons
    ]


def find_account(number: str) -> Account | None:
    """Return the account of a guest; None for somebody else, and for one who signs in with a password."""
    if number not in [guest.number for guest in GUESTS]:
        return None
    account = Account.objects.filter(person__number=number, is_active=True).first()
    return None if account is None or account.has_usable_password() else account
