"""How a table comes in on every page that takes one: chosen, shown what it would do, done or returned with what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.shortcuts import redirect, render

from morasanu.errors import InputError
from morasanu.office.access.reach import read_reach, read_visitor
from morasanu.office.base.words import read_language, say, say_error, say_words
from morasanu.office.sheet import upload
from morasanu.office.sheet.hand import hand_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from morasanu.office.access.reach import Reach
    from morasanu.office.sheet.plan import Done, Plan
    from morasanu.rules.load import Words

_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Flow:
    """One table that comes in: its room, where people go afterwards, what a file would do, doing it, the name of the returned workbook.

    The room has the templates `import` and `import-check` and the routes `import`, `import-check` and `import-answer`. `apply` gets the
    digest of what was shown, and raises an InputError with the code `stale` when that is no longer what the file would do.
    """

    room: str
    home: str
    make: Callable[[Path, str, Reach, str], Plan]
    apply: Callable[[Path, str, Reach, str, str], Done]
    stale: str
    answer: Words

    def _refuse(self, request: HttpRequest, sentence: str) -> HttpResponse:
        return render(request, f"{self.room}/import.html", {"sentence": sentence}, status=422)

    def _plan(self, request: HttpRequest) -> Plan:
        """Return what the upload of this session would do. Raises InputError."""
        kept = upload.find_upload(request)
        return self.make(kept.path, kept.name, read_reach(request), read_language())

    def take(self, request: HttpRequest) -> HttpResponse:
        """Return the page to choose a file; sent, what it would do follows."""
        if request.method != "POST":
            return render(request, f"{self.room}/import.html")
        given = request.FILES.get("file")
        if given is None:
            return self._refuse(request, say("ファイルを選んでください", "choose a file"))
        try:
            upload.keep_upload(request, given)
            plan = self._plan(request)
        except InputError as error:
            upload.forget_upload(request)
            return self._refuse(request, say_error(error))
        return self._show(request, plan)  # at once: working it out again after a redirect would take as long

    def _show(self, request: HttpRequest, plan: Plan, sentence: str = "") -> HttpResponse:
        """Return the preview, with why it is shown again."""
        context = _describe(plan) | {"sentence": sentence, "room": self.room}
        return render(request, f"{self.room}/import-check.html", context, status=409 if sentence else 200)

    def check(self, request: HttpRequest) -> HttpResponse:
        """Return what an upload would do; sent, it is done."""
        sentence = ""
        try:
            if request.method == "POST":
                if "cancel" in request.POST:
                    upload.forget_upload(request)
                    return redirect(f"{self.room}:import")
                try:
                    return self._apply(request)
                except InputError as error:
                    if error.code != self.stale:
                        raise
                    sentence = say_error(error)
            plan = self._plan(request)
        except InputError as error:
            return self._refuse(request, say_error(error))
        return self._show(request, plan, sentence)

    def _apply(self, request: HttpRequest) -> HttpResponse:
        kept = upload.find_upload(request)
        digest, actor = request.POST.get("digest", ""), read_visitor(request).actor
        done = self.apply(kept.path, kept.name, read_reach(request), digest, actor)
        upload.forget_upload(request)
        upload.tell(request, done.inserted, done.updated)
        return redirect(self.home)

    def return_answer(self, request: HttpRequest) -> HttpResponseBase:
        """Return the uploaded rows as a workbook in which what is wrong is marked and said."""
        try:
            return hand_answer(self._plan(request).preview, say_words(self.answer))
        except InputError as error:
            return self._refuse(request, say_error(error))


def _describe(plan: Plan) -> dict[str, Any]:
    """Return what the page shows of a plan."""
    columns = {column.name: column for column in plan.preview.table.columns}
    titles = {name: column.title for name, column in columns.items()}
    found, preview = plan.comparison, plan.preview
    language = read_language()
    return {
        "plan": plan,
        "key": plan.preview.table.key_column.title,
        "counts": (len(found.inserts), len(found.updates), len(found.unchanged)),
        "wrong": len({each.row for each in preview.errors}),
        "errors": [(each, titles.get(each.column, each.column)) for each in preview.errors[:_SHOWN]],
        "suggestions": [(each, titles.get(each.column, each.column)) for each in preview.suggestions[:_SHOWN]],
        "inserts": found.inserts[:_SHOWN],
        "updates": [upload.describe_update(each, columns, language) for each in found.updates[:_SHOWN]],
        "absent": found.absent[:_SHOWN],
        "absent_count": len(found.absent),
        "shown": _SHOWN,
        "may_apply": plan.does_anything and not any(each.row == preview.header_row for each in preview.errors),
    }
