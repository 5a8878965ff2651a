"""How the promises stand: what waits, what nobody knows of, what is given up; by kind and age, without persons."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func, select

from bot.kinds import Kind
from bot.ports import DeliveryState
from storage.tables import outbox
from storage.unit_of_work import Storage

_OVER = ("sent", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`count` rows of that platform, state and kind; `oldest` is when the first of them was promised for."""

    platform: str
    state: DeliveryState
    kind: Kind
    count: int
    overdue: int  # of these, how many should have gone out before now
    oldest: datetime


async def standing(storage: Storage, now: datetime) -> list[Standing]:
    """Everything that is neither delivered nor expired."""
    groups = (outbox.c.platform, outbox.c.state, outbox.c.kind)
    overdue = func.count().filter(outbox.c.due_at < now)
    oldest = func.min(outbox.c.planned_at, type_=outbox.c.planned_at.type)
    found = (
        select(*groups, func.count().label("count"), overdue.label("overdue"), oldest.label("oldest"))
        .where(outbox.c.state.not_in(_OVER))
        .group_by(*groups)
        .order_by(*groups)
    )
    async with storage.transaction(write=False) as tx:
        rows = await tx.rows(found)
    return [
        Standing(
            platform=row["platform"],
            state=cast("DeliveryState", row["state"]),
            kind=row["kind"],
            count=row["count"],
            overdue=row["overdue"],
            oldest=row["oldest"],
        )
        for row in rows
    ]
