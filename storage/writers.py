"""SQLite's one writer, shared: units of work take their turns in one transaction, and one commit makes all of them last.

A commit waits for the disk, which is most of what a small unit of work costs; PostgreSQL spares its clients that in the
same way. Each unit stands in a savepoint of its own, so that one that fails takes nothing of another's with it. The
transaction stays open only for those who already wait when a unit is ready, and each hears of its own commit after it
is on the disk.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ports import Conflict


@dataclass(slots=True, kw_only=True, eq=False)
class _Open:
    """An open transaction. `over` is settled by its commit, or by what went wrong; `ready` are the units that wait for it."""

    connection: AsyncConnection
    raw: sqlite3.Connection
    over: asyncio.Future[None]
    ready: int = 0


class Writers:
    """Waiting here is fair, and costs no busy loop."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._open: _Open | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[tuple[AsyncConnection, Callable[[], Awaitable[None]]]]:
        """The connection, and what commits; without that nothing has happened."""
        await self._turn.acquire()
        mine = True
        try:
            transaction = self._open or await self._begin()
            transaction.raw.execute("SAVEPOINT unit")

            async def commit() -> None:
                nonlocal mine
                transaction.raw.execute("RELEASE unit")
                transaction.ready += 1
                mine = False
                self._turn.release()
                closing = asyncio.create_task(self._close(transaction))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
                await asyncio.shield(closing)

            try:
                yield transaction.connection, commit
            finally:
                if mine:
                    await self._undo(transaction)
        finally:
            if mine:
                self._turn.release()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Nobody writes, and everything written is on the disk."""
        async with self._turn:
            if self._open is not None:
                await self._end(self._open)
            yield

    async def _begin(self) -> _Open:
        connection = self._engine.connect()
        await connection.start()
        try:
            await connection.begin()
            raw: Any = (await connection.get_raw_connection()).driver_connection
        except BaseException:
            await connection.close()
            raise
        over = asyncio.get_running_loop().create_future()
        self._open = _Open(connection=connection, raw=raw, over=over)
        return self._open

    async def _undo(self, transaction: _Open) -> None:
        """The unit leaves nothing behind. Some errors of SQLite undo the whole transaction: then the others try again."""
        if transaction.raw.in_transaction:
            transaction.raw.execute("ROLLBACK TO unit")
            transaction.raw.execute("RELEASE unit")
            if transaction.ready:
                return
        elif transaction.ready:
            transaction.over.set_exception(Conflict("the transaction was undone"))
            transaction.over.exception()  # whoever waited may be gone
        self._open = None
        await transaction.connection.close()

    async def _close(self, transaction: _Open) -> None:
        """Behind all who were waiting already: the first to come back commits for all."""
        async with self._turn:
            if not transaction.over.done():
                await self._end(transaction)
        await transaction.over

    async def _end(self, transaction: _Open) -> None:
        self._open = None
        try:
            await transaction.connection.commit()
        except DBAPIError as error:
            transaction.over.set_exception(error)
            transaction.over.exception()
        else:
            transaction.over.set_result(None)
        finally:
            await transaction.connection.close()
