#!/usr/bin/env python3
"""Verify an evidence ledger, or a receipt from one, with nothing but Python's standard library (3.8 or newer).

    python3 verify_ledger.py DIR [--checkpoint FILE]... [--key FILE]
    python3 verify_ledger.py --receipt FILE --key FILE [--entry FILE [--record FILE --salt BASE64]]

DIR          the ledger's files: checkpoint, tile/, key/change/
--checkpoint a checkpoint that was kept somewhere else than DIR
--key        the key you were given: for a ledger, the one it began with; for a receipt, the one that signed it
--entry      the entry the receipt is for; --record and --salt: what the entry's digest was made of

It prints "verified", "refuted" or "unproven" and exits with 0, 1 or 4; with 2 when it was not asked properly.
"refuted" names the place and the fault. Written from "The ledger's format" (ledger-format.md) and the specifications
named beside the code, and shares no line with the program that writes ledgers.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import bisect
import datetime as dt
import hashlib
import re
import sys
from pathlib import Path

VERIFIED, REFUTED, UNPROVEN = "verified", "refuted", "unproven"
EXIT = {VERIFIED: 0, REFUTED: 1, UNPROVEN: 4}
MAX_TEXT_BYTES = 200_000  # of a checkpoint

# The faults, as ledger-format.md ("Places and faults") words them, and in Japanese.
NO_CHECKPOINT = "no checkpoint"
NOT_A_CHECKPOINT = "not a checkpoint"
SIGNATURE = "not signed by the ledger's key"
ORIGIN = "another ledger"
MISSING = "missing, or not as long as it must be"
ENTRY = "not an entry, or not in its place"
TIME = "earlier than the entry before"
KEY = "introduces no key, or one that it may not"
LEAF = "entry and tile differ"
TILE = "tile and the tiles below differ"
ROOT = "root differs from the entries"
FORK = "history differs from the outside checkpoint"
ROLLED_BACK = "shorter than the outside checkpoint"
NO_OUTSIDE = "no outside checkpoint to compare with"
NOT_A_RECEIPT = "not a receipt"
PATH = "no path from the entry to the root"
DIGEST = "record and salt do not make the entry's digest"
NO_ENTRY = "no entry to compare with"
JAPANESE = {
    NO_CHECKPOINT: "チェックポイントがありません",
    NOT_A_CHECKPOINT: "チェックポイントの形ではありません",
    SIGNATURE: "その時の台帳の鍵が署名したものではありません",
    ORIGIN: "別の台帳のものです",
    MISSING: "ファイルがないか、長さが違います",
    ENTRY: "記録の形ではないか、場所が違います",
    TIME: "前の記録より早い時刻です",
    KEY: "鍵を示していないか、示せない鍵です",
    LEAF: "記録とタイルが合いません",
    TILE: "タイルとその下のタイルが合いません",
    ROOT: "署名された根と記録が合いません",
    FORK: "外に控えたチェックポイントと歴史が違います",
    ROLLED_BACK: "外に控えたチェックポイントより短くなっています（巻き戻し）",
    NO_OUTSIDE: "外に控えたチェックポイントがなく、全体が作り直されていても分かりません",
    NOT_A_RECEIPT: "受領証の形ではありません",
    PATH: "記録から署名された根への道がつながりません",
    DIGEST: "原本とソルトから記録の要約値が出ません",
    NO_ENTRY: "記録がないので、署名だけを確かめました",
}


class RefutedError(Exception):
    """Something does not hold: where, and which of the faults above."""

    def __init__(self, place: str, fault: str) -> None:
        """Keep both."""
        super().__init__(place, fault)
        self.place = place
        self.fault = fault


# --- Ed25519: RFC 8032, section 5.1 ----------------------------------------------------------------------------------
# A point is (X, Y, Z, T) with x = X/Z, y = Y/Z, x*y = T/Z (section 5.1.4).

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def add(p: tuple[int, int, int, int], q: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return p + q (section 5.1.4; complete, so also right for p + p)."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return scalar * point. Not in constant time: nothing here is secret."""
    total = IDENTITY
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def decode_point(data: bytes) -> tuple[int, int, int, int] | None:
    """Return the point, or None if these 32 bytes are not the one encoding of a point (section 5.1.3)."""
    y = int.from_bytes(data, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P == -u % P:
        x = x * SQRT_OF_MINUS_1 % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode_point(point: tuple[int, int, int, int]) -> bytes:
    """Return the 32 bytes of a point (section 5.1.2)."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = decode_point(b"\x58" + b"\x66" * 31)


def is_public_key(key: bytes) -> bool:
    """Return whether a key may be trusted with signatures.

    Refused: what is no point or spelled in a second way, and the points of small order (8 * A = identity), under
    which one signature can be made to fit many texts by anybody.
    """
    point = decode_point(key)
    return point is not None and encode_point(multiply(8, point)) != encode_point(IDENTITY)


def verify_signature(key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the signature is right: section 5.1.7, with S below L and without the cofactor.

    R is compared as bytes with the encoding of S*B - k*A, so that it has one spelling only.
    """
    point = decode_point(key)
    if point is None or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus_a = (P - point[0], point[1], 1, P - point[3])
    return encode_point(add(multiply(s, BASE), multiply(k, minus_a))) == signature[:32]


# --- the tree: RFC 6962, section 2.1 ---------------------------------------------------------------------------------


def hash_leaf(entry: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def hash_pairs(hashes: list[bytes]) -> list[bytes]:
    """Return the hashes one level up, of an even number of hashes."""
    return [hash_node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]


def hash_range(hashes: list[bytes], tail: bytes | None) -> bytes | None:
    """Return the root over `hashes`, all roots of trees of one size, and `tail`, the root of a tree no larger, or None.

    An RFC 6962 tree is made of whole trees, the largest first; it is put together from its right end.
    """
    while hashes:
        if len(hashes) % 2:
            tail = hashes[-1] if tail is None else hash_node(hashes[-1], tail)
            hashes = hashes[:-1]
        hashes = hash_pairs(hashes)
    return tail


def verify_inclusion(leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
    """Return whether the path leads from the leaf at `index` to the root of `size` leaves (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = hash_node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = hash_node(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


# --- base64, keys, checkpoints: c2sp.org/signed-note, c2sp.org/tlog-checkpoint ---------------------------------------


def decode_base64(text: str) -> bytes | None:
    """Return the bytes, or None if this is not their one spelling in standard base64 (RFC 4648, section 4)."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return None
    return data if base64.b64encode(data).decode("ascii") == text else None


class Key:
    """A verifier key of signed-note: name, id, public key."""

    def __init__(self, name: str, key_id: bytes, public: bytes) -> None:
        """Keep what was taken apart."""
        self.name = name
        self.id = key_id
        self.public = public


def is_key_name(name: str) -> bool:
    """Return whether this can be a key's name: not empty, no Unicode spaces, no plus, no control characters."""
    return name != "" and not any(c.isspace() or c == "+" or c < " " for c in name)


def parse_key(vkey: str) -> Key | None:
    """Return the Ed25519 key of `<name>+<hex id>+<base64 of type and key>`, or None ("Verifier keys")."""
    parts = vkey.split("+", 2)  # base64 may hold more of them
    if len(parts) != 3:
        return None
    name, key_id, material = parts[0], parts[1], decode_base64(parts[2])
    if not is_key_name(name) or material is None or len(material) != 33 or material[:1] != b"\x01":
        return None
    right_id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    if key_id != right_id.hex() or not is_public_key(material[1:]):
        return None
    return Key(name, right_id, material[1:])


class Checkpoint:
    """A checkpoint taken apart: nothing in it is proven yet."""

    def __init__(self, text: bytes, signatures: list[tuple[str, bytes, bytes]]) -> None:
        """Take the text of a note apart whose form was checked."""
        lines = text.decode().split("\n")
        self.text = text
        self.signatures = signatures
        self.origin = lines[0]
        self.size = int(lines[1])
        self.root = decode_base64(lines[2])


def parse_checkpoint(data: bytes) -> Checkpoint | None:
    """Return the checkpoint, or None if it is not one (signed-note, "Format"; tlog-checkpoint, "Note text")."""
    if len(data) > MAX_TEXT_BYTES:
        return None
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(c < " " and c != "\n" for c in note) or not note.endswith("\n"):
        return None
    text, blank, rest = note.rpartition("\n\n")  # the last empty line
    if not blank or not rest:
        return None
    signatures = []
    for line in rest[:-1].split("\n"):
        match = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
        signature = decode_base64(match.group(2)) if match else None
        if match is None or signature is None or len(signature) < 5 or not is_key_name(match.group(1)):
            return None
        signatures.append((match.group(1), signature[:4], signature[4:]))
    lines = text.split("\n")
    if len(lines) < 3 or "" in lines or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
        return None
    root = decode_base64(lines[2])
    if root is None or len(root) != 32 or (lines[1] == "0" and root != hashlib.sha256(b"").digest()):
        return None
    return Checkpoint((text + "\n").encode(), signatures)


def check_signatures(checkpoint: Checkpoint, keys: list[Key], place: str) -> None:
    """Refute unless each of `keys` signed; a wrong signature under a name and id of theirs refuses all of it.

    Signatures by other keys are passed over (signed-note, "Signatures").
    """
    for key in keys:
        found = [signature for name, key_id, signature in checkpoint.signatures if (name, key_id) == (key.name, key.id)]
        for signature in found:
            if not verify_signature(key.public, checkpoint.text, signature):
                raise RefutedError(place, SIGNATURE)
        if not found:
            raise RefutedError(place, SIGNATURE)


# --- entries: ledger-format.md, "Entries" ----------------------------------------------------------------------------

# Canonical JSON (RFC 8785) has one spelling for these members and values, so a pattern is enough to know it: members in
# order, no blanks, nothing to escape, numbers without leading zeros. The 43rd letter of the digest has two bits too many.
ENTRY_PATTERN = re.compile(
    rb'\{"actor":"[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,62}[A-Za-z0-9])?"'
    rb',"at":"([0-9]{4}-[0-9]{2}-[0-9]{2})(T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z)"'
    rb',"digest":"([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)"'
    rb'(?:,"key":"([!#-\[\]-~]+)")?'
    rb',"kind":"(?=[a-z0-9._-]{1,64}")([a-z][a-z0-9]*(?:[._-][a-z0-9]+)*)"'
    rb',"seq":(0|[1-9][0-9]{0,18})\}'
)
BEGUN, KEY_CHANGE, CLOCK = b"ledger.begun", b"ledger.key", b"ledger.clock"
known_dates = set()


def is_date(date: bytes) -> bool:
    """Return whether the calendar has this day."""
    if date not in known_dates:
        try:
            dt.date(int(date[:4]), int(date[5:7]), int(date[8:]))
        except ValueError:
            return False
        known_dates.add(date)
    return True


class Entry:
    """An entry taken apart."""

    def __init__(self, at: bytes, digest: bytes, vkey: bytes | None, kind: bytes, seq: int) -> None:
        """Keep what was taken apart."""
        self.at = at
        self.digest = digest
        self.vkey = vkey
        self.kind = kind
        self.seq = seq


def parse_entry(data: bytes) -> Entry | None:
    """Return the entry, or None if it is not one."""
    match = ENTRY_PATTERN.fullmatch(data)
    if match is None:
        return None
    date, time, digest, vkey, kind, seq = match.groups()
    if not is_date(date):
        return None
    return Entry(date + time, digest, vkey, kind, int(seq))


# --- files: c2sp.org/tlog-tiles --------------------------------------------------------------------------------------


def format_tile(level: str, number: int, width: int) -> str:
    """Return the path of a tile or bundle; a width of 256 is a whole one."""
    groups = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03}")
    path = f"tile/{level}/" + "/".join(groups)
    return path if width == 256 else f"{path}.p/{width}"


def read_file(folder: str, path: str, limit: int) -> bytes | None:
    """Return the file's first `limit` bytes and one more, or None if there is no such file."""
    full = Path(folder, path)
    if not full.is_file():
        return None
    with full.open("rb") as file:
        return file.read(limit + 1)


def read_tile_file(folder: str, level: str, number: int, width: int, limit: int) -> tuple[str, bytes, bool]:
    """Return (path, bytes, whole) of a tile or bundle: a partial one may have been replaced by the whole one."""
    path = format_tile(level, number, width)
    data = read_file(folder, path, limit)
    if data is None and width < 256:
        whole = format_tile(level, number, 256)
        data = read_file(folder, whole, limit)
        if data is not None:
            return whole, data, True
    if data is None:
        raise RefutedError(path, MISSING)
    return path, data, width == 256


def read_hashes(folder: str, level: int, number: int, width: int) -> tuple[str, list[bytes]]:
    """Return the path of a tile of hashes and its first `width` hashes."""
    path, data, whole = read_tile_file(folder, str(level), number, width, 8192)
    if len(data) != (8192 if whole else 32 * width):
        raise RefutedError(path, MISSING)
    return path, [data[i : i + 32] for i in range(0, 32 * width, 32)]


def read_bundle(folder: str, number: int, width: int) -> list[bytes]:
    """Return the first `width` entries of a bundle: each is preceded by its length in two bytes, the high one first."""
    path, data, whole = read_tile_file(folder, "entries", number, width, 256 * (2 + 0xFFFF))
    entries, at = [], 0
    for _ in range(256 if whole else width):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise RefutedError(path, MISSING)
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data):
        raise RefutedError(path, MISSING)
    return entries[:width]


# --- a ledger: ledger-format.md, "Verifying" -------------------------------------------------------------------------


class Ledger:
    """What has been read of a ledger so far."""

    def __init__(self, folder: str, first_key: Key | None, wanted: set[int]) -> None:
        """Begin with nothing read."""
        self.folder = folder
        self.first_key = first_key  # what entry 0 must introduce, if it is known
        self.keys = []  # who signs from the entry at the same index of `key_places` on
        self.key_places = []
        self.at = b""  # the time of the last entry
        self.hashes = [[]]  # for each level, the hashes of its last tile
        self.wanted = wanted  # sizes whose root is asked for
        self.roots = {}  # size: root
        self.upper_faults = []  # (level, number, fault): told when the entries have been read

    def read_entries(self, number: int, width: int) -> None:
        """Check a bundle, entry by entry, with its tile of level 0 and the roots that are asked for within it."""
        entries = read_bundle(self.folder, number, width)
        tile = read_hashes(self.folder, 0, number, width)[1]
        leaves = self.hashes[0] = []
        for size, data in enumerate(entries, 256 * number + 1):
            leaf = hash_leaf(data)
            self.check_entry(size - 1, data, leaf == tile[len(leaves)])
            leaves.append(leaf)
            if size in self.wanted:
                self.roots[size] = self.find_root()
            if self.key_places[-1] == size - 1 and size > 1:
                self.check_key_change(size)

    def check_entry(self, place: int, data: bytes, is_in_tile: bool) -> None:
        """Refute unless this is an entry that may stand at this place, and stands there in the tree."""
        name = f"entry {place}"
        entry = parse_entry(data)
        if entry is None or entry.seq != place:
            raise RefutedError(name, ENTRY)
        if not is_in_tile:
            raise RefutedError(name, LEAF)
        if (entry.kind == BEGUN) != (place == 0) or (entry.vkey is not None) != (entry.kind in (BEGUN, KEY_CHANGE)):
            raise RefutedError(name, KEY)
        if entry.vkey is not None:
            self.learn_key(place, parse_key(entry.vkey.decode("ascii")))
        if entry.at < self.at and entry.kind != CLOCK:
            raise RefutedError(name, TIME)
        self.at = entry.at

    def learn_key(self, place: int, key: Key | None) -> None:
        """Take in a new key; refute unless it is one, has the name of the first and is the one that was given, if so."""
        if key is None or (self.keys and key.name != self.keys[0].name):
            raise RefutedError(f"entry {place}", KEY)
        given = self.first_key
        if place == 0 and given is not None and (key.name, key.public) != (given.name, given.public):
            raise RefutedError("entry 0", KEY)
        self.keys.append(key)
        self.key_places.append(place)

    def find_root(self) -> bytes:
        """Return the root over the entries so far."""
        root = None
        for hashes in self.hashes:
            root = hash_range(hashes, root)
        return root

    def close_tiles(self, level: int, number: int) -> None:
        """Carry the root of a whole tile into the tile above; check that one when it is whole, too."""
        if len(self.hashes[level]) < 256:
            return
        root = hash_range(self.hashes[level], None)
        self.hashes[level] = []
        if level + 1 == len(self.hashes):
            self.hashes.append([])
        self.hashes[level + 1].append(root)
        if len(self.hashes[level + 1]) == 256:
            self.check_upper(level + 1, number // 256)
            self.close_tiles(level + 1, number // 256)

    def check_upper(self, level: int, number: int) -> None:
        """Note a fault unless a tile above level 0 holds the roots of the tiles below it."""
        try:
            path, tile = read_hashes(self.folder, level, number, len(self.hashes[level]))
            fault = None if tile == self.hashes[level] else RefutedError(path, TILE)
        except RefutedError as refuted:
            fault = refuted
        if fault is not None:
            self.upper_faults.append((level, number, fault))

    def finish_upper(self, size: int) -> None:
        """Check the last tile of each level above 0; refute for the first fault in any, by level and number."""
        for level in range(1, len(self.hashes)):
            if self.hashes[level]:
                self.check_upper(level, (size >> 8 * level) // 256)
        if self.upper_faults:
            raise min(self.upper_faults, key=lambda fault: fault[:2])[2]

    def find_signers(self, size: int) -> list[Key]:
        """Return who must have signed a checkpoint of this size: where the last entry brought a new key, the old, too."""
        count = bisect.bisect_left(self.key_places, size)  # keys that were there before the entry at place `size`
        if count > 1 and self.key_places[count - 1] == size - 1:
            return self.keys[count - 2 : count]
        return self.keys[count - 1 : count]

    def check_signed(self, checkpoint: Checkpoint, place: str) -> None:
        """Refute unless the checkpoint has the name of the keys and is signed by whose turn it was."""
        signers = self.find_signers(checkpoint.size)
        if not signers:  # of size 0: keys come from entries
            raise RefutedError(place, SIGNATURE)
        if checkpoint.origin != signers[0].name:
            raise RefutedError(place, ORIGIN)
        check_signatures(checkpoint, signers, place)

    def check_key_change(self, size: int) -> None:
        """Refute unless the change of keys in the last of `size` entries has its checkpoint, signed by both keys."""
        path = f"key/change/{size}"
        change = read_checkpoint(self.folder, path)
        if change.size != size:
            raise RefutedError(path, ROOT)
        self.check_signed(change, path)
        if change.root != self.find_root():
            raise RefutedError(path, ROOT)


def read_checkpoint(folder: str, path: str) -> Checkpoint:
    """Return a checkpoint of the ledger, taken apart."""
    data = read_file(folder, path, MAX_TEXT_BYTES)
    if data is None:
        raise RefutedError(path, NO_CHECKPOINT)
    return take_apart(path, data)


def take_apart(place: str, data: bytes) -> Checkpoint:
    """Return the checkpoint that lies at a place, or raise RefutedError."""
    checkpoint = parse_checkpoint(data)
    if checkpoint is None:
        raise RefutedError(place, NOT_A_CHECKPOINT)
    return checkpoint


def verify_ledger(folder: str, outside: list[tuple[str, bytes]], first_key: Key | None) -> str:
    """Return VERIFIED or UNPROVEN, or raise RefutedError. `outside`: (name, bytes) of checkpoints kept elsewhere."""
    newest = read_checkpoint(folder, "checkpoint")
    kept = [(name, take_apart(name, data)) for name, data in outside]
    for name, checkpoint in kept:
        if checkpoint.origin != newest.origin:
            raise RefutedError(name, ORIGIN)
        if checkpoint.size > newest.size:
            raise RefutedError(name, ROLLED_BACK)
    ledger = Ledger(folder, first_key, {checkpoint.size for _, checkpoint in kept})
    for number in range((newest.size + 255) // 256):
        ledger.read_entries(number, min(256, newest.size - 256 * number))
        ledger.close_tiles(0, number)
    ledger.finish_upper(newest.size)
    ledger.check_signed(newest, "checkpoint")
    if newest.root != ledger.find_root():
        raise RefutedError("checkpoint", ROOT)
    for name, checkpoint in kept:
        ledger.check_signed(checkpoint, name)
        if checkpoint.root != ledger.roots[checkpoint.size]:
            raise RefutedError(name, FORK)
    return VERIFIED if kept else UNPROVEN


# --- a receipt: c2sp.org/tlog-proof ----------------------------------------------------------------------------------


def parse_receipt(data: bytes) -> tuple[int, list[bytes], Checkpoint] | None:
    """Return (index, path, checkpoint) of a receipt, or None if it is not one ("Format"). `extra` proves nothing."""
    head, blank, note = data.partition(b"\n\n")
    checkpoint = parse_checkpoint(note)
    if not blank or checkpoint is None:
        return None
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        return None
    if lines[0] != "c2sp.org/tlog-proof@v1":
        return None
    at = 1
    if lines[at : at + 1] and lines[at].startswith("extra "):
        if not decode_base64(lines[at][6:]):
            return None
        at += 1
    match = re.fullmatch("index (0|[1-9][0-9]{0,18})", lines[at]) if at < len(lines) else None
    path = [decode_base64(line) for line in lines[at + 1 :]]
    if match is None or any(step is None or len(step) != 32 for step in path):
        return None
    return int(match.group(1)), path, checkpoint


def verify_receipt(
    receipt: bytes, key: Key, entry: bytes | None = None, record: bytes | None = None, salt: bytes | None = None
) -> str:
    """Return VERIFIED; UNPROVEN without the entry, whose place is then only claimed; or raise RefutedError."""
    parsed = parse_receipt(receipt)
    if parsed is None:
        raise RefutedError("receipt", NOT_A_RECEIPT)
    index, path, checkpoint = parsed
    if checkpoint.origin != key.name:
        raise RefutedError("receipt", ORIGIN)
    check_signatures(checkpoint, [key], "receipt")
    if entry is None:
        return UNPROVEN
    if not verify_inclusion(hash_leaf(entry), index, checkpoint.size, path, checkpoint.root):
        raise RefutedError("receipt", PATH)
    taken_apart = parse_entry(entry)
    if taken_apart is None:
        raise RefutedError("entry", ENTRY)
    if taken_apart.seq != index:
        raise RefutedError("entry", ENTRY)
    if record is not None and salt is not None:
        digest = base64.b64encode(hashlib.sha256(salt + record).digest())
        if len(salt) != 32 or digest != taken_apart.digest:
            raise RefutedError("record", DIGEST)
    return VERIFIED


# --- the command -----------------------------------------------------------------------------------------------------


def read_given(parser: argparse.ArgumentParser, path: str) -> bytes:
    """Return what lies in a file that was named on the command line."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        return parser.error(f"{path}: {error.strerror}")


def read_given_key(parser: argparse.ArgumentParser, path: str) -> Key:
    """Return the key in a file that was named on the command line."""
    key = parse_key(read_given(parser, path).decode("utf-8", "replace").strip())
    if key is None:
        parser.error(path + ": not a key (<name>+<id>+<base64>)")
    return key


def parse_arguments(parser: argparse.ArgumentParser, arguments: list[str] | None) -> argparse.Namespace:
    """Return the options, or leave with 2."""
    parser.add_argument("folder", metavar="DIR", nargs="?")
    parser.add_argument("--checkpoint", metavar="FILE", action="append", default=[])
    for name in ("--key", "--receipt", "--entry", "--record"):
        parser.add_argument(name, metavar="FILE")
    parser.add_argument("--salt", metavar="BASE64")
    options = parser.parse_args(arguments)
    if (options.folder is None) == (options.receipt is None):
        parser.error("give either DIR or --receipt")
    if options.receipt and (options.checkpoint or not options.key):
        parser.error("--receipt needs --key, and no --checkpoint")
    if options.folder and (options.entry or options.record or options.salt):
        parser.error("--entry, --record and --salt belong to --receipt")
    if (options.record is None) != (options.salt is None) or (options.record and not options.entry):
        parser.error("--record needs --salt and --entry")
    if options.folder and not Path(options.folder).is_dir():
        parser.error("not a folder: " + options.folder)
    return options


def answer(parser: argparse.ArgumentParser, options: argparse.Namespace) -> str:
    """Return VERIFIED or UNPROVEN, or raise RefutedError."""
    key = read_given_key(parser, options.key) if options.key else None
    if options.folder:
        outside = [(path, read_given(parser, path)) for path in options.checkpoint]
        return verify_ledger(options.folder, outside, key)
    entry = read_given(parser, options.entry) if options.entry else None
    record = read_given(parser, options.record) if options.record else None
    salt = decode_base64(options.salt) if options.salt else None
    if options.salt and salt is None:
        parser.error("--salt is not base64")
    return verify_receipt(read_given(parser, options.receipt), key, entry, record, salt)


def main(arguments: list[str] | None = None) -> int:
    """Print the answer; return 0 for verified, 1 for refuted, 4 for unproven. Leave with 2 when not asked properly."""
    sys.stdout.reconfigure(errors="replace")  # a console that has no Japanese
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options = parse_arguments(parser, arguments)
    place = fault = ""
    try:
        state = answer(parser, options)
        if state == UNPROVEN:
            fault = NO_OUTSIDE if options.folder else NO_ENTRY
    except RefutedError as refuted:
        state, place, fault = REFUTED, refuted.place, refuted.fault
    print(state)
    if place:
        print("place: " + place)
    if fault:
        print("fault: " + fault)
        print("理由: " + JAPANESE[fault])
    return EXIT[state]


if __name__ == "__main__":
    sys.exit(main())
