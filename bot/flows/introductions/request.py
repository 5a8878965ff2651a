"""The asker's side until the request is under way: the reason, the preview, what to give, sending it, the queue."""

from dataclasses import replace

from bot.access import introduction_as_asker
from bot.flows.contacts.find import find_contacts
from bot.flows.contacts.search import reachable
from bot.flows.introductions import words as texts
from bot.flows.introductions.candidates import next_candidates
from bot.flows.introductions.meeting import repeat_contact
from bot.flows.introductions.overview import state_line
from bot.flows.introductions.relay import holds_contact_data
from bot.flows.introductions.steps import (
    answer_by,
    blocks_another,
    goes_out,
    open_to_asker,
    same_topic,
)
from bot.flows.introductions.whom import meant
from bot.flows.listing import place_name
from bot.forms import Field, Form
from bot.intents import (
    ChangeRequest,
    FindContacts,
    HowToAsk,
    Introduce,
    NextCandidate,
    SendRequest,
    WithdrawIntroduction,
)
from bot.introduction_states import MET
from bot.messages import Ask, Block, Choice, Choices, Text
from bot.model import Enquiry, Introduction, IntroductionState, Person, new_key
from bot.profiles import findable
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
        if one.state in MET:
            return [await repeat_contact(turn, one)]
        if open_to_asker(one, turn.now):
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
    who = ", ".join(part for part in (me.name, me.function, place_name(body, turn.knowledge) if body else None) if part)
    name = await texts.called(turn, contact, turn.say)
    draft = unsent(turn, enquiry, contact, "")
    topic = texts.topic_of(turn, draft, turn.say)
    field = Field(
        name="reason", label=turn.say("introduction.field.reason"), hint=turn.say("introduction.field.reason_hint")
    )
    intent = Introduce(person=contact.key, topic=enquiry.text)
    return turn.reply(
        Text(text=turn.say("introduction.before", name=name, who=who, topic=topic)),
        Ask(form=Form(intent=intent, fields=(field,)), field=field),
    )


def unsent(turn: Turn, enquiry: Enquiry, contact: Person, reason: str) -> Introduction:
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
        draft = unsent(turn, enquiry, contact, reason)
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
    if others := await others_at_once(turn, draft):
        names = [await texts.called(turn, one, say) for one in others]
        extra.append(Text(text=say("introduction.preview.others", names="; ".join(names))))
    return turn.reply(
        Text(text=say("introduction.preview", name=name)),
        *blocks,
        *extra,
        Text(text=say("introduction.preview.question", name=name, known=known)),
        Choices(options=options, asked="preview", about=key),
    )


async def others_at_once(turn: Turn, draft: Introduction) -> list[Person]:
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


# ---------------------------------------------------------------- somebody else


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
