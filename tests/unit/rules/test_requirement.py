"""Requirements, controls and machine judgements: what the shipped ones say, and that a broken file is refused."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from morasanu.errors import RuleError
from morasanu.rules import requirement
from morasanu.rules.load import Citation, read_rules
from morasanu.rules.requirement import (
    PERSON,
    Category,
    Level,
    Requirements,
    Stage,
    Unit,
    load_requirements,
)

Change = Callable[[Any], object]
TODAY = date(2026, 11, 23)
MACHINE = {
    "register_scanned",
    "appointments_filled",
    "reviews_on_time",
    "actions_on_time",
    "backup_restored",
    "ledger_left",
    "second_factor",
    "training_done",
    "pledge_signed",
}


@pytest.fixture(scope="module")
def rules() -> Requirements:
    return load_requirements()


@pytest.fixture
def load_changed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Change], Requirements]:
    """Return what loads the shipped requirements with one of their files changed."""

    def load_with(name: str, change: Change) -> Requirements:
        def read(wanted: str) -> Any:
            content = copy.deepcopy(read_rules(wanted))
            if wanted == name:
                change(content)
            return content

        monkeypatch.setattr(requirement, "read_rules", read)
        return load_requirements.__wrapped__()

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


def renew(start: date, end: date | None) -> Change:
    """Return a change that ends the first row on `end` and adds a newer version of it from `start`."""

    def change(content: Any) -> None:
        content.append({**copy.deepcopy(content[0]), "effective_from": start, "level": "must"})
        if end is not None:
            content[0]["effective_to"] = end

    return change


def test_requirements_are_all_there_each_once(rules: Requirements) -> None:
    assert len(rules.requirements) == len({row.id for row in rules.requirements}) == 97
    kinds = Counter(row.id.split("-")[0] for row in rules.requirements)
    assert kinds == {"PPC": 28, "ACT": 2, "BK": 5, "FSA14": 14, "FSA": 1, "FIN": 8, "JG": 39}


def test_requirements_speak_both_languages(rules: Requirements) -> None:
    texts = [words for row in rules.requirements for words in (row.title, row.asks, *row.evidence_wanted)]
    texts += [words for row in rules.requirements if row.applies for words in (row.applies,)]
    texts += [words for control in rules.controls for words in (control.title, control.does)]
    for ja, en in texts:
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", ja), ja
        assert en.isascii(), en


def test_requirements_from_memory_are_said_to_be_so(rules: Requirements) -> None:
    for row in rules.requirements:
        if row.id.startswith("JG-") or "memory" in row.source.en:
            assert row.checked in {"partly", "unverified"}, row.id
    partly = {row.id for row in rules.requirements if row.id.startswith("JG-") and row.checked == "partly"}
    assert partly == {"JG-1-1", "JG-1-2", "JG-別添2"}


def test_requirement_cites_what_it_rests_on(rules: Requirements) -> None:
    found = rules.find("ACT-32")
    assert found is not None
    assert found.citations == (Citation("個人情報保護法", "32条1項"), Citation("個人情報保護法施行令", "10条"))
    assert found.checked == "verified"
    assert rules.find("PPC-99") is None


def test_binding_requirements_are_all_answered(rules: Requirements) -> None:
    for row in rules.requirements:
        if row.level in {Level.MUST, Level.MUST_IF_APPLICABLE}:
            assert row.level.is_binding
            assert rules.of_requirement(row.id), row.id
    assert not Level.IMPORTANT.is_binding


def test_controls_are_a_starter_set_judged_by_machine_or_person(rules: Requirements) -> None:
    assert 25 <= len(rules.controls) <= 40
    assert {control.judged_by for control in rules.controls} == MACHINE | {PERSON}
    assert set(rules.judgements) == MACHINE
    assert max(len(control.answers) for control in rules.controls) > 3


def test_mapping_goes_both_ways(rules: Requirements) -> None:
    there = {(control.id, row.id) for control in rules.controls for row in rules.of_control(control.id)}
    back = {(control.id, row.id) for row in rules.requirements for control in rules.of_requirement(row.id)}
    assert there == back == {(control.id, answer) for control in rules.controls for answer in control.answers}
    assert rules.of_control("C-NOTHING") == ()


def test_control_cites_its_requirements_once(rules: Requirements) -> None:
    for control in rules.controls:
        cited = {citation for row in rules.of_control(control.id) for citation in row.citations}
        assert set(control.citations) == cited
        assert len(control.citations) == len(cited)


def test_control_takes_its_cycle_from_the_file_unless_it_says_otherwise(rules: Requirements) -> None:
    cycles = {control.id: control.cycle_months for control in rules.controls}
    assert (cycles["C-POLICY"], cycles["C-ACCESS"], cycles["C-LOG"]) == (12, 6, 3)
    warned = {control.id: control.warn_days for control in rules.controls}
    assert (warned["C-POLICY"], warned["C-REGISTER"]) == (30, rules.judgements["register_scanned"].warn_days)


def test_categories_and_stages_share_out_the_requirements(rules: Requirements) -> None:
    assert sum(len(rules.of_category(category)) for category in Category) == len(rules.requirements)
    assert all(rules.of_category(category) for category in Category)
    assert {row.id for row in rules.of_stage(Stage.ERASE)} >= {"PPC-10-5-4", "JG-7-5"}
    assert "JG-7-1" not in {row.id for row in rules.of_stage(Stage.ERASE)}


@pytest.mark.parametrize("choices", [Level, Category, Stage])
def test_every_choice_has_words(choices: type[Level | Category | Stage]) -> None:
    assert len({choice.words for choice in choices}) == len(choices)


def test_as_of_day_before_all_leaves_nothing(rules: Requirements) -> None:
    before = rules.as_of(date(2022, 3, 31))
    assert (before.requirements, before.controls) == ((), ())
    assert rules.as_of(TODAY) == rules


def test_as_of_takes_the_version_in_force(load_changed: Callable[[str, Change], Requirements]) -> None:
    rules = load_changed("requirement/policy.yaml", renew(date(2027, 4, 1), date(2027, 3, 31)))
    assert len(rules.requirements) == 98
    levels = {}
    for day in (date(2027, 3, 31), date(2027, 4, 1)):
        found = rules.as_of(day).find("PPC-10-1")
        assert found is not None
        levels[day] = found.level
    assert levels == {date(2027, 3, 31): Level.IMPORTANT, date(2027, 4, 1): Level.MUST}
    newest = rules.find("PPC-10-1")
    assert newest is not None
    assert newest.level is Level.MUST


def test_as_of_takes_ended_answers_from_their_controls(load_changed: Callable[[str, Change], Requirements]) -> None:
    rules = load_changed("requirement/policy.yaml", put(0, "effective_to", value=date(2026, 12, 31)))
    gone = rules.as_of(date(2027, 1, 1))
    assert "PPC-10-1" in {answer for control in rules.as_of(date(2026, 12, 31)).controls for answer in control.answers}
    assert "PPC-10-1" not in {answer for control in gone.controls for answer in control.answers}


def test_judgements_say_that_their_numbers_are_a_choice(rules: Requirements) -> None:
    assert {rule.source for rule in rules.judgements.values()} == {"product choice"}
    assert rules.judgements["second_factor"].unit is Unit.PERCENT
    assert all(rule.warn_days < rule.valid_days for rule in rules.judgements.values())


POLICY, CONTROL, JUDGEMENT = "requirement/policy.yaml", "control.yaml", "judgement.yaml"


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        (POLICY, put(0, "colour", value="red"), "PPC-10-1: unknown keys: colour"),
        (POLICY, drop(0, "source"), "PPC-10-1: missing keys: source"),
        (POLICY, put(0, "citations", value=[]), "PPC-10-1: no citation"),
        (POLICY, put(0, "citations", 0, "article", value=""), "PPC-10-1: no citation"),
        (POLICY, put(0, "level", value="maybe"), "PPC-10-1: maybe is not one of must"),
        (POLICY, put(0, "level", value=["must"]), "PPC-10-1: .* is not one of must"),
        (POLICY, put(0, "level", value="must_if_applicable"), "applies belongs to must_if_applicable"),
        (POLICY, put(0, "applies", value={"ja": "常に", "en": "always"}), "applies belongs to must_if_applicable"),
        (POLICY, put(0, "category", value="colour"), "PPC-10-1: colour is not one of"),
        (POLICY, put(0, "stages", value=["transfer"]), "PPC-10-1: transfer is not one of"),
        (POLICY, put(0, "stages", value=[]), "no stage or no evidence"),
        (POLICY, put(0, "stages", value=["use", "use"]), "use: given twice"),
        (POLICY, put(0, "evidence_wanted", value=[]), "no stage or no evidence"),
        (POLICY, drop(0, "evidence_wanted", 0, "en"), "evidence_wanted needs ja and en"),
        (POLICY, put(0, "asks", "en", value=""), "asks needs ja and en"),
        (POLICY, put(0, "asks", "fr", value="politique"), "asks needs ja and en"),
        (POLICY, put(0, "checked", value="perhaps"), "checked must be one of"),
        (POLICY, put(0, "effective_to", value=date(2022, 3, 31)), "bad effective dates"),
        (POLICY, put(0, "effective_to", value="2030"), "bad effective dates"),
        (POLICY, renew(date(2022, 4, 1), None), "PPC-10-1: overlapping effective dates"),
        (POLICY, renew(date(2027, 4, 1), None), "PPC-10-1: overlapping effective dates"),
        (POLICY, renew(date(2027, 4, 1), date(2027, 4, 1)), "PPC-10-1: overlapping effective dates"),
        (POLICY, put(1, "id", value="PPC-10-1"), "PPC-10-1: overlapping effective dates"),
        (POLICY, put(1, "id", value="PPC-10-2B"), "unknown requirements: PPC-10-2"),
        (CONTROL, put("colour", value="red"), "control: unknown keys: colour"),
        (CONTROL, put("controls", 0, "colour", value="red"), "C-POLICY: unknown keys: colour"),
        (CONTROL, drop("controls", 0, "does"), "C-POLICY: missing keys: does"),
        (CONTROL, put("controls", 0, "answers", value=["PPC-0"]), "C-POLICY: unknown requirements: PPC-0"),
        (CONTROL, put("controls", 0, "answers", value=[]), "C-POLICY: answers nothing"),
        (CONTROL, put("controls", 0, "answers", value=["FIN-8", "FIN-8"]), "FIN-8: given twice"),
        (CONTROL, put("controls", 0, "judged_by", value="magic"), "C-POLICY: answers nothing, or unknown judgement"),
        (CONTROL, put("controls", 0, "cycle_months", value="12"), "cycle_months must be a whole number"),
        (CONTROL, put("controls", 0, "warn_days", value=-1), "warn_days must be a whole number"),
        (CONTROL, put("controls", 1, "id", value="C-POLICY"), "C-POLICY: given twice"),
        (CONTROL, drop("controls", 1), "no control answers this duty"),
        (CONTROL, put("controls", 6, "judged_by", value=PERSON), "register_scanned: no control is judged by this"),
        (JUDGEMENT, put(0, "colour", value="red"), "register_scanned: unknown keys: colour"),
        (JUDGEMENT, put(0, "citations", value=[]), "register_scanned: no citation"),
        (JUDGEMENT, put(0, "limit", value=True), "limit must be a whole number"),
        (JUDGEMENT, put(0, "unit", value="moons"), "moons is not one of days, percent"),
        (JUDGEMENT, put(1, "id", value="register_scanned"), "register_scanned: given twice"),
    ],
)
def test_load_broken_rule_is_refused(
    load_changed: Callable[[str, Change], Requirements], name: str, change: Change, message: str
) -> None:
    with pytest.raises(RuleError, match=message) as caught:
        load_changed(name, change)
    assert caught.value.code == "MRS-R-020"
