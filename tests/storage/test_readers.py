"""Units of work that only read, on SQLite's kept connections."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.ports import Conflict
from storage.engine import open_engine, sqlite_file
from storage.readers import KEPT
from storage.tombstones import Tombstones
from storage.unit_of_work import Storage


@pytest.fixture
async def storage(sqlite_url: str) -> AsyncIterator[Storage]:
    opened = await Storage.open(sqlite_url)
    yield opened
    await opened.close()


async def write(storage: Storage, value: str) -> None:
    async with storage.unit() as uow:
        await uow.meta.put("n", value)
        await uow.commit()


async def test_more_readers_than_connections_are_kept_each_see_their_own_moment(storage: Storage):
    await write(storage, "before")
    async with AsyncExitStack() as stack:
        units = [await stack.enter_async_context(storage.unit(write=False)) for _ in range(KEPT + 3)]
        assert {await uow.meta.get("n") for uow in units} == {"before"}
        await write(storage, "after")
        assert {await uow.meta.get("n") for uow in units} == {"before"}
    async with storage.unit(write=False) as uow:
        assert await uow.meta.get("n") == "after"


async def test_who_is_interrupted_while_reading_leaves_nothing_behind(storage: Storage):
    await write(storage, "before")
    reading = asyncio.Event()

    async def reader() -> None:
        async with storage.unit(write=False) as uow:
            await uow.meta.get("n")
            reading.set()
            await asyncio.Event().wait()

    for _ in range(KEPT + 1):
        reading.clear()
        task, at_it = asyncio.create_task(reader()), asyncio.create_task(reading.wait())
        await asyncio.wait([task, at_it], return_when=asyncio.FIRST_COMPLETED)
        at_it.cancel()
        assert not task.done()
        task.cancel()
        await asyncio.wait([task])
        await write(storage, "after")
        async with storage.unit(write=False) as uow:
            assert await uow.meta.get("n") == "after"
        await write(storage, "before")
    assert await storage.scrub()  # which a forgotten reader would stand in the way of


async def test_where_another_process_keeps_the_database_for_itself_it_can_be_tried_again(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("storage.engine.BUSY", 0.01)
    await (await Storage.open(sqlite_url)).close()
    file = sqlite_file(sqlite_url)
    assert file is not None
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    storage = Storage(sqlite_url, open_engine(sqlite_url), Tombstones(None))
    for write in (False, True):
        with pytest.raises(Conflict):
            async with storage.unit(write=write):
                pass
    other.close()
    async with storage.unit(write=False) as uow:
        assert await uow.meta.get("n") is None
    await storage.close()
