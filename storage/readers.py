"""SQLite's readers: connections that stay open, each lent to one unit of work after the other.

SQLAlchemy's pool looks each one over as if another machine were behind it; most of what a unit reads costs less.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias, cast

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.drivers import SQLite
from storage.engine import BEGIN
from storage.sqlite import Connection
from storage.transaction import Transaction, objections

KEPT = 8  # open at once; more are closed when they are given back

Opened: TypeAlias = tuple[AsyncConnection, Connection]
"""As SQLAlchemy has it, and the driver's own."""


async def opened(engine: AsyncEngine) -> Opened:
    """SQLAlchemy is told to begin nothing on it. Raises Conflict where another process is in the way."""
    connection = engine.connect()
    with objections():
        await connection.start()
    await connection.execution_options(**{BEGIN: None})
    return connection, cast("Connection", (await connection.get_raw_connection()).driver_connection)


class Readers:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._free: list[Opened] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """What is read is as it was at the first look, whatever is written meanwhile."""
        connection, driver = self._free.pop() if self._free else await opened(self._engine)
        try:
            driver.execute("BEGIN")
            yield Transaction(connection, SQLite(driver))
        finally:
            if driver.in_transaction:
                driver.rollback()
            if len(self._free) < KEPT:
                self._free.append((connection, driver))
            else:
                await connection.close()

    async def close(self) -> None:
        while self._free:
            connection, _ = self._free.pop()
            await connection.close()
