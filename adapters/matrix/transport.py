"""Messages to Matrix: into the person's direct chat, encrypted there, once per key; buttons as reactions; files apart."""

import io
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError
from nio import UploadError

from adapters.matrix import rendering
from adapters.matrix.buttons import Asked, Buttons
from adapters.matrix.client import Client, Plaintext
from adapters.matrix.courtesy import Courtesy
from adapters.matrix.outcomes import put_off
from adapters.matrix.rooms import PLATFORM, Rooms, user_of
from adapters.matrix.threads import Threads
from bot.events import Address
from bot.hours import Kind
from bot.messages import File, Together, choices
from bot.ports import Capabilities, Delivered, Delivery, Outcome, TryLater, Undeliverable

NOT_YET = 2.0  # seconds until a room that was just opened has come down the sync


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What sending needs of a device that is signed in."""

    client: Client
    rooms: Rooms
    threads: Threads
    buttons: Buttons
    courtesy: Courtesy


class MatrixTransport:
    """`bot.ports.Transport`. Without a connection everything is put off."""

    platform = PLATFORM
    capabilities = Capabilities(buttons=True, edits=True, idempotent=True, room_for_two=True)

    def __init__(self) -> None:
        self.connection: Connection | None = None

    async def deliver(self, delivery: Delivery) -> Outcome:
        at = self.connection
        if at is None:
            return TryLater(seconds=NOT_YET, cause="not connected")
        if (resting := at.client.rest.left()) is not None:
            return resting
        both = next((block for block in delivery.message.blocks if isinstance(block, Together)), None)
        if both is not None:
            room: Address | TryLater = await at.rooms.room_with(both.accounts, delivery.key)
        else:
            room = delivery.address or await at.rooms.direct_room(delivery.account)
        if isinstance(room, TryLater):
            return room
        if room not in at.client.rooms:
            left = both is None and delivery.address and at.client.next_batch and not at.rooms.is_ours(room)
            return Undeliverable(cause="room left") if left else TryLater(seconds=NOT_YET, cause="room not synced")
        try:
            return await self._send(at, room, delivery, both)
        except Plaintext:
            return TryLater(seconds=60.0, cause="store not loaded")

    async def _send(self, at: Connection, room: Address, delivery: Delivery, both: Together | None) -> Outcome:
        answers = delivery.kind is Kind.ANSWER
        files = [block for block in delivery.message.blocks if isinstance(block, File)]
        for number, file in enumerate(files):
            sent = await _file_sent(at.client, room, file)
            if isinstance(sent, TryLater):
                return sent
            made = at.threads.answering(sent, room) if answers else sent
            outcome = await at.client.send_event(room, "m.room.message", made, f"{delivery.key}-file{number}")
            if not isinstance(outcome, Delivered):
                return outcome
        ping = both.accounts if both is not None else () if answers or delivery.replaces_remote else (delivery.account,)
        made = rendering.content(delivery.message, ping=[user_of(account) for account in ping])
        if delivery.replaces_remote is not None:
            made = rendering.edit(made, delivery.replaces_remote)
        elif answers:
            made = at.threads.answering(made, room)
        outcome = await at.client.send_event(room, "m.room.message", made, delivery.key)
        if isinstance(outcome, Delivered):
            at.courtesy.answered(room)
            at.buttons.clear(delivery.account)
            asked = choices(delivery.message)
            if outcome.remote_id and asked is not None and asked.once:
                options = len(asked.options)
                shown = Asked(message=delivery.key, room=room, event=outcome.remote_id, options=options)
                at.buttons.show(delivery.account, shown)
        return outcome


async def _file_sent(client: Client, room: str, file: File) -> dict[str, Any] | TryLater:
    """The content of the event for a file that has been uploaded; encrypted where the room is."""
    encrypted = client.rooms[room].encrypted
    try:
        answer, keys = await client.upload(
            io.BytesIO(file.content),
            content_type=file.content_type,
            filename=file.name,
            encrypt=encrypted,
            filesize=len(file.content),
        )
    except (ClientError, OSError, TimeoutError) as error:
        return TryLater(cause=type(error).__name__)
    if isinstance(answer, UploadError):
        return put_off(answer, str(answer.status_code or "upload"))
    where = {"file": {"url": answer.content_uri, **(keys or {})}} if encrypted else {"url": answer.content_uri}
    return {
        "msgtype": "m.file",
        "body": file.name,
        "filename": file.name,
        "info": {"mimetype": file.content_type, "size": len(file.content)},
        "m.mentions": {},
        **where,
    }
