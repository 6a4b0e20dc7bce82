"""The people as files: export, import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.http import Http404

from morasanu.office.access.reach import read_reach
from morasanu.office.base.clock import read_today
from morasanu.office.people import selectors, sheet
from morasanu.office.sheet.flow import Flow
from morasanu.office.sheet.hand import KINDS, hand_table
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from django.http import FileResponse, HttpRequest


def export_persons(request: HttpRequest, kind: str) -> FileResponse:
    """Return the people who are here, narrowed as the list is, as a file."""
    if kind not in KINDS:
        raise Http404
    reach, today = read_reach(request), read_today()
    given = {name: request.GET.get(name, "") for name in ("unit", "kind", "party")}
    rows = sheet.read_rows(selectors.list_persons(reach, today, **given))
    return hand_table(
        f"persons-{today:%Y%m%d}", kind, sheet.make_table(sheet.find_units(reach), (), sheet.find_parties()), rows
    )


_FLOW: Final = Flow(
    room="people",
    home="people:persons",
    make=sheet.make_plan,
    apply=sheet.apply_plan,
    stale="MRS-I-077",
    answer=Words("役職員-確認してください", "people-please-check"),
)
import_persons = _FLOW.take
check_import = _FLOW.check
answer_import = _FLOW.return_answer
