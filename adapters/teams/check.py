"""What `lotse doctor` says about Teams: would it be let in, would it be found, what is forgotten. Sends no message."""

import asyncio
import stat
import tomllib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientSession
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from yarl import URL

from adapters.config import Settings
from adapters.doctor import Finding
from adapters.teams.credentials import AUTHORITY, Authority, Entra, NoToken
from adapters.teams.keys import METADATA, KeyStore
from adapters.teams.settings import Registration

REMEDIES = {
    "7000215": "the client secret is wrong: give the secret's value, not its id",
    "7000222": "the client secret has expired: make a new one in the app registration",
    "700016": "the app is not registered in this tenant: check LOTSE_TEAMS_APP_ID and LOTSE_TEAMS_TENANT",
    "700027": "the certificate isn't the one in the app registration: upload its public part there",
    "unknown tenant": "Microsoft knows no such tenant: check LOTSE_TEAMS_TENANT, and that no proxy answers in its place",
    "unusable certificate": "give a PEM file with a private key without password and its certificate",
    "PermissionError": "let the account that runs Lotse read the file of the certificate",
}
NO_WAY_OUT = "https to {host} must get through: check firewall, DNS and HTTPS_PROXY"
NO_IDENTITY = "a managed identity works on a machine in Azure that has it assigned: assign it there, or give a secret or certificate"
SOON = timedelta(days=30)  # before a certificate ends


async def findings(
    settings: Settings, authority: Authority | None = None, metadata: str = METADATA
) -> AsyncIterator[Finding]:
    if not settings.teams_configured:
        return
    if settings.teams_insecure_no_authentication:
        remedy = "remove LOTSE_TEAMS_INSECURE_NO_AUTHENTICATION"
        yield Finding("problem", "teams", "nothing is authenticated: anybody can be anybody, on this machine", remedy)
        return
    for row in settings.registrations().rows:
        yield await _token(row, authority or Entra())
        if row.certificate is not None:
            if _others_can_read(row.certificate):
                remedy = f"run chmod 600 {row.certificate}"
                yield Finding("problem", "teams", f"others can read the private key in {row.certificate}", remedy)
            for finding in _certificate(row.certificate, datetime.now(UTC)):
                yield finding
    yield await _keys(metadata)
    path = settings.teams_registrations
    if path is not None and _others_can_read(path) and _holds_secrets(path):
        yield Finding("problem", "teams", f"others can read the secrets in {path}", f"run chmod 600 {path}")
    yield Finding("ok", "teams", f"{len(settings.teams_tenants_allowed)} tenants may use the bot")
    strangers = settings.domains and settings.teams_tenants_allowed - settings.domains
    if strangers:
        remedy = "add them to LOTSE_DOMAINS, or take them out of LOTSE_TEAMS_TENANTS"
        yield Finding("note", "teams", f"not in LOTSE_DOMAINS: {', '.join(sorted(strangers))}", remedy)
    if settings.public_url is None:
        remedy = "set LOTSE_PUBLIC_URL to the https address of the web endpoints"
        yield Finding("note", "teams", "calendar and export files can't be handed over", remedy)
    elif not settings.public_url.startswith("https://"):
        yield Finding("problem", "teams", "LOTSE_PUBLIC_URL is not https", "put a proxy with TLS in front of the bot")
    missing = [
        name
        for name, value in (
            ("LOTSE_TEAMS_WEBSITE", settings.teams_website),
            ("LOTSE_NOTICE_URL", settings.notice_url),
            ("LOTSE_TEAMS_TERMS_URL", settings.teams_terms_url),
        )
        if value is None
    ]
    if missing:
        yield Finding("note", "teams", "the app package can't be made yet", f"set {', '.join(missing)}")


async def _token(row: Registration, authority: Authority) -> Finding:
    try:
        await asyncio.to_thread(authority, row)
    except NoToken as error:
        code = str(error).removeprefix("refused (").removesuffix(")")
        nobody_answered = code == str(error)
        no_way_out = NO_WAY_OUT.format(host=URL(AUTHORITY).host)
        remedy = REMEDIES.get(code, no_way_out if nobody_answered else "check the tenant and the credentials")
        if row.managed_identity:
            remedy = NO_IDENTITY
        return Finding("problem", "teams", f"no token for {row.app_id} in tenant {row.tenant}: {error}", remedy)
    return Finding("ok", "teams", f"{row.app_id} gets a token in tenant {row.tenant}")


async def _keys(metadata: str) -> Finding:
    async with ClientSession(trust_env=True) as session:
        if await KeyStore(lambda: session, metadata).fetch():
            return Finding("ok", "teams", "the keys of the Bot Framework can be fetched")
    remedy = NO_WAY_OUT.format(host=URL(metadata).host)
    return Finding("problem", "teams", "the keys of the Bot Framework can't be fetched: nobody would be let in", remedy)


def _certificate(path: Path, now: datetime) -> Iterator[Finding]:
    """What would only be seen when Microsoft refuses it, and when that will be."""
    try:
        pem = path.read_bytes()
        found = x509.load_pem_x509_certificate(pem)
        key = load_pem_private_key(pem, None)
    except (OSError, ValueError, TypeError):
        return  # that it can't be used has been told with the token
    remedy = (
        "make a new certificate, upload its public part in the app registration, replace the file, start Lotse again"
    )
    ends = found.not_valid_after_utc
    if found.public_key() != key.public_key():
        text = f"key and certificate in {path} don't belong together"
        yield Finding("problem", "teams", text, "put both of the same pair into the file")
    elif ends <= now:
        yield Finding("problem", "teams", f"the certificate in {path} has expired on {ends:%Y-%m-%d}", remedy)
    elif ends - now < SOON:
        yield Finding("note", "teams", f"the certificate in {path} expires on {ends:%Y-%m-%d}", remedy)


def _others_can_read(path: Path) -> bool:
    return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _holds_secrets(path: Path) -> bool:
    return any("secret" in row for row in tomllib.loads(path.read_text(encoding="utf-8")).values())
