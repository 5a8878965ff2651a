"""Who may come in: every forged or broken token is a 401, the process stays awake, and a rotation of the keys is followed."""

import asyncio
import base64
import json
import time
import warnings
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from aiohttp import ClientSession
from cryptography.hazmat.primitives import serialization

from adapters.teams.keys import KeyStore
from adapters.teams.token import Unauthorized, Verifier
from tests.teams.signing import APP, ISSUER, OTHER_APP, SERVICE, SigningKey, new_key, token
from tests.teams.wire import Line, TeamsPerson, WireTown

NOW = int(time.time())
STRANGER = new_key("key-1")  # the right name, the wrong key


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(key: SigningKey, algorithm: str = "none") -> str:
    claims = {"iss": ISSUER, "aud": APP, "serviceurl": SERVICE, "exp": NOW + 3600}
    return f"{part({'alg': algorithm, 'kid': key.kid, 'typ': 'JWT'})}.{part(claims)}."


def by_public_key(key: SigningKey) -> str:
    """Signed with HMAC, the published key as its secret."""
    import hashlib
    import hmac

    pem = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = {"iss": ISSUER, "aud": APP, "serviceurl": SERVICE, "exp": NOW + 3600}
    signing = f"{part({'alg': 'HS256', 'kid': key.kid})}.{part(claims)}"
    mac = hmac.new(pem, signing.encode(), hashlib.sha256).digest()
    return f"{signing}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def tampered(key: SigningKey) -> str:
    head, _, mac = token(key).split(".")
    claims = {"iss": ISSUER, "aud": APP, "serviceurl": SERVICE, "exp": NOW + 999_999}
    return f"{head}.{part(claims)}.{mac}"


def raw(key: SigningKey, payload: bytes) -> str:
    return jwt.api_jws.encode(payload, key.private, algorithm="RS256", headers={"kid": key.kid})


def bearer(value: str) -> str:
    return f"Bearer {value}"


FORGED: dict[str, Callable[[SigningKey], str | None]] = {
    "no header": lambda _: None,
    "an empty one": lambda _: "",
    "bearer of nothing": lambda _: "Bearer ",
    "another scheme": lambda key: f"Basic {token(key)}",
    "without a scheme": token,
    "not a token": lambda _: "Bearer abc",
    "three parts of nothing": lambda _: "Bearer ..",
    "garbage in three parts": lambda _: "Bearer !!!.???.***",
    "a header that is a list": lambda _: f"Bearer {part([1])}.{part({})}.x",
    "a header that is no JSON": lambda _: "Bearer bm9wZQ.bm9wZQ.bm9wZQ",
    "four parts": lambda key: bearer(token(key) + ".more"),
    "very long": lambda _: bearer("a" * 7000),
    "deeply nested": lambda _: f"Bearer {base64.urlsafe_b64encode(b'[' * 4000).decode().rstrip('=')}.e30.x",
    "unsigned": lambda key: bearer(unsigned(key)),
    "unsigned, in capitals": lambda key: bearer(unsigned(key, "NONE")),
    "unsigned, but says RS256": lambda key: bearer(unsigned(key, "RS256")),
    "signed with the public key": lambda key: bearer(by_public_key(key)),
    "another's signature": lambda _: bearer(token(STRANGER)),
    "tampered with": lambda key: bearer(tampered(key)),
    "without key id": lambda key: bearer(token(key, headers={"kid": None})),
    "an unknown key id": lambda key: bearer(token(key, headers={"kid": "key-9"})),
    "a key id that is a path": lambda key: bearer(token(key, headers={"kid": "../../keys"})),
    "a key it brings along": lambda _: bearer(token(STRANGER, headers={"kid": "x", "jwk": STRANGER.jwk})),
    "a place to fetch keys": lambda _: (
        f"Bearer {token(STRANGER, headers={'jku': 'http://127.0.0.1:1/', 'x5u': 'http://127.0.0.1:1/'})}"
    ),
    "critical extensions": lambda key: bearer(token(key, headers={"crit": ["exp"], "exp": 1})),
    "expired": lambda key: bearer(token(key, exp=NOW - 3600)),
    "without an end": lambda key: bearer(token(key, exp=None)),
    "an end that is no number": lambda key: (
        f"Bearer {raw(key, json.dumps({'iss': ISSUER, 'aud': APP, 'serviceurl': SERVICE, 'exp': 'soon'}).encode())}"
    ),
    "an end beyond all numbers": lambda key: bearer(raw(key, b'{"exp": 1e999}')),
    "not yet": lambda key: bearer(token(key, nbf=NOW + 3600)),
    "issued tomorrow": lambda key: bearer(token(key, iat=NOW + 86_400)),
    "another issuer": lambda key: bearer(token(key, iss="https://sts.windows.net/x/")),
    "without issuer": lambda key: bearer(token(key, iss=None)),
    "a list of issuers": lambda key: (
        f"Bearer {raw(key, json.dumps({'iss': [ISSUER], 'aud': APP, 'serviceurl': SERVICE, 'exp': NOW + 60}).encode())}"
    ),
    "for another bot": lambda key: bearer(token(key, aud=OTHER_APP)),
    "for many bots": lambda key: bearer(token(key, aud=[OTHER_APP, APP])),
    "for nobody": lambda key: bearer(token(key, aud=None)),
    "for another service": lambda key: bearer(token(key, serviceurl="https://evil.example/")),
    "without service": lambda key: bearer(token(key, serviceurl=None)),
    "a payload that is a list": lambda key: bearer(raw(key, b"[]")),
    "a payload that is no JSON": lambda key: bearer(raw(key, b"nope")),
    "two tokens": lambda key: bearer(f"{token(key)} {token(key)}"),
}


