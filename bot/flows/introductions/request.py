"""The asker's side until the request is under way: the reason, the preview, what to give, sending it, the queue."""

from dataclasses import replace
from datetime import datetime

from bot.access import introduction_as_asker
from bot.flows.contacts.find import find_contacts
from bot.flows.contacts.search import reachable
from bot.flows.introductions import words as texts
from bot.flows.introductions.candidates import next_candidates
from bot.flows.introductions.overview import state_line
from bot.flows.introductions.relay import holds_contact_data
from bot.flows.introductions.steps import (
    QUEUE_END,
    answer_by,
    blocks_another,
    goes_out,
    has_room,
    move,
    open_to_asker,
    place_freed,
    same_topic,
    send,
)
from bot.flows.introductions.whom import meant
from bot.forms import Field, Form
from bot.intents import (
    ChangeRequest,
    FindContacts,
    HowToAsk,
    Introduce,
    NextCandidate,
    Queue,
    SendRequest,
    SetContactData,
    WithdrawIntroduction,
)
from bot.introduction_states import MET, IntroductionEvent
from bot.knowledge import findable
from bot.messages import Ask, Block, Choice, Choices, Text
from bot.model import Enquiry, Introduction, IntroductionState, Person, new_key
from bot.turn import Refusal, Replies, Reply, Turn

AT_ONCE = 3


async def introduce(turn: Turn, wish: Introduce) -> Replies:
    found = await meant(turn, wish)
    if isinstance(found, FindContacts):
        return await find_contacts(turn, found)
    return await prepare(turn, found.enquiry, found.person, wish.reason)


async def prepare(turn: Turn, enquiry: Enquiry, contact: Person, reason: str | None) -> Replies:
    """Asks for the sentence, or shows the exact request; nobody is written to yet."""
    if repeated := await _asked_before(turn, enquiry, contact):
        return repeated
    await check_available(turn, contact)
    reason = reason or enquiry.sentence
    if not reason:
        return [await _ask_reason(turn, enquiry, contact)]
    await turn.uow.enquiries.save(replace(enquiry, sentence=reason))
    draft = await _draft(turn, enquiry, contact, reason)
    return [await preview(turn, draft, contact)]


async def _asked_before(turn: Turn, enquiry: Enquiry, contact: Person) -> Replies:
    """The same wish again is recognised: under way, already met, or too soon."""
    for one in await turn.uow.introductions.asked_by(turn.me.key):
        if one.contact != contact.key or not same_topic(one, enquiry.topic, enquiry.text):
            continue
        if not blocks_another(one, turn.now, turn.rules.no_repeat):
            continue
        if open_to_asker(one, turn.now) or one.state in MET:
            return [turn.reply(Text(text=turn.say("introduction.under_way")), await state_line(turn, one))]
        since = one.asked_at or one.created_at
        raise Refusal("introduction.too_soon", day=turn.say.day(since + turn.rules.no_repeat))
    return []


async def check_available(turn: Turn, contact: Person) -> None:
    """In the same words whether they left, hid, blocked the asker or can't be reached. Raises Refusal."""
    today = turn.today(contact)
    gone = (
        contact.key == turn.me.key
        or not findable(contact)
        or contact.key in await turn.uow.people.blocked(turn.me.key)
        or (contact.paused_on(today) and not contact.pause_visible)
        or not await reachable(turn, contact)
    )
    if gone:
        raise Refusal("introduction.not_available")
    if contact.paused_on(today):
        assert contact.paused_until is not None
        raise Refusal("introduction.paused", day=turn.say.day(contact.paused_until))


async def _ask_reason(turn: Turn, enquiry: Enquiry, contact: Person) -> Reply:
    me = turn.me
    body = await texts.body_of(turn, me)
    who = ", ".join(part for part in (me.name, me.function, body.name if body else None) if part)
    name = await texts.called(turn, contact, turn.say)
    draft = _new(turn, enquiry, contact, "")
    topic = texts.topic_of(turn, draft, turn.say)
    field = Field(
        name="reason", label=turn.say("introduction.field.reason"), hint=turn.say("introduction.field.reason_hint")
    )
    intent = Introduce(person=contact.key, topic=enquiry.text)
    return turn.reply(
        Text(text=turn.say("introduction.before", name=name, who=who, topic=topic)),
        Ask(form=Form(intent=intent, fields=(field,)), field=field),
    )


