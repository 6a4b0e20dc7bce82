"""Where concrete parts are plugged together: what is due and who does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.office.due.work import Handler

HANDLERS: Final[Mapping[str, Handler]] = {}
