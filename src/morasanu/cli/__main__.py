"""The command line's entry: reads the arguments, hands over to a verb, turns errors into exit codes."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from morasanu.cli.language import Speaker, find_language
from morasanu.cli.parser import make_parser
from morasanu.errors import MorasanuError, OutsideError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

DONE, FOUND, FAILED, NOT_ALL = 0, 1, 2, 3
"""Exit codes: all inspected; findings with --fail-on-findings; usage or an error; something could not be inspected."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of the command line `arguments` (default: those of this process)."""
    say = Speaker(find_language())
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):  # replaced by a test
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = _run(arguments, say)
        if sys.stdout is not None:
            sys.stdout.flush()
    except MorasanuError as error:
        _complain(error, say)
        return FAILED
    except BrokenPipeError:
        _drop_output()  # the reader went away; nothing more can be told to it
        return FAILED
    except KeyboardInterrupt:
        _complain(OutsideError("MRS-O-005", "中断しました", "interrupted"), say)
        return FAILED
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "?")
        _complain(OutsideError("MRS-O-004", f"入出力に失敗しました（{name}）", f"input or output failed ({name})"), say)
        _drop_output()
        return FAILED
    except Exception as error:  # noqa: BLE001 - a script must never take a defect for findings; texts may hold data
        name = type(error).__name__
        _complain(OutsideError("MRS-O-099", f"内部エラー（{name}）", f"internal error ({name})"), say)
        return FAILED
    return code


def _complain(error: MorasanuError, say: Speaker) -> None:
    if sys.stderr is not None:
        with suppress(OSError):
            print(f"morasanu: {error.code}: {error.message(say.language)}", file=sys.stderr)


def _drop_output() -> None:
    """Make sure that the interpreter does not try to write what is left when it ends."""
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str] | None, say: Speaker) -> int:
    parser = make_parser(say)
    try:
        options = parser.parse_args(arguments)
    except SystemExit as request:  # --help has been printed
        return int(request.code or 0)
    if options.version:
        from importlib.metadata import version  # noqa: PLC0415 - start-up stays light

        print(f"morasanu {version('morasanu')}")
        return DONE
    if options.verb is None:
        parser.print_help()
        return FAILED
    return _run_verb(options, say)


def _run_verb(options: argparse.Namespace, say: Speaker) -> int:
    # each verb brings what it needs, so that --help does not wait for it
    if options.verb == "scan":
        from morasanu.cli import scan as verb  # noqa: PLC0415
    elif options.verb == "detect":
        from morasanu.cli import detect as verb  # type: ignore[no-redef]  # noqa: PLC0415
    elif options.verb == "extract":
        from morasanu.cli import extract as verb  # type: ignore[no-redef]  # noqa: PLC0415
    elif options.verb == "doctor":
        from morasanu.cli import doctor as verb  # type: ignore[no-redef]  # noqa: PLC0415
    elif options.verb == "ledger":
        from morasanu.cli import ledger as verb  # type: ignore[no-redef]  # noqa: PLC0415
    elif options.verb in ("backup", "restore"):
        from morasanu.cli import backup as verb  # type: ignore[no-redef]  # noqa: PLC0415
    elif options.verb == "up":
        from morasanu.cli import up as verb  # type: ignore[no-redef]  # noqa: PLC0415
    else:
        from morasanu.cli import rules as verb  # type: ignore[no-redef]  # noqa: PLC0415
    return verb.run(options, say)


if __name__ == "__main__":
    sys.exit(main())
