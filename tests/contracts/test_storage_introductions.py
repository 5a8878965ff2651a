"""Enquiries, and the introductions that belong to them."""

import asyncio
from dataclasses import replace

import pytest

from bot.model import Filters, Handover, Introduction, IntroductionState, Person, Step
from bot.ports import Conflict, Load
from storage.unit_of_work import Storage
from tests.storage.samples import DAY, HOUR, NOW, TODAY, enquiry, introduction, person


async def two_people(storage: Storage) -> tuple[Person, Person]:
    vogt, kalthoff = person(), person("Jens Kalthoff")
    async with storage.unit() as uow:
        await uow.people.add(vogt)
        await uow.people.add(kalthoff)
        await uow.commit()
    return vogt, kalthoff


async def asked(storage: Storage) -> Introduction:
    vogt, kalthoff = await two_people(storage)
    wanted = enquiry(vogt)
    intro = introduction(wanted, kalthoff, state=IntroductionState.ASKED, asked_at=NOW)
    async with storage.unit() as uow:
        await uow.enquiries.add(wanted)
        await uow.introductions.add(intro)
        await uow.commit()
    return intro


async def test_an_enquiry_keeps_filters_and_lists_in_order(storage: Storage):
    vogt, kalthoff = await two_people(storage)
    wanted = enquiry(
        vogt,
        sentence="Wie scannt man Bauakten?",
        filters=Filters(state="Bayern", within_km=100, size="similar"),
        shown=(kalthoff.key, "p_2", "p_1"),
        page=("p_2", "p_1"),
    )
    later = enquiry(vogt, text="Chatbot", topic=None)
    async with storage.unit() as uow:
        await uow.enquiries.add(wanted)
        await uow.enquiries.add(later)
        assert await uow.enquiries.get(wanted.key) == wanted
        assert await uow.enquiries.last(vogt.key) == later
        assert await uow.enquiries.of(vogt.key) == [later, wanted]
        changed = replace(wanted, page=(), filters=Filters(), at=NOW + HOUR)
        await uow.enquiries.save(changed)
        assert await uow.enquiries.last(vogt.key) == changed
        assert await uow.enquiries.last(kalthoff.key) is None


async def test_demand_waits_until_it_is_met(storage: Storage):
    vogt, kalthoff = await two_people(storage)
    first = enquiry(vogt, demand_noted_at=NOW)
    words = enquiry(kalthoff, topic=None, text="Digitale Poststelle", demand_noted_at=NOW + HOUR)
    met = enquiry(kalthoff, demand_noted_at=NOW, demand_met_at=NOW)
    unnoted = enquiry(kalthoff)
    async with storage.unit() as uow:
        for one in (first, words, met, unnoted):
            await uow.enquiries.add(one)
        assert await uow.enquiries.demands("e-akte", "Elektronische Akte") == [first]
        assert await uow.enquiries.demands(None, "digitale POSTSTELLE") == [words]
        assert await uow.enquiries.demands("e-akte", "digitale Poststelle") == [first, words]
        assert await uow.enquiries.demands(None, "Chatbot") == []


async def test_searches_are_counted_by_the_hour(storage: Storage):
    vogt, kalthoff = await two_people(storage)
    async with storage.unit() as uow:
        for minutes, taken in ((0, True), (30, True), (59, False), (60, True), (61, False), (91, True)):
            now = NOW + HOUR * minutes / 60
            assert await uow.enquiries.count_search(vogt.key, now, since=now - HOUR, at_most=2) is taken
        assert await uow.enquiries.count_search(kalthoff.key, NOW, since=NOW - HOUR, at_most=1)


async def test_an_introduction_comes_back_as_it_was(storage: Storage):
    vogt, kalthoff = await two_people(storage)
    wanted = enquiry(vogt)
    intro = introduction(
        wanted,
        kalthoff,
        state=IntroductionState.POSTPONED,
        asker_gives=("email", "phone"),
        contact_gives=("email",),
        asked_at=NOW,
        answer_by=NOW + DAY,
        later_on=TODAY,
        told_at=NOW,
        check_ins=1,
    )
    draft = introduction(wanted, kalthoff)
    async with storage.unit() as uow:
        await uow.enquiries.add(wanted)
        await uow.introductions.add(intro)
        await uow.introductions.add(draft)
        assert await uow.introductions.get(intro.key) == intro
        assert await uow.introductions.asked_by(vogt.key) == [draft, intro]
        assert await uow.introductions.asked_of(kalthoff.key) == [intro]
        assert await uow.introductions.of_enquiry(wanted.key) == [draft, intro]
        assert await uow.introductions.loads([kalthoff.key, vogt.key]) == {kalthoff.key: Load(last_asked=NOW, open=0)}


