"""The pages about the places where personal data lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404, render

from morasanu.office.access.reach import may, read_reach, within
from morasanu.office.base.edit import edit_record
from morasanu.office.base.page import take_page
from morasanu.office.base.words import say
from morasanu.office.people.models import OrgUnit
from morasanu.office.register import selectors, services
from morasanu.office.register.forms import LocationForm
from morasanu.office.register.models import LOCATION_KINDS, Holding, Location, LocationKind
from morasanu.office.seal.selectors import find_seal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def show_locations(request: HttpRequest) -> HttpResponse:
    """Return the locations."""
    reach = read_reach(request)
    kind, unit = request.GET.get("kind", ""), request.GET.get("unit", "")
    kind = kind if kind in LocationKind.values else ""
    context: dict[str, Any] = {
        "page": take_page(selectors.list_locations(reach, kind=kind, unit=unit), request, ("code",)),
        "empty": selectors.count_empty_locations(reach),
        "kind": kind,
        "unit": unit,
        "kinds": LOCATION_KINDS.items(),
        "units": within(OrgUnit, reach).order_by("code").values_list("code", "name"),
        "may_add": may(request, "register:location-add"),
    }
    return render(request, "register/locations.html", context)


def show_location(request: HttpRequest, key: int) -> HttpResponse:
    """Return a location with what lies there."""
    reach = read_reach(request)
    location = get_object_or_404(within(Location, reach).select_related("unit", "parent"), pk=key)
    may_read = may(request, "register:holding")
    holdings = within(Holding, reach).filter(storages__location=location).select_related("unit").distinct()
    context: dict[str, Any] = {
        "location": location,
        "page": take_page(holdings, request, ("code",)) if may_read else None,
        "children": within(Location, reach).filter(parent=location)[:200],
        "seal": find_seal(location.trace_subject),
        "may_edit": may(request, "register:location-edit"),
        "may_see_scans": bool(location.address) and may(request, "reality:location"),
    }
    return render(request, "register/location.html", context)


def add_location(request: HttpRequest) -> HttpResponse:
    """Return the form for a new location."""
    title = say("保管場所を加える", "Add a location")
    sentence = say(
        "フォルダーなどのアドレスを書くと、走査で中身を確かめられます。紙や部屋なら空欄にします。",
        "With the address of a folder or the like, a scan can look inside. Leave it empty for paper and rooms.",
    )
    write, route = services.save_location, "register:location"
    return edit_record(request, LocationForm, Location(), write, title=title, route=route, sentence=sentence)


def edit_location(request: HttpRequest, key: int) -> HttpResponse:
    """Return the form for a location."""
    location = get_object_or_404(within(Location, read_reach(request)), pk=key)
    title = say("保管場所を直す", "Change the location")
    return edit_record(request, LocationForm, location, services.save_location, title=title, route="register:location")
