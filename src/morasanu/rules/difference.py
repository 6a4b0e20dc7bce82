"""When a difference between the register and reality counts and how grave it is, read from the shipped rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from morasanu.errors import RuleError
from morasanu.finding import Label
from morasanu.rules.load import check_keys, load_rules, parse_citations, parse_words, read_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.rules.load import Citation, Words


@dataclass(frozen=True, slots=True)
class GradeRule:
    """A grade with the legal classes that make it, or the number of persons."""

    grade: str
    classes: frozenset[str]
    persons: int


@dataclass(frozen=True, slots=True)
class SecretRule:
    """Labels of what opens something, from how many findings in a place on, and the grade."""

    labels: frozenset[Label]
    least_findings: int
    grade: str


@dataclass(frozen=True, slots=True)
class DifferenceRule:
    """Thresholds of findings and persons, what a declared label covers, and the grades, gravest first."""

    title: Words
    citations: tuple[Citation, ...]
    checked: str
    least_findings: int
    least_persons: int
    least_of: Mapping[Label, int]
    secrets: SecretRule
    covers: Mapping[Label, frozenset[Label]]
    tolerance_percent: int
    grades: tuple[GradeRule, ...]


@cache
def load_difference_rule() -> DifferenceRule:
    """Return the shipped rule. Raises RuleError MRS-R-020 when it does not hold together.

    >>> load_difference_rule().least_of["MY_NUMBER"]
    1
    """
    raw = read_rules("difference.yaml")
    keys = "id title checked source citations least_findings least_persons least_of secrets covers tolerance_percent grades"
    check_keys(raw, keys.split())
    rules = load_rules()
    classes = {rule.id for rule in rules.classes}
    for entry in raw["grades"]:
        check_keys({"id": raw["id"], **entry}, ("id", "grade", "classes", "persons"))
    secrets = raw["secrets"]
    check_keys({"id": raw["id"], **secrets}, ("id", "labels", "least_findings", "grade"))
    labels = {
        *raw["least_of"],
        *secrets["labels"],
        *raw["covers"],
        *(label for parts in raw["covers"].values() for label in parts),
    }
    named = {name for entry in raw["grades"] for name in entry["classes"]}
    if unknown := sorted((labels - set(rules.labels)) | (named - classes)):
        where = ", ".join(unknown)
        raise RuleError("MRS-R-020", f"規則 {raw['id']}: 知らない区分: {where}", f"rule {raw['id']}: unknown: {where}")
    return DifferenceRule(
        parse_words(raw, "title"),
        parse_citations(raw),
        raw["checked"],
        raw["least_findings"],
        raw["least_persons"],
        {Label(label): least for label, least in raw["least_of"].items()},
        SecretRule(frozenset(map(Label, secrets["labels"])), secrets["least_findings"], secrets["grade"]),
        {Label(label): frozenset(map(Label, parts)) for label, parts in raw["covers"].items()},
        raw["tolerance_percent"],
        tuple(GradeRule(each["grade"], frozenset(each["classes"]), each["persons"]) for each in raw["grades"]),
    )
