"""The page on which a visitor of the demo chooses who to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import redirect, render

from morasanu.office.access.role import TITLES
from morasanu.office.demo.door import GUESTS, is_door_open
from morasanu.office.people.models import Account, Person

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from morasanu.rules.load import Words


class Choice(NamedTuple):
    """Somebody to go in as."""

    person: Person
    role: Words
    sees: Words


def enter(request: HttpRequest) -> HttpResponse:
    """Return the choice of persons; sent, it signs in as the chosen one. There is no such page outside of a demo on this machine."""
    if not is_door_open(request):
        raise Http404
    numbers = [guest.number for guest in GUESTS]
    if request.method == "POST" and request.POST.get("number") in numbers:
        account = Account.objects.filter(person__number=request.POST["number"], is_active=True).first()
        if account is not None and not account.has_usable_password():  # somebody who signs in otherwise is no guest
            login(request, account, settings.AUTHENTICATION_BACKENDS[0])
            request.session["demo"] = True
            return redirect("today")
    persons = {each.number: each for each in Person.objects.filter(number__in=numbers).select_related("unit")}
    choices = [
        Choice(persons[guest.number], TITLES[guest.role], guest.sees) for guest in GUESTS if guest.number in persons
    ]
    return render(request, "demo/enter.html", {"choices": choices})
