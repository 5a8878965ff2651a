"""What `lotse doctor` says about Teams: would it be let in, would it be found, what is forgotten. Sends no message."""

import asyncio
import stat
from collections.abc import AsyncIterator

from adapters.config import Settings
from adapters.doctor import Finding
from adapters.teams.credentials import Authority, Entra, NoToken
from adapters.teams.settings import Registration

REMEDIES = {
    "7000215": "the client secret is wrong: give the secret's value, not its id",
    "7000222": "the client secret has expired: make a new one in the app registration",
    "700016": "the app is not registered in this tenant: check LOTSE_TEAMS_APP_ID and LOTSE_TEAMS_TENANT",
    "90002": "there is no such tenant: check LOTSE_TEAMS_TENANT",
    "700027": "the certificate isn't the one in the app registration: upload its public part there",
}


async def findings(settings: Settings, authority: Authority | None = None) -> AsyncIterator[Finding]:
    if not settings.teams_configured:
        return
    if settings.teams_insecure_no_authentication:
        remedy = "remove LOTSE_TEAMS_INSECURE_NO_AUTHENTICATION"
        yield Finding("problem", "teams", "nothing is authenticated: anybody can be anybody, on this machine", remedy)
        return
    for row in settings.registrations().rows:
        yield await _token(row, authority or Entra())
        if row.certificate is not None and row.certificate.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
            remedy = f"run chmod 600 {row.certificate}"
            yield Finding("problem", "teams", f"others can read the private key in {row.certificate}", remedy)
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
        remedy = REMEDIES.get(code, "check the network, the tenant and the credentials")
        return Finding("problem", "teams", f"no token for {row.app_id} in tenant {row.tenant}: {error}", remedy)
    return Finding("ok", "teams", f"{row.app_id} gets a token in tenant {row.tenant}")
