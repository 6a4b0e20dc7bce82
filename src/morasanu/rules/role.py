"""The roles that people are appointed to, with the duties that a letter names, read from the shipped rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from morasanu.rules.load import check_keys, check_unique, parse_citations, parse_words, read_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.rules.load import Citation, Words


@dataclass(frozen=True, slots=True)
class RoleRule:
    """A role: what it is called, what whoever holds it is to do, and where such a role is asked for."""

    id: str
    title: Words
    duties: tuple[Words, ...]
    citations: tuple[Citation, ...]
    checked: str
    source: str


@cache
def load_roles() -> Mapping[str, RoleRule]:
    """Return the shipped roles by id. Raises RuleError MRS-R-020 for an unknown key or a missing citation.

    >>> load_roles()["manager"].title.ja
    '個人データ管理者'
    """
    rows = []
    for raw in read_rules("role.yaml"):
        check_keys(raw, ("id", "title", "duties", "citations", "checked", "source"))
        duties = tuple(parse_words({"id": raw["id"], "duties": each}, "duties") for each in raw["duties"])
        rows.append(
            RoleRule(
                raw["id"],
                parse_words(raw, "title"),
                duties,
                parse_citations(raw),
                raw["checked"],
                raw["source"],
            )
        )
    check_unique(row.id for row in rows)
    return {row.id: row for row in rows}
