"""Checkpoints by mail, against a real server: in the open on this machine only, else by TLS, and no secret is ever told."""

from __future__ import annotations

import logging
import socket
import ssl
import traceback
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest
from tests.unit.ledger.outside.made import trust
from tests.unit.ledger.outside.mailer import run_mailbox
from tests.unit.source.certificate import make_certificate

from morasanu.errors import InputError, OutsideError
from morasanu.ledger.outside import mail
from morasanu.ledger.outside.kept import find_kept
from morasanu.ledger.outside.mail import MailPlace
from morasanu.ledger.outside.server import load_tls

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.ledger.outside.interface import Parcel

TO = "kansa@bank.example"
PASSWORD = "himitsu-no-kotoba"
BEYOND = "127.1"
"""This machine by a name that does not say so."""


@pytest.fixture(autouse=True)
def quiet() -> None:
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)


@pytest.fixture(scope="module")
def beyond(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    try:
        socket.getaddrinfo(BEYOND, 25)
    except OSError:
        pytest.skip("127.1 is no address here")
    return make_certificate(tmp_path_factory.mktemp("beyond"), BEYOND)


def fail(place: MailPlace, parcel: Parcel) -> str:
    with pytest.raises(OutsideError) as caught:
        place.send(parcel)
    assert caught.value.code == "MRS-O-044"
    told = "".join(map(caught.value.message, ("ja", "en"))) + repr(place)
    assert PASSWORD not in told
    assert TO not in caught.value.message("en")
    assert "naisho" not in told
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    return caught.value.message("en")


def test_mail_carries_the_checkpoint_as_it_is(parcel: Parcel) -> None:
    with run_mailbox() as box:
        MailPlace(TO, f"127.0.0.1:{box.port}", trust(), sender="daichou@bank.example").send(parcel)
    (taken,) = box.taken
    assert (taken.sender, taken.to, taken.by_tls, taken.by_login) == ("daichou@bank.example", [TO], False, False)
    message = message_from_bytes(taken.data, policy=default)
    assert message.get_content().replace("\r\n", "\n").endswith("\n\n" + parcel.note.encoded.decode())
    assert find_kept(taken.data) == [parcel.note.encoded]
    assert message["Subject"].endswith(" 1")
    assert parcel.checkpoint.origin not in str(message["Subject"])
    assert message["From"] == "daichou@bank.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert all(len(line) <= 998 for line in taken.data.splitlines())


def test_sender_is_the_address_unless_given(parcel: Parcel) -> None:
    with run_mailbox() as box:
        MailPlace(TO, f"localhost:{box.port}", trust()).send(parcel)
    assert box.taken[0].sender == TO


def test_login_goes_by_starttls_also_on_this_machine(parcel: Parcel, certificate: tuple[Path, Path]) -> None:
    with run_mailbox(load_tls(*certificate)) as box:
        place = MailPlace(TO, f"localhost:{box.port}", trust(certificate[0]), user="daichou", password=PASSWORD)
        place.send(parcel)
    assert [(taken.by_tls, taken.by_login) for taken in box.taken] == [(True, True)]
    assert box.logins == [(b"daichou", PASSWORD.encode())]


def test_server_beyond_this_machine_is_spoken_to_by_starttls(parcel: Parcel, beyond: tuple[Path, Path]) -> None:
    with run_mailbox(load_tls(*beyond)) as box:
        MailPlace(TO, f"{BEYOND}:{box.port}", trust(beyond[0])).send(parcel)
    assert [taken.by_tls for taken in box.taken] == [True]


@pytest.mark.usefixtures("beyond")
def test_server_beyond_this_machine_without_starttls_gets_nothing(parcel: Parcel) -> None:
    with run_mailbox() as box:
        fail(MailPlace(TO, f"{BEYOND}:{box.port}", trust(), user="daichou", password=PASSWORD), parcel)
    assert (box.taken, box.logins) == ([], [])


def test_password_never_goes_in_the_open(parcel: Parcel) -> None:
    with run_mailbox() as box:
        fail(MailPlace(TO, f"localhost:{box.port}", trust(), user="daichou", password=PASSWORD), parcel)
    assert (box.taken, box.logins) == ([], [])


def test_tls_from_the_start_on_the_port_of_smtps(
    parcel: Parcel, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with run_mailbox(load_tls(*certificate), from_the_start=True) as box:
        monkeypatch.setattr(mail, "_SMTPS", box.port)
        place = MailPlace(TO, f"localhost:{box.port}", trust(certificate[0]), user="daichou", password=PASSWORD)
        place.send(parcel)
        fail(MailPlace(TO, f"localhost:{box.port}", trust(), user="daichou", password=PASSWORD), parcel)
    assert len(box.taken) == len(box.logins) == 1


def test_certificate_of_nobody_is_refused(parcel: Parcel, certificate: tuple[Path, Path]) -> None:
    with run_mailbox(load_tls(*certificate)) as box:
        told = fail(MailPlace(TO, f"localhost:{box.port}", trust(), user="daichou", password=PASSWORD), parcel)
    assert "SSLCertVerificationError" in told
    assert (box.taken, box.logins) == ([], [])


def test_wrong_password_is_told_without_it(parcel: Parcel, certificate: tuple[Path, Path]) -> None:
    with run_mailbox(load_tls(*certificate)) as box:
        place = MailPlace(TO, f"localhost:{box.port}", trust(certificate[0]), user="daichou", password=PASSWORD + "x")
        assert "535" in fail(place, parcel)
    assert box.taken == []


@pytest.mark.parametrize("refuse", [{"RCPT": "550 naisho no such user"}, {"DATA": "554 naisho not taken"}])
def test_server_that_refuses_is_told_without_what_it_says(parcel: Parcel, refuse: dict[str, str]) -> None:
    with run_mailbox(refuse=refuse) as box:
        fail(MailPlace(TO, f"localhost:{box.port}", trust()), parcel)
    assert box.taken == []


def test_server_that_is_not_there_is_told(parcel: Parcel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert "ConnectionRefusedError" in fail(MailPlace(TO, f"127.0.0.1:{port}", trust()), parcel)


@pytest.mark.parametrize(
    "address",
    ["", "kansa", "kansa@", "@bank.example", "a b@bank.example", "a@b@c", "a@bank.example\nBcc: x@example.com", "監査@bank.example", "<a@bank.example>", "a@b c"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    for to, sender in ((address, TO), (TO, address)):
        if not address and to == TO:
            continue  # none given
        with pytest.raises(InputError) as caught:
            MailPlace(to, "localhost", trust(), sender=sender)
        assert caught.value.code == "MRS-I-047"


@pytest.mark.parametrize(
    "server", ["", ":25", "mail.example:0", "mail.example:65536", "a b", "user@mail.example", "smtp://mail.example"]
)
def test_what_is_no_server_is_refused(server: str) -> None:
    with pytest.raises(InputError) as caught:
        MailPlace(TO, server, trust())
    assert caught.value.code == "MRS-I-047"


@pytest.mark.parametrize(
    ("server", "host", "port"),
    [("mail.example", "mail.example", 587), ("mail.example:25", "mail.example", 25), ("localhost", "localhost", 25), ("::1", "::1", 25), ("[::1]:2525", "::1", 2525),
     ("[2001:db8::1]", "2001:db8::1", 587)],
)  # fmt: skip
def test_server_is_a_host_and_a_port(server: str, host: str, port: int) -> None:
    place = MailPlace(TO, server, ssl.create_default_context())
    assert (place._host, place._port) == (host, port)
