"""The roles that an appointment gives."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from morasanu.rules.role import load_roles


class Role(StrEnum):
    """What a person is appointed as. Source: 金融分野における個人情報保護に関するガイドライン, article 8, and its practical guidance."""

    EXECUTIVE = "executive"
    OFFICER = "officer"
    MANAGER = "manager"
    HANDLER = "handler"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


TITLES: Final = {role: load_roles()[role].title for role in Role}
DECIDING: Final = frozenset(Role) - {Role.HANDLER}
"""Roles that decide or see much: they sign in with a second factor."""
