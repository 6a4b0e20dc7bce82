"""The one error tree.

MorasanuError
├── InputError      what the person gave cannot be used: an option, a path, a file's format
├── RuleError       rules data is wrong: an unknown key, a missing citation, an example that does not come out
├── InspectError    could not look into something: unreadable, locked, gone, over a limit
├── RefusedError    a policy said no; carries the verdict
├── EvidenceError   the ledger could not be written or does not verify: stop
└── OutsideError    the network, a disk or a peer failed

Only shells (`cli`, later `office` and `gate`) map these to exit codes and statuses. Codes are stable and listed in
docs/reference/errors.md. A message never contains personal data.
"""

from __future__ import annotations


class MorasanuError(Exception):
    """Root of every error this package raises on purpose.

    `code` is stable (`MRS-I-001`); `message_ja` and `message_en` say what happened and what to do.

    >>> error = InputError("MRS-I-001", "フォルダがありません", "no such folder")
    >>> error.code, error.message("en")
    ('MRS-I-001', 'no such folder')
    """

    def __init__(self, code: str, message_ja: str, message_en: str) -> None:
        """Keep the code and the message in both languages."""
        super().__init__(f"{code}: {message_en}")
        self.code = code
        self.message_ja = message_ja
        self.message_en = message_en

    def message(self, language: str) -> str:
        """Return the message in `language` (`"ja"` or anything else for English)."""
        return self.message_ja if language == "ja" else self.message_en


class InputError(MorasanuError):
    """What the person gave cannot be used."""


class RuleError(MorasanuError):
    """Rules data is wrong."""


class InspectError(MorasanuError):
    """Something could not be looked into."""


class RefusedError(MorasanuError):
    """A policy said no."""

    def __init__(self, code: str, message_ja: str, message_en: str, verdict: object) -> None:
        """Keep the verdict beside the message."""
        super().__init__(code, message_ja, message_en)
        self.verdict = verdict


class EvidenceError(MorasanuError):
    """The evidence store could not be written or does not verify."""


class OutsideError(MorasanuError):
    """The network, a disk or a peer failed."""
