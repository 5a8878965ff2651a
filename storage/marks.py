"""Counters that rise with each change, so that whoever keeps something in memory asks one number whether it still holds.

The row stays locked until the commit. So marks become visible in order, and none is overlooked by a reader that saw
a later one; that is also why they are raised last in a unit of work where many may wait for them.
"""

from sqlalchemy import bindparam, select, update

from storage.prepared import Prepared
from storage.tables import marks
from storage.transaction import Transaction

_READ = Prepared(select(marks.c.value).where(marks.c.name == bindparam("which")))
_RAISE = Prepared(
    update(marks).where(marks.c.name == bindparam("which")).values(value=marks.c.value + 1).returning(marks.c.value)
)


async def read_mark(transaction: Transaction, name: str) -> int:
    return int(await transaction.value(_READ, {"which": name}) or 0)


async def raise_mark(transaction: Transaction, name: str) -> int:
    """The new value."""
    value = await transaction.value(_RAISE, {"which": name})
    if value is None:
        await transaction.run(transaction.insert(marks).values(name=name, value=0).on_conflict_do_nothing())
        value = await transaction.value(_RAISE, {"which": name})
    return int(value)
