"""The pages about findings, and what is done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.shortcuts import get_object_or_404, redirect, render

from morasanu.errors import InputError
from morasanu.office.access.reach import may, read_reach, read_visitor, within
from morasanu.office.base.clock import read_today
from morasanu.office.base.edit import edit_record
from morasanu.office.base.page import take_page
from morasanu.office.base.words import say, say_error
from morasanu.office.finding import selectors, services
from morasanu.office.finding.forms import ActionForm, ReasonForm
from morasanu.office.finding.models import Action, Finding, FindingKind, Progress
from morasanu.office.finding.words import CLOSED, GRADES, KINDS, STATES
from morasanu.office.requirement.models import EvidenceKind
from morasanu.office.seal.selectors import find_seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

_ACTS: Final = (
    ("act", "action-add"), ("end", "action-done"), ("add", "evidence-add"), ("close", "close"), ("accept", "accept"),
)  # fmt: skip


def show_list(request: HttpRequest) -> HttpResponse:
    """Return the findings that are not closed, or those asked for."""
    reach = read_reach(request)
    given = {name: request.GET.get(name, "") for name in ("kind", "grade", "state")}
    page = take_page(selectors.list_findings(reach, **given), request, ("-opened_at",))
    context = {
        "page": page,
        "rows": selectors.make_rows(page.rows),
        "given": given,
        "kinds": KINDS.items(),
        "grades": GRADES.items(),
        "states": STATES.items(),
        "late": selectors.count_late(reach, read_today()),
        "open": selectors.list_findings(reach).count(),
    }
    return render(request, "finding/list.html", context)


def show_finding(request: HttpRequest, key: int) -> HttpResponse:
    """Return a finding with what is done about it and what shows that."""
    finding = get_object_or_404(within(Finding, read_reach(request)).select_related("unit"), pk=key)
    return _render(request, finding)


def _render(request: HttpRequest, finding: Finding, problem: str = "", status: int = 200) -> HttpResponse:
    is_open = finding.state != Progress.CLOSED
    actions = list(finding.actions.select_related("owner"))
    context = {
        "row": selectors.make_rows([finding])[0],
        "finding": finding,
        "actions": [(each, STATES[Progress(each.state)], each.due_on < read_today()) for each in actions],
        "evidence": selectors.list_evidence(finding, actions, read_reach(request))[:50],
        "may": {name: is_open and may(request, f"finding:{route}", "POST") for name, route in _ACTS},
        "closed": CLOSED.get(finding.closed_as) if finding.closed_as else None,  # type: ignore[call-overload]
        "is_difference": finding.kind == FindingKind.DIFFERENCE,
        "may_compare": may(request, "reality:difference"),
        "problem": problem,
        "seal": find_seal(finding.trace_subject),
    }
    return render(request, "finding/finding.html", context, status=status)


def add_action(request: HttpRequest, key: int) -> HttpResponse:
    """Return the form for something to be done about a finding."""
    finding = get_object_or_404(within(Finding, read_reach(request)), pk=key)
    action = Action(finding=finding, unit=finding.unit)
    if finding.kind == FindingKind.DIFFERENCE:
        action.title = say("データを定めた保管場所へ移す", "Move the data to where it belongs")

    def write(record: Action, actor: str, *, seen: int | None = None) -> None:
        del seen
        services.add_action(record, actor)

    title = say("対応を決める", "Decide what is to be done")
    response = edit_record(request, ActionForm, action, write, title=title, route="finding:finding")
    return redirect("finding:finding", key) if response.status_code == 302 else response


def end_action(request: HttpRequest, key: int) -> HttpResponse:
    """Say that an action is done."""
    action = get_object_or_404(within(Action, read_reach(request)).select_related("finding__unit"), pk=key)
    return _try(request, action.finding, lambda: services.end_action(action, read_visitor(request).actor))


def add_evidence(request: HttpRequest, key: int) -> HttpResponse:
    """Add what somebody checked."""

    def act(finding: Finding, reason: str, actor: str, seen: int | None) -> None:
        del seen
        services.add_evidence(finding, EvidenceKind.WITNESS, reason, actor)

    return _with_reason(request, key, act)


def close_finding(request: HttpRequest, key: int) -> HttpResponse:
    """Close a finding whose actions are done and shown."""

    def act(finding: Finding, reason: str, actor: str, seen: int | None) -> None:
        services.close_by_hand(finding, reason, actor, seen=seen)

    return _with_reason(request, key, act)


def accept_finding(request: HttpRequest, key: int) -> HttpResponse:
    """Close a finding as it is, for a reason."""

    def act(finding: Finding, reason: str, actor: str, seen: int | None) -> None:
        services.accept(finding, reason, actor, seen=seen)

    return _with_reason(request, key, act)


def _with_reason(request: HttpRequest, key: int, act: Callable[[Finding, str, str, int | None], None]) -> HttpResponse:
    finding = get_object_or_404(within(Finding, read_reach(request)).select_related("unit"), pk=key)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _render(
            request, finding, say("理由を400字までで書いてください。", "Write why, in at most 400 characters."), 422
        )
    reason, seen = form.cleaned_data["reason"], form.cleaned_data["seen"]
    return _try(request, finding, lambda: act(finding, reason, read_visitor(request).actor, seen))


def _try(request: HttpRequest, finding: Finding, act: Callable[[], None]) -> HttpResponse:
    """Do it; what the service refuses is said on the finding's page."""
    try:
        act()
    except InputError as error:
        stored = get_object_or_404(within(Finding, read_reach(request)).select_related("unit"), pk=finding.pk)
        return _render(request, stored, say_error(error), 409)
    return redirect("finding:finding", finding.pk)
