"""The pages about the organisation and its people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from morasanu.errors import InputError, MorasanuError
from morasanu.office.access.reach import may, read_reach, read_visitor, within
from morasanu.office.access.role import TITLES, Role
from morasanu.office.base.clock import read_today
from morasanu.office.base.edit import edit_record
from morasanu.office.base.form import add_errors
from morasanu.office.base.page import take_page
from morasanu.office.base.words import read_language, say, say_error
from morasanu.office.people import selectors, services
from morasanu.office.people.forms import AccountForm, AppointmentForm, OfficerForm, PersonForm, UnitForm
from morasanu.office.people.letter import make_letter
from morasanu.office.people.models import PERSON_KINDS, Appointment, OrgUnit, Person
from morasanu.office.seal.selectors import find_seal

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    Row = TypeVar("Row", Person, OrgUnit)

_LONGEST_KEY: Final = 18
"""Digits that a database takes for a key."""


def show_units(request: HttpRequest) -> HttpResponse:
    """Return the organisation with what is not filled."""
    reach, today = read_reach(request), read_today()
    vacancies = selectors.find_vacancies(reach, today)
    context = {
        "units": selectors.list_units(reach, today).order_by("code"),
        "vacancies": vacancies,
        "vacant": {each.unit.pk for each in vacancies},
        "may_add": may(request, "people:unit-add"),
    }
    return render(request, "people/units.html", context)


def show_unit(request: HttpRequest, key: int) -> HttpResponse:
    """Return a unit with who is appointed in it."""
    reach, today = read_reach(request), read_today()
    unit = get_object_or_404(within(OrgUnit, reach).select_related("parent"), pk=key)
    context = {
        "unit": unit,
        "appointments": selectors.list_appointments(reach, on=today).filter(unit=unit),
        "children": within(OrgUnit, reach).filter(parent=unit).order_by("code"),
        "vacancies": [each for each in selectors.find_vacancies(reach, today) if each.unit == unit],
        "may_appoint": may(request, "people:appoint"),
        "may_appoint_officer": may(request, "people:appoint-officer"),
        "seal": find_seal(unit.trace_subject),
        "may_edit": may(request, "people:unit-edit"),
        "may_see_persons": may(request, "people:persons"),
    }
    return render(request, "people/unit.html", context)


def add_unit(request: HttpRequest) -> HttpResponse:
    """Return the form for a new unit."""
    return edit_record(
        request,
        UnitForm,
        OrgUnit(),
        services.save_unit,
        title=say("組織を加える", "Add a unit"),
        route="people:unit",
    )


def edit_unit(request: HttpRequest, key: int) -> HttpResponse:
    """Return the form for a unit."""
    unit = get_object_or_404(within(OrgUnit, read_reach(request)), pk=key)
    return edit_record(
        request, UnitForm, unit, services.save_unit, title=say("組織を直す", "Change the unit"), route="people:unit"
    )


def show_persons(request: HttpRequest) -> HttpResponse:
    """Return the people. A name that is looked for comes in the body, so that no address holds it."""
    reach = read_reach(request)
    given = {name: request.GET.get(name, "") for name in ("unit", "kind", "party")}
    words = request.POST.get("words", "").strip()
    rows = selectors.list_persons(reach, read_today(), **given, words=words)
    context: dict[str, Any] = {
        "page": take_page(rows, request, ("number",)),
        "given": given,
        "words": words,
        "units": within(OrgUnit, reach).order_by("code"),
        "kinds": PERSON_KINDS.items(),
        "may_add": may(request, "people:person-add"),
        "may_import": may(request, "people:import"),
        "query": urlencode({name: value for name, value in given.items() if value}),
    }
    return render(request, "people/persons.html", context)


def show_person(request: HttpRequest, key: int) -> HttpResponse:
    """Return a person with their appointments."""
    reach = read_reach(request)
    person = get_object_or_404(within(Person, reach).select_related("unit", "party"), pk=key)
    return _show_person(request, person, AccountForm())


def _show_person(request: HttpRequest, person: Person, form: AccountForm, status: int = 200) -> HttpResponse:
    account = selectors.find_account(person)
    context = {
        "person": person,
        "appointments": selectors.list_appointments(read_reach(request)).filter(person=person).order_by("-starts_on"),
        "account": account,
        "is_by_directory": account is not None and not account.has_usable_password(),
        "form": form if account is None and may(request, "people:account", "POST") else None,
        "seal": find_seal(person.trace_subject),
        "may_edit": may(request, "people:person-edit"),
        "may_appoint": may(request, "people:appoint"),
        "may_parties": may(request, "party:party"),
    }
    return render(request, "people/person.html", context, status=status)


def add_person(request: HttpRequest) -> HttpResponse:
    """Return the form for a new person."""
    title = say("人を加える", "Add a person")
    return edit_record(request, PersonForm, Person(), services.save_person, title=title, route="people:person")


def edit_person(request: HttpRequest, key: int) -> HttpResponse:
    """Return the form for a person."""
    person = get_object_or_404(within(Person, read_reach(request)), pk=key)
    return edit_record(
        request,
        PersonForm,
        person,
        services.save_person,
        title=say("人を直す", "Change the person"),
        route="people:person",
    )


def open_account(request: HttpRequest, key: int) -> HttpResponse:
    """Give a person a name to sign in with."""
    person = get_object_or_404(within(Person, read_reach(request)).select_related("unit", "party"), pk=key)
    form = AccountForm(request.POST)
    if form.is_valid():
        try:
            services.open_account(
                person,
                form.cleaned_data["username"],
                form.cleaned_data["password"] or None,  # the form lets it be empty where there is a directory
                read_visitor(request).actor,
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect("people:person", key)
    return _show_person(request, person, form, status=422)


def show_appointments(request: HttpRequest) -> HttpResponse:
    """Return who is appointed as what today."""
    role = request.GET.get("role", "")
    reach, today = read_reach(request), read_today()
    rows = selectors.list_appointments(reach, role=role if role in set(Role) else "", on=today)
    context = {
        "page": take_page(rows, request, ("-starts_on",)),
        "role": role,
        "roles": TITLES.items(),
        "vacancies": selectors.find_vacancies(reach, today),
        "may_appoint": may(request, "people:appoint"),
        "may_appoint_officer": may(request, "people:appoint-officer"),
    }
    return render(request, "people/appointments.html", context)


def add_appointment(request: HttpRequest) -> HttpResponse:
    """Return the form for a new appointment, filled in with the person, the unit and the role that the address names."""

    def write(appointment: Appointment, actor: str, *, seen: int | None = None) -> None:
        del seen
        services.appoint(appointment, actor)

    reach, given = read_reach(request), request.GET
    draft = Appointment(
        person=_find_given(within(Person, reach), given.get("person", "")),
        unit=_find_given(within(OrgUnit, reach), given.get("unit", "")),
        role=given.get("role", ""),
        starts_on=read_today(),
    )
    title = say("任命する", "Appoint")
    sentence = say(
        "保存すると任命書の番号が付き、任命日からその役割で入れます。",
        "Saving numbers the letter; from the first day on they come in with this role.",
    )
    return edit_record(
        request, AppointmentForm, draft, write, title=title, route="people:appointment", sentence=sentence
    )


def _find_given(rows: QuerySet[Row], key: str) -> Row | None:
    is_key = key.isascii() and key.isdigit() and len(key) < _LONGEST_KEY
    return rows.filter(pk=int(key)).first() if is_key else None


def appoint_officer(request: HttpRequest) -> HttpResponse:
    """Return the form by which a house without an officer gets one: who appoints all others has to be appointed first."""

    def write(appointment: Appointment, actor: str, *, seen: int | None = None) -> None:
        del seen
        services.appoint_officer(appointment, actor)

    house = get_object_or_404(within(OrgUnit, read_reach(request)), parent=None)
    draft = Appointment(unit=house, role=Role.OFFICER, starts_on=read_today())
    title = say("個人データ管理責任者を任命する", "Appoint the data protection officer")
    sentence = say(
        "責任者がいないあいだだけ、システム管理の担当者が任命できます。ほかの任命は、責任者が行います。",
        "Only while there is none may a system administrator do this. The officer makes all other appointments.",
    )
    return edit_record(request, OfficerForm, draft, write, title=title, route="people:appointment", sentence=sentence)


def show_appointment(request: HttpRequest, key: int) -> HttpResponse:
    """Return an appointment."""
    rows = within(Appointment, read_reach(request)).select_related("person", "unit")
    appointment = get_object_or_404(rows, pk=key)
    context = {
        "appointment": appointment,
        "seal": find_seal(appointment.trace_subject),
        "may_end": may(request, "people:appointment-end", "POST") and appointment.ends_on is None,
    }
    return render(request, "people/appointment.html", context)


def send_letter(request: HttpRequest, key: int) -> HttpResponse:
    """Return the letter of an appointment as a PDF."""
    rows = within(Appointment, read_reach(request)).select_related("person", "unit")
    appointment = get_object_or_404(rows, pk=key)
    try:
        data = make_letter(appointment, read_language())
    except MorasanuError as error:
        return render(request, "base/refused.html", {"sentence": say_error(error)}, status=409)
    headers = {"Content-Disposition": f'attachment; filename="letter-{appointment.pk}.pdf"'}
    return HttpResponse(data, content_type="application/pdf", headers=headers)


def end_appointment(request: HttpRequest, key: int) -> HttpResponse:
    """End an appointment today."""
    appointment = get_object_or_404(within(Appointment, read_reach(request)), pk=key)
    try:
        services.end_appointment(appointment, read_today(), read_visitor(request).actor)
    except InputError as error:
        return render(request, "base/refused.html", {"sentence": say_error(error)}, status=409)
    return redirect("people:appointment", key)
