"""Detector specs: what a file must say, and that everything else is refused with a code and the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from morasanu.detect.check import CHECKS
from morasanu.detect.spec import Score, load_specs, parse_spec, parse_specs
from morasanu.errors import InputError, RuleError

if TYPE_CHECKING:
    from pathlib import Path

RAW: dict[str, object] = {
    "id": "staff_id",
    "label": "STAFF_ID",
    "title": {"ja": "職員番号", "en": "staff number"},
    "score": 0.8,
    "source": "our own",
    "checked": "verified",
}
YAML = """
id: staff_id
label: STAFF_ID
title: {ja: 職員番号, en: staff number}
checked: verified
source: our own
score: {alone: 0, checked: 0, labelled: 0.9, labelled_checked: 0.9}
labels: [職員番号]
value: 'S[0-9]{6}'
examples:
  - {text: "職員番号 S123456", found: [S123456]}
"""


def test_parse_smallest_spec_is_read() -> None:
    spec = parse_spec(RAW, "here")
    assert (spec.id, spec.label, spec.title_ja, spec.title_en) == ("staff_id", "STAFF_ID", "職員番号", "staff number")
    assert spec.score == Score(0.8, 0.8, 0.8, 0.8)
    assert spec.forms == spec.labels == spec.citations == spec.examples == ()


def test_parse_full_spec_keeps_every_part() -> None:
    spec = parse_spec(
        RAW
        | {
            "citations": [{"law": "個人情報保護法", "article": "2条1項"}],
            "score": {"alone": 0, "checked": 0.3, "labelled": 0.6, "labelled_checked": 0.9},
            "forms": [r"\d{6}"],
            "labels": "職員番号",
            "check": "luhn",
            "stop": ["本人"],
            "examples": [{"text": "職員番号 123456", "found": [123456]}],
            "counter_examples": ["123456"],
        },
        "here",
    )
    assert spec.citations == (("個人情報保護法", "2条1項"),)
    assert spec.labels == ("職員番号",)  # one word may stand without a list
    assert spec.words == {"stop": ("本人",)}
    assert spec.examples[0].found == ("123456",)


@pytest.mark.parametrize(
    ("labelled", "checked", "score"), [(False, False, 0.1), (False, True, 0.2), (True, False, 0.3), (True, True, 0.4)]
)
def test_score_evidence_gives_its_number(labelled: bool, checked: bool, score: float) -> None:
    assert Score(0.1, 0.2, 0.3, 0.4).of(labelled=labelled, checked=checked) == score


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "unknown keys: colour"),
        ({1: "x"}, "unknown keys: 1"),
        ({"title": "職員番号"}, "title needs ja and en"),
        ({"title": {"ja": "職員番号"}}, "title needs ja and en"),
        ({"title": {"ja": "職", "en": "s", "fr": "x"}}, "title needs ja and en"),
        ({"label": "staff"}, "capital letters"),
        ({"label": "STAFF-ID"}, "capital letters"),
        ({"label": "S" * 41}, "capital letters"),
        ({"label": 7}, "capital letters"),
        ({"checked": "perhaps"}, "checked must be one of"),
        ({"check": "mod97"}, "check must be one of"),
        ({"citations": "個人情報保護法"}, "citations must be a list"),
        ({"citations": [{"law": "個人情報保護法"}]}, "citations must be a list"),
        ({"citations": [{"law": "a", "article": "b", "page": 1}]}, "citations must be a list"),
        ({"labels": 5}, "labels must be a list of strings"),
        ({"labels": [5]}, "labels must be a list of strings"),
        ({"labels": [""]}, "labels must be a list of strings"),
        ({"labels": {"a": 1}}, "labels must be a list of strings"),
        ({"stop": [None]}, "stop must be a list of strings"),
        ({"score": "high"}, "score must give"),
        ({"score": {"alone": 1}}, "score must give"),
        ({"score": {"alone": 0, "checked": 0, "labelled": 0, "labelled_checked": 1.5}}, "score must give"),
        ({"score": {"alone": 0, "checked": 0, "labelled": -1, "labelled_checked": 1}}, "score must give"),
        ({"score": {"alone": 0, "checked": 0, "labelled": "0", "labelled_checked": 1}}, "score must give"),
        ({"score": {"alone": 0, "checked": 0, "labelled": 0, "surely": 1}}, "score must give"),
        ({"examples": "S123456"}, "examples must be a list"),
        ({"examples": [{"text": "S123456"}]}, "examples must be a list"),
        ({"examples": [{"text": 1, "found": []}]}, "examples must be a list"),
        ({"examples": [{"text": "a", "found": "a"}]}, "examples must be a list"),
        ({"forms": ["[0-9"]}, "bad regular expression"),
        ({"label_forms": ["(?P<"]}, "bad regular expression"),
        ({"strong_forms": ["*"]}, "bad regular expression"),
        ({"text_forms": [r"\d{2}("]}, "bad regular expression"),
        ({"value": "a(b"}, "bad regular expression"),
        ({"phrases": ["[病"]}, "bad regular expression"),
        ({"forms": [r"\d*"]}, "matches nothing at all"),
        ({"text_forms": ["a|"]}, "matches nothing at all"),
        ({"value": "x?"}, "matches nothing at all"),
    ],
)
def test_parse_wrong_spec_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(RuleError, match=message) as caught:
        parse_spec(RAW | change, "mine.yaml")
    assert caught.value.code == "MRS-R-010"
    assert "mine.yaml" in caught.value.message_en
    assert "mine.yaml" in caught.value.message_ja


@pytest.mark.parametrize("key", sorted(RAW))
def test_parse_spec_without_a_needed_key_is_refused(key: str) -> None:
    with pytest.raises(RuleError, match=f"missing keys: {key}") as caught:
        parse_spec({k: v for k, v in RAW.items() if k != key}, "here")
    assert caught.value.code == "MRS-R-010"


@pytest.mark.parametrize("score", [1.5, -0.1, 7])
def test_parse_single_score_out_of_range_is_refused(score: float) -> None:
    with pytest.raises(RuleError):
        parse_spec(RAW | {"score": score}, "here")


@pytest.mark.parametrize("text", ["5", "words", "[1, 2]", "- - a", "null", ""])
def test_parse_document_without_a_mapping_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="must be a mapping") as caught:
        parse_specs(text, "mine.yaml")
    assert caught.value.code == "MRS-R-010"


def test_parse_text_that_is_no_yaml_is_refused_with_its_line() -> None:
    with pytest.raises(RuleError, match=r"mine\.yaml line 3: not valid YAML") as caught:
        parse_specs("id: a\nlabel: B\n  title: [\n", "mine.yaml")
    assert caught.value.code == "MRS-R-011"


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.getcwd []",
        "id: !!python/name:os.system ''",
        "id: !!timestamp q",
        "- !!bool q",
        "!!set {a}",
    ],
)
def test_type_given_by_name_in_yaml_is_refused(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_specs(text, "mine.yaml")
    assert caught.value.code == "MRS-R-011"


def test_parse_document_with_a_list_gives_every_spec() -> None:
    first, second = parse_specs(f"- {YAML.strip().replace(chr(10), chr(10) + '  ')}\n- {RAW | {'id': 'other'}}", "here")
    assert (first.id, second.id) == ("staff_id", "other")


def test_load_custom_file_stands_behind_the_shipped(tmp_path: Path) -> None:
    path = tmp_path / "staff.yaml"
    path.write_text(YAML, encoding="utf-8")
    shipped = load_specs()
    assert load_specs([path])[:-1] == shipped
    assert load_specs([path])[-1].id == "staff_id"
    assert [spec.id for spec in shipped] == sorted(spec.id for spec in shipped)


def test_load_id_of_a_shipped_detector_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "staff.yaml"
    path.write_text(YAML.replace("id: staff_id", "id: phone"), encoding="utf-8")
    with pytest.raises(RuleError, match="used twice") as caught:
        load_specs([path])
    assert caught.value.code == "MRS-R-010"


def test_load_same_file_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "staff.yaml"
    path.write_text(YAML, encoding="utf-8")
    with pytest.raises(RuleError, match="used twice"):
        load_specs([path, path])


def test_load_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "staff.yaml"
    path.write_bytes(YAML.encode("cp932"))
    with pytest.raises(RuleError, match="not UTF-8") as caught:
        load_specs([path])
    assert caught.value.code == "MRS-R-011"


def test_load_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.yaml", tmp_path):
        with pytest.raises(InputError) as caught:
            load_specs([path])
        assert caught.value.code == "MRS-I-001"


@pytest.mark.parametrize("spec", load_specs(), ids=lambda spec: spec.id)
def test_shipped_spec_says_where_it_comes_from(spec) -> None:
    assert spec.source
    assert spec.title_ja
    assert spec.title_en
    assert spec.citations or spec.label == "NONE"
    assert spec.check in {"", *CHECKS}
    assert (spec.examples and spec.counter_examples) or spec.label == "NONE"
