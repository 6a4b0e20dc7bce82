"""A sign-in provider (OpenID Connect) of our own on loopback: code, PKCE, signed tokens; it can be told to get each of them wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT, SECRET = "morasanu", "himitsu 0417"


def make_jwk(key: ec.EllipticCurvePrivateKey, name: str = "k1") -> dict[str, Any]:
    """Return the public half of a key."""
    return json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())) | {"kid": name, "use": "sig", "alg": "ES256"}


@dataclass
class OpenId:
    """The provider: `claims` are of whoever is signed in there, the rest is what it gets wrong."""

    issuer: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    signer: Any = None
    algorithm: str = "ES256"
    claims: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    said: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def visit(self, address: str, code: str = "code-1") -> dict[str, str]:
        """Sign in where the browser was sent to; return what it brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def describe(self) -> dict[str, Any]:
        """Return what it says of itself."""
        found = {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize"}
        found |= {"token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys"}
        return found | self.said

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Return the token for a code that is used by whoever asked for it, once."""
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if asked is None or challenge.decode() != asked["code_challenge"] or form["client_secret"] != SECRET:
            return None
        if form["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "s-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        claims = {name: value for name, value in (claims | self.claims).items() if name not in self.left_out}
        key = self.signer if self.signer is not None else self.key
        token = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "k1"})
        return {"access_token": "a", "token_type": "Bearer", "id_token": token}


@contextmanager
def run_openid() -> Iterator[OpenId]:
    """Yield a running provider."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(openid.describe() if "well-known" in self.path else {"keys": [make_jwk(openid.key)]})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(openid.exchange({name: values[0] for name, values in parse_qs(body).items()}))

        def _answer(self, found: dict[str, Any] | None) -> None:
            data = json.dumps(found or {"error": "invalid_grant"}).encode()
            self.send_response(openid.status if found is not None else 400)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    openid = OpenId(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield openid
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