def _new(turn: Turn, enquiry: Enquiry, contact: Person, reason: str) -> Introduction:
    return Introduction(
        key=new_key("i"),
        enquiry=enquiry.key,
        asker=turn.me.key,
        contact=contact.key,
        topic=enquiry.topic,
        topic_text=enquiry.text,
        reason=reason,
        created_at=turn.now,
    )


async def _draft(turn: Turn, enquiry: Enquiry, contact: Person, reason: str) -> Introduction:
    """The draft with this sentence; one at a time, so that an older one is thrown away."""
    kept: Introduction | None = None
    for one in await turn.uow.introductions.asked_by(turn.me.key):
        if one.state is IntroductionState.DRAFT:
            if one.contact == contact.key and one.enquiry == enquiry.key:
                kept = one
            else:
                await turn.uow.introductions.discard(one.key)
    if kept is None:
        draft = _new(turn, enquiry, contact, reason)
        await turn.uow.introductions.add(draft)
        return draft
    changed = replace(kept, reason=reason)
    await turn.uow.introductions.save(changed, was=IntroductionState.DRAFT)
    return changed


async def preview(turn: Turn, draft: Introduction, contact: Person) -> Reply:
    """The exact request, and the question which contact data to give after a yes."""
    sent = await goes_out(turn, contact, turn.now)
    blocks = await texts.request_blocks(turn, draft, turn.me, contact, await answer_by(turn, contact, sent))
    name = await texts.called(turn, contact, turn.say)
    say, key = turn.say, draft.key
    known = say("introduction.email_known", email=turn.me.email) if turn.me.email else say("introduction.email_unknown")
    options = (
        Choice(
            label=say("introduction.preview.email"),
            intent=SendRequest(introduction=key, gives=("email",)),
            says="send.email",
        ),
        Choice(
            label=say("introduction.preview.both"),
            intent=SendRequest(introduction=key, gives=("email", "phone")),
            says="send.both",
        ),
        Choice(label=say("introduction.preview.change"), intent=ChangeRequest(introduction=key)),
        Choice(label=say("introduction.preview.no"), intent=WithdrawIntroduction(introduction=key), says="no"),
        Choice(label=say("introduction.preview.how"), intent=HowToAsk(enquiry=draft.enquiry)),
    )
    extra: list[Block] = []
    if holds_contact_data(draft.reason):
        extra.append(Text(text=say("introduction.reason_holds_data")))
    if others := await _others_at_once(turn, draft):
        names = [await texts.called(turn, one, say) for one in others]
        extra.append(Text(text=say("introduction.preview.others", names="; ".join(names))))
    return turn.reply(
        Text(text=say("introduction.preview", name=name)),
        *blocks,
        *extra,
        Text(text=say("introduction.preview.question", name=name, known=known)),
        Choices(options=options, asked="preview", about=key),
    )


async def _others_at_once(turn: Turn, draft: Introduction) -> list[Person]:
    """Who is asked together with this one, where the asker wants several at once."""
    enquiry = await turn.uow.enquiries.get(draft.enquiry)
    if enquiry is None or enquiry.at_once < 2:
        return []
    others = await next_candidates(turn, turn.me, enquiry, without=draft.contact)
    running = await turn.uow.introductions.of_enquiry(enquiry.key)
    room = enquiry.at_once - 1 - sum(one.key != draft.key and open_to_asker(one, turn.now) for one in running)
    return others[: max(0, room)]


