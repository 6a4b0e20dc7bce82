"""The roles that an appointment gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from morasanu.rules.load import Words


class Role(StrEnum):
    """What a person is appointed as. Source: 金融分野における個人情報保護に関するガイドライン, article 8, and its practical guidance."""

    EXECUTIVE = "executive"
    OFFICER = "officer"
    MANAGER = "manager"
    HANDLER = "handler"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


TITLES: Final = {
    Role.EXECUTIVE: Words("役員", "executive"),
    Role.OFFICER: Words("個人データ管理責任者", "data protection officer"),
    Role.MANAGER: Words("個人データ管理者", "data manager"),
    Role.HANDLER: Words("取扱者", "handler"),
    Role.APPROVER: Words("承認者", "approver"),
    Role.AUDITOR: Words("監査", "auditor"),
    Role.ADMINISTRATOR: Words("システム管理", "system administrator"),
}
DECIDING: Final = frozenset(Role) - {Role.HANDLER}
"""Roles that decide or see much: they sign in with a second factor."""
