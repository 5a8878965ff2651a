"""What time brings: reminder, expiry, restart, the queue, the neutral end, the next candidate, the check-in."""

from dataclasses import replace

from bot.flows.introductions import talk
from bot.flows.introductions import words as texts
from bot.flows.introductions.candidates import next_candidates
from bot.flows.introductions.meeting import same_time
from bot.flows.introductions.relay import ANSWERED_BACK, ASKED_BACK
from bot.flows.introductions.steps import (
    CHECK_IN,
    CLOSE,
    CONFIRM_END,
    ENDED,
    EXPIRE,
    PLACE_FREE,
    QUEUE_END,
    REMIND,
    RESTART,
    ended,
    has_room,
    move,
    next_month,
    open_to_asker,
    send,
)
from bot.hours import Kind
from bot.introduction_states import MET, UNANSWERED, UNSUCCESSFUL, IntroductionEvent
from bot.messages import Block, Text
from bot.model import Enquiry, Introduction, IntroductionState, Person, Step, new_key
from bot.profiles import findable
from bot.turn import DueHandler, Replies, Scene
from bot.visit_states import OPEN, VisitState

TOLD = "told"  # a line of the history: the asker has heard of the end
CLOSE_AFTER_CHECK_INS = 2  # times the check-in's days, then it is closed without a word


async def remind(scene: Scene, key: str) -> Replies:
    """Once, unless the contact waits for the asker's answer."""
    found = await scene.uow.introductions.get(key)
    if found is None or found.state is not IntroductionState.ASKED:
        return []
    asker, contact = await _both(scene, found)
    if asker is None or contact is None:
        return []
    steps = [step.event for step in await scene.uow.introductions.steps(key)]
    if [event for event in steps if event in (ASKED_BACK, ANSWERED_BACK)][-1:] == [ASKED_BACK]:
        return []
    await scene.uow.introductions.note(Step(introduction=key, at=scene.now, event="remind", by="time"))
    return [texts.reminder_to(scene, found, asker, contact)]


async def expire(scene: Scene, key: str) -> Replies:
    found = await scene.uow.introductions.get(key)
    if found is None or found.state is not IntroductionState.ASKED:
        return []
    if found.answer_by is not None and found.answer_by > scene.now:
        await scene.uow.agenda.set(EXPIRE, key, found.answer_by)
        return []
    await ended(scene, found, IntroductionEvent.EXPIRE, "time")
    return []


async def restart(scene: Scene, key: str) -> Replies:
    """The date of "yes, but later" has come: asked again, with a new window; never as one too many."""
    found = await scene.uow.introductions.get(key)
    if found is None or found.state is not IntroductionState.POSTPONED:
        return []
    contact = await scene.uow.people.lock(found.contact)
    if contact is None:
        return []
    occupied = await scene.uow.introductions.asked_of(contact.key)
    if sum(one.state is IntroductionState.ASKED for one in occupied) >= contact.open_cap:
        hours, place = scene.rules.hours, await scene.place(contact)
        tomorrow = hours.next_working_day(hours.day_of(scene.now, place), place)
        await scene.uow.agenda.set(RESTART, key, hours.opening(tomorrow, place))
        return []
    return (await send(scene, found, IntroductionEvent.RESTART, "time"))[1]


async def queue_end(scene: Scene, key: str) -> Replies:
    found = await scene.uow.introductions.get(key)
    if found is not None and found.state is IntroductionState.QUEUED:
        await ended(scene, found, IntroductionEvent.EXPIRE, "time")
    return []


