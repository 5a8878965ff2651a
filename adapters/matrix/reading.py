"""From a sync to the inbox: what was said in rooms, in one transaction with how far has been read."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from nio import MegolmEvent, RoomGetEventError, RoomMessagesError, SyncResponse

from adapters.inside import cleaned
from adapters.matrix.buttons import KEYS
from adapters.matrix.client import Client
from adapters.matrix.inbound import invited_by, meant, mentions, reaction, replacement, thread
from adapters.matrix.invitations import JOINED, Invitations
from adapters.matrix.rooms import PLATFORM, Rooms, account_of, server_of
from adapters.matrix.threads import Threads
from bot.events import Address, Incoming, Joined, Left, Picked, Said, Unreadable, What
from storage.unit_of_work import Storage, Unit

log = structlog.get_logger()

SYNC, LOCKED = "sync", "locked"  # kinds of notes: the token; events that couldn't be decrypted yet
_LEAVE = re.compile(r"\b(?:verlass\w*|geh\w* (?:bitte )?(?:raus|jetzt|wieder)|tschüss|leave|go away)\b", re.IGNORECASE)
PAGE = 100
PAGES = 20  # back into a gap; beyond that nobody would expect an answer


class Unread(Exception):
    """A part of what was said can't be had at the moment; nothing has been taken in. The message is a status."""


