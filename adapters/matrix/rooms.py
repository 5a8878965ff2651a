"""Rooms: which one is a person's direct chat, invitations by allow-list, rooms that were left or moved."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from nio import Api, InviteMemberEvent, JoinError, RoomCreateError, RoomPreset

from adapters.matrix.client import Client
from bot.events import Account, Address
from storage.unit_of_work import Storage, Unit

log = structlog.get_logger()

PLATFORM = "matrix"
INVITE, DIRECT, MOVED, TOGETHER = "invite", "direct", "moved", "together"
"""Kinds of notes: an open invitation by room; the direct room of an account; whose direct chat goes on in a room; the
room opened for a message to two people."""
JOINED = "joined"
"""Another one: who has invited us into a new direct chat, until the room has come down the sync."""
AGAIN = 60.0  # seconds before an invitation is tried again that couldn't be accepted
TRIES = 5
ENCRYPTED = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


def account_of(user: str) -> Account:
    return Account(f"{PLATFORM}:{user}")


def user_of(account: Account) -> str:
    return account.removeprefix(f"{PLATFORM}:")


def server_of(user: str) -> str:
    """A user id has its server behind the first colon; a room id of version 12 has none, so only users are asked."""
    return user.partition(":")[2].casefold()


class Rooms:
    def __init__(self, client: Client, storage: Storage, servers: frozenset[str], now: Callable[[], datetime]) -> None:
        """`servers`: whose people may talk to the bot."""
        self._client = client
        self._storage = storage
        self._servers = servers
        self._now = now
        self._joining: set[asyncio.Task[None]] = set()
        self._opening: dict[Account, asyncio.Task[Address | None]] = {}

    def allows(self, user: str) -> bool:
        return server_of(user) in self._servers

    def is_direct(self, room: str) -> bool:
        """Nobody but one person and the bot: where a third reads along, it's a room, whatever it once was."""
        known = self._client.rooms.get(room)
        return known is not None and known.member_count <= 2

    # ------------------------------------------------------------ invitations

    async def invited(self, uow: Unit, room: str, state: list[Any]) -> None:
        """Kept before anything is done: the homeserver doesn't say it twice. One per room, whatever nio calls twice."""
        for event in state:
            mine = isinstance(event, InviteMemberEvent) and event.state_key == self._client.user_id
            if mine and event.membership == "invite":
                by = event.sender
                moved = await uow.notes.take(PLATFORM, MOVED, room)
                direct = event.content.get("is_direct") is True or moved is not None
                note = {"by": by, "direct": direct, "new": moved is None}
                await uow.notes.put(PLATFORM, INVITE, room, note, self._now(), account=account_of(by))

    async def answer_invitations(self) -> None:
        """Off the path of the sync: a dead room holds up nobody."""
        async with self._storage.unit(write=False) as uow:
            waiting = await uow.notes.all(PLATFORM, INVITE)
        running = {task.get_name() for task in self._joining}
        for room, note in waiting:
            if room not in running:
                task = asyncio.create_task(self._answer(room, note), name=room)
                self._joining.add(task)
                task.add_done_callback(self._joining.discard)

    async def _answer(self, room: str, note: dict[str, Any]) -> None:
        if not self.allows(note["by"]):
            log.info("invitation refused", action="matrix invite", reason="server not allowed")
            await self._client.room_leave(room)
        else:
            for _ in range(TRIES):
                answer = await self._client.join(room)
                if not isinstance(answer, JoinError) or answer.status_code in ("M_FORBIDDEN", "M_NOT_FOUND"):
                    break
                await asyncio.sleep(AGAIN)
            if note["direct"] and not isinstance(answer, JoinError):
                await self._remember(account_of(note["by"]), Address(room), joined=bool(note.get("new")))
        async with self._storage.unit() as uow:
            await uow.notes.drop(PLATFORM, INVITE, room)
            await uow.commit()

    # ------------------------------------------------------------ direct chats

    async def direct_room(self, account: Account) -> Address | None:
        """Opens an encrypted one where there is none; None if that isn't possible at the moment."""
        opening = self._opening.get(account)
        if opening is None:
            opening = asyncio.create_task(self._open(account))
            self._opening[account] = opening
            opening.add_done_callback(lambda _: self._opening.pop(account, None))
        return await asyncio.shield(opening)

    async def _open(self, account: Account) -> Address | None:
        async with self._storage.unit(write=False) as uow:
            kept = await uow.notes.get(PLATFORM, DIRECT, account)
        if kept is not None and kept["room"] in self._client.rooms:
            return Address(kept["room"])
        made = await self._client.room_create(
            is_direct=True,
            invite=[user_of(account)],
            preset=RoomPreset.trusted_private_chat,
            initial_state=[ENCRYPTED],
        )
        if isinstance(made, RoomCreateError):
            log.warning("no direct room", action="matrix room", error=made.status_code)
            return None
        await self._remember(account, Address(made.room_id))
        return Address(made.room_id)

    async def room_with(self, accounts: Sequence[Account], key: str) -> Address | None:
        """An encrypted room with these people, one per key; None if that isn't possible at the moment."""
        async with self._storage.unit(write=False) as uow:
            kept = await uow.notes.get(PLATFORM, TOGETHER, key)
        if kept is not None:
            return Address(kept["room"])
        made = await self._client.room_create(
            invite=[user_of(account) for account in accounts],
            preset=RoomPreset.trusted_private_chat,
            initial_state=[ENCRYPTED],
        )
        if isinstance(made, RoomCreateError):
            log.warning("no room for two", action="matrix room", error=made.status_code)
            return None
        async with self._storage.unit() as uow:
            await uow.notes.put(PLATFORM, TOGETHER, key, {"room": made.room_id}, self._now(), account=accounts[0])
            await uow.commit()
        return Address(made.room_id)

    def leave(self, room: str) -> None:
        """Asked to; off the path of the sync."""
        task = asyncio.create_task(self._leave(room))
        self._joining.add(task)
        task.add_done_callback(self._joining.discard)

    async def _leave(self, room: str) -> None:
        await self._client.room_leave(room)

    async def _remember(self, account: Account, room: Address, *, joined: bool = False) -> None:
        async with self._storage.unit() as uow:
            await self.now_direct(uow, account, room)
            if joined:
                await uow.notes.put(PLATFORM, JOINED, room, {"by": user_of(account)}, self._now(), account=account)
            await uow.commit()
        await self._tell_clients()  # with it comes another answer of the sync

    async def now_direct(self, uow: Unit, account: Account, room: Address) -> None:
        await uow.notes.put(PLATFORM, DIRECT, account, {"room": room}, self._now())
        row = await uow.accounts.get(account)
        if row is not None and row.address != room:
            await uow.accounts.save(replace(row, address=room, reachable=True))

    async def _tell_clients(self) -> None:
        """`m.direct`: nio only reads it, and clients sort rooms by it."""
        async with self._storage.unit(write=False) as uow:
            known = await uow.notes.all(PLATFORM, DIRECT)
        content = {user_of(Account(account)): [note["room"]] for account, note in known}
        path = Api._build_path(["user", self._client.user_id, "account_data", "m.direct"])  # noqa: SLF001
        await self._client.raw("PUT", path, content)

    # ------------------------------------------------------------ left and moved

    async def moved(self, uow: Unit, room: str, replacement: str, by: str) -> None:
        """A tombstone: the conversation goes on elsewhere. Joined at once where that is allowed, else when invited."""
        of = [account for account, note in await uow.notes.all(PLATFORM, DIRECT) if note["room"] == room]
        for account in of:
            await uow.notes.put(PLATFORM, MOVED, replacement, {"of": account}, self._now(), account=Account(account))
        invitation = {"by": by, "direct": bool(of)}
        await uow.notes.put(PLATFORM, INVITE, replacement, invitation, self._now(), account=account_of(by))

    async def left(self, uow: Unit, room: str, *, of: Account | None = None) -> list[Account]:
        """The accounts whose direct chat this was; `of`: only if it is this one's. nio says nothing of a kick and keeps
        the room.
        """
        gone = [Account(account) for account, note in await uow.notes.all(PLATFORM, DIRECT) if note["room"] == room]
        if of is not None and of not in gone:
            return []
        for account in gone:
            await uow.notes.drop(PLATFORM, DIRECT, account)
        self._client.rooms.pop(room, None)
        return gone

    async def close(self) -> None:
        for task in [*self._joining, *self._opening.values()]:
            task.cancel()
        await asyncio.gather(*self._joining, *self._opening.values(), return_exceptions=True)
