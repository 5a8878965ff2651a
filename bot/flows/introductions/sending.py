"""Sending a request: what is still missing, the asker's limit, the contact's cap and its queue."""

from dataclasses import replace
from datetime import datetime

from bot.access import introduction_as_asker
from bot.flows.introductions import words as texts
from bot.flows.introductions.overview import state_line
from bot.flows.introductions.request import check_available, others_at_once, preview, somebody_else, unsent
from bot.flows.introductions.steps import QUEUE_END, has_room, move, open_to_asker, place_freed, send
from bot.forms import Form
from bot.intents import Queue, SendRequest, SetContactData, WithdrawIntroduction
from bot.introduction_states import IntroductionEvent
from bot.messages import Ask, Choice, Choices, Text
from bot.model import Introduction, IntroductionState, Person
from bot.turn import Refusal, Replies, Reply, Turn


async def send_request(turn: Turn, wish: SendRequest) -> Replies:
    draft = await introduction_as_asker(turn, wish.introduction)
    if draft.state is not IntroductionState.DRAFT:
        return [turn.reply(Text(text=turn.say("introduction.under_way")), await state_line(turn, draft))]
    contact = await turn.uow.people.lock(draft.contact)
    if contact is None:
        raise Refusal("introduction.not_available")
    await check_available(turn, contact)
    await check_asker_limit(turn)
    gives = tuple(one for one in wish.gives if one in ("email", "phone")) or ("email",)
    missing = []
    if "email" in gives and not (wish.email or turn.me.email):
        missing.append(texts.email_field(turn.say))
    if "phone" in gives and not (wish.phone or turn.me.phone):
        missing.append(texts.phone_field(turn.say))
    if missing:
        form = Form(intent=replace(wish, gives=gives), fields=tuple(missing))
        return [turn.reply(Text(text=turn.say("introduction.data_needed")), Ask(form=form, field=missing[0]))]
    ready = replace(
        draft,
        asker_gives=gives,
        asker_email=wish.email if "email" in gives else None,
        asker_phone=wish.phone if "phone" in gives else None,
    )
    await turn.uow.introductions.save(ready, was=IntroductionState.DRAFT)
    if not await has_room(turn, contact):
        return [await _queue_question(turn, ready, contact), *remember(turn, wish.email, wish.phone)]
    sent, requests = await send(turn, ready, IntroductionEvent.SEND, "asker")
    others, more = await _send_others(turn, sent)
    confirmation = await _confirmation(turn, sent, contact, others)
    return [confirmation, *requests, *more, *remember(turn, wish.email, wish.phone)]


async def check_asker_limit(turn: Turn) -> None:
    """Five open requests an asker. Raises Refusal."""
    asked = await turn.uow.introductions.asked_by(turn.me.key)
    if sum(open_to_asker(one, turn.now) for one in asked) >= turn.rules.open_requests_per_asker:
        raise Refusal("introduction.too_many_open", n=turn.rules.open_requests_per_asker)


async def _send_others(turn: Turn, first: Introduction) -> tuple[list[Person], Replies]:
    """The others asked at the same time, as far as they have room and the asker's limit allows."""
    enquiry = await turn.uow.enquiries.get(first.enquiry)
    others: list[Person] = []
    replies: Replies = []
    for contact in await others_at_once(turn, first) if enquiry else ():
        asked = await turn.uow.introductions.asked_by(turn.me.key)
        if sum(open_to_asker(one, turn.now) for one in asked) >= turn.rules.open_requests_per_asker:
            break
        locked = await turn.uow.people.lock(contact.key)
        if locked is None or not await has_room(turn, locked):
            continue
        assert enquiry is not None
        also = replace(
            unsent(turn, enquiry, contact, first.reason),
            asker_gives=first.asker_gives,
            asker_email=first.asker_email,
            asker_phone=first.asker_phone,
        )
        await turn.uow.introductions.add(also)
        replies += (await send(turn, also, IntroductionEvent.SEND, "asker"))[1]
        others.append(contact)
    return others, replies


