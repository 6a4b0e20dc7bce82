"""Names: announced by honorifics, titles, labels and neighbours, and remembered within a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.detect.interface import Detector

    Find = Callable[[str], list[tuple[str, str]]]


def names(find: Find, text: str) -> list[str]:
    return [value for value, label in find(text) if label == "PERSON"]


@pytest.mark.parametrize("honorific", ["様", "さま", "さん", "氏", "殿", "先生"])
@pytest.mark.parametrize(
    "name", ["山田", "山田太郎", "山田 太郎", "髙橋", "渡邉", "山﨑", "長谷川京子", "佐々木", "一ノ瀬"]
)
def test_name_before_an_honorific_is_found_without_it(find: Find, name: str, honorific: str) -> None:
    assert find(f"{name}{honorific}より入電") == [(name, "PERSON")]


@pytest.mark.parametrize("title", ["課長", "支店長", "部長", "係長", "主任", "弁護士", "司法書士", "理事長"])
def test_name_before_a_title_is_found_without_it(find: Find, title: str) -> None:
    assert find(f"本日は佐藤{title}が同席した。") == [("佐藤", "PERSON")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("鈴木課長、高橋支店長が同席した。", ["鈴木", "高橋"]),
        ("田中さん、佐々木さん、長谷川さん", ["田中", "佐々木", "長谷川"]),
        ("小野寺氏と一ノ瀬様", ["小野寺", "一ノ瀬"]),
        ("本人：田中実、妻：田中良子、長男：田中一郎", ["田中実", "田中良子", "田中一郎"]),
        ("出席：山田課長、佐藤主任／欠席：鈴木係長", ["山田", "佐藤", "鈴木"]),
        ("妻の恵子さん", ["恵子"]),
        ("被相続人　山田 花子、相続人　山田 一郎", ["山田 花子", "山田 一郎"]),
    ],
)
def test_name_several_in_a_sentence_are_all_found(find: Find, text: str, expected: list[str]) -> None:
    assert names(find, text) == expected


def test_name_before_an_honorific_and_a_particle_ends_before_them(find: Find) -> None:
    assert names(find, "担当の佐藤さんと話した") == ["佐藤"]


@pytest.mark.parametrize(
    "label",
    [
        "氏名",
        "お名前",
        "契約者",
        "口座名義",
        "被保険者",
        "申込人",
        "代表者",
        "連帯保証人",
        "担当",
        "ご依頼人",
        "受取人",
    ],
)
def test_name_after_a_label_is_found(find: Find, label: str) -> None:
    assert find(f"{label}：山田 太郎") == [("山田 太郎", "PERSON")]


@pytest.mark.parametrize(
    "name",
    [
        "山田太郎",
        "王 子涵",
        "李 秀英",
        "グエン・ヴァン・アン",
        "マリア サントス",
        "ヤマダ タロウ",
        "やまだ たろう",
        "宇佐美 ロジャー",
        "TARO YAMADA",
        "Taro Yamada",
        "髙橋 﨑子",
    ],
)
def test_name_in_any_script_after_a_label_is_found(find: Find, name: str) -> None:
    assert find(f"氏名：{name}\n") == [(name, "PERSON")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TARO YAMADA様", ["TARO YAMADA"]),
        ("Dear Mr. Smith,", ["Smith"]),
        ("Suzuki-san joined.", ["Suzuki"]),
        ("Yamada Taro called.", ["Yamada Taro"]),
        ("サトウさん", ["サトウ"]),
        ("さとう たろう様", ["さとう たろう"]),
        ("ﾔﾏﾀﾞ ﾀﾛｳ様", ["ﾔﾏﾀﾞ ﾀﾛｳ"]),
    ],
)
def test_name_in_kana_or_latin_is_found(find: Find, text: str, expected: list[str]) -> None:
    assert names(find, text) == expected


@pytest.mark.parametrize("given", ["大和", "平和", "真実", "三男", "次男"])
def test_given_name_that_is_a_word_too_is_found_after_a_surname(find: Find, given: str) -> None:
    assert names(find, f"氏名：佐藤 {given}\n") == [f"佐藤 {given}"]
    assert names(find, f"番号,氏名,電話\n1,佐藤 {given},内線 12\n") == [f"佐藤 {given}"]


def test_name_reading_in_brackets_is_found(find: Find) -> None:
    assert names(find, "山田太郎（ヤマダ タロウ）様") == ["山田太郎", "ヤマダ タロウ"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("佐藤です。お世話になります。", ["佐藤"]),
        ("融資課 山口", ["山口"]),
        ("リスク統括部の梶田です。", ["梶田"]),
        ("14:05 佐藤: はい\n14:06 田中: 了解\n14:07 佐藤: では", ["佐藤", "田中", "佐藤"]),
        ("代表取締役 渡邉 一郎", ["渡邉 一郎"]),
        ("故 山田太郎 様", ["山田太郎"]),
    ],
)
def test_name_announced_by_its_neighbours_is_found(find: Find, text: str, expected: list[str]) -> None:
    assert names(find, text) == expected


def test_name_said_once_is_known_in_the_rest_of_the_document(find: Find, engine: Detector) -> None:
    text = "契約者 山田太郎\n経緯：山田は不在。太郎の口座も確認し、山田から折返し。"
    assert names(find, text) == ["山田太郎", "山田", "太郎", "山田"]
    assert find("経緯：山田は不在。") == []
    assert "memory:document" in engine.detect(text)[1].why


def test_name_known_from_the_document_is_not_found_inside_other_words(find: Find) -> None:
    text = "契約者 山口太郎様\n山口県山口市の山口支店と山口銀行、山口組合へ照会。"
    assert names(find, text) == ["山口太郎"]


@pytest.mark.parametrize(
    "text",
    [
        "お客様各位におかれましては",
        "お客様、皆様、ご本人様へ",
        "山田工業㈱様 打合せの件",
        "株式会社山田製作所様",
        "石川町駅前の山口支店にて開催",
        "山口支店",
        "高橋\n",
        "営業部長の承認を得る",
        "担当者様、代表者様、奥様、ご家族様",
        "同様に、多様な、仕様書、模様",
        "氏名の記入もれ",
        "福島県、長野市、山口県、宮崎駅",
        "森林、大和、本田技術研究所、松下",
        "さんまの塩焼き、たくさん、お父さん",
        "AWS CLOUD SERVER",
        "JANUARY FEBRUARY REPORT",
        "支店長代理、課長補佐、取締役会",
    ],
)
def test_words_that_only_look_like_names_are_not_found(find: Find, text: str) -> None:
    assert names(find, text) == []


def test_field_left_empty_is_no_name(find: Find) -> None:
    assert names(find, "氏名：　　　　　　　（自署）") == []
