"""Views of escapes, XML and HTML: what a reader sees, and where it stands in the source."""

from __future__ import annotations

import html
import json
import urllib.parse
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.text.view import View, view_html, view_plain, view_xml

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = "山田ﾀﾞaZ09-@ 、\n"
CHARACTERS = st.one_of(st.sampled_from(PLAIN), st.characters(codec="utf-16", categories=("L", "N", "P", "S")))


def escape_json(character: str) -> str:
    return json.dumps(character)[1:-1] if ord(character) > 127 else character


def escape_decimal(character: str) -> str:
    return f"&#{ord(character)};"


def escape_hex(character: str) -> str:
    return f"&#x{ord(character):X};"


def seen(view: View, word: str, source: str) -> str:
    """Return what in the source stands behind `word` of the view."""
    start = view.text.index(word)
    first, last = view.given(start, start + len(word))
    return source[first:last]


def check_pieces(pieces: list[tuple[str, str]], look: Callable[[str], View]) -> None:
    """Assert that the (source, seen) pieces come out and that every span of the view leads back to its pieces."""
    view = look("".join(raw for raw, _ in pieces))
    assert view.text == "".join(shown for _, shown in pieces)
    places = []
    at = origin = 0
    for raw, shown in pieces:
        if shown:
            places.append((at, at + len(shown), origin, origin + len(raw)))
        at += len(shown)
        origin += len(raw)
    for i, (start, _, first, _) in enumerate(places):
        for _, end, _, last in places[i:]:
            assert view.given(start, end) == (first, last)


@given(st.lists(st.tuples(CHARACTERS, st.booleans()), max_size=12))
def test_view_plain_escaped_text_reads_and_maps_back(characters: list[tuple[str, bool]]) -> None:
    pieces = [(escape_json(c) if escaped else c, c) for c, escaped in characters if c != "\\"]
    check_pieces(pieces, view_plain)


@given(st.lists(st.tuples(CHARACTERS, st.sampled_from((str, escape_decimal, escape_hex, html.escape))), max_size=12))
def test_view_xml_escaped_text_reads_and_maps_back(characters: list[tuple[str, Callable[[str], str]]]) -> None:
    check_pieces([(escape(c), c) for c, escape in characters if c != "&"], view_xml)


@given(st.lists(st.tuples(CHARACTERS, st.sampled_from((str, escape_decimal, escape_hex))), max_size=12))
def test_view_html_text_between_tags_reads_and_maps_back(characters: list[tuple[str, Callable[[str], str]]]) -> None:
    pieces = [(escape(c), c) for c, escape in characters if c not in "&<>"]
    check_pieces([("<p>", "\n"), *pieces, ("<br/>", "\n"), *pieces, ("</p>", "\n")], view_html)


@given(st.text(st.sampled_from("<>&;\"'=/ \\u#x3042abcdivtdp-!name山"), max_size=60))
def test_view_any_broken_source_leads_back_inside_it(source: str) -> None:
    for look in (view_plain, view_xml, view_html):
        view = look(source)
        done = 0
        for position in range(len(view.text)):
            start, end = view.given(position, position + 1)
            assert done <= start <= end <= len(source)
            done = start


def test_view_plain_without_escapes_is_the_text_itself() -> None:
    view = view_plain(r"C:\users\yamada")
    assert (view.text, view.given(3, 8)) == (r"C:\users\yamada", (3, 8))


def test_view_plain_surrogate_pair_is_one_character() -> None:
    source = r'"\ud842\udfb7\u7530"'
    view = view_plain(source)
    assert view.text == '"𠮷田"'
    assert view.given(1, 2) == (1, 13)
    assert view.given(2, 3) == (13, 19)


def test_view_plain_lone_surrogate_does_not_swallow_its_neighbours() -> None:
    assert view_plain(r"山\ud842田").text == "山\ufffd田"


def test_view_plain_escaped_control_character_is_a_space() -> None:
    assert view_plain(r"山田\u000a太郎\u3000様").text == "山田 太郎 様"


def test_view_xml_elements_stay_and_entities_are_read() -> None:
    source = "<氏名>&#23665;&#x7530;&amp;&lt;</氏名>"
    view = view_xml(source)
    assert view.text == "<氏名>山田&<</氏名>"
    assert seen(view, "山田", source) == "&#23665;&#x7530;"


@pytest.mark.parametrize("source", ["a & b", "R&D;;", "&;", "&#;", "&#x;", "&nosuchname;", "AT&T"])
def test_view_xml_what_is_no_entity_stays(source: str) -> None:
    assert view_xml(source).text == source


def test_view_html_table_is_lines_of_tabbed_cells() -> None:
    source = "<table><tr><td>氏名</td><td>電話</td></tr><tr><td>山田</td><td>03-1234-5678</td></tr></table>"
    rows = [line for line in view_html(source).text.split("\n") if line]
    assert rows == ["\t氏名\t電話", "\t山田\t03-1234-5678"]


def test_view_html_inline_tags_vanish_inside_a_word() -> None:
    source = "山<b>田</b><span class='x'>太</span>郎"
    view = view_html(source)
    assert view.text == "山田太郎"
    assert seen(view, "山田太郎", source) == source
    assert seen(view, "太", source) == "太"


@pytest.mark.parametrize("hidden", ["<style>p {color: red}</style>", "<STYLE>a\nb</STYLE >"])
def test_view_html_styles_are_not_seen(hidden: str) -> None:
    assert view_html(f"前{hidden}後").text == "前 後"


