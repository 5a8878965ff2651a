"""The sender's row: made once, refreshed by each turn, and locked."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.events import Address
from storage.unit_of_work import Storage
from tests.storage.samples import NOW, incoming, person


async def test_an_account_exists_from_its_first_word_on(storage: Storage):
    async with storage.unit() as uow:
        row = await uow.accounts.lock(incoming("console:vogt", name="Miriam Vogt", address="window 1"))
        await uow.commit()

    assert (row.account, row.name, row.address, row.person) == ("console:vogt", "Miriam Vogt", "window 1", None)
    async with storage.unit(write=False) as uow:
        assert await uow.accounts.get(row.account) == row


async def test_leaving_without_commit_means_that_nothing_happened(storage: Storage):
    async with storage.unit() as uow:
        await uow.accounts.lock(incoming("console:vogt"))

    async with storage.unit(write=False) as uow:
        assert await uow.accounts.get(incoming("console:vogt").account) is None


async def test_a_room_never_takes_the_place_of_the_direct_chat(storage: Storage):
    said = incoming("console:vogt", name="M. Vogt", address="window 1")
    async with storage.unit() as uow:
        await uow.accounts.lock(said)
        later = replace(said, name="Miriam Vogt", address=Address("room 7"), where="room", at=NOW + timedelta(hours=1))
        row = await uow.accounts.lock(later)

    assert (row.name, row.address, row.seen_at) == ("Miriam Vogt", "window 1", NOW + timedelta(hours=1))


async def test_an_event_without_a_name_takes_none_away(storage: Storage):
    async with storage.unit() as uow:
        await uow.accounts.lock(incoming("console:vogt", name="Miriam Vogt"))
        row = await uow.accounts.lock(incoming("console:vogt", name=""))
    assert row.name == "Miriam Vogt"


async def test_whoever_writes_again_can_be_reached_again(storage: Storage):
    async with storage.unit() as uow:
        row = await uow.accounts.lock(incoming("console:vogt"))
        await uow.accounts.save(replace(row, reachable=False))
        assert (await uow.accounts.lock(incoming("console:vogt", address="window 2"))).reachable


async def test_when_an_only_account_was_used_is_kept_to_the_hour_and_of_several_exactly(storage: Storage):
    """Of several the one used last is where its owner is written to."""
    first, second = incoming("console:vogt"), incoming("teams:vogt")
    vogt = person()
    async with storage.unit() as uow:
        await uow.people.add(vogt)
        seen = replace(await uow.accounts.lock(first), person=vogt.key)
        await uow.accounts.save(seen)
        assert await uow.accounts.lock(replace(first, at=NOW + timedelta(minutes=59))) == seen
        assert (await uow.accounts.lock(replace(first, at=NOW + timedelta(minutes=60)))).seen_at > NOW
        await uow.accounts.save(replace(await uow.accounts.lock(second), person=vogt.key))
        for minute, used in ((61, first), (62, second), (63, first)):
            await uow.accounts.lock(replace(used, at=NOW + timedelta(minutes=minute)))
            last, _ = await uow.accounts.of_person(vogt.key)
            assert last.account == used.account


async def test_two_turns_of_one_sender_happen_one_after_the_other(storage: Storage):
    """Each reads how often the person was refused, and adds one: nothing is lost."""

    async def turn() -> None:
        async with storage.unit() as uow:
            row = await uow.accounts.lock(incoming("console:vogt"))
            await uow.accounts.save(replace(row, kept_question=(row.kept_question or "") + "x"))
            await uow.commit()

    await asyncio.gather(*(turn() for _ in range(8)))

    async with storage.unit(write=False) as uow:
        row = await uow.accounts.get(incoming("console:vogt").account)
    assert row is not None
    assert row.kept_question == "x" * 8
