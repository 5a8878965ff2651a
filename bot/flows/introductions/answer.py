"""The contact's side: yes (with a restriction), yes but later, somebody else, no."""

from dataclasses import replace
from datetime import date, time, timedelta

from bot.dates import Day, Days, Past, Unsure, find_dates
from bot.flows.introductions import words as texts
from bot.flows.introductions.meeting import meet, repeat_contact
from bot.flows.introductions.sending import remember
from bot.flows.introductions.steps import CONFIRM_END, OWN_CLOCK, RESTART, ended, move, place_freed
from bot.flows.introductions.which import answered, to_answer
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import Accept, Decline, Later, No, SuggestOther
from bot.introduction_states import MET, UNANSWERED, IntroductionEvent
from bot.messages import Ask, Choice, Choices, Quote, Text
from bot.model import Introduction, IntroductionState
from bot.turn import Refusal, Replies, Reply, Turn

LATEST = timedelta(days=366)  # how far off "later" may be


async def accept(turn: Turn, wish: Accept) -> Replies:
    found = await to_answer(turn, wish)
    if isinstance(found, Reply):
        return [found]
    if found.state in MET:
        return [await repeat_contact(turn, found)]
    late = found.state is IntroductionState.EXPIRED
    if found.state is IntroductionState.LATE:
        return [turn.tell("introduction.late.known")]
    if found.state is IntroductionState.DECLINED:
        raise Refusal("introduction.no_is_final")
    if late and (found.answer_by is None or turn.now > found.answer_by + turn.rules.late_yes):
        raise Refusal("introduction.over")
    if found.state not in UNANSWERED and not late:
        raise Refusal("introduction.over")
    gives = released(wish)
    await answered(turn, found)
    if not wish.only and not wish.never and turn.me.phone and turn.me.email:
        return [_which_data(turn, found)]
    if question := _missing(turn, wish, found, gives):
        return [question]
    email = (wish.email or turn.me.email) if "email" in gives else None
    phone = (wish.phone or turn.me.phone) if "phone" in gives else None
    typed = remember(turn, wish.email, wish.phone)
    if late:
        return [*await _too_late(turn, found, wish, gives), *typed]
    return [*await meet(turn, found, IntroductionEvent.ACCEPT, gives, email=email, phone=phone), *typed]


def released(wish: Accept) -> tuple[str, ...]:
    """What may be handed over: what they named, less what they ruled out; e-mail if they named nothing."""
    wanted = wish.only or (("phone",) if "email" in wish.never else ("email",))
    return tuple(one for one in ("email", "phone") if one in wanted and one not in wish.never)


def _which_data(turn: Turn, found: Introduction) -> Reply:
    say, key = turn.say, found.key
    options = (
        Choice(
            label=say("introduction.give.email"), intent=Accept(introduction=key, only=("email",)), says="send.email"
        ),
        Choice(
            label=say("introduction.give.both"),
            intent=Accept(introduction=key, only=("email", "phone")),
            says="send.both",
        ),
        Choice(
            label=say("introduction.give.phone"), intent=Accept(introduction=key, only=("phone",)), says="send.phone"
        ),
    )
    return turn.reply(Text(text=say("introduction.give")), Choices(options=options, asked="preview", about=key))


def _missing(turn: Turn, wish: Accept, found: Introduction, gives: tuple[str, ...]) -> Reply | None:
    """Asks for what is to be handed over and isn't known. Without any contact data nobody could write to them."""
    say = turn.say
    fields: list[Field] = []
    if "email" in gives and not (wish.email or turn.me.email):
        fields.append(texts.email_field(say))
    if "phone" in gives and not (wish.phone or turn.me.phone):
        fields.append(texts.phone_field(say))
    if not gives:
        raise Refusal("introduction.nothing_to_give")
    if not fields:
        return None
    form = Form(intent=replace(wish, introduction=found.key, only=gives), fields=tuple(fields))
    return turn.reply(Text(text=say("introduction.yes_data_needed")), Ask(form=form, field=fields[0]))


async def _too_late(turn: Turn, found: Introduction, wish: Accept, gives: tuple[str, ...]) -> Replies:
    """A yes after expiry: the asker is asked once whether it is still wanted; nothing is handed over before."""
    asker = await turn.uow.people.get(found.asker)
    assert asker is not None
    late = await move(
        turn,
        found,
        IntroductionEvent.ACCEPT,
        "contact",
        contact_gives=gives,
        contact_email=wish.email,
        contact_phone=wish.phone,
        answered_at=turn.now,
        closed_at=None,
    )
    hours, place = turn.rules.hours, await turn.place(asker)
    last = hours.add_working_days(hours.day_of(turn.now, place), turn.rules.consent_working_days, place)
    await turn.uow.agenda.set(CONFIRM_END, late.key, hours.closing(last, place))
    return [
        turn.tell("introduction.late.contact", name=asker.name),
        await texts.still_wanted(turn, late, asker, turn.me),
    ]


