"""Findings in words: what each reason says, by its facts, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from morasanu.office.finding.models import ClosedAs, FindingKind, Grade, Progress
from morasanu.office.reality.words import SENTENCES as DIFFERENCES
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from morasanu.office.finding.models import Action, Finding

SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], Words]]] = {
    **DIFFERENCES,
    "stocktake.missing": lambda facts: Words(
        f"棚卸で「{facts['code']}」が見当たりませんでした。", f"The stocktake did not find {facts['code']}."
    ),
    "stocktake.changed": lambda facts: Words(
        f"棚卸で「{facts['code']}」の記載と実物が違いました。", f"The stocktake found {facts['code']} changed."
    ),
    "stocktake.late": lambda _: Words(
        "台帳棚卸が期限までに署名されていません。", "The stocktake was not signed by its last day."
    ),
}
"""By reason code. A room whose findings have reasons of their own adds them here."""
KINDS: Final = {
    FindingKind.DIFFERENCE: Words("差異", "difference"),
    FindingKind.CONTROL: Words("管理策", "control"),
    FindingKind.REVIEW: Words("点検", "review"),
    FindingKind.OTHER: Words("その他", "other"),
}
GRADES: Final = {
    Grade.HIGH: Words("重", "grave"),
    Grade.MIDDLE: Words("中", "middling"),
    Grade.LOW: Words("軽", "light"),
}
STATES: Final = {
    Progress.OPEN: Words("未着手", "open"),
    Progress.DOING: Words("対応中", "in progress"),
    Progress.CLOSED: Words("完了", "closed"),
}
CLOSED: Final = {
    ClosedAs.GONE: Words("解消を確認", "found gone"),
    ClosedAs.DONE: Words("対応済み", "dealt with"),
    ClosedAs.ACCEPTED: Words("除外", "accepted"),
}


def describe_finding(finding: Finding) -> Words:
    """Return what is wrong in a sentence: by its reason, or its title when the reason is not known here."""
    make = SENTENCES.get(finding.reason_code)
    return (
        make(finding.facts)
        if make
        else Words(finding.title or finding.reason_code, finding.title or finding.reason_code)
    )


def describe_state(row: Finding | Action) -> Words:
    """Return how far it is."""
    return STATES[Progress(row.state)]
