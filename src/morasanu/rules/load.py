"""Reads the shipped rules that say what findings mean in law and what to do about them, refusing what does not hold together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from morasanu.errors import RuleError
from morasanu.finding import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LegalClass = str
"""The id of a legal class: `specific_personal`, `special_care` …"""

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CHECKED: Final = ("verified", "partly", "unverified")


class Words(NamedTuple):
    """A text in Japanese and English."""

    ja: str
    en: str

    def of(self, language: str) -> str:
        """Return the text in `language` (`"ja"` or anything else for English)."""
        return self.ja if language == "ja" else self.en


class Citation(NamedTuple):
    """Where it is written: the law or guideline, and the article or section."""

    law: str
    article: str


@dataclass(frozen=True, slots=True)
class ClassRule:
    """A legal class of information, with what it means and since when."""

    id: LegalClass
    title: Words
    means: Words
    citations: tuple[Citation, ...]
    effective_from: date
    effective_to: date | None
    checked: str
    source: str


@dataclass(frozen=True, slots=True)
class Belonging:
    """A class that a label belongs to. `question` is what a person has to answer when that is not sure (`review`)."""

    legal_class: LegalClass
    is_sure: bool
    citation: Citation
    question: Words | None
    unless: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class LabelRule:
    """What a label is called, whether it is personal data by itself, and the classes it belongs to."""

    id: Label
    title: Words
    is_personal: bool
    classes: tuple[Belonging, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to do when a place holds `label`, `legal_class`, `persons` at least, or files that were not inspected."""

    id: str
    label: str
    legal_class: LegalClass
    persons: int
    not_inspected: int
    title: Words
    why: Words
    citations: tuple[Citation, ...]
    checked: str


