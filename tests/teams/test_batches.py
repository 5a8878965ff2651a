"""Writes that share a commit: all or each for itself, and nobody pays for another's mistake."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from adapters.teams.batches import Batches
from bot.ports import Conflict
from storage.unit_of_work import Storage, Unit
from tests.storage.samples import NOW


def note(key: str) -> Callable[[Unit], Awaitable[str]]:
    async def work(uow: Unit) -> str:
        await uow.notes.put("teams", "test", key, {"key": key}, NOW)
        return key

    return work


async def bad(uow: Unit) -> str:
    await uow.notes.put("teams", "test", "bad", {}, NOW)
    raise ValueError("a mistake")


async def kept(storage: Storage) -> set[str]:
    async with storage.unit(write=False) as uow:
        return {key for key, _ in await uow.notes.all("teams", "test")}


async def test_all_are_there_when_their_answer_comes(storage: Storage):
    batches = Batches(storage)
    keys = [f"{number}" for number in range(120)]
    assert await asyncio.gather(*(batches.write(note(key)) for key in keys)) == keys
    assert await kept(storage) == set(keys)
    assert await batches.write(note("alone")) == "alone"
    assert "alone" in await kept(storage)


async def test_one_mistake_spoils_no_other(storage: Storage):
    batches = Batches(storage)
    results = await asyncio.gather(
        batches.write(note("1")), batches.write(bad), batches.write(note("2")), return_exceptions=True
    )
    assert (results[0], results[2]) == ("1", "2")
    assert isinstance(results[1], ValueError)
    assert await kept(storage) == {"1", "2"}


async def test_a_conflict_is_tried_again(storage: Storage):
    tries = 0

    async def twice(uow: Unit) -> str:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Conflict
        return await note("late")(uow)

    assert await Batches(storage).write(twice) == "late"
    assert await kept(storage) == {"late"}


async def test_a_conflict_for_good_is_told(storage: Storage):
    async def always(_: Unit) -> str:
        raise Conflict

    with pytest.raises(Conflict):
        await Batches(storage).write(always)


async def test_who_has_gone_away_holds_nobody_up(storage: Storage):
    batches = Batches(storage)
    going = asyncio.create_task(batches.write(note("gone")))
    staying = asyncio.create_task(batches.write(note("stays")))
    await asyncio.sleep(0)
    going.cancel()
    assert await staying == "stays"
    assert "stays" in await kept(storage)
