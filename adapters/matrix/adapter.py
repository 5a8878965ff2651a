"""Matrix as `adapters.inside.Adapter`: signs in, reads on from where it stopped, and says how it is doing."""

import asyncio
import random
from collections.abc import Sequence

import structlog
from aiohttp import web
from nio import SyncError, SyncResponse

from adapters.app import Unfit
from adapters.config import Settings
from adapters.inside import Inside, State, Stopped
from adapters.matrix.client import Client
from adapters.matrix.identity import Unsigned, keep_signed
from adapters.matrix.reading import Reader
from adapters.matrix.rooms import Rooms
from adapters.matrix.session import lock, sign_in
from adapters.matrix.transport import MatrixTransport

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
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0, 180.0)


class MatrixAdapter:
    """Raises Unfit for what must not be started."""

    def __init__(self, settings: Settings, *, wait: int = WAIT, pauses: Sequence[float] = PAUSES) -> None:
        """`pauses`: seconds before the next try, after the first, second, … failure in a row."""
        key = settings.matrix_store_key.get_secret_value() if settings.matrix_store_key else ""
        if settings.matrix_homeserver is None or settings.matrix_user is None:
            raise Unfit("Matrix needs LOTSE_MATRIX_HOMESERVER and LOTSE_MATRIX_USER")
        if len(key) < 16:
            raise Unfit(
                "Matrix needs LOTSE_MATRIX_STORE_KEY: a secret of at least 16 characters for the keys in its store"
            )
        self._settings = settings
        self._key = key
        self._wait = wait
        self._pauses = pauses
        self.store = settings.matrix_store
        self.transport = MatrixTransport()
        self.state = State()
        self.routes: Sequence[web.RouteDef] = ()

    async def listen(self, inside: Inside) -> None:
        """Until it is cancelled. Raises Stopped where trying again is of no use."""
        held = lock(self.store)
        client: Client | None = None
        rooms: Rooms | None = None
        try:
            self.state = State(condition="connecting")
            session = await sign_in(self._settings, self.store)
            client = Client(
                self._settings.matrix_homeserver or "",
                session.user,
                device=session.device,
                token=session.token,
                store=self.store,
                key=self._key,
            )
            servers = self._settings.matrix_servers or frozenset({session.user.partition(":")[2].casefold()})
            rooms = Rooms(client, inside.storage, servers, inside.now)
            await self._read_on(client, Reader(client, inside.storage, rooms, inside.now), rooms, inside)
        except Stopped:
            self.state = State(condition="bad credentials", detail="sign-in refused")
            raise
        finally:
            self.transport.client = self.transport.rooms = None
            await self.transport.close()
            if rooms is not None:
                await rooms.close()
            if client is not None:
                await client.close()
            held.release()

    async def _read_on(self, client: Client, reader: Reader, rooms: Rooms, inside: Inside) -> None:
        """Our own loop: nio's saves its token before anything is taken in, and spins on errors that it returns."""
        since = await reader.token()
        failures, first, signed = 0, True, False
        refused, sign_at, clock = 0, 0.0, asyncio.get_running_loop().time
        while True:
            answer = await self._sync(client, since, full=first)
            if isinstance(answer, SyncError) or answer is None:
                if answer is not None and answer.status_code == "M_UNKNOWN_TOKEN" and not _soft(answer):
                    raise Stopped(
                        "the homeserver doesn't know the token any more: docs/matrix.md says how to sign in anew"
                    )
                self.state = State(
                    condition="degraded" if not first else "connecting", detail="the homeserver doesn't answer"
                )
                client.after_failure()
                await asyncio.sleep(self._pauses[min(failures, len(self._pauses) - 1)] * random.uniform(0.8, 1.2))  # noqa: S311
                failures += 1
                continue
            taken = await reader.take(answer, since=since)
            since, failures, first = answer.next_batch, 0, False
            self.transport.client, self.transport.rooms = client, rooms
            for incoming in taken:
                inside.turns.submit(incoming)
            self.state = (
                State(condition="connected") if signed else State(condition="degraded", detail="not cross-signed")
            )
            await client.keep_keys()
            if not signed and clock() >= sign_at:  # before anybody is joined: strict clients would withhold their keys
                signed = await self._signed(client)
                sign_at = clock() + self._pauses[min(refused, len(self._pauses) - 1)]
                refused += 1
            await rooms.answer_invitations()

    async def _signed(self, client: Client) -> bool:
        """Whether the homeserver has taken it; tried again with growing pauses. Raises Stopped."""
        try:
            await keep_signed(client, self.store, self._key)
        except Unsigned as error:
            log.warning("not cross-signed", action="matrix sign-in", cause=str(error))
            return False
        self.state = State(condition="connected")
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


def _soft(answer: SyncError) -> bool:
    """A soft logout keeps the device: the operator's server wants to see the credentials again, the keys stay."""
    return bool(answer.soft_logout)
