"""Attacks: the same value written so that a filter for digits would not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Find = Callable[[str], list[tuple[str, str]]]

LABELLED = (
    ("電話", "090-1234-5678", "PHONE"),
    ("個人番号", "123456789018", "MY_NUMBER"),
    ("カード番号", "4111-1111-1111-1111", "CREDIT_CARD"),
    ("口座番号", "1234567", "BANK_ACCOUNT"),
    ("運転免許証番号", "309012345620", "DRIVER_LICENSE"),
)
FULL_WIDTH = str.maketrans("0123456789-@.", "０１２３４５６７８９－＠．")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
BOLD = str.maketrans("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
SPOKEN = dict(zip("0123456789", "ゼロ イチ ニー サン ヨン ゴー ロク ナナ ハチ キュウ".split(), strict=True))
SOFT = dict(zip("0123456789", "ぜろ いち に さん よん ご ろく なな はち きゅう".split(), strict=True))


@pytest.mark.parametrize(
    "digits", [FULL_WIDTH, CIRCLED, ARABIC, BOLD, KANJI], ids=["full", "circle", "arabic", "bold", "kanji"]
)
@pytest.mark.parametrize(("word", "value", "label"), LABELLED)
def test_digits_of_another_kind_are_seen_through(
    find: Find, word: str, value: str, label: str, digits: dict[int, int]
) -> None:
    written = value.translate(digits)
    assert find(f"{word}：{written}です") == [(written, label)]


@pytest.mark.parametrize("digits", [FULL_WIDTH, BOLD], ids=["full", "bold"])
@pytest.mark.parametrize("value", ["090-1234-5678", "4111-1111-1111-1111"])
def test_digits_of_another_kind_without_a_label_are_seen_through(
    find: Find, value: str, digits: dict[int, int]
) -> None:
    written = value.translate(digits)
    assert [found for found, _ in find(f"本日 {written} の件")] == [written]


@pytest.mark.parametrize("invisible", "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202d")
@pytest.mark.parametrize(
    ("before", "value", "label"),
    [
        *((word, value, label) for word, value, label in LABELLED),
        ("氏名", "山田太郎", "PERSON"),
        ("住所", "東京都千代田区丸の内1-1-1", "ADDRESS"),
        ("宛先", "taro@mail.example", "EMAIL"),
    ],
)
def test_invisible_characters_inside_are_seen_through(
    find: Find, before: str, value: str, label: str, invisible: str
) -> None:
    written = invisible.join(value)
    assert find(f"{before}：{written}\n") == [(written, label)]


def test_invisible_characters_inside_the_label_are_seen_through(find: Find) -> None:
    assert find("個\u200b人\u200b番\u200b号 123456789018") == [("123456789018", "MY_NUMBER")]


@pytest.mark.parametrize("hyphen", "‐‑‒–—―−－ー─━・.")
def test_odd_hyphens_are_seen_through(find: Find, hyphen: str) -> None:
    written = f"090{hyphen}1234{hyphen}5678"
    assert find(f"電話 {written}") == [(written, "PHONE")]


@pytest.mark.parametrize("gap", [" ", "　", "\u00a0", "\u2009", " - ", "- "])
def test_spaces_between_groups_are_seen_through(find: Find, gap: str) -> None:
    written = f"090{gap}1234{gap}5678"
    assert find(f"電話 {written}") == [(written, "PHONE")]


@pytest.mark.parametrize(("word", "value", "label"), [case for case in LABELLED if "-" not in case[1]])
def test_spaces_between_digits_are_seen_through(find: Find, word: str, value: str, label: str) -> None:
    written = " ".join(value)
    assert find(f"{word} {written}") == [(written, label)]


@pytest.mark.parametrize("words", [SPOKEN, SOFT], ids=["katakana", "hiragana"])
@pytest.mark.parametrize("gap", ["", "、", " "])
def test_spoken_digits_are_seen_through(find: Find, words: dict[str, str], gap: str) -> None:
    written = gap.join(words[digit] for digit in "09012345678")
    assert find(f"電話は{written}、") == [(written, "PHONE")]


def test_spoken_groups_are_seen_through(find: Find) -> None:
    written = "ゼロキューゼロ、イチニーサンヨン、ゴーロクナナハチ"
    assert find(f"電話は{written}、と伝言") == [(written, "PHONE")]


@pytest.mark.parametrize(
    ("text", "written", "label"),
    [
        ("個人番号 1234\n56789018", "1234\n56789018", "MY_NUMBER"),
        ("電話 09\n0-1234-5678", "09\n0-1234-5678", "PHONE"),
    ],
)
def test_line_wrap_inside_a_number_is_seen_through(find: Find, text: str, written: str, label: str) -> None:
    assert find(text) == [(written, label)]


def test_line_wrap_after_the_hyphen_is_seen_through(find: Find) -> None:
    assert find("電話 090-1234-\n5678") == [("090-1234-\n5678", "PHONE")]


def test_brackets_between_kanji_digits_are_seen_through(find: Find) -> None:
    assert find("電話：〇三（一二三四）五六七八") == [("〇三（一二三四）五六七八", "PHONE")]


@pytest.mark.parametrize(
    "written",
    [
        "taro＠mail．example",
        "ｔａｒｏ＠ｍａｉｌ．ｅｘａｍｐｌｅ",
        "taro[at]mail[dot]example",
        "taro (at) mail.example",
        "taro @ mail.example",
        "taro（アット）mail.example",
    ],
)
def test_mail_address_in_disguise_is_seen_through(find: Find, written: str) -> None:
    assert find(f"宛先は {written} です") == [(written, "EMAIL")]


@pytest.mark.parametrize(
    "written",
    ["東京都千代田区丸の内１－１－１", "東京都千代田区丸の内一丁目一番一号", "東京都　千代田区　丸の内１ー１ー１"],
)
def test_address_in_disguise_is_seen_through(find: Find, written: str) -> None:
    assert find(f"住所：{written}\n") == [(written, "ADDRESS")]


@pytest.mark.parametrize(
    "written", ["ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ　タロウ", "髙橋　太郎", "山　田　太　郎", "Ｔａｒｏ　Ｙａｍａｄａ"]
)
def test_name_in_disguise_is_seen_through(find: Find, written: str) -> None:
    assert find(f"氏名：{written}\n") == [(written, "PERSON")]


def test_voicing_mark_of_its_own_is_seen_through(find: Find) -> None:
    written = "ヤマタ\u3099 タロウ"
    assert find(f"氏名：{written}\n") == [(written, "PERSON")]


def test_number_of_another_kind_in_disguise_is_not_found(find: Find) -> None:
    for digits in (FULL_WIDTH, CIRCLED, KANJI):
        assert find(f"受付番号 {'123456789018'.translate(digits)}") == []
