"""The Teams app as `adapters.inside.Adapter`: its parts, its route, and whether it can speak."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from urllib.request import getproxies_environment

import structlog
from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web
from sqlalchemy.exc import DBAPIError

from adapters.app import Unfit
from adapters.config import Settings
from adapters.inside import Inside, State
from adapters.teams.connector import Connector
from adapters.teams.conversations import Memory
from adapters.teams.credentials import Authority, Entra, Tokens
from adapters.teams.keys import METADATA, KeyStore
from adapters.teams.open_cards import OpenCards
from adapters.teams.outbound import TeamsTransport
from adapters.teams.webhook import Gate, Webhook
from adapters.web.files import Files

log = structlog.get_logger()

PATH = "/api/messages"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
LOOK_AGAIN = 60.0  # seconds between two looks at the tokens
CONNECTIONS = 100  # at once, to all of the service


class TeamsAdapter:
    """`authority` and `metadata` are where tokens and keys come from, `opens` makes the session all requests go
    through. Raises Unfit for what must not be started.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        authority: Authority | None = None,
        metadata: str = METADATA,
        opens: Callable[[], ClientSession] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        registrations = settings.registrations()
        insecure = settings.teams_insecure_no_authentication
        if insecure and settings.web_host not in LOOPBACK:
            raise Unfit(
                "LOTSE_TEAMS_INSECURE_NO_AUTHENTICATION lets anybody be anybody: it works with"
                " LOTSE_WEB_HOST=127.0.0.1 only; remove one of the two"
            )
        if not insecure and not registrations.rows:
            raise Unfit("Teams has no credentials: give LOTSE_TEAMS_APP_ID and LOTSE_TEAMS_TENANT")
        self._session: ClientSession | None = None
        self._closing: asyncio.Task[None] | None = None
        self._opens = opens or partial(_session, proxied=not insecure)
        self._keys = None if insecure else KeyStore(self._http, metadata, monotonic=monotonic)
        self._tokens = None if insecure else Tokens(registrations, authority or Entra(), monotonic=monotonic)
        self.files = Files(settings.public_url) if settings.public_url else None
        memory, cards = Memory(), OpenCards()
        gate = Gate(
            keys=self._keys,
            registrations=registrations,
            tenants=settings.teams_tenants_allowed,
            hosts=settings.teams_service_hosts,
        )
        host = min(settings.teams_service_hosts, default=None)
        self.transport = TeamsTransport(
            Connector(self._http, registrations, self._tokens),
            memory,
            allowed=gate.allows,
            default_service=None if insecure or host is None else f"https://{host}/teams/",
            files=self.files,
            cards=cards,
        )
        self._webhook = Webhook(gate, memory, cards)
        self.state = State()
        self.routes: Sequence[web.RouteDef] = (
            web.post(PATH, self._webhook.handle),
            *(self.files.routes if self.files is not None else ()),
        )

    async def listen(self, inside: Inside) -> None:
        """Nothing is asked of the service: it calls. Keys and tokens are kept ready."""
        self.begin(inside)
        if self._keys is None:
            log.warning("Teams is NOT authenticated: for the playground on this machine only", action="teams")
        try:
            while True:
                self.state = await self._looked()
                await self._swept()
                await self._closed_cards()
                await asyncio.sleep(LOOK_AGAIN)
        finally:
            self._webhook.inside = None  # what is being sent goes on; the session is closed with the event loop
            await self.transport.stop_closing()

    def begin(self, inside: Inside) -> None:
        """From now on activities are taken and messages sent."""
        self.transport.begin(inside.storage, inside.now)
        self._webhook.inside = inside
        if self.files is not None:
            self.files.begin(inside.storage, inside.now)

    async def close(self) -> None:
        self._webhook.inside = None
        await self.transport.stop_closing()
        if self._closing is not None:
            self._closing.cancel()
            await asyncio.gather(self._closing, return_exceptions=True)

    async def _swept(self) -> None:
        if self.files is not None:
            try:
                await self.files.sweep()
            except (DBAPIError, OSError) as error:
                log.warning("files not swept", action="teams", error=type(error).__name__)

    async def _closed_cards(self) -> None:
        try:
            await self.transport.close_what_is_over()
        except (DBAPIError, OSError) as error:
            log.warning("cards not looked at", action="teams", error=type(error).__name__)

    async def _looked(self) -> State:
        if self._keys is None or self._tokens is None:
            return State(condition="degraded", detail="not authenticated: for the playground only")
        bad = await self._tokens.fetch_all()
        keys = await self._keys.fetch()
        if bad:
            detail = "; ".join(f"{tenant}: {cause}" for tenant, cause in sorted(bad.items()))
            refused = all(cause.startswith("refused") for cause in bad.values())
            if len(bad) < self._tokens.count:
                return State(condition="degraded", detail=detail)
            return State(condition="bad credentials" if refused else "connecting", detail=detail)
        if not keys:
            return State(condition="connecting", detail="the keys of the Bot Framework can't be fetched")
        return State(condition="connected")

    def _http(self) -> ClientSession:
        """One for everything."""
        if self._session is None or self._session.closed:
            self._session = self._opens()
            self._closing = asyncio.create_task(_closed_at_the_end(self._session))
        return self._session


async def _closed_at_the_end(session: ClientSession) -> None:
    """When the event loop cancels what is left: after the last delivery."""
    try:
        await asyncio.Event().wait()
    finally:
        await session.close()


def _session(*, proxied: bool) -> ClientSession:
    """Cookies are none of our business. A proxy is one of the environment (HTTPS_PROXY), as for the tokens.

    Where there is none nobody looks for it again: aiohttp would, in a thread, for each message.
    """
    connector = TCPConnector(limit=CONNECTIONS, ttl_dns_cache=300)
    return ClientSession(
        connector=connector, cookie_jar=DummyCookieJar(), trust_env=proxied and bool(getproxies_environment())
    )
