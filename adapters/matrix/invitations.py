"""Invitations: kept before anything is done, answered by allow-list and off the path of the sync."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from aiohttp import ClientError
from nio import InviteMemberEvent, JoinError

from adapters.matrix.client import Client
from adapters.matrix.rooms import PLATFORM, Rooms, account_of
from bot.events import Account, Address
from storage.unit_of_work import Storage, Unit

log = structlog.get_logger()

INVITE, MOVED = "invite", "moved"  # kinds of notes: an open invitation by room; whose direct chat goes on in a room
JOINED = "joined"
"""Another one: who has invited us into a new direct chat, until the room has come down the sync."""
PAUSES = (5.0, 60.0, 600.0) + 24 * (3600.0,)  # seconds until a room is tried again that doesn't answer; then never
AT_ONCE = 4  # so that nobody keeps the bot busy with invitations
NO_USE = ("M_FORBIDDEN", "M_NOT_FOUND")


class Invitations:
    def __init__(self, client: Client, storage: Storage, rooms: Rooms, now: Callable[[], datetime]) -> None:
        self._client = client
        self._storage = storage
        self._rooms = rooms
        self._now = now
        self._places = asyncio.Semaphore(AT_ONCE)
        self._joining: dict[str, asyncio.Task[None]] = {}
        self._look = True  # at the start there may be some of an earlier one

    async def came(self, uow: Unit, room: str, state: list[Any]) -> None:
        """Kept: the homeserver doesn't say it twice. Nio hands over every member of the room's stripped state, also
        those that were invited before; only the bot's own membership is an invitation.
        """
        for event in state:
            mine = isinstance(event, InviteMemberEvent) and event.state_key == self._client.user_id
            if mine and event.membership == "invite":
                moved = await uow.notes.take(PLATFORM, MOVED, room)
                of = moved["of"] if moved is not None else account_of(event.sender)
                direct = moved is not None or event.content.get("is_direct") is True
                await self._keep(uow, room, by=event.sender, of=of if direct else None, new=moved is None)

    async def moved(self, uow: Unit, room: str, replacement: str, by: str) -> None:
        """A tombstone: the conversation goes on elsewhere. Joined at once where that is allowed, else when invited."""
        of = next(iter(await uow.accounts.at(PLATFORM, Address(room))), None)
        if of is not None:
            await uow.notes.put(PLATFORM, MOVED, replacement, {"of": of}, self._now(), account=of)
        await self._keep(uow, replacement, by=by, of=of)

    async def _keep(self, uow: Unit, room: str, *, by: str, of: Account | None, new: bool = False) -> None:
        self._look = True
        note = {"by": by, "of": of, "new": new}
        await uow.notes.put(PLATFORM, INVITE, room, note, self._now(), account=account_of(by))

    async def answer(self) -> None:
        """Begins with those that wait, those of an earlier start too; a dead room holds up nobody. Called after each
        answer of the homeserver, and costs nothing where none has come.
        """
        if not self._look:
            return
        self._look = False
        async with self._storage.unit(write=False) as uow:
            waiting = await uow.notes.all(PLATFORM, INVITE)
        for room, note in waiting:
            if room not in self._joining:
                self._joining[room] = asyncio.create_task(self._answer(room, note), name=room)
                self._joining[room].add_done_callback(lambda done: self._joining.pop(done.get_name(), None))

    async def _answer(self, room: str, note: dict[str, Any]) -> None:
        if not self._rooms.allows(note["by"]):
            log.info("invitation refused", action="matrix invite", reason="server not allowed")
            await self._rooms.left_behind(room)
        else:
            for pause in (*PAUSES, None):
                async with self._places:
                    cause = await self._joined(room)
                if cause is None and note["of"] is not None:
                    await self._direct(room, note)
                if cause is None or cause in NO_USE or pause is None:
                    break
                await asyncio.sleep(pause)
        async with self._storage.unit() as uow:
            await uow.notes.drop(PLATFORM, INVITE, room)
            await uow.commit()

    async def _direct(self, room: str, note: dict[str, Any]) -> None:
        """To be greeted once the room is known, which comes with the answer to telling clients of it."""
        of = Account(note["of"])
        if note.get("new"):
            async with self._storage.unit() as uow:
                await uow.notes.put(PLATFORM, JOINED, room, {"by": note["by"]}, self._now(), account=of)
                await uow.commit()
        await self._rooms.remember(of, Address(room))

    async def _joined(self, room: str) -> str | None:
        """None if the bot is in; else why not."""
        try:
            answer = await self._client.join(room)
        except (ClientError, OSError, TimeoutError) as error:
            return type(error).__name__
        return str(answer.status_code) if isinstance(answer, JoinError) else None

    async def close(self) -> None:
        running = [*self._joining.values()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