def test_view_html_comments_are_seen_because_they_leak_too() -> None:
    assert view_html("前<!-- 山田 -->後").text == "前  山田  後"


def test_view_html_values_of_fields_are_named_and_map_back() -> None:
    source = '<input type="text" name="tel" value="090-1234-5678"><input name=\'mail\' value=\'a@b.example\'>'
    view = view_html(source)
    assert view.text.split() == ["tel=", "090-1234-5678", "mail=", "a@b.example"]
    assert seen(view, "090-1234-5678", source) == "090-1234-5678"
    assert seen(view, "a@b.example", source) == "a@b.example"


@pytest.mark.parametrize("attribute", ["href", "content", "alt", "title", "placeholder", "data-mail"])
def test_view_html_attributes_that_carry_data_are_seen(attribute: str) -> None:
    assert "taro@mail.example" in view_html(f'<a {attribute}="mailto:taro@mail.example">送る</a>').text


def test_view_html_attributes_that_carry_none_are_not_seen() -> None:
    assert view_html('<p class="090-1234-5678" id="x">電話</p>').text == "\n電話\n"


def test_view_html_lone_angle_bracket_stays() -> None:
    assert view_html("3 < 5 > 2 <3 <").text == "3 < 5 > 2 <3 <"


def test_view_html_address_in_angle_brackets_stays() -> None:
    assert "taro@mail.example" in view_html("<p>差出人 <taro@mail.example></p>").text


@pytest.mark.parametrize(
    "source",
    [
        "<p aria-label='山田'>",
        '<p title="&#x5C71;&#30000;">',
        "<input value=山田>",
        "<option label='山田'>",
        "<iframe srcdoc='&lt;b&gt;山田'>",
    ],
)
def test_view_html_attribute_gives_its_words(source: str) -> None:
    assert "山田" in view_html(source).text
    assert "山田" in html.unescape(seen(view_html(source), "山田", source))


def escape_url(character: str) -> str:
    return urllib.parse.quote(character) if ord(character) > 127 else character


def escape_log(character: str) -> str:
    return "".join(f"\\x{byte:02X}" for byte in character.encode()) if ord(character) > 127 else character


@pytest.mark.parametrize("escape", [escape_url, escape_log])
@given(words=st.lists(st.text("山田太郎髙𠮷ｱ①", min_size=1, max_size=3), min_size=1, max_size=6))
def test_view_plain_bytes_of_urls_and_logs_read_and_map_back(words: list[str], escape: Callable[[str], str]) -> None:
    pieces = [(escape(c), c) for word in words for c in f"{word}山a/"]
    check_pieces(pieces, view_plain)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("%8ER%93c%91%BE%98Y", "山田太郎"),
        ("q=%E5%B1%B1%E7%94%B0+%E5%A4%AA%E9%83%8E&", "q=山田 太郎&"),
        ("m=yamada%40example.jp", "m=yamada@example.jp"),
        ("%u5C71%u7530", "山田"),
        ("VALUES (0xE5B1B1E794B0, X'E5B1B1E794B0')", "VALUES (0x山田, X'山田')"),
        (r"'\\xe5b1b1e794b0'", r"'\\x山田'"),
        ("&#39641;橋 &#38; &amp;", "髙橋 &#38; &amp;"),
        (r'{"a": "{\\"b\\": \\"\\u5c71\\u7530\\"}"}', r'{"a": "{\\"b\\": \\"山田\\"}"}'),
        (r"UNISTR('\5C71\7530')", "UNISTR('山田')"),
        ('"a"=hex(2):71,5c,30,75,\\\r\n  00,00\r\n', '"a"=hex(2):山田\r\n'),
        ('"a"=hex:8e,52,93,63', '"a"=hex:山田'),
        ("cn:: 5bGx55Sw\r\n IOWkqumDjg==\r\nsn: a", "cn:: 山田 太郎\r\nsn: a"),
        ("data:text/plain;base64,5bGx55Sw", "data:text/plain;base64,山田"),
        ('{"text": "PHA+5bGx55Sw5aSq6YOOPC9wPg=="}', '{"text": "<p>山田太郎</p>"}'),
        ("Bearer eyJh.eyJuYW1lIjoi5bGx55SwIn0.sig", 'Bearer eyJh.{"name":"山田"}.sig'),
        ("From: =?UTF-8?B?5bGx55Sw?= <a@example.jp>", "From: 山田 <a@example.jp>"),
        ("Subject: =?Shift_JIS?Q?=8ER=93c_?=", "Subject: 山田 "),
    ],
)
def test_view_plain_escapes_of_programs_are_read(source: str, shown: str) -> None:
    assert view_plain(source).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "前年比50%20%増",
        "80%A4用紙",
        "caf%E9%20",
        "C:\\x64\\u12",
        "0x00FF12AB34CD",
        "std:: vectorvector",
        "hex:00,01,02,03,04",
        "=?x?B?5bGx?=",
        "0123456789abcdef0123456789abcdef",
        "100%80%",
    ],
)
def test_view_plain_percentages_and_paths_stay(text: str) -> None:
    assert view_plain(text).text == text


def test_view_html_escapes_in_links_scripts_and_text_are_read() -> None:
    source = '<a href="/s?q=%E5%B1%B1">x</a><img src="%E7%94%B0%E7%94%B0.png"><script>n="\\u5c71"</script>%E5%B1%B1'
    view = view_html(source)
    assert [word in view.text for word in ("/s?q=山", "田田.png", 'n="山"')] == [True] * 3
    assert seen(view, "田田", source) == "%E7%94%B0%E7%94%B0"