async def change_request(turn: Turn, wish: ChangeRequest) -> Replies:
    """Another sentence; only for a draft."""
    draft = await introduction_as_asker(turn, wish.introduction)
    if draft.state is not IntroductionState.DRAFT:
        return [turn.reply(Text(text=turn.say("introduction.under_way")), await state_line(turn, draft))]
    field = Field(
        name="reason", label=turn.say("introduction.field.reason"), hint=turn.say("introduction.field.reason_hint")
    )
    intent = Introduce(person=draft.contact, topic=draft.topic_text)
    return [turn.reply(Ask(form=Form(intent=intent, fields=(field,)), field=field))]


# ---------------------------------------------------------------- sending


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
    for contact in await _others_at_once(turn, first) if enquiry else ():
        asked = await turn.uow.introductions.asked_by(turn.me.key)
        if sum(open_to_asker(one, turn.now) for one in asked) >= turn.rules.open_requests_per_asker:
            break
        locked = await turn.uow.people.lock(contact.key)
        if locked is None or not await has_room(turn, locked):
            continue
        assert enquiry is not None
        also = replace(
            _new(turn, enquiry, contact, first.reason),
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
    last = say.day(await _queue_until(turn, contact))
    options = (
        Choice(
            label=say("introduction.queue.wait", day=last), intent=Queue(introduction=draft.key, wait=True), says="yes"
        ),
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


async def somebody_else(turn: Turn, instead_of: Introduction) -> Replies:
    """The next candidate of the enquiry, with the same sentence; shown before anything is sent."""
    enquiry = await turn.uow.enquiries.get(instead_of.enquiry)
    assert enquiry is not None
    others = await next_candidates(turn, turn.me, enquiry, without=instead_of.contact)
    if not others:
        return [turn.reply(Text(text=turn.say("introduction.nobody_else")), texts.no_candidate(enquiry, turn.say))]
    return await prepare(turn, replace(enquiry, sentence=instead_of.reason), others[0], instead_of.reason)


async def next_candidate(turn: Turn, wish: NextCandidate) -> Replies:
    """The asker goes on to the next one. A repeated click finds the request that came of the first."""
    before = await introduction_as_asker(turn, wish.introduction)
    for one in await turn.uow.introductions.of_enquiry(before.enquiry):
        newer = one.key != before.key and one.created_at >= before.created_at
        if newer and one.state is not IntroductionState.DRAFT and open_to_asker(one, turn.now):
            return [turn.reply(Text(text=turn.say("introduction.under_way")), await state_line(turn, one))]
    return await somebody_else(turn, before)


async def how_to_ask(turn: Turn, wish: HowToAsk) -> Replies:
    """One after the other (asked in between, or by itself), or up to three at once."""
    enquiry = await turn.uow.enquiries.get(wish.enquiry) if wish.enquiry else await turn.uow.enquiries.last(turn.me.key)
    if enquiry is None or enquiry.asker != turn.me.key:
        raise Refusal("introduction.search_first")
    say, key = turn.say, enquiry.key
    if wish.next_by_itself is None and wish.at_once is None:
        options = (
            Choice(label=say("introduction.how.one"), intent=HowToAsk(enquiry=key, next_by_itself=False, at_once=1)),
            Choice(label=say("introduction.how.itself"), intent=HowToAsk(enquiry=key, next_by_itself=True, at_once=1)),
            Choice(label=say("introduction.how.three"), intent=HowToAsk(enquiry=key, at_once=AT_ONCE)),
        )
        return [turn.reply(Text(text=say("introduction.how")), Choices(options=options, about=key))]
    at_once = min(max(wish.at_once or enquiry.at_once, 1), AT_ONCE)
    by_itself = enquiry.next_by_itself if wish.next_by_itself is None else wish.next_by_itself
    await turn.uow.enquiries.save(replace(enquiry, next_by_itself=by_itself, at_once=at_once))
    noted = "three" if at_once > 1 else "itself" if by_itself else "one"
    replies = [turn.tell(f"introduction.how.noted_{noted}")]
    for one in await turn.uow.introductions.of_enquiry(enquiry.key):
        contact = await turn.uow.people.get(one.contact)
        if one.state is IntroductionState.DRAFT and contact is not None:
            replies.append(await preview(turn, one, contact))
    return replies