@dataclass(frozen=True, slots=True)
class RiskRule:
    """Points for classes and labels (present, each tenfold more) and for the number of persons (from, points)."""

    classes: Mapping[LegalClass, tuple[int, int]]
    labels: Mapping[Label, tuple[int, int]]
    persons: tuple[tuple[int, int], ...]
    advice: tuple[Advice, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it."""

    classes: tuple[ClassRule, ...]
    labels: Mapping[Label, LabelRule]
    risk: RiskRule

    def classify(self, label: Label, value: str) -> tuple[Belonging, ...]:
        """Return the classes that a finding of `label` with this value belongs to; none for an unknown (custom) label.

        >>> from morasanu.finding import Label
        >>> [b.legal_class for b in load_rules().classify(Label("MY_NUMBER"), "")]
        ['specific_personal', 'identification_code']
        """
        rule = self.labels.get(label)
        if rule is None:
            return ()
        return tuple([b for b in rule.classes if b.unless is None or not b.unless.search(value)])

    def title(self, label: Label) -> Words:
        """Return what `label` is called; a custom detector's label is called by its id."""
        rule = self.labels.get(label)
        return rule.title if rule else Words(label, label)

    def with_titles(self, titles: Mapping[Label, Words]) -> Rules:
        """Return the rules with titles for labels they do not know, those of custom detectors."""
        added = {label: LabelRule(label, title, is_personal=True, classes=()) for label, title in titles.items()}
        return Rules(self.classes, {**added, **self.labels}, self.risk)

    def as_of(self, day: date) -> Rules:
        """Return the rules with only the classes that are in force on `day`."""
        kept = tuple(
            c for c in self.classes if c.effective_from <= day and (c.effective_to is None or day <= c.effective_to)
        )
        return Rules(kept, self.labels, self.risk)


@cache
def load_rules() -> Rules:
    """Return the shipped rules. Raises RuleError MRS-R-020 for an unknown key, a missing citation or overlapping dates."""
    classes = tuple(_parse_class(raw) for raw in read_rules("legal_class.yaml"))
    known = check_unique(rule.id for rule in classes)
    parsed = [_parse_label(raw, known) for raw in read_rules("label.yaml")]
    check_unique(rule.id for rule in parsed)
    labels = {rule.id: rule for rule in parsed}
    return Rules(classes, labels, _parse_risk(read_rules("risk.yaml"), known, labels))


def read_rules(name: str) -> Any:  # noqa: ANN401 - YAML is anything until it is checked
    """Return what the shipped rules file `name` (under `rules/data`) holds."""
    text = files("morasanu.rules").joinpath("data", name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - the safe loader in C


def _refuse(where: str, ja: str, en: str) -> RuleError:
    return RuleError("MRS-R-020", f"規則 {where}: {ja}", f"rule {where}: {en}")


def check_unique(names: Iterable[str]) -> set[str]:
    """Return the names as a set. Raises RuleError MRS-R-020 for a name given twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise _refuse(name, "二度書かれています", "given twice")
        seen.add(name)
    return seen


def check_keys(raw: Mapping[str, object], required: Iterable[str], optional: Iterable[str] = ()) -> None:
    """Return nothing when `raw` has the required keys and no unknown one. Raises RuleError MRS-R-020 otherwise."""
    where = str(raw.get("id", "?"))
    required = set(required)
    if unknown := sorted(set(raw) - required - set(optional)):
        raise _refuse(where, f"知らない項目: {', '.join(unknown)}", f"unknown keys: {', '.join(unknown)}")
    if missing := sorted(required - set(raw)):
        raise _refuse(where, f"足りない項目: {', '.join(missing)}", f"missing keys: {', '.join(missing)}")
    if raw.get("checked", _CHECKED[0]) not in _CHECKED:
        raise _refuse(where, "checked の値が違います", f"checked must be one of {_CHECKED}")


def parse_citations(raw: Mapping[str, Any]) -> tuple[Citation, ...]:
    """Return the citations of a rule. Raises RuleError MRS-R-020 when there is none, or one without law or article."""
    citations = tuple(Citation(str(c.get("law", "")), str(c.get("article", ""))) for c in raw["citations"])
    if not citations or not all(c.law and c.article for c in citations):
        raise _refuse(str(raw["id"]), "根拠がありません", "no citation")
    return citations


def parse_period(raw: Mapping[str, Any]) -> tuple[date, date | None]:
    """Return the first and the last day of a rule; None when it has no end. Raises RuleError MRS-R-020 for bad dates."""
    start, end = raw["effective_from"], raw.get("effective_to")
    if not isinstance(start, date) or (end is not None and (not isinstance(end, date) or end < start)):
        raise _refuse(raw["id"], "適用期間が正しくありません", "bad effective dates")
    return start, end


def parse_words(raw: Mapping[str, Any], key: str) -> Words:
    """Return the text at `key` in both languages. Raises RuleError MRS-R-020 when one of them is missing or empty."""
    value = raw[key]
    if (
        not isinstance(value, dict)
        or set(value) != {"ja", "en"}
        or not all(isinstance(v, str) and v for v in value.values())
    ):
        raise _refuse(str(raw["id"]), f"{key} には ja と en を書いてください", f"{key} needs ja and en")
    return Words(**value)


def _parse_class(raw: Mapping[str, Any]) -> ClassRule:
    check_keys(raw, ("id", "title", "means", "citations", "effective_from", "checked", "source"), ("effective_to",))
    start, end = parse_period(raw)
    return ClassRule(
        raw["id"],
        parse_words(raw, "title"),
        parse_words(raw, "means"),
        parse_citations(raw),
        start,
        end,
        raw["checked"],
        raw["source"],
    )


def _parse_label(raw: Mapping[str, Any], known: set[str]) -> LabelRule:
    check_keys(raw, ("id", "title", "personal"), ("classes",))
    belongings = []
    for entry in raw.get("classes", ()):
        check_keys({"id": raw["id"], **entry}, ("id", "class", "certainty", "citation"), ("question", "unless"))
        if entry["certainty"] not in ("sure", "review"):
            raise _refuse(raw["id"], "certainty は sure か review です", "certainty must be sure or review")
        if entry["class"] not in known or (entry["certainty"] == "review") != ("question" in entry):
            raise _refuse(
                raw["id"], "区分または問いが正しくありません", "unknown class, or a review without a question"
            )
        belongings.append(
            Belonging(
                entry["class"],
                entry["certainty"] == "sure",
                Citation(**entry["citation"]),
                Words(**entry["question"]) if "question" in entry else None,
                re.compile(entry["unless"]) if "unless" in entry else None,
            )
        )
    return LabelRule(Label(raw["id"]), parse_words(raw, "title"), raw["personal"], tuple(belongings))


def _parse_risk(raw: Mapping[str, Any], known: set[str], labels: Mapping[Label, LabelRule]) -> RiskRule:
    check_keys(raw, ("id", "title", "checked", "source", "classes", "labels", "persons", "advice"))
    if unknown := sorted((set(raw["classes"]) - known) | (set(raw["labels"]) - set(labels))):
        raise _refuse(
            raw["id"], f"知らない区分: {', '.join(unknown)}", f"unknown classes or labels: {', '.join(unknown)}"
        )
    advice = []
    for entry in raw["advice"]:
        check_keys(entry, ("id", "when", "title", "why", "citations", "checked"))
        when = entry["when"]
        check_keys({"id": entry["id"], **when}, ("id",), ("label", "class", "persons", "not_inspected"))
        if when.get("class", next(iter(known))) not in known or when.get("label", next(iter(labels))) not in labels:
            raise _refuse(entry["id"], "知らない区分または種類です", "unknown class or label")
        advice.append(
            Advice(
                entry["id"],
                when.get("label", ""),
                when.get("class", ""),
                when.get("persons", 0),
                when.get("not_inspected", 0),
                parse_words(entry, "title"),
                parse_words(entry, "why"),
                parse_citations(entry),
                entry["checked"],
            )
        )
    return RiskRule(
        {key: (first, more) for key, (first, more) in raw["classes"].items()},
        {Label(key): (first, more) for key, (first, more) in raw["labels"].items()},
        tuple((start, points) for start, points in raw["persons"]),
        tuple(advice),
    )
