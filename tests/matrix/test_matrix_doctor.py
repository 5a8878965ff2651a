"""`lotse doctor` on the Matrix account: every problem has its remedy, in its words."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.config import Settings
from adapters.matrix.check import findings
from tests.matrix.failing import DEVICE, ME, Homeserver, answers, settings_for

KEYS = {
    "device_keys": {ME: {DEVICE: {"signatures": {ME: {"ed25519:own": "x"}}}}},
    "self_signing_keys": {ME: {"keys": {"ed25519:own": "own"}}},
}


@pytest.fixture
async def homeserver() -> AsyncIterator[Homeserver]:
    made = Homeserver(versions=answers(200, {"versions": ["v1.11"]}), query=answers(200, KEYS))
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture
def settings(homeserver: Homeserver, tmp_path: Path) -> Settings:
    """Signed in, with a store as it should be."""
    made = settings_for(homeserver, tmp_path)
    made.matrix_store.mkdir(mode=0o700)
    (made.matrix_store / "session.json").write_text(json.dumps({"user": ME, "device": DEVICE, "token": "token"}))
    (made.matrix_store / "device.db").touch()
    return made


async def problems(settings: Settings) -> dict[str, str]:
    return {one.text: one.remedy async for one in findings(settings) if one.state == "problem"}


async def test_all_is_well(settings: Settings):
    found = [one async for one in findings(settings)]
    said = "\n".join(f"{one.text}; {one.remedy}" for one in found)
    assert not [one for one in found if one.state == "problem"]
    assert "people of these homeservers may use the bot: town.example" in said
    assert f"signed in as {ME}, device {DEVICE}" in said
    assert "the device is cross-signed" in said
    assert "override_ratelimit, as docs/matrix.md says" in said


@pytest.mark.parametrize(
    ("change", "text", "remedy"),
    [
        ({"matrix_user": None}, "address or user is missing", "set LOTSE_MATRIX_HOMESERVER and LOTSE_MATRIX_USER"),
        ({"matrix_store_key": None}, "have no secret", "set LOTSE_MATRIX_STORE_KEY"),
        ({"matrix_store_key": SecretStr("short")}, "have no secret", "at least 16 characters"),
        (
            {"matrix_homeserver": "http://127.0.0.1:9"},
            "doesn't answer as a homeserver",
            "check LOTSE_MATRIX_HOMESERVER",
        ),
        ({"matrix_user": "@other:town.example"}, f"the token belongs to {ME}", "set LOTSE_MATRIX_USER to that user"),
    ],
)
async def test_a_setting_that_is_wrong(settings: Settings, change: dict[str, Any], text: str, remedy: str):
    found = await problems(settings.model_copy(update=change))
    assert any(text in said and remedy in does for said, does in found.items())


@pytest.mark.parametrize(
    ("word", "answer", "text", "remedy"),
    [
        ("versions", answers(502, "?"), "doesn't answer as a homeserver (502)", "check LOTSE_MATRIX_HOMESERVER"),
        ("query", answers(200, {"device_keys": {}}), "isn't cross-signed", "start `lotse run`"),
    ],
)
async def test_a_homeserver_that_is_wrong(
    settings: Settings, homeserver: Homeserver, word: str, answer: Any, text: str, remedy: str
):
    homeserver.others[word] = answer
    assert any(text in said and remedy in does for said, does in (await problems(settings)).items())


@pytest.mark.parametrize(
    ("status", "text", "remedy"),
    [
        (401, "doesn't know the token any more", "sign in anew, as docs/matrix.md says"),
        (502, "doesn't say whose the token is (502)", "try again later"),
    ],
)
async def test_a_token_that_is_of_no_use(
    settings: Settings, homeserver: Homeserver, status: int, text: str, remedy: str
):
    homeserver.whoami = answers(status, {"errcode": "M_UNKNOWN_TOKEN", "error": "?"})
    assert {said: does for said, does in (await problems(settings)).items() if text in said and remedy in does}


async def test_a_store_that_is_open_to_others_or_lost_its_keys(settings: Settings):
    settings.matrix_store.chmod(0o755)
    (settings.matrix_store / "device.db").unlink()
    remedies = (await problems(settings)).values()
    assert f"run chmod 700 {settings.matrix_store}" in remedies
    assert "put the store back, or sign in anew, as docs/matrix.md says" in remedies
