"""The places that a visitor can go to, in the order of their day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.urls import reverse

from morasanu.office.access.table import may_open
from morasanu.office.base.words import say_words
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from morasanu.office.access.reach import Visitor

_PLACES: Final = (
    ("today", Words("今日", "Today")),
    ("reality:differences", Words("差異", "Differences")),
    ("reality:scans", Words("走査", "Scans")),
    ("finding:list", Words("指摘", "Findings")),
    ("requirement:list", Words("要求と管理策", "Requirements")),
    ("register:holdings", Words("台帳", "Register")),
    ("register:locations", Words("保管場所", "Locations")),
    ("people:units", Words("組織", "Organisation")),
    ("people:persons", Words("役職員", "People")),
    ("people:appointments", Words("任命", "Appointments")),
    ("due:list", Words("期限", "Due")),
    ("seal:list", Words("証拠", "Evidence")),
)


class Door(NamedTuple):
    """A link of the menu."""

    title: str
    url: str
    is_here: bool


def make_menu(visitor: Visitor, path: str) -> list[Door]:
    """Return the doors that open for `visitor`."""
    doors = []
    for route, title in _PLACES:
        if may_open(route, "GET", visitor.roles):
            url = reverse(route)
            doors.append(Door(say_words(title), url, path == url if url == "/" else path.startswith(url)))
    return doors
