"""A part of the office, `python -m morasanu.office …`, with one more kind of thing that is due; and `up` that starts such parts."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

KIND = "tests.mark"


def mark(facts: Mapping[str, Any]) -> None:
    """Leave a trace, slowly enough to be killed in the middle."""
    from morasanu.office.seal.keep import leave_trace  # noqa: PLC0415 - only where Django is ready

    leave_trace("tests.marked", "office", f"tests/{facts['n']}", 1, row={})
    time.sleep(0.02)


def main() -> int:
    """Return the exit status of the part, or of `up`."""
    if sys.argv[1] == "up":
        from morasanu.cli.__main__ import main as run  # noqa: PLC0415 - only where Django is ready
        from morasanu.office import supervise  # noqa: PLC0415 - only where Django is ready

        supervise.PROGRAM = (sys.executable, __file__)  # type: ignore[misc]
        return run(sys.argv[1:])
    from morasanu.office import __main__ as office  # noqa: PLC0415 - not before it is asked for

    set_up = office.set_up

    def set_up_and_add(*arguments: Any, **more: Any) -> None:
        set_up(*arguments, **more)
        from morasanu.office import wiring  # noqa: PLC0415 - only where Django is ready

        cast("dict[str, object]", wiring.HANDLERS)[KIND] = mark

    office.set_up = set_up_and_add
    return office.main()


if __name__ == "__main__":
    sys.exit(main())
