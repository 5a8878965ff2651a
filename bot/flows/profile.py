"""The profile: shown whole, each line with the words that change it; and the settings that aren't topics."""

import re
from dataclasses import replace
from datetime import date

from bot.dates import Day, Days, Unsure, read_date
from bot.flows.introductions import contact_back, contact_gone, contact_paused
from bot.flows.listing import entry, offer_line, place_line
from bot.flows.offers import NOBODY
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import (
    ConfirmProfile,
    Language,
    Pause,
    ProfileShow,
    Resume,
    SetCap,
    SetContactData,
    SetStandIn,
    StopPrompts,
)
from bot.messages import Ask, Choice, Choices, Facts, Text
from bot.model import Body, Person
from bot.turn import Handlers, Refusal, Replies, Turn
from bot.words import Words

MOST_OPEN, MOST_A_MONTH = 20, 100
MAX_STAND_IN = 120
_BEGINS = re.compile(r"\b(?:ab|from|starting)\b", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:bis|until|till|to|back|zurück|wieder)\b", re.IGNORECASE)


async def show(turn: Turn, wish: ProfileShow) -> Replies:
    del wish
    rows = await entry_lines(turn, turn.me)
    return [turn.reply(Text(text=turn.say("profile.title"), style="title"), Facts(rows=rows))]


async def entry_lines(turn: Turn, me: Person) -> tuple[tuple[str, str], ...]:
    """Everything there is in the profile, label and value, each with the words to change it."""
    say, today = turn.say, turn.today(me)
    rows: list[tuple[str, str]] = []

    def row(name: str, value: str) -> None:
        rows.append((say(f"profile.{name}"), say("profile.row", value=value, how=say(f"profile.{name}.how"))))

    rows.append((say("profile.name"), me.name))
    body, place = await _place(turn, me)
    row("place", place)
    known = await turn.knowledge.profiles.one(turn.uow, me.key, today)
    offers, wants = (known.offers, known.wants) if known else ((), ())
    for kind, declared in (("offer", offers), ("want", wants)):
        lines = [offer_line(one, turn.knowledge, say, today) for one in declared]
        row(kind, "; ".join(lines) or say("profile.nothing"))
    row("listing", say(f"profile.listing.{me.listing or 'not_chosen'}"))
    if me.listing is not None and offers:
        rows.append((say("profile.others_see"), entry(me, body, offers, turn.knowledge, say, today)))
    else:
        rows.append((say("profile.others_see"), say("profile.not_findable")))
    row("function", me.function or say("profile.nothing"))
    row("language", say(f"profile.language.{me.language}"))
    row("cap", say("profile.cap.value", open=me.open_cap, month=me.month_cap))
    row("pause", _pause(me, turn) or say("profile.no_pause"))
    row("stand_in", me.stand_in or say("profile.nothing"))
    if me.email or me.phone:
        row("contact", ", ".join(one for one in (me.email, me.phone) if one))
    accounts = await turn.uow.accounts.of_person(me.key)
    if len(accounts) > 1:
        home = next((one.platform for one in accounts if one.account == me.home), None)
        where = say("profile.home.chosen", platform=say.platform(home)) if home else say("profile.home.last")
        row("home", f"{say.listed([say.platform(one.platform) for one in accounts])}; {where}")
    row("prompts", say("profile.prompts.off" if me.prompts_off else "profile.prompts.on"))
    given = await turn.uow.people.consent(me.key)
    if given is not None:
        row("consent", say("profile.consent.value", day=say.day(given.given_at), version=given.version))
    return tuple(rows)


async def _place(turn: Turn, me: Person) -> tuple[Body | None, str]:
    """Where they are at home, and in words, with how we know it."""
    in_force = await turn.uow.people.affiliations(me.key, turn.today(me))
    if not in_force:
        return None, turn.say("profile.no_place")
    body = turn.knowledge.places.get(in_force[0].body)
    source = turn.say(f"profile.source.{in_force[0].source}")
    return body, f"{place_line(body, turn.say, turn.knowledge)} ({source})"


def _pause(me: Person, turn: Turn) -> str | None:
    if me.paused_until is None or not me.paused_on(turn.today(me)):
        return None
    key = "profile.paused.visible" if me.pause_visible else "profile.paused.hidden"
    return turn.say(key, day=turn.say.day(me.paused_until))


