"""Rules as data: what the shipped ones say, and that a broken one is refused with its code and place."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
import yaml

from morasanu.detect.spec import load_specs
from morasanu.errors import RuleError
from morasanu.finding import Label
from morasanu.rules import load
from morasanu.rules.load import Citation, Rules, Words, load_rules

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Change = Callable[[Any], object]
REVIEW = {"BANK_ACCOUNT": "property_damage", "SECRET": "property_damage", "SENSITIVE": "special_care"}
CLASSES = {
    "MY_NUMBER": ["specific_personal", "identification_code"],
    "DRIVER_LICENSE": ["identification_code"],
    "PASSPORT": ["identification_code"],
    "RESIDENCE_CARD": ["identification_code"],
    "PENSION_NUMBER": ["identification_code"],
    "HEALTH_INSURANCE": ["identification_code"],
    "CREDIT_CARD": ["property_damage"],
    "BANK_ACCOUNT": ["property_damage"],
    "SECRET": ["property_damage"],
    "SENSITIVE": ["financial_sensitive", "special_care"],
}


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.fixture
def load_changed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Change], Rules]:
    """Return what loads the shipped rules with one of their files changed."""

    def load_with(name: str, change: Change) -> Rules:
        folder = files("morasanu.rules").joinpath("data")
        contents = {
            entry: yaml.load(folder.joinpath(entry).read_text(encoding="utf-8"), Loader=LOADER)
            for entry in ("legal_class.yaml", "label.yaml", "risk.yaml")
        }
        change(contents[name])
        monkeypatch.setattr(load, "read_rules", contents.__getitem__)
        return load_rules.__wrapped__()

    return load_with


def put(*path: str | int, value: object) -> Change:
    """Return a change that sets the place at `path` to `value`."""

    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        content[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    """Return a change that takes out the place at `path`."""

    def change(content: Any) -> None:
        for step in path[:-1]:
            content = content[step]
        del content[path[-1]]

    return change


@pytest.mark.parametrize("label", sorted({spec.label for spec in load_specs()} - {"NONE"}))
def test_rules_every_label_of_every_detector_has_its_own(rules: Rules, label: str) -> None:
    rule = rules.labels[Label(label)]
    assert rule.title.ja
    assert rule.title.en
    assert [b.legal_class for b in rules.classify(rule.id, "あ")] == CLASSES.get(label, [])


def test_rules_no_label_without_a_detector(rules: Rules) -> None:
    assert set(rules.labels) == {spec.label for spec in load_specs()} - {"NONE"}


def test_rules_only_firms_and_keys_are_not_personal(rules: Rules) -> None:
    assert {label for label, rule in rules.labels.items() if not rule.is_personal} == {"SECRET", "CORPORATE_NUMBER"}


def test_classify_custom_label_belongs_to_no_class(rules: Rules) -> None:
    assert rules.classify(Label("STAFF_ID"), "S123456") == ()


@pytest.mark.parametrize(("label", "legal_class"), REVIEW.items())
def test_classify_what_is_not_sure_asks_a_question(rules: Rules, label: str, legal_class: str) -> None:
    unsure = [b for b in rules.classify(Label(label), "あ") if not b.is_sure]
    assert [b.legal_class for b in unsure] == [legal_class]
    assert unsure[0].question is not None
    assert unsure[0].question.ja.endswith(
        ("か。", "か（社内システムの鍵なら当たらない）。", "か（商品名や一般論ではないか）。")
    )


@pytest.mark.parametrize("label", sorted(set(CLASSES) - set(REVIEW)))
def test_classify_what_is_sure_asks_none(rules: Rules, label: str) -> None:
    assert all(b.is_sure and b.question is None for b in rules.classify(Label(label), ""))


@pytest.mark.parametrize("value", ["労働組合の組合員", "千葉県館山市布良1番地", "東京都千代田区1", "同性愛者"])
def test_classify_financial_only_statement_is_not_special_care(rules: Rules, value: str) -> None:
    assert [b.legal_class for b in rules.classify(Label("SENSITIVE"), value)] == ["financial_sensitive"]


def test_classify_domicile_without_a_number_is_not_special_care(rules: Rules) -> None:
    assert [b.legal_class for b in rules.classify(Label("SENSITIVE"), "千葉県館山市布良")] == ["financial_sensitive"]


@pytest.mark.parametrize("value", ["糖尿病", "前科あり", "身体障害者手帳2級", "詐欺被害に遭った"])
def test_classify_illness_crime_and_disability_are_special_care(rules: Rules, value: str) -> None:
    assert [b.legal_class for b in rules.classify(Label("SENSITIVE"), value)] == ["financial_sensitive", "special_care"]


def test_classify_every_class_names_its_citation(rules: Rules) -> None:
    cited = [b.citation for rule in rules.labels.values() for b in rule.classes]
    cited += [c for rule in rules.classes for c in rule.citations]
    cited += [c for advice in rules.risk.advice for c in advice.citations]
    assert all(c.law and re.search(r"\d+条", c.article) for c in cited)
    assert Citation("番号法", "2条8項") in cited


def test_title_is_given_in_both_languages_and_custom_labels_keep_their_id(rules: Rules) -> None:
    assert rules.title(Label("PERSON")) == Words("氏名", "name")
    assert (rules.title(Label("PERSON")).of("ja"), rules.title(Label("PERSON")).of("en")) == ("氏名", "name")
    assert rules.title(Label("STAFF_ID")) == Words("STAFF_ID", "STAFF_ID")


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        (date(2015, 10, 4), set()),
        (date(2015, 10, 5), {"specific_personal"}),
        (date(2017, 5, 29), {"specific_personal"}),
        (date(2017, 5, 30), {"specific_personal", "special_care", "financial_sensitive", "identification_code"}),
        (
            date(2022, 4, 1),
            {"specific_personal", "special_care", "financial_sensitive", "identification_code", "property_damage"},
        ),
    ],
)
def test_as_of_day_keeps_the_classes_in_force(rules: Rules, day: date, in_force: set[str]) -> None:
    assert {rule.id for rule in rules.as_of(day).classes} == in_force


def test_as_of_class_that_ended_holds_to_its_last_day(load_changed: Callable[[str, Change], Rules]) -> None:
    rules = load_changed("legal_class.yaml", put(0, "effective_to", value=date(2026, 3, 31)))
    ended = rules.classes[0].id
    assert ended in {rule.id for rule in rules.as_of(date(2026, 3, 31)).classes}
    assert ended not in {rule.id for rule in rules.as_of(date(2026, 4, 1)).classes}


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("legal_class.yaml", put(0, "colour", value="red"), "specific_personal: unknown keys: colour"),
        ("legal_class.yaml", drop(0, "citations"), "specific_personal: missing keys: citations"),
        ("legal_class.yaml", put(0, "citations", value=[]), "specific_personal: no citation"),
        ("legal_class.yaml", drop(1, "source"), "special_care: missing keys: source"),
        ("legal_class.yaml", drop(1, "id"), "rule [?]: missing keys: id"),
        ("legal_class.yaml", put(0, "checked", value="perhaps"), "checked must be one of"),
        ("legal_class.yaml", put(0, "effective_from", value="2015"), "bad effective dates"),
        ("legal_class.yaml", put(0, "effective_to", value=date(2015, 10, 4)), "bad effective dates"),
        ("label.yaml", put(0, "colour", value="red"), "PERSON: unknown keys: colour"),
        ("label.yaml", drop(0, "personal"), "PERSON: missing keys: personal"),
        ("label.yaml", put(6, "classes", 0, "class", value="nothing"), "MY_NUMBER: unknown class"),
        ("label.yaml", put(6, "classes", 0, "certainty", value="review"), "MY_NUMBER: .* review without a question"),
        ("label.yaml", put(6, "classes", 0, "question", value={"ja": "か", "en": "?"}), "MY_NUMBER: unknown class, or"),
        ("risk.yaml", put("colour", value="red"), "place_risk: unknown keys: colour"),
        ("risk.yaml", drop("advice"), "place_risk: missing keys: advice"),
        ("risk.yaml", put("classes", "nothing", value=[1, 1]), "unknown classes or labels: nothing"),
        ("risk.yaml", put("labels", "NOTHING", value=[1, 1]), "unknown classes or labels: NOTHING"),
        ("risk.yaml", drop("advice", 0, "why"), "my_number: missing keys: why"),
        ("risk.yaml", put("advice", 0, "citations", value=[]), "my_number: no citation"),
        ("risk.yaml", put("advice", 0, "colour", value="red"), "my_number: unknown keys: colour"),
    ],
)
def test_load_broken_rule_is_refused(
    load_changed: Callable[[str, Change], Rules], name: str, change: Change, message: str
) -> None:
    with pytest.raises(RuleError, match=message) as caught:
        load_changed(name, change)
    assert caught.value.code == "MRS-R-020"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("legal_class.yaml", lambda content: content.append(dict(content[0]))),
        ("label.yaml", lambda content: content.append(dict(content[0]))),
        ("label.yaml", drop(6, "classes", 0, "citation")),
        ("label.yaml", put(6, "classes", 0, "colour", value="red")),
        ("label.yaml", put(6, "classes", 0, "certainty", value="perhaps")),
        ("risk.yaml", put("advice", 0, "when", "colour", value="red")),
        ("risk.yaml", put("advice", 0, "when", value={"class": "nothing"})),
    ],
    ids=[
        "class twice",
        "label twice",
        "no citation",
        "unknown key",
        "unknown certainty",
        "unknown condition",
        "unknown class",
    ],
)
def test_load_rule_that_does_not_hold_together_is_refused(
    load_changed: Callable[[str, Change], Rules], name: str, change: Change
) -> None:
    with pytest.raises(RuleError) as caught:
        load_changed(name, change)
    assert caught.value.code == "MRS-R-020"


def test_shipped_labels_are_read_without_the_loader_in_c() -> None:
    text = files("morasanu.rules").joinpath("data", "label.yaml").read_text(encoding="utf-8")
    assert yaml.load(text, Loader=yaml.SafeLoader) == yaml.load(text, Loader=LOADER)
