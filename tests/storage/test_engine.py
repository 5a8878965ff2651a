"""Opening a database: what SQLite is told, who may hold it, and what a bad URL is answered."""

import asyncio
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.events import Account
from bot.ports import Conflict
from storage.engine import DatabaseInUse, database_url, process_lock
from storage.sqlite import FEW
from storage.unit_of_work import Storage
from tests.storage.samples import NOW, incoming


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///data/lotse.db", "sqlite+loop"),
        ("sqlite+pysqlite:///data/lotse.db", "sqlite+loop"),
        ("postgresql://lotse@db/lotse", "postgresql+asyncpg"),
        ("postgres://lotse@db/lotse", "postgresql+asyncpg"),
    ],
)
def test_the_driver_follows_from_the_url(given: str, driver: str):
    assert database_url(given).drivername == driver


@pytest.mark.parametrize("given", ["", "lotse.db", "mysql://root@db/lotse", "sqlite://", "sqlite:///:memory:"])
def test_what_cannot_be_opened_names_the_remedy(given: str):
    with pytest.raises(ValueError, match="sqlite:///"):
        database_url(given)


async def test_sqlite_is_told_to_be_careful(sqlite_url: str):
    storage = await Storage.open(sqlite_url)
    async with storage.transaction(write=False) as tx:
        told = {
            pragma: await tx.connection.scalar(text(f"PRAGMA {pragma}"))
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout", "temp_store")
        }
    await storage.close()
    full = 2
    assert told == {
        "journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 30_000, "temp_store": 2
    }  # fmt: skip


async def test_a_new_sqlite_database_is_private(tmp_path: Path):
    file = tmp_path / "data" / "lotse.db"
    storage = await Storage.open(f"sqlite:///{file}", hold=True)
    await storage.close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_many_rows_leave_the_loop_to_others_and_few_are_written_where_they_stand(sqlite_url: str):
    storage = await Storage.open(sqlite_url)
    async with storage.transaction() as tx:
        raw = (await tx.connection.get_raw_connection()).driver_connection
        raw.create_function("thread", 0, lambda: threading.current_thread().name)
        await tx.connection.exec_driver_sql("CREATE TEMP TABLE written (rows, thread)")
        for rows in (2, FEW, FEW + 1, 1_000):
            await tx.connection.exec_driver_sql("INSERT INTO written VALUES (?, thread())", [(rows,)] * rows)
        found = await tx.connection.exec_driver_sql(
            "SELECT DISTINCT rows, thread LIKE 'sqlite%' FROM written ORDER BY 1"
        )
        assert found.all() == [(2, 0), (FEW, 0), (FEW + 1, 1), (1_000, 1)]
    await storage.close()


async def test_a_savepoint_does_not_survive_the_rollback_around_it(storage: Storage):
    """The stock driver begins late: what a savepoint had released stayed although all was rolled back."""
    async with storage.unit() as uow, uow.transaction.connection.begin_nested():
        await uow.accounts.lock(incoming("console:vogt"))
    async with storage.unit(write=False) as uow:
        assert await uow.accounts.get(Account("console:vogt")) is None


async def test_one_process_holds_a_sqlite_database_and_others_write_beside_it(sqlite_url: str):
    held = await Storage.open(sqlite_url, hold=True)
    with pytest.raises(DatabaseInUse, match="stop it first"):
        await Storage.open(sqlite_url, hold=True)

    beside = await Storage.open(sqlite_url)
    async with beside.unit() as uow:
        await uow.agenda.set("expire", "i_1", NOW)
        await uow.commit()
    await beside.close()
    async with held.unit(write=False) as uow:
        assert await uow.agenda.next_at() == NOW
    await held.close()

    again = await Storage.open(sqlite_url, hold=True)
    await again.close()


def test_another_process_finds_the_lock_taken_and_gets_it_after_a_crash(sqlite_url: str):
    script = (
        "import sys\n"
        "from storage.engine import process_lock\n"
        f"lock = process_lock({sqlite_url!r})\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", script], cwd=root, stdin=-1, stdout=-1) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(DatabaseInUse):
            process_lock(sqlite_url)
        other.kill()

    lock = process_lock(sqlite_url)
    assert lock is not None
    lock.release()


async def test_any_number_of_processes_share_a_postgresql_database(postgresql_url: str):
    first = await Storage.open(postgresql_url, hold=True)
    second = await Storage.open(postgresql_url, hold=True)
    await first.close()
    await second.close()


async def test_many_writers_on_sqlite_take_turns(sqlite_url: str):
    """From two engines, as from two processes: none is told that the database is locked."""
    one, other = await Storage.open(sqlite_url), await Storage.open(sqlite_url)

    async def count(storage: Storage) -> None:
        async with storage.unit() as uow:
            kept = await uow.meta.get("n")
            await uow.meta.put("n", str(int(kept or 0) + 1))
            await uow.commit()

    await asyncio.gather(*(count(storage) for storage in (one, other) for _ in range(20)))

    async with one.unit(write=False) as uow:
        assert await uow.meta.get("n") == "40"
    await one.close()
    await other.close()


async def test_a_broken_deadlock_is_a_conflict(postgresql_url: str):
    """Two turns lock the same two senders in opposite order; one of them starts again."""
    storage = await Storage.open(postgresql_url)
    both_have_one = asyncio.Barrier(2)

    async def turn(first: str, second: str) -> bool:
        try:
            async with storage.unit() as uow:
                await uow.accounts.lock(incoming(first))
                await both_have_one.wait()
                await uow.accounts.lock(incoming(second))
                await uow.commit()
        except Conflict:
            return False
        return True

    async with storage.unit() as uow:
        for account in ("console:vogt", "console:kalthoff"):
            await uow.accounts.lock(incoming(account))
        await uow.commit()
    outcomes = await asyncio.gather(turn("console:vogt", "console:kalthoff"), turn("console:kalthoff", "console:vogt"))
    await storage.close()

    assert sorted(outcomes) == [False, True]


async def test_a_cancelled_turn_leaves_the_database_free(storage: Storage):
    entered = asyncio.Event()

    async def turn() -> None:
        async with storage.unit() as uow:
            await uow.accounts.lock(incoming("console:vogt"))
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(turn())
    await entered.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    async with storage.unit() as uow:
        assert await uow.accounts.get(Account("console:vogt")) is None
        await uow.accounts.lock(incoming("console:vogt"))
        await uow.commit()
