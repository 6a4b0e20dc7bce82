"""What templates of every room use: words in both languages, days, states, seals, fields."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime

from morasanu.office.base.words import read_language, say_words
from morasanu.office.base.words import say as choose_words
from morasanu.text.day import show_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.forms import BoundField
    from django.utils.safestring import SafeString

    from morasanu.rules.load import Words

register = template.Library()
_EITHER = re.compile(r"\[([^|\]]*)\|([^|\]]*)\]")
SELECTED = mark_safe(" selected")


@register.simple_tag
def say(ja: str, en: str, *values: object) -> str:
    """Return the words of the visitor's language, with `{}` filled in order; `[one|many]` follows the number before it."""
    text = choose_words(ja, en)
    return _follow_numbers(text, values).format(*values) if values else text


def _follow_numbers(text: str, values: tuple[object, ...]) -> str:
    return _EITHER.sub(lambda found: found[1 if values[text[: found.start()].count("{") - 1] == 1 else 2], text)


@register.filter
def words(pair: Words) -> str:
    """Return a pair in the visitor's language."""
    return say_words(pair)


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """Return a day as people read it: `2026年11月23日(月)` or `23 Nov 2026`; a dash for none."""
    if value is None:
        return "—"
    if isinstance(value, dt.datetime):
        value = localtime(value).date()
    return show_day(value, read_language())


@register.filter
def moment(value: dt.datetime | None) -> str:
    """Return a time in Japan to the minute; a dash for none."""
    return f"{day(value)} {localtime(value):%H:%M}" if value else "—"


@register.simple_tag
def state(kind: str, title: str) -> SafeString:
    """Return a state as a shape, a word and a colour. `kind`: open, doing, done, late, unknown."""
    shape = {"open": "○", "doing": "◐", "done": "●", "late": "▲", "unknown": "?"}[kind]
    return format_html('<span class="state {}"><span aria-hidden="true">{}</span> {}</span>', kind, shape, title)


@register.simple_tag
def scroll() -> SafeString:
    """Return what lets a keyboard reach and move a table that is wider than the page."""
    return format_html(
        'tabindex="0" role="group" aria-label="{}"', choose_words("表（横に動きます）", "table, scrolls sideways")
    )


@register.simple_tag
def options(pairs: Iterable[tuple[str, Words | str]], chosen: str) -> SafeString:
    """Return the options of a select: values with their titles, `chosen` selected."""
    titled = ((value, title if isinstance(title, str) else say_words(title)) for value, title in pairs)
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SELECTED if value == chosen else "", title) for value, title in titled),
    )


@register.inclusion_tag("base/field.html")
def field(bound: BoundField, help_text: str = "") -> dict[str, Any]:
    """Return a field with its title, what was typed and what is wrong with it."""
    bound.field.widget.attrs.pop("placeholder", None)  # allauth's, which says the title again as if it were typed
    return {"field": bound, "help": help_text}