async def _confirmation(turn: Turn, sent: Introduction, contact: Person, others: list[Person]) -> Reply:
    """No choices here: a repeated "1" must do nothing."""
    assert sent.asked_at is not None
    assert sent.answer_by is not None
    say = turn.say
    names = [await texts.called(turn, one, say) for one in (contact, *others)]
    return turn.reply(
        Text(
            text=say(
                "introduction.sent",
                n=len(names),
                name="; ".join(names),
                when=texts.goes_out_words(turn, sent.asked_at, turn.me, say),
            )
        ),
        Text(text=say("introduction.sent.until", until=say.moment(sent.answer_by))),
        Text(text=say("introduction.sent.withdraw"), style="hint"),
    )


def remember(turn: Turn, email: str | None, phone: str | None) -> Replies:
    """What was typed is kept for the next time only if they say so; "1" means no."""
    replies: Replies = []
    say = turn.say
    for field, value in (("email", email), ("phone", phone)):
        if value:
            assert field in ("email", "phone")
            kept = SetContactData(field="email" if field == "email" else "phone", value=value)
            options = (
                Choice(label=say("introduction.remember.no"), intent=replace(kept, value=None, forget=True), says="no"),
                Choice(label=say("introduction.remember.yes"), intent=kept, says="yes"),
            )
            text = say(f"introduction.remember.{field}", value=value)
            question = Choices(options=options, asked="confirm", forget=True)
            replies.append(turn.reply(Text(text=text), question, holds_personal=True))
            break  # one question at a time
    return replies


# ---------------------------------------------------------------- the queue


async def _queue_question(turn: Turn, draft: Introduction, contact: Person) -> Reply:
    say = turn.say
    until = await _queue_until(turn, contact)
    last, wait = say.day(until), say("introduction.queue.wait", day=say.short_day(until))
    options = (
        Choice(label=wait, intent=Queue(introduction=draft.key, wait=True), says="yes"),
        Choice(label=say("introduction.queue.other"), intent=Queue(introduction=draft.key, wait=False)),
        Choice(label=say("introduction.preview.no"), intent=WithdrawIntroduction(introduction=draft.key), says="no"),
    )
    name = await texts.called(turn, contact, say)
    return turn.reply(
        Text(text=say("introduction.queue", name=name, n=turn.rules.queue_working_days, day=last)),
        Choices(options=options, about=draft.key),
    )


async def _queue_until(turn: Turn, contact: Person) -> datetime:
    hours, place = turn.rules.hours, await turn.place(contact)
    last = hours.add_working_days(hours.day_of(turn.now, place), turn.rules.queue_working_days, place)
    return hours.closing(last, place)


async def queue(turn: Turn, wish: Queue) -> Replies:
    draft = await introduction_as_asker(turn, wish.introduction)
    if draft.state is not IntroductionState.DRAFT:
        return [turn.reply(Text(text=turn.say("introduction.under_way")), await state_line(turn, draft))]
    if not wish.wait:
        return await somebody_else(turn, draft)
    contact = await turn.uow.people.lock(draft.contact)
    if contact is None:
        raise Refusal("introduction.not_available")
    await check_available(turn, contact)
    await check_asker_limit(turn)
    if not draft.asker_gives:
        return [await preview(turn, draft, contact)]
    if await has_room(turn, contact):
        sent, requests = await send(turn, draft, IntroductionEvent.SEND, "asker")
        return [await _confirmation(turn, sent, contact, []), *requests]
    until = await _queue_until(turn, contact)
    queued = await move(turn, draft, IntroductionEvent.QUEUE, "asker")
    await turn.uow.agenda.set(QUEUE_END, queued.key, until)
    await place_freed(turn, contact.key)
    name = await texts.called(turn, contact, turn.say)
    return [turn.tell("introduction.queued", name=name, day=turn.say.day(until))]
