"""The places that a visitor can go to, in the order of their day: sections, and the pages of the section they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.urls import reverse

from morasanu.office.access.table import may_open
from morasanu.office.base.words import say_words
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from morasanu.office.access.reach import Visitor

_SECTIONS: Final = (
    (Words("今日", "Today"), (("today", Words("今日", "Today")),)),
    (
        Words("差異", "Differences"),
        (("reality:differences", Words("台帳と実態の差異", "Differences")), ("reality:scans", Words("走査", "Scans"))),
    ),
    (
        Words("台帳", "Register"),
        (
            ("register:holdings", Words("台帳", "Register")),
            ("register:locations", Words("保管場所", "Locations")),
            ("party:parties", Words("委託先・提供先", "Parties")),
            ("register:stocktakes", Words("棚卸", "Stocktakes")),
        ),
    ),
    (Words("指摘", "Findings"), (("finding:list", Words("指摘", "Findings")),)),
    (
        Words("要求と管理策", "Requirements"),
        (
            ("requirement:list", Words("要求", "Requirements")),
            ("requirement:controls", Words("管理策", "Controls")),
            ("requirement:coverage", Words("規程と段階", "Rules and stages")),
        ),
    ),
    (
        Words("人と組織", "People"),
        (
            ("people:units", Words("組織", "Organisation")),
            ("people:persons", Words("役職員", "People")),
            ("people:appointments", Words("任命", "Appointments")),
        ),
    ),
    (Words("期限", "Due"), (("due:list", Words("期限", "Due")),)),
    (Words("証拠", "Evidence"), (("seal:list", Words("証拠", "Evidence")),)),
)


class Door(NamedTuple):
    """A link of the menu."""

    title: str
    url: str
    is_here: bool


class Menu(NamedTuple):
    """The sections that open for a visitor, and the pages of the one they are in (none when it has only one)."""

    sections: list[Door]
    pages: list[Door]


def make_menu(visitor: Visitor, path: str) -> Menu:
    """Return the menu for `visitor` on the page at `path`. They are on the page whose address `path` goes on from the longest."""
    opened = []
    for title, places in _SECTIONS:
        pages = [(reverse(route), words) for route, words in places if may_open(route, "GET", visitor.roles)]
        if pages:
            opened.append((title, pages))
    urls = [url for _, pages in opened for url, _ in pages]
    here = max((url for url in urls if path == url or (url != "/" and path.startswith(url))), key=len, default="")
    sections, tabs = [], []
    for title, pages in opened:
        is_here = here in {url for url, _ in pages}
        sections.append(Door(say_words(title), pages[0][0], is_here))
        if is_here and len(pages) > 1:
            tabs = [Door(say_words(words), url, url == here) for url, words in pages]
    return Menu(sections, tabs)