async def test_there_are_enough_of_them():
    assert len(FORGED) >= 25


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_token_is_refused(line: Line, town: WireTown, miriam: TeamsPerson, name: str):
    status, _ = await line.post(miriam.activity(text="Hallo"), auth=FORGED[name](line.key))
    assert status == 401
    await town.settle()
    assert line.stub.requests == []
    assert (await line.get("/healthz"))[0] == 200


async def test_the_good_one_is_let_in(line: Line, town: WireTown, miriam: TeamsPerson):
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 200
    await town.settle()
    assert len(miriam.activities) == 1


async def test_while_the_keys_hang_nobody_else_waits(line: Line, town: WireTown, miriam: TeamsPerson):
    """The SDK freezes the whole process here."""
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 200  # the keys are known
    line.a_minute_later()
    line.published.asking.clear()
    line.published.go.clear()
    forged = [
        asyncio.create_task(line.post(miriam.activity(text="x"), auth=FORGED["an unknown key id"](line.key)))
        for _ in range(5)
    ]
    await line.published.asking.wait()
    assert (await line.get("/healthz"))[0] == 200
    assert (await line.post(miriam.activity(text="Hilfe")))[0] == 200
    line.published.go.set()
    assert [status for status, _ in await asyncio.gather(*forged)] == [401] * 5


async def test_a_rotated_key_is_fetched_at_once_and_not_for_each_stranger(
    line: Line, town: WireTown, miriam: TeamsPerson
):
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 200
    rotated = new_key("key-2")
    line.published.keys = [rotated.jwk]
    line.a_minute_later()
    assert (await line.post(miriam.activity(text="Hilfe"), auth=f"Bearer {token(rotated)}"))[0] == 200
    asked = line.published.asked
    for number in range(5):
        unknown = token(line.key, headers={"kid": f"key-{number + 10}"})
        assert (await line.post(miriam.activity(text="x"), auth=f"Bearer {unknown}"))[0] == 401
    assert line.published.asked == asked
    assert (await line.post(miriam.activity(text="Danke"), auth=f"Bearer {token(line.key)}"))[0] == 401


async def test_looking_after_the_keys_does_not_put_off_a_rotated_one(line: Line, town: WireTown, miriam: TeamsPerson):
    """The adapter looks every minute; an unknown key is asked for once a minute."""
    await line.adapter._looked()
    line.a_minute_later()
    await line.adapter._looked()
    rotated = new_key("key-2")
    line.published.keys = [rotated.jwk]
    assert (await line.post(miriam.activity(text="Hallo"), auth=bearer(token(rotated))))[0] == 200


async def test_a_key_that_was_withdrawn_is_forgotten_within_the_hour(line: Line, town: WireTown, miriam: TeamsPerson):
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 200
    line.published.keys = [new_key("key-2").jwk]
    line.elapsed += 3601.0
    await line.adapter._looked()
    assert (await line.post(miriam.activity(text="Hilfe")))[0] == 401


async def test_keys_that_hang_from_the_start_hold_up_nothing_else(line: Line, town: WireTown, miriam: TeamsPerson):
    assert line.adapter._keys is not None
    line.adapter._keys._patience = 0.05
    line.published.go.clear()
    first = asyncio.create_task(line.post(miriam.activity(text="Hallo")))
    await line.published.asking.wait()
    assert (await line.get("/healthz"))[0] == 200
    assert (await first)[0] == 401


