"""`morasanu up`: opens the office: web server and worker over a data folder, and says where it is."""

from __future__ import annotations

import ipaddress
import os
import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, OutsideError
from morasanu.office.place import open_place
from morasanu.office.supervise import prepare, supervise
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from morasanu.cli.language import Speaker
    from morasanu.office.place import Place

DEFAULT_FOLDER: Final = "morasanu-data"
DEMO_FOLDER: Final = "morasanu-demo"
DEMO_DAY: Final = "2026-11-23"
"""The day on which the demo stands still."""
DEMO_DOOR: Final = "/demo/"
EXAMPLES: Final = "examples/bank"


def run(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0 when it was asked to stop. Raises InputError MRS-I-050, -054, -055, -058, -079, OutsideError MRS-O-050 to -052."""
    is_open = not is_loopback(options.host)
    if is_open and options.certificate is None and not (options.tls or options.behind_proxy):
        raise InputError(
            "MRS-I-055",
            "この機械の外から使うには --tls か --certificate FILE か --behind-proxy が要ります",
            "to be reached from other machines it needs --tls, --certificate FILE or --behind-proxy",
        )
    if options.checkpoint_to is not None:
        if not options.checkpoint_to.is_dir():
            name = options.checkpoint_to
            raise InputError("MRS-I-001", f"フォルダーがありません: {name}", f"no such folder: {name}")
        os.environ["MORASANU_CHECKPOINT_TO"] = str(options.checkpoint_to.resolve())  # for the worker
    place = _open(options)
    _refuse_taken(options.host, options.port)
    hosts = " ".join(_name_hosts(options))
    makes_own = options.tls and options.certificate is None
    examples = _find_examples(options)
    more = [*(["--tls"] if makes_own else []), *(["--examples", str(examples)] if examples else [])]
    made = prepare(place, "--hosts", hosts, *more)
    certificate = place.certificate if makes_own else options.certificate
    key = place.certificate_key if makes_own else options.key
    if certificate:
        _refuse_unfit(certificate, key)
    shown = f"[{options.host}]" if ":" in options.host else options.host
    address = f"{'https' if certificate else 'http'}://{shown}:{options.port}"
    _tell(address, made, say)
    if place.is_demo:
        _tell_door(address, say, is_shut=is_open or options.behind_proxy)
    print(say("止めるには Ctrl-C", "Ctrl-C stops it"), flush=True)
    web = [
        "web", "--data", str(place.path), "--host", options.host, "--port", str(options.port), "--hosts", hosts,
        *(["--certificate", str(certificate)] if certificate else []),
        *(["--key", str(key)] if key else []),
        *(["--behind-proxy"] if options.behind_proxy else []),
    ]  # fmt: skip
    supervise({"web": web, "worker": ["worker", "--data", str(place.path)]})
    return 0


def _tell(address: str, made: Mapping[str, str], say: Speaker) -> None:
    print(say(f"開いています: {address}/", f"opening at {address}/"))
    if made["print"]:
        print(
            say(
                f"自分で作った証明書です。ブラウザーの警告で SHA-256 指紋を見比べてください:\n  {made['print']}",
                f"its own certificate: compare the SHA-256 fingerprint when the browser warns:\n  {made['print']}",
            )
        )
    if made["link"]:
        print(
            say(
                f"最初のシステム管理者をつくるリンク（24時間・1回だけ）:\n  {address}{made['link']}",
                f"link to make the first system administrator (24 hours, once):\n  {address}{made['link']}",
            )
        )


def _tell_door(address: str, say: Speaker, *, is_shut: bool) -> None:
    if is_shut:
        text = say(
            "デモの入口は、この機械だけで使うときに開きます",
            "the door of the demo opens only where nobody else comes in",
        )
    else:
        text = say(f"デモの入口: {address}{DEMO_DOOR}", f"the door of the demo: {address}{DEMO_DOOR}")
    print(text)


def _refuse_unfit(certificate: Path, key: Path | None) -> None:
    import ssl  # noqa: PLC0415 - start-up stays light

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except OSError as error:  # an SSLError is one
        raise InputError(
            "MRS-I-058",
            f"証明書と秘密鍵の組として使えません: {certificate}",
            f"cannot be used as a certificate with its key: {certificate}",
        ) from error


def _open(options: argparse.Namespace) -> Place:
    """Return the data folder, that of the demo when it is asked for."""
    if not options.demo:
        if options.today or options.examples:
            raise InputError(
                "MRS-I-079", "--today と --examples は --demo と使います", "--today and --examples go with --demo"
            )
        return open_place(options.data or Path(DEFAULT_FOLDER))
    today = options.today.isoformat() if options.today else ""
    place = open_place(options.data or Path(DEMO_FOLDER), is_demo=True, today=today or DEMO_DAY)
    if not place.is_demo or (today and place.today != today):
        raise InputError(
            "MRS-I-079",
            f"{place.path} はデモのフォルダーではないか、別の日のものです。--data で別の場所を選んでください",
            f"{place.path} holds no demo, or one of another day: choose another place with --data",
        )
    return place


def _find_examples(options: argparse.Namespace) -> Path | None:
    """Return the folder with the shares of the invented bank; None when there is none to scan."""
    if options.examples and not options.examples.is_dir():
        raise InputError(
            "MRS-I-079", f"フォルダーがありません: {options.examples}", f"no such folder: {options.examples}"
        )
    folder: Path = options.examples or Path(EXAMPLES)
    return folder if options.demo and folder.is_dir() else None


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise OutsideError(
                "MRS-O-050",
                f"{host} のポート {port} は使えません。--port で別の番号を選んでください",
                f"port {port} of {host} cannot be used: choose another with --port",
            ) from error


def _name_hosts(options: argparse.Namespace) -> list[str]:
    """Return the names by which browsers may ask for it: no other is answered."""
    names = ["localhost", "127.0.0.1", "[::1]", *options.name]
    try:
        address = ipaddress.ip_address(options.host)
    except ValueError:
        return [*names, options.host]
    if address.is_unspecified:
        return [*names, socket.gethostname()]
    return [*names, f"[{address}]" if address.version == 6 else str(address)]
