"""`directory.yaml` in the data folder: the institution's own directory (LDAP) and sign-in provider (OpenID Connect), checked when read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import yaml

from morasanu.errors import InputError
from morasanu.rules.load import Words
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "directory.yaml"
PLACE_OF_NAME: Final = "{name}"
_LONGEST_S: Final = 30
_LONGEST_FILE: Final = 100_000
_HAS_SECRET_CHARACTERS: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Search:
    """How a person's entry is found: below `base`, by `pattern` (a filter with `{name}`), asked by a service account."""

    base: str
    pattern: str
    reader: str
    password_file: Path


@dataclass(frozen=True, slots=True)
class Ldap:
    """A directory. A person's DN is made from `person` (a DN with `{name}`), or found by `search`; one of both is there.

    `is_plain` is true only for this machine itself; otherwise `ldap://` means StartTLS. Without `ca_file` the system's authorities count.
    """

    host: str
    port: int
    is_tls: bool
    is_plain: bool
    timeout_s: int
    ca_file: Path | None
    person: str
    search: Search | None


@dataclass(frozen=True, slots=True)
class Oidc:
    """A provider. `claim` holds what an account is called; `accepted` are values of `acr` or `amr` that count as a second factor."""

    title: Words
    issuer: str
    client_id: str
    secret_file: Path
    claim: str
    timeout_s: int
    ca_file: Path | None
    accepted: frozenset[str]
    origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """What the file holds."""

    ldap: Ldap | None = None
    oidc: Oidc | None = None

    @property
    def is_there(self) -> bool:
        """Return whether somebody can sign in without a password of ours."""
        return self.ldap is not None or self.oidc is not None


def read_directory(folder: Path) -> Directory:
    """Return what `directory.yaml` in `folder` says; without the file, nothing.

    Raises InputError MRS-I-070 with the key that is not right, MRS-I-071 for a file that it names and that cannot be used,
    MRS-I-072 when an extra is missing.
    """
    path = folder / NAME
    if not path.exists():
        return Directory()
    try:
        text = path.read_text(encoding="utf-8")
        raw = yaml.safe_load(text) if len(text) < _LONGEST_FILE else None
    except (OSError, UnicodeError, yaml.YAMLError, RecursionError) as error:
        raise InputError("MRS-I-070", f"{NAME} を読めません", f"{NAME} cannot be read") from error
    part = _Part("", raw, folder)
    ldap = part.take_part("ldap")
    oidc = part.take_part("oidc")
    part.finish()
    return Directory(_read_ldap(ldap) if ldap else None, _read_oidc(oidc) if oidc else None)


def read_secret(path: Path) -> str:
    """Return the password that a file holds, without the end of the line. Raises InputError MRS-I-071 when it cannot be used."""
    try:
        text = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeError) as error:
        raise _refuse_file(path, "読めません", "cannot be read") from error
    if not text or _HAS_SECRET_CHARACTERS.search(text):
        raise _refuse_file(path, "1行のパスワードではありません", "does not hold a password on one line")
    return text


