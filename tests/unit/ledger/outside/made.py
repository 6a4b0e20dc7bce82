"""A small ledger that grows, what is sent of it, and a witness that listens."""

from __future__ import annotations

import shutil
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from morasanu.ledger.folder import Folder
from morasanu.ledger.key import read_public
from morasanu.ledger.ledger import Draft, Ledger, begin_ledger
from morasanu.ledger.outside.cosigner import Witness
from morasanu.ledger.outside.interface import Parcel
from morasanu.ledger.outside.server import WitnessServer, load_tls
from morasanu.proof.checkpoint import parse_checkpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from morasanu.errors import MorasanuError
    from morasanu.proof.note import VerifierKey

ORIGIN = "bank.example/shouko"


class Grown:
    """A ledger in `path`; `grow` adds events and seals."""

    def __init__(self, path: Path, origin: str = ORIGIN) -> None:
        self.path = path
        if not path.exists():
            begin_ledger(path, origin)
        self.folder = Folder(path)

    def copy(self, path: Path) -> Grown:
        """Return a copy of it, which goes its own way from here."""
        shutil.copytree(self.path, path)
        return Grown(path)

    @property
    def key(self) -> VerifierKey:
        return read_public(self.folder)

    def grow(self, count: int) -> Parcel:
        with Ledger(self.path) as ledger:
            if count:
                ledger.append([Draft("record", "test", {"n": number}) for number in range(count)])
            note = ledger.seal()
        return Parcel(note, parse_checkpoint(note.text), self.key, self.folder.read)


@contextmanager
def run_witness(
    path: Path,
    logs: Sequence[VerifierKey],
    certificate: tuple[Path, Path] | None,
    faults: list[MorasanuError] | None = None,
) -> Iterator[tuple[str, Witness]]:
    """Yield the address of a witness and itself."""
    tls = load_tls(*certificate) if certificate else None
    told = [] if faults is None else faults
    with (
        Witness(path, logs, "witness.example/w1") as witness,
        WitnessServer(("127.0.0.1", 0), witness, tls, told.append) as server,
    ):
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://localhost:{server.server_port}", witness
        finally:
            server.shutdown()
            thread.join()


def trust(certificate: Path | None = None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate)
