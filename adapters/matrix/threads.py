"""In which thread an answer belongs: the one its question was written in, as long as the person stays in it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from adapters.matrix import rendering
from bot.events import Account
from storage.unit_of_work import Storage, Unit

PLATFORM, THREAD = "matrix", "thread"  # a kind of notes: the thread in which a room was last written in


class Threads:
    """By room. Kept in the notes too, so that what was asked before a restart is answered in its thread."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now
        self._open: dict[str, dict[str, str]] = {}

    async def load(self) -> None:
        async with self._storage.unit(write=False) as uow:
            self._open = {room: dict(note) for room, note in await uow.notes.all(PLATFORM, THREAD)}

    async def written(self, uow: Unit, room: str, root: str | None, event: str, account: Account) -> None:
        """Somebody wrote here: in the thread that begins with `root`, or outside of any."""
        if root is not None:
            self._open[room] = {"root": root, "newest": event}
            await uow.notes.put(PLATFORM, THREAD, room, self._open[room], self._now(), account=account)
        elif self._open.pop(room, None) is not None:
            await uow.notes.drop(PLATFORM, THREAD, room)

    def answering(self, made: dict[str, Any], room: str) -> dict[str, Any]:
        """The content of an answer into this room."""
        known = self._open.get(room)
        return made if known is None else rendering.in_thread(made, known["root"], known["newest"])
