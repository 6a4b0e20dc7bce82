"""The pages about requirements, controls, evidence and coverage."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render

from morasanu.duty.coverage import State
from morasanu.errors import InputError
from morasanu.office.access.reach import may, read_reach, read_visitor, within
from morasanu.office.base.clock import read_today
from morasanu.office.base.edit import edit_record
from morasanu.office.base.words import say, say_error
from morasanu.office.people.models import OrgUnit
from morasanu.office.place import need
from morasanu.office.requirement import selectors, services
from morasanu.office.requirement.forms import ControlForm, CoverageForm, EvidenceForm, ExclusionForm
from morasanu.office.requirement.judge import judge_all
from morasanu.office.requirement.models import Control, Coverage, Evidence, EvidenceKind, Exclusion
from morasanu.office.seal.selectors import find_seal, find_seals
from morasanu.rules.requirement import Category, Stage
from morasanu.text.calendar import months_after

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_NEWEST = 50


def show_list(request: HttpRequest) -> HttpResponse:
    """Return the requirements, each with how it stands."""
    rows = selectors.list_requirements(read_reach(request), read_today())
    counts = Counter(each.verdict.state for each in rows)
    given = {name: request.GET.get(name, "") for name in ("category", "state")}
    shown = [
        each
        for each in rows
        if given["category"] in {"", each.requirement.category} and given["state"] in {"", each.verdict.state}
    ]
    context = {
        "rows": shown,
        "total": len(rows),
        "counts": [(state, counts[state]) for state in State],
        "worst": sum(counts[state] for state in (State.FAILED, State.MISSING, State.STALE)),
        "given": given,
        "categories": Category,
        "has_controls": any(each.controls for each in rows),
        "may_adopt": may(request, "requirement:adopt", "POST"),
    }
    return render(request, "requirement/list.html", context)


def show_requirement(request: HttpRequest, name: str) -> HttpResponse:
    """Return one requirement: what it asks, where it is written, and the controls that answer it."""
    each = _judge(request, name)
    context = {
        "each": each,
        "may_exclude": may(request, "requirement:exclude"),
        "seal": find_seal(each.exclusion.trace_subject) if each.exclusion else None,
    }
    return render(request, "requirement/requirement.html", context)


def _judge(request: HttpRequest, name: str) -> selectors.JudgedRequirement:
    for each in selectors.list_requirements(read_reach(request), read_today()):
        if each.requirement.id == name:
            return each
    raise Http404


def exclude(request: HttpRequest, name: str) -> HttpResponse:
    """Return the form that says why the requirement does not concern the institution."""
    each = _judge(request, name)
    house = get_object_or_404(OrgUnit, parent=None)
    until = months_after(read_today(), services.LONGEST_EXCLUSION_MONTHS)
    return edit_record(
        request,
        ExclusionForm,
        each.exclusion or Exclusion(requirement=name, unit=house, valid_until=until),
        services.exclude,
        title=say("該当なしにする", "Say that it does not concern us"),
        route="requirement:exclusion",
    )


def go_to_requirement(request: HttpRequest, key: int) -> HttpResponse:
    """Return to the requirement that was excluded."""
    exclusion = get_object_or_404(within(Exclusion, read_reach(request)), pk=key)
    return redirect("requirement:requirement", exclusion.requirement)


def include(request: HttpRequest, key: int) -> HttpResponse:
    """Let the requirement concern the institution again."""
    exclusion = get_object_or_404(within(Exclusion, read_reach(request)), pk=key)
    services.include(exclusion, read_visitor(request).actor)
    return redirect("requirement:requirement", exclusion.requirement)


def show_controls(request: HttpRequest) -> HttpResponse:
    """Return the controls, the worst first."""
    rows = sorted(selectors.list_controls(read_reach(request), read_today()), key=lambda each: each.verdict.state.rank)
    context = {
        "rows": rows,
        "bad": sum(not each.verdict.state.is_green for each in rows),
        "may_adopt": may(request, "requirement:adopt", "POST"),
        "may_judge": may(request, "requirement:judge", "POST"),
        "may_add": may(request, "requirement:control-add"),
    }
    return render(request, "requirement/controls.html", context)


def show_control(request: HttpRequest, key: int) -> HttpResponse:
    """Return one control with its evidence."""
    reach = read_reach(request)
    return _show_control(request, _find(request, key), EvidenceForm(reach=reach))


def _find(request: HttpRequest, key: int) -> Control:
    return get_object_or_404(within(Control, read_reach(request)).select_related("unit", "owner"), pk=key)


def _show_control(request: HttpRequest, control: Control, form: EvidenceForm, status: int = 200) -> HttpResponse:
    evidence = list(control.evidence.order_by("-collected_at", "-pk")[:_NEWEST])
    seals = find_seals([each.trace_subject for each in evidence])
    context = {
        "judged": selectors.judge(control, evidence, read_today()),
        "evidence": [(each, seals.get(each.trace_subject)) for each in evidence],
        "form": form if may(request, "requirement:evidence-add", "POST") else None,
        "seal": find_seal(control.trace_subject),
        "may_edit": may(request, "requirement:control-edit"),
    }
    return render(request, "requirement/control.html", context, status=status)


def add_control(request: HttpRequest) -> HttpResponse:
    """Return the form for a new control."""
    return edit_record(
        request,
        ControlForm,
        Control(),
        services.save_control,
        title=say("管理策を加える", "Add a control"),
        route="requirement:control",
    )


def edit_control(request: HttpRequest, key: int) -> HttpResponse:
    """Return the form for a control."""
    return edit_record(
        request,
        ControlForm,
        _find(request, key),
        services.save_control,
        title=say("管理策を直す", "Change the control"),
        route="requirement:control",
    )


def adopt(request: HttpRequest) -> HttpResponse:
    """Adopt the shipped controls."""
    services.adopt_controls(get_object_or_404(OrgUnit, parent=None), read_visitor(request).actor)
    judge_all()
    return redirect("requirement:controls")


def judge_now(request: HttpRequest) -> HttpResponse:
    """Let the machine judge now."""
    del request
    judge_all()
    return redirect("requirement:controls")


def add_evidence(request: HttpRequest, key: int) -> HttpResponse:
    """Add what a person collected."""
    control = _find(request, key)
    evidence = Evidence(control=control)
    form = EvidenceForm(request.POST, request.FILES, instance=evidence, reach=read_reach(request))
    if form.is_valid():
        evidence.holds = form.cleaned_data["holds"] == "yes"
        try:
            if file := form.cleaned_data["file"]:
                evidence.kind, evidence.name = EvidenceKind.FILE, file.name[:200]
                evidence.digest = services.store_file(need(settings.PLACE).files, file.chunks())
            services.add_evidence(evidence, read_visitor(request).actor)
        except InputError as error:
            form.add_error(None, say_error(error))
        else:
            return redirect("requirement:control", key)
    return _show_control(request, control, form, status=422)


def send_file(request: HttpRequest, key: int) -> FileResponse:
    """Return the file of a piece of evidence, to be saved and never shown here."""
    evidence = get_object_or_404(within(Evidence, read_reach(request)), pk=key)
    if not evidence.digest or evidence.kind != EvidenceKind.FILE:
        raise Http404
    try:
        file = (need(settings.PLACE).files / evidence.digest).open("rb")
    except OSError as error:
        raise Http404 from error
    return FileResponse(file, as_attachment=True, filename=evidence.name, content_type="application/octet-stream")


def show_coverage(request: HttpRequest) -> HttpResponse:
    """Return the matrix of rules and stages."""
    lines, found = selectors.read_coverage(read_reach(request))
    context = {
        "lines": lines,
        "coverage": found,
        "stages": list(Stage),
        "may_edit": may(request, "requirement:cell"),
    }
    return render(request, "requirement/coverage.html", context)


def edit_cell(request: HttpRequest) -> HttpResponse:
    """Return the form for a cell; a rule and a stage that are there already are changed."""
    house = get_object_or_404(OrgUnit, parent=None)
    source = request.POST if request.method == "POST" else request.GET
    rule, stage = source.get("rule", ""), source.get("stage", "")
    cell = within(Coverage, read_reach(request)).filter(unit=house, rule=rule, stage=stage).first()
    return edit_record(
        request,
        CoverageForm,
        cell or Coverage(unit=house, rule=rule, stage=stage),
        services.save_cell,
        title=say("規程と段階", "Rule and stage"),
        route="requirement:coverage-of",
    )


def go_to_coverage(request: HttpRequest, key: int) -> HttpResponse:
    """Return to the matrix."""
    del request, key
    return redirect("requirement:coverage")
