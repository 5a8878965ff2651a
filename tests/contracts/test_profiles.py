"""What a search remembers of people is what the database says: in this unit of work, after it, and after others'."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, event

from bot.knowledge import Knowledge
from bot.model import Person
from bot.profiles import Profile, Profiles
from storage.tables import offers as offers_table
from storage.unit_of_work import Storage
from tests.storage.samples import DAY, ERBACH, HUECKELHOVEN, NOW, TODAY, affiliation, offer, person

VOGT = person(listing="name", function="Projektleitung")
KALTHOFF = person("Jens Kalthoff", listing="name", function="Teamleitung")


@pytest.fixture
async def two(storage: Storage) -> Storage:
    async with storage.unit() as uow:
        await uow.bodies.put(ERBACH, HUECKELHOVEN)
        for one, body in ((VOGT, ERBACH), (KALTHOFF, HUECKELHOVEN)):
            await uow.people.add(one)
            await uow.people.affiliate(affiliation(one, body))
            await uow.people.add_offer(offer(one))
        await uow.commit()
    return storage


async def looked_at(storage: Storage, knowledge: Knowledge, *, later: timedelta = 0 * DAY) -> dict[str, Profile]:
    async with storage.unit(write=False) as uow:
        await knowledge.refresh(uow)
        return await knowledge.profiles.of(uow, [VOGT.key, KALTHOFF.key], TODAY + later)


async def changed(storage: Storage, one: Person) -> None:
    async with storage.unit() as uow:
        await uow.people.save(one)
        await uow.commit()


async def test_a_second_look_reads_nothing_again(two: Storage):
    knowledge = Knowledge()
    first = await looked_at(two, knowledge)
    statements: list[str] = []
    event.listen(two.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    assert await looked_at(two, knowledge) == first
    assert [one for one in statements if "FROM people" in one or "FROM offers" in one] == []


async def test_each_change_is_seen_by_the_next_look(two: Storage):
    knowledge = Knowledge()
    await looked_at(two, knowledge)

    await changed(two, replace(VOGT, function="Leitung", paused_until=TODAY))
    assert (await looked_at(two, knowledge))[VOGT.key].person.paused_until == TODAY
    async with two.unit() as uow:
        await uow.people.add_offer(offer(VOGT, topic=None, text="Rasenmäher"))
        await uow.people.affiliate(affiliation(VOGT, HUECKELHOVEN))
        await uow.commit()
    found = (await looked_at(two, knowledge))[VOGT.key]
    assert {one.text for one in found.offers} == {"E-Akte", "Rasenmäher"}
    assert found.body == HUECKELHOVEN
    async with two.unit() as uow:
        await uow.bodies.put(replace(HUECKELHOVEN, population=7))
        await uow.commit()
    found = (await looked_at(two, knowledge))[VOGT.key]
    assert found.body is not None
    assert found.body.population == 7
    async with two.unit() as uow:
        await uow.people.block(KALTHOFF.key, VOGT.key, NOW)
        await uow.commit()
    assert {key: one.blocked for key, one in (await looked_at(two, knowledge)).items()} == {
        VOGT.key: {KALTHOFF.key},
        KALTHOFF.key: {VOGT.key},
    }
    async with two.unit() as uow:
        await uow.people.unblock(KALTHOFF.key, VOGT.key)
        await uow.commit()
    assert not any(one.blocked for one in (await looked_at(two, knowledge)).values())
    async with two.unit() as uow:
        await uow.privacy.erase(VOGT.key, None)
        await uow.commit()
    assert list(await looked_at(two, knowledge)) == [KALTHOFF.key]


async def test_a_town_is_that_of_the_day(two: Storage):
    knowledge = Knowledge()
    await looked_at(two, knowledge)
    async with two.unit() as uow:
        await uow.people.affiliate(affiliation(VOGT, HUECKELHOVEN, since=TODAY + DAY))
        await uow.commit()

    for later, body in ((0 * DAY, ERBACH), (DAY, HUECKELHOVEN), (0 * DAY, ERBACH)):
        assert (await looked_at(two, knowledge, later=later))[VOGT.key].body == body


async def test_what_this_very_turn_changed_is_seen_by_it_and_forgotten_if_it_fails(two: Storage):
    knowledge = Knowledge()
    await looked_at(two, knowledge)
    async with two.unit() as uow:
        await knowledge.refresh(uow)
        await uow.people.save(replace(VOGT, function="Leitung"))
        mine = await knowledge.profiles.of(uow, [VOGT.key], TODAY)
        assert mine[VOGT.key].person.function == "Leitung"  # and no commit

    assert (await looked_at(two, knowledge))[VOGT.key].person.function == "Projektleitung"


async def test_after_a_commit_that_failed_everything_is_read_anew(two: Storage):
    """Others in the same transaction may have been taken in that were then undone with it, past all marks."""
    knowledge = Knowledge()
    await looked_at(two, knowledge)
    async with two.transaction() as tx:
        await tx.run(delete(offers_table).where(offers_table.c.person == VOGT.key))
        await tx.commit()
    assert (await looked_at(two, knowledge))[VOGT.key].offers
    knowledge.doubt()
    assert not (await looked_at(two, knowledge))[VOGT.key].offers
    assert {hit.id for hit in knowledge.people.search("E-Akte")} == {KALTHOFF.key}


async def test_no_more_than_so_many_are_remembered(two: Storage):
    profiles = Profiles(at_most=1)
    for keys in ([VOGT.key, KALTHOFF.key], [KALTHOFF.key, VOGT.key]):
        async with two.unit(write=False) as uow:
            assert list(await profiles.of(uow, keys, TODAY)) == keys
        assert len(profiles) == 1
