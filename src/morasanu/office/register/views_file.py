"""The register on paper and as files: print, export, import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render

from morasanu.office.access.reach import read_reach, within
from morasanu.office.base.clock import read_today
from morasanu.office.people.models import OrgUnit
from morasanu.office.register import load, selectors
from morasanu.office.register.export import BOOKS, TITLES, WHOLE, read_entries
from morasanu.office.register.models import Holding
from morasanu.office.register.whole import make_whole_table, read_whole
from morasanu.office.seal.selectors import describe_seal
from morasanu.office.sheet.flow import Flow
from morasanu.office.sheet.hand import KINDS, hand_table
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PRINTED: Final = 1_000
"""Rows that one print holds; more are a file."""


def print_holdings(request: HttpRequest) -> HttpResponse:
    """Return the register as it is printed: A4, with unit, day, edition, number in the ledger, boxes for three seals."""
    reach, today = read_reach(request), read_today()
    wanted = selectors.read_wanted(request.GET)
    rows = selectors.list_holdings(reach, wanted, today).order_by(*selectors.SORTS[wanted.sort], "pk")
    unit = get_object_or_404(within(OrgUnit, reach), code=wanted.unit) if wanted.unit else None
    shown = list(rows[: PRINTED + 1])
    context: dict[str, Any] = {
        "unit": unit,
        "lines": selectors.make_lines(shown[:PRINTED], today),
        "total": rows.count(),
        "is_cut": len(shown) > PRINTED,
        "printed": PRINTED,
        "edition": selectors.describe_edition(rows),
        "ledger": describe_seal(),
        "is_narrow": wanted.is_narrow,
        "query": request.GET.urlencode(),
    }
    return render(request, "register/print.html", context)


def export_holdings(request: HttpRequest, book: str, kind: str) -> FileResponse:
    """Return the register as a file; it is made on disk, so that memory does not grow with it."""
    if book not in TITLES or kind not in KINDS:
        raise Http404
    reach, today = read_reach(request), read_today()
    wanted = selectors.read_wanted(request.GET)
    entries = read_entries(selectors.narrow_holdings(within(Holding, reach), wanted, today))
    if book == WHOLE:
        table, rows = make_whole_table(load.find_known(reach)), (read_whole(entry) for entry in entries)
    else:
        form = BOOKS[book]
        table, rows = form.make_table(book), (form.read(entry) for entry in entries)
    return hand_table(f"{book}-{today:%Y%m%d}", kind, table, rows)


_FLOW: Final = Flow(
    room="register",
    home="register:holdings",
    make=load.make_plan,
    apply=load.apply_plan,
    stale="MRS-I-087",
    answer=Words("台帳-確認してください", "register-please-check"),
)
import_holdings = _FLOW.take
check_import = _FLOW.check
answer_import = _FLOW.return_answer
