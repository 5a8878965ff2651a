"""A new nudge from a sentence: what is missing is asked, what isn't understood is asked back; then there is a draft."""

import re
from dataclasses import replace

from bot.audiences import Audience
from bot.audiences import said as audience_said
from bot.flows.nudges.verbs import create as make
from bot.flows.nudges.verbs import recipients
from bot.flows.nudges.which import scope
from bot.flows.nudges.words import overview
from bot.forms import Field, Form
from bot.intents import AskTeam, NudgeActivate, NudgeChange, NudgeCreate, NudgePreview, NudgeStop
from bot.messages import Ask, Choice, Choices, Text
from bot.nudges.model import Button, Nudge
from bot.nudges.texts import MAX_TEXT
from bot.schedules import After, Unclear
from bot.schedules import said as schedule_said
from bot.turn import Refusal, Replies, Reply, Turn
from bot.words import Words

_PURPOSES: dict[Button, re.Pattern[str]] = {
    "profile": re.compile(r"\bprofil|ausfüllen|\bprofile|\bfill", re.IGNORECASE),
    "lesson": re.compile(r"erfahrung|besuch|lesson|experience|visit", re.IGNORECASE),
    "topic": re.compile(r"neue themen|thema|themen|topics?\b", re.IGNORECASE),
}
_SENTENCE = 5  # words; fewer are a hint at what it is about rather than a text to send


async def create(turn: Turn, wish: NudgeCreate) -> Replies:
    """Others than the office are told so, and may pass the idea on."""
    try:
        body = await scope(turn)
    except Refusal:
        return [_not_yours(turn, wish)]
    if not wish.schedule:
        return [_ask(turn, wish, "schedule", "schedules.not_understood")]
    schedule = schedule_said(wish.schedule, turn.today(turn.me))
    if isinstance(schedule, Unclear):
        return [_ask(turn, wish, "schedule", schedule.key, **schedule.values)]
    if not wish.audience and not isinstance(schedule, After):  # who was there is who is meant
        return [_ask(turn, wish, "audience", "nudges.ask.audience")]
    audience = audience_said(wish.audience or "all", turn.knowledge)
    if isinstance(audience, Unclear):
        return [_ask(turn, wish, "audience", audience.key, **audience.values)]
    purpose = _purpose(wish, audience)
    german, english = _texts(wish.text, purpose)
    if german is None or english is None:
        return [_ask(turn, wish, "text", "nudges.ask.text")]
    name = await _name(turn, purpose)
    nudge = await make(
        turn, turn.me.key, name=name, schedule=schedule, audience=audience, text_de=german, text_en=english,
        button=purpose, body=body,
    )  # fmt: skip
    return await read_back(turn, nudge)


def _not_yours(turn: Turn, wish: NudgeCreate) -> Reply:
    idea = ", ".join(part for part in (wish.schedule, wish.audience, wish.text) if part)
    options = (Choice(label=turn.say("nudges.choice.idea"), intent=AskTeam(text=idea or None)),)
    return turn.reply(Text(text=turn.say("nudges.only_office")), Choices(options=options, forget=True))


def _purpose(wish: NudgeCreate, audience: Audience) -> Button | None:
    if any(one.kind == "without-profile" and not one.negated for one in audience.conditions):
        return "profile"
    return next((one for one, pattern in _PURPOSES.items() if wish.text and pattern.search(wish.text)), None)


def _texts(said: str | None, purpose: Button | None) -> tuple[str | None, str | None]:
    """German and English. A whole sentence is taken as it is; a hint calls for the text that stands ready."""
    if said and len(said.split()) >= _SENTENCE:
        return said, said
    if purpose is not None:
        return proposed(purpose, Words("de")), proposed(purpose, Words("en"))
    return (said, said) if said and re.search(r"[.?!]$", said.strip()) else (None, None)


def proposed(purpose: Button, say: Words, *, short: bool = False) -> str:
    return say(f"nudges.ready.{purpose}.{'short' if short else 'text'}")


async def _name(turn: Turn, purpose: Button | None) -> str:
    """Not taken yet; it can be renamed."""
    base = turn.say(f"nudges.ready.{purpose}.name") if purpose else turn.say("nudges.new_name")
    taken = {one.name.casefold() for one in await turn.uow.nudges.all()}
    return next(one for n in range(1, 1000) if (one := base if n == 1 else f"{base} {n}").casefold() not in taken)


def _ask(turn: Turn, wish: NudgeCreate, name: str, key: str, **values: object) -> Reply:
    """What has been understood stays; this one is asked for."""
    field = Field(name=name, label=turn.say(key, **values), max_length=MAX_TEXT)
    return turn.reply(Ask(form=Form(intent=replace(wish, **{name: None}), fields=(field,)), field=field))


async def read_back(turn: Turn, nudge: Nudge, *before: Text) -> Replies:
    """The draft in words, with what can be done next."""
    people = await recipients(turn, nudge)
    title = Text(text=turn.say(f"nudges.title.{nudge.state}", name=nudge.name), style="title")
    hint = [Text(text=turn.say("nudges.same_text"), style="hint")] if nudge.text_de == nudge.text_en else []
    blocks = [*before, title, *overview(turn, nudge, people, turn.say), *hint]
    return [
        turn.reply(*blocks, Choices(options=tuple(next_steps(turn, nudge)), asked="nudge", about=nudge.key, once=False))
    ]


def next_steps(turn: Turn, nudge: Nudge) -> list[Choice]:
    say, key = turn.say, nudge.key
    return [
        Choice(label=say("nudges.choice.preview"), intent=NudgePreview(nudge=key)),
        Choice(label=say("nudges.choice.test"), intent=NudgePreview(nudge=key, test=True)),
        Choice(label=say("nudges.choice.text"), intent=NudgeChange(nudge=key, field="text")),
        Choice(label=say("nudges.choice.audience"), intent=NudgeChange(nudge=key, field="audience")),
        Choice(label=say("nudges.choice.schedule"), intent=NudgeChange(nudge=key, field="schedule")),
        *(
            [
                Choice(label=say("nudges.choice.activate"), intent=NudgeActivate(nudge=key)),
                Choice(label=say("nudges.choice.discard"), intent=NudgeStop(nudge=key, delete=True, confirmed=True)),
            ]
            if nudge.state == "draft"
            else []
        ),
    ]
