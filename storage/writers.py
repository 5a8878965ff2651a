"""SQLite's one writer, shared: units of work take their turns in one transaction, and one commit makes all of them last.

A commit waits for the disk, which is most of what a small unit of work costs; PostgreSQL spares its clients that in the
same way. Those that join a transaction stand in a savepoint, so that one that fails takes nothing of another's with it. The
transaction stays open only for those who already wait when a unit is ready, and each hears of its own commit after it
is on the disk. The connection is one for all, and always the same; its transactions are begun and ended here.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ports import Conflict
from storage.checkpoints import Checkpoints
from storage.drivers import SQLite
from storage.readers import Opened, opened
from storage.sqlite import WRITE, Connection
from storage.transaction import Transaction, is_conflict

MANY = 32  # units that are ready; no more are waited for

Commit: TypeAlias = Callable[[], Awaitable[None]]


@dataclass(slots=True, kw_only=True, eq=False)
class _Open:
    """An open transaction. `over` is settled by its commit, or by what went wrong; `ready` are the units that wait for it."""

    over: asyncio.Future[None]
    ready: int = 0


class Writers:
    """Waiting here is fair, and costs no busy loop."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()
        self._connection: Opened | None = None
        self._open: _Open | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._checkpoints = Checkpoints(engine)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Without its commit nothing has happened."""
        await self._turn.acquire()
        mine = True
        try:
            connection, driver = await self._connected()
            joins = self._open is not None
            transaction = self._open or await self._begun(driver)
            if joins:
                driver.execute("SAVEPOINT unit")

            async def commit() -> None:
                nonlocal mine
                if not driver.in_transaction:
                    raise Conflict("the transaction was undone")
                if joins:
                    driver.execute("RELEASE unit")
                transaction.ready += 1
                mine = False
                self._turn.release()
                if transaction.ready == 1:
                    self._close_soon(transaction)
                await asyncio.shield(transaction.over)

            try:
                yield Transaction(connection, SQLite(driver), commit)
            finally:
                if mine:
                    self._undo(transaction, driver, joins=joins)
        finally:
            if mine:
                self._turn.release()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Nobody writes, and everything written is on the disk."""
        async with self._turn:
            if self._open is not None:
                await self._end(self._open)
            await self._checkpoints.rest()
            yield

    async def close(self) -> None:
        if self._connection is not None:
            connection, _ = self._connection
            self._connection = None
            await connection.close()

    async def _connected(self) -> Opened:
        if self._connection is None:
            self._connection = await opened(self._engine)
        return self._connection

    async def _begun(self, driver: Connection) -> _Open:
        try:
            await driver.begin_writing()
        except sqlite3.OperationalError as error:
            wrapped = DBAPIError.instance(WRITE, None, error, sqlite3.Error)
            assert isinstance(wrapped, DBAPIError)
            raise (Conflict(type(error).__name__) if is_conflict(wrapped) else wrapped) from error
        self._open = _Open(over=asyncio.get_running_loop().create_future())
        return self._open

    def _undo(self, transaction: _Open, driver: Connection, *, joins: bool) -> None:
        """The unit leaves nothing behind. Some errors of SQLite undo the whole transaction: then the others try again."""
        if joins and driver.in_transaction:
            driver.execute("ROLLBACK TO unit")
            driver.execute("RELEASE unit")
            return
        if driver.in_transaction:
            driver.execute("ROLLBACK")
        self._open = None
        if joins:
            _failed(transaction, Conflict("the transaction was undone"))

    def _close_soon(self, transaction: _Open) -> None:
        """In a task of its own. Where everything is being stopped it is cancelled too, but who writes down how far they came
        waits for it: then it begins again.
        """

        def closed(task: asyncio.Task[None]) -> None:
            self._closing.discard(task)
            if task.cancelled() and not transaction.over.done():
                self._close_soon(transaction)

        closing = asyncio.create_task(self._close(transaction))
        self._closing.add(closing)
        closing.add_done_callback(closed)

    async def _close(self, transaction: _Open) -> None:
        """Once a round of the loop brings nobody else: one commit for all who are ready by then."""
        ready = 0
        while ready < transaction.ready < MANY:
            ready = transaction.ready
            await asyncio.sleep(0)
        async with self._turn:
            if not transaction.over.done():
                await self._end(transaction)

    async def _end(self, transaction: _Open) -> None:
        self._open = None
        _, driver = await self._connected()
        try:
            await driver.commit_to_disk()
        except sqlite3.Error as error:
            _failed(transaction, DBAPIError.instance("COMMIT", None, error, sqlite3.Error))
        else:
            transaction.over.set_result(None)
            self._checkpoints.committed()


def _failed(transaction: _Open, error: BaseException) -> None:
    transaction.over.set_exception(error)
    transaction.over.exception()  # whoever waited may be gone
