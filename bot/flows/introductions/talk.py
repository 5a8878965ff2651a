"""Two people on different platforms may talk on through the bot, for as long as both want it.

Each message is passed on word for word, in the other's hours, and blanked when it has been handed over. What stays is
that both wanted it, and when it ended. Either side ends it at any time; what isn't handed over by then vanishes.
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from bot.flows.introductions.words import topic_of
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import (
    AskTeam,
    Block,
    DeleteMe,
    EndTalk,
    ExportData,
    Help,
    PrivacyInfo,
    Report,
    StopPrompts,
    TalkThrough,
    WithdrawConsent,
)
from bot.introduction_states import MET
from bot.messages import Block as MessageBlock
from bot.messages import Choice, Choices, Quote, Text
from bot.model import Introduction, Person, Step
from bot.posting import earliest, home_of
from bot.turn import Refusal, Replies, Reply, Scene, Turn
from bot.words import Words

WANTED, OPENED, ENDED = "talk_wanted", "talk_opened", "talk_ended"  # lines of the history
FOR_THE_BOT = (EndTalk, Help, Block, Report, PrivacyInfo, ExportData, DeleteMe, WithdrawConsent, StopPrompts, AskTeam)
"""What is meant for the bot, although the words typed next go to the other side."""
Side: TypeAlias = Literal["asker", "contact"]


async def apart(scene: Scene, asker: Person, contact: Person) -> bool:
    """Whether neither platform alone can bring them together."""
    first, second = [home_of(one, await scene.uow.accounts.of_person(one.key)) for one in (asker, contact)]
    return first is not None and second is not None and first.platform != second.platform


def offer(introduction: Introduction, words: Words) -> Choices:
    choice = Choice(label=words("introduction.choice.talk"), intent=TalkThrough(introduction=introduction.key))
    return Choices(options=(choice,), about=introduction.key)


async def talk_through(turn: Turn, wish: TalkThrough) -> Replies:
    """Without a text: I want to talk. With one: pass it on."""
    found = await _mine(turn, wish.introduction)
    steps = await turn.uow.introductions.steps(found.key)
    if not is_open(steps):
        if wish.text:
            raise Refusal("introduction.talk.over")
        return await _wanted(turn, found, steps)
    other = await _other(turn, found)
    if not wish.text:
        return [turn.reply(*_next(found, other.name, turn.say))]
    theirs = turn.words(other)
    passed = turn.to(
        other,
        Text(text=theirs("introduction.talk.writes", name=turn.me.name)),
        Quote(text=wish.text),
        *_next(found, turn.me.name, theirs),
        kind=Kind.RELAY,
        about=found.key,
        holds_personal=True,
    )
    due = await earliest(turn, other, Kind.RELAY, turn.now)
    key = "introduction.talk.passed" if due <= turn.now else "introduction.talk.passed_later"
    confirmed = Text(text=turn.say(key, name=other.name, at=turn.say.moment(due)))
    return [turn.reply(confirmed, *_next(found, other.name, turn.say)), passed]


async def _wanted(turn: Turn, found: Introduction, steps: Sequence[Step]) -> Replies:
    """The first who wants it has the other asked; the second opens it."""
    other, mine = await _other(turn, found), _side(turn, found)
    wanting = wanted_by(steps)
    theirs = turn.words(other)
    if mine not in wanting:
        await _note(turn, found, WANTED)
    if wanting <= {mine}:
        waits = turn.tell("introduction.talk.waits", name=other.name)
        if mine in wanting:
            return [waits]
        asked = Text(text=theirs("introduction.talk.asked", name=turn.me.name))
        return [
            waits,
            turn.to(other, asked, offer(found, theirs), kind=Kind.RELAY, about=found.key, holds_personal=True),
        ]
    await _note(turn, found, OPENED)
    await turn.uow.totals.add("introductions.talks", turn.today())
    here = _begins(turn, found, reader=turn.me, partner=other)
    there = _begins(turn, found, reader=other, partner=turn.me)
    return [turn.reply(*here), turn.to(other, *there, kind=Kind.RELAY, about=found.key, holds_personal=True)]


def _begins(turn: Turn, found: Introduction, *, reader: Person, partner: Person) -> tuple[MessageBlock, ...]:
    words = turn.words(reader)
    key = "introduction.talk.you_begin" if reader.key == found.asker else "introduction.talk.they_begin"
    text = words(key, name=partner.name, topic=topic_of(turn, found, words))
    return Text(text=text), *_next(found, partner.name, words)


async def end_talk(turn: Turn, wish: EndTalk) -> Replies:
    """Also takes back that one wanted it."""
    found = await _mine(turn, wish.introduction)
    steps = await turn.uow.introductions.steps(found.key)
    was_open = is_open(steps)
    if not was_open and _side(turn, found) not in wanted_by(steps):
        raise Refusal("introduction.talk.over")
    await _close(turn, found)
    await _note(turn, found, ENDED)
    ended = turn.tell("introduction.talk.ended")
    other = await turn.uow.people.get(found.contact if _side(turn, found) == "asker" else found.asker)
    return [ended, _told(turn, found, other)] if was_open and other is not None else [ended]


async def unreachable(scene: Scene, found: Introduction) -> Replies:
    """A message couldn't be handed over for good: the other side hears that it is over, not that it was delivered."""
    if not is_open(await scene.uow.introductions.steps(found.key)):
        return []
    await _close(scene, found)
    await scene.uow.introductions.note(Step(introduction=found.key, at=scene.now, event=ENDED, by="time"))
    people = [await scene.uow.people.get(key) for key in (found.asker, found.contact)]
    return [_told(scene, found, one) for one in people if one is not None]


