"""The pages about scans: where, how often, how far, what could not be looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, redirect, render

from morasanu.errors import InputError
from morasanu.office.access.reach import may, read_reach, read_visitor, within
from morasanu.office.base.edit import edit_record
from morasanu.office.base.page import take_page
from morasanu.office.base.words import say, say_error
from morasanu.office.reality import selectors, services
from morasanu.office.reality.forms import PlanForm
from morasanu.office.reality.models import Plan
from morasanu.office.reality.words import RUN_SHAPES, RUN_STATES, describe_fault, name_place
from morasanu.office.register.models import Location
from morasanu.office.seal.selectors import find_seal

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_NEWEST = 10


def show_scans(request: HttpRequest) -> HttpResponse:
    """Return the locations with how their scans stand; asked by htmx, only the part that changes."""
    reach = read_reach(request)
    page = take_page(selectors.list_locations(reach), request, ("code",))
    context = {
        "page": page,
        "rows": selectors.make_scan_rows(page.rows, reach),
        "counts": selectors.count_scans(reach),
        "may_scan": may(request, "reality:scan", "POST"),
        "may_compare": may(request, "reality:differences"),
        "may_add": may(request, "register:location-add"),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "reality/scans_part.html" if part else "reality/scans.html", context)


def show_location(request: HttpRequest, key: int) -> HttpResponse:
    """Return what scans saw in a location, place by place, and its last scans."""
    rows = within(Location, read_reach(request)).exclude(address="").select_related("unit", "plan")
    location = get_object_or_404(rows, pk=key)
    page = take_page(location.sightings.all(), request, ("place",))
    runs = location.runs.all()[:_NEWEST]
    context = {
        "location": location,
        "plan": getattr(location, "plan", None),
        "page": page,
        "rows": [(each, name_place(each.place), _name_labels(each.counts)) for each in page.rows],
        "runs": [
            (each, RUN_STATES[each.state], RUN_SHAPES[each.state], describe_fault(each.fault) if each.fault else None)  # type: ignore[index]
            for each in runs
        ],
        "is_busy": any(each.state in ("waiting", "running") for each in runs),
        "may_scan": may(request, "reality:scan", "POST"),
        "may_plan": may(request, "reality:plan", "POST"),
        "seal": find_seal(runs[0].trace_subject) if runs else None,
    }
    return render(request, "reality/location.html", context)


def _name_labels(counts: dict[str, int]) -> list[selectors.Counted]:
    return [selectors.count_label(label, count) for label, count in sorted(counts.items(), key=lambda each: -each[1])]


def ask(request: HttpRequest, key: int) -> HttpResponse:
    """Ask for a scan of a location now."""
    location = get_object_or_404(within(Location, read_reach(request)), pk=key)
    try:
        services.ask_scan(location, read_visitor(request).actor)
    except InputError as error:
        return render(request, "base/refused.html", {"sentence": say_error(error)}, status=409)
    return redirect("reality:scans")


def edit_plan(request: HttpRequest, key: int) -> HttpResponse:
    """Return the form of how often a location is scanned."""
    location = get_object_or_404(within(Location, read_reach(request)).exclude(address=""), pk=key)
    plan = getattr(location, "plan", None) or Plan(location=location)
    title = say(f"{location.name}の走査の予定", f"When {location.name} is scanned")
    response = edit_record(request, PlanForm, plan, services.save_plan, title=title, route="reality:location")
    return redirect("reality:location", key) if response.status_code == 302 else response
