"""The list of what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404, redirect, render

from morasanu.office.base.page import take_page
from morasanu.office.due.models import STATES, State
from morasanu.office.due.selectors import list_events
from morasanu.office.due.work import retry

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def show_list(request: HttpRequest) -> HttpResponse:
    """Return what the office does by itself, and what of it failed."""
    state = request.GET.get("state", "")
    rows = list_events(state if state in STATES else "")
    failed = list_events(State.FAILED).count()
    context = {"page": take_page(rows, request, ("-at",)), "state": state, "states": STATES.items(), "failed": failed}
    return render(request, "due/list.html", context)


def retry_event(request: HttpRequest, key: int) -> HttpResponse:
    """Put what failed on the list again."""
    del request
    retry(get_object_or_404(list_events(), pk=key))
    return redirect("due:list")
