"""Names without honorific or label: in columns, lists and chats, after kin, before a reading, at the end of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Find = Callable[[str], list[tuple[str, str]]]


def names(find: Find, text: str) -> list[str]:
    return [value for value, label in find(text) if label == "PERSON"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1  山田 太郎  継続\n2  似内 ゆら  継続\n3  鵜野澤 敏  解約\n", ["山田 太郎", "似内 ゆら", "鵜野澤 敏"]),
        ("山田 花子 / 2005.03.11\nTHAPA BISHAL / 2006.08.26\n", ["山田 花子", "THAPA BISHAL"]),
        ("K-1,山田 花子,可\nK-2,たからべ つむぎ,可\n", ["山田 花子", "たからべ つむぎ"]),
    ],
)
def test_cell_in_a_column_of_names_is_a_name(find: Find, text: str, expected: list[str]) -> None:
    assert names(find, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1  山田 太郎  継続\n2  合計 二名  継続\n",
        "山田 花子,可\n定期 預金,可\n投資 信託,可\n",
        "山田 花子\t本店\n(株)ヤマカワ\t支店\n",
    ],
)
def test_cell_of_words_in_a_column_of_names_is_no_name(find: Find, text: str) -> None:
    assert len(names(find, text)) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("出席　山田部長、阿比留、小野寺", ["山田", "阿比留", "小野寺"]),
        ("検査員 生田目・助川↵".replace("↵", "\n"), ["生田目", "助川"]),
        ("山田様は、東京、大阪に支店を持つ", ["山田"]),
    ],
)
def test_surname_beside_a_known_one_is_a_name(find: Find, text: str, expected: list[str]) -> None:
    assert names(find, text) == expected


def test_speakers_of_a_chat_are_names_however_rare(find: Find) -> None:
    text = "樗木 09:02　おはようございます\nTsubasa 09:03　どうも\n樗木 09:04　確認します\n"
    assert names(find, text) == ["樗木", "Tsubasa", "樗木"]


def test_lines_of_a_log_are_no_speakers(find: Find) -> None:
    assert names(find, "起動 09:02 完了\n停止 09:03 完了\n起動 09:04 完了\n") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("息子の蓮に渡す。", "蓮"),
        ("妻美咲名義の口座", "美咲"),
        ("亡夫謙之助の口座", "謙之助"),
        ("義母三ヶ島 チヨ子様から", "三ヶ島 チヨ子"),
        ("旧姓は新妻。", "新妻"),
    ],
)
def test_name_after_kin_is_found(find: Find, text: str, name: str) -> None:
    assert names(find, text) == [name]


@pytest.mark.parametrize(
    "text", ["兄貴は留守。", "息子さんが来た。", "ご主人、春に入院。", "娘の学校へ行く。", "妻の同意が要る。"]
)
def test_word_after_kin_is_no_name(find: Find, text: str) -> None:
    assert names(find, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("目(さっか)さんの通帳", ["目", "さっか"]),
        ("鳥取部 敏(ととりべ とし)", ["鳥取部 敏", "ととりべ とし"]),
        ("古謝 真帆, コジャ マホ, 可", ["古謝 真帆", "コジャ マホ"]),
    ],
)
def test_name_and_its_reading_are_found_together(find: Find, text: str, expected: list[str]) -> None:
    assert names(find, text) == expected


@pytest.mark.parametrize("text", ["定款(ていかん)の写し", "梶(かじ):相場の方向感。", "津(つ)の港"])
def test_word_with_its_reading_is_no_name(find: Find, text: str) -> None:
    assert names(find, text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("通帳は預かり済み。　小俣", "小俣"),
        ("来週折り返す。\n　　　　　　　　　　浦上 千穂", "浦上 千穂"),
        ("朝比奈のおばあちゃんが来店", "朝比奈"),
        ("営業員足羽は、集金先から預かった。", "足羽"),
        ("鹿討課長への聞き取り", "鹿討"),
        ("支店の矢ケ崎に話した。", "矢ケ崎"),
        ("大橋案件はどうなった", "大橋"),
        ("起票 似内　照合 照井", "似内"),
        ("諸見里 晃　福岡中央支店", "諸見里 晃"),
        ("Kind regards,\nHarriet", "Harriet"),
        ("06 IZUMIKAWA/AI MS   TZ117406", "IZUMIKAWA/AI"),
        ("応対は Nguyễn Thị Hồng Nhung が担当", "Nguyễn Thị Hồng Nhung"),
        ("ファム・ヴァン・カルロスと契約", "ファム・ヴァン・カルロス"),
    ],
)
def test_name_that_its_place_announces_is_found(find: Find, text: str, name: str) -> None:
    assert name in names(find, text)


def test_common_surname_counts_in_a_text_that_names_persons(find: Find) -> None:
    assert names(find, "山田様が来店。夕方、川田に渡す。") == ["山田", "川田"]
    assert names(find, "夕方、川田に渡す。") == []


@pytest.mark.parametrize(
    "text",
    [
        "国家公安委員会が定める規則",
        "欧州委員会と理事会の決定",
        "品質管理部長会で報告",
        "第2条 次の各号の一に該当するとき",
        "社外委員 がんの既往",
        "区分 可\n備考 有\n",
        "四三二－八〇三六でございます。",
    ],
)
def test_words_of_offices_and_rules_are_no_names(find: Find, text: str) -> None:
    assert names(find, text) == []


@pytest.mark.parametrize(
    "table",
    ["氏名,年齢\n{},61\n", "出席者\n\n氏名\t所属\n{}\t本部\n", "記録\n| 氏名 | 部署 |\n|---|---|\n| {} | 総務 |\n"],
)
def test_column_of_names_is_read_beside_one_that_says_nothing_of_persons(find: Find, table: str) -> None:
    assert names(find, table.format("笠 智衆")) == ["笠 智衆"]
