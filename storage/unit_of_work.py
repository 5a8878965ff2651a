"""The stores gathered over one transaction, and the database that opens such units of work."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

from filelock import FileLock
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.accounts import AccountStore
from storage.agenda import AgendaStore
from storage.audit import AuditStore
from storage.bodies import BodyStore
from storage.columns import metadata
from storage.conversation import DialogStore, InboxStore, QuestionStore
from storage.desk import DeskStore
from storage.drivers import PostgreSQL
from storage.engine import BEGIN, BUSY, open_engine, process_lock
from storage.enquiries import EnquiryStore
from storage.introductions import IntroductionStore
from storage.lessons import LessonStore
from storage.links import LinkStore
from storage.meta import SCRUB, MetaStore
from storage.migrate import upgrade
from storage.notes import NoteStore
from storage.nudges import NudgeStore
from storage.outbox import OutboxStore
from storage.people import PersonStore
from storage.privacy import PrivacyStore
from storage.readers import Readers
from storage.subscriptions import SubscriptionStore
from storage.tombstones import Tombstones
from storage.topics import TopicStore
from storage.totals import TotalStore
from storage.transaction import Transaction, objections
from storage.visits import VisitStore
from storage.writers import Writers

T = TypeVar("T")

_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class _Made(Generic[T]):
    """A store that is made when it is first asked for: most units of work need a few of them."""

    def __init__(self, make: "Callable[[Unit], T]") -> None:
        self._make = make

    def __set_name__(self, _: type, name: str) -> None:
        self._name = name

    def __get__(self, unit: "Unit", _: type) -> T:
        made = self._make(unit)
        unit.__dict__[self._name] = made  # found there from now on
        return made


def _on(store: Callable[[Transaction], T]) -> _Made[T]:
    return _Made(lambda unit: store(unit.transaction))


class Unit:
    """One transaction; `bot.ports.UnitOfWork`, and beside it what only storage and adapters need."""

    transaction: Transaction
    accounts = _on(AccountStore)
    people = _on(PersonStore)
    bodies = _on(BodyStore)
    topics = _Made(lambda unit: TopicStore(unit.transaction, unit.people.touch))
    enquiries = _on(EnquiryStore)
    introductions = _on(IntroductionStore)
    desk = _on(DeskStore)
    visits = _on(VisitStore)
    lessons = _Made(lambda unit: LessonStore(unit.transaction, unit.people.touch))
    subscriptions = _on(SubscriptionStore)
    links = _on(LinkStore)
    questions = _on(QuestionStore)
    dialogs = _on(DialogStore)
    inbox = _on(InboxStore)
    outbox = _on(OutboxStore)
    nudges = _Made(lambda unit: NudgeStore(unit.transaction, unit.outbox))
    agenda = _on(AgendaStore)
    audit = _on(AuditStore)
    totals = _on(TotalStore)
    privacy = _on(PrivacyStore)
    meta = _on(MetaStore)
    notes = _on(NoteStore)

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.committed = False

    async def commit(self) -> None:
        await self.people.flush()
        await self.totals.flush()
        await self.audit.flush()
        await self.transaction.commit()
        self.committed = True


class Storage:
    """`bot.ports.Database`. One per process and database; close it before the loop ends."""

    def __init__(self, url: str, engine: AsyncEngine, tombstones: Tombstones, lock: FileLock | None = None) -> None:
        self.url = url
        self.engine = engine
        self.tombstones = tombstones
        self._lock = lock
        sqlite = engine.dialect.name == "sqlite"
        self._readers = Readers(engine) if sqlite else None
        self._writers = Writers(engine) if sqlite else None

    @classmethod
    async def open(cls, url: str, *, hold: bool = False, tombstones: Path | None = None, migrate: bool = True) -> Self:
        """Opens the database at its newest schema; `migrate=False` leaves the schema alone.

        `hold` takes the SQLite process lock, and raises DatabaseInUse if another process has it. `tombstones` is the
        file that outlives a restore; without one, erasures are only remembered in the database itself.
        """
        lock = process_lock(url) if hold else None
        engine = open_engine(url)
        try:
            if migrate:
                await upgrade(url)
            storage = cls(url, engine, Tombstones(tombstones), lock)
            if migrate:
                await storage._keep_tombstones()
                await storage.erase_again()
        except BaseException:
            await engine.dispose()
            if lock is not None:
                lock.release()
            raise
        return storage

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    async def close(self) -> None:
        async with self._alone():
            for kept in (self._readers, self._writers):
                if kept is not None:
                    await kept.close()
            await self.engine.dispose()
        if self._lock is not None:
            self._lock.release()

    @asynccontextmanager
    async def unit(self, *, write: bool = True) -> AsyncIterator[Unit]:
        async with self.transaction(write=write) as transaction:
            unit = Unit(transaction)
            yield unit
        if unit.committed and transaction.erased:
            await self._keep_tombstones()
            await self.scrub()

    def transaction(self, *, write: bool = True) -> AbstractAsyncContextManager[Transaction]:
        """Rolled back at the end unless it was committed. Raises Conflict where it can't be begun just now."""
        if self._readers is not None and self._writers is not None:
            return self._writers.transaction() if write else self._readers.transaction()
        return self._on_the_server(write=write)

    @asynccontextmanager
    async def _on_the_server(self, *, write: bool) -> AsyncIterator[Transaction]:
        async with AsyncExitStack() as stack:
            with objections():
                connection = await stack.enter_async_context(self.engine.connect())
                if not write:
                    await connection.execution_options(**_SNAPSHOT)
                await connection.begin()
                raw: Any = (await connection.get_raw_connection()).driver_connection
            yield Transaction(connection, PostgreSQL(connection, raw), connection.commit if write else None)

    async def scrub(self) -> bool:
        """Overwrites what erased rows left in the file and its log; False if a reader was in the way.

        A unit of work that erased somebody does this by itself; call it again where `scrub_due` says so.
        """
        done = True
        async with self._alone(), self.engine.connect() as connection:
            if self.dialect == "sqlite":
                await connection.execution_options(**{BEGIN: None})
                await connection.execute(text("PRAGMA busy_timeout = 1000"))
                await connection.execute(text("PRAGMA temp_store = FILE"))  # for a copy of everything
                await connection.execute(text("VACUUM"))
                await connection.execute(text("PRAGMA temp_store = MEMORY"))
                (busy, _, _) = (await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))).one()
                done = not busy
                await connection.execute(text(f"PRAGMA busy_timeout = {BUSY * 1000}"))
            else:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.execute(text(f"VACUUM {', '.join(metadata.tables)}"))
        async with self.unit() as uow:
            await uow.meta.put(SCRUB, None if done else "due")
            await uow.commit()
        return done

    def _alone(self) -> AbstractAsyncContextManager[None]:
        return self._writers.alone() if self._writers is not None else nullcontext()

    async def scrub_due(self) -> bool:
        async with self.unit(write=False) as uow:
            return await uow.meta.get(SCRUB) is not None

    async def erase_again(self) -> int:
        """Erases who is in the tombstone file and, after a restore, in the database too; how many."""
        async with self.unit(write=False) as uow:
            back = self.tombstones.read() - set(await uow.privacy.tombstones())
            present = sorted(await uow.people.many(back)) if back else []
        for person in present:
            async with self.unit() as uow:
                await uow.privacy.erase(person, None)
                await uow.commit()
        return len(present)

    async def _keep_tombstones(self) -> None:
        """Brings the file up to date with the table: a crash between commit and file loses no erasure."""
        if not self.tombstones.kept:
            return
        async with self.unit(write=False) as uow:
            known = await uow.privacy.tombstones()
        self.tombstones.add(known)
