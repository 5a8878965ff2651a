"""SQLite on the event loop: a statement takes microseconds, a thread to carry it to costs more than it does.

SQLAlchemy's asyncio extension over the standard library's driver. What may wait for the disk or for another process
(commits, the beginning of a write, bulk writes, maintenance) is done in a thread, and the loop goes on meanwhile;
everything else is done where it stands. Never use one connection in two tasks at once.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

from sqlalchemy import URL, AsyncAdaptedQueuePool, Pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.base import SQLiteExecutionContext
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util.concurrency import await_

T = TypeVar("T")

WRITE = "BEGIN IMMEDIATE"
SLOW = (WRITE, "VACUUM", "PRAGMA wal_checkpoint")
"""What waits: for the lock of another process, or for the whole file."""
FEW = 50  # rows written where they stand; more go to a thread

_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sqlite")


def _in_thread(work: Callable[[], T]) -> T:
    return await_(_threaded(work))


async def _threaded(work: Callable[[], T]) -> T:
    """To its end, even if the task is cancelled meanwhile, and however often: it hears of that where it waits next.

    A connection must not be closed while a thread uses it, and SQLAlchemy closes one when it is cancelled in a statement.
    """
    done = asyncio.get_running_loop().run_in_executor(_THREADS, work)
    cancelled = False
    while not done.done():
        try:
            await asyncio.wait([done])
        except asyncio.CancelledError:
            cancelled = True
    task = asyncio.current_task()
    if cancelled and task is not None:
        task.uncancel()  # asked once, for whoever counts
        task.cancel()
    return done.result()


async def _nothing() -> None:
    """SQLAlchemy insists that something was awaited; this doesn't leave the loop."""


class Cursor(sqlite3.Cursor):
    connection: "Connection"
    server_side = False

    async def _async_soft_close(self) -> None:
        """What SQLAlchemy's asyncio extension asks of a cursor when its rows go to code that cannot wait."""

    def execute(self, sql: str, parameters: Any = (), /) -> Self:
        if sql.startswith(SLOW) and not (sql == WRITE and self.connection.begins_at_once()):
            return _in_thread(lambda: super(Cursor, self).execute(sql, parameters))
        await_(_nothing())
        return self if sql == WRITE else super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> Self:
        if len(parameters) <= FEW:
            await_(_nothing())
            return super().executemany(sql, parameters)
        return _in_thread(lambda: super(Cursor, self).executemany(sql, parameters))


class Connection(sqlite3.Connection):
    _patience: int | None = None  # milliseconds; once known, this connection waits for others in `begin_writing` only

    def cursor(self, factory: Any = Cursor) -> Any:
        return super().cursor(factory)

    def begins_at_once(self) -> bool:
        """A write has begun; False if somebody else is writing just now."""
        (patience,) = self.execute("PRAGMA busy_timeout").fetchone()
        self.execute("PRAGMA busy_timeout = 0")
        try:
            self.execute(WRITE)
        except sqlite3.OperationalError:
            return False
        finally:
            self.execute(f"PRAGMA busy_timeout = {patience}")
        return True

    def commit(self) -> None:
        _in_thread(super().commit)

    async def begin_writing(self) -> None:
        """Past SQLAlchemy, like `commit_to_disk`. Who has begun to write waits for nobody until the commit is done."""
        if self._patience is None:
            (self._patience,) = self.execute("PRAGMA busy_timeout").fetchone()
            self.execute("PRAGMA busy_timeout = 0")
        try:
            self.execute(WRITE)
        except sqlite3.OperationalError:
            await _threaded(self._begin_patiently)

    def _begin_patiently(self) -> None:
        self.execute(f"PRAGMA busy_timeout = {self._patience}")
        try:
            self.execute(WRITE)
        finally:
            self.execute("PRAGMA busy_timeout = 0")

    async def commit_to_disk(self) -> None:
        """A commit that fails leaves nothing open."""
        try:
            await _threaded(super().commit)
        finally:
            if self.in_transaction:
                self.rollback()

    async def checkpoint(self) -> None:
        """As much of the log as nobody reads from, without waiting for anybody."""
        await _threaded(lambda: self.execute("PRAGMA wal_checkpoint(PASSIVE)").close())


class Execution(SQLiteExecutionContext):
    def create_server_side_cursor(self) -> Any:
        """Every cursor brings its rows one after the other."""
        return self._dbapi_connection.cursor()


class Dialect(SQLiteDialect_pysqlite):
    driver = "loop"
    is_async = True
    supports_statement_cache = True
    supports_server_side_cursors = True
    execution_ctx_cls = Execution

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003
        return AsyncAdaptedQueuePool

    def create_connect_args(self, url: URL) -> tuple[Sequence[str], dict[str, Any]]:
        arguments, options = super().create_connect_args(url)
        return arguments, {**options, "factory": Connection, "check_same_thread": False}


registry.register("sqlite.loop", __name__, "Dialect")
