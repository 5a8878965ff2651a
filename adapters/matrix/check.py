"""What `lotse doctor` says about Matrix: is the homeserver there, is it us, is the store ours alone. Sends no message."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from adapters.config import Settings
from adapters.doctor import Finding
from adapters.matrix.session import FLOW, ISSUED, NO_PASSWORDS, OTHER_TOKENS

WITHIN = ClientTimeout(total=10)
LEAST = 16  # characters of the store's secret


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    if not settings.matrix_configured:
        return
    if settings.matrix_homeserver is None or settings.matrix_user is None:
        yield Finding(
            "problem", "matrix", "address or user is missing", "set LOTSE_MATRIX_HOMESERVER and LOTSE_MATRIX_USER"
        )
        return
    if settings.matrix_store_key is None or len(settings.matrix_store_key.get_secret_value()) < LEAST:
        remedy = f"set LOTSE_MATRIX_STORE_KEY to at least {LEAST} characters"
        yield Finding("problem", "matrix", "the keys in the store have no secret", remedy)
    servers = settings.matrix_servers or {settings.matrix_user.partition(":")[2]}
    yield Finding("ok", "matrix", f"people of these homeservers may use the bot: {', '.join(sorted(servers))}")
    store = settings.matrix_store
    if store.exists() and store.stat().st_mode & 0o077:
        yield Finding("problem", "matrix", f"others can look into {store}", f"run chmod 700 {store}")
    async with ClientSession(settings.matrix_homeserver, timeout=WITHIN) as session:
        status, _ = await _got(session, "/_matrix/client/versions", None)
        if status != 200:
            text = f"{settings.matrix_homeserver} doesn't answer as a homeserver ({status or 'no connection'})"
            yield Finding("problem", "matrix", text, "check LOTSE_MATRIX_HOMESERVER and the network")
            return
        yield Finding("ok", "matrix", f"{settings.matrix_homeserver} answers")
        file = store / "session.json"
        if not file.exists():
            async for finding in _before_the_first_start(session, settings):
                yield finding
            return
        if not (store / "device.db").exists():
            text, remedy = (
                "the keys of the device are gone",
                "put the store back, or sign in anew, as docs/matrix.md says",
            )
            yield Finding("problem", "matrix", text, remedy)
        kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        async for finding in _signed_in(session, settings, kept):
            yield finding


async def _before_the_first_start(session: ClientSession, settings: Settings) -> AsyncIterator[Finding]:
    """Whether it can succeed."""
    if settings.matrix_token is None:
        _, offered = await _got(session, "/_matrix/client/v3/login", None)
        flows = offered.get("flows")
        if isinstance(flows, list) and FLOW not in [one.get("type") for one in flows if isinstance(one, dict)]:
            told, _, remedy = NO_PASSWORDS.partition(": ")
            yield Finding("problem", "matrix", told, remedy)
            return
    elif settings.matrix_device is None:
        yield Finding("problem", "matrix", "a token needs its device", "set LOTSE_MATRIX_DEVICE")
        return
    else:
        given = {"token": settings.matrix_token.get_secret_value(), "device": settings.matrix_device}
        if (other := OTHER_TOKENS.get(given["token"][:4])) is not None:
            told, _, remedy = other.partition(": ")
            yield Finding("problem", "matrix", told, remedy)
            return
        found = [one async for one in _whose(session, settings, given)]
        for finding in found:
            yield finding
        if any(finding.state == "problem" for finding in found):
            return
    yield Finding("note", "matrix", "not signed in yet", "start `lotse run`")


async def _whose(session: ClientSession, settings: Settings, kept: dict[str, str]) -> AsyncIterator[Finding]:
    user = settings.matrix_user or ""
    status, me = await _got(session, "/_matrix/client/v3/account/whoami", kept["token"])
    if status == 401 and me.get("soft_logout") is True:
        remedy = f"renew it for device {kept['device']} by {ISSUED}"
        yield Finding("problem", "matrix", "the token has expired", remedy)
    elif status == 401:
        remedy = "sign in anew, as docs/matrix.md says"
        yield Finding("problem", "matrix", "the homeserver doesn't know the token any more", remedy)
    elif status != 200:
        text = f"the homeserver doesn't say whose the token is ({status or 'no connection'})"
        yield Finding("problem", "matrix", text, "try again later, and look at the homeserver's log")
    elif (me.get("user_id"), me.get("device_id")) != (user, kept["device"]):
        text = f"the token belongs to {me.get('user_id')}, device {me.get('device_id')}"
        remedy = f"set LOTSE_MATRIX_DEVICE to that device, and have a store that isn't of {kept['device']}"
        if me.get("user_id") != user:
            remedy = "set LOTSE_MATRIX_USER to that user, or move the store away"
        yield Finding("problem", "matrix", text, remedy)
    else:
        yield Finding("ok", "matrix", f"signed in as {user}, device {kept['device']}")


async def _signed_in(session: ClientSession, settings: Settings, kept: dict[str, str]) -> AsyncIterator[Finding]:
    user = settings.matrix_user or ""
    found = [one async for one in _whose(session, settings, kept)]
    for finding in found:
        yield finding
    if any(finding.state == "problem" for finding in found):
        return
    asked = {"device_keys": {user: [kept["device"]]}}
    _, keys = await _got(session, "/_matrix/client/v3/keys/query", kept["token"], asked)
    signatures = keys.get("device_keys", {}).get(user, {}).get(kept["device"], {}).get("signatures", {}).get(user, {})
    own = next(iter(keys.get("self_signing_keys", {}).get(user, {}).get("keys", {})), None)
    if own is None or own not in signatures:
        yield _unsigned(settings.matrix_store, published=own is not None)
    else:
        yield Finding("ok", "matrix", "the device is cross-signed")
    remedy = "if messages are slow: lift them for the bot by override_ratelimit, as docs/matrix.md says"
    yield Finding("note", "matrix", "the homeserver's rate limits can't be seen from here", remedy)


def _unsigned(store: Path, *, published: bool) -> Finding:
    """`published`: the account has an identity, which only its owner can sign with."""
    remedy = "start `lotse run`"
    if published and not (store / "identity").exists():
        remedy = f"take in the identity by `lotse matrix import-identity` or `recover-identity`, then {remedy}"
    return Finding("problem", "matrix", "the device isn't cross-signed: strict clients won't read it", remedy)


async def _got(
    session: ClientSession, path: str, token: str | None, content: dict[str, Any] | None = None
) -> tuple[int, dict[str, Any]]:
    """Status and answer; 0 if nobody answered."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        async with session.request("GET" if content is None else "POST", path, headers=headers, json=content) as answer:
            try:
                found = await answer.json(content_type=None)
            except ValueError:  # a proxy speaks
                found = {}
            return answer.status, found if isinstance(found, dict) else {}
    except (ClientError, OSError, TimeoutError):
        return 0, {}
