"""Addresses: from the prefecture or municipality to building and room, and nothing that is only a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Find = Callable[[str], list[tuple[str, str]]]

ADDRESSES = (
    "東京都千代田区丸の内1-1-1",
    "東京都千代田区丸の内１−１−１",
    "東京都千代田区丸の内一丁目一番一号",
    "千葉県船橋市本町2丁目10番25号",
    "京都市上京区相国寺東門前町657",
    "京都市中京区寺町通御池上る上本能寺前町488番地",
    "北海道札幌市中央区北1条西2丁目",
    "長野県北佐久郡軽井沢町大字長倉2381-1",
    "新潟県新潟市西蒲区巻甲4265",
    "愛媛県松山市枝松二丁目3-17",
    "沖縄県那覇市泉崎1-2-2",
    "渋谷区神南1-2-3-405",
)
BUILDINGS = (
    " パークハイツ302",
    " グランタワー1203号室",
    "コーポ浜町105",
    " レジデンス新横浜 A棟 305",
    " 汐見ビル3階",
    " メゾン・ド・シオミ 201号",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_address_alone_is_found_whole(find: Find, address: str) -> None:
    assert find(address) == [(address, "ADDRESS")]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("住所：", "\n電話：不明"),
        ("現住所は", "です。"),
        ("（", "）"),
        ("", "に転居"),
        ("送付先\n　", "\n"),
        ('{"address": "', '"}'),
    ],
)
def test_address_in_its_surroundings_is_cut_out_cleanly(find: Find, address: str, before: str, after: str) -> None:
    assert find(f"{before}{address}{after}") == [(address, "ADDRESS")]


@pytest.mark.parametrize("building", BUILDINGS)
def test_address_building_and_room_belong_to_it(find: Find, building: str) -> None:
    whole = f"東京都渋谷区神宮前6-31-2{building}"
    assert find(f"住所　{whole}\n電話") == [(whole, "ADDRESS")]


def test_address_postal_code_before_it_is_apart(find: Find) -> None:
    assert find("〒150-0001 東京都渋谷区神宮前6-31-2") == [
        ("150-0001", "POSTAL_CODE"),
        ("東京都渋谷区神宮前6-31-2", "ADDRESS"),
    ]
    assert find("150-0001\n東京都渋谷区神宮前6-31-2") == [
        ("150-0001", "POSTAL_CODE"),
        ("東京都渋谷区神宮前6-31-2", "ADDRESS"),
    ]


def test_address_other_values_after_it_are_apart(find: Find) -> None:
    assert find("東京都渋谷区神宮前6-31-2 03-1234-5678 山田太郎様") == [
        ("東京都渋谷区神宮前6-31-2", "ADDRESS"),
        ("03-1234-5678", "PHONE"),
        ("山田太郎", "PERSON"),
    ]


def test_address_several_in_a_text_are_all_found(find: Find) -> None:
    text = "旧住所：東京都渋谷区神宮前6-31-2\n新住所：大阪府大阪市北区梅田3丁目1番3号\n"
    assert find(text) == [("東京都渋谷区神宮前6-31-2", "ADDRESS"), ("大阪府大阪市北区梅田3丁目1番3号", "ADDRESS")]


@pytest.mark.parametrize(
    "address",
    ["1-1-1 Marunouchi, Chiyoda-ku, Tokyo", "221B Baker Street, London", "トウキョウト チヨダク マルノウチ1-1-1"],
)
def test_address_in_latin_or_kana_is_found(find: Find, address: str) -> None:
    assert find(f"送付先：{address}") == [(address, "ADDRESS")]


def test_address_block_in_kanji_digits_and_hyphens_is_found(find: Find) -> None:
    assert find("東京都千代田区丸の内一－一－一") == [("東京都千代田区丸の内一－一－一", "ADDRESS")]


@pytest.mark.parametrize(
    "text",
    [
        "東京都では条例を改正した",
        "大阪府の3店舗で実施",
        "横浜市の人口は370万人",
        "東京都港区の人口は26万人",
        "市区町村コード 13101",
        "神戸市の件で2名が訪問",
        "府中市、調布市、三鷹市",
        "町内会費 3,000円",
        "北区 5件、南区 3件",
        "東京都 2026年11月分",
        "区分1-2、市場3-4",
        "Version 1-2-3, Build 7",
    ],
)
def test_place_without_a_block_is_not_found(find: Find, text: str) -> None:
    assert find(text) == []


def test_place_with_a_count_of_branches_is_not_found(find: Find) -> None:
    assert find("千葉県内12支店の集計") == []


@pytest.mark.parametrize("text", ["大阪市北区梅田3-1 ", "横浜市中区日本大通1-1　"])
def test_address_at_the_start_of_a_text_that_ends_in_a_space_is_found(find: Find, text: str) -> None:
    assert find(text) == [(text.strip(), "ADDRESS")]


def test_address_city_and_ward_with_a_single_block_number_is_found_whole(find: Find) -> None:
    assert find("横浜市中区日本大通1にて") == [("横浜市中区日本大通1", "ADDRESS")]
