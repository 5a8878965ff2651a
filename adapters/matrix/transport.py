"""Messages to Matrix: into the person's direct chat, encrypted there, once per key; buttons as reactions; files apart."""

import asyncio
import io

import structlog
from nio import UploadError

from adapters.matrix import rendering
from adapters.matrix.client import Client, Plaintext
from adapters.matrix.rooms import PLATFORM, Rooms
from bot.events import Address
from bot.messages import Choices, File, Together, choices
from bot.ports import Capabilities, Delivered, Delivery, Outcome, TryLater, Undeliverable

log = structlog.get_logger()

NOT_YET = 2.0  # seconds until a room that was just opened has come down the sync


class MatrixTransport:
    """`bot.ports.Transport`. Until `client` is there everything is put off."""

    platform = PLATFORM
    capabilities = Capabilities(buttons=True, edits=True, idempotent=True, room_for_two=True)

    def __init__(self) -> None:
        self.client: Client | None = None
        self.rooms: Rooms | None = None
        self._seeding: set[asyncio.Task[None]] = set()

    async def deliver(self, delivery: Delivery) -> Outcome:
        client, rooms = self.client, self.rooms
        if client is None or rooms is None:
            return TryLater(seconds=NOT_YET, cause="not connected")
        both = next((block for block in delivery.message.blocks if isinstance(block, Together)), None)
        if both is not None:
            room: Address | None = await rooms.room_with(both.accounts, delivery.key)
        else:
            room = delivery.address or await rooms.direct_room(delivery.account)
        if not room:
            return TryLater(cause="no room")
        if room not in client.rooms:
            known = both is None and delivery.address
            return _gone(client) if known else TryLater(seconds=NOT_YET, cause="room not synced")
        try:
            return await self._send(client, room, delivery)
        except Plaintext:
            return TryLater(seconds=60.0, cause="store not loaded")

    async def _send(self, client: Client, room: Address | str, delivery: Delivery) -> Outcome:
        files = [block for block in delivery.message.blocks if isinstance(block, File)]
        for number, file in enumerate(files):
            failed = await self._send_file(client, room, file, f"{delivery.key}-file{number}")
            if failed is not None:
                return failed
        made = rendering.content(delivery.message)
        if delivery.replaces_remote is not None:
            made = rendering.edit(made, delivery.replaces_remote)
        outcome = await client.send_event(room, "m.room.message", made, delivery.key)
        asked = choices(delivery.message)
        if isinstance(outcome, Delivered) and outcome.remote_id and asked is not None and asked.once:
            self._seed(client, room, outcome.remote_id, delivery.key, asked)
        return outcome

    def _seed(self, client: Client, room: str, event: str, key: str, asked: Choices) -> None:
        """Reactions to press, after the message and beside it: they tell nothing, and it can be typed all the same."""
        task = asyncio.create_task(_seeds(client, room, event, key, len(asked.options)))
        self._seeding.add(task)
        task.add_done_callback(self._seeding.discard)

    async def _send_file(self, client: Client, room: str, file: File, key: str) -> Outcome | None:
        """None if it has gone out. Encrypted where the room is."""
        encrypted = client.rooms[room].encrypted
        answer, keys = await client.upload(
            io.BytesIO(file.content),
            content_type=file.content_type,
            filename=file.name,
            encrypt=encrypted,
            filesize=len(file.content),
        )
        if isinstance(answer, UploadError):
            return TryLater(cause=str(answer.status_code or "upload"))
        where = {"file": {"url": answer.content_uri, **(keys or {})}} if encrypted else {"url": answer.content_uri}
        content = {
            "msgtype": "m.file",
            "body": file.name,
            "filename": file.name,
            "info": {"mimetype": file.content_type, "size": len(file.content)},
            "m.mentions": {},
            **where,
        }
        outcome = await client.send_event(room, "m.room.message", content, key)
        return None if isinstance(outcome, Delivered) else outcome

    async def close(self) -> None:
        for task in self._seeding:
            task.cancel()
        await asyncio.gather(*self._seeding, return_exceptions=True)


async def _seeds(client: Client, room: str, event: str, key: str, options: int) -> None:
    for position, button in enumerate(rendering.BUTTONS[:options]):
        content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": event, "key": button}}
        outcome = await client.send_event(room, "m.reaction", content, f"{key}-button{position}")
        if not isinstance(outcome, Delivered):
            log.info("button not shown", action="deliver", row=key)
            return


def _gone(client: Client) -> Outcome:
    """A room that isn't ours any more, once it is known which ones are."""
    return Undeliverable(cause="room left") if client.next_batch else TryLater(seconds=NOT_YET, cause="not synced")