class _Part:
    """A mapping of the file: every key is taken once, and one that is left is none that is known."""

    def __init__(self, name: str, raw: object, folder: Path) -> None:
        self.folder = folder
        self._name = name
        if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
            raise self.refuse("", "「キー: 値」の形で書いてください", "has to be `key: value`")
        self._left: dict[str, object] = dict(raw)

    def refuse(self, key: str, ja: str, en: str) -> InputError:
        where = ".".join(each for each in (self._name, key) if each) or NAME
        return InputError("MRS-I-070", f"{NAME} の {where}: {ja}", f"{NAME}, {where}: {en}")

    def take(self, key: str, default: str | None = None) -> str:
        value = self._left.pop(key, default)
        if value is None:
            raise self.refuse(key, "必要です", "is needed")
        if not isinstance(value, str) or (not value.strip() and default is None) or "\n" in value:
            raise self.refuse(key, "1行の文字で書いてください", "has to be text on one line")
        return value.strip()

    def take_words(self, key: str) -> list[str]:
        value = self._left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
            raise self.refuse(key, "文字の並びで書いてください", "has to be a list of texts")
        return value

    def take_part(self, key: str) -> _Part | None:
        value = self._left.pop(key, None)
        return None if value is None else _Part(f"{self._name}.{key}".strip("."), value, self.folder)

    def take_flag(self, key: str) -> bool:
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, "true か false で書いてください", "has to be true or false")
        return value

    def take_seconds(self, key: str, default: int) -> int:
        value = self._left.pop(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LONGEST_S:
            raise self.refuse(key, f"1から{_LONGEST_S}の秒数です", f"has to be seconds from 1 to {_LONGEST_S}")
        return value

    def take_file(self, key: str) -> Path | None:
        """Return a file of the data folder, or one with its whole path; it is there and can be read."""
        name = self.take(key, "")
        if not name:
            return None
        path = self.folder / name
        try:
            path.open("rb").close()
        except OSError as error:
            raise _refuse_file(path, "読めません", "cannot be read") from error
        return path

    def take_secret(self, key: str) -> Path:
        path = self.take_file(key)
        if path is None:
            raise self.refuse(key, "必要です", "is needed")
        if path.stat().st_mode & 0o077:
            raise _refuse_file(path, "ほかの人も読めます（chmod 600 してください）", "others may read it (chmod 600)")
        read_secret(path)
        return path

    def finish(self) -> None:
        for key in self._left:
            raise self.refuse(key, "知らないキーです", "is not a known key")


def _refuse_file(path: Path, ja: str, en: str) -> InputError:
    return InputError("MRS-I-071", f"{NAME} が名指すファイル {path.name}: {ja}", f"{NAME} names {path.name}: {en}")


def _need_extra(module: str, extra: str) -> None:
    if find_spec(module) is None:
        raise InputError(
            "MRS-I-072",
            f"{NAME} の {extra} には追加の部品が要ります: pip install 'morasanu[{extra}]'",
            f"{NAME}, {extra}: needs an extra: pip install 'morasanu[{extra}]'",
        )


def _read_ldap(part: _Part) -> Ldap:
    _need_extra("ldap3", "ldap")
    try:
        server = urlsplit(part.take("server"))
        host, port = server.hostname or "", server.port
    except ValueError:
        host, port = "", None
    if not host or server.scheme not in {"ldap", "ldaps"} or server.path.strip("/") or server.query or server.username:
        raise part.refuse("server", "ldaps://名前 か ldap://名前 です", "has to be ldaps://HOST or ldap://HOST")
    is_tls, is_plain = server.scheme == "ldaps", part.take_flag("plain")
    if is_plain and (is_tls or not is_loopback(host)):
        raise part.refuse(
            "plain", "暗号化しないのは、この機械の中だけです", "only this machine may be asked unencrypted"
        )
    person, found = part.take("person", ""), part.take_part("search")
    if bool(person) == bool(found):
        raise part.refuse(
            "person", "person か search のどちらか一方を書きます", "either person or search is needed, not both"
        )
    if person and person.count(PLACE_OF_NAME) != 1:
        raise part.refuse("person", f"{PLACE_OF_NAME} を1か所に書きます", f"has to hold {PLACE_OF_NAME} once")
    ldap = Ldap(
        host=host,
        port=port or (636 if is_tls else 389),
        is_tls=is_tls,
        is_plain=is_plain,
        timeout_s=part.take_seconds("timeout_s", 5),
        ca_file=part.take_file("ca_file"),
        person=person,
        search=_read_search(found) if found else None,
    )
    part.finish()
    return ldap


def _read_search(part: _Part) -> Search:
    pattern = part.take("filter")
    if PLACE_OF_NAME not in pattern or not (pattern.startswith("(") and pattern.endswith(")")):
        raise part.refuse("filter", f"(uid={PLACE_OF_NAME}) のように書きます", f"as in (uid={PLACE_OF_NAME})")
    search = Search(part.take("base"), pattern, part.take("as"), part.take_secret("password_file"))
    part.finish()
    return search


def _read_oidc(part: _Part) -> Oidc:
    _need_extra("jwt", "oidc")
    issuer = part.take("issuer")
    if not is_safe_address(issuer) or urlsplit(issuer).query:
        raise part.refuse("issuer", "https:// で始まる番地です", "has to be an address that begins with https://")
    titles = part.take_part("title")
    title = (
        Words(titles.take("ja"), titles.take("en"))
        if titles
        else Words("社内の認証で入る", "Sign in with your organisation")
    )
    if titles:
        titles.finish()
    origins = part.take_words("origins")
    if not all(is_safe_address(each) and each == find_origin(each) for each in origins):
        raise part.refuse("origins", "https://名前 の並びです", "has to be a list of https://HOST")
    oidc = Oidc(
        title=title,
        issuer=issuer,
        client_id=part.take("client_id"),
        secret_file=part.take_secret("secret_file"),
        claim=part.take("claim"),
        timeout_s=part.take_seconds("timeout_s", 5),
        ca_file=part.take_file("ca_file"),
        accepted=frozenset(part.take_words("second_factor")),
        origins=tuple(dict.fromkeys((find_origin(issuer), *origins))),
    )
    if oidc.claim in {"email", "name"}:
        raise part.refuse("claim", "メールアドレスや氏名では人を結びつけません", "mail and names connect nobody")
    part.finish()
    return oidc


def is_safe_address(address: str) -> bool:
    """Return whether what goes to a web address is encrypted, or stays on this machine.

    >>> is_safe_address("https://id.bank.example"), is_safe_address("http://id.bank.example"), is_safe_address("http://127.0.0.1:9")
    (True, False, True)
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if any(each in address for each in " ;,\"'\\") or parts.username is not None or not host:
        return False  # it would stand in a header that says where forms may lead
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def find_origin(address: str) -> str:
    """Return the scheme, host and port of a web address.

    >>> find_origin("https://id.bank.example:8443/realms/a")
    'https://id.bank.example:8443'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