async def test_without_keys_nobody_comes_in_and_then_they_do(line: Line, town: WireTown, miriam: TeamsPerson):
    line.published.status = 500
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 401
    line.published.status = 200
    line.a_minute_later()
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 200


@pytest.mark.parametrize(
    "spoiled", [{"endorsements": []}, {"endorsements": ["webchat"]}, {"kty": "oct"}, {"n": "AQAB"}]
)
async def test_a_key_that_is_not_for_teams_counts_for_nothing(
    line: Line, town: WireTown, miriam: TeamsPerson, spoiled: dict[str, Any]
):
    """The SDK takes a key without endorsements for any channel."""
    line.published.keys = [{**line.key.jwk, **spoiled}]
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 401


async def test_a_short_key_counts_for_nothing(line: Line, town: WireTown, miriam: TeamsPerson):
    """It could be broken, and whoever did could sign."""
    short = new_key("short", bits=1024)
    line.published.keys = [line.key.jwk, short.jwk]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library that signs says the same
        by_short = token(short)
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 200
    assert (await line.post(miriam.activity(text="Hallo"), auth=bearer(by_short)))[0] == 401


async def test_keys_on_another_host_are_not_fetched(line: Line, town: WireTown, miriam: TeamsPerson):
    line.published.keys_at = "http://localhost:1/keys"
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 401


@pytest.mark.parametrize(
    "activity",
    [
        {"serviceUrl": "https://evil.example/"},
        {"serviceUrl": "http://smba.trafficmanager.net/teams/"},
        {"serviceUrl": "https://smba.trafficmanager.net:8443/teams/"},
        {"serviceUrl": "https://smba.trafficmanager.net@evil.example/"},
        {"serviceUrl": "https://smba.trafficmanager.net.evil.example/"},
        {"serviceUrl": "https://127.0.0.1/"},
        {"serviceUrl": "https://[::1"},
    ],
)
async def test_replies_go_to_allowed_services_only(
    line: Line, town: WireTown, miriam: TeamsPerson, activity: dict[str, Any]
):
    """Even where a token vouches for another one."""
    good = token(line.key, serviceurl=activity["serviceUrl"])
    assert (await line.post(miriam.activity(text="Hallo", **activity), auth=f"Bearer {good}"))[0] == 403
    await town.settle()
    assert line.stub.requests == []


@pytest.mark.parametrize("channel_data", [{}, {"tenant": {"id": OTHER_APP}}, {"tenant": "x"}, None])
async def test_a_tenant_that_is_not_named_is_refused(
    line: Line, town: WireTown, miriam: TeamsPerson, channel_data: Any
):
    assert (await line.post(miriam.activity(text="Hallo", channelData=channel_data)))[0] == 403
    assert (await line.post({**miriam.activity(text="Hallo"), "channelId": "telegram"}))[0] == 401


async def test_a_token_comes_with_many_messages_until_its_key_is_withdrawn(
    line: Line, town: WireTown, miriam: TeamsPerson
):
    same = bearer(token(line.key))
    for text in ("Hallo", "Hilfe", "Danke"):
        assert (await line.post(miriam.activity(text=text), auth=same))[0] == 200
    rotated = new_key("key-2")
    line.published.keys = [rotated.jwk]
    line.a_minute_later()
    assert (await line.post(miriam.activity(text="Hilfe"), auth=bearer(token(rotated))))[0] == 200
    assert (await line.post(miriam.activity(text="Hilfe"), auth=same))[0] == 401


async def test_a_key_that_keeps_its_name_and_is_another_lets_no_old_token_in(
    line: Line, town: WireTown, miriam: TeamsPerson
):
    same = bearer(token(line.key))
    assert (await line.post(miriam.activity(text="Hallo"), auth=same))[0] == 200
    line.published.keys = [STRANGER.jwk]
    line.a_minute_later()
    assert (await line.post(miriam.activity(text="x"), auth=FORGED["an unknown key id"](line.key)))[0] == 401
    assert (await line.post(miriam.activity(text="Hilfe"), auth=same))[0] == 401


async def test_a_token_that_was_good_expires(line: Line):
    """Five minutes late, for clocks that differ, and not later."""
    now = float(NOW)
    async with ClientSession() as session:
        keys = KeyStore(lambda: session, line.published.url)
        verifier = Verifier(keys, {APP}, clock=lambda: now)
        same = bearer(token(line.key, exp=NOW + 3600))
        assert (await verifier.claims(same)).app_id == APP
        now = NOW + 3600 + 299
        assert (await verifier.claims(same)).app_id == APP
        now = NOW + 3600 + 300
        with pytest.raises(Unauthorized):
            await verifier.claims(same)
