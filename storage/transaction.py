"""One open transaction as the stores see it: statements in, rows out, and the database's objections as Conflict."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, RowMapping, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

from bot.events import Account, Address
from bot.ports import Conflict

Insert = Callable[[Table], sqlite.Insert]  # PostgreSQL's has the same methods
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]

# Serialization failure, deadlock, unique violation, lock not available.
_TRY_AGAIN = frozenset({"40001", "40P01", "23505", "55P03"})


class Transaction:
    """Shared by all stores of a unit of work. Without `commit` it is for reading."""

    def __init__(self, connection: AsyncConnection, commit: Callable[[], Awaitable[None]] | None = None) -> None:
        self.connection = connection
        self.write = commit is not None
        self._commit = commit
        self.insert: Insert = sqlite.insert
        if connection.dialect.name == "postgresql":
            self.insert = cast("Insert", postgresql.insert)
        self.erased: set[str] = set()  # people, erased in this transaction
        self.farewell: dict[Account, tuple[str, Address]] = {}  # where they could be reached: for one last message

    async def commit(self) -> None:
        """The end: nothing is written or read any more."""
        if self._commit is None:
            raise RuntimeError("this unit of work was opened for reading; open it with write=True")
        try:
            await self._commit()
        except DBAPIError as error:
            if is_conflict(error):
                raise Conflict(type(error.orig).__name__) from error
            raise

    async def run(self, statement: Executable, values: Values | None = None) -> CursorResult[Any]:
        if not self.write and isinstance(statement, UpdateBase):
            raise RuntimeError("this unit of work was opened for reading; open it with write=True")
        try:
            return await self.connection.execute(statement, values)
        except DBAPIError as error:
            if is_conflict(error):
                raise Conflict(type(error.orig).__name__) from error
            raise

    async def rows(self, statement: Executable, values: Values | None = None) -> Sequence[RowMapping]:
        return (await self.run(statement, values)).mappings().all()

    async def row(self, statement: Executable, values: Values | None = None) -> RowMapping | None:
        return (await self.run(statement, values)).mappings().first()

    async def value(self, statement: Executable, values: Values | None = None) -> Any:
        """The first column of the first row; None if there is none."""
        return (await self.run(statement, values)).scalar()

    async def column(self, statement: Executable, values: Values | None = None) -> Sequence[Any]:
        """The first column of all rows."""
        return (await self.run(statement, values)).scalars().all()

    async def count(self, statement: UpdateBase, values: Values | None = None) -> int:
        """How many rows were written."""
        return (await self.run(statement, values)).rowcount


def is_conflict(error: DBAPIError) -> bool:
    """Whether another try may succeed: somebody else was there first, or the connection was lost.

    Where it was lost during a commit nobody knows whether that happened; the inbox tells at the next try.
    """
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in _TRY_AGAIN
    reason = str(error.orig)
    return "UNIQUE constraint failed" in reason or "database is locked" in reason or "database is busy" in reason
