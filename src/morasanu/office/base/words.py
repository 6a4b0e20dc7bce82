"""Words in the visitor's language: Japanese first, English beside it, where they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language

from morasanu.rules.load import Words

if TYPE_CHECKING:
    from morasanu.errors import MorasanuError


def say(ja: str, en: str) -> str:
    """Return the one of the visitor's language."""
    return Words(ja, en).of(read_language())


def say_words(words: Words) -> str:
    """Return `words` in the visitor's language."""
    return words.of(read_language())


def say_error(error: MorasanuError) -> str:
    """Return what went wrong, in the visitor's language."""
    return error.message(read_language())


def read_language() -> str:
    """Return `ja` or `en`."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"
