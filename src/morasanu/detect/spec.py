"""Detector specs: what a detector looks for, as data with examples that are its tests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

from morasanu.detect.check import CHECKS
from morasanu.errors import InputError, RuleError
from morasanu.finding import Label

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from pathlib import Path

_SafeLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CHECKED = ("verified", "partly", "unverified")
_DEEPEST = 8
_LABEL = re.compile(r"[A-Z][A-Z0-9_]{1,39}\Z")


@dataclass(frozen=True, slots=True)
class Score:
    """How sure a finding is: without a label, with its check passed, with a label, with both. 0 means no finding.

    `topic` is for a value that passes its check in a text that speaks of its kind elsewhere.
    """

    alone: float
    checked: float
    labelled: float
    labelled_checked: float
    topic: float = 0

    def of(self, *, labelled: bool, checked: bool) -> float:
        """Return the score for this evidence.

        >>> Score(0, 0.3, 0.6, 0.9).of(labelled=True, checked=False)
        0.6
        """
        if labelled:
            return self.labelled_checked if checked else self.labelled
        return self.checked if checked else self.alone


@dataclass(frozen=True, slots=True)
class Example:
    """A text and exactly the values that the detector finds in it."""

    text: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spec:
    """One detector. Patterns match folded text (`text.fold`), words are folded and lower case.

    `forms` match a whole run of digits and separators; `label_forms` do so only after one of `labels`; `strong_forms` are
    those of `forms` that count without a label when `check` passes (all of them when empty), `topic_forms` further ones that
    do in a text that speaks of the kind (`Score.topic`). `text_forms` match
    anywhere, once one of `needs` and the pattern `hint` (if any) occur. `value` is matched right after a label or in a column. `words` holds the
    word lists of detectors that are more than a pattern (names, addresses, phrases).
    """

    id: str
    label: Label
    title_ja: str
    title_en: str
    citations: tuple[tuple[str, str], ...]
    checked: str
    source: str
    score: Score
    forms: tuple[str, ...] = ()
    label_forms: tuple[str, ...] = ()
    strong_forms: tuple[str, ...] = ()
    topic_forms: tuple[str, ...] = ()
    text_forms: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    hint: str = ""
    value: str = ""
    check: str = ""
    labels: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    counter_examples: tuple[str, ...] = ()


_PATTERNS = ("forms", "label_forms", "strong_forms", "topic_forms", "text_forms")
_LISTS = (*_PATTERNS, "needs", "labels", "keys", "negative", "counter_examples")
_PART = re.compile("<[a-z_]+>")
_WORDS = (
    "kin",
    "honorific",
    "title_after",
    "title_before",
    "historical",
    "verb_after",
    "stop",
    "columns",
    "building",
    "phrases",
    "hints",
    "veto_after",
    "veto_before",
    "dates",
    "headers",
    "userinfo",
    "curl",
    "placeholder",
)
_KNOWN = {"title", "parts", *(f.name for f in fields(Spec))} - {"title_ja", "title_en", "words"} | set(_WORDS)


def _refuse(where: str, ja: str, en: str) -> RuleError:
    return RuleError("MRS-R-010", f"検出規則 {where}: {ja}", f"detector {where}: {en}")


def _read_list(raw: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    value = raw.get(key, ())
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) and item for item in value):
        raise _refuse(where, f"{key} は文字列の並びで書いてください", f"{key} must be a list of strings")
    return tuple(value)


def _read_score(raw: object, where: str) -> Score:
    if isinstance(raw, int | float) and 0 <= raw <= 1:
        return Score(raw, raw, raw, raw)
    names = [f.name for f in fields(Score)]
    if (
        not isinstance(raw, dict)
        or not set(names) - {"topic"} <= set(raw) <= set(names)
        or not all(isinstance(v, int | float) and 0 <= v <= 1 for v in raw.values())
    ):
        raise _refuse(
            where, f"score は {names} を 0〜1 の数で書いてください", f"score must give {names} as numbers from 0 to 1"
        )
    return Score(**raw)


def _read_examples(raw: object, where: str) -> tuple[Example, ...]:
    if not isinstance(raw, list) or not all(
        isinstance(item, dict)
        and set(item) == {"text", "found"}
        and isinstance(item["text"], str)
        and isinstance(item["found"], list)
        for item in raw
    ):
        raise _refuse(
            where, "examples は {text, found} の並びで書いてください", "examples must be a list of {text, found}"
        )
    return tuple(Example(item["text"], tuple(map(str, item["found"]))) for item in raw)


def _check_patterns(spec: Spec, where: str) -> None:
    for pattern in (
        *spec.forms,
        *spec.label_forms,
        *spec.strong_forms,
        *spec.topic_forms,
        *spec.text_forms,
        spec.value,
        spec.hint,
        *spec.words.get("phrases", ()),
    ):
        try:
            compiled = re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise _refuse(
                where, f"正規表現に誤りがあります: {pattern}", f"bad regular expression {pattern!r}: {error}"
            ) from error
        if pattern and compiled.match("") is not None:
            raise _refuse(
                where, f"空文字に一致する正規表現です: {pattern}", f"the pattern {pattern!r} matches nothing at all"
            )


def _read_words(raw: Mapping[str, object], where: str) -> dict[str, tuple[str, ...]]:
    """Return the word lists; `<name>` in a phrase stands for one of the alternatives that `parts` lists under that name."""
    words = {key: _read_list(raw, key, where) for key in _WORDS if key in raw}
    parts = raw.get("parts", {})
    if not isinstance(parts, dict):
        raise _refuse(where, "parts は名前と文字列の並びの組です", "parts must map names to lists of strings")
    lists = {f"<{name}>": f"(?:{'|'.join(_read_list(parts, name, where))})" for name in parts}
    if "phrases" in words and lists:
        words["phrases"] = tuple(_PART.sub(lambda m: lists.get(m[0], m[0]), phrase) for phrase in words["phrases"])
    return words


def _check_strings(raw: Mapping[str, object], where: str) -> None:
    if raw["checked"] not in _CHECKED:
        raise _refuse(where, f"checked は {_CHECKED} のどれかです", f"checked must be one of {_CHECKED}")
    for key in ("id", "source", "value", "hint", "check"):
        if not isinstance(raw.get(key, ""), str):
            raise _refuse(where, f"{key} は文字列で書いてください", f"{key} must be a string")


def parse_spec(raw: object, where: str) -> Spec:
    """Return the detector written as the mapping `raw`; `where` names it in errors.

    Raises RuleError MRS-R-010 for an unknown key, a missing field, a bad pattern or an unknown check.
    """
    if not isinstance(raw, dict):
        raise _refuse(where, "検出規則は項目の並び（キー: 値）で書いてください", "a detector must be a mapping")
    if unknown := sorted(map(str, set(raw) - _KNOWN)):
        raise _refuse(where, f"知らない項目です: {', '.join(unknown)}", f"unknown keys: {', '.join(unknown)}")
    if missing := sorted({"id", "label", "title", "score", "source", "checked"} - set(raw)):
        raise _refuse(where, f"項目が足りません: {', '.join(missing)}", f"missing keys: {', '.join(missing)}")
    title = raw["title"]
    if not isinstance(title, dict) or set(title) != {"ja", "en"} or not all(isinstance(t, str) for t in title.values()):
        raise _refuse(where, "title には ja と en を書いてください", "title needs ja and en")
    if not isinstance(raw["label"], str) or not _LABEL.match(raw["label"]):
        raise _refuse(where, "label は英大文字と _ で書いてください", "label must be capital letters and underscores")
    _check_strings(raw, where)
    if raw.get("check", "") not in {"", *CHECKS}:
        raise _refuse(where, f"check は {sorted(CHECKS)} のどれかです", f"check must be one of {sorted(CHECKS)}")
    citations = raw.get("citations", [])
    if not isinstance(citations, list) or not all(
        isinstance(c, dict) and set(c) == {"law", "article"} for c in citations
    ):
        raise _refuse(where, "citations は {law, article} の並びです", "citations must be a list of {law, article}")
    lists = {key: _read_list(raw, key, where) for key in _LISTS}
    spec = Spec(
        id=str(raw["id"]),
        label=Label(raw["label"]),
        title_ja=str(title["ja"]),
        title_en=str(title["en"]),
        citations=tuple((str(c["law"]), str(c["article"])) for c in citations),
        checked=raw["checked"],
        source=str(raw["source"]),
        score=_read_score(raw["score"], where),
        value=str(raw.get("value", "")),
        hint=raw.get("hint", ""),
        check=raw.get("check", ""),
        words=_read_words(raw, where),
        examples=_read_examples(raw.get("examples", []), where),
        **lists,
    )
    _check_patterns(spec, where)
    return spec


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that is given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is given twice", node.start_mark)
        return mapping


def _check_events(text: str, where: str) -> None:
    """Refuse what would blow up while it is read: aliases, types given by name, nesting deeper than any detector needs."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if getattr(event, "tag", None):
            raise yaml.YAMLError("a type given by name")
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
            raise _refuse(where, "YAMLの別名や深い入れ子は使えません", "no YAML aliases and no deep nesting")


