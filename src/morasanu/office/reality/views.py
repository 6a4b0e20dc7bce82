"""The pages on which register and reality stand side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render

from morasanu.office.access.reach import may, read_reach, within
from morasanu.office.base.edit import edit_record
from morasanu.office.base.page import take_page
from morasanu.office.base.words import say
from morasanu.office.finding.models import Finding, FindingKind, Progress
from morasanu.office.finding.words import GRADES
from morasanu.office.people.models import OrgUnit
from morasanu.office.reality import selectors
from morasanu.office.reality.forms import RegisterForm
from morasanu.office.reality.register import REGISTERING, draft_holding, register_difference
from morasanu.office.reality.words import KINDS
from morasanu.office.register.models import Holding, Location
from morasanu.office.seal.selectors import find_seal
from morasanu.rules.difference import load_difference_rule

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def show_differences(request: HttpRequest) -> HttpResponse:
    """Return what scans saw and the register does not say, and the reverse."""
    reach = read_reach(request)
    given = {name: request.GET.get(name, "") for name in ("kind", "grade", "unit", "state")}
    page = take_page(selectors.list_differences(reach, **given), request, ("rank", "-opened_at"))
    context = {
        "page": page,
        "rows": selectors.make_rows(page.rows, reach),
        "given": given,
        "counts": selectors.count_differences(reach, 0),
        "scans": selectors.count_scans(reach),
        "kinds": KINDS.items(),
        "grades": GRADES.items(),
        "units": within(OrgUnit, reach),
        "may_scan": may(request, "reality:scans"),
    }
    return render(request, "reality/differences.html", context)


def show_difference(request: HttpRequest, key: int) -> HttpResponse:
    """Return one difference: what the register says beside what was seen, why it counts, and what can be done."""
    reach = read_reach(request)
    finding = _find(request, key)
    row = selectors.make_rows([finding], reach)[0]
    facts = finding.facts
    sighting = row.location.sightings.filter(place=facts["place"]).first() if row.location else None
    is_open = finding.state != Progress.CLOSED
    context = {
        "row": row,
        "finding": finding,
        "sighting": sighting,
        "also": [selectors.count_label(*each) for each in sighting.counts.items() if each[0] not in facts["labels"]]
        if sighting
        else [],
        "declared": [(each, [selectors.count_label(label, 0).title for label in each.labels]) for each in row.holdings],
        "rule": load_difference_rule(),
        "may_register": is_open and row.kind in REGISTERING and may(request, "reality:register", "POST"),
        "may_act": is_open and may(request, "finding:action-add", "POST"),
        "may_accept": is_open and may(request, "finding:accept", "POST"),
        "is_open": is_open,
        "seal": find_seal(finding.trace_subject),
    }
    return render(request, "reality/difference.html", context)


def register(request: HttpRequest, key: int) -> HttpResponse:
    """Return the form that sets the register right, filled in with what was seen."""
    finding, reach = _find(request, key), read_reach(request)
    if finding.state == Progress.CLOSED or finding.reason_code not in REGISTERING:
        raise Http404
    location = get_object_or_404(Location, pk=finding.facts["location"])
    holding = None
    if finding.facts["holdings"]:
        holding = get_object_or_404(within(Holding, reach), pk=finding.facts["holdings"][0])

    def write(record: Holding, actor: str, *, seen: int | None = None) -> None:
        register_difference(finding, record, actor, seen=seen)

    title = say("台帳を直す", "Set the register right") if holding else say("台帳に載せる", "Register it")
    draft = draft_holding(finding, location, holding)
    sentence = say(
        "走査で見つかったものを書き入れてあります。確かめて保存すると、差異はひとりでに閉じます。",
        "What the scan saw is filled in. Look it over and save: the difference closes by itself.",
    )
    route = "reality:difference"
    response = edit_record(request, RegisterForm, draft, write, title=title, route=route, sentence=sentence)
    return redirect("reality:difference", key) if response.status_code == 302 else response


def _find(request: HttpRequest, key: int) -> Finding:
    rows = within(Finding, read_reach(request)).filter(kind=FindingKind.DIFFERENCE)
    return get_object_or_404(rows.select_related("unit"), pk=key)
