"""When one side is no longer there: a contact who hid, left or took the topic back; an asker who left; a pause."""

from dataclasses import replace
from datetime import date
from typing import Literal, TypeAlias

from bot.flows.introductions import words as texts
from bot.flows.introductions.steps import (
    CHECK_IN,
    CLOSE,
    ENDED,
    answer_by,
    delivered_at,
    ended,
    goes_out,
    place_freed,
    plan,
    same_topic,
    take_back,
)
from bot.hours import Kind
from bot.introduction_states import MET, WAITING, IntroductionEvent
from bot.messages import Text
from bot.model import Introduction, IntroductionState, Person
from bot.turn import Replies, Scene

Why: TypeAlias = Literal["pause", "topic", "left", "erasure"]


async def contact_gone(
    scene: Scene, person_key: str, why: Why, *, topic: str | None = None, text: str | None = None
) -> Replies:
    """Call when somebody can no longer be asked: hidden by a pause, a topic taken back (`topic` and `text` as in the
    offer), consent withdrawn or account left, and before an erasure. The askers hear of it as of a no.
    """
    for one in await scene.uow.introductions.asked_of(person_key):
        if one.state in WAITING and (why != "topic" or same_topic(one, topic, text or "")):
            await _drop(scene, one)
        elif one.state in MET and why == "erasure":
            await scene.uow.agenda.drop(one.key, CHECK_IN, CLOSE)
            await scene.uow.outbox.cancel(one.key)
    return []


async def _drop(scene: Scene, one: Introduction) -> None:
    await scene.uow.outbox.cancel(one.key, kinds=(Kind.REQUEST, Kind.RELAY, Kind.STATUS))
    await scene.uow.questions.close(one.key)
    await ended(scene, one, IntroductionEvent.DROP, "time")


async def asker_gone(scene: Scene, person_key: str, why: Why) -> Replies:
    """Call when somebody leaves with requests open, before an erasure. Contacts who had been asked are told that
    there is nothing left to do, without a name; the others never hear of it.
    """
    del why
    replies: Replies = []
    for one in await scene.uow.introductions.asked_by(person_key):
        await scene.uow.agenda.drop(one.key)
        await scene.uow.agenda.drop(one.enquiry, ENDED)
        if one.state is IntroductionState.DRAFT:
            await scene.uow.introductions.discard(one.key)
        elif one.state in WAITING:
            contact = await scene.uow.people.get(one.contact)
            unseen, _ = await take_back(scene, one, IntroductionEvent.WITHDRAW)
            if not unseen and contact is not None:
                await scene.uow.questions.close(one.key)
                words = scene.words(contact)
                replies.append(scene.to(contact, Text(text=words("introduction.asker_gone")), kind=Kind.STATUS))
        else:
            await scene.uow.outbox.cancel(one.key)
    return replies


async def between_gone(scene: Scene, person_key: str, other: str) -> Replies:
    """Call after one of the two blocked the other: nothing between them stays open, and neither is told why."""
    for one in await scene.uow.introductions.asked_of(person_key):
        if one.asker == other and one.state in WAITING:
            await _drop(scene, one)
    replies: Replies = []
    for one in await scene.uow.introductions.asked_of(other):
        if one.asker == person_key and one.state in WAITING:
            replies += (await take_back(scene, one, IntroductionEvent.WITHDRAW))[1]
    return replies


async def contact_paused(scene: Scene, person: Person) -> Replies:
    """Call with the person as saved after a visible pause: the windows of open requests stop until they are back.
    For a hidden pause call `contact_gone`.
    """
    if person.paused_until is None:
        return []
    return await _shift(scene, person, scene.today(person), person.paused_until)


async def contact_back(scene: Scene, before: Person) -> Replies:
    """Call with the person as they were before they came back early: the windows run on from today."""
    if before.paused_until is None or not before.pause_visible:
        await place_freed(scene, before.key)
        return []
    replies = await _shift(scene, before, before.paused_until, scene.today(before), back=True)
    await place_freed(scene, before.key)
    return replies


async def _shift(scene: Scene, person: Person, start: date, new_start: date, *, back: bool = False) -> Replies:
    """The working days that were left when `start` began are left again when `new_start` begins."""
    hours, place = scene.rules.hours, await scene.place(person)
    replies: Replies = []
    for one in await scene.uow.introductions.asked_of(person.key):
        if one.state is not IntroductionState.ASKED or one.answer_by is None:
            continue
        present = replace(person, paused_until=None) if back else person
        if await delivered_at(scene, one) is None:
            await scene.uow.outbox.cancel(one.key, kinds=(Kind.REQUEST,))
            replies += await _send_anew(scene, one, present)
            continue
        left, day, last = 0, start, hours.day_of(one.answer_by, place)
        while day < last:
            day = hours.next_working_day(day, place)
            left += 1
        moved = replace(one, answer_by=hours.closing(hours.add_working_days(new_start, left, place), place))
        await scene.uow.introductions.save(moved, was=one.state)
        await plan(scene, moved, present)
    return replies


async def _send_anew(scene: Scene, one: Introduction, contact: Person) -> Replies:
    asker = await scene.uow.people.get(one.asker)
    if asker is None:
        return []
    sent = await goes_out(scene, contact, scene.now)
    moved = replace(one, asked_at=sent, answer_by=await answer_by(scene, contact, sent))
    await scene.uow.introductions.save(moved, was=one.state)
    await plan(scene, moved, contact)
    return [await texts.request_to(scene, moved, asker, contact)]
