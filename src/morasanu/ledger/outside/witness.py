"""A second host that sees every checkpoint and signs that the ledger only grew. Source: c2sp.org/tlog-witness, the client's side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, OutsideError
from morasanu.ledger.outside.interface import Back
from morasanu.ledger.outside.web import check_url, post
from morasanu.proof.merkle import prove_consistency
from morasanu.proof.note import COSIGNATURE, LONGEST_NOTE_BYTES, Note, parse_note
from morasanu.proof.tile import MissingError, TileTree
from morasanu.proof.witness import CONFLICT, GRANTED, NOT_SIGNED, REFUTED, UNKNOWN, Request

if TYPE_CHECKING:
    import ssl

    from morasanu.ledger.outside.interface import Parcel
    from morasanu.ledger.outside.web import Reply
    from morasanu.proof.note import Signature, VerifierKey

SIZE_TYPE: Final = "text/x.tlog.size"
"""The kind of content of the size in an answer of status 409."""
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n\Z")


class WitnessPlace:
    """A witness: where it is asked and the key that its cosignatures are verified with."""

    kind = "witness"

    def __init__(self, url: str, key: VerifierKey, trust: ssl.SSLContext, since: int = 0) -> None:
        """Take it. `since` is the size it last cosigned, as far as known here.

        Raises InputError MRS-I-018, MRS-I-047 for the address, MRS-I-046 for a key that does not cosign.
        """
        self.to = check_url(url)
        self._key, self._trust, self._since = key, trust, since
        if key.kind != COSIGNATURE:
            raise InputError("MRS-I-046", "証人の公開鍵ではありません（型 4）", "not the key of a witness (type 4)")

    def send(self, parcel: Parcel) -> Back:
        """Return the note with the witness's cosignature below it.

        Raises OutsideError MRS-O-042 when the witness was not reached, MRS-O-043 for an answer that is none, MRS-O-045 when
        it knows a larger ledger, MRS-O-046 when it knows another history, MRS-O-047 when it does not know the ledger or
        its key. The doubt MRS-O-048 is told when it has forgotten what it cosigned.
        """
        size = parcel.checkpoint.size
        old = min(self._since, size)
        reply = self._ask(parcel, old)
        doubt = None
        if reply.status == CONFLICT:
            old = self._read_size(reply)
            if old > size:
                raise OutsideError(
                    "MRS-O-045",
                    f"証人は {old:,} 件まで見ていますが、台帳は {size:,} 件です（巻き戻し）: {self.to}",
                    f"the witness has seen {old:,} events, the ledger has {size:,} (rolled back): {self.to}",
                )
            if old < self._since:
                doubt = OutsideError(
                    "MRS-O-048",
                    f"証人が {self._since:,} 件まで見たことを忘れ、{old:,} 件から始めました: {self.to}",
                    f"the witness forgot that it had seen {self._since:,} events, it began with {old:,}: {self.to}",
                )
            reply = self._ask(parcel, old)
        if reply.status != GRANTED:
            raise self._tell(reply.status)
        return Back(
            Note(parcel.note.text, (*parcel.note.signatures, *self._read_signatures(reply, parcel))), doubt=doubt
        )

    def _ask(self, parcel: Parcel, old: int) -> Reply:
        size = parcel.checkpoint.size
        try:
            path = prove_consistency(old, size, TileTree(size, parcel.read).node) if old else []
        except MissingError as error:
            raise OutsideError(
                "MRS-O-046",
                f"証明に要る台帳のファイルがありません（{error}）",
                f"a file of the ledger that the proof needs is missing ({error})",
            ) from error
        body = Request(old, tuple(path), parcel.note).encoded
        return post(f"{self.to}/add-checkpoint", body, "text/plain; charset=utf-8", self._trust)

    def _read_size(self, reply: Reply) -> int:
        found = _SIZE.match(reply.body)
        if not found or reply.content_type != SIZE_TYPE:
            raise self._tell(reply.status)
        return int(found[1])

    def _read_signatures(self, reply: Reply, parcel: Parcel) -> list[Signature]:
        """Return what the witness's key signed; what others signed is passed over."""
        try:
            if len(reply.body) > LONGEST_NOTE_BYTES:
                raise ValueError  # noqa: TRY301 - told with the others
            lines = parse_note(f"{parcel.note.text}\n".encode() + reply.body).signatures
        except ValueError as error:
            raise self._tell(reply.status) from error
        ours = [each for each in lines if (each.name, each.key_id) == (self._key.name, self._key.key_id)]
        if not ours or not all(self._key.verifies(parcel.note.text, each) and any(each.data[:8]) for each in ours):
            raise OutsideError(
                "MRS-O-043",
                f"証人の連署が公開鍵と合いません: {self.to}",
                f"the cosignature is not by the witness's key: {self.to}",
            )
        return ours[-1:]

    def _tell(self, status: int) -> OutsideError:
        if status == REFUTED:
            return OutsideError(
                "MRS-O-046",
                f"証人が見た歴史と台帳が合いません: {self.to}",
                f"the ledger does not continue what the witness has seen: {self.to}",
            )
        if status in {UNKNOWN, NOT_SIGNED}:
            return OutsideError(
                "MRS-O-047",
                f"証人がこの台帳または鍵を知りません（{status}）。証人に公開鍵を渡してください: {self.to}",
                f"the witness does not know this ledger or its key ({status}): give it the public key: {self.to}",
            )
        return OutsideError(
            "MRS-O-043", f"答えが正しくありません（{status}）: {self.to}", f"no proper answer ({status}): {self.to}"
        )
