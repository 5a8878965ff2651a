"""Reactions on our own questions, to be pressed; they go when the question has been answered."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from adapters.matrix.client import Client
from bot.events import Account
from bot.ports import Delivered
from storage.unit_of_work import Storage

log = structlog.get_logger()

PLATFORM, SHOWN = "matrix", "buttons"  # a kind of notes: of an account, the reactions that can still be pressed
KEYS = tuple(f"{digit}\ufe0f\u20e3" for digit in "123456789")
"""The keycaps 1 to 9, in the order of the choices. A reaction isn't encrypted: it must not tell anything."""
AT_ONCE = 4  # people; messages go before reactions


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question that has gone out: its outbox key, what it became, and how many answers it offers."""

    message: str
    room: str
    event: str
    options: int


class Buttons:
    """Beside the path of sending: all of it can be typed just as well."""

    def __init__(self, client: Client, storage: Storage, now: Callable[[], datetime]) -> None:
        self._client = client
        self._storage = storage
        self._now = now
        self._running: set[asyncio.Task[None]] = set()
        self._next: dict[Account, Asked] = {}
        self._busy: dict[Account, bool] = {}  # whether it must be looked once more
        self._places = asyncio.Semaphore(AT_ONCE)

    def show(self, account: Account, asked: Asked) -> None:
        """Of questions that come faster than their buttons the newest gets some."""
        self._next[account] = asked
        self.clear(account)

    def clear(self, account: Account) -> None:
        """Takes away those of questions that are answered, or no longer open."""
        if account in self._busy:
            self._busy[account] = True
            return
        self._busy[account] = True
        task = asyncio.create_task(self._work(account))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def look(self) -> None:
        """Now and then: at all, for what was answered elsewhere or became void while nothing was sent there."""
        async with self._storage.unit(write=False) as uow:
            shown = await uow.notes.all(PLATFORM, SHOWN)
            still_open = await uow.questions.open([message for _, note in shown for message in note])
        for account, note in shown:
            if not note.keys() <= still_open:
                self.clear(Account(account))

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _work(self, account: Account) -> None:
        try:
            while self._busy[account]:
                self._busy[account] = False
                async with self._places:
                    if account in self._next:
                        await self._show(account, self._next.pop(account))
                    await self._clear(account)  # who types is faster
        finally:
            del self._busy[account]

    async def _show(self, account: Account, asked: Asked) -> None:
        shown: list[str] = []
        for position, key in enumerate(KEYS[: asked.options]):
            content = {"m.relates_to": {"rel_type": "m.annotation", "event_id": asked.event, "key": key}}
            outcome = await self._client.send_event(
                asked.room, "m.reaction", content, f"{asked.message}-button{position}"
            )
            if not isinstance(outcome, Delivered) or outcome.remote_id is None:
                log.info("button not shown", action="deliver", row=asked.message)
                break
            shown.append(outcome.remote_id)
        async with self._storage.unit() as uow:
            note = await uow.notes.get(PLATFORM, SHOWN, account) or {}
            note[asked.message] = {"room": asked.room, "events": shown}
            await uow.notes.put(PLATFORM, SHOWN, account, note, self._now(), account=account)
            await uow.commit()

    async def _clear(self, account: Account) -> None:
        async with self._storage.unit(write=False) as uow:
            note = await uow.notes.get(PLATFORM, SHOWN, account) or {}
            still_open = await uow.questions.open(note)
        over = [message for message in note if message not in still_open]
        if not over:
            return
        for message in over:
            room, shown = note[message]["room"], note[message]["events"]
            left = [event for event in shown if not await self._client.redact(room, event)]
            if left:
                note[message]["events"] = left
            else:
                del note[message]
        async with self._storage.unit() as uow:
            if note:
                await uow.notes.put(PLATFORM, SHOWN, account, note, self._now(), account=account)
            else:
                await uow.notes.drop(PLATFORM, SHOWN, account)
            await uow.commit()
