"""Secrets against placeholders, and what the law calls sensitive against the names of products and departments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from morasanu.detect.spec import load_specs

if TYPE_CHECKING:
    from collections.abc import Callable

    Find = Callable[[str], list[tuple[str, str]]]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("パスワードは tR7-mQ42xz です。", "tR7-mQ42xz"),
        ("PW：Shiomi#2026", "Shiomi#2026"),
        ("初期パスワード「Umi-2026」", "Umi-2026"),
        ("暗証番号 4821", "4821"),
        ("password = tR7-mQ42xz", "tR7-mQ42xz"),
        ("export DB_PASSWORD=Kaze7!umi", "Kaze7!umi"),
        ('{"password": "Kaze7!umi"}', "Kaze7!umi"),
        ("<password>Kaze7!umi</password>", "Kaze7!umi"),
        ("api_key = 'sk-abcdefghijklmnopqrstuvwx'", "sk-abcdefghijklmnopqrstuvwx"),
        ("postgres://app:lwNGqap4$@db01:5432/core", "lwNGqap4$"),
        ("curl -u admin:s3cret! https://x.example", "s3cret!"),
        ("鍵は AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
        ("glpat-abcdefghij0123456789", "glpat-abcdefghij0123456789"),
        ("xoxb-1234567890-abcdefghij", "xoxb-1234567890-abcdefghij"),
        ("Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk"),
        (
            "$2b$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
            "$2b$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nabcdEFGH1234+/==\n-----END PRIVATE KEY-----",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nabcdEFGH1234+/==",
        ),
    ],
)
def test_secret_that_opens_something_is_found(find: Find, text: str, secret: str) -> None:
    assert find(text) == [(secret, "SECRET")]


def test_secret_in_escaped_json_is_found(find: Find) -> None:
    assert find('{\\"password\\": \\"tR7-mQ42xz\\"}') == [("tR7-mQ42xz", "SECRET")]


@pytest.mark.parametrize(
    "text",
    [
        "パスワードは定期的に変更してください。",
        "パスワードを忘れた方はこちら",
        "パスワード：********",
        "パスワード：（別途連絡）",
        "暗証番号は4桁で設定",
        "暗証番号は別紙に記入",
        "password=${DB_PASSWORD}",
        "password: changeme",
        "password: null",
        "password = os.environ['DB_PASSWORD']",
        "token: <your-token>",
        "api_key: {{ vault.api_key }}",
        "password: xxxxxxxx",
        "secret: [REDACTED]",
        "postgres://app:${DB_PASSWORD}@db01:5432/core",
        "https://bank.example:8443/login",
        "password VARCHAR(64) NOT NULL",
        "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ],
)
def test_placeholder_of_a_secret_is_not_found(find: Find, text: str) -> None:
    assert [pair for pair in find(text) if pair[1] == "SECRET"] == []


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("糖尿病で通院中", "糖尿病"),
        ("うつ病のため休職", "うつ病"),
        ("病名：高脂血症", "高脂血症"),
        ("身体障害者手帳2級", "身体障害者手帳2級"),
        ("要介護3の認定", "要介護3"),
        ("HIV陽性", "HIV陽性"),
        ("HbA1c 7.2", "HbA1c 7.2"),
        ("前科あり", "前科あり"),
        ("逮捕された", "逮捕された"),
        ("詐欺被害に遭った", "詐欺被害に遭った"),
        ("労働組合の組合員", "労働組合の組合員"),
        ("被差別部落の出身", "被差別部落の出身"),
        ("本籍：千葉県館山市布良", "千葉県館山市布良"),
        ("昨年夏からパニック障害で心療内科に通院中", "パニック障害"),
        ("She was diagnosed with breast cancer", "diagnosed with breast cancer"),
    ],
)
def test_sensitive_statement_is_found(find: Find, text: str, phrase: str) -> None:
    assert find(text) == [(phrase, "SENSITIVE")]


@pytest.mark.parametrize(
    "text",
    [
        "がん保険のご案内",
        "がん検診の案内",
        "三大疾病保障特約",
        "認知症サポーター養成講座",
        "障害報告書を提出する",
        "システム障害が発生",
        "通信障害のお知らせ",
        "特殊詐欺被害防止の研修",
        "要介護認定の手引",
        "既往症なし",
        "病名：特になし",
        "病歴：未記入",
        "日本糖尿病学会",
        "暴力団排除条項",
        "健康診断の受診率",
        "本籍地の記載は不要です",
    ],
)
def test_product_department_or_empty_field_is_not_sensitive(find: Find, text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("ご主人は右手で字が書けない。", "右手で字が書けない"),
        ("奥様は左足が義足のため1階を希望。", "左足が義足"),
        ("山田様は補聴器使用。", "補聴器"),
        ("本人は車上荒らしに遭い、警察へ。", "車上荒らしに遭い"),
        ("山田さんは酒気帯び運転の現行犯で逮捕された。", "酒気帯び運転の現行犯で逮捕"),
        ("妻は従業員組合の執行委員をしている。", "従業員組合の執行委員"),
        ("父は浄土真宗の熱心な門徒だった。", "浄土真宗の熱心な門徒"),
        ("息子さんは在日三世です。", "在日三世"),
        ("本人はパーキンソンの薬を飲んでいる。", "パーキンソンの薬"),
    ],
)
def test_sensitive_statement_in_ordinary_words_is_found(find: Find, text: str, phrase: str) -> None:
    assert any(phrase in value for value, label in find(text) if label == "SENSITIVE")


@pytest.mark.parametrize(
    "text",
    [
        "過去5年以内のがん、肝硬変、認知症での入院を含む。",
        "がん、うつ病、糖尿病などの病名を面談記録に書くときは注意する。",
        "お子様の食物アレルギーや車椅子の利用など、配慮が必要な場合はお申し出ください。",
        "椎間板ヘルニアは二十代から四十代に多い。",
        "手数料が高く、手続が動かない。",
        "契約日から91日目より前にがんと診断された場合、契約は無効とします。",
    ],
)
def test_sensitive_words_of_anybody_are_not_found(find: Find, text: str) -> None:
    assert [value for value, label in find(text) if label == "SENSITIVE"] == []


def test_hint_that_calls_no_phrase_is_none_of_ours() -> None:
    spec = next(spec for spec in load_specs() if spec.id == "sensitive")
    idle = [hint for hint in spec.words["hints"] if not any(hint in phrase for phrase in spec.words["phrases"])]
    assert idle == []
