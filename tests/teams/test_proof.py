"""From the settings to the token on a message: every way to prove who the bot is. Made up are Microsoft's answers alone."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.teams.credentials import Entra
from bot.ports import Delivered, TryLater
from storage.unit_of_work import Storage
from tests.teams.signing import APP, OTHER_APP, OTHER_TENANT, TENANT, SigningKey, Tls
from tests.teams.test_credentials import Http
from tests.teams.test_teams_sending import promise
from tests.teams.wire import Line, TeamsPerson, WireTown

THIRD_APP, THIRD_TENANT = "55555555-5555-4555-8555-555555555555", "66666666-6666-4666-8666-666666666666"
TOKEN = '{"access_token": "from Microsoft", "expires_in": 3599, "token_type": "Bearer"}'
Given = Callable[[Path, Tls], dict[str, Any]]


@pytest.fixture(autouse=True)
def a_machine_that_names_no_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IMDS_ENDPOINT", "MSI_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


@asynccontextmanager
async def served(
    folder: Path, key: SigningKey, secure: Tls, storage: Storage, http: Http, **given: Any
) -> AsyncIterator[tuple[Line, WireTown]]:
    line = Line(folder, key, secure, asks=Entra(http), **given)
    await line.start()
    try:
        yield line, WireTown(storage, line)
    finally:
        await line.stop()


def in_a_file(folder: Path, _: Tls) -> dict[str, Any]:
    file = folder / "secret"
    file.write_text("streng-geheim\n", encoding="utf-8")
    return {"teams_app_secret": None, "teams_app_secret_file": file}


WAYS: dict[str, Given] = {
    "client_secret": lambda _, __: {"teams_app_secret": "streng-geheim"},
    "client_secret, from a file": in_a_file,
    "client_assertion": lambda _, secure: {"teams_app_secret": None, "teams_certificate": secure.file},
    "managed identity": lambda _, __: {"teams_app_secret": None, "teams_app_type": "UserAssignedMSI"},
}


def asked_with(http: Http) -> str:
    """What the last question to Microsoft proved itself by."""
    url, named = http.asked[-1]
    if "169.254.169.254" in url:
        assert named["params"]["client_id"] == APP
        return "managed identity"
    assert url == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    return next(name for name in ("client_secret", "client_assertion") if name in http.form)


@pytest.mark.parametrize("way", WAYS)
async def test_a_message_goes_out_with_the_token_that_the_settings_earn(
    tmp_path: Path, key: SigningKey, secure: Tls, storage: Storage, way: str
):
    http = Http(body=TOKEN)
    async with served(tmp_path, key, secure, storage, http, **WAYS[way](tmp_path, secure)) as (line, town):
        miriam = town.person("Miriam Vogt")
        assert isinstance(miriam, TeamsPerson)
        assert isinstance(await line.adapter.transport.deliver(promise(miriam)), Delivered)
        assert line.stub.requests[-1].token == "from Microsoft"
        assert asked_with(http) == way.partition(",")[0]
        assert (await line.adapter._looked()).condition == "connected"


async def test_each_tenant_may_have_another_way(tmp_path: Path, key: SigningKey, secure: Tls, storage: Storage):
    (tmp_path / "secret").write_text("von Erbach\n", encoding="utf-8")
    file = tmp_path / "registrations.toml"
    file.write_text(
        f'[{TENANT}]\napp_id = "{APP}"\nmanaged_identity = true\n'
        f'[{OTHER_TENANT}]\napp_id = "{OTHER_APP}"\nsecret_file = "{tmp_path}/secret"\n'
        f'[{THIRD_TENANT}]\napp_id = "{THIRD_APP}"\ncertificate = "{secure.file}"\n',
        encoding="utf-8",
    )
    none: dict[str, Any] = dict.fromkeys(("teams_app_id", "teams_tenant", "teams_app_secret"))
    http = Http(body=TOKEN)
    given = {**none, "teams_tenants": "", "teams_registrations": file}
    async with served(tmp_path, key, secure, storage, http, **given) as (line, town):
        for tenant in (TENANT, OTHER_TENANT, THIRD_TENANT):
            who = town.person(f"Jemand in {tenant}", tenant=tenant)
            assert isinstance(who, TeamsPerson)
            assert isinstance(await line.adapter.transport.deliver(promise(who)), Delivered)
    erbach, third = (
        http.forms[f"https://login.microsoftonline.com/{one}/oauth2/v2.0/token"] for one in (OTHER_TENANT, THIRD_TENANT)
    )
    assert (erbach["client_id"], erbach["client_secret"]) == (OTHER_APP, "von Erbach")
    assert third["client_id"] == THIRD_APP
    assert "client_assertion" in third
    assert sum("169.254.169.254" in url for url, _ in http.asked) == 1


async def test_a_certificate_that_can_not_be_used_stops_neither_the_service_nor_the_promise(
    tmp_path: Path, key: SigningKey, secure: Tls, storage: Storage
):
    """It is told as bad credentials, and the message waits for better ones."""
    file = tmp_path / "lotse.pem"
    file.write_bytes(secure.file.read_bytes().partition(b"-----BEGIN CERTIFICATE")[0])
    given = {"teams_app_secret": None, "teams_certificate": file}
    async with served(tmp_path, key, secure, storage, Http(body=TOKEN), **given) as (line, town):
        state = await line.adapter._looked()
        assert (state.condition, "unusable certificate" in state.detail) == ("bad credentials", True)
        miriam = town.person("Miriam Vogt")
        assert isinstance(miriam, TeamsPerson)
        outcome = await line.adapter.transport.deliver(promise(miriam))
        assert outcome == TryLater(seconds=300.0, cause="no token: refused (unusable certificate)")
        assert line.stub.requests == []


async def test_a_secret_that_expires_over_the_weekend_loses_no_message(
    tmp_path: Path, key: SigningKey, secure: Tls, storage: Storage
):
    http = Http(400, '{"error": "invalid_client", "error_codes": [7000222]}')
    async with served(tmp_path, key, secure, storage, http) as (_, town):
        miriam = town.person("Miriam Vogt")
        assert isinstance(miriam, TeamsPerson)
        await miriam.says("Hallo")
        assert miriam.activities == []
        await town.later(timedelta(hours=24))  # a message that fails for itself is given up after 17
        assert miriam.activities == []
        http.status, http.body = 200, TOKEN
        town.line.elapsed += 60.0
        await town.later(timedelta(minutes=11))
        assert len(miriam.activities) == 1
