"""The parties as files: export, import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404

from morasanu.office.access.reach import read_reach
from morasanu.office.base.clock import read_today
from morasanu.office.party import selectors, sheet
from morasanu.office.people.sheet import find_units
from morasanu.office.sheet.flow import Flow
from morasanu.office.sheet.hand import KINDS, hand_table
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest


def export_parties(request: HttpRequest, kind: str) -> FileResponse:
    """Return the parties, narrowed as the list is, as a file."""
    if kind not in KINDS:
        raise Http404
    reach, today = read_reach(request), read_today()
    rows = sheet.read_rows(selectors.list_parties(reach, selectors.read_wanted(request.GET), today))
    return hand_table(f"parties-{today:%Y%m%d}", kind, sheet.make_table(find_units(reach)), rows)


_FLOW: Final = Flow(
    room="party",
    home="party:parties",
    make=sheet.make_plan,
    apply=sheet.apply_plan,
    stale="MRS-I-111",
    answer=Words("委託先・提供先-確認してください", "parties-please-check"),
)
import_parties = _FLOW.take
check_import = _FLOW.check
answer_import = _FLOW.return_answer
