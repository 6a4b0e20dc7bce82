"""One part of the office as a process: `web`, `worker` or the worker's `scan`, which end with what started them; or what ends by itself."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from morasanu.errors import MorasanuError
from morasanu.office.certificate import make_certificate
from morasanu.office.place import open_place
from morasanu.office.start import prepare, set_up
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    from morasanu.office.place import Place


def main() -> int:
    """Return 0 when asked to stop."""
    parser = argparse.ArgumentParser(prog="morasanu.office")
    parser.add_argument("part", choices=(*_ENDING, "web", "worker", "scan"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--hosts", default="")
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--run", type=int, default=0)
    parser.add_argument("--behind-proxy", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--examples", type=Path)
    options = parser.parse_args()
    if options.part in _ENDING:
        return _tell(options)
    place = open_place(options.data)
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
    elif options.part == "scan":
        from morasanu.office.reality.scanning import count_jobs, lower_priority, scan_run  # noqa: PLC0415 - after set_up

        lower_priority()
        scan_run(options.run, place.reports, data=place.path, jobs=count_jobs())
    else:
        from morasanu.office.worker import work  # noqa: PLC0415 - after set_up

        work(place)
    return 0


def _tell(options: argparse.Namespace) -> int:
    """Do what ends by itself; tell what came of it as JSON."""
    try:
        place = open_place(options.data)
        set_up(place)
        told = _ENDING[options.part](place, options)
    except MorasanuError as error:
        told = {"code": error.code, "ja": error.message_ja, "en": error.message_en}
    except Exception as error:  # noqa: BLE001 - a full disk, a database that is away; its words may hold data
        name = type(error).__name__
        told = {
            "code": "MRS-O-051",
            "ja": f"データフォルダーを準備できませんでした（{name}）。空き容量と権限、データベースを確かめてください",
            "en": f"the data folder could not be made ready ({name}): see to its disk, its rights and the database",
        }
    print(json.dumps(told))  # noqa: T201 - for the process that started this one
    return 0


def _prepare(place: Place, options: argparse.Namespace) -> dict[str, str]:
    link = prepare(place, options.examples)
    return {"link": link, "print": make_certificate(place, options.hosts.split()) if options.tls else ""}


def _move(place: Place, _: argparse.Namespace) -> dict[str, str]:
    from morasanu.office.database.move import move_rows  # noqa: PLC0415 - after set_up

    return {"rows": str(move_rows(place.database))}


_ENDING = {"prepare": _prepare, "move": _move}


def _end_with_parent() -> None:
    """End this process when the pipe from the one that started it closes."""
    while os.read(sys.stdin.fileno(), 1_024):  # not by the file object, whose lock is held when the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
