"""What an adapter has to remember of its platform, such as how far it has read; nobody else looks into it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.events import Account
from storage.tables import notes
from storage.transaction import Transaction


class NoteStore:
    """One row per platform, kind and key."""

    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def get(self, platform: str, kind: str, key: str) -> dict[str, Any] | None:
        found = await self._in.value(
            select(notes.c.value).where(notes.c.platform == platform, notes.c.kind == kind, notes.c.key == key)
        )
        return dict(found) if found is not None else None

    async def put(
        self, platform: str, kind: str, key: str, value: dict[str, Any], at: datetime, *, account: Account | None = None
    ) -> None:
        """With an account the note is about a person: it goes with their erasure, and after 30 days."""
        row = {"platform": platform, "kind": kind, "key": key, "value": value, "account": account, "at": at}
        statement = self._in.insert(notes).values(row)
        await self._in.run(statement.on_conflict_do_update(index_elements=["platform", "kind", "key"], set_=row))

    async def drop(self, platform: str, kind: str, key: str) -> None:
        await self._in.run(delete(notes).where(notes.c.platform == platform, notes.c.kind == kind, notes.c.key == key))

    async def take(self, platform: str, kind: str, key: str) -> dict[str, Any] | None:
        """The note, which is gone with that: of two who ask at once, one gets it."""
        taken = delete(notes).where(notes.c.platform == platform, notes.c.kind == kind, notes.c.key == key)
        found = await self._in.value(taken.returning(notes.c.value))
        return dict(found) if found is not None else None

    async def all(self, platform: str, kind: str) -> Sequence[tuple[str, dict[str, Any]]]:
        """(key, value), oldest first."""
        rows = await self._in.rows(
            select(notes.c.key, notes.c.value)
            .where(notes.c.platform == platform, notes.c.kind == kind)
            .order_by(notes.c.at, notes.c.key)
        )
        return [(row["key"], row["value"]) for row in rows]
