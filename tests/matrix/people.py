"""People in Element: an independent client session each, with its own keys, that knows nothing of the bot's insides."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from nio import AsyncClient, AsyncClientConfig, LoginResponse, MegolmEvent, RoomMessage, SyncResponse
from nio.store import SqliteStore

from adapters.matrix.local_synapse import Homeserver

EVERYTHING = {"room": {"timeline": {"limit": 1000}}}  # with the default of 10 some answers would be missed
PATIENCE = 60.0  # seconds without anything new until a message is missed


class Human:
    """Reads and writes in a direct, encrypted chat with the bot."""

    def __init__(self, homeserver: Homeserver, name: str, bot: str, store: Path) -> None:
        self.user = homeserver.register(name, "password")
        self.password = "password"
        self.bot = bot
        store.mkdir(parents=True)
        config = AsyncClientConfig(store=SqliteStore, pickle_key="human", store_sync_tokens=False)
        self.client = AsyncClient(homeserver.url, self.user, store_path=str(store), config=config)
        self.room = ""
        self.seen: list[dict[str, Any]] = []  # events of others, in clear
        self.redacted: set[str] = set()
        self.unread = 0

    async def __aenter__(self) -> Self:
        assert isinstance(await self.client.login(self.password, device_name="Element"), LoginResponse)
        await self.sync(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.close()

    async def opens_chat(self, *, encrypted: bool = True) -> None:
        state = [{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]
        made = await self.client.room_create(
            is_direct=True, invite=[self.bot], initial_state=state if encrypted else []
        )
        self.room = made.room_id
        await self.until(lambda: self.members() == 2)

    async def sees_devices(self, number: int) -> None:
        """Of the bot, as the homeserver tells."""
        await self.until(lambda: len([*self.client.device_store.active_user_devices(self.bot)]) == number)

    def members(self, room_id: str | None = None) -> int:
        room = self.client.rooms.get(room_id or self.room)
        return len([one for one in room.users.values() if not one.invited]) if room else 0

    async def says(self, text: str, *, room: str | None = None, **more: Any) -> str:
        content = {"msgtype": "m.text", "body": text, **more}
        sent = await self.client.room_send(room or self.room, "m.room.message", content, ignore_unverified_devices=True)
        return str(sent.event_id)

    async def presses(self, event: str, key: str, *, room: str | None = None) -> None:
        content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": key}}
        await self.client.room_send(room or self.room, "m.reaction", content, ignore_unverified_devices=True)

    async def picks(self, label: str) -> None:
        """Presses the keycap of the newest question with this answer."""
        for one in reversed(self.seen):
            for line in str(one["content"].get("body", "")).splitlines():
                number, mark, said = line.partition(") ")
                if mark and number.isdigit() and said.startswith(label):
                    await self.presses(one["event_id"], f"{number}\ufe0f\u20e3", room=one["room_id"])
                    return
        raise AssertionError(f"{self.user} has no answer {label!r}; the last they read is:\n{self._text(0)[-3000:]}")

    async def reads(self, having: str) -> str:
        """Waits for a message with these words; everything since the last look."""
        await self.until(lambda: having in self._text(self.unread))
        text = self._text(self.unread)
        self.unread = len(self.seen)
        return text

    def _text(self, since: int) -> str:
        return "\n\n".join(str(one["content"].get("body", "")) for one in self.seen[since:])

    async def until(self, true: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE) as limit:
                while not true():
                    seen = len(self.seen)
                    await self.sync(2000)
                    if len(self.seen) > seen:  # a loaded machine that gets on is waited for
                        limit.reschedule(asyncio.get_running_loop().time() + PATIENCE)
        except TimeoutError:
            raise AssertionError(
                f"{self.user} waits in vain; the last they read is:\n{self._text(0)[-3000:]}"
            ) from None

    async def sync(self, wait: int) -> None:
        answer = await self.client.sync(wait, EVERYTHING, full_state=not self.client.next_batch)
        assert isinstance(answer, SyncResponse)
        for room in answer.rooms.invite:
            await self.client.join(room)
        for room, joined in answer.rooms.join.items():
            for event in self._readable(joined.timeline.events):
                if event.sender == self.user:
                    continue
                if event.source.get("type") == "m.room.redaction":
                    self.redacted.add(event.source.get("redacts") or event.source["content"]["redacts"])
                assert not isinstance(event, MegolmEvent), f"unable to decrypt what {event.sender} wrote"
                if isinstance(event, RoomMessage) or event.source.get("type") == "m.reaction":
                    self.seen.append({**event.source, "room_id": room, "decrypted": event.decrypted})
                    self.room = self.room or room
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        if self.client.should_query_keys:
            await self.client.keys_query()
        if self.client.should_claim_keys:
            await self.client.keys_claim(self.client.get_users_for_key_claiming())
        await self.client.send_to_device_messages()

    def _readable(self, events: list[Any]) -> list[Any]:
        """Without what was locked before they were let in: clients hide it."""
        for index, event in enumerate(events):
            content = event.source.get("content") or {}
            mine = event.source.get("type") == "m.room.member" and event.source.get("state_key") == self.user
            if mine and content.get("membership") == "join" and event.source.get("unsigned", {}).get("prev_content"):
                return [one for one in events[:index] if not isinstance(one, MegolmEvent)] + events[index:]
        return events
