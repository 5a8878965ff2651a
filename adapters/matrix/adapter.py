"""Matrix as `adapters.inside.Adapter`: signs in, reads on from where it stopped, and says how it is doing."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import web
from nio import SyncError, SyncResponse

from adapters.app import Unfit
from adapters.config import Settings
from adapters.inside import Inside, State, Stopped
from adapters.matrix.buttons import Buttons
from adapters.matrix.check import LEAST
from adapters.matrix.client import Client
from adapters.matrix.courtesy import Courtesy
from adapters.matrix.identity import Unsigned, is_ours, keep_signed
from adapters.matrix.invitations import Invitations
from adapters.matrix.reading import Reader, Unread
from adapters.matrix.rooms import Rooms, server_of
from adapters.matrix.session import Refused, Session, lock, sign_in
from adapters.matrix.threads import Threads
from adapters.matrix.transport import Connection, MatrixTransport
from bot.events import Incoming, Left

log = structlog.get_logger()

FILTER = {
    "presence": {"types": []},
    "room": {
        "state": {"lazy_load_members": True},
        "timeline": {"limit": 100},  # the default of 10 loses what was said during a downtime
        "ephemeral": {"types": []},
    },
}
WAIT = 30_000  # milliseconds the homeserver may keep a sync open
LOOK_AGAIN = 60.0  # seconds between two looks at the buttons that are shown
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0, 180.0)


class MatrixAdapter:
    """Raises Unfit for what must not be started."""

    def __init__(
        self,
        settings: Settings,
        *,
        wait: int = WAIT,
        pauses: Sequence[float] = PAUSES,
        sign_again: Sequence[float] = PAUSES,
        look_again: float = LOOK_AGAIN,
    ) -> None:
        """`pauses`: seconds before the next try, after the first, second, … failure in a row; `sign_again` likewise,
        after the homeserver refused the device's signature; `look_again`: between two looks at the buttons that are shown.
        """
        key = settings.matrix_store_key.get_secret_value() if settings.matrix_store_key else ""
        if settings.matrix_homeserver is None or settings.matrix_user is None:
            raise Unfit("Matrix needs LOTSE_MATRIX_HOMESERVER and LOTSE_MATRIX_USER")
        if len(key) < LEAST:
            raise Unfit(
                f"Matrix needs LOTSE_MATRIX_STORE_KEY: a secret of at least {LEAST} characters for the keys in its store"
            )
        self._settings = settings
        self._key = key
        self._wait = wait
        self._pauses = pauses
        self._sign_again = sign_again
        self._look_again = look_again
        self.store = settings.matrix_store
        self.transport = MatrixTransport()
        self.state = State()
        self._ours = False  # whether the homeserver has this store's keys for the device
        self.routes: Sequence[web.RouteDef] = ()

    async def listen(self, inside: Inside) -> None:
        """Until it is cancelled. Raises Stopped where trying again is of no use."""
        self.state, self._ours = State(condition="connecting"), False
        try:
            with lock(self.store):
                session = await sign_in(self._settings, self.store)
                async with self._connected(session, inside) as (connection, reader, invitations):
                    await self._read_on(connection, reader, invitations, inside)
        except Refused:
            self.state = State(condition="bad credentials", detail="sign-in refused")
            raise
        except Stopped:
            self.state = State(condition="failed", detail="somebody has to act: the log says what to do")
            raise
        except Exception as error:
            was_up = self.state.condition != "connecting"
            self.state = State(condition="degraded" if was_up else "connecting", detail=type(error).__name__)
            raise

    @asynccontextmanager
    async def _connected(
        self, session: Session, inside: Inside
    ) -> AsyncIterator[tuple[Connection, Reader, Invitations]]:
        """The parts, for one device."""
        client = self._opened(session)
        servers = self._settings.matrix_servers or frozenset({server_of(session.user)})
        rooms = Rooms(client, inside.storage, servers, inside.now)
        invitations = Invitations(client, inside.storage, rooms, inside.now)
        threads = Threads(inside.storage, inside.now)
        buttons, courtesy = Buttons(client, inside.storage, inside.now), Courtesy(client)
        try:
            await threads.load()
            reader = Reader(client, inside.storage, rooms, invitations, threads, inside.now)
            connection = Connection(client=client, rooms=rooms, threads=threads, buttons=buttons, courtesy=courtesy)
            yield connection, reader, invitations
        finally:
            self.transport.connection = None
            for part in (courtesy, buttons, invitations, rooms, client):
                await part.close()

    def _opened(self, session: Session) -> Client:
        """Raises Stopped."""
        url, device = self._settings.matrix_homeserver or "", session.device
        try:
            return Client(url, session.user, device=device, token=session.token, store=self.store, key=self._key)
        except Exception as error:  # noqa: BLE001  (whatever the library makes of a wrong secret)
            log.error("store not opened", action="matrix sign-in", error=type(error).__name__)  # noqa: TRY400
            raise Stopped(f"the keys in {self.store} don't open: give the LOTSE_MATRIX_STORE_KEY they had") from None

    async def _read_on(self, connection: Connection, reader: Reader, invitations: Invitations, inside: Inside) -> None:
        """Our own loop: nio's saves its token before anything is taken in, and spins on errors that it returns."""
        client = connection.client
        since = await reader.token()
        failures, first, signed = 0, True, False
        refused, sign_at, clock = 0, 0.0, asyncio.get_running_loop().time
        look_at = clock() + self._look_again
        while True:
            answer = await self._sync(client, since, full=first)
            try:
                taken = await reader.take(answer, since=since) if isinstance(answer, SyncResponse) else None
            except Unread as error:
                log.warning("gap not read", action="matrix sync", error=str(error))
                taken = None
            if taken is None or not isinstance(answer, SyncResponse):
                expired = isinstance(answer, SyncError) and answer.status_code == "M_UNKNOWN_TOKEN"
                if expired and not _soft(answer):
                    raise Refused(
                        "the homeserver doesn't know the token any more: docs/matrix.md says how to sign in anew"
                    )
                detail = "the token has expired: renew it" if expired else "the homeserver doesn't answer"
                self.state = State(condition="degraded" if not first else "connecting", detail=detail)
                client.after_failure()
                await asyncio.sleep(self._pauses[min(failures, len(self._pauses) - 1)] * random.uniform(0.8, 1.2))  # noqa: S311
                failures += 1
                continue
            since, failures, first = answer.next_batch, 0, False
            if not signed and clock() >= sign_at:  # before anybody is answered or joined: strict clients read no other
                signed = await self._signed(client)
                sign_at = clock() + self._sign_again[min(refused, len(self._sign_again) - 1)]
                refused += 1
            self.transport.connection = connection
            self._begin_turns(taken, connection, inside)
            self.state = (
                State(condition="connected") if signed else State(condition="degraded", detail="not cross-signed")
            )
            if self._ours:
                await client.keep_keys()
            await invitations.answer()
            if clock() >= look_at:
                await connection.buttons.look()
                look_at = clock() + self._look_again

    def _begin_turns(self, taken: Sequence[Incoming], connection: Connection, inside: Inside) -> None:
        """What is safe in the inbox is shown as read."""
        for incoming in taken:
            turn = inside.turns.submit(incoming)
            if incoming.where == "direct" and not isinstance(incoming.what, Left):
                connection.courtesy.waits(incoming.address, turn)
        connection.courtesy.read({one.address: one.id for one in taken if one.id.startswith("$")}.items())

    async def _signed(self, client: Client) -> bool:
        """Whether the homeserver has taken it; tried again with growing pauses. Raises Stopped."""
        try:
            self._ours = self._ours or await is_ours(client)
            await client.keep_keys()
            await keep_signed(client, self.store, self._key)
        except Unsigned as error:
            log.warning("not cross-signed", action="matrix sign-in", cause=str(error))
            return False
        return True

    async def _sync(self, client: Client, since: str | None, *, full: bool) -> SyncResponse | SyncError | None:
        """None where something escaped: a stranger's malformed event, or the network."""
        try:
            answer: SyncResponse | SyncError = await client.sync(
                0 if full else self._wait, FILTER, since=since, full_state=full
            )
        except Exception as error:  # noqa: BLE001  (nio lets anything through, a schema error in an invitation included)
            log.warning("sync failed", action="matrix sync", error=type(error).__name__)
            return None
        return answer


def _soft(answer: Any) -> bool:
    """A soft logout keeps the device: the operator's server wants to see the credentials again, the keys stay."""
    return bool(answer.soft_logout)
