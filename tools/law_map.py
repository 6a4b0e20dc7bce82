"""docs/law-map.md: which rule stands on which article, and what is asked for."""  # noqa: INP001 - beside a script

from __future__ import annotations

from typing import TYPE_CHECKING

from page import MADE, both, table

from morasanu.detect.spec import load_specs
from morasanu.rules.load import load_rules
from morasanu.rules.requirement import PERSON, load_requirements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.rules.load import Rules
    from morasanu.rules.requirement import Requirements


def _find_uses(rules: Rules) -> dict[tuple[str, str], list[tuple[str, str]]]:
    uses: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for legal in rules.classes:
        for citation in legal.citations:
            uses.setdefault(citation, []).append((f"区分 / class `{legal.id}`", legal.checked))
    checked = {legal.id: legal.checked for legal in rules.classes}
    for label in rules.labels.values():
        for belonging in label.classes:
            use = f"`{label.id}` → `{belonging.legal_class}`"
            state = checked[belonging.legal_class] if belonging.is_sure else "review"
            uses.setdefault(belonging.citation, []).append((use, state))
    for advice in rules.risk.advice:
        for citation in advice.citations:
            uses.setdefault(citation, []).append((f"助言 / advice `{advice.id}`", advice.checked))
    for spec in load_specs():
        for law, article in spec.citations:
            uses.setdefault((law, article), []).append((f"検出規則 / detector `{spec.id}`", spec.checked))
    return uses


def write_law_map() -> str:
    """Return the page."""
    rules, asked = load_rules(), load_requirements()
    uses = _find_uses(rules)
    for row in asked.requirements:
        for citation in row.citations:
            uses.setdefault(citation, []).append((f"要求 / requirement `{row.id}`", row.checked))
    parts = [
        MADE,
        "# 法令と規則の対応 / Law map\n",
        both(
            "製品のどの規則が、どの条文に拠っているか。確認: `verified` 原典で確かめた、`partly` 一部だけ、`unverified` まだ。`review` は人が判断する。",
            "Which rule of the product rests on which provision. `verified`: read in the source; `partly`; `unverified`; `review`: a person decides.",
        ),
        "## 条文から / By provision\n",
        table(
            ("法令 / law", "条項 / article", "規則 / rule", "確認 / checked"),
            ((law, article, use, state) for (law, article), found in sorted(uses.items()) for use, state in found),
        ),
        "## 区分 / Legal classes\n",
        table(
            ("id", "日本語", "English", "施行 / in force", "確認 / checked", "出所 / source"),
            (
                (
                    f"`{legal.id}`",
                    f"{legal.title.ja}: {legal.means.ja}",
                    f"{legal.title.en}: {legal.means.en}",
                    f"{legal.effective_from}–{legal.effective_to or ''}",
                    legal.checked,
                    legal.source,
                )
                for legal in rules.classes
            ),
        ),
        "## 危険度と助言 / Risk and advice\n",
        both(
            "点数は製品の選択であり、法の定めではない（`src/morasanu/rules/data/risk.yaml`）。",
            "The points are the product's choice, not law (`src/morasanu/rules/data/risk.yaml`).",
        ),
        table(
            ("対象 / of", "ある / present", "10倍ごと / each tenfold"),
            (
                (f"`{key}`", str(first), f"+{more}")
                for key, (first, more) in (*rules.risk.classes.items(), *rules.risk.labels.items())
            ),
        ),
        table(
            ("人数から / persons from", "点 / points"),
            ((f"{start:,}", str(points)) for start, points in rules.risk.persons),
        ),
        table(
            ("助言 / advice", "日本語", "English", "根拠 / citation", "確認 / checked"),
            (
                (
                    f"`{advice.id}`",
                    f"{advice.title.ja}。{advice.why.ja}",
                    f"{advice.title.en}. {advice.why.en}",
                    "<br>".join(" ".join(c) for c in advice.citations),
                    advice.checked,
                )
                for advice in rules.risk.advice
            ),
        ),
        *_write_requirements(asked),
    ]
    return "\n".join(parts)


def _write_requirements(asked: Requirements) -> Iterator[str]:
    yield "## 要求と対策 / Requirements and controls\n"
    yield both(
        "文言は当方のもの。対策と周期・期限の数は製品の選択であり、法の定めではない（`src/morasanu/rules/data/control.yaml`、`judgement.yaml`）。",
        "The wording is ours. Controls, cycles and limits are the product's choice, not law (`src/morasanu/rules/data/control.yaml`, `judgement.yaml`).",
    )
    yield table(
        ("id", "日本語", "English", "程度 / level", "根拠 / citation", "確認 / checked", "対策 / controls"),
        (
            (
                f"`{row.id}`",
                f"{row.title.ja}: {row.asks.ja}" + (f"（{row.applies.ja}）" if row.applies else ""),
                f"{row.title.en}: {row.asks.en}" + (f" ({row.applies.en})" if row.applies else ""),
                " / ".join(row.level.words),
                "<br>".join(" ".join(c) for c in row.citations),
                row.checked,
                "<br>".join(f"`{control.id}`" for control in asked.of_requirement(row.id)) or "—",
            )
            for row in asked.requirements
        ),
    )
    yield table(
        ("対策 / control", "日本語", "English", "判定 / judged by", "周期（月） / cycle (months)"),
        (
            (
                f"`{control.id}`",
                f"{control.title.ja}: {control.does.ja}",
                f"{control.title.en}: {control.does.en}",
                "人 / person" if control.judged_by == PERSON else f"`{control.judged_by}`",
                str(control.cycle_months),
            )
            for control in asked.controls
        ),
    )
    yield table(
        ("機械の判定 / judgement", "日本語", "English", "限度 / limit", "有効（日） / valid (days)"),
        (
            (f"`{rule.id}`", rule.means.ja, rule.means.en, f"{rule.limit} {rule.unit}", str(rule.valid_days))
            for rule in asked.judgements.values()
        ),
    )
