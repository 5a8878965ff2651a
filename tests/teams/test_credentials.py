"""Tokens for sending: one fetch for all who wait, replaced ahead of their end, never on the event loop."""

import asyncio
import threading
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from adapters.teams.credentials import Entra, NoToken, Tokens
from adapters.teams.settings import Registration, Registrations
from tests.teams.signing import APP, TENANT, Tls

SECRET = Registration(tenant=TENANT, app_id=APP, secret=SecretStr("streng-geheim"))


class Authority:
    """Gives out numbered tokens, slowly if told to, in the thread it is called in."""

    def __init__(self, lasts: float = 3600.0) -> None:
        self.asked = 0
        self.lasts = lasts
        self.refuses = False
        self.go = threading.Event()
        self.go.set()
        self.threads: set[str] = set()

    def __call__(self, _: Registration) -> tuple[str, float]:
        self.asked += 1
        number = self.asked
        self.threads.add(threading.current_thread().name)
        self.go.wait(10)
        if self.refuses:
            raise NoToken("refused (7000215)")
        return f"token {number}", self.lasts


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_many_who_wait_share_one_fetch_and_the_loop_goes_on():
    authority, clock = Authority(), Clock()
    authority.go.clear()
    tokens = Tokens(Registrations((SECRET,)), authority, monotonic=clock)
    waiting = [asyncio.create_task(tokens.get(SECRET)) for _ in range(20)]
    await asyncio.sleep(0)  # the loop is free while the thread waits
    authority.go.set()
    assert set(await asyncio.gather(*waiting)) == {"token 1"}
    assert authority.asked == 1
    assert threading.main_thread().name not in authority.threads


async def test_a_token_is_replaced_ahead_of_its_end_while_it_is_still_used():
    authority, clock = Authority(), Clock()
    tokens = Tokens(Registrations((SECRET,)), authority, monotonic=clock)
    assert await tokens.get(SECRET) == "token 1"
    clock.now = 3100.0
    authority.go.clear()
    assert await tokens.get(SECRET) == "token 1"  # at once
    authority.go.set()
    clock.now = 3600.0
    assert await tokens.get(SECRET) == "token 2"


async def test_a_refusal_is_told_and_not_asked_again_at_once():
    authority, clock = Authority(), Clock()
    authority.refuses = True
    tokens = Tokens(Registrations((SECRET,)), authority, monotonic=clock)
    for _ in range(3):
        with pytest.raises(NoToken, match="7000215"):
            await tokens.get(SECRET)
    assert authority.asked == 1
    assert await tokens.fetch_all() == {TENANT: "refused (7000215)"}
    authority.refuses = False
    clock.now = 31.0
    assert await tokens.get(SECRET) == "token 2"


async def test_an_outage_does_not_take_away_a_token_that_is_still_good():
    authority, clock = Authority(), Clock()
    tokens = Tokens(Registrations((SECRET,)), authority, monotonic=clock)
    assert await tokens.get(SECRET) == "token 1"
    authority.refuses = True
    clock.now = 3300.0
    assert await tokens.get(SECRET) == "token 1"
    await asyncio.gather(*(one for one in asyncio.all_tasks() if one is not asyncio.current_task()))
    assert await tokens.get(SECRET) == "token 1"


# ---------------------------------------------------------------- what is asked of Microsoft


class Http:
    """Stands where requests would: notes what is asked, answers as the service does."""

    def __init__(self, status: int = 200, body: str = '{"access_token": "t", "expires_in": 3599, "token_type": "Bearer"}') -> None:  # fmt: skip
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.status, self.body = status, body

    def post(self, url: str, **named: Any) -> Any:
        self.asked.append((url, named))
        return Response(self.status, self.body)

    def get(self, url: str, **named: Any) -> Any:
        self.asked.append((url, named))
        metadata = '{"token_endpoint": "https://login.microsoftonline.com/%s/oauth2/v2.0/token", "authorization_endpoint": "https://login.microsoftonline.com/a", "issuer": "https://login.microsoftonline.com/%s/v2.0"}'  # fmt: skip
        return Response(200, self.body if "metadata/identity" in url else metadata % ((url.split("/")[3],) * 2))

    def close(self) -> None: ...

    @property
    def form(self) -> dict[str, str]:
        """The newest."""
        return [*self.forms.values()][-1]

    @property
    def forms(self) -> dict[str, dict[str, str]]:
        """What was sent in, by address."""
        return {url: _fields(named["data"]) for url, named in self.asked if named.get("data")}


def _fields(data: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(data).items()} if isinstance(data, str) else dict(data)


class Response:
    def __init__(self, status: int, text: str) -> None:
        self.status_code, self.text = status, text
        self.headers: dict[str, str] = {}

    def raise_for_status(self) -> None: ...


def test_a_secret_is_exchanged_in_the_tenant_of_the_registration():
    http = Http()
    assert Entra(http)(SECRET) == ("t", 3599.0)
    assert http.asked[-1][0] == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    form = http.form
    assert (form["grant_type"], form["client_id"]) == ("client_credentials", APP)
    assert form["scope"] == "https://api.botframework.com/.default"
    assert form["client_secret"] == "streng-geheim"


def test_a_certificate_signs_instead_of_a_secret(secure: Tls):
    pem = secure.file
    http = Http()
    assert Entra(http)(Registration(tenant=TENANT, app_id=APP, certificate=pem)) == ("t", 3599.0)
    form = http.form
    assert "client_secret" not in form
    signed = form["client_assertion"]
    private = serialization.load_pem_private_key(pem.read_bytes(), None)
    algorithm = jwt.get_unverified_header(signed)["alg"]
    audience = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    claims = jwt.decode(signed, private.public_key(), algorithms=[algorithm], audience=audience)  # type: ignore[arg-type]
    assert (claims["iss"], claims["sub"]) == (APP, APP)


def test_a_managed_identity_asks_the_machine(monkeypatch: pytest.MonkeyPatch):
    http = Http(body='{"access_token": "t", "expires_in": "3599", "resource": "https://api.botframework.com"}')
    token, lasts = Entra(http)(Registration(tenant=TENANT, app_id=APP, managed_identity=True))
    assert (token, lasts) == ("t", 3599.0)
    url, named = http.asked[-1]
    assert url.startswith("http://169.254.169.254/metadata/identity/oauth2/token")
    assert named["params"]["client_id"] == APP
    assert named["params"]["resource"] == "https://api.botframework.com"


def test_a_refusal_gives_the_code_and_no_more():
    http = Http(400, '{"error": "invalid_client", "error_description": "AADSTS7000215: streng-geheim", "error_codes": [7000215]}')  # fmt: skip
    with pytest.raises(NoToken) as raised:
        Entra(http)(SECRET)
    assert str(raised.value) == "refused (7000215)"