class Reader:
    def __init__(
        self,
        client: Client,
        storage: Storage,
        rooms: Rooms,
        invitations: Invitations,
        threads: Threads,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._storage = storage
        self._rooms = rooms
        self._invitations = invitations
        self._threads = threads
        self._now = now
        self._keys_came = True  # since it was last looked whether that helps: at the start perhaps

    async def token(self) -> str | None:
        """Of this device; of a new one where its predecessor stopped, so that people are told what it can't read."""
        async with self._storage.unit(write=False) as uow:
            kept = dict(await uow.notes.all(PLATFORM, SYNC))
        found = kept.get(self._client.device_id) or next(reversed(kept.values()), None)
        return None if found is None else str(found["since"])

    async def take(self, response: SyncResponse, *, since: str | None) -> list[Incoming]:
        """What came with this answer, committed together with its token; on the very first sync nothing is acted on.

        Raises Unread where the homeserver left something out and doesn't give it now.
        """
        events: list[tuple[str, Any]] = []
        if since is not None:
            for room, joined in response.rooms.join.items():
                before = await self._gap(room, joined.timeline.prev_batch, since) if joined.timeline.limited else []
                events += [(room, event) for event in self._since_joined([*before, *joined.timeline.events])]
        self._keys_came = self._keys_came or bool(response.to_device_events)
        unlocked = await self._unlocked() if self._keys_came else []
        found: list[Incoming] = []
        async with self._storage.unit() as uow:
            for _, _, key in unlocked:
                await uow.notes.drop(PLATFORM, LOCKED, key)
            for room, joined in response.rooms.join.items():
                if _members_changed(joined):
                    await self._rooms.looked_at(uow, room)
            found += await self._joined(uow)
            earlier = [(room, event) for room, event, _ in unlocked if event is not None]
            for room, event in [*earlier, *events]:
                incoming = await self._incoming(uow, room, event)
                if incoming is not None and await uow.inbox.receive(incoming):
                    found.append(incoming)
            for room, invited in response.rooms.invite.items():
                await self._invitations.came(uow, room, invited.invite_state)
            for room in response.rooms.leave:
                for account in await self._rooms.left(uow, room):
                    user = account.removeprefix("matrix:")
                    gone = self._made(f"left-{room}-{response.next_batch}"[:250], user, room, Left())
                    if await uow.inbox.receive(gone):
                        found.append(gone)
            await uow.notes.put(PLATFORM, SYNC, self._client.device_id, {"since": response.next_batch}, self._now())
            await uow.commit()
        return found

    def _since_joined(self, events: list[Any]) -> list[Any]:
        """Nothing that was said before the bot came in."""
        for index in range(len(events) - 1, -1, -1):
            source = events[index].source
            mine = source.get("type") == "m.room.member" and source.get("state_key") == self._client.user_id
            was = (source.get("unsigned") or {}).get("prev_content") or {}
            if mine and source.get("content", {}).get("membership") == "join" and was.get("membership") != "join":
                return events[index:]
        return events

    async def _gap(self, room: str, start: str | None, since: str) -> list[Any]:
        """What the answer left out, oldest first: the homeserver sends only the newest of a room."""
        found: list[Any] = []
        for _ in range(PAGES):
            page = await self._client.room_messages(room, start, end=since, limit=PAGE)
            if isinstance(page, RoomMessagesError) and page.status_code in ("M_FORBIDDEN", "M_NOT_FOUND"):
                break  # no longer in the room
            if isinstance(page, RoomMessagesError):
                raise Unread(str(page.status_code))
            found += page.chunk
            if not page.end or page.end == start or not page.chunk:
                break
            start = page.end
        return found[::-1]

    # ------------------------------------------------------------ one event

    async def _incoming(self, uow: Unit, room: str, event: Any) -> Incoming | None:
        source: dict[str, Any] = cleaned(event.source)
        sender, key = source.get("sender"), source.get("event_id")
        if not isinstance(sender, str) or not isinstance(key, str):
            return None
        host = invited_by(source, me=self._client.user_id)
        if host is not None and self._rooms.allows(host):
            return self._made(key, host, room, Joined()) if self._rooms.is_direct(room) else None
        if sender == self._client.user_id or not self._rooms.allows(sender):
            return None
        if isinstance(event, MegolmEvent):
            note = cleaned({"room": room, "sender_key": event.sender_key, "session": event.session_id})
            await uow.notes.put(PLATFORM, LOCKED, key, note, self._now(), account=account_of(sender))
            return self._told_locked(room, sender)
        if (pressed := reaction(source)) is not None:
            picked = await self._picked(uow, *pressed, sender)
            return None if picked is None else self._made(key, sender, room, picked, direct=self._rooms.is_direct(room))
        if (goes_on := replacement(source)) is not None:
            await self._invitations.moved(uow, room, goes_on, sender)  # its homeserver let it pass: it was allowed to
            return None
        if source.get("type") == "m.room.member":
            return await self._gone(uow, room, key, source)
        what = meant(source, me=self._client.user_id)
        if what is None:
            return None
        direct, mentioned = self._rooms.is_direct(room), mentions(source, me=self._client.user_id)
        if not direct and isinstance(what, Said) and _LEAVE.search(what.text) and mentioned:
            self._rooms.leave(room)
            return None
        if direct or mentioned:
            await self._threads.written(uow, room, thread(source), key, account_of(sender))
        return self._made(key, sender, room, what, direct=direct, mentioned=mentioned)

    async def _gone(self, uow: Unit, room: str, event: str, source: dict[str, Any]) -> Incoming | None:
        """Somebody has left their direct chat: what was sent there would be handed over to nobody. The bot goes, too."""
        who, now = source.get("state_key"), (source.get("content") or {}).get("membership")
        if now not in ("leave", "ban") or not isinstance(who, str) or who == self._client.user_id:
            return None
        if account_of(who) not in await uow.accounts.at(PLATFORM, Address(room)):
            return None
        self._rooms.leave(room)
        return self._made(event, who, room, Left())

    async def _joined(self, uow: Unit) -> list[Incoming]:
        """Direct chats the bot was invited to, once it is known what they are like."""
        found: list[Incoming] = []
        for room, note in await uow.notes.all(PLATFORM, JOINED):
            if room in self._client.rooms:
                await uow.notes.drop(PLATFORM, JOINED, room)
                if not self._rooms.is_direct(room):
                    continue  # whatever the invitation said
                incoming = self._made(f"joined-{room}"[:250], note["by"], room, Joined())
                if await uow.inbox.receive(incoming):
                    found.append(incoming)
        return found

    def _told_locked(self, room: str, sender: str) -> Incoming | None:
        """At most once a day and person: the key may still come, and then the message is read after all."""
        if not self._rooms.is_direct(room):
            return None
        return self._made(f"locked-{sender}-{self._now():%Y-%m-%d}", sender, room, Unreadable(kind="locked"))

    async def _picked(self, uow: Unit, on: str, key: str, sender: str) -> Picked | None:
        """A reaction on one of our messages, by the person it was for."""
        sent = await uow.outbox.by_remote(PLATFORM, on) if key in KEYS else None
        if sent is None or sent.account != account_of(sender):
            return None
        return Picked(message=sent.key, position=KEYS.index(key))

    def _made(
        self, key: str, sender: str, room: str, what: What, *, direct: bool = True, mentioned: bool = True
    ) -> Incoming:
        known = self._client.rooms.get(room)
        name = known.user_name(sender) if known is not None else None
        name = (
            "" if isinstance(what, Left) else name or sender
        )  # a room that is gone knows no names: the kept one stays
        return Incoming(
            id=key,
            platform=PLATFORM,
            account=account_of(sender),
            name=name,
            address=Address(room),
            at=self._now(),
            what=what,
            where="direct" if direct else "room",
            mentioned=mentioned,
            domain=server_of(sender),
            encrypted=known.encrypted if known is not None else None,
        )

    async def _unlocked(self) -> list[tuple[str, Any, str]]:
        """Earlier events whose key has come in the meantime; the homeserver is asked for these alone. None in the place
        of one that the key doesn't open.
        """
        self._keys_came = False
        async with self._storage.unit(write=False) as uow:
            locked = await uow.notes.all(PLATFORM, LOCKED)
        found: list[tuple[str, Any, str]] = []
        for event, note in locked:
            room = note["room"]
            if room not in self._client.rooms or not self._client.has_key(room, note["sender_key"], note["session"]):
                continue
            answer = await self._client.room_get_event(room, event)
            if isinstance(answer, RoomGetEventError):
                self._keys_came = True  # so that it is looked again
                continue
            read = answer.event
            if isinstance(read, MegolmEvent):
                read.room_id = room
                read = self._client.try_to_read(read)
            found.append((room, None if isinstance(read, MegolmEvent) else read, event))
        return found


def _members_changed(joined: Any) -> bool:
    """Members who say nothing may only be counted."""
    counted = joined.summary is not None and joined.summary.joined_member_count is not None
    return counted or any(one.source.get("type") == "m.room.member" for one in [*joined.state, *joined.timeline.events])