async def place_free(scene: Scene, contact_key: str) -> Replies:
    """Those who wait, oldest first, as far as there is room."""
    contact = await scene.uow.people.lock(contact_key)
    if contact is None:
        return []
    replies: Replies = []
    waiting = [
        one for one in await scene.uow.introductions.asked_of(contact_key) if one.state is IntroductionState.QUEUED
    ]
    for one in reversed(waiting):
        if not findable(contact) or not await has_room(scene, contact):
            await scene.uow.agenda.set(PLACE_FREE, contact_key, await next_month(scene, contact))
            break
        sent, requests = await send(scene, one, IntroductionEvent.PROMOTE, "time")
        asker = await scene.uow.people.get(one.asker)
        assert asker is not None
        assert sent.answer_by is not None
        words = scene.words(asker)
        name = await texts.called(scene, contact, words)
        text = words("introduction.promoted", name=name, until=words.moment(sent.answer_by))
        replies += [*requests, scene.to(asker, Text(text=text), kind=Kind.STATUS, about=one.key)]
    return replies


async def confirm_end(scene: Scene, key: str) -> Replies:
    """The asker never said whether a late yes is still wanted: it is not."""
    found = await scene.uow.introductions.get(key)
    if found is None or found.state is not IntroductionState.LATE:
        return []
    await move(
        scene, found, IntroductionEvent.WITHDRAW, "time", closed_at=scene.now, contact_email=None, contact_phone=None
    )
    contact = await scene.uow.people.get(found.contact)
    return [] if contact is None else [await texts.no_longer_needed(scene, found, contact, thanks=True)]


async def undelivered(scene: Scene, key: str) -> Replies:
    """A message about this is dead for good; if it was the request, the contact can't be reached."""
    found = await scene.uow.introductions.get(key)
    if found is not None and found.state in MET:
        return await talk.unreachable(scene, found)
    if found is None or found.state not in UNANSWERED:
        return []
    state = await scene.uow.outbox.state_of(key, Kind.REQUEST)
    if state is not None and state[0] == "dead":
        await ended(scene, found, IntroductionEvent.DROP, "time")
    return []


# ---------------------------------------------------------------- the neutral end, and who is next


async def tell_ended(scene: Scene, enquiry_key: str) -> Replies:
    """One message for whatever has ended in this enquiry since the asker last heard: always in the same words."""
    enquiry = await scene.uow.enquiries.get(enquiry_key)
    asker = await scene.uow.people.get(enquiry.asker) if enquiry else None
    if enquiry is None or asker is None:
        return []
    running = await scene.uow.introductions.of_enquiry(enquiry_key)
    over = [one for one in running if await _untold(scene, one)]
    if not over:
        return []
    last = over[0]
    for one in over:
        await scene.uow.introductions.note(Step(introduction=one.key, at=scene.now, event=TOLD, by="time"))
        if one.asker_email or one.asker_phone:
            await scene.uow.introductions.save(replace(one, asker_email=None, asker_phone=None), was=one.state)
    words = scene.words(asker)
    neutral = Text(text=words("introduction.ended", topic=texts.topic_of(scene, last, words)))
    still_open = sum(open_to_asker(one, scene.now) for one in running)
    if still_open and enquiry.at_once > 1:
        others = Text(text=words("introduction.ended.others", n=still_open))
        return [scene.to(asker, neutral, others, kind=Kind.STATUS, about=last.key)]
    candidates = await next_candidates(scene, asker, enquiry)
    if candidates and enquiry.next_by_itself and (asked := await _ask_next(scene, asker, enquiry, last, candidates)):
        sent, contact, requests = asked
        assert sent.answer_by is not None
        name = await texts.called(scene, contact, words)
        text = Text(text=words("introduction.ended.next", name=name, until=words.moment(sent.answer_by)))
        hint = Text(text=words("introduction.sent.withdraw"), style="hint")
        return [scene.to(asker, neutral, text, hint, kind=Kind.STATUS, about=sent.key), *requests]
    if candidates:
        name = await texts.called(scene, candidates[0], words)
        choices = texts.next_choices(last, name, words)
    else:
        choices = texts.no_candidate(enquiry, words)
    blocks: list[Block] = [neutral]
    if not candidates:
        blocks.append(Text(text=words("introduction.nobody_else")))
    return [scene.to(asker, *blocks, choices, kind=Kind.STATUS, about=last.key)]


async def _untold(scene: Scene, one: Introduction) -> bool:
    if one.state not in UNSUCCESSFUL or one.told_at is None or one.told_at > scene.now:
        return False
    return all(step.event != TOLD for step in await scene.uow.introductions.steps(one.key))