# ---------------------------------------------------------------- later


async def later(turn: Turn, wish: Later) -> Replies:
    found = await to_answer(turn, wish)
    if isinstance(found, Reply):
        return [found]
    if found.state not in UNANSWERED:
        raise Refusal("introduction.over")
    day = named_day(wish.date, turn.today(turn.me))
    field = Field(name="date", label=turn.say("introduction.field.date"), kind="date")
    form = Form(intent=Later(introduction=found.key), fields=(field,))
    if wish.date is None:
        return [turn.reply(Ask(form=form, field=field))]
    if day is None or not turn.today(turn.me) < day <= turn.today(turn.me) + LATEST:
        return [turn.reply(Text(text=turn.say("introduction.later.unclear")), Ask(form=form, field=field))]
    await answered(turn, found)
    asker = await turn.uow.people.get(found.asker)
    assert asker is not None
    hours, place = turn.rules.hours, await turn.place(turn.me)
    again = hours.next_opening(hours.at_local(day, time(0), place), place)
    postponed = await move(turn, found, IntroductionEvent.POSTPONE, "contact", later_on=day, answered_at=turn.now)
    await turn.uow.agenda.drop(found.key, *OWN_CLOCK)
    await turn.uow.agenda.set(RESTART, found.key, again)
    await place_freed(turn, turn.me.key)
    theirs = turn.words(asker)
    told = turn.to(
        asker,
        Text(
            text=theirs(
                "introduction.later.asker",
                name=await texts.called(turn, turn.me, theirs),
                topic=texts.topic_of(turn, postponed, theirs),
                day=theirs.day(day),
            )
        ),
        texts.meanwhile(postponed, theirs),
        kind=Kind.STATUS,
        about=found.key,
    )
    return [turn.tell("introduction.later.contact", day=turn.say.day(again)), told]


def named_day(said: object, today: date) -> date | None:
    """The day, as a date or as typed into a form."""
    if isinstance(said, date):
        return said
    for found in find_dates(str(said), today) if said else ():
        match found.when:
            case Day(date=day):
                return day
            case Days(first=day):
                return day
            case Unsure(readings=readings):
                return readings[0] if len(readings) == 1 else None
            case Past():
                return None
    return None


# ---------------------------------------------------------------- no, and somebody else


async def decline(turn: Turn, wish: Decline) -> Replies:
    """Final. The asker hears of it at their next full hour, in words that don't tell it from silence."""
    found = await to_answer(turn, wish)
    if isinstance(found, Reply):
        return [found]
    if found.state is IntroductionState.DECLINED:
        return [turn.tell("introduction.declined")]
    if found.state not in UNANSWERED:
        raise Refusal("introduction.over")
    await answered(turn, found)
    await ended(turn, found, IntroductionEvent.DECLINE, "contact")
    return [turn.tell("introduction.declined")]


async def suggest_other(turn: Turn, wish: SuggestOther) -> Replies:
    """A no with a hint: whoever they name is passed on in their words, together with the neutral end."""
    found = await to_answer(turn, wish)
    if isinstance(found, Reply):
        return [found]
    if found.state in UNANSWERED:
        await answered(turn, found)
        found = await ended(turn, found, IntroductionEvent.DECLINE, "contact")
    elif found.state is not IntroductionState.DECLINED:
        raise Refusal("introduction.over")
    say = turn.say
    told = found.told_at
    if wish.person is None:
        question = Choices(
            options=(
                Choice(label=say("introduction.other.name"), intent=SuggestOther(introduction=found.key, person="")),
                Choice(label=say("introduction.other.nobody"), intent=No(), says="no"),
            ),
            about=found.key,
        )
        return [turn.reply(Text(text=say("introduction.other")), question)]
    if wish.person == "":
        field = Field(name="person", label=say("introduction.field.other"))
        form = Form(intent=SuggestOther(introduction=found.key), fields=(field,))
        return [turn.reply(Ask(form=form, field=field))]
    asker = await turn.uow.people.get(found.asker)
    if asker is None or told is None or told <= turn.now:
        return [turn.tell("introduction.other.too_late")]
    theirs = turn.words(asker)
    hint = turn.to(
        asker,
        Text(text=theirs("introduction.other.hint", topic=texts.topic_of(turn, found, theirs))),
        Quote(text=wish.person),
        kind=Kind.RELAY,
        about=found.key,
        due=told,
        holds_personal=True,
    )
    return [turn.tell("introduction.other.passed"), hint]
