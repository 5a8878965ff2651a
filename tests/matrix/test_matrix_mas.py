"""A homeserver whose sign-in is the Matrix Authentication Service, as that is documented: no passwords, tokens issued by hand.

Answers as in its sources of 2026 (`crates/handlers/src/compat`), and as Synapse passes on what it says of a token.
"""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from adapters.config import Settings
from adapters.inside import Stopped
from adapters.matrix.check import findings
from adapters.matrix.session import NotNow, sign_in
from storage.unit_of_work import Storage
from tests.matrix.failing import DEVICE, ME, Homeserver, Step, answers, listening, settings_for, synced

TOKEN, NEW_TOKEN = "mct_blneWnwgmfBpVyNR6O6eHr7Xlf7LTJ_1kBgq3", "mct_Q9TlHgaSKbQSVEf9aXnk2kH9rHGGfg_0SVKDa"
FLOWS = {
    "flows": [
        {"type": "m.login.sso", "org.matrix.msc3824.delegated_oidc_compatibility": True},
        {"type": "m.login.token"},
    ]
}
GONE = {"errcode": "M_UNKNOWN_TOKEN", "error": "Token is not active", "soft_logout": False}
EXPIRED = {"errcode": "M_UNKNOWN_TOKEN", "error": "Token is not active", "soft_logout": True}
UNSURE = {"errcode": "M_UNKNOWN", "error": "Unable to introspect the access token"}


async def login(request: web.Request) -> web.StreamResponse:
    if request.method == "GET":
        return web.json_response(FLOWS)
    return web.json_response({"errcode": "M_UNRECOGNIZED", "error": "Invalid login type"}, status=400)


def knows(**tokens: Any) -> Step:
    """What is said of a token; of any other one that it isn't active."""

    async def whoami(request: web.Request) -> web.StreamResponse:
        given = request.headers["Authorization"].removeprefix("Bearer ")
        status, told = tokens.get(given, (401, GONE))
        return web.json_response(told, status=status)

    return whoami


def mine(device: str = DEVICE) -> tuple[int, dict[str, str]]:
    return 200, {"user_id": ME, "device_id": device}


def mas(*steps: Step, **tokens: Any) -> Homeserver:
    made = Homeserver(*steps, login=login, versions=answers(200, {"versions": ["v1.11"]}))
    made.whoami = knows(**tokens)
    return made


def given(homeserver: Homeserver, folder: Path, **change: Any) -> Settings:
    return settings_for(homeserver, folder).model_copy(update=change)


def by_token(token: str) -> dict[str, Any]:
    return {"matrix_token": SecretStr(token)}


BY_PASSWORD = {"matrix_token": None, "matrix_device": None, "matrix_password": SecretStr("secret")}


async def remedies(settings: Settings) -> str:
    return "\n".join([f"{one.text}; {one.remedy}" async for one in findings(settings) if one.state == "problem"])


async def test_it_starts_by_token_and_device(storage: Storage, tmp_path: Path):
    homeserver = mas(synced("s1"), synced("s2", "hallo"), token=mine())
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]
    assert not homeserver.got("login")


async def test_a_password_is_of_no_use_and_what_helps_is_said(tmp_path: Path):
    homeserver = mas()
    await homeserver.server.start_server()
    settings = given(homeserver, tmp_path, **BY_PASSWORD)
    settings.matrix_store.mkdir()
    for told in (await remedies(settings), str((await refused(settings)).value)):
        assert "takes no passwords" in told
        assert "`mas-cli manage issue-compatibility-token`, as docs/matrix.md says" in told
        assert "LOTSE_MATRIX_TOKEN and LOTSE_MATRIX_DEVICE" in told
    assert not [body for body in homeserver.got("login") if body is not None]  # it isn't even tried
    await homeserver.server.close()


async def refused(settings: Settings) -> pytest.ExceptionInfo[Stopped]:
    with pytest.raises(Stopped) as found:
        await sign_in(settings, settings.matrix_store)
    return found


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("mcr_Q9TlHgaSKbQSVEf9aXnk2kH9rHGGfg_SVKDa3", "is a refresh token"),
        ("mat_Q9TlHgaSKbQSVEf9aXnk2kH9rHGGfg_SVKDa3", "expires within minutes"),
        (TOKEN, "doesn't know the token any more"),  # revoked, its session ended, or the account locked
    ],
)
async def test_a_token_that_is_none(tmp_path: Path, token: str, told: str):
    homeserver = mas()
    await homeserver.server.start_server()
    settings = given(homeserver, tmp_path, **by_token(token))
    settings.matrix_store.mkdir()
    assert told in str((await refused(settings)).value)
    assert told in await remedies(settings)
    await homeserver.server.close()


async def test_a_token_of_a_device_that_somebody_made_up(tmp_path: Path):
    """Without a device named at its issue the service draws one."""
    homeserver = mas(**{TOKEN: mine("Kx8dYqPz1v")})
    await homeserver.server.start_server()
    settings = given(homeserver, tmp_path, **by_token(TOKEN))
    settings.matrix_store.mkdir()
    assert f"device Kx8dYqPz1v: not to {ME}, {DEVICE}" in str((await refused(settings)).value)
    assert "set LOTSE_MATRIX_DEVICE to that device" in await remedies(settings)
    await homeserver.server.close()


async def test_what_the_service_cannot_say_just_now_is_no_refusal(tmp_path: Path):
    homeserver = mas(**{TOKEN: (503, UNSURE)})
    await homeserver.server.start_server()
    settings = given(homeserver, tmp_path, **by_token(TOKEN))
    settings.matrix_store.mkdir()
    with pytest.raises(NotNow):
        await sign_in(settings, settings.matrix_store)
    assert "try again later" in await remedies(settings)
    homeserver.whoami = knows(**{TOKEN: mine()})
    assert (await sign_in(settings, settings.matrix_store)).token == TOKEN
    await homeserver.server.close()


async def test_an_expired_token_is_renewed_for_the_same_device(storage: Storage, tmp_path: Path):
    """The keys stay; no new device that nobody trusts."""
    homeserver = mas(synced("s1"), token=mine())
    async with listening(homeserver, storage, tmp_path):
        pass
    again = mas(**{"token": (401, EXPIRED), NEW_TOKEN: mine()})
    await again.server.start_server()
    old = given(again, tmp_path)
    with pytest.raises(NotNow):
        await sign_in(old, old.matrix_store)
    assert f"the token has expired; renew it for device {DEVICE} by `mas-cli" in await remedies(old)
    renewed = given(again, tmp_path, **by_token(NEW_TOKEN))
    assert (await sign_in(renewed, renewed.matrix_store)).token == NEW_TOKEN
    without = given(again, tmp_path, matrix_token=None, matrix_device=None)
    assert (await sign_in(without, without.matrix_store)).token == NEW_TOKEN
    assert (without.matrix_store / "session.json").stat().st_mode & 0o777 == 0o600
    await again.server.close()


async def test_a_token_that_expires_while_it_runs_is_told_as_that(storage: Storage, tmp_path: Path):
    homeserver = mas(synced("s1"), answers(401, EXPIRED), synced("s2", "hallo"), token=mine())
    details: list[str] = []
    step = homeserver.steps.pop(2)

    async def noticed(request: web.Request) -> web.StreamResponse:
        assert homeserver.watched is not None
        details.append(homeserver.watched.state.detail)
        return await step(request)

    homeserver.steps.append(noticed)
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]
    assert details == ["the token has expired: renew it"]