def parse_specs(text: str, where: str, *, is_shipped: bool = False) -> list[Spec]:
    """Return the detectors of one YAML document: a mapping, or a list of mappings. Raises RuleError."""
    try:
        if not is_shipped:
            _check_events(text, where)
        raw = yaml.load(text, Loader=_SafeLoader if is_shipped else _StrictLoader)  # noqa: S506 - both are safe loaders
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise RuleError(
            "MRS-R-011", f"{where} の{line}行目: YAMLとして読めません", f"{where} line {line}: not valid YAML"
        ) from error
    items: Sequence[object] = raw if isinstance(raw, list) else [raw]
    return [
        parse_spec(item, f"{where}#{item.get('id', index)}" if isinstance(item, dict) else where)
        for index, item in enumerate(items)
    ]


def load_specs(custom: Iterable[Path] = ()) -> tuple[Spec, ...]:
    """Return the shipped detectors in order of id, then those of the YAML files `custom`.

    Raises RuleError for a broken file or an id used twice, InputError MRS-I-001 for one that cannot be read.
    """
    folder = files("morasanu.rules").joinpath("data", "detector")
    specs: list[Spec] = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        specs += parse_specs(entry.read_text(encoding="utf-8"), entry.name, is_shipped=True)
    for path in custom:
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise InputError("MRS-I-001", f"読めません: {path}", f"cannot be read: {path}") from error
        except UnicodeDecodeError as error:
            raise RuleError("MRS-R-011", f"{path.name}: UTF-8ではありません", f"{path.name}: not UTF-8") from error
        specs += parse_specs(text, path.name)
    seen: set[str] = set()
    for spec in specs:
        if spec.id in seen:
            raise _refuse(spec.id, "同じ id が二度使われています", "this id is used twice")
        seen.add(spec.id)
    return tuple(specs)
