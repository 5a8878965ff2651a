"""What is to be looked at again at a certain time; each item is taken once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Integer, bindparam, delete, func, select

from storage.prepared import Prepared
from storage.tables import agenda
from storage.transaction import Transaction

_DUE = Prepared(
    select(agenda)
    .where(agenda.c.at <= bindparam("now"))
    .order_by(agenda.c.at, agenda.c.kind, agenda.c.subject)
    .limit(bindparam("most", type_=Integer))
)


class AgendaStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def set(self, kind: str, subject: str, at: datetime) -> None:
        statement = self._in.insert(agenda).values(kind=kind, subject=subject, at=at)
        await self._in.run(statement.on_conflict_do_update(index_elements=["kind", "subject"], set_={"at": at}))

    async def drop(self, subject: str, *kinds: str) -> None:
        dropped = delete(agenda).where(agenda.c.subject == subject)
        await self._in.run(dropped.where(agenda.c.kind.in_(kinds)) if kinds else dropped)

    async def due(self, now: datetime, limit: int = 50) -> Sequence[tuple[str, str, datetime]]:
        rows = await self._in.rows(_DUE, {"now": now, "most": limit})
        return [(row["kind"], row["subject"], row["at"]) for row in rows]

    async def next_at(self) -> datetime | None:
        found: datetime | None = await self._in.value(select(func.min(agenda.c.at)))
        return found

    async def take(self, kind: str, subject: str, at: datetime) -> bool:
        item = (agenda.c.kind == kind) & (agenda.c.subject == subject) & (agenda.c.at == at)
        return await self._in.count(delete(agenda).where(item)) == 1
