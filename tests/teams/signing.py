"""Keys, tokens and certificates that are real and made here, and where the Bot Framework's would be published."""

import asyncio
import base64
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

APP = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"
OTHER_APP = "33333333-3333-4333-8333-333333333333"
OTHER_TENANT = "44444444-4444-4444-8444-444444444444"
HOST = "smba.trafficmanager.net"
SERVICE = f"https://{HOST}/teams/"
ISSUER = "https://api.botframework.com"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of the Bot Framework, and what is published of it."""

    kid: str
    private: rsa.RSAPrivateKey

    @property
    def jwk(self) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "n": _number(numbers.n),
            "e": _number(numbers.e),
            "endorsements": ["msteams", "webchat"],
        }


def _number(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def new_key(kid: str, bits: int = 2048) -> SigningKey:
    return SigningKey(kid, rsa.generate_private_key(public_exponent=65537, key_size=bits))


def token(key: SigningKey, *, headers: dict[str, Any] | None = None, **claims: Any) -> str:
    """A good one, unless the test says otherwise; a claim of None is left out."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": APP, "serviceurl": SERVICE, "nbf": now - 60, "iat": now - 60, "exp": now + 3600}
    payload = {name: value for name, value in {**good, **claims}.items() if value is not None}
    head = {name: value for name, value in {"kid": key.kid, **(headers or {})}.items() if value is not None}
    return jwt.encode(payload, key.private, algorithm="RS256", headers=head)


class Published:
    """The metadata and the keys, served from loopback."""

    def __init__(self, *keys: SigningKey) -> None:
        self.keys = [key.jwk for key in keys]
        self.asked = 0
        self.status = 200
        self.keys_at = ""
        self.asking, self.go = asyncio.Event(), asyncio.Event()
        self.go.set()
        self.app = web.Application()
        self.app.router.add_get("/metadata", self._metadata)
        self.app.router.add_get("/keys", self._keys)
        self.server = TestServer(self.app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("/metadata"))

    async def _metadata(self, _: web.Request) -> web.Response:
        self.asked += 1
        self.asking.set()
        await self.go.wait()
        return web.json_response({"jwks_uri": self.keys_at or str(self.server.make_url("/keys"))}, status=self.status)

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": self.keys})


@dataclass(frozen=True, slots=True)
class Tls:
    server: ssl.SSLContext
    client: ssl.SSLContext
    file: Path


def tls(folder: Path) -> Tls:
    """A certificate for the service's host that the client here, and nobody else, believes."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(private, hashes.SHA256())
    )
    file = folder / "service.pem"
    file.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return Tls(server, ssl.create_default_context(cafile=str(file)), file)
