"""Words, days, moments, states and fields as pages show them."""

from __future__ import annotations

import datetime as dt

import pytest
from django import forms
from django.template import engines
from django.utils.translation import override

from morasanu.errors import InputError
from morasanu.office.base.clock import TOKYO
from morasanu.office.base.templatetags import office
from morasanu.office.base.words import read_language, say, say_error, say_words
from morasanu.rules.load import Words


def render(text: str, language: str = "ja", **context: object) -> str:
    with override(language):
        return engines["django"].from_string(text).render(context)


def test_say_speaks_the_visitors_language_and_fills_in_order() -> None:
    text = '{% say "{} 件のうち {} 件" "{} of {}" 7 2 %}'
    assert render(text) == "7 件のうち 2 件"
    assert render(text, "en") == "7 of 2"


def test_say_escapes_what_it_fills_in() -> None:
    assert render('{% say "{}" "{}" name %}', name="<b>潮</b>") == "&lt;b&gt;潮&lt;/b&gt;"


def test_say_without_values_leaves_braces_alone() -> None:
    assert render('{% say "{}" "{}" %}') == "{}"


@pytest.mark.parametrize(("language", "spoken"), [("ja", "ja"), ("en", "en"), ("en-gb", "en"), ("de", "ja")])
def test_another_language_is_answered_in_japanese(language: str, spoken: str) -> None:
    with override(language):
        assert read_language() == spoken
        assert say("はい", "yes") == say_words(Words("はい", "yes")) == {"ja": "はい", "en": "yes"}[spoken]
        assert say_error(InputError("MRS-I-050", "はい", "yes")) == {"ja": "はい", "en": "yes"}[spoken]


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (dt.date(2026, 11, 27), "2026年11月27日(金)", "Fri 27 Nov 2026"),
        (dt.date(2024, 2, 29), "2024年2月29日(木)", "Thu 29 Feb 2024"),
        (dt.datetime(2026, 11, 26, 15, 0, tzinfo=dt.UTC), "2026年11月27日(金)", "Fri 27 Nov 2026"),
        (dt.datetime(2026, 11, 26, 14, 59, tzinfo=dt.UTC), "2026年11月26日(木)", "Thu 26 Nov 2026"),
        (None, "—", "—"),
    ],
)
def test_day_is_a_day_in_japan(value: dt.date | None, ja: str, en: str) -> None:
    assert render("{{ value|day }}", value=value) == ja
    assert render("{{ value|day }}", "en", value=value) == en


def test_moment_is_a_time_in_japan_to_the_minute() -> None:
    value = dt.datetime(2026, 11, 23, 23, 5, 59, tzinfo=TOKYO)
    assert render("{{ value|moment }}", value=value) == "2026年11月23日(月) 23:05"
    assert render("{{ value|moment }}", value=None) == "—"


@pytest.mark.parametrize(
    ("kind", "shape"), [("open", "○"), ("doing", "◐"), ("done", "●"), ("late", "▲"), ("unknown", "?")]
)
def test_state_is_a_shape_and_a_word(kind: str, shape: str) -> None:
    shown = render("{% state kind title %}", kind=kind, title="<超過>")
    assert shown == f'<span class="state {kind}"><span aria-hidden="true">{shape}</span> &lt;超過&gt;</span>'


def test_state_of_an_unknown_kind_is_a_mistake_that_shows() -> None:
    with pytest.raises(KeyError):
        render('{% state "fine" "x" %}')


class _Form(forms.Form):
    name = forms.CharField(label="氏名", max_length=3)


def test_field_shows_title_value_and_what_is_wrong() -> None:
    form = _Form({"name": "<長い名前>"})
    form.is_valid()
    shown = render("{% field form.name %}", form=form)
    assert '<label for="id_name">氏名 <span class="must">必須</span></label>' in shown
    assert 'class="field wrong"' in shown
    assert "&lt;長い名前&gt;" in shown
    assert '<span class="error">' in shown


def test_a_pair_is_shown_in_the_visitors_language() -> None:
    assert render("{{ pair|words }}", pair=Words("役員", "executive")) == "役員"
    assert render("{{ pair|words }}", "en", pair=Words("役員", "executive")) == "executive"


@pytest.mark.parametrize(
    ("values", "expected"),
    [((1, 2), "1 place was left, 2 scans failed"), ((2, 1), "2 places were left, 1 scan failed")],
)
def test_words_follow_the_number_before_them(values: tuple[int, int], expected: str) -> None:
    english = "{} [place was|places were] left, {:,} [scan|scans] failed"
    with override("en"):
        assert office.say("{} か所、{} 件", english, *values) == expected
    with override("ja"):
        assert office.say("{} か所、{} 件", english, *values) == f"{values[0]} か所、{values[1]} 件"
