"""The page about evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from morasanu.office.base.page import take_page
from morasanu.office.seal.selectors import describe_seal, list_changes
from morasanu.office.seal.words import name_kind

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def show_list(request: HttpRequest) -> HttpResponse:
    """Return the changes, the newest first, and whether each is in the ledger."""
    subject = request.GET.get("subject", "")
    page = take_page(list_changes(subject), request, ("-pk",))
    rows = [(each, name_kind(each.kind)) for each in page.rows]
    context = {"page": page, "rows": rows, "seal": describe_seal(), "subject": subject}
    return render(request, "seal/list.html", context)
