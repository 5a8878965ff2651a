"""Requests to the network office."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select, update

from bot.model import DeskRequest
from storage.tables import desk_requests
from storage.transaction import Transaction

_FIELDS = [desk_requests.c[name] for name in DeskRequest.__slots__]
_ALL = select(*_FIELDS).order_by(desk_requests.c.at, desk_requests.c.key)


class DeskStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def add(self, request: DeskRequest) -> None:
        await self._in.run(desk_requests.insert(), asdict(request))

    async def get(self, key: str) -> DeskRequest | None:
        found = await self._in.row(select(*_FIELDS).where(desk_requests.c.key == key))
        return None if found is None else DeskRequest(**found)

    async def open(self) -> Sequence[DeskRequest]:
        """Not yet answered, oldest first."""
        found = await self._in.rows(_ALL.where(desk_requests.c.answered_at.is_(None)))
        return [DeskRequest(**row) for row in found]

    async def of(self, asker: str) -> Sequence[DeskRequest]:
        """Oldest first."""
        return [DeskRequest(**row) for row in await self._in.rows(_ALL.where(desk_requests.c.asker == asker))]

    async def save(self, request: DeskRequest) -> None:
        await self._in.run(update(desk_requests).where(desk_requests.c.key == request.key).values(asdict(request)))
