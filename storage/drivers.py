"""The databases' own drivers, past SQLAlchemy, in the transaction that is open: for statements that are prepared.

Errors are raised as SQLAlchemy would raise them, without what was to be written.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Plan

Found: TypeAlias = tuple[Sequence[Sequence[Any]], int]
"""The rows, and how many were written."""


class Driver(Protocol):
    async def run(self, plan: Plan, values: Sequence[Any]) -> Found:
        """Raises DBAPIError."""


class SQLite:
    """Where it stands: a statement takes microseconds (`storage/sqlite.py`)."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def run(self, plan: Plan, values: Sequence[Any]) -> Found:
        try:
            cursor = self._connection.execute(plan.sql, values)
            return cursor.fetchall(), cursor.rowcount
        except sqlite3.Error as error:
            raise DBAPIError.instance(plan.sql, None, error, sqlite3.Error) from error


class PostgreSQL:
    """SQLAlchemy begins a transaction with the first statement, and knows what to do about a lost connection."""

    def __init__(self, connection: AsyncConnection, driver: Any) -> None:
        self._connection = connection
        self._driver = driver  # asyncpg's connection

    async def run(self, plan: Plan, values: Sequence[Any]) -> Found:
        if not self._driver.is_in_transaction():
            result = await self._connection.exec_driver_sql(plan.sql, tuple(values))
            return result.all() if result.returns_rows else (), result.rowcount
        try:
            if plan.reads:
                rows = await self._driver.fetch(plan.sql, *values)
                return rows, len(rows)
            status: str = await self._driver.execute(plan.sql, *values)  # such as "UPDATE 1"
            return (), int(status.rpartition(" ")[2])
        except Exception as error:
            if self._driver.is_closed():
                await self._connection.exec_driver_sql("SELECT 1")  # SQLAlchemy finds out, and raises
            raise DBAPIError.instance(plan.sql, None, error, Exception) from error
