"""Both have said yes: contact data is handed over at once, and a week later the asker is asked how it went."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.access import introduction_as_asker
from bot.flows.introductions import room, talk
from bot.flows.introductions import words as texts
from bot.flows.introductions.overview import handed_over
from bot.flows.introductions.steps import CHECK_IN, CLOSE, move, release_others, stop_clock
from bot.flows.listing import place_line
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import CheckIn, SayThanks, StillWanted
from bot.introduction_states import MET, IntroductionEvent
from bot.messages import Ask, Block, Choice, Choices, Facts, Quote, Text
from bot.model import Handover, Introduction, IntroductionState, Person, Step
from bot.turn import Refusal, Replies, Reply, Scene, Turn

THANKED = "thanks"  # a line of the history


async def meet(
    turn: Turn,
    introduction: Introduction,
    event: IntroductionEvent,
    gives: tuple[str, ...],
    *,
    email: str | None,
    phone: str | None,
) -> Replies:
    """The second yes. `email` and `phone` are the contact's, as far as released. Who just wrote is answered at once,
    the other side gets theirs in their hours.
    """
    asker = await turn.uow.people.get(introduction.asker)
    contact = await turn.uow.people.get(introduction.contact)
    if asker is None or contact is None:
        raise Refusal("introduction.over")
    asker_email = (introduction.asker_email or asker.email) if "email" in introduction.asker_gives else None
    asker_phone = (introduction.asker_phone or asker.phone) if "phone" in introduction.asker_gives else None
    by = "asker" if turn.me.key == asker.key else "contact"
    met = await move(
        turn,
        introduction,
        event,
        by,  # type: ignore[arg-type]
        contact_gives=gives,
        answered_at=introduction.answered_at or turn.now,
        closed_at=None,
        asker_email=None,
        asker_phone=None,
        contact_email=None,
        contact_phone=None,
    )
    of_contact = await _handover(turn, met, to=asker, of=contact, email=email, phone=phone)
    of_asker = await _handover(turn, met, to=contact, of=asker, email=asker_email, phone=asker_phone)
    await stop_clock(turn, met)
    await turn.uow.agenda.set(CHECK_IN, met.key, same_time(turn, asker, turn.now))
    await turn.uow.totals.add("introductions.mediated", turn.today())
    others = await release_others(turn, met)
    to_asker = texts.meet_asker(turn, met, asker, of_contact)
    to_contact = turn.to(
        contact,
        *texts.met_blocks(turn, met, contact, of_contact, of_asker),
        kind=Kind.HANDOVER,
        about=met.key,
        holds_personal=True,
    )
    if await room.together(turn, asker, contact):
        to_asker = _with(to_asker, room.offer(met, turn.words(asker)))
        to_contact = _with(to_contact, room.offer(met, turn.words(contact)))
    elif await talk.apart(turn, asker, contact):
        to_asker = _with(to_asker, talk.offer(met, turn.words(asker)))
        to_contact = _with(to_contact, talk.offer(met, turn.words(contact)))
    first, second = (to_contact, to_asker) if by == "contact" else (to_asker, to_contact)
    here = replace(first, kind=Kind.ANSWER, person=None, account=turn.account.account)
    return [here, second, *others]


def _with(reply: Reply, block: Block) -> Reply:
    return replace(reply, message=replace(reply.message, blocks=(*reply.message.blocks, block)))


async def _handover(
    scene: Scene, introduction: Introduction, *, to: Person, of: Person, email: str | None, phone: str | None
) -> Handover:
    body = await texts.body_of(scene, of)
    handed = Handover(
        introduction=introduction.key,
        to=to.key,
        of=of.key,
        name=of.name,
        function=of.function,
        body=place_line(body, scene.words(to), scene.knowledge) if body else None,
        email=email,
        phone=phone,
        at=scene.now,
    )
    await scene.uow.introductions.hand_over(handed)
    return handed


def same_time(scene: Scene, person: Person, at: datetime) -> datetime:
    """The same time of day, as many days later as the check-in takes; the clock's changes apart."""
    local = at.astimezone(ZoneInfo(person.timezone))
    return (local.replace(tzinfo=None) + scene.rules.check_in).replace(tzinfo=ZoneInfo(person.timezone))


async def repeat_contact(turn: Turn, introduction: Introduction) -> Reply:
    """A yes once more: they are introduced already."""
    rows = await handed_over(turn, introduction.key)
    return turn.reply(
        Text(text=turn.say("introduction.met.already"), style="title"),
        *([Facts(rows=tuple(rows))] if rows else []),
        holds_personal=True,
    )


