"""What the core knows by heart follows the database: whoever changes something is found as they are now."""

import asyncio
from dataclasses import replace

from bot.knowledge import Knowledge
from bot.matching.topics import Topic
from storage.unit_of_work import Storage
from tests.storage.samples import ERBACH, HUECKELHOVEN, affiliation, offer, person

WORDS = ["Rasenmäher", "Quarzgletscher", "Bürgerkoffer", "Melderegister", "Aktenplan"]


async def refreshed(storage: Storage, knowledge: Knowledge) -> None:
    async with storage.unit(write=False) as uow:
        await knowledge.refresh(uow)


def finds(knowledge: Knowledge, text: str) -> set[str]:
    return {hit.id for hit in knowledge.people.search(text)}


async def say(storage: Storage, key: str, word: str) -> None:
    """Instead of all they said before."""
    async with storage.unit() as uow:
        for one in await uow.people.offers(key):
            await uow.people.remove_offer(one.key)
        await uow.people.add_offer(replace(offer(person(key=key)), topic=None, text=word))
        await uow.commit()


async def test_changes_are_found_while_the_index_is_built_anew(storage: Storage):
    people = [person(name=f"Person {number}", listing="name") for number in range(6)]
    async with storage.unit() as uow:
        await uow.bodies.put(ERBACH, HUECKELHOVEN)
        for one in people:
            await uow.people.add(one)
            await uow.people.add_offer(replace(offer(one), topic=None, text="Sperrmüll"))
        await uow.commit()
    knowledge = Knowledge(fragmented=3)
    await refreshed(storage, knowledge)
    first = knowledge.people

    for number in range(60):  # more than enough for several rebuilds
        who, word = people[number % len(people)], WORDS[number % len(WORDS)]
        await say(storage, who.key, word)
        await refreshed(storage, knowledge)
        assert who.key in finds(knowledge, word)
        assert all(who.key not in finds(knowledge, other) for other in WORDS if other != word)
        await asyncio.sleep(0)

    assert knowledge.people is not first
    assert knowledge.people.dead < 60


async def test_who_is_hidden_during_a_rebuild_does_not_come_back_with_it(storage: Storage):
    people = [person(name=f"Person {number}", listing="name") for number in range(3)]
    async with storage.unit() as uow:
        for one in people:
            await uow.people.add(one)
            await uow.people.add_offer(replace(offer(one), topic=None, text="Sperrmüll"))
        await uow.commit()
    knowledge = Knowledge(fragmented=0)
    await refreshed(storage, knowledge)
    for number in range(4):
        await say(storage, people[0].key, WORDS[number])
    await say(storage, people[1].key, "Sperrmüll")
    await refreshed(storage, knowledge)
    await say(storage, people[2].key, "Sperrmüll")
    await refreshed(storage, knowledge)
    async with storage.unit() as uow:
        await uow.people.save(replace(people[1], listing=None))
        await uow.commit()
    before = knowledge.people

    while knowledge.people is before:
        await refreshed(storage, knowledge)
        assert people[1].key not in finds(knowledge, "Sperrmüll")
        for one in (people[0], people[2]):  # keeps the arrays moving until the new index has taken over
            await say(storage, one.key, "Sperrmüll")
    await refreshed(storage, knowledge)

    assert finds(knowledge, "Sperrmüll") == {people[0].key, people[2].key}


async def test_a_new_topic_or_a_corrected_register_leaves_the_people_where_they_are(storage: Storage):
    vogt = person(listing="name")
    async with storage.unit() as uow:
        await uow.bodies.put(ERBACH)
        await uow.people.add(vogt)
        await uow.people.affiliate(affiliation(vogt, ERBACH))
        await uow.people.add_offer(replace(offer(vogt), topic=None, text="Rasenmäher"))
        await uow.commit()
    knowledge = Knowledge()
    await refreshed(storage, knowledge)
    index = knowledge.people

    async with storage.unit() as uow:
        await uow.topics.put(Topic(id="rasen", label_de="Rasenpflege", label_en="Lawn care"))
        await uow.bodies.put(replace(ERBACH, state="Bayern"))
        await uow.commit()
    await refreshed(storage, knowledge)

    assert knowledge.topic("Rasenpflege") is not None
    assert knowledge.home_state(vogt.key) == "Bayern"
    assert knowledge.people is index
