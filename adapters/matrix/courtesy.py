"""Signs that somebody is there: read receipts once something is safe in the inbox, typing while an answer takes time."""

import asyncio
from collections.abc import Awaitable, Iterable
from urllib.parse import quote

from adapters.inside import Begun
from adapters.matrix.client import Client

TYPING_AFTER = 1.0  # seconds
SHOWN = 30.0  # seconds at most


class Courtesy:
    """Beside the path of the sync; nothing depends on it, and what the homeserver says to it is of no interest."""

    def __init__(self, client: Client, *, after: float = TYPING_AFTER) -> None:
        self._client = client
        self._after = after
        self._answered: dict[str, asyncio.Event] = {}
        self._unread: dict[str, str] = {}  # by room, the newest event that isn't shown as read yet
        self._running: set[asyncio.Task[None]] = set()

    def read(self, newest: Iterable[tuple[str, str]]) -> None:
        """`newest`: rooms with the last event in them that is in the inbox. Shown after a moment, once for all that come
        in it: whoever gets an answer at once sees by it that they were read, and the homeserver has the answer first.
        """
        for room, event in newest:
            begun = room in self._unread
            self._unread[room] = event
            if not begun:
                self._begin(self._receipt(room))

    def waits(self, room: str, turn: Begun) -> None:
        """Somebody waits in this room for what this turn promises; of several turns the first is enough to show it."""
        if room not in self._answered:
            self._answered[room] = asyncio.Event()
            self._begin(self._typing(room, turn, self._answered[room]))

    def answered(self, room: str) -> None:
        """Something has arrived there."""
        if room in self._answered:
            self._answered[room].set()

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _receipt(self, room: str) -> None:
        await asyncio.sleep(self._after)
        await self._client.raw("POST", _path("rooms", room, "receipt", "m.read", self._unread.pop(room)), {})

    async def _typing(self, room: str, turn: Begun, answered: asyncio.Event) -> None:
        ending = asyncio.create_task(_ended(turn, answered))
        path = _path("rooms", room, "typing", self._client.user_id)
        try:
            await asyncio.wait([ending], timeout=self._after)
            if not ending.done():
                await self._client.raw("PUT", path, {"typing": True, "timeout": int(SHOWN * 1000)})
                await asyncio.wait([ending], timeout=SHOWN)
                await self._client.raw("PUT", path, {"typing": False})
        finally:
            del self._answered[room]
            ending.cancel()

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _ended(turn: Begun, answered: asyncio.Event) -> None:
    """The turn promised nothing, or what it promised has arrived."""
    await asyncio.wait([turn])
    if not turn.cancelled() and turn.result():
        await answered.wait()


def _path(*parts: str) -> str:
    return "/_matrix/client/v3/" + "/".join(quote(part, safe="") for part in parts)