# ------------------------------------------------------------ what stands in the history


def is_open(steps: Sequence[Step]) -> bool:
    return next((step.event == OPENED for step in reversed(steps) if step.event in (OPENED, ENDED)), False)


def wanted_by(steps: Sequence[Step]) -> set[str]:
    """Who has said so since it ended last."""
    wanting: set[str] = set()
    for step in steps:
        if step.event == ENDED:
            wanting.clear()
        elif step.event == WANTED:
            wanting.add(step.by)
    return wanting


async def _note(turn: Turn, found: Introduction, event: str) -> None:
    step = Step(introduction=found.key, at=turn.now, event=event, by=_side(turn, found))
    await turn.uow.introductions.note(step)


async def _close(scene: Scene, found: Introduction) -> None:
    await scene.uow.outbox.cancel(found.key, kinds=(Kind.RELAY,))
    await scene.uow.questions.close(_question(found))


# ------------------------------------------------------------ who and what


async def _mine(turn: Turn, key: str | None) -> Introduction:
    """Without a key the conversation that is open, else the newest introduction. Raises Refusal."""
    if key is not None:
        found = await turn.uow.introductions.get(key)
        if found is None or found.state not in MET or turn.me.key not in (found.asker, found.contact):
            raise Refusal("introduction.gone")
        return found
    asked = [*await turn.uow.introductions.asked_by(turn.me.key), *await turn.uow.introductions.asked_of(turn.me.key)]
    met = sorted((one for one in asked if one.state in MET), key=lambda one: one.created_at, reverse=True)
    if not met:
        raise Refusal("introduction.nobody_met")
    for one in met:
        if is_open(await turn.uow.introductions.steps(one.key)):
            return one
    return met[0]


async def _other(turn: Turn, found: Introduction) -> Person:
    """Refused in the same words whether they ended it, can't be reached or blocked me."""
    other = await turn.uow.people.get(found.contact if _side(turn, found) == "asker" else found.asker)
    rows = await turn.uow.accounts.of_person(other.key) if other is not None else ()
    if other is None or home_of(other, rows) is None or other.key in await turn.uow.people.blocked(turn.me.key):
        raise Refusal("introduction.talk.over")
    if not await apart(turn, turn.me, other):
        raise Refusal("introduction.talk.not_needed")
    return other


def _side(turn: Turn, found: Introduction) -> Side:
    return "asker" if found.asker == turn.me.key else "contact"


def _question(found: Introduction) -> str:
    """What the open place for the next message is about."""
    return f"{found.key}:talk"


def _next(found: Introduction, name: str, words: Words) -> tuple[MessageBlock, ...]:
    """The words typed next go to the other side, and the reader is told so."""
    field = Field(name="text", label=words("introduction.field.message"))
    form = Form(intent=TalkThrough(introduction=found.key), fields=(field,), patient=True)
    end = Choice(label=words("introduction.choice.end_talk"), intent=EndTalk(introduction=found.key))
    return (
        Text(text=words("introduction.talk.goes_to", name=name), style="hint"),
        Choices(options=(end,), about=_question(found), otherwise=form),
    )


def _told(scene: Scene, found: Introduction, person: Person) -> Reply:
    words = scene.words(person)
    return scene.to(person, Text(text=words("introduction.talk.over")), kind=Kind.RELAY, about=found.key)
