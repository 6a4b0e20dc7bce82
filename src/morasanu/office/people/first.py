"""The first administrator: made once, through a link that the machine's owner sees, and that works once."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render

from morasanu.office.base.clock import read_today
from morasanu.office.base.form import add_errors
from morasanu.office.people.forms import FirstForm
from morasanu.office.people.models import Account
from morasanu.office.people.services import begin_house
from morasanu.office.place import write_private

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from morasanu.office.place import Place

LIFE: Final = dt.timedelta(hours=24)


def make_link(place: Place) -> str:
    """Return the path of a new one-time link; only its digest is kept. Empty when there is an account already."""
    if Account.objects.exists():
        place.first_link.unlink(missing_ok=True)
        return ""
    token = secrets.token_urlsafe(24)
    write_private(place.first_link, f"{_digest(token)} {(dt.datetime.now(dt.UTC) + LIFE).isoformat()}")
    return f"/people/first/{token}/"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _fits(place: Place, token: str) -> bool:
    try:
        digest, until = place.first_link.read_text(encoding="ascii").split()
        is_alive = dt.datetime.now(dt.UTC) < dt.datetime.fromisoformat(until)
    except (OSError, ValueError):
        return False
    return hmac.compare_digest(digest, _digest(token)) and is_alive and not Account.objects.exists()


def begin(request: HttpRequest, token: str) -> HttpResponse:
    """Return the form for the institution and its first administrator; sent, it signs them in and the link is gone."""
    place = settings.PLACE
    if place is None or not _fits(place, token):
        raise Http404
    form = FirstForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            account = begin_house(
                given["institution"],
                number=given["number"],
                person_name=given["name"],
                username=given["username"],
                password=given["password"],
                today=read_today(),
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            if account is None:
                raise Http404
            place.first_link.unlink(missing_ok=True)
            login(request, account, settings.AUTHENTICATION_BACKENDS[0])
            record_authentication(request, account, "password", reauthenticated=True)  # it was just given
            return redirect("mfa_index")
    return render(request, "people/first.html", {"form": form})
