"""A letter of appointment holds every name whole, in fonts of its own, on the pages it needs, the same each time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from tests.unit.office.paper.reading import list_objects, read_pages, read_text

from morasanu.errors import OutsideError
from morasanu.office.paper.letter import AppointmentLetter, write_letter
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., AppointmentLetter]

NAMES = (
    "髙橋 﨑子",
    "𠮷野 一郎",
    "ﾔﾏﾀﾞ ﾀﾛｳ",
    "山田 太郎",
    "神谷 塚",  # compatibility characters: others than 神谷 and 塚
    "葛\U000e0100城 辻\U000e0100",
    "濵﨑 祐輔",
    "Ñuñez-O’Brien Zoë",
    "寿限無寿限無五劫の擦り切れ海砂利水魚の水行末雲来末風来末食う寝る処に住む処藪ら柑子の藪柑子長助之介",
)


@pytest.mark.parametrize("name", NAMES)
def test_letter_of_any_name_says_it_whole(make_letter: Make, name: str) -> None:
    text = read_text(write_letter(make_letter(person_name=name, unit_name=f"{name}課")))
    bare = name.replace(" ", "")
    assert text.count(bare) == 3  # to whom, the unit, the unit among the facts: 〓 or a likeness would not be counted


def test_letter_says_all_of_its_facts(make_letter: Make) -> None:
    text = read_text(write_letter(make_letter(ledger_number="12,408")))
    for fact in ("任命書", "第任命-2026-014号", "ﾀｶﾊｼｻｷｺ", "髙橋﨑子殿", "浜町支店", "個人データ管理者に任命する", "令和8年4月1日から", "令和9年3月31日まで", "1.取扱状況を把握し、責任者に報告すること", "令和8年3月20日", "汐見信用金庫", "理事長潮田𠮷野", "印", "台帳番号12,408"):  # fmt: skip
        assert fact in text


def test_letter_without_an_end_or_a_ledger_number_says_so(make_letter: Make) -> None:
    text = read_text(write_letter(make_letter(ends_on=None)))
    assert "終期を定めない" in text
    assert "台帳番号" not in text


def test_letter_in_english_has_no_japanese_words_of_its_own(make_letter: Make) -> None:
    text = read_text(write_letter(make_letter(starts_on="1 April 2026", ends_on="31 March 2027"), "en"))
    assert "LetterofAppointment" in text
    assert "PersonalDataManager" in text
    assert not re.search("任命書|殿|任期|以上", text)


def test_letter_embeds_each_font_it_uses(make_letter: Make) -> None:
    objects = list_objects(write_letter(make_letter()))
    fonts = [name for found in objects for name in re.findall(rb"/FontName\s*/([A-Z]{6}\+\S+)", found)]
    assert fonts
    embedded = sum(len(re.findall(rb"/FontFile[23]?\s+\d+ 0 R", found)) for found in objects)
    assert embedded == len(fonts)


def test_letter_is_meant_for_keeping(make_letter: Make) -> None:
    pdf = write_letter(make_letter())
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf


def test_same_letter_gives_the_same_bytes(make_letter: Make) -> None:
    assert write_letter(make_letter()) == write_letter(make_letter())
    assert write_letter(make_letter()) != write_letter(make_letter(person_name="髙橋 崎子"))


def test_letter_with_few_duties_fills_one_page_with_many_two(make_letter: Make) -> None:
    assert len(read_pages(write_letter(make_letter()))) == 1
    duties = tuple(Words(f"職務その{number}: 取扱状況を把握し、" * 4, "x") for number in range(15))
    pages = read_pages(write_letter(make_letter(duties=duties)))
    assert len(pages) == 2
    assert "1 / 2" in pages[0]
    assert "汐見信用金庫" in pages[1]


@pytest.mark.parametrize("name", ["山田\n太郎", "山田\r\n\t太郎\u200b", "\ufeff山田\u2028太郎\x0b"])
def test_letter_with_a_line_end_in_a_name_says_it_on_one_line(make_letter: Make, name: str) -> None:
    assert "山田 太郎 殿" in read_pages(write_letter(make_letter(person_name=name)))[0]


@pytest.mark.parametrize(
    ("name", "point"),
    [("山\ue001", "U+E001"), ("山\x00", "U+0000"), ("山\ud842", "U+D842"), ("辻\U000e01ef", "U+8FBB U+E01EF"), ("山\U0010fffe", "U+10FFFE")],
)  # fmt: skip
def test_letter_with_a_character_that_no_font_draws_is_refused(make_letter: Make, name: str, point: str) -> None:
    with pytest.raises(OutsideError) as caught:
        write_letter(make_letter(person_name=name))
    assert caught.value.code == "MRS-O-061"
    assert point in caught.value.message_ja
    assert "山" not in caught.value.message_ja + caught.value.message_en


def test_letter_with_reversed_writing_is_refused(make_letter: Make) -> None:
    with pytest.raises(OutsideError, match=r"U\+202E"):
        write_letter(make_letter(person_name="山田\u202e太郎"))


def test_letter_with_markup_in_a_name_is_refused_its_effect(make_letter: Make) -> None:
    name = '#read("/etc/passwd") *a* $x$ <b> \\u{41} "'
    text = read_text(write_letter(make_letter(person_name=name)))
    assert name.replace(" ", "") in text
