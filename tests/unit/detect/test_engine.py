"""What holds for every text: findings are in order, apart, inside the text, known to the rules, and silent about values."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.detect.engine import THRESHOLD, choose
from morasanu.finding import Finding, Label
from morasanu.rules.load import load_rules

if TYPE_CHECKING:
    from morasanu.detect.interface import Detector

VALUES = (
    "山田太郎", "髙橋 花子", "ヤマダ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ", "TARO YAMADA", "さとう", "渡邉", "李 秀英", "長谷川京子",
    "090-1234-5678", "０３（１２３４）５６７８", "〇九〇-一二三四-五六七八", "+81-90-1234-5678", "0120-123-456",
    "123456789018", "1234 5678 9018", "4111-1111-1111-1111", "309012345620", "1234567", "0123-456-7654321",
    "7123456789012", "T7123456789012", "1234-567890", "TZ1234567", "AB12345678CD", "01130012", "2140", "C-100234",
    "taro@mail.example", "taro[at]mail.example", "198.51.100.24", "2001:db8::1", "150-0001",
    "東京都渋谷区神宮前6-31-2 パークハイツ302", "大阪市北区梅田三丁目1番3号", "1-1-1 Marunouchi, Chiyoda-ku, Tokyo",
    "昭和57年8月20日", "1970/01/02", "S45.1.2", "19700102", "tR7-mQ42xz", "${DB_PASSWORD}", "AKIAIOSFODNN7EXAMPLE",
    "postgres://app:lwNGqap4$@db01:5432/core", "糖尿病", "うつ病", "身体障害者手帳2級", "千葉県館山市布良",
)  # fmt: skip
LABELS = (
    "氏名", "氏　名", "お名前：", "フリガナ", "電話番号", "TEL", "連絡先", "住所", "生年月日", "口座番号", "普通", "個人番号",
    "カード番号", "顧客番号", "免許証番号", "基礎年金番号", "旅券番号", "在留カード", "保険者番号", "記号", "番号", "法人番号", "〒",
    "パスワード", "password=", "病名", "本籍", "メール", "IP", "受付番号", "残高", "契約日", "担当", "妻", "内線",
    '"customer_name": "', "<name>", "</name>", "INSERT INTO t (name, tel) VALUES ('",
)  # fmt: skip
BETWEEN = (
    "", " ", "　", "\n", "\r\n", "\t", ",", "，", "：", ":", "=", "|", "│", "、", "。", "（", "）", "「", "」", '"', "'", "', '", "');",
    "様", "さん", "氏", "殿", "課長", "です", "の", "は", "から", "生", "円", "件", "\u200b", "\ufeff", "---", "|---|", " / ", "・",
)  # fmt: skip
PIECES = st.one_of(st.sampled_from(VALUES), st.sampled_from(LABELS), st.sampled_from(BETWEEN), st.sampled_from(BETWEEN))
TEXTS = st.lists(PIECES, max_size=30).map("".join)
LABEL_RULES = load_rules().labels


@given(TEXTS)
def test_detect_any_text_gives_ordered_findings_apart_and_inside(engine: Detector, text: str) -> None:
    found = engine.detect(text)
    assert all(0 <= f.start < f.end <= len(text) for f in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(TEXTS)
def test_detect_any_text_gives_known_labels_and_sure_scores(engine: Detector, text: str) -> None:
    for finding in engine.detect(text):
        assert finding.label in LABEL_RULES
        assert THRESHOLD <= finding.score <= 1


@given(TEXTS)
def test_detect_any_text_says_why_without_the_value(engine: Detector, text: str) -> None:
    for finding in engine.detect(text):
        assert finding.why
        for reason in finding.why:
            kind, _, detail = reason.partition(":")
            assert kind.isidentifier()
            assert detail
            value = text[finding.start : finding.end]
            assert value not in detail or len(value) <= 2  # さんさん is a name with さん after it


@given(TEXTS)
def test_detect_any_text_twice_finds_the_same(engine: Detector, text: str) -> None:
    assert engine.detect(text) == engine.detect(text)


@given(TEXTS)
def test_detect_any_text_finds_nothing_of_spaces_alone(engine: Detector, text: str) -> None:
    for finding in engine.detect(text):
        assert text[finding.start : finding.end].strip(" 　\t\r\n\u200b\ufeff,、。:：")


@given(st.text(max_size=60))
def test_detect_any_characters_gives_findings_inside(engine: Detector, text: str) -> None:
    assert all(0 <= f.start < f.end <= len(text) for f in engine.detect(text))


@given(TEXTS, TEXTS)
def test_detect_header_shifts_nothing_and_is_not_searched(engine: Detector, header: str, text: str) -> None:
    found = engine.detect(text, header)
    whole = engine.detect(f"{header}\n{text}")
    offset = len(header) + 1
    if header:
        assert found == [
            Finding(f.start - offset, f.end - offset, f.label, f.score, f.why) for f in whole if f.start >= offset
        ]
    else:
        assert found == engine.detect(text)


@given(TEXTS)
def test_detect_known_names_stand_whatever_stands_before(engine: Detector, text: str) -> None:
    ending = "\n\n\n\n。\n氏名：山田 太郎\n電話番号：090-1234-5678\n"
    found = [((text + ending)[f.start : f.end], f.label) for f in engine.detect(text + ending)]
    assert found[-2:] == [("山田 太郎", "PERSON"), ("090-1234-5678", "PHONE")]


def test_detect_rows_in_blocks_with_their_header_equal_the_whole(engine: Detector) -> None:
    header = "顧客番号,氏名,残高,電話番号,住所"
    rows = [
        f"C-{100000 + i},{name},{1000000 + i},090-1234-{5000 + i},東京都渋谷区神宮前{i + 1}-31-2"
        for i, name in enumerate(("山田太郎", "佐藤花子", "鈴木一郎", "高橋京子"))
    ]
    whole = "\n".join((header, *rows))
    expected = [(whole[f.start : f.end], f.label) for f in engine.detect(whole)]
    assert len(expected) == 16
    blocks = ["\n".join(rows[:2]), "\n".join(rows[2:])]
    assert [(b[f.start : f.end], f.label) for b in blocks for f in engine.detect(b, header)] == expected


@pytest.mark.parametrize("text", ["", "\n", " 　\n\t", "\u200b", "---", "\x00", "\ufffd", "a" * 10_000, "一" * 10_000])
def test_detect_text_without_content_finds_nothing(engine: Detector, text: str) -> None:
    assert engine.detect(text) == []
    assert engine.detect(text, "氏名,電話番号") == []


def test_detect_by_several_threads_finds_the_same(engine: Detector) -> None:
    texts = [f"{label} {value}\n" for label in LABELS for value in VALUES[::5]]
    expected = [engine.detect(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(engine.detect, texts)) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("山田太郎様の住所,山田太郎様の電話\n東京都渋谷区神宮前6-31-2,03-1234-5678\n", "山田"),
        ("yamada_taro_tel=090-1234-5678", "yamada"),
    ],
)
def test_why_name_in_a_header_or_key_is_not_repeated(engine: Detector, text: str, name: str) -> None:
    found = engine.detect(text)
    assert found
    assert [reason for f in found for reason in f.why if name in reason] == []


def propose(start: int, end: int, score: float, label: str = "PERSON") -> Finding:
    return Finding(start, end, Label(label), score, ("rule:x",))


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ([], []),
        ([propose(0, 4, 0.49)], []),
        ([propose(0, 4, 0.5)], [0]),
        ([propose(0, 4, 0.9), propose(4, 8, 0.6)], [0, 1]),  # touching is not overlapping
        ([propose(4, 8, 0.6), propose(0, 4, 0.9)], [1, 0]),
        ([propose(0, 4, 0.9), propose(3, 8, 0.6)], [0]),
        ([propose(0, 4, 0.8), propose(0, 12, 0.8)], [1]),  # as sure: the longer
        ([propose(0, 9, 0.6), propose(0, 3, 0.9)], [1]),  # as long by a few: the surer
        ([propose(0, 4, 0.8, "PHONE"), propose(0, 4, 0.8, "ADDRESS")], [1]),  # alike: always the same one
    ],
)
def test_choose_overlapping_findings_the_surer_and_longer_stand(found: list[Finding], kept: list[int]) -> None:
    assert choose(found) == [found[index] for index in kept]


@given(st.lists(st.builds(propose, st.integers(0, 20), st.integers(21, 40), st.sampled_from((0.4, 0.5, 0.7, 0.9)))))
def test_choose_any_findings_order_of_proposals_does_not_matter(found: list[Finding]) -> None:
    assert choose(found) == choose(found[::-1])


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(1, 9), st.sampled_from((0.4, 0.5, 0.7, 0.9))).map(
            lambda t: propose(t[0], t[0] + t[1], t[2])
        )
    )
)
def test_choose_any_findings_leaves_none_out_that_stands_free(found: list[Finding]) -> None:
    kept = choose(found)
    assert all(a.end <= b.start for a, b in pairwise(kept))
    for finding in found:
        if finding.score >= THRESHOLD:
            assert any(k.start < finding.end and finding.start < k.end for k in kept)
