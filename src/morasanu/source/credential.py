"""Passwords and keys of places, from a file that only its owner can read."""

from __future__ import annotations

import os
import ssl
import stat
import sys
from typing import TYPE_CHECKING, Any, Final

import yaml

from morasanu.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

_FILE_SUFFIX: Final = "_file"
_ENV_SUFFIX: Final = "_env"


class Credentials:
    """What was given for which place.

    >>> Credentials([{"url": "imaps://mail.example.jp", "user": "audit"}]).find("imaps://mail.example.jp/INBOX")
    {'user': 'audit'}
    """

    def __init__(self, entries: Iterable[Mapping[str, str]] = ()) -> None:
        """Take the entries: `url` says for which places (those that begin with it), the rest is given to them."""
        self._entries = [dict(entry) for entry in entries]

    def find(self, url: str) -> dict[str, str]:
        """Return the entry whose `url` fits best, without it; empty when none fits."""
        fitting = [entry for entry in self._entries if _begins(url, entry["url"])]
        best = max(fitting, key=lambda entry: len(entry["url"]), default={"url": ""})
        return {name: value for name, value in best.items() if name != "url"}


def load_credentials(path: Path) -> Credentials:
    """Return the credentials in a YAML file: a list of mappings with `url` and what the place needs.

    A name that ends in `_file` or `_env` says where the value stands instead: `password_file: /run/secrets/core`.
    Raises InputError MRS-I-001 (cannot be read), MRS-I-014 (readable by others), MRS-I-015 (not such a list).
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("MRS-I-001", f"読めません: {path}", f"cannot be read: {path}") from error
    if sys.platform != "win32" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InputError(
            "MRS-I-014",
            f"接続情報のファイルは本人だけが読めるようにしてください（chmod 600）: {path}",
            f"only its owner may be able to read a credentials file (chmod 600): {path}",
        )
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError:
        entries = None
    if not isinstance(entries, list) or not all(map(_is_entry, entries)):
        raise _malformed(path) from None
    return Credentials([_resolve(entry, path) for entry in entries])


def check_settings(secrets: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Raise InputError MRS-I-031 for a setting of the credentials file that the place does not know."""
    for name in secrets:
        if name not in known:
            raise InputError(
                "MRS-I-031",
                f"接続情報に知らない項目があります: {name}（使えるもの: {'、'.join(known)}）",
                f"the credentials file has an unknown setting: {name} (known: {', '.join(known)})",
            )


def load_trust(ca_file: str | None) -> ssl.SSLContext:
    """Return how servers are verified: by the CAs of `ca_file`, else by those of the system. Raises InputError MRS-I-001."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # SSLError is one
        raise InputError("MRS-I-001", f"読めません: {ca_file}", f"cannot be read: {ca_file}") from error


def _is_entry(entry: Any) -> bool:  # noqa: ANN401 - whatever YAML holds
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("url"), str)
        and all(isinstance(name, str) and isinstance(value, str | int) for name, value in entry.items())
    )


def _resolve(entry: Mapping[str, str | int], path: Path) -> dict[str, str]:
    found = {}
    for name, value in entry.items():
        if name.endswith(_FILE_SUFFIX) and name != "ca_file":
            try:
                found[name.removesuffix(_FILE_SUFFIX)] = (
                    (path.parent / str(value)).read_text(encoding="utf-8").rstrip("\r\n")
                )
            except (OSError, UnicodeDecodeError) as error:
                raise InputError("MRS-I-001", f"読めません: {value}", f"cannot be read: {value}") from error
        elif name.endswith(_ENV_SUFFIX):
            if str(value) not in os.environ:
                raise InputError(
                    "MRS-I-016", f"環境変数がありません: {value}", f"no such environment variable: {value}"
                )
            found[name.removesuffix(_ENV_SUFFIX)] = os.environ[str(value)]
        else:
            found[name] = str(value)
    return found


def _begins(url: str, start: str) -> bool:
    """Return whether `url` is `start` or lies below it; no host begins another one's name."""
    start = start.rstrip("/")
    return url == start or url.startswith((f"{start}/", f"{start}?"))


def _malformed(path: Path) -> InputError:
    return InputError(
        "MRS-I-015",
        f"接続情報のファイルは url と値の組の並びで書いてください: {path}",
        f"a credentials file is a list of mappings with url and values: {path}",
    )
