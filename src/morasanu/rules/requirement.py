"""Requirements of law, the controls that answer them and the machine judgements, read from the shipped rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, TypeVar

from morasanu.errors import RuleError
from morasanu.rules.load import Words, check_keys, check_unique, parse_citations, parse_period, parse_words, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from morasanu.rules.load import Citation

_Choice = TypeVar("_Choice", bound=StrEnum)
PERSON: Final = "person"
"""`Control.judged_by` of a control that no machine judges."""


class Level(StrEnum):
    """How binding a requirement is, gravest first."""

    MUST = "must"
    MUST_IF_APPLICABLE = "must_if_applicable"
    IMPORTANT = "important"
    DESIRABLE = "desirable"
    ENDEAVOUR = "endeavour"

    @property
    def words(self) -> Words:
        """Return what the level is called.

        >>> Level.ENDEAVOUR.words.ja
        '努力義務'
        """
        return _LEVELS[self]

    @property
    def is_binding(self) -> bool:
        """Return whether the requirement has to be answered by a control."""
        return self in {Level.MUST, Level.MUST_IF_APPLICABLE}


class Category(StrEnum):
    """What kind of measure a requirement asks for."""

    POLICY = "policy"
    STAGE = "stage"
    ORGANISATIONAL = "organisational"
    AUDIT = "audit"
    HUMAN = "human"
    PHYSICAL = "physical"
    TECHNICAL = "technical"
    VENDOR = "vendor"
    EXTERNAL = "external"
    INCIDENT = "incident"
    TRANSPARENCY = "transparency"
    ACQUISITION = "acquisition"
    USE_LIMIT = "use_limit"
    SENSITIVE = "sensitive"
    RETENTION = "retention"
    PROVISION = "provision"

    @property
    def words(self) -> Words:
        """Return what the category is called."""
        return _CATEGORIES[self]


class Stage(StrEnum):
    """A stage of handling (管理段階), in the order data pass through them."""

    ACQUIRE = "acquire"
    USE = "use"
    STORE = "store"
    PROVIDE = "provide"
    ERASE = "erase"
    INCIDENT = "incident"

    @property
    def words(self) -> Words:
        """Return what the stage is called."""
        return _STAGES[self]


class Unit(StrEnum):
    """What the limit of a machine judgement counts."""

    DAYS = "days"
    PERCENT = "percent"


_LEVELS: Final = {
    Level.MUST: Words("義務", "must"),
    Level.MUST_IF_APPLICABLE: Words("該当すれば義務", "must, if applicable"),
    Level.IMPORTANT: Words("重要", "important"),
    Level.DESIRABLE: Words("望ましい", "desirable"),
    Level.ENDEAVOUR: Words("努力義務", "duty to endeavour"),
}
_CATEGORIES: Final = {
    Category.POLICY: Words("方針と規程", "policies and rules"),
    Category.STAGE: Words("段階別の規程", "rules per stage"),
    Category.ORGANISATIONAL: Words("組織的措置", "organisational measures"),
    Category.AUDIT: Words("点検と監査", "inspection and audit"),
    Category.HUMAN: Words("人的措置", "human measures"),
    Category.PHYSICAL: Words("物理的措置", "physical measures"),
    Category.TECHNICAL: Words("技術的措置", "technical measures"),
    Category.VENDOR: Words("委託先", "vendors"),
    Category.EXTERNAL: Words("外的環境", "external environment"),
    Category.INCIDENT: Words("漏えい等対応", "incidents"),
    Category.TRANSPARENCY: Words("公表", "transparency"),
    Category.ACQUISITION: Words("取得と同意", "acquisition and consent"),
    Category.USE_LIMIT: Words("目的外利用の禁止", "limits of use"),
    Category.SENSITIVE: Words("機微情報", "sensitive information"),
    Category.RETENTION: Words("保存期間", "retention"),
    Category.PROVISION: Words("第三者提供", "provision to third parties"),
}
_STAGES: Final = {
    Stage.ACQUIRE: Words("取得・入力", "acquisition and input"),
    Stage.USE: Words("利用・加工", "use and processing"),
    Stage.STORE: Words("保管・保存", "storage"),
    Stage.PROVIDE: Words("提供・移送・送信", "provision, transfer and sending"),
    Stage.ERASE: Words("消去・廃棄", "erasure and disposal"),
    Stage.INCIDENT: Words("漏えい等対応", "response to incidents"),
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a law or guideline asks for. `applies` says when, for a duty that does not bind everybody; else None."""

    id: str
    title: Words
    asks: Words
    applies: Words | None
    citations: tuple[Citation, ...]
    level: Level
    category: Category
    stages: tuple[Stage, ...]
    evidence_wanted: tuple[Words, ...]
    effective_from: date
    effective_to: date | None
    checked: str
    source: Words

    def is_in_force(self, day: date) -> bool:
        """Return whether the row holds on `day`; both ends count."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


@dataclass(frozen=True, slots=True)
class JudgementRule:
    """How the machine judges: `limit` counts `unit`; a reading holds for `valid_days`, warned of `warn_days` before."""

    id: str
    title: Words
    means: Words
    citations: tuple[Citation, ...]
    limit: int
    unit: Unit
    valid_days: int
    warn_days: int
    checked: str
    source: str


@dataclass(frozen=True, slots=True)
class Control:
    """What an institution does about requirements. `judged_by` is the id of a machine judgement or `person`.

    `citations` are those of the requirements it answers, in their order, each once.
    """

    id: str
    title: Words
    does: Words
    cycle_months: int
    warn_days: int
    answers: tuple[str, ...]
    judged_by: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirements:
    """All requirements, controls and machine judgements."""

    requirements: tuple[Requirement, ...]
    controls: tuple[Control, ...]
    judgements: Mapping[str, JudgementRule]

    def find(self, name: str) -> Requirement | None:
        """Return the newest row of the requirement; None for an unknown id.

        >>> load_requirements().find("PPC-10-3-3").title.en
        'Data inventory'
        """
        rows = [row for row in self.requirements if row.id == name]
        return max(rows, key=lambda row: row.effective_from, default=None)

    def of_control(self, name: str) -> tuple[Requirement, ...]:
        """Return the requirements that the control answers; empty for an unknown id."""
        answered = {answer for control in self.controls if control.id == name for answer in control.answers}
        return tuple([row for row in self.requirements if row.id in answered])

    def of_requirement(self, name: str) -> tuple[Control, ...]:
        """Return the controls that answer the requirement; empty when there is none."""
        return tuple([control for control in self.controls if name in control.answers])

    def of_category(self, category: Category) -> tuple[Requirement, ...]:
        """Return the requirements of the category."""
        return tuple([row for row in self.requirements if row.category is category])

    def of_stage(self, stage: Stage) -> tuple[Requirement, ...]:
        """Return the requirements that touch the stage of handling."""
        return tuple([row for row in self.requirements if stage in row.stages])

    def as_of(self, day: date) -> Requirements:
        """Return what is in force on `day`; a control keeps the answers in force and goes when none is left."""
        rows = tuple([row for row in self.requirements if row.is_in_force(day)])
        controls = _cite(self.controls, rows)
        return Requirements(rows, tuple([control for control in controls if control.answers]), self.judgements)


@cache
def load_requirements() -> Requirements:
    """Return the shipped requirements, controls and machine judgements.

    Raises RuleError MRS-R-020 for an unknown key or id, a missing citation, overlapping dates, or a duty that no control answers.
    """
    names = sorted(entry.name for entry in files("morasanu.rules").joinpath("data", "requirement").iterdir())
    parsed = [_parse_requirement(raw) for name in names for raw in read_rules(f"requirement/{name}")]
    rows = tuple(sorted(parsed, key=lambda row: tuple(Category).index(row.category)))
    _check_periods(rows)
    judgements = tuple(_parse_judgement(raw) for raw in read_rules("judgement.yaml"))
    known = check_unique(rule.id for rule in judgements)
    controls = _parse_controls(read_rules("control.yaml"), {row.id for row in rows}, {r.id: r for r in judgements})
    answered = {answer for control in controls for answer in control.answers}
    for row in rows:
        if row.level.is_binding and row.id not in answered:
            raise _refuse(row.id, "義務に答える対策がありません", "no control answers this duty")
    if idle := sorted(known - {control.judged_by for control in controls}):
        raise _refuse(idle[0], "どの対策も使わない判定です", "no control is judged by this")
    return Requirements(rows, _cite(controls, rows), {rule.id: rule for rule in judgements})


def _refuse(where: str, ja: str, en: str) -> RuleError:
    return RuleError("MRS-R-020", f"規則 {where}: {ja}", f"rule {where}: {en}")


def _cite(controls: Iterable[Control], rows: tuple[Requirement, ...]) -> tuple[Control, ...]:
    """Return the controls with the answers that are among `rows`, and their citations."""
    known = {row.id: row for row in rows}
    cited = []
    for control in controls:
        answers = tuple(answer for answer in control.answers if answer in known)
        citations = tuple(dict.fromkeys(citation for answer in answers for citation in known[answer].citations))
        cited.append(replace(control, answers=answers, citations=citations))
    return tuple(cited)


def _check_periods(rows: Iterable[Requirement]) -> None:
    ordered = sorted(rows, key=lambda row: (row.id, row.effective_from))
    for before, after in pairwise(ordered):
        is_apart = before.effective_to is not None and before.effective_to < after.effective_from
        if before.id == after.id and not is_apart:
            raise _refuse(after.id, "適用期間が重なっています", "overlapping effective dates")


def _parse_requirement(raw: Mapping[str, Any]) -> Requirement:
    required = ("id", "title", "asks", "citations", "level", "category", "stages", "evidence_wanted", "effective_from", "checked", "source")  # fmt: skip
    check_keys(raw, required, ("applies", "effective_to"))
    name = raw["id"]
    level = _parse_choice(name, raw["level"], Level)
    stages = tuple(_parse_choice(name, stage, Stage) for stage in raw["stages"])
    if (level is Level.MUST_IF_APPLICABLE) != ("applies" in raw):
        raise _refuse(name, "applies は「該当すれば義務」にだけ書きます", "applies belongs to must_if_applicable")
    if not stages or not raw["evidence_wanted"]:
        raise _refuse(name, "段階か証拠がありません", "no stage or no evidence")
    check_unique(stages)
    start, end = parse_period(raw)
    return Requirement(
        name,
        parse_words(raw, "title"),
        parse_words(raw, "asks"),
        parse_words(raw, "applies") if "applies" in raw else None,
        parse_citations(raw),
        level,
        _parse_choice(name, raw["category"], Category),
        stages,
        tuple(
            parse_words({"id": name, "evidence_wanted": entry}, "evidence_wanted") for entry in raw["evidence_wanted"]
        ),
        start,
        end,
        raw["checked"],
        parse_words(raw, "source"),
    )


def _parse_choice(where: str, value: object, choices: type[_Choice]) -> _Choice:
    if not isinstance(value, str) or value not in set(choices):
        raise _refuse(where, f"{value} は選べません", f"{value} is not one of {', '.join(choices)}")
    return choices(value)


def _parse_judgement(raw: Mapping[str, Any]) -> JudgementRule:
    check_keys(
        raw, ("id", "title", "means", "citations", "limit", "unit", "valid_days", "warn_days", "checked", "source")
    )
    _check_counts(raw, ("limit", "valid_days", "warn_days"))
    return JudgementRule(
        raw["id"],
        parse_words(raw, "title"),
        parse_words(raw, "means"),
        parse_citations(raw),
        raw["limit"],
        _parse_choice(raw["id"], raw["unit"], Unit),
        raw["valid_days"],
        raw["warn_days"],
        raw["checked"],
        raw["source"],
    )


def _check_counts(raw: Mapping[str, Any], keys: Iterable[str]) -> None:
    for key in keys:
        if type(raw[key]) is not int or raw[key] < 0:
            raise _refuse(str(raw["id"]), f"{key} は0以上の整数です", f"{key} must be a whole number, 0 or more")


def _parse_controls(
    raw: Mapping[str, Any], requirements: set[str], judgements: Mapping[str, JudgementRule]
) -> tuple[Control, ...]:
    check_keys(raw, ("id", "title", "checked", "source", "cycle_months", "warn_days", "controls"))
    controls = []
    for entry in raw["controls"]:
        check_keys(entry, ("id", "title", "does", "answers", "judged_by"), ("cycle_months", "warn_days"))
        name, by = entry["id"], entry["judged_by"]
        if unknown := sorted(check_unique(entry["answers"]) - requirements):
            raise _refuse(name, f"知らない要求: {', '.join(unknown)}", f"unknown requirements: {', '.join(unknown)}")
        if not entry["answers"] or (by != PERSON and by not in judgements):
            raise _refuse(name, "答える要求がないか、知らない判定です", "answers nothing, or unknown judgement")
        warn_days = judgements[by].warn_days if by in judgements else raw["warn_days"]
        given = {"id": name, "cycle_months": raw["cycle_months"], "warn_days": warn_days, **entry}
        _check_counts(given, ("cycle_months", "warn_days"))
        title, does = parse_words(entry, "title"), parse_words(entry, "does")
        controls.append(
            Control(name, title, does, given["cycle_months"], given["warn_days"], tuple(entry["answers"]), by)
        )
    check_unique(control.id for control in controls)
    return tuple(controls)
