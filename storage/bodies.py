"""Bodies people belong to, and the domains that stand for them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import delete, or_, select

from bot.model import Body
from storage.marks import raise_mark
from storage.prepared import Prepared, among
from storage.tables import affiliations, bodies, ties
from storage.transaction import Transaction

FIELDS = [bodies.c[name] for name in Body.__slots__]
_ALL = select(*FIELDS).order_by(bodies.c.key)
_MANY = Prepared(select(*FIELDS).where(among(bodies.c.key, "wanted")))


class BodyStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def get(self, key: str) -> Body | None:
        return (await self.many([key])).get(key)

    async def many(self, keys: Iterable[str]) -> dict[str, Body]:
        rows = await self._in.rows(_MANY, {"wanted": list(keys)})
        return {row["key"]: Body(**row) for row in rows}

    async def all(self) -> Sequence[Body]:
        return [Body(**row) for row in await self._in.rows(_ALL)]

    async def put(self, *added: Body) -> None:
        """Adds bodies, or brings those there are up to date."""
        if not added:
            return
        statement = self._in.insert(bodies)
        new = {name: statement.excluded[name] for name in Body.__slots__ if name != "key"}
        await self._in.run(
            statement.on_conflict_do_update(index_elements=["key"], set_=new), [asdict(body) for body in added]
        )
        await raise_mark(self._in, "topics")

    async def tie(self, domain: str, body: str) -> None:
        statement = self._in.insert(ties).values(domain=domain.casefold(), body=body)
        await self._in.run(statement.on_conflict_do_nothing())

    async def untie(self, domain: str, body: str) -> None:
        await self._in.run(delete(ties).where(ties.c.domain == domain.casefold(), ties.c.body == body))

    async def tied_to(self, domain: str) -> Sequence[Body]:
        tied = select(*FIELDS).join(ties, ties.c.body == bodies.c.key).where(ties.c.domain == domain.casefold())
        return [Body(**row) for row in await self._in.rows(tied.order_by(bodies.c.key))]

    async def members(self, body: str, on: date) -> Sequence[str]:
        found = (
            select(affiliations.c.person)
            .distinct()
            .where(
                affiliations.c.body == body,
                affiliations.c.since <= on,
                or_(affiliations.c.until.is_(None), affiliations.c.until > on),
            )
            .order_by(affiliations.c.person)
        )
        return await self._in.column(found)
