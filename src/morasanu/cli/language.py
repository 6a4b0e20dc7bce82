"""Which language to speak, and saying things in it."""

from __future__ import annotations

import locale
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_language(environment: Mapping[str, str] | None = None) -> str:
    """Return `"ja"` or `"en"`: what MORASANU_LANG says, else the locale of the environment, else of the system.

    >>> find_language({"LANG": "ja_JP.UTF-8"}), find_language({"LC_ALL": "C", "LANG": "ja_JP.UTF-8"})
    ('ja', 'en')
    """
    environment = os.environ if environment is None else environment
    for name in ("MORASANU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "ja" if environment[name].lower().startswith("ja") else "en"
    return "ja" if (locale.getlocale()[0] or "").lower().startswith("ja") else "en"


class Speaker:
    """Chooses between a Japanese and an English text."""

    def __init__(self, language: str) -> None:
        """Take `"ja"` or `"en"`."""
        self.language = language

    def __call__(self, ja: str, en: str) -> str:
        """Return the text of the language spoken."""
        return ja if self.language == "ja" else en
