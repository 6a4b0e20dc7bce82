"""Folding: what counts as the same character, and the way back to the text as given."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.text.fold import fold

INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff\u202e\ufe0f"
# what business files are made of, and what people put in to slip past a filter
LETTERS = st.sampled_from("あカー漢髙﨑齊A a9９０①⑳❶＠．－—‐−−～〜￥　\u00a0\n\r\tｶﾞﾊﾟｱﾟﾞｰ｡𠮷💴" + INVISIBLE)
TEXTS = st.text(st.one_of(LETTERS, st.characters()), max_size=40)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("０９０－１２３４", "090-1234"),
        ("ＡＢＣｘｙｚ", "ABCxyz"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", "taro@example.com"),
        ("（株）：％", "(株):%"),
        ("山田　太郎", "山田 太郎"),
        ("山田\u00a0太郎", "山田 太郎"),
        ("￥１００", "\\100"),
        ("10：00〜11：00", "10:00~11:00"),
        ("٠١٢٩", "0129"),
        ("𝟎𝟗𝟬", "090"),
    ],
)
def test_fold_width_becomes_ascii(written: str, folded: str) -> None:
    assert fold(written).text == folded


@pytest.mark.parametrize("hyphen", "-‐‑‒–—―−﹘﹣－➖─━")
def test_fold_hyphen_of_any_kind_becomes_minus(hyphen: str) -> None:
    assert fold(f"090{hyphen}1234").text == "090-1234"


def test_fold_long_vowel_and_kanji_digits_stay() -> None:
    assert fold("コーポ〇九〇一").text == "コーポ〇九〇一"


@pytest.mark.parametrize("character", INVISIBLE)
def test_fold_invisible_character_is_removed(character: str) -> None:
    folded = fold(f"山{character}{character}田")
    assert folded.text == "山田"
    assert folded.given(0, 1) == (0, 1)
    assert folded.given(1, 2) == (3, 4)
    assert folded.given(0, 2) == (0, 4)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ﾔﾏﾀﾞ", "ヤマダ"),
        ("ﾊﾟﾋﾟﾌﾟ", "パピプ"),
        ("ｳﾞｧ", "ヴァ"),
        ("ｺｰﾎﾟ", "コーポ"),
        ("｢ｱ｣､｡･", "「ア」、。・"),
        ("ｱﾞ", "ア゛"),  # no such sound: the mark stays a character of its own
        ("ﾟ", "゜"),
    ],
)
def test_fold_half_width_kana_becomes_full(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_fold_voiced_half_width_kana_maps_to_two_characters() -> None:
    folded = fold("ﾀﾞﾊﾟ様")
    assert folded.text == "ダパ様"
    assert [folded.given(i, i + 1) for i in range(3)] == [(0, 2), (2, 4), (4, 5)]


@pytest.mark.parametrize("pair", ["ｶﾟ", "ご\u3099", "な\u3099", "カ\u309a", "ほ\u3099", "ぼ\u309a"])
def test_fold_mark_shifts_what_follows_only_where_it_makes_one_character_of_two(pair: str) -> None:
    folded = fold(f"{pair}山田")
    at = folded.text.index("山田")
    assert folded.given(at, at + 2) == (2, 4)


def test_fold_circled_digits_become_digits() -> None:
    for row in ("⓪①②③④⑤⑥⑦⑧⑨", "⓪❶❷❸❹❺❻❼❽❾", "⓪➀➁➂➃➄➅➆➇➈", "⓪➊➋➌➍➎➏➐➑➒", "⓪⓵⓶⓷⓸⓹⓺⓻⓼⓽"):
        assert fold(row).text == "0123456789"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("髙橋", "高橋"),
        ("山﨑", "山崎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("齋藤", "斎藤"),
        ("齊藤", "斉藤"),
        ("濵田", "浜田"),
        ("廣瀨", "広瀬"),
        ("𠮷田", "吉田"),
        ("國澤", "国沢"),
        ("東京縣", "東京県"),
        ("巿川", "市川"),  # U+5DFF, which looks like 市
    ],
)
def test_fold_variant_kanji_becomes_the_usual_one(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_fold_ascii_and_empty_text_stay_as_they_are() -> None:
    assert fold("").text == ""
    folded = fold("a\tb\n-1")
    assert folded.text == "a\tb\n-1"
    assert folded.given(2, 5) == (2, 5)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_fold_line_end_of_any_kind_becomes_a_line_feed(end: str) -> None:
    folded = fold(f"山{end}田{end}{end}")
    assert folded.text == "山\n田\n\n"
    assert folded.given(2, 3) == (1 + len(end), 2 + len(end))
    assert folded.given(0, 5) == (0, 2 + 3 * len(end))


@given(TEXTS)
def test_fold_any_text_twice_is_the_same_as_once(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(TEXTS)
def test_fold_any_text_never_grows_and_keeps_lines(text: str) -> None:
    folded = fold(text).text
    assert len(folded) <= len(text)
    assert folded.count("\n") == len(re.findall(r"\r\n|\r|\n", text))


@given(TEXTS)
def test_fold_any_text_maps_each_character_to_what_it_was_folded_from(text: str) -> None:
    folded = fold(text)
    done = 0
    for position, character in enumerate(folded.text):
        start, end = folded.given(position, position + 1)
        assert done <= start < end <= len(text)
        assert fold(text[start:end]).text == character
        between = text[done:start].removesuffix("\r")  # of a line end's two characters the second counts
        assert fold(between).text == ""  # only what is removed lies between
        done = end
    assert fold(text[done:]).text == ""


@given(TEXTS, st.data())
def test_fold_any_span_maps_to_the_text_that_folds_to_it(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    if not folded.text:
        return
    start = data.draw(st.integers(0, len(folded.text) - 1))
    end = data.draw(st.integers(start + 1, len(folded.text)))
    first, last = folded.given(start, end)
    assert fold(text[first:last]).text == folded.text[start:end]
    assert (first, last) == (folded.given(start, start + 1)[0], folded.given(end - 1, end)[1])
