"""The rule that says when a difference counts."""

from __future__ import annotations

from morasanu.rules.difference import load_difference_rule
from morasanu.rules.load import load_rules


def test_the_rule_names_labels_and_classes_that_are_there_gravest_first() -> None:
    rule, rules = load_difference_rule(), load_rules()
    assert set(rule.least_of) <= set(rules.labels)
    assert [each.grade for each in rule.grades] == ["high", "middle"]
    assert rule.grades[0].persons > rule.grades[1].persons > 0
    assert not rule.grades[0].classes & rule.grades[1].classes
    assert rule.citations
    assert all(least > 0 for least in (rule.least_findings, rule.least_persons, *rule.least_of.values()))
