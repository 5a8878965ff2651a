"""Units of work that share SQLite's one writer: each all or nothing, each on the disk when it hears so."""

import asyncio
import sqlite3
import struct
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.ports import Conflict
from storage.engine import sqlite_file
from storage.tables import agenda
from storage.unit_of_work import Storage
from tests.storage.samples import NOW

MANY = [f"{number}" for number in range(40)]


@pytest.fixture
async def storage(sqlite_url: str) -> AsyncIterator[Storage]:
    opened = await Storage.open(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture
def file(storage: Storage) -> Path:
    found = sqlite_file(storage.url)
    assert found is not None
    return found


async def note(storage: Storage, key: str, *, content: str = "") -> str:
    async with storage.unit() as uow:
        await uow.notes.put("teams", "test", key, {"content": content}, NOW)
        await uow.commit()
    return key


def kept(file: Path) -> set[str]:
    """As another process reads it."""
    with sqlite3.connect(file) as other:
        found = {str(key) for (key,) in other.execute("SELECT key FROM notes WHERE kind = 'test'")}
    other.close()
    return found


def commits(file: Path) -> int:
    """In the log beside the file: frames that end a transaction name the size of the database."""
    log = file.with_name(file.name + "-wal").read_bytes()
    if not log:
        return 0
    (page,) = struct.unpack(">I", log[8:12])
    salt = log[16:24]
    frames = (log[start : start + 24] for start in range(32, len(log), 24 + page))
    return sum(frame[8:16] == salt and frame[4:8] != bytes(4) for frame in frames)


async def test_each_is_on_the_disk_when_it_hears_so(storage: Storage, file: Path):
    async def noted(key: str) -> None:
        await note(storage, key)
        assert key in kept(file)

    await asyncio.gather(*map(noted, MANY))
    assert kept(file) == set(MANY)


async def test_those_who_wait_share_a_commit_and_nobody_waits_for_company(storage: Storage, file: Path):
    before = commits(file)
    await asyncio.gather(*(note(storage, key) for key in MANY))
    together = commits(file) - before
    assert together <= len(MANY) / 4
    for key in ("one", "after", "another"):
        await note(storage, key)
    assert commits(file) == before + together + 3


async def test_who_comes_in_the_same_moment_shares_the_commit_too(storage: Storage, file: Path):
    """Each comes when the one before has begun: none is waiting yet when the first is ready."""
    later: list[asyncio.Task[None]] = []

    async def one_after_the_other(keys: list[str]) -> None:
        if keys[1:]:
            later.append(asyncio.create_task(one_after_the_other(keys[1:])))
        await note(storage, keys[0])

    await note(storage, "before")
    before = commits(file)
    await one_after_the_other(MANY[:8])
    while len(later) < 7 or not all(task.done() for task in later):
        await asyncio.gather(*later)
    assert commits(file) == before + 1
    assert kept(file) == {"before", *MANY[:8]}


async def test_one_mistake_spoils_no_other(storage: Storage, file: Path):
    async def mistaken(key: str) -> None:
        async with storage.unit() as uow:
            await uow.notes.put("teams", "test", key, {}, NOW)
            raise ValueError("a mistake")

    mixed = [work for key in MANY for work in (note(storage, key), mistaken(f"bad {key}"))]
    outcomes = await asyncio.gather(mistaken("the first of all"), *mixed, return_exceptions=True)

    assert sum(isinstance(outcome, ValueError) for outcome in outcomes) == len(MANY) + 1
    assert kept(file) == set(MANY)


async def test_who_gives_up_while_waiting_holds_nobody_up(storage: Storage, file: Path):
    tasks = [asyncio.create_task(note(storage, key)) for key in MANY]
    for task in tasks[1::2]:
        asyncio.get_running_loop().call_soon(task.cancel)
    await asyncio.gather(*tasks, return_exceptions=True)

    assert {task.result() for task in tasks if not task.cancelled()} <= kept(file)
    assert set(MANY[::2]) <= kept(file)
    assert await note(storage, "afterwards") in kept(file)


async def test_who_gives_up_when_ready_leaves_no_transaction_open(storage: Storage, file: Path):
    """Another joins it and comes to nothing; somebody must end it all the same, or no other process could write."""
    entered, leave = asyncio.Event(), asyncio.Event()

    async def joins() -> None:
        async with storage.unit():
            entered.set()
            await leave.wait()

    ready = asyncio.create_task(note(storage, "ready"))
    joining = asyncio.create_task(joins())
    await entered.wait()
    ready.cancel()
    await asyncio.wait([ready])
    leave.set()
    await joining

    other = sqlite3.connect(file, isolation_level=None, timeout=0, check_same_thread=False)
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(can_write, other):
            pass
    other.close()


def can_write(other: sqlite3.Connection) -> bool:
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    other.execute("ROLLBACK")
    return True


async def test_a_full_disk_is_told_to_all_and_the_next_can_write(storage: Storage, file: Path):
    """SQLite undoes the whole transaction then: who was ready in it must not believe that it lasts."""
    async with storage.transaction() as tx:
        size = (await tx.connection.execute(text("PRAGMA page_count"))).scalar_one()
        await tx.connection.execute(text(f"PRAGMA max_page_count = {size + 20}"))

    outcomes = await asyncio.gather(
        *(note(storage, key) for key in MANY),
        note(storage, "too much", content="x" * 4096 * 40),
        return_exceptions=True,
    )
    async with storage.transaction() as tx:
        await tx.connection.execute(text("PRAGMA max_page_count = 1000000"))

    assert isinstance(outcomes[-1], DBAPIError)
    assert all(isinstance(outcome, str | DBAPIError | Conflict) for outcome in outcomes)
    assert {outcome for outcome in outcomes if isinstance(outcome, str)} == kept(file)
    assert await note(storage, "afterwards") in kept(file)


async def test_the_log_goes_into_the_file_beside_the_commits(storage: Storage, file: Path):
    """By themselves they would do it only where the log has grown long."""
    for number in range(60):
        await note(storage, f"{number}")
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(in_the_file_itself, file, "30"):
            pass
    assert await note(storage, "afterwards") in kept(file)


def in_the_file_itself(file: Path, key: str) -> bool:
    """For one who doesn't know of the log beside it."""
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as other:
        try:
            return bool(other.execute("SELECT 1 FROM notes WHERE key = ?", [key]).fetchall())
        except sqlite3.DatabaseError:  # seen while it was being written
            return False


async def test_who_ignores_that_the_disk_is_full_is_not_told_that_anything_lasts(storage: Storage, file: Path):
    async with storage.unit() as uow:
        size = (await uow.transaction.connection.execute(text("PRAGMA page_count"))).scalar_one()
        await uow.transaction.connection.execute(text(f"PRAGMA max_page_count = {size + 20}"))
        await uow.notes.put("teams", "test", "small", {}, NOW)
        with suppress(DBAPIError):
            await uow.notes.put("teams", "test", "too much", {"content": "x" * 4096 * 40}, NOW)
        with pytest.raises(Conflict):
            await uow.commit()
    async with storage.transaction() as tx:
        await tx.connection.execute(text("PRAGMA max_page_count = 1000000"))
    assert not kept(file) & {"small", "too much"}
    assert await note(storage, "afterwards") in kept(file)


async def test_the_loop_goes_on_while_another_process_writes(storage: Storage, file: Path):
    """If it did not, the other's lock would never be let go, and this would fail after half a minute."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(note(storage, "patient"))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not waiting.done()
    other.execute("ROLLBACK")
    other.close()
    assert await waiting in kept(file)


async def test_where_another_process_never_ends_it_can_be_tried_again(sqlite_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("storage.engine.BUSY", 0.01)
    storage = await Storage.open(sqlite_url)
    file = sqlite_file(sqlite_url)
    assert file is not None
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(2):
        with pytest.raises(Conflict):
            await note(storage, "impatient")
    other.execute("ROLLBACK")
    other.close()
    assert await note(storage, "afterwards") in kept(file)
    assert kept(file) == {"afterwards"}
    await storage.close()


async def test_who_gives_up_while_many_rows_are_written_holds_nobody_up(storage: Storage, file: Path):
    """In a statement SQLAlchemy would answer that by closing the connection, which is everybody's."""
    begun = asyncio.Event()

    async def many() -> None:
        async with storage.unit() as uow:
            begun.set()
            rows = [{"kind": "one", "subject": f"{number}", "at": NOW} for number in range(5_000)]
            await uow.transaction.run(agenda.insert(), rows)

    writing = asyncio.create_task(many())
    await begun.wait()
    writing.cancel()
    await asyncio.wait([writing])

    assert writing.cancelled()
    assert await note(storage, "afterwards") in kept(file)


async def test_who_writes_down_how_far_they_came_ends_although_everything_is_stopped(storage: Storage, file: Path):
    """As at Ctrl+C: all tasks are cancelled at once, and the loop waits until each has ended."""

    async def send() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await note(storage, "how far")

    def stop(others: set[asyncio.Task[None]]) -> None:
        for task in others:
            task.cancel()

    sending = asyncio.create_task(send())
    await asyncio.sleep(0)
    sending.cancel()
    me = {asyncio.current_task(), sending}
    others: set[asyncio.Task[None]] = set()
    for _ in range(100):
        await asyncio.sleep(0)
        if others := asyncio.all_tasks() - me:
            break
    stop(others)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(sending, 10)
    assert kept(file) == {"how far"}
