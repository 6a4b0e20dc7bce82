"""`morasanu ledger checkpoint`, `witness` and what `status` says of it: how checkpoints leave this machine."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, MorasanuError
from morasanu.ledger.ledger import Ledger
from morasanu.ledger.outside.cosigner import Witness
from morasanu.ledger.outside.folder import FolderPlace
from morasanu.ledger.outside.leave import leave_for, make_parcel
from morasanu.ledger.outside.mail import MailPlace
from morasanu.ledger.outside.record import find_since, read_left
from morasanu.ledger.outside.server import WitnessServer, check_listen, load_tls
from morasanu.ledger.outside.witness import WitnessPlace
from morasanu.proof.note import VerifierKey, parse_verifier_key
from morasanu.source.credential import Credentials, check_settings, load_credentials, load_trust

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from morasanu.cli.language import Speaker
    from morasanu.ledger.outside.interface import Parcel, Place
    from morasanu.ledger.outside.record import Left

_FAILED: Final = 2
_HOURS: Final = 3_600
_PATIENCE_S: Final = 30


def send_checkpoint(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0 when the checkpoint is sealed, printed and has arrived wherever it was sent, 2 when it has not everywhere."""
    places = list(_make_places(options))
    with Ledger(options.folder) as ledger:
        note = ledger.seal()
    parcel = make_parcel(options.folder, note)
    sys.stdout.write(note.encoded.decode())
    sys.stdout.flush()
    sent = [
        _send(options.folder, place, parcel, say) for place in places
    ]  # each is tried, whatever became of the others
    return 0 if all(sent) else _FAILED


def _send(path: Path, place: Place, parcel: Parcel, say: Speaker) -> bool:
    try:
        back = leave_for(path, place, parcel)
        if back.doubt:
            _complain(back.doubt, say)
        if back.note:
            with Ledger(path, patience_s=_PATIENCE_S) as ledger:
                ledger.add_signatures(back.note)
    except MorasanuError as error:
        _complain(error, say)
        return False
    return True


def _complain(error: MorasanuError, say: Speaker) -> None:
    print(f"morasanu: {error.code}: {error.message(say.language)}", file=sys.stderr)


def _make_places(options: argparse.Namespace) -> Iterator[Place]:
    """Yield where the options send to; what is wrong with one of them is raised before anything is sealed."""
    trust = load_trust(str(options.ca) if options.ca else None)
    for path in options.to:
        yield FolderPlace(path, options.folder)
    if options.mail:
        yield from _make_mails(options)
    elif options.smtp or options.sender or options.credentials:
        raise InputError(
            "MRS-I-047",
            "--smtp、--from、--credentials には --mail が要ります",
            "--smtp, --from and --credentials need --mail",
        )
    if len(options.witness) != len(options.witness_key):
        raise InputError(
            "MRS-I-047", "--witness と同じ数の --witness-key が要ります", "every --witness needs its --witness-key"
        )
    lefts = read_left(options.folder)
    for url, path in zip(options.witness, options.witness_key, strict=True):
        (key,) = read_keys(path)[:1]
        place = WitnessPlace(url, key, trust)
        yield WitnessPlace(url, key, trust, find_since(lefts, place.kind, place.to))
    if options.print:
        from morasanu.ledger.outside.printed import PrintPlace  # noqa: PLC0415 - needs a part that others do not

        yield PrintPlace(options.print)
    if options.timestamp:
        from morasanu.ledger.outside.timestamp import TimestampPlace  # noqa: PLC0415 - as above

        yield TimestampPlace(options.timestamp, trust, options.ca)


def _make_mails(options: argparse.Namespace) -> Iterator[Place]:
    if not options.smtp:
        raise InputError("MRS-I-047", "--mail には --smtp が要ります", "--mail needs --smtp")
    known = load_credentials(options.credentials) if options.credentials else Credentials()
    secrets = known.find(f"smtp://{options.smtp}")
    check_settings(secrets, ("user", "password", "ca_file"))
    trust = load_trust(secrets.get("ca_file") or (str(options.ca) if options.ca else None))
    for address in options.mail:
        yield MailPlace(
            address,
            options.smtp,
            trust,
            sender=options.sender,
            user=secrets.get("user", ""),
            password=secrets.get("password", ""),
        )


def read_keys(path: Path) -> list[VerifierKey]:
    """Return the public keys in a file, one a line, at least one. Raises InputError MRS-I-001, MRS-I-046."""
    try:
        keys = [parse_verifier_key(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        if not keys:
            raise ValueError  # noqa: TRY301 - told with the others
    except OSError as error:
        raise InputError("MRS-I-001", f"読めません: {path}", f"cannot be read: {path}") from error
    except ValueError as error:
        raise InputError("MRS-I-046", f"公開鍵ではありません: {path}", f"not a public key: {path}") from error
    return keys


def tell_left(left: Left | None, size: int, say: Speaker) -> str:
    """Return what the status says of the last checkpoint that left, when the ledger has `size` events."""
    if left is None:
        return say(
            "警告: チェックポイントが一度も外に出ていません。このままでは、すべてを作り直されても分かりません",
            "warning: no checkpoint has ever left: nobody could tell if all of it were made anew",
        )
    kinds = {
        "folder": "フォルダー",
        "mail": "メール",
        "witness": "証人",
        "print": "印刷",
        "timestamp": "タイムスタンプ",
    }
    at, behind = f"{left.at[:16].replace('T', ' ')} UTC", max(0, size - left.size)
    return say(
        f"最後に外に出た時 {at}（{kinds.get(left.kind, left.kind)}、{left.size:,} 件）。その後の記録 {behind:,} 件",
        f"a checkpoint last left at {at} ({left.kind}, {left.size:,} events); {behind:,} events since",
    )


def run_witness(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0 once a signal has ended the witness."""
    logs = [key for path in options.log for key in read_keys(path)]
    tls = load_tls(options.tls_cert, options.tls_key)
    name = options.name or f"{socket.gethostname()}/witness"
    host, _, port = options.listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdecimal():
        raise InputError("MRS-I-047", "--listen は HOST:PORT です", "--listen takes HOST:PORT")
    check_listen(host, tls)  # before a key is made
    with (
        Witness(options.folder, logs, name) as witness,
        WitnessServer((host, int(port)), witness, tls, lambda error: _complain(error, say)) as server,
    ):
        scheme = "https" if tls else "http"
        print(say("証人の公開鍵（台帳の側に渡してください）:", "the witness's public key (give it to the ledgers):"))
        print(witness.key)
        print(f"{scheme}://{options.listen.removesuffix(port)}{server.server_port}", flush=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        _wait_for_end()
        server.shutdown()
    return 0


def _wait_for_end() -> None:
    """Return when somebody asks this process to end."""
    asked = threading.Event()
    before = {each: signal.signal(each, lambda *_: asked.set()) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not asked.wait(_HOURS):
            pass
    finally:
        for each, handler in before.items():
            with suppress(TypeError):  # one that was not set by Python
                signal.signal(each, handler)
