"""Visits with their history."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, or_, select, update

from bot.ports import Conflict
from bot.visit_states import Visit, VisitState, VisitStep
from storage.transaction import Transaction
from storage.visit_tables import visit_steps, visits

_FIELDS = [visits.c[name] for name in Visit.__slots__]


class VisitStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def add(self, visit: Visit) -> None:
        await self._in.run(visits.insert(), asdict(visit))

    async def get(self, key: str) -> Visit | None:
        found = await self._in.row(select(*_FIELDS).where(visits.c.key == key))
        return None if found is None else Visit(**found)

    async def save(self, visit: Visit, *, was: VisitState) -> None:
        """Raises Conflict if the state is no longer `was`."""
        seen = (visits.c.key == visit.key) & (visits.c.state == was)
        if not await self._in.count(update(visits).where(seen).values(asdict(visit))):
            raise Conflict("the visit has moved on")

    async def discard(self, key: str) -> None:
        """A draft nobody else has seen."""
        await self._in.run(delete(visits).where(visits.c.key == key, visits.c.state == VisitState.DRAFT))

    async def of(self, person: str) -> Sequence[Visit]:
        """As guest or host, without the drafts; the earliest day first."""
        mine = or_(visits.c.guest == person, visits.c.host == person)
        found = select(*_FIELDS).where(mine, visits.c.state != VisitState.DRAFT)
        return [Visit(**row) for row in await self._in.rows(found.order_by(visits.c.first, visits.c.serial))]

    async def note(self, step: VisitStep) -> None:
        await self._in.run(visit_steps.insert(), asdict(step))

    async def steps(self, visit: str) -> Sequence[VisitStep]:
        """Oldest first."""
        fields = [visit_steps.c[name] for name in VisitStep.__slots__]
        found = select(*fields).where(visit_steps.c.visit == visit).order_by(visit_steps.c.id)
        return [VisitStep(**row) for row in await self._in.rows(found)]
