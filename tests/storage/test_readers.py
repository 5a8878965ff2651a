"""Units of work that only read, on SQLite's kept connections."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from storage.readers import KEPT
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
    looked, written = asyncio.Barrier(KEPT + 4), asyncio.Event()

    async def reader() -> tuple[str | None, str | None]:
        async with storage.unit(write=False) as uow:
            first = await uow.meta.get("n")
            await looked.wait()
            await written.wait()
            return first, await uow.meta.get("n")

    readers = [asyncio.create_task(reader()) for _ in range(KEPT + 3)]
    await looked.wait()
    await write(storage, "after")
    written.set()
    assert set(await asyncio.gather(*readers)) == {("before", "before")}
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
        task = asyncio.create_task(reader())
        await reading.wait()
        task.cancel()
        await asyncio.wait([task])
        await write(storage, "after")
        async with storage.unit(write=False) as uow:
            assert await uow.meta.get("n") == "after"
        await write(storage, "before")
    assert await storage.scrub()  # which a forgotten reader would stand in the way of
