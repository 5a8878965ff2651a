"""Counters without person keys, by name and day."""

from collections import Counter
from datetime import date
from functools import cache

from sqlalchemy import func, select

from storage.prepared import Prepared
from storage.tables import totals
from storage.transaction import Insert, Transaction


class TotalStore:
    """Counts are written at the commit and in one order, so that popular counters neither wait nor deadlock."""

    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction
        self._new: Counter[tuple[str, date]] = Counter()

    async def add(self, name: str, day: date, n: int = 1) -> None:
        self._new[name, day] += n

    async def sum(self, name: str, first: date, last: date) -> int:
        """Both days included."""
        counted = select(func.coalesce(func.sum(totals.c.n), 0)).where(
            totals.c.name == name, totals.c.day.between(first, last)
        )
        new = sum(n for (counter, day), n in self._new.items() if counter == name and first <= day <= last)
        return int(await self._in.value(counted)) + new

    async def flush(self) -> None:
        new, self._new = self._new, Counter()
        for (name, day), n in sorted(new.items()):
            await self._in.run(_add(self._in.insert), {"name": name, "day": day, "n": n})


@cache
def _add(insert: Insert) -> Prepared:
    statement = insert(totals)
    counted = {"n": totals.c.n + statement.excluded.n}
    return Prepared(statement.on_conflict_do_update(index_elements=["name", "day"], set_=counted))
