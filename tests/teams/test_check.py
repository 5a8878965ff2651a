"""`lotse doctor` about Teams: each problem of the credentials is found before a person meets it, with its remedy."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from requests import ConnectTimeout

from adapters.config import Settings
from adapters.teams import check
from adapters.teams.credentials import Entra
from tests.teams.signing import OTHER_APP, OTHER_TENANT, Published
from tests.teams.test_credentials import Http, Response
from tests.teams.wire import settings

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


NOWHERE = "http://127.0.0.1:9/metadata"


def key_as_pem(password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def certificate(days: int, key: rsa.RSAPrivateKey = KEY) -> bytes:
    """That ends in so many days."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lotse")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=400)).not_valid_after(now + timedelta(days=days))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


async def found(given: Settings, http: Any = None) -> list[str]:
    """Problems and notes about the credentials, as they are printed."""
    every = [str(one) async for one in check.findings(given, Entra(http or Http()), NOWHERE)]
    others = ("LOTSE_PUBLIC_URL", "app package", "Bot Framework")
    return [one for one in every if not one.startswith("ok") and not any(word in one for word in others)]


def with_certificate(folder: Path, pem: bytes, mode: int = 0o600) -> Settings:
    file = folder / "lotse.pem"
    file.write_bytes(pem)
    file.chmod(mode)
    return settings(folder, teams_app_secret=None, teams_certificate=file)


async def test_a_good_certificate_is_nothing_to_speak_of(tmp_path: Path):
    assert await found(with_certificate(tmp_path, key_as_pem() + certificate(400))) == []


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        (key_as_pem() + certificate(-1), ["has expired on", "make a new certificate"]),
        (key_as_pem() + certificate(10), ["expires on", "make a new certificate"]),
        (key_as_pem(b"geheim") + certificate(400), ["without password"]),
        (certificate(400), ["private key"]),
        (key_as_pem(), ["its certificate"]),
        (b"nonsense", ["PEM file"]),
        (
            key_as_pem() + certificate(400, rsa.generate_private_key(public_exponent=65537, key_size=2048)),
            ["don't belong together", "same pair"],
        ),
    ],
    ids=["expired", "expires soon", "password", "no key", "no certificate", "nonsense", "another key"],
)
async def test_a_certificate_that_does_not_do(tmp_path: Path, pem: bytes, words: list[str]):
    said = "\n".join(await found(with_certificate(tmp_path, pem)))
    for word in words:
        assert word in said, said
    assert "BEGIN" not in said


async def test_a_key_others_can_read(tmp_path: Path):
    given = with_certificate(tmp_path, key_as_pem() + certificate(400), 0o644)
    (said,) = await found(given)
    assert f"chmod 600 {given.teams_certificate}" in said


async def test_registrations_others_can_read_are_told_where_they_hold_secrets(tmp_path: Path):
    file = tmp_path / "registrations.toml"
    file.write_text(f'[{OTHER_TENANT}]\napp_id = "{OTHER_APP}"\nsecret = "streng-geheim"\n', encoding="utf-8")
    file.chmod(0o644)
    given = settings(tmp_path, teams_registrations=file)
    (said,) = await found(given)
    assert f"chmod 600 {file}" in said
    assert "streng-geheim" not in said
    (tmp_path / "secret").write_text("streng-geheim")
    file.write_text(f'[{OTHER_TENANT}]\napp_id = "{OTHER_APP}"\nsecret_file = "{tmp_path}/secret"\n', encoding="utf-8")
    assert await found(given) == []


class Nobody(Http):
    """A network that ends at a firewall."""

    def post(self, url: str, **_: Any) -> Any:
        raise ConnectTimeout(url)

    get = post


async def test_where_microsoft_is_not_reached_it_is_the_network(tmp_path: Path):
    (said,) = await found(settings(tmp_path), Nobody())
    assert "login.microsoftonline.com must get through" in said


async def test_a_managed_identity_outside_of_azure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)
    given = settings(tmp_path, teams_app_secret=None, teams_app_type="UserAssignedMSI")
    (said,) = await found(given, Nobody())
    assert "in Azure that has it assigned" in said


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        (7000215, "give the secret's value, not its id"),
        (7000222, "make a new one"),
        (700016, "LOTSE_TEAMS_APP_ID and LOTSE_TEAMS_TENANT"),
        (700027, "upload its public part"),
        (50034, "check the tenant and the credentials"),
    ],
)
async def test_what_microsoft_refuses(tmp_path: Path, code: int, remedy: str):
    answer = f'{{"error": "invalid_client", "error_description": "streng-geheim", "error_codes": [{code}]}}'
    (said,) = await found(settings(tmp_path), Http(400, answer))
    assert str(code) in said
    assert remedy in said
    assert "streng-geheim" not in said


class NoTenant(Http):
    """As Microsoft answers where it is asked about a tenant that isn't there."""

    def get(self, url: str, **_: Any) -> Any:
        return Response(400, f'{{"error": "invalid_tenant", "error_description": "AADSTS90002: {url}"}}')


async def test_a_tenant_that_is_not_there(tmp_path: Path):
    (said,) = await found(settings(tmp_path), NoTenant())
    assert "Microsoft knows no such tenant: check LOTSE_TEAMS_TENANT" in said


class Proxy(Http):
    """Something between us and Microsoft that answers everything with its own page."""

    def get(self, _: str, **__: Any) -> Any:
        return Response(200, '{"please": "log in"}')


async def test_a_proxy_that_answers_in_microsofts_place(tmp_path: Path):
    (said,) = await found(settings(tmp_path), Proxy())
    assert "login.microsoftonline.com must get through" in said


async def test_where_the_keys_come_from_is_asked_too(tmp_path: Path, published: Published):
    """Without them nobody is let in, and nothing else would tell."""

    async def about_keys(metadata: str) -> str:
        every = [str(one) async for one in check.findings(settings(tmp_path), Entra(Http()), metadata)]
        (said,) = [one for one in every if "keys of the Bot Framework" in one]
        return said

    assert (await about_keys(published.url)).startswith("ok")
    published.status = 503
    said = await about_keys(published.url)
    assert said.startswith("problem")
    assert "127.0.0.1 must get through: check firewall, DNS and HTTPS_PROXY" in said
