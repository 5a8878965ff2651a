"""What this installation remembers of itself: a few keys and values, no persons."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from storage.prepared import Prepared
from storage.tables import meta
from storage.transaction import Transaction

CLOCK = "clock"  # the terminal's clock, which never goes back
MODE = "mode"  # what the database was made for: "demo" or "live"
SENDING_HELD = "sending_held"  # why nothing is sent before somebody releases it
INSTANCE = "instance"  # random, given once; a clone shares it
SEEDED = "seeded"  # the version of the register and topics that was loaded
SCRUB = "scrub"  # an erasure whose traces in the file are still to be overwritten


_GET = Prepared(select(meta.c.value).where(meta.c.key == bindparam("which")))


class MetaStore:
    def __init__(self, transaction: Transaction) -> None:
        self._in = transaction

    async def get(self, key: str) -> str | None:
        found: str | None = await self._in.value(_GET, {"which": key})
        return found

    async def put(self, key: str, value: str | None) -> None:
        """None forgets it."""
        if value is None:
            await self._in.run(delete(meta).where(meta.c.key == key))
            return
        statement = self._in.insert(meta).values(key=key, value=value)
        await self._in.run(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))

    async def clock(self) -> datetime | None:
        kept = await self.get(CLOCK)
        return None if kept is None else datetime.fromisoformat(kept)

    async def keep_clock(self, at: datetime) -> None:
        """A time before the kept one changes nothing."""
        kept = await self.clock()
        if kept is None or at > kept:
            await self.put(CLOCK, at.isoformat())
