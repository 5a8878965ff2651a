"""One open transaction as the stores see it: statements in, rows out, and the database's objections as Conflict."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import UpdateBase

from bot.events import Account, Address
from bot.ports import Conflict
from storage.drivers import Driver
from storage.prepared import Prepared, Row

Insert = Callable[[Table], sqlite.Insert]  # PostgreSQL's has the same methods
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Statement: TypeAlias = Executable | Prepared

# Serialization failure, deadlock, unique violation, lock not available.
_TRY_AGAIN = frozenset({"40001", "40P01", "23505", "55P03"})


class Transaction:
    """Shared by all stores of a unit of work. Without `commit` it is for reading."""

    def __init__(
        self, connection: AsyncConnection, driver: Driver, commit: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self.connection = connection
        self._dialect = connection.dialect
        self.write = commit is not None
        self._driver = driver
        self._commit = commit
        self.insert: Insert = sqlite.insert
        if self._dialect.name == "postgresql":
            self.insert = cast("Insert", postgresql.insert)
        self.erased: set[str] = set()  # people, erased in this transaction
        self.farewell: dict[Account, tuple[str, Address]] = {}  # where they could be reached: for one last message

    async def commit(self) -> None:
        """The end: nothing is written or read any more."""
        if self._commit is None:
            raise RuntimeError("this unit of work was opened for reading; open it with write=True")
        with objections():
            await self._commit()

    async def run(self, statement: Statement, values: Values | None = None) -> None:
        await self._carried_out(statement, values)

    async def rows(self, statement: Statement, values: Values | None = None) -> Sequence[Row]:
        return (await self._carried_out(statement, values))[0]

    async def row(self, statement: Statement, values: Values | None = None) -> Row | None:
        return next(iter(await self.rows(statement, values)), None)

    async def value(self, statement: Statement, values: Values | None = None) -> Any:
        """The first column of the first row; None if there is none."""
        return next(iter(await self.column(statement, values)), None)

    async def column(self, statement: Statement, values: Values | None = None) -> Sequence[Any]:
        """The first column of all rows."""
        return [next(iter(row.values())) for row in await self.rows(statement, values)]

    async def count(self, statement: Statement, values: Values | None = None) -> int:
        """How many rows were written."""
        return (await self._carried_out(statement, values))[1]

    async def _carried_out(self, statement: Statement, values: Values | None) -> tuple[Sequence[Row], int]:
        ordinary = statement.statement if isinstance(statement, Prepared) else statement
        if not self.write and isinstance(ordinary, UpdateBase):
            raise RuntimeError("this unit of work was opened for reading; open it with write=True")
        try:
            if isinstance(statement, Prepared) and (values is None or isinstance(values, dict)):
                given = values or {}
                plan = statement.plan(self._dialect, given)
                found, count = await self._driver.run(plan, plan.filled(given))
                return plan.rows(found), count
            result = await self.connection.execute(ordinary, values)
            rows = result.mappings().all() if result.returns_rows else ()
            return cast("Sequence[Row]", rows), result.rowcount
        except DBAPIError as error:  # as `objections`, which would cost each statement a tenth
            if is_conflict(error):
                raise Conflict(type(error.orig).__name__) from error
            raise


@contextmanager
def objections() -> Iterator[None]:
    """Raises Conflict for those of the database that another try may get past."""
    try:
        yield
    except DBAPIError as error:
        if is_conflict(error):
            raise Conflict(type(error.orig).__name__) from error
        raise


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
