"""What every page shows around its content: who is there, where they may go, which day it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from morasanu.office.access.reach import find_visitor
from morasanu.office.base.clock import read_today
from morasanu.office.base.disk import find_fault
from morasanu.office.base.menu import make_menu
from morasanu.office.base.words import read_language
from morasanu.office.demo.door import is_door_open

if TYPE_CHECKING:
    from django.http import HttpRequest


def describe_page(request: HttpRequest) -> dict[str, object]:
    """Return the values of the frame around a page."""
    visitor = find_visitor(request)
    return {
        "visitor": visitor,
        "menu": make_menu(visitor, request.path) if visitor else None,
        "today": read_today(),
        "language": read_language(),
        "demo_door": reverse("demo:enter") if is_door_open(request) else "",
        "provider": settings.DIRECTORY.oidc,
        "fault": settings.PLACE and find_fault(settings.PLACE.path),
        "is_demo": settings.PLACE is not None and settings.PLACE.is_demo,
    }
