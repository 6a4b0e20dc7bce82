"""The letter of an appointment as a PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from morasanu.errors import InputError
from morasanu.office.access.role import Role
from morasanu.office.paper.letter import AppointmentLetter, Issuer, write_letter
from morasanu.office.people.models import Appointment, OrgUnit, held_on
from morasanu.office.seal.selectors import find_seal
from morasanu.rules.load import Words
from morasanu.rules.role import load_roles
from morasanu.text.day import Style, show_day

if TYPE_CHECKING:
    import datetime as dt


def make_letter(appointment: Appointment, language: str) -> bytes:
    """Return the letter, signed for by the executive in office on its first day.

    Raises InputError MRS-I-095 while no executive is appointed in the house, OutsideError MRS-O-060, -061 and -062.
    """
    house = OrgUnit.objects.get(parent=None)
    rule = load_roles()[appointment.role]
    person = appointment.person
    deputy = Words("（代理）", " (deputy)") if appointment.is_deputy else Words("", "")
    seal = find_seal(appointment.trace_subject)
    letter = AppointmentLetter(
        number=appointment.letter_number,
        person_name=person.name,
        person_kana=person.kana,
        unit_name=appointment.unit.name,
        role=Words(rule.title.ja + deputy.ja, rule.title.en + deputy.en),
        starts_on=_show(appointment.starts_on, language),
        ends_on=_show(appointment.ends_on, language) if appointment.ends_on else None,
        duties=rule.duties,
        issuer=_find_issuer(house, appointment.starts_on),
        issued_on=_show(appointment.starts_on, language),
        made_on=appointment.starts_on,
        ledger_number=str(seal.seq) if seal and seal.seq is not None else None,
    )
    return write_letter(letter, language)


def _show(day: dt.date, language: str) -> str:
    return show_day(day, language, Style.ERA)


def _find_issuer(house: OrgUnit, day: dt.date) -> Issuer:
    held = Appointment.objects.filter(held_on(day), unit=house, role=Role.EXECUTIVE, is_deputy=False)
    if first := held.select_related("person").order_by("starts_on", "pk").first():
        return Issuer(house.name, first.person.post, first.person.name)
    raise InputError(
        "MRS-I-095",
        "任命書に名を記す役員がいません。先に金融機関（最上位）で役員を任命してください",
        "no executive to sign the letter: appoint one in the institution itself first",
    )
