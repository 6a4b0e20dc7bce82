"""One part of the office as a process: `prepare`, `web` or `worker`. Started by `morasanu up`, and ends with it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from morasanu.errors import MorasanuError
from morasanu.office.place import Place, open_place
from morasanu.office.start import prepare, set_up
from morasanu.text.host import is_loopback


def main() -> int:
    """Return 0 when asked to stop."""
    parser = argparse.ArgumentParser(prog="morasanu.office")
    parser.add_argument("part", choices=("prepare", "web", "worker"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--hosts", default="")
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--behind-proxy", action="store_true")
    parser.add_argument("--examples", type=Path)
    options = parser.parse_args()
    place = open_place(options.data)
    if options.part == "prepare":
        return _prepare(place, options.examples)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    set_up(
        place,
        options.hosts,
        has_tls=options.certificate is not None or options.behind_proxy,
        is_behind_proxy=options.behind_proxy,
        is_local=is_loopback(options.host),
    )
    if options.part == "web":
        from morasanu.office.serve import make_server, serve  # noqa: PLC0415 - after set_up

        serve(make_server(options.host, options.port, options.certificate, options.key))
    else:
        from morasanu.office.worker import work  # noqa: PLC0415 - after set_up

        work(place)
    return 0


def _prepare(place: Place, examples: Path | None) -> int:
    """Bring the data folder up to date; tell what came of it as JSON."""
    try:
        set_up(place)
        told = {"link": prepare(place, examples)}
    except MorasanuError as error:
        told = {"code": error.code, "ja": error.message_ja, "en": error.message_en}
    print(json.dumps(told))  # noqa: T201 - for the process that started this one
    return 0


def _end_with_parent() -> None:
    """End this process when the pipe from the one that started it closes."""
    while os.read(sys.stdin.fileno(), 4096):  # a buffered read would hold its lock while the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