async def pause(turn: Turn, wish: Pause) -> Replies:
    """Until the first day back. Hidden unless the person wants to be seen as away."""
    me = turn.me
    typed: object = wish.until
    if isinstance(typed, str):  # from the form, as it was said
        wish = replace(wish, until=_back(typed, turn.today(me)))
    if wish.until is None:
        field = Field(
            name="until", label=turn.say("profile.ask_until"), kind="date", hint=turn.say("profile.ask_until_hint")
        )
        unclear = [Text(text=turn.say("profile.until_unclear"))] if isinstance(typed, str) else []
        return [turn.reply(*unclear, Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    if wish.until <= turn.today(me):
        raise Refusal("profile.pause_over", day=turn.say.day(wish.until))
    if wish.visible is None:
        options = (
            Choice(label=turn.say("profile.choice.hidden"), intent=replace(wish, visible=False)),
            Choice(label=turn.say("profile.choice.visible"), intent=replace(wish, visible=True)),
        )
        day = turn.say.day(wish.until)
        return [turn.reply(Text(text=turn.say("profile.ask_visible", day=day)), Choices(options=options))]
    paused = replace(me, paused_until=wish.until, paused_since=turn.today(me), pause_visible=wish.visible)
    await turn.uow.people.save(paused)
    replies = await contact_paused(turn, paused) if wish.visible else await contact_gone(turn, me.key, "pause")
    key = "profile.pause_set.visible" if wish.visible else "profile.pause_set.hidden"
    return [turn.tell(key, day=turn.say.day(wish.until)), *replies]


def _back(typed: str, today: date) -> date | None:
    """The first day back. Where only the beginning is said ("ab 3.9. für zwei Wochen"), it is asked again."""
    if _BEGINS.search(typed) and not _ENDS.search(typed):
        return None
    match read_date(typed, today):
        case Day(date=day):
            return day
        case Days(last=day):
            return day
        case Unsure(readings=(day, *_)):
            return day
        case _:
            return None


async def resume(turn: Turn, wish: Resume) -> Replies:
    """Back early; prompts are on again too."""
    del wish
    me = turn.me
    await turn.uow.people.save(
        replace(me, paused_until=None, paused_since=None, pause_visible=False, prompts_off=False)
    )
    if not me.paused_on(turn.today(me)):
        return [turn.tell("profile.prompts_again" if me.prompts_off else "profile.not_paused")]
    return [turn.tell("profile.resumed"), *await contact_back(turn, me)]


async def set_cap(turn: Turn, wish: SetCap) -> Replies:
    me = turn.me
    if wish.open is None and wish.month is None:
        field = Field(name="open", label=turn.say("profile.ask_cap"), kind="number")
        return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    most = min(MOST_OPEN, wish.open) if wish.open is not None else me.open_cap
    month = min(MOST_A_MONTH, wish.month) if wish.month is not None else max(me.month_cap, most)
    await turn.uow.people.save(replace(me, open_cap=most, month_cap=month))
    return [turn.tell("profile.cap_set", open=most, month=month)]


async def set_stand_in(turn: Turn, wish: SetStandIn) -> Replies:
    """In the person's own words; shown to those who find them away."""
    if wish.person is None:
        field = Field(name="person", label=turn.say("profile.ask_stand_in"), max_length=MAX_STAND_IN)
        return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    said = " ".join(wish.person.split())[:MAX_STAND_IN]
    who = None if said.casefold() in NOBODY else said
    await turn.uow.people.save(replace(turn.me, stand_in=who))
    return [turn.tell("profile.stand_in_set", who=who) if who else turn.tell("profile.stand_in_gone")]


async def set_contact_data(turn: Turn, wish: SetContactData) -> Replies:
    """Kept only because the person says so; given to somebody only with their own yes each time."""
    name = turn.say(f"profile.data.{wish.field}")
    if wish.value is None and not wish.forget:
        field = Field(name="value", label=turn.say(f"profile.ask_{wish.field}"), kind=wish.field)
        return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    value = None if wish.forget else wish.value
    me = replace(turn.me, email=value) if wish.field == "email" else replace(turn.me, phone=value)
    await turn.uow.people.save(me)
    return [
        turn.tell("profile.data_kept", data=name, value=value) if value else turn.tell("profile.data_gone", data=name)
    ]


async def language(turn: Turn, wish: Language) -> Replies:
    if wish.language is None:
        options = (
            Choice(label="Deutsch", intent=Language(language="de")),
            Choice(label="English", intent=Language(language="en")),
        )
        return [turn.reply(Text(text=turn.say("profile.ask_language")), Choices(options=options))]
    await turn.uow.people.save(replace(turn.me, language=wish.language))
    await turn.uow.accounts.save(replace(turn.account, language=wish.language))
    words = Words(wish.language, turn.say.timezone)
    return [replace(turn, say=words).tell("profile.language_set")]


async def stop_prompts(turn: Turn, wish: StopPrompts) -> Replies:
    """No more unasked questions; what still comes is said."""
    del wish
    await turn.uow.people.save(replace(turn.me, prompts_off=True))
    await turn.uow.outbox.cancel(turn.me.key, kinds=(Kind.PROMPT,))
    return [turn.tell("profile.prompts_stopped")]


async def confirm(turn: Turn, wish: ConfirmProfile) -> Replies:
    del wish
    await turn.uow.people.save(replace(turn.me, confirmed_at=turn.now))
    return [turn.tell("profile.confirmed")]


HANDLERS: Handlers = {
    ProfileShow: show,
    Pause: pause,
    Resume: resume,
    SetCap: set_cap,
    SetStandIn: set_stand_in,
    SetContactData: set_contact_data,
    Language: language,
    StopPrompts: stop_prompts,
    ConfirmProfile: confirm,
}
