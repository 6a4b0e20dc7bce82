"""Numbers and codes: the shape proposes, the label beside it decides, the check digit supports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.detect.interface import Detector

    Find = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "value", "label"),
    [
        ("個人番号 123456789018", "123456789018", "MY_NUMBER"),
        ("マイナンバー：1234 5678 9018 を確認", "1234 5678 9018", "MY_NUMBER"),
        ("マイナンバー 1234-5678-9018", "1234-5678-9018", "MY_NUMBER"),
        ("個人番号 123456789019", "123456789019", "MY_NUMBER"),  # a slip of the pen is still one
        ("法人番号：7123456789012", "7123456789012", "CORPORATE_NUMBER"),
        ("登録番号：T7123456789012", "7123456789012", "CORPORATE_NUMBER"),
        ("免許証番号 第309012345620号", "309012345620", "DRIVER_LICENSE"),
        ("運転免許証番号: 3090 1234 5620", "3090 1234 5620", "DRIVER_LICENSE"),
        ("基礎年金番号：1234-567890", "1234-567890", "PENSION_NUMBER"),
        ("旅券番号 TZ1234567", "TZ1234567", "PASSPORT"),
        ("在留カード AB12345678CD", "AB12345678CD", "RESIDENCE_CARD"),
        ("カード番号 4111 1111 1111 1111", "4111 1111 1111 1111", "CREDIT_CARD"),
        ("カード番号 3782-822463-10005", "3782-822463-10005", "CREDIT_CARD"),
        ("口座番号 1234567", "1234567", "BANK_ACCOUNT"),
        ("汐見支店　普通　１２３４５６７", "１２３４５６７", "BANK_ACCOUNT"),
        ("当座 7654321 より引落", "7654321", "BANK_ACCOUNT"),
        ("引落口座 0123-456-7654321 の残高不足", "0123-456-7654321", "BANK_ACCOUNT"),
        ("保険者番号 01130012", "01130012", "HEALTH_INSURANCE"),
        ("顧客番号 C-100234", "C-100234", "CUSTOMER_ID"),
        ("お客様番号：K-20093-5517", "K-20093-5517", "CUSTOMER_ID"),
        ("郵便番号 150-0001", "150-0001", "POSTAL_CODE"),
        ("〒1500001", "1500001", "POSTAL_CODE"),
        ("電話 03(1234)5678", "03(1234)5678", "PHONE"),
        ("TEL:03-1234-5678", "03-1234-5678", "PHONE"),
        ("携帯：09012345678", "09012345678", "PHONE"),
        ("内線 7741", "7741", "PHONE"),
        ("メール: taro.yamada+bank@mail.example", "taro.yamada+bank@mail.example", "EMAIL"),
        ("接続元 198.51.100.24", "198.51.100.24", "IP_ADDRESS"),
        ("src=2001:db8::1", "2001:db8::1", "IP_ADDRESS"),
    ],
)
def test_number_with_its_label_is_found(find: Find, text: str, value: str, label: str) -> None:
    assert find(text) == [(value, label)]


@pytest.mark.parametrize(
    ("value", "label"),
    [
        ("090-1234-5678", "PHONE"),
        ("03-1234-5678", "PHONE"),
        ("0120-123-456", "PHONE"),
        ("+81-90-1234-5678", "PHONE"),
        ("4111111111111111", "CREDIT_CARD"),
        ("4111-1111-1111-1111", "CREDIT_CARD"),
        ("AB12345678CD", "RESIDENCE_CARD"),
        ("taro@mail.example", "EMAIL"),
        ("192.168.14.7", "IP_ADDRESS"),
    ],
)
def test_number_of_a_sure_shape_without_label_is_found(find: Find, value: str, label: str) -> None:
    for text in (value, f"本日 {value} の件", f"（{value}）", f"{value}\n"):
        assert find(text) == [(value, label)]


@pytest.mark.parametrize(
    "text",
    [
        "123456789018",
        "処理 123456789018 を完了",
        "1234567",
        "150-0001",
        "1234-567890",
        "01130012",
        "309012345620",
        "C-100234",
        "7741",
        "4111111111111112",
        "2026-01-02 03:04:05",
        "2026/11/23〜2026/11/30",
        "09:12:44",
        "1,234,567円",
        "￥1234567",
        "USD 1234567",
        "会員数は 1234567 人",
        "普通に考えて 1234567 件",
        "3.14159265",
        "0000000",
        "Ver.12.1.0.7",
        "00:1b:44:11:3a:b7",
        "単価 @100 円",
    ],
)
def test_number_that_nothing_announces_is_not_found(find: Find, text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "受付番号 123456789018",
        "伝票番号 4111111111111111 の取消",
        "取引番号 4111-1111-1111-1111",
        "会議室 090-1234-5678 を予約した",
        "整理番号 0800-5435-1726 を控える",
        "注文番号 309012345620 を発送",
        "請求番号: 7123456789012",
        "見積番号 1234-567890",
        "商品コード TZ1234567",
        "ISBN 978-4-3871-5276-0",
        "残高 1234567",
        "口座残高 1234567 円",
        "ISBN 9784387152760",
        "追跡番号 1234-5678-9018",
        "ファーム 10.24.7.115",
    ],
)
def test_number_after_another_kind_of_label_is_vetoed(find: Find, text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("受付番号 1234567 口座番号 7654321", [("7654321", "BANK_ACCOUNT")]),
        ("口座番号 7654321 受付番号 1234567", [("7654321", "BANK_ACCOUNT")]),
        ("口座番号：1234567（残高 7654321 円）", [("1234567", "BANK_ACCOUNT")]),
        ("伝票番号 123456789018、個人番号 621498320257", [("621498320257", "MY_NUMBER")]),
        ("電話 090-1234-5678（会議室 080-1111-2222）", [("090-1234-5678", "PHONE")]),
    ],
)
def test_number_of_two_labels_the_nearest_decides(find: Find, text: str, expected: list[tuple[str, str]]) -> None:
    assert find(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("電話 090-1234-5678（自宅）03-1234-5678", ["090-1234-5678", "03-1234-5678"]),
        ("TEL/FAX 03-1234-5678/03-1234-5679", ["03-1234-5678", "03-1234-5679"]),
        ("TEL 03-1234-5678 内線 123", ["03-1234-5678", "123"]),
        ("連絡先：090-1234-5678、080-1111-2222、070-3333-4444", ["090-1234-5678", "080-1111-2222", "070-3333-4444"]),
        ("03-1234-5678 03-1234-5679", ["03-1234-5678", "03-1234-5679"]),
    ],
)
def test_phone_several_in_a_row_are_found_one_by_one(find: Find, text: str, expected: list[str]) -> None:
    assert find(text) == [(value, "PHONE") for value in expected]


@pytest.mark.parametrize("written", ["taro@mail.example", "taro[at]mail.example", "taro (at) mail [dot] example"])
def test_email_written_in_words_is_found(find: Find, written: str) -> None:
    assert find(f"宛先は {written} です") == [(written, "EMAIL")]


@pytest.mark.parametrize("text", ["Message-ID: <20261123.4711@mail.example>", "pip install foo@1.2", "@taro", "a@b"])
def test_email_like_text_is_not_found(find: Find, text: str) -> None:
    assert find(text) == []


def test_health_insurance_symbol_and_number_apart_are_two(find: Find) -> None:
    assert find("健保 記号 2140 番号 9917") == [("2140", "HEALTH_INSURANCE"), ("9917", "HEALTH_INSURANCE")]


@pytest.mark.parametrize(
    ("text", "value", "label"),
    [
        ("TEL.03-1234-5678", "03-1234-5678", "PHONE"),
        ("携帯.09012345678", "09012345678", "PHONE"),
        ("口座番号No.1234567", "1234567", "BANK_ACCOUNT"),
    ],
)
def test_number_after_an_abbreviated_label_is_found_whole(find: Find, text: str, value: str, label: str) -> None:
    assert find(text) == [(value, label)]


def test_number_in_escaped_quotes_is_found(find: Find) -> None:
    assert find(r"{\"tel\": \"090-1234-5678\"}") == [("090-1234-5678", "PHONE")]


def test_yucho_symbol_and_number_is_an_account(find: Find) -> None:
    assert find("ゆうちょ銀行 記号番号 10530-12345671") == [("10530-12345671", "BANK_ACCOUNT")]


def test_number_right_check_digit_is_surer_than_a_wrong_one(engine: Detector) -> None:
    (right,) = engine.detect("個人番号 123456789018")
    (wrong,) = engine.detect("個人番号 123456789019")
    assert right.score > wrong.score
    assert "check:my_number" in right.why
    assert "check:my_number" not in wrong.why


def test_number_evidence_names_rule_check_and_label(engine: Detector) -> None:
    (found,) = engine.detect("個人番号 123456789018")
    assert found.why == ("rule:my_number", "check:my_number", "label:個人番号")


@pytest.mark.parametrize(
    ("text", "value", "label"),
    [
        ("マイナンバーを確認。\n妻　123456789018\n", "123456789018", "MY_NUMBER"),
        ("法人番号を調べる。\n7123456789012 に照会\n", "7123456789012", "CORPORATE_NUMBER"),
        ("口座を調べる。\nﾔﾏﾀﾞ ﾀﾛｳ　1234567\n", "1234567", "BANK_ACCOUNT"),
        ("店番 118　口座番号\n　1234567\n", "1234567", "BANK_ACCOUNT"),
        ("ゆうちょ　記号 17010　番号 20846311", "17010", "BANK_ACCOUNT"),
        ("折返し 080=2216=7743", "080=2216=7743", "PHONE"),
        ("携帯 +46 70 174 06 39", "+46 70 174 06 39", "PHONE"),
        ("夜七時すぎに〇九〇－三一八二－六六四七へ", "〇九〇－三一八二－六六四七", "PHONE"),
        ("5-9-18 Kamiosaki, Shinagawa-ku, Tokyo 141-0021", "141-0021", "POSTAL_CODE"),
    ],
)
def test_number_in_a_text_about_its_kind_is_found(find: Find, text: str, value: str, label: str) -> None:
    assert (value, label) in find(text)


@pytest.mark.parametrize(
    "text",
    [
        "マイナンバーを確認。\n妻　123456789019\n",  # its check fails
        "マイナンバーを確認。\n伝票番号 123456789018\n",
        "口座を調べる。\n契約 RC-1234567\n",
        "口座,会員数\n可,1234567\n否,7654321\n",
    ],
)
def test_number_of_another_kind_in_such_a_text_is_not_found(find: Find, text: str) -> None:
    assert find(text) == []