async def _ask_next(
    scene: Scene, asker: Person, enquiry: Enquiry, last: Introduction, candidates: list[Person]
) -> tuple[Introduction, Person, Replies] | None:
    """The next one who has room is asked, with the same sentence and the same contact data."""
    asked = await scene.uow.introductions.asked_by(asker.key)
    if sum(open_to_asker(one, scene.now) for one in asked) >= scene.rules.open_requests_per_asker:
        return None
    for candidate in candidates:
        contact = await scene.uow.people.lock(candidate.key)
        if contact is None or not await has_room(scene, contact):
            continue
        draft = Introduction(
            key=new_key("i"),
            enquiry=enquiry.key,
            asker=asker.key,
            contact=contact.key,
            topic=last.topic,
            topic_text=last.topic_text,
            reason=last.reason,
            asker_gives=last.asker_gives,
            asker_email=last.asker_email,
            asker_phone=last.asker_phone,
            created_at=scene.now,
        )
        await scene.uow.introductions.add(draft)
        sent, requests = await send(scene, draft, IntroductionEvent.SEND, "time")
        return sent, contact, requests
    return None


# ---------------------------------------------------------------- a week later


async def ask_how_it_went(scene: Scene, key: str) -> Replies:
    """Twice at most; then silence."""
    found = await scene.uow.introductions.get(key)
    if found is None or found.state is not IntroductionState.MEDIATED:
        return []
    asker, contact = await _both(scene, found)
    if asker is None:
        return []
    if (
        contact is None
        or asker.prompts_off
        or asker.silences >= scene.rules.silences
        or found.check_ins >= scene.rules.check_ins
        or await _meeting(scene, found)
    ):
        await scene.uow.agenda.set(CLOSE, key, scene.now)
        return []
    checked = replace(found, check_ins=found.check_ins + 1)
    await scene.uow.introductions.save(checked, was=found.state)
    await scene.uow.people.save(replace(asker, silences=asker.silences + 1))
    last = checked.check_ins >= scene.rules.check_ins
    again = same_time(scene, asker, scene.now)
    if last:
        close = scene.now + CLOSE_AFTER_CHECK_INS * scene.rules.check_in
        await scene.uow.agenda.set(CLOSE, key, close)
    else:
        await scene.uow.agenda.set(CHECK_IN, key, again)
    words = scene.words(asker)
    blocks = list(texts.check_in_blocks(checked, contact.name, texts.topic_of(scene, found, words), words, last=last))
    if asker.silences + 1 == scene.rules.silences:
        blocks.insert(1, Text(text=words("introduction.check_in.silence"), style="hint"))
    return [scene.to(asker, *blocks, kind=Kind.PROMPT, about=key)]


async def _meeting(scene: Scene, found: Introduction) -> bool:
    """Who plans a visit, or has had one, need not be asked whether they have talked."""
    visits = await scene.uow.visits.of(found.asker)
    return any(
        found.contact in (one.guest, one.host) and (one.state in OPEN or one.state is VisitState.TOOK_PLACE)
        for one in visits
    )


async def close(scene: Scene, key: str) -> Replies:
    """Nobody said how it went."""
    found = await scene.uow.introductions.get(key)
    if found is not None and found.state is IntroductionState.MEDIATED:
        await move(scene, found, IntroductionEvent.SETTLE, "time", closed_at=scene.now)
    return []


async def _both(scene: Scene, found: Introduction) -> tuple[Person | None, Person | None]:
    return await scene.uow.people.get(found.asker), await scene.uow.people.get(found.contact)


DUE: dict[str, DueHandler] = {
    REMIND: remind,
    EXPIRE: expire,
    RESTART: restart,
    QUEUE_END: queue_end,
    PLACE_FREE: place_free,
    CONFIRM_END: confirm_end,
    ENDED: tell_ended,
    CHECK_IN: ask_how_it_went,
    CLOSE: close,
    "undelivered": undelivered,
}
