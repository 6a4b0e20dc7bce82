"""The register on paper and as files: print, export, import."""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from typing import TYPE_CHECKING, Any, Final

from django.http import FileResponse, Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from morasanu.errors import InputError
from morasanu.office.access.reach import read_reach, read_visitor, within
from morasanu.office.base.clock import read_today
from morasanu.office.base.words import read_language, say, say_error, say_words
from morasanu.office.people.models import OrgUnit
from morasanu.office.register import load, selectors, upload
from morasanu.office.register.export import BOOKS, TITLES, WHOLE, make_whole_table, read_entries, read_whole
from morasanu.office.register.models import Holding
from morasanu.office.seal.selectors import describe_seal
from morasanu.office.sheet.answer import write_answer
from morasanu.office.sheet.book import Paper
from morasanu.office.sheet.write import Charset, write_csv, write_xlsx
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest, HttpResponse

    from morasanu.office.sheet.column import Table, Value
    from morasanu.office.sheet.write import Lost

PRINTED: Final = 1_000
"""Rows that one print holds; more are a file."""
_SHOWN: Final = 100
_MEMORY: Final = 4_000_000


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
    if book not in TITLES or kind not in {"xlsx", "csv", "cp932"}:
        raise Http404
    reach, today = read_reach(request), read_today()
    wanted = selectors.read_wanted(request.GET)
    entries = read_entries(selectors.narrow_holdings(within(Holding, reach), wanted, today))
    if book == WHOLE:
        table, rows = make_whole_table(load.find_known(reach)), (read_whole(entry) for entry in entries)
    else:
        form = BOOKS[book]
        table, rows = form.make_table(book), (form.read(entry) for entry in entries)
    return _answer_file(f"{book}-{today:%Y%m%d}", kind, table, rows)


def _answer_file(name: str, kind: str, table: Table, rows: Iterable[Mapping[str, Value]]) -> FileResponse:
    file = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - the answer closes it
    lost: list[Lost] = []
    if kind == "xlsx":
        write_xlsx(file, table, rows, Paper(table.title, read_today(), read_language()))  # type: ignore[arg-type] # it is one
    else:
        charset = Charset.CP932 if kind == "cp932" else Charset.UTF8
        lost = write_csv(file, table, rows, charset, read_language())  # type: ignore[arg-type]
    file.seek(0)
    if lost:
        return FileResponse(_pack(name, file, lost), as_attachment=True, filename=f"{name}.zip")
    suffix = "xlsx" if kind == "xlsx" else "csv"
    return FileResponse(file, as_attachment=True, filename=f"{name}.{suffix}")


def _pack(name: str, file: Any, lost: Iterable[Lost]) -> Any:  # noqa: ANN401 - files that are no class of theirs
    """Return a zip of a file and the list of the cells that its characters could not hold."""
    packed = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - the answer closes it
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["行 / row", "列 / column", "文字 / characters"])
    writer.writerows(lost)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(f"{name}.csv", "w", force_zip64=True) as entry:
            while part := file.read(1_000_000):
                entry.write(part)
        archive.writestr("cp932.csv", text.getvalue().encode("utf-8-sig"))
    file.close()
    packed.seek(0)
    return packed


def import_holdings(request: HttpRequest) -> HttpResponse:
    """Return the page to upload a register; sent, what it would do follows."""
    if request.method != "POST":
        return render(request, "register/import.html")
    given = request.FILES.get("file")
    if given is None:
        said = say("ファイルを選んでください", "choose a file")
        return render(request, "register/import.html", {"sentence": said}, status=422)
    try:
        upload.keep_upload(request, given)
        _make_plan(request)
    except InputError as error:
        upload.forget_upload(request)
        return render(request, "register/import.html", {"sentence": say_error(error)}, status=422)
    return redirect("register:import-check")


def _make_plan(request: HttpRequest) -> load.Plan:
    """Return what the upload of this session would do. Raises InputError."""
    kept = upload.find_upload(request)
    return load.make_plan(kept.path, kept.name, read_reach(request), read_language())


def check_import(request: HttpRequest) -> HttpResponse:
    """Return what an upload would do; sent, it is done."""
    sentence = ""
    try:
        if request.method == "POST":
            if "cancel" in request.POST:
                upload.forget_upload(request)
                return redirect("register:import")
            try:
                return _apply(request)
            except InputError as error:
                if error.code != "MRS-I-087":
                    raise
                sentence = say_error(error)
        plan = _make_plan(request)
    except InputError as error:
        return render(request, "register/import.html", {"sentence": say_error(error)}, status=422)
    titles = {column.name: column.title for column in plan.preview.table.columns}
    columns = {column.name: column for column in plan.preview.table.columns}
    context: dict[str, Any] = {
        "sentence": sentence,
        "plan": plan,
        "counts": (len(plan.comparison.inserts), len(plan.comparison.updates), len(plan.comparison.unchanged)),
        "wrong": len({each.row for each in plan.preview.errors}),
        "errors": [(each, titles.get(each.column, each.column)) for each in plan.preview.errors[:_SHOWN]],
        "suggestions": [(each, titles.get(each.column, each.column)) for each in plan.preview.suggestions[:_SHOWN]],
        "inserts": plan.comparison.inserts[:_SHOWN],
        "updates": [
            upload.describe_update(each, columns, read_language()) for each in plan.comparison.updates[:_SHOWN]
        ],
        "shown": _SHOWN,
        "may_apply": plan.does_anything
        and not any(each.row == plan.preview.header_row for each in plan.preview.errors),
    }
    return render(request, "register/import-check.html", context, status=409 if sentence else 200)


def _apply(request: HttpRequest) -> HttpResponseRedirect:
    kept = upload.find_upload(request)
    visitor = read_visitor(request)
    done = load.apply_plan(kept.path, kept.name, read_reach(request), request.POST.get("digest", ""), visitor.actor)
    upload.forget_upload(request)
    upload.tell(request, done.inserted, done.updated)
    return redirect(reverse("register:holdings"))


def answer_import(request: HttpRequest) -> HttpResponse | FileResponse:
    """Return the uploaded rows as a workbook in which what is wrong is marked and said."""
    try:
        plan = _make_plan(request)
    except InputError as error:
        return render(request, "register/import.html", {"sentence": say_error(error)}, status=422)
    file = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - the answer closes it
    write_answer(file, plan.preview, Paper(plan.preview.table.title, read_today(), read_language()))  # type: ignore[arg-type] # it is one
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{say_words(_ANSWER)}.xlsx")


_ANSWER: Final = Words("台帳-確認してください", "register-please-check")