async def still_wanted(turn: Turn, wish: StillWanted) -> Replies:
    found = await introduction_as_asker(turn, wish.introduction)
    if found.state in MET:
        return [await repeat_contact(turn, found)]
    if found.state is not IntroductionState.LATE:
        raise Refusal("introduction.over")
    contact = await turn.uow.people.get(found.contact)
    if contact is None:
        raise Refusal("introduction.over")
    if not wish.wanted:
        await move(
            turn, found, IntroductionEvent.WITHDRAW, "asker", closed_at=turn.now, contact_email=None, contact_phone=None
        )
        await turn.uow.agenda.drop(found.key)
        told = await texts.no_longer_needed(turn, found, contact, thanks=True)
        return [turn.tell("introduction.late.not_wanted"), told]
    email = (found.contact_email or contact.email) if "email" in found.contact_gives else None
    phone = (found.contact_phone or contact.phone) if "phone" in found.contact_gives else None
    return await meet(turn, found, IntroductionEvent.CONFIRM, found.contact_gives, email=email, phone=phone)


# ---------------------------------------------------------------- a week later


async def check_in(turn: Turn, wish: CheckIn) -> Replies:
    """The asker's answer. Nobody else hears of it."""
    found = await _checked(turn, wish.introduction)
    if found.state is IntroductionState.TALKED:
        return [turn.tell("introduction.check_in.known")]
    if found.state is IntroductionState.SETTLED and wish.answer != "talked":
        return [turn.tell("introduction.check_in.settled_answer")]
    match wish.answer:
        case "talked":
            await move(turn, found, IntroductionEvent.TALK, "asker", closed_at=turn.now)
            await turn.uow.agenda.drop(found.key, CHECK_IN, CLOSE)
            await turn.uow.totals.add("introductions.talked", turn.today())
            thanks = Choice(label=turn.say("introduction.thanks.choice"), intent=SayThanks(introduction=found.key))
            return [
                turn.reply(
                    Text(text=turn.say("introduction.check_in.talked_answer")),
                    Text(text=turn.say("introduction.check_in.lesson"), style="hint"),
                    Choices(options=(thanks,), about=found.key),
                )
            ]
        case "settled":
            await move(turn, found, IntroductionEvent.SETTLE, "asker", closed_at=turn.now)
            await turn.uow.agenda.drop(found.key, CHECK_IN, CLOSE)
            return [turn.tell("introduction.check_in.settled_answer")]
        case "not_yet":
            again = found.check_ins < turn.rules.check_ins
            key = "introduction.check_in.not_yet_answer" if again else "introduction.check_in.not_yet_last"
            rows = await handed_over(turn, found.key)
            facts = [Facts(rows=tuple(rows))] if rows else []
            return [turn.reply(Text(text=turn.say(key)), *facts, holds_personal=True)]


async def _checked(turn: Turn, key: str | None) -> Introduction:
    """The introduction the check-in was about; without a key the newest one that was mediated."""
    if key is None and turn.question is not None and turn.question.about:
        about = await turn.uow.introductions.get(turn.question.about)
        key = about.key if about is not None and about.asker == turn.me.key and about.state in MET else None
    if key is None:
        met = [one for one in await turn.uow.introductions.asked_by(turn.me.key) if one.state in MET]
        if not met:
            raise Refusal("introduction.nobody_met")
        return met[0]
    found = await introduction_as_asker(turn, key)
    if found.state not in MET:
        raise Refusal("introduction.over")
    return found


async def say_thanks(turn: Turn, wish: SayThanks) -> Replies:
    """One sentence, passed on as it is, once."""
    found = await _checked(turn, wish.introduction)
    contact = await turn.uow.people.get(found.contact)
    if contact is None:
        raise Refusal("introduction.over")
    steps = await turn.uow.introductions.steps(found.key)
    if any(step.event == THANKED for step in steps):
        return [turn.tell("introduction.thanks.known")]
    if not wish.text:
        field = Field(name="text", label=turn.say("introduction.field.thanks"))
        form = Form(intent=SayThanks(introduction=found.key), fields=(field,))
        return [turn.reply(Ask(form=form, field=field))]
    await turn.uow.introductions.note(Step(introduction=found.key, at=turn.now, event=THANKED, by="asker"))
    theirs = turn.words(contact)
    passed = turn.to(
        contact,
        Text(text=theirs("introduction.thanks.passed", name=turn.me.name)),
        Quote(text=wish.text),
        kind=Kind.RELAY,
        about=found.key,
        holds_personal=True,
    )
    return [turn.tell("introduction.thanks.done"), passed]