async def test_whom_many_ask_is_told_by_when_they_were_last_asked_and_how_many_wait(storage: Storage):
    vogt, kalthoff = await two_people(storage)
    wanted = enquiry(vogt)
    asked, over = {"state": IntroductionState.ASKED}, {"state": IntroductionState.EXPIRED}
    async with storage.unit() as uow:
        await uow.enquiries.add(wanted)
        for at, state in ((NOW - DAY, asked), (NOW, over), (NOW - 2 * DAY, asked)):
            await uow.introductions.add(introduction(wanted, kalthoff, asked_at=at, **state))
        await uow.introductions.add(introduction(wanted, vogt))  # a draft of which nobody has heard
        assert await uow.introductions.loads([kalthoff.key, vogt.key]) == {kalthoff.key: Load(last_asked=NOW, open=2)}
        assert await uow.introductions.loads([]) == {}


async def test_an_enquiry_is_refined_unless_an_introduction_belongs_to_it(storage: Storage):
    vogt, kalthoff = await two_people(storage)
    wanted, used = enquiry(vogt), enquiry(vogt)
    async with storage.unit() as uow:
        await uow.enquiries.add(wanted)
        await uow.enquiries.add(used)
        await uow.introductions.add(introduction(used, kalthoff))
        refined = replace(wanted, filters=Filters(state="Bayern"), shown=(kalthoff.key,))
        assert await uow.enquiries.refine(wanted, refined)
        assert await uow.enquiries.get(wanted.key) == refined
        assert not await uow.enquiries.refine(used, replace(used, filters=Filters(state="Bayern")))
        assert await uow.enquiries.get(used.key) == used
        gone = replace(wanted, key="e_gone")
        assert not await uow.enquiries.refine(gone, gone)


async def test_a_draft_vanishes_and_nothing_else_does(storage: Storage):
    intro = await asked(storage)
    async with storage.unit() as uow:
        draft = replace(intro, key="i_draft", state=IntroductionState.DRAFT)
        await uow.introductions.add(draft)
        await uow.introductions.discard(draft.key)
        await uow.introductions.discard(intro.key)
        assert await uow.introductions.asked_by(intro.asker) == [intro]


async def test_a_state_that_has_moved_on_is_a_conflict(storage: Storage):
    intro = await asked(storage)
    async with storage.unit() as uow:
        await uow.introductions.save(replace(intro, state=IntroductionState.DECLINED), was=IntroductionState.ASKED)
        with pytest.raises(Conflict):
            await uow.introductions.save(replace(intro, state=IntroductionState.MEDIATED), was=IntroductionState.ASKED)


async def test_of_five_simultaneous_yeses_one_counts(storage: Storage):
    intro = await asked(storage)

    async def accept() -> bool:
        async with storage.unit() as uow:
            try:
                mediated = replace(intro, state=IntroductionState.MEDIATED)
                await uow.introductions.save(mediated, was=IntroductionState.ASKED)
                await uow.introductions.note(Step(introduction=intro.key, at=NOW, event="accept", by="contact"))
                await uow.commit()
            except Conflict:
                return False
            return True

    assert sum(await asyncio.gather(*(accept() for _ in range(5)))) == 1
    async with storage.unit(write=False) as uow:
        assert len(await uow.introductions.steps(intro.key)) == 1


async def test_history_and_handovers_are_kept_in_order(storage: Storage):
    intro = await asked(storage)
    steps = [Step(introduction=intro.key, at=NOW, event=event, by="time") for event in ("send", "remind", "expire")]
    given = [
        Handover(
            introduction=intro.key, to=intro.asker, of=intro.contact, name="Jens Kalthoff", function=None,
            body="Hückelhoven, Nordrhein-Westfalen", email=mail, at=NOW,
        )
        for mail in ("alt@hueckelhoven.example", "neu@hueckelhoven.example")
    ]  # fmt: skip
    async with storage.unit() as uow:
        for step in steps:
            await uow.introductions.note(step)
        for handover in given:
            await uow.introductions.hand_over(handover)
        assert await uow.introductions.steps(intro.key) == steps
        assert await uow.introductions.handed_to(intro.asker) == given[::-1]
        assert await uow.introductions.handed_to(intro.contact) == []
