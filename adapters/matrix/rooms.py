"""Rooms: which one is a person's direct chat, one for two who were introduced, and leaving.

The direct room of a person is the address of their account; here it is only found, opened and told to other clients.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from aiohttp import ClientError
from nio import RoomCreateError, RoomPreset

from adapters.matrix.client import Client, path
from adapters.matrix.outcomes import put_off
from adapters.matrix.rest import Rest
from bot.events import Account, Address
from bot.ports import TryLater
from storage.unit_of_work import Storage, Unit

log = structlog.get_logger()

PLATFORM = "matrix"
TOGETHER = "together"  # a kind of notes: the room opened for a message to two people
ENCRYPTED = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


def account_of(user: str) -> Account:
    return Account(f"{PLATFORM}:{user}")


def user_of(account: Account) -> str:
    return account.removeprefix(f"{PLATFORM}:")


def server_of(user: str) -> str:
    """A user id has its server behind the first colon; a room id of version 12 has none, so only users are asked."""
    return user.partition(":")[2].casefold()


class Rooms:
    def __init__(
        self,
        client: Client,
        storage: Storage,
        servers: frozenset[str],
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`servers`: whose people may talk to the bot."""
        self._rest = Rest(monotonic)
        self._client = client
        self._storage = storage
        self._servers = servers
        self._now = now
        self._opening: dict[Account, asyncio.Task[Address | TryLater]] = {}
        self._opened: dict[Account, Address] = {}  # of people whose account says nothing yet
        self._fresh: set[str] = set()  # joined or made, and perhaps not yet come down the sync
        self._leaving: set[asyncio.Task[None]] = set()
        self._telling = asyncio.Lock()  # what other clients know is read, changed and written

    def allows(self, user: str) -> bool:
        return server_of(user) in self._servers

    def is_direct(self, room: str) -> bool:
        """Nobody but one person and the bot: where a third reads along, it's a room, whatever it once was."""
        known = self._client.rooms.get(room)
        return known is not None and known.member_count <= 2

    async def looked_at(self, uow: Unit, room: str) -> None:
        """Its members may have changed. Whose direct chat it was has none any more once a third can read it: to them is
        written elsewhere from now on.
        """
        if room not in self._client.rooms or self.is_direct(room):
            return
        for account in await uow.accounts.at(PLATFORM, Address(room)):
            row = await uow.accounts.get(account)
            assert row is not None
            await uow.accounts.save(replace(row, address=Address("")))
            self._opened.pop(account, None)

    def is_ours(self, room: str) -> bool:
        """Whether the bot is in it, also where the sync hasn't brought it yet."""
        return room in self._client.rooms or room in self._fresh

    # ------------------------------------------------------------ direct chats

    async def direct_room(self, account: Account) -> Address | TryLater:
        """Opens an encrypted one where there is none."""
        opening = self._opening.get(account)
        if opening is None:
            opening = asyncio.create_task(self._open(account))
            self._opening[account] = opening
            opening.add_done_callback(lambda _: self._opening.pop(account, None))
        return await asyncio.shield(opening)

    async def _open(self, account: Account) -> Address | TryLater:
        if account in self._opened:
            return self._opened[account]
        room = await self._made([user_of(account)], is_direct=True)
        if not isinstance(room, TryLater):
            self._opened[account] = room
            await self.remember(account, room)
        return room

    async def room_with(self, accounts: Sequence[Account], key: str) -> Address | TryLater:
        """An encrypted room with these people, one per key."""
        async with self._storage.unit(write=False) as uow:
            kept = await uow.notes.get(PLATFORM, TOGETHER, key)
        if kept is not None:
            return Address(kept["room"])
        room = await self._made([user_of(account) for account in accounts], is_direct=False)
        if not isinstance(room, TryLater):
            async with self._storage.unit() as uow:
                await uow.notes.put(PLATFORM, TOGETHER, key, {"room": room}, self._now(), account=accounts[0])
                await uow.commit()
        return room

    async def _made(self, users: Sequence[str], *, is_direct: bool) -> Address | TryLater:
        if (resting := self._rest.left()) is not None:
            return resting
        try:
            made = await self._client.room_create(
                is_direct=is_direct,
                invite=users,
                preset=RoomPreset.trusted_private_chat,
                initial_state=[ENCRYPTED],
            )
        except (ClientError, OSError, TimeoutError) as error:
            log.warning("no room", action="matrix room", error=type(error).__name__)
            return TryLater(cause="no room")
        if isinstance(made, RoomCreateError):
            log.warning("no room", action="matrix room", error=made.status_code)
            return self._rest.noted(put_off(made, "no room"))
        return Address(made.room_id)

    async def remember(self, account: Account, room: Address) -> None:
        """From now on this is where the person is written to, unless others turn out to be there."""
        self._fresh.add(room)
        if room in self._client.rooms and not self.is_direct(room):
            return
        async with self._storage.unit() as uow:
            row = await uow.accounts.get(account)
            if row is not None and row.address != room:
                await uow.accounts.save(replace(row, address=room, reachable=True))
                await uow.commit()
        await self._tell_clients(user_of(account), room)

    async def _tell_clients(self, user: str, room: str) -> None:
        """`m.direct`, by which clients sort rooms: nio only reads it. What others put there stays."""
        where = path("user", self._client.user_id, "account_data", "m.direct")
        async with self._telling:
            status, known = await self._client.raw("GET", where)
            if status not in (200, 404):
                return
            content: dict[str, Any] = known if status == 200 else {}
            before = content.get(user)
            others = [one for one in before if one != room] if isinstance(before, list) else []
            await self._client.raw("PUT", where, {**content, user: [room, *others]})

    # ------------------------------------------------------------ leaving

    async def left(self, uow: Unit, room: str) -> Sequence[Account]:
        """The accounts whose direct chat this was; nio says nothing of a kick and keeps the room."""
        self._client.rooms.pop(room, None)
        self._fresh.discard(room)
        return await uow.accounts.at(PLATFORM, Address(room))

    def leave(self, room: str) -> None:
        """Asked to; off the path of the sync."""
        self._begin(self.left_behind(room))

    async def left_behind(self, room: str) -> None:
        try:
            await self._client.room_leave(room)
        except (ClientError, OSError, TimeoutError) as error:
            log.warning("room not left", action="matrix room", error=type(error).__name__)

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        running = [*self._leaving, *self._opening.values()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
