"""The Bot Framework's REST interface on one aiohttp session: pooled, with time-outs, nothing repeated behind anybody's back.

The SDK sends through `requests` in six threads, a new connection each; this is what its place is taken by.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHttpProxyError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
)

from adapters.teams.conversations import Conversation
from adapters.teams.credentials import NoToken, Tokens
from adapters.teams.elements import encoded
from adapters.teams.reading import bounded, loads
from adapters.teams.settings import Registration, Registrations

TIMEOUT = ClientTimeout(total=15, connect=5)  # seconds
LIMIT = 1 << 20  # bytes of an answer
NO_TOKEN = 300.0  # seconds; an expired secret is no failure of each message, which would be given up by Monday


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service said. `code` is its name for an error; `retry_after` are seconds."""

    status: int
    id: str | None = None
    code: str = ""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """It never left this process. `seconds` where it is known when another attempt may succeed."""

    cause: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have arrived."""

    cause: str


Result: TypeAlias = Answer | NotSent | Unknown


class Connector:
    """`tokens` is None in the insecure mode only."""

    def __init__(
        self, session: Callable[[], ClientSession], registrations: Registrations, tokens: Tokens | None
    ) -> None:
        self._session = session
        self._registrations = registrations
        self._tokens = tokens

    def bot(self, tenant: str) -> str:
        """The bot's id as the service knows it."""
        return f"28:{self._registrations.of(tenant).app_id}" if self._registrations.rows else "bot"

    async def open(self, service_url: str, tenant: str, user: str) -> Result:
        """The direct chat with somebody, made if there is none; the answer's id is the conversation's."""
        body = {
            "bot": {"id": self.bot(tenant)},
            "members": [{"id": user}],
            "isGroup": False,
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        return await self._call("POST", service_url, tenant, "v3/conversations", encoded(body))

    async def send(self, to: Conversation, activity: bytes) -> Result:
        return await self._call(
            "POST", to.service_url, to.tenant, f"v3/conversations/{_part(to.id)}/activities", activity
        )

    async def update(self, to: Conversation, remote_id: str, activity: bytes) -> Result:
        """`activity` has that id."""
        path = f"v3/conversations/{_part(to.id)}/activities/{_part(remote_id)}"
        return await self._call("PUT", to.service_url, to.tenant, path, activity)

    async def _call(self, method: str, service_url: str, tenant: str, path: str, body: bytes) -> Result:
        """A token that is refused is replaced once: what was refused has not been carried out."""
        registration = self._registrations.of(tenant) if self._tokens is not None else None
        for attempt in (1, 2):
            try:
                token = await self._token(registration)
            except NoToken as error:
                return NotSent(f"no token: {error}", NO_TOKEN)
            found = await self._once(method, f"{service_url.rstrip('/')}/{path}", body, token)
            if not isinstance(found, Answer) or found.status != 401 or self._tokens is None or attempt == 2:
                return found
            assert registration is not None
            self._tokens.refused(registration, token or "")
        raise AssertionError

    async def _token(self, registration: Registration | None) -> str | None:
        return await self._tokens.get(registration) if self._tokens is not None and registration is not None else None

    async def _once(self, method: str, url: str, body: bytes, token: str | None) -> Result:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            async with self._session().request(
                method, url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as answer:
                return _answer(answer.status, answer.headers.get("Retry-After"), await bounded(answer.content, LIMIT))
        except (ClientConnectorError, ClientHttpProxyError, ConnectionTimeoutError) as error:
            return NotSent(type(error).__name__)
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            return Unknown(type(error).__name__)


def _answer(status: int, retry_after: str | None, body: bytes) -> Answer:
    try:
        data = loads(body)
    except ValueError:
        data = None
    found = data if isinstance(data, dict) else {}
    error = found.get("error")
    remote, code = found.get("id"), error.get("code") if isinstance(error, dict) else None
    return Answer(
        status=status,
        id=remote if isinstance(remote, str) else None,
        code=code if isinstance(code, str) else "",
        retry_after=_seconds(retry_after),
    )


def _seconds(text: str | None) -> float | None:
    """At most an hour; a date instead of seconds is left to our own back-off."""
    return min(float(text), 3600.0) if text is not None and text.strip().isascii() and text.strip().isdigit() else None


def _part(of_path: str) -> str:
    return quote(of_path, safe="")
