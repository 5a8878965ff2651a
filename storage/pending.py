"""What has been promised and not yet handed over: by kind, state and age, without persons and texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.kinds import Kind
from storage.meta import SENDING_HELD
from storage.tables import outbox
from storage.unit_of_work import Storage

OPEN = ("pending", "claimed", "sending", "retry", "uncertain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    kind: Kind
    state: str
    count: int
    oldest: datetime  # when the first of them was due


async def pending(storage: Storage) -> Sequence[Pending]:
    """Those due longest first."""
    oldest = func.min(outbox.c.planned_at)
    found = (
        select(outbox.c.kind, outbox.c.state, func.count().label("count"), oldest.label("oldest"))
        .where(outbox.c.state.in_(OPEN))
        .group_by(outbox.c.kind, outbox.c.state)
        .order_by(oldest)
    )
    async with storage.unit(write=False) as uow:
        rows = await uow.transaction.rows(found)
    return [
        Pending(kind=Kind(row["kind"]), state=row["state"], count=row["count"], oldest=row["oldest"]) for row in rows
    ]


async def held(storage: Storage) -> str | None:
    """Why nothing is sent; None: it is."""
    async with storage.unit(write=False) as uow:
        return await uow.meta.get(SENDING_HELD)


async def release(storage: Storage) -> bool:
    """Sending begins again; False if it wasn't held. What has lapsed or expired is sorted out at the moment of sending."""
    async with storage.unit() as uow:
        if await uow.meta.get(SENDING_HELD) is None:
            return False
        await uow.meta.put(SENDING_HELD, None)
        await uow.commit()
    return True
