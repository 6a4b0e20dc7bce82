"""The list of what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, redirect, render

from morasanu.office.base.page import take_page
from morasanu.office.due.models import STATES, DueEvent, State
from morasanu.office.due.work import retry

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def show_list(request: HttpRequest) -> HttpResponse:
    """Return what the office does by itself, and what of it failed."""
    rows = DueEvent.objects.all()
    state = request.GET.get("state", "")
    if state in STATES:
        rows = rows.filter(state=state)
    failed = DueEvent.objects.filter(state=State.FAILED).count()
    context = {"page": take_page(rows, request, ("-at",)), "state": state, "states": STATES.items(), "failed": failed}
    return render(request, "due/list.html", context)


def retry_event(request: HttpRequest, key: int) -> HttpResponse:
    """Put what failed on the list again."""
    del request
    retry(get_object_or_404(DueEvent, pk=key))
    return redirect("due:list")
