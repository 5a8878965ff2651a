"""SQLite's log goes into its file beside the commits, not within one: there everybody who writes would wait for it."""

import asyncio
import sqlite3

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ports import Conflict
from storage.readers import Opened, opened

log = structlog.get_logger()

EVERY = 50  # commits; some of busy hours have fifty pages each


class Checkpoints:
    """One at a time, on a connection of their own. They hold up nobody; what is written meanwhile is left to the next
    one, and a log that grows all the same is taken in by a commit (`wal_autocheckpoint`).
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: Opened | None = None
        self._commits = 0
        self._running: asyncio.Task[None] | None = None

    def committed(self) -> None:
        self._commits += 1
        if self._commits >= EVERY and self._running is None:
            self._commits = 0
            self._running = asyncio.create_task(self._carry_out())
            self._running.add_done_callback(self._done)

    async def rest(self) -> None:
        """Until none is running; the connection is closed."""
        while self._running is not None:
            await asyncio.wait([self._running])
        if self._connection is not None:
            connection, _ = self._connection
            self._connection = None
            await connection.close()

    async def _carry_out(self) -> None:
        try:
            if self._connection is None:
                self._connection = await opened(self._engine)
            await self._connection[1].checkpoint()
        except (sqlite3.Error, DBAPIError, Conflict) as error:
            log.warning("log not taken in", action="checkpoint", error=type(error).__name__)

    def _done(self, _: asyncio.Task[None]) -> None:
        self._running = None
