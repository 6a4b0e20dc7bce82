"""Pages of the house itself: today, health, what is shown when something is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.db import OperationalError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from morasanu.office.access.reach import may, read_reach
from morasanu.office.base.clock import read_today
from morasanu.office.people.selectors import find_vacancies
from morasanu.office.reality.selectors import count_differences, count_scans
from morasanu.office.seal.selectors import describe_seal

if TYPE_CHECKING:
    from django.http import HttpRequest


def show_today(request: HttpRequest) -> HttpResponse:
    """Return the page that a day begins with."""
    reach = read_reach(request)
    sees = may(request, "reality:differences")
    context = {
        "vacancies": find_vacancies(reach, read_today()),
        "differences": count_differences(reach) if sees else None,
        "scans": count_scans(reach) if sees else None,
        "seal": describe_seal(),
        "may_appoint": may(request, "people:appoint") or may(request, "people:appoint-officer"),
    }
    return render(request, "base/today.html", context)


def tell_health(request: HttpRequest) -> HttpResponse:
    """Return whether the database answers: 200 or 503, and nothing else about the house."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Exception:  # noqa: BLE001 - whatever it is, it is not well
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True})


def show_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the page for a form that was sent from elsewhere, or too late."""
    del reason
    return render(request, "base/csrf.html", status=403)


def show_missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page for an address that leads nowhere, or to what the visitor must not know of."""
    del exception
    return render(request, "base/missing.html", status=404)


def show_broken(request: HttpRequest) -> HttpResponse:
    """Return the page for an error of ours, or for a database that takes nothing (503). It shows nothing of what was being done."""
    del request
    if isinstance(sys.exception(), OperationalError):
        return HttpResponse(_PAGE.format("いまは保存できません", *_FULL), status=503)
    return HttpResponse(_PAGE.format("うまくいきませんでした", *_BROKEN), status=500)


_PAGE = """<!doctype html>
<html lang="ja"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{0} — 漏らさぬ</title>
<link rel="stylesheet" href="/static/office/office.css"></head>
<body><main><h1>{0}</h1><p class="answer" role="alert">{1}</p><p lang="en">{2}</p><p><a href="/">今日の画面へ</a></p></main></body></html>"""
"""Made of nothing but itself: whatever went wrong may be what makes the other pages."""
_BROKEN = (
    "入力したものは保存されていません。もう一度お試しください。",
    "Something went wrong; what was entered was not saved. Please try again.",
)
_FULL = (
    "ディスクの空きか、データベースを確かめてください。入力したものは保存されていません。閲覧は続けられます。",
    "Nothing can be saved now (see to the disk or the database). What was entered was not saved; reading goes on.",
)
