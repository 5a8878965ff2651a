"""The parts for commands that work beside a running service, or without one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from adapters.app import Lotse, Unfit, make_folder, put_together, real_time
from adapters.config import Settings
from storage.engine import sqlite_file
from storage.meta import MODE
from storage.migrate import revision, schema_remedy
from storage.migrations import HEAD
from storage.seed import seed
from storage.unit_of_work import Storage

_WHERE = "set LOTSE_DATA or LOTSE_DATABASE_URL to where it is, or make it with `lotse migrate`"


@asynccontextmanager
async def beside(settings: Settings, *, make: bool = False) -> AsyncIterator[Lotse]:
    """The parts for a command that works in short transactions, beside a running service or without one.

    Sends nothing: what it promises is delivered by `lotse run`, or at the next start of the terminal. `make` is for
    commands that bring something along: where there is no database they make one, all others leave nothing behind.
    Raises Unfit.
    """
    if make:
        make_folder(settings)
    else:
        must_be_there(settings)
    storage = await Storage.open(settings.database, tombstones=settings.tombstone_file, migrate=False)
    try:
        async with storage.transaction(write=False) as tx:
            found = await tx.connection.run_sync(revision)
        if found not in (None, HEAD):
            raise Unfit(f"the database has schema {found}, this release {HEAD}: {schema_remedy(found)}")
        if found is None and not make:
            raise Unfit(f"the database is empty: {_WHERE}")
        if found is None:
            await storage.close()
            storage = await Storage.open(settings.database, tombstones=settings.tombstone_file)
            await seed(storage)
        now = await business_time(storage)
        yield put_together(settings, storage, now=lambda: now)
    finally:
        await storage.close()


async def business_time(storage: Storage) -> datetime:
    """The kept clock of a database whose time is simulated, else the real one."""
    async with storage.unit(write=False) as uow:
        kept = await uow.meta.clock() if await uow.meta.get(MODE) == "demo" else None
    return kept or real_time()


def must_be_there(settings: Settings) -> None:
    """Raises Unfit where the file of a SQLite database is missing; opening it would make one."""
    file = sqlite_file(settings.database)
    if file is not None and not file.exists():
        raise Unfit(f"there is no database {file.absolute()}: {_WHERE}")
