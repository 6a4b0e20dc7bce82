"""Asks a sign-in provider (OpenID Connect) who somebody is: code and PKCE in, checked claims out. Knows no accounts, no Django."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

import jwt

from morasanu.errors import InputError, OutsideError
from morasanu.office.people.directory import is_safe_address, read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.office.people.directory import Oidc

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that are taken: none that our own secret could make, never `none`."""
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_LONGEST_ANSWER: Final = 1_000_000
_LEEWAY_S: Final = 60
_CLAIMS: Final = ["iss", "sub", "aud", "exp", "iat"]


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a provider takes people, where it takes codes, and where its keys are."""

    authorize: str
    token: str
    keys: str


class Begun(NamedTuple):
    """A sign-in that was begun: what only this browser's session knows of it."""

    state: str
    nonce: str
    verifier: str


def begin() -> Begun:
    """Return a new sign-in that nobody can guess."""
    return Begun(*(secrets.token_urlsafe(32) for _ in Begun._fields))


def find_provider(oidc: Oidc) -> Provider:
    """Return what the provider says of itself (OpenID Connect Discovery). Raises OutsideError MRS-O-071 when it is away or somebody else."""
    found = _ask(oidc, oidc.issuer.rstrip("/") + _WELL_KNOWN)
    if found.get("issuer") != oidc.issuer:
        raise _tell_away()
    addresses = [found.get(key) for key in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if not all(isinstance(each, str) and is_safe_address(each) for each in addresses):
        raise _tell_away()
    return Provider(*(str(each) for each in addresses))


def make_address(oidc: Oidc, provider: Provider, begun: Begun, back: str) -> str:
    """Return where the browser goes; it comes `back` with a code."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": oidc.client_id,
        "redirect_uri": back,
        "scope": "openid profile",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{provider.authorize}{'&' if '?' in provider.authorize else '?'}{urlencode(asked)}"


def take_claims(oidc: Oidc, begun: Begun, code: str, back: str) -> Mapping[str, Any]:
    """Return what the provider says of the person, after checking signature, issuer, audience, times and nonce.

    Source: OpenID Connect Core 1.0, 3.1.3.7. Raises InputError MRS-I-074 when something of that is not right, OutsideError
    MRS-O-071 when the provider is away.
    """
    provider = find_provider(oidc)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": begun.verifier,
        "client_id": oidc.client_id,
        "client_secret": read_secret(oidc.secret_file),
    }
    token = _ask(oidc, provider.token, form).get("id_token")
    keys = _ask(oidc, provider.keys)
    return check_token(oidc, token, keys, begun.nonce)


def check_token(oidc: Oidc, token: object, keys: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
    """Return the claims of a token that one of `keys` (a JWK set) signed for us and for this sign-in. Raises InputError MRS-I-074."""
    try:
        claims: dict[str, Any] = jwt.decode(
            str(token),
            _find_key(str(token), keys),
            algorithms=list(ALGORITHMS),
            audience=oidc.client_id,
            issuer=oidc.issuer,
            leeway=_LEEWAY_S,
            options={"require": _CLAIMS},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise _refuse() from error
    is_ours = claims.get("azp", oidc.client_id) == oidc.client_id and claims["aud"] in (
        oidc.client_id,
        [oidc.client_id],
    )
    given = claims.get("nonce")
    if not is_ours or not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise _refuse()
    return claims


def has_second_factor(oidc: Oidc, claims: Mapping[str, Any]) -> bool:
    """Return whether the provider says that it asked for a second factor, in words that `directory.yaml` accepts."""
    said = claims.get("amr")
    words = {each for each in said if isinstance(each, str)} if isinstance(said, list) else set()
    return bool(oidc.accepted & (words | {str(claims.get("acr", ""))}))


def _find_key(token: str, keys: Mapping[str, Any]) -> jwt.PyJWK:
    """Return the key that the token names; one that names none may have the only key."""
    name = jwt.get_unverified_header(token).get("kid")
    usable = [key for key in jwt.PyJWKSet.from_dict(dict(keys)).keys if key.public_key_use in {None, "sig"}]
    found = [key for key in usable if name is None or key.key_id == name]
    if len(found) != 1:
        raise KeyError
    return found[0]


class _StayHandler(HTTPRedirectHandler):
    """Follows nowhere: the code and our secret go to the provider only."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Return nothing, which makes an error of it."""


def _ask(oidc: Oidc, address: str, form: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Return the JSON object at an address. Raises OutsideError MRS-O-071, InputError MRS-I-074 when it refuses a form."""
    context = ssl.create_default_context(cafile=oidc.ca_file)
    proxies = ProxyHandler({}) if address.startswith("http:") else ProxyHandler()  # this machine is asked directly
    opener = build_opener(proxies, HTTPSHandler(context=context), _StayHandler)
    headers = {"Accept": "application/json"}
    request = Request(address, urlencode(form).encode() if form else None, headers)  # noqa: S310 - is_safe_address
    try:
        with opener.open(request, timeout=oidc.timeout_s) as answer:
            data = answer.read(_LONGEST_ANSWER + 1)
        found = json.loads(data) if len(data) <= _LONGEST_ANSWER else None
    except HTTPError as error:
        error.close()
        raise _refuse() if form and error.code in {400, 401, 403} else _tell_away() from error
    except (OSError, ValueError, RecursionError) as error:
        raise _tell_away() from error
    if not isinstance(found, dict):
        raise _tell_away()
    return found


def _refuse() -> InputError:
    return InputError(
        "MRS-I-074",
        "社内の認証からの返事が正しくないため、受け付けませんでした。もう一度サインインしてください",
        "the answer of your organisation's sign-in is not right and was refused: sign in again",
    )


def _tell_away() -> OutsideError:
    return OutsideError(
        "MRS-O-071",
        "社内の認証に届きません。しばらくしてからお試しください",
        "your organisation's sign-in cannot be reached: try again later",
    )
