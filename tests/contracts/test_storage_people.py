"""People, where they work, what they offer, and how others hear of a change."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Affiliation, Consent, Person, Role, Source
from bot.ports import Conflict
from storage.unit_of_work import Storage
from tests.storage.samples import (
    DAY,
    ERBACH,
    HOUR,
    HUECKELHOVEN,
    NOW,
    TODAY,
    affiliation,
    incoming,
    offer,
    person,
)


async def keep(storage: Storage, *people: Person) -> None:
    async with storage.unit() as uow:
        await uow.bodies.put(ERBACH, HUECKELHOVEN)
        for one in people:
            await uow.people.add(one)
        await uow.commit()


async def test_a_person_comes_back_as_they_were(storage: Storage):
    vogt = person(
        function="Projektleitung",
        email="vogt@erbach.example",
        listing="function",
        role=Role.COORDINATOR,
        paused_until=TODAY,
        pause_visible=True,
        home=incoming("console:vogt").account,
        invited_until=NOW,
    )
    await keep(storage, vogt)

    async with storage.unit(write=False) as uow:
        assert await uow.people.get(vogt.key) == vogt
        assert await uow.people.many([vogt.key, "p_nobody"]) == {vogt.key: vogt}
        assert await uow.people.by_name("  miriam   VOGT ") == [vogt]
        assert await uow.people.by_name("Miriam") == []


async def test_saving_somebody_who_is_gone_starts_the_turn_again(storage: Storage):
    async with storage.unit() as uow:
        with pytest.raises(Conflict):
            await uow.people.save(person())


async def test_a_locked_person_is_changed_by_one_at_a_time(storage: Storage):
    vogt = person(silences=0)
    await keep(storage, vogt)

    async def count() -> None:
        async with storage.unit() as uow:
            locked = await uow.people.lock(vogt.key)
            assert locked is not None
            await uow.people.save(replace(locked, silences=locked.silences + 1))
            await uow.commit()

    await asyncio.gather(*(count() for _ in range(8)))

    async with storage.unit(write=False) as uow:
        after = await uow.people.get(vogt.key)
    assert after == replace(vogt, silences=8)


async def test_who_writes_is_active_and_no_longer_silent(storage: Storage):
    vogt = person(silences=2)
    await keep(storage, vogt)
    async with storage.unit() as uow:
        before = (await uow.people.changed_since(-1)).people
        await uow.people.wrote(vogt.key, NOW + HOUR)
        await uow.commit()

    async with storage.unit(write=False) as uow:
        assert await uow.people.get(vogt.key) == replace(vogt, active_at=NOW + HOUR, silences=0)
        after = await uow.people.changed_since(before)
        assert (after.people, after.changed) == (before, [])


async def test_when_somebody_was_active_is_kept_to_the_hour(storage: Storage):
    vogt = person()
    await keep(storage, vogt)
    async with storage.unit() as uow:
        assert await uow.people.wrote(vogt.key, NOW + HOUR / 2) == vogt
        assert await uow.people.wrote(vogt.key, NOW + HOUR) == replace(vogt, active_at=NOW + HOUR)
        await uow.commit()

    async with storage.unit(write=False) as uow:
        assert await uow.people.get(vogt.key) == replace(vogt, active_at=NOW + HOUR)


async def test_the_consent_in_force_is_the_last_one_not_withdrawn(storage: Storage):
    vogt = person()
    await keep(storage, vogt)
    first = Consent(person=vogt.key, version="2026-10", given_at=NOW)
    second = Consent(person=vogt.key, version="2026-11", given_at=NOW + HOUR)
    async with storage.unit() as uow:
        await uow.people.add_consent(first)
        await uow.people.withdraw_consent(vogt.key, NOW + HOUR / 2)
        assert await uow.people.consent(vogt.key) is None
        await uow.people.add_consent(second)

        assert await uow.people.consent(vogt.key) == second
        assert await uow.people.consents(vogt.key) == [replace(first, withdrawn_at=NOW + HOUR / 2), second]


async def test_a_confirmed_town_goes_before_an_own_statement(storage: Storage):
    vogt = person()
    await keep(storage, vogt)
    async with storage.unit() as uow:
        await uow.people.affiliate(affiliation(vogt, HUECKELHOVEN, Source.OWN))
        await uow.people.affiliate(affiliation(vogt, ERBACH, Source.TENANT))

        assert [one.body for one in await uow.people.affiliations(vogt.key, TODAY)] == [ERBACH.key, HUECKELHOVEN.key]
        assert await uow.people.bodies_of([vogt.key, "p_nobody"], TODAY) == {vogt.key: ERBACH}
        assert await uow.people.bodies_of([vogt.key]) == {vogt.key: ERBACH}
        assert await uow.bodies.members(ERBACH.key, TODAY) == [vogt.key]


async def test_who_moves_on_belongs_to_the_old_town_until_that_day(storage: Storage):
    vogt, moved = person(), TODAY + timedelta(days=30)
    await keep(storage, vogt)
    async with storage.unit() as uow:
        await uow.people.affiliate(affiliation(vogt, ERBACH))
        await uow.people.affiliate(affiliation(vogt, HUECKELHOVEN, since=moved))

        assert await uow.people.bodies_of([vogt.key], moved - DAY) == {vogt.key: ERBACH}
        assert await uow.people.bodies_of([vogt.key], moved) == {vogt.key: HUECKELHOVEN}
        assert await uow.people.bodies_of([vogt.key]) == {vogt.key: HUECKELHOVEN}
        assert await uow.bodies.members(ERBACH.key, moved) == []


async def test_who_left_a_town_is_where_the_next_best_source_says(storage: Storage):
    vogt = person()
    await keep(storage, vogt)
    async with storage.unit() as uow:
        await uow.people.affiliate(affiliation(vogt, ERBACH, Source.TENANT, since=TODAY - DAY))
        await uow.people.affiliate(affiliation(vogt, HUECKELHOVEN, Source.OWN, since=TODAY - DAY))
        await uow.people.end_affiliation(vogt.key, Source.TENANT, TODAY)

        assert await uow.people.bodies_of([vogt.key], TODAY) == {vogt.key: HUECKELHOVEN}
        assert await uow.people.bodies_of([vogt.key], TODAY - DAY) == {vogt.key: ERBACH}


async def test_a_correction_on_the_same_day_leaves_no_trace_of_the_mistake(storage: Storage):
    vogt = person()
    await keep(storage, vogt)
    async with storage.unit() as uow:
        await uow.people.affiliate(affiliation(vogt, ERBACH))
        await uow.people.affiliate(affiliation(vogt, HUECKELHOVEN))

        found = await uow.people.affiliations(vogt.key, TODAY)
    assert found == [Affiliation(person=vogt.key, body=HUECKELHOVEN.key, source=Source.OWN, since=TODAY)]


async def test_a_topic_offered_again_replaces_the_offer(storage: Storage):
    vogt = person()
    await keep(storage, vogt)
    old, wish = offer(vogt, level="introduced"), offer(vogt, kind="want")
    new, own_words = offer(vogt, level="running", since=2023, declared_at=NOW + HOUR), offer(vogt, None, text="Robotik")
    async with storage.unit() as uow:
        for one in (old, wish, own_words, new):
            await uow.people.add_offer(one)
        await uow.people.add_offer(replace(own_words, key="o_again"))

        found = await uow.people.offers(vogt.key)
        assert {one.key for one in found} == {wish.key, "o_again", new.key}
        await uow.people.remove_offer("o_again")
        assert await uow.people.offers_of([vogt.key]) == {vogt.key: [wish, new]}


async def test_a_block_works_in_both_directions(storage: Storage):
    vogt, kalthoff, other = person(), person("Jens Kalthoff"), person("Svenja Harms")
    await keep(storage, vogt, kalthoff, other)
    async with storage.unit() as uow:
        await uow.people.block(vogt.key, kalthoff.key, NOW)
        await uow.people.block(vogt.key, kalthoff.key, NOW)

        assert await uow.people.blocked(vogt.key) == {kalthoff.key}
        assert await uow.people.blocked(kalthoff.key) == {vogt.key}
        assert await uow.people.blocked(other.key) == frozenset()
        both = {vogt.key: frozenset({kalthoff.key}), kalthoff.key: frozenset({vogt.key})}
        assert await uow.people.blocked_among([vogt.key, kalthoff.key, other.key]) == both


async def test_a_block_is_taken_back_by_whoever_set_it(storage: Storage):
    vogt, kalthoff = person(), person("Jens Kalthoff")
    await keep(storage, vogt, kalthoff)
    async with storage.unit() as uow:
        await uow.people.block(vogt.key, kalthoff.key, NOW)
        await uow.people.block(kalthoff.key, vogt.key, NOW)
        await uow.people.unblock(vogt.key, kalthoff.key)
        assert await uow.people.blocked_by(vogt.key) == []
        assert await uow.people.blocked_by(kalthoff.key) == [vogt.key]
        assert await uow.people.blocked(vogt.key) == {kalthoff.key}  # what the other side did stays


async def test_all_roles_are_listed_granted_or_ones_own(storage: Storage):
    vogt, kalthoff = replace(person(), role=Role.ADMIN), person("Jens Kalthoff")
    await keep(storage, vogt, kalthoff)
    async with storage.unit() as uow:
        await uow.people.grant(vogt.key, Role.ADMIN, None, NOW)
        await uow.people.grant(kalthoff.key, Role.COORDINATOR, "05370020", NOW)
        assert await uow.people.all_roles() == [
            (vogt.key, Role.ADMIN, None),
            (kalthoff.key, Role.COORDINATOR, "05370020"),
        ]


async def test_roles_are_for_a_body_or_for_the_network(storage: Storage):
    vogt, brandt = person(), person("Ayşe Brandt", role=Role.ADMIN)
    await keep(storage, vogt, brandt)
    async with storage.unit() as uow:
        await uow.people.grant(vogt.key, Role.COORDINATOR, ERBACH.key, NOW)
        await uow.people.grant(vogt.key, Role.COORDINATOR, ERBACH.key, NOW)
        await uow.people.grant(vogt.key, Role.ADMIN, None, NOW)

        assert await uow.people.roles(vogt.key) == [(Role.COORDINATOR, ERBACH.key), (Role.ADMIN, None)]
        assert await uow.people.with_role(Role.COORDINATOR, ERBACH.key) == [vogt.key]
        assert await uow.people.with_role(Role.ADMIN) == sorted([vogt.key, brandt.key])
        await uow.people.revoke(vogt.key, Role.ADMIN, None)
        assert await uow.people.with_role(Role.ADMIN) == [brandt.key]


async def test_each_change_of_a_person_is_heard_of_once(storage: Storage):
    vogt, kalthoff = person(), person("Jens Kalthoff")
    await keep(storage, vogt, kalthoff)
    async with storage.unit(write=False) as uow:
        before = await uow.people.changed_since(-1)
    assert set(before.changed) == {vogt.key, kalthoff.key}

    async with storage.unit() as uow:
        await uow.people.add_offer(offer(kalthoff))
        await uow.bodies.put(ERBACH)
        await uow.commit()

    async with storage.unit(write=False) as uow:
        after = await uow.people.changed_since(before.people)
        assert (after.people > before.people, after.changed) == (True, [kalthoff.key])
        assert await uow.people.changed_since(after.people) == replace(after, changed=[])
        assert before.topics < after.topics == await uow.topics.mark()


async def test_marks_never_overtake_each_other(storage: Storage):
    """Many change at once; whoever follows the marks hears of all."""
    people = [person(f"Person {n}") for n in range(12)]
    await keep(storage, *people)
    heard: set[str] = set()
    async with storage.unit(write=False) as uow:
        mark = (await uow.people.changed_since(-1)).people

    async def change(one: Person) -> None:
        async with storage.unit() as uow:
            await uow.people.save(replace(one, function="Amtsleitung"))
            await uow.commit()

    async def listen() -> None:
        nonlocal mark
        async with storage.unit(write=False) as uow:
            new = await uow.people.changed_since(mark)
        mark = new.people
        heard.update(new.changed)

    await asyncio.gather(*(work for one in people for work in (change(one), listen())))
    await listen()

    assert heard == {one.key for one in people}


async def test_those_who_have_left_are_found_by_their_dates(storage: Storage):
    long_ago = NOW - timedelta(days=800)
    gone = person("Weg", active_at=long_ago, confirmed_at=long_ago)
    here = person("Da")
    invited = person("Eingeladen", active_at=long_ago, confirmed_at=long_ago, invited_until=NOW)
    await keep(storage, gone, here, invited)

    async with storage.unit(write=False) as uow:
        assert await uow.people.inactive_since(NOW - timedelta(days=730)) == [gone.key]
        assert await uow.people.unconfirmed_since(NOW - timedelta(days=365)) == [gone.key]
        assert await uow.people.invitations_over(NOW) == [invited.key]
        assert await uow.people.invitations_over(NOW - HOUR) == []


async def test_two_admissions_of_one_key_are_a_conflict(storage: Storage):
    vogt = person()
    await keep(storage, vogt)
    async with storage.unit() as uow:
        with pytest.raises(Conflict):
            await uow.people.add(vogt)


async def test_what_was_opened_for_reading_cannot_write(storage: Storage):
    async with storage.unit(write=False) as uow:
        with pytest.raises(RuntimeError, match="write=True"):
            await uow.people.add(person())
        with pytest.raises(RuntimeError, match="write=True"):
            await uow.commit()


async def test_reading_does_not_wait_for_a_writer(storage: Storage):
    vogt = person()
    await keep(storage, vogt)
    async with storage.unit() as writing:
        await writing.people.save(replace(vogt, name="M. Vogt"))
        async with storage.unit(write=False) as reading:
            assert await reading.people.get(vogt.key) == vogt
