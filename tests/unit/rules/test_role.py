"""Roles: every role of the access table has its rule, and the other way round."""

from __future__ import annotations

import pytest

from morasanu.errors import RuleError
from morasanu.rules import role as module
from morasanu.rules.role import load_roles


def test_roles_have_titles_duties_and_citations() -> None:
    roles = load_roles()
    assert set(roles) == {"executive", "officer", "manager", "handler", "approver", "auditor", "administrator"}
    for rule in roles.values():
        assert rule.title.ja
        assert rule.title.en
        assert rule.duties
        assert rule.citations
        assert rule.checked in {"verified", "partly", "unverified"}


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"citations": []},
        {"duties": [{"ja": "日本語だけ"}]},
        {"title": {"ja": "", "en": "x"}},
        {"checked": "yes"},
    ],
)
def test_role_that_does_not_hold_together_is_refused(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
) -> None:
    raw = {
        "id": "officer", "title": {"ja": "責任者", "en": "officer"}, "duties": [{"ja": "見直す", "en": "reviews"}],
        "citations": [{"law": "法", "article": "1条"}], "checked": "verified", "source": "made",
    }  # fmt: skip
    monkeypatch.setattr(module, "read_rules", lambda _: [raw | change])
    with pytest.raises(RuleError, match="MRS-R-020"):
        load_roles.__wrapped__()
