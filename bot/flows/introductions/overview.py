"""How things stand: my requests as I may see them, requests to me, and contact data handed over."""

from datetime import timedelta

from bot.flows.introductions import words as texts
from bot.flows.introductions.steps import UNSEEN, delivered_at, open_to_asker, seen_by_asker
from bot.intents import MyIntroductions, Status
from bot.introduction_states import MET, UNSUCCESSFUL
from bot.messages import Block, Facts, Text
from bot.model import Introduction, IntroductionState
from bot.turn import Replies, Turn

SHOWN = 20  # lines of a list
RECENT = timedelta(days=30)  # what "und?" still mentions


async def status(turn: Turn, wish: Status) -> Replies:
    """My open requests, and what became of the newest; what waits for my own answer."""
    del wish
    asked = await turn.uow.introductions.asked_by(turn.me.key)
    mine = [one for one in asked if open_to_asker(one, turn.now)]
    blocks: list[Block] = []
    if mine:
        blocks.append(Text(text=turn.say("introduction.status.open"), style="title"))
        blocks += [await state_line(turn, one) for one in mine]
    else:
        recent = [
            one for one in asked if one.state is not IntroductionState.DRAFT and one.created_at > turn.now - RECENT
        ]
        blocks.append(Text(text=turn.say("introduction.status.none")))
        blocks += [await state_line(turn, one) for one in recent[:1]]
    waiting = [one for one in await asked_of_me(turn) if one.state is IntroductionState.ASKED]
    if waiting:
        blocks.append(Text(text=turn.say("introduction.list.of_me"), style="title"))
        blocks += [await contact_line(turn, one) for one in waiting]
    return [turn.reply(*blocks)]


async def my_introductions(turn: Turn, wish: MyIntroductions) -> Replies:
    del wish
    asked = await turn.uow.introductions.asked_by(turn.me.key)
    mine = [one for one in asked if one.state is not IntroductionState.DRAFT][:SHOWN]
    others = (await asked_of_me(turn))[:SHOWN]
    if not mine and not others:
        return [turn.tell("introduction.list.empty")]
    blocks: list[Block] = []
    if mine:
        blocks.append(Text(text=turn.say("introduction.list.mine"), style="title"))
        blocks += [await state_line(turn, one) for one in mine]
    if others:
        blocks.append(Text(text=turn.say("introduction.list.of_me"), style="title"))
        blocks += [await contact_line(turn, one) for one in others]
    return [turn.reply(*blocks, holds_personal=True)]


async def asked_of_me(turn: Turn) -> list[Introduction]:
    """What has reached me; what is still under way, or ended before, is not told."""
    return [one for one in await turn.uow.introductions.asked_of(turn.me.key) if await _reached_me(turn, one)]


async def _reached_me(turn: Turn, one: Introduction) -> bool:
    if one.asked_at is None or one.state is IntroductionState.QUEUED:
        return False
    if one.state is IntroductionState.ASKED:
        return await delivered_at(turn, one) is not None
    if one.state in UNSUCCESSFUL:
        return all(step.event != UNSEEN for step in await turn.uow.introductions.steps(one.key))
    return True


async def state_line(turn: Turn, introduction: Introduction) -> Facts:
    """One request of mine: to whom, and how it stands as far as I may know. Contact data once handed over."""
    contact = await turn.uow.people.get(introduction.contact)
    say = turn.say
    seen = seen_by_asker(introduction, turn.now)
    key = f"introduction.state.{seen}"
    values: dict[str, str] = {}
    if seen == "open":
        assert introduction.answer_by is not None
        assert introduction.asked_at is not None
        values["until"] = say.moment(introduction.answer_by)
        if delivered := await delivered_at(turn, introduction):
            values["at"] = say.moment(delivered)
        else:
            planned = introduction.asked_at > turn.now
            key = "introduction.state.planned" if planned else "introduction.state.trying"
            values["at"] = say.moment(introduction.asked_at)
    elif seen == "postponed" and introduction.later_on is not None:
        values["day"] = say.day(introduction.later_on)
    handed = await handed_over(turn, introduction.key)
    name = handed[0][1] if handed else await texts.called(turn, contact, say)
    topic = texts.topic_of(turn, introduction, say)
    rows = [(say("introduction.line", name=name, topic=topic), say(key, **values))]
    return Facts(rows=(*rows, *handed[1:]))


async def contact_line(turn: Turn, introduction: Introduction) -> Facts:
    """One request to me."""
    asker = await turn.uow.people.get(introduction.asker)
    say = turn.say
    values: dict[str, str] = {}
    if introduction.state is IntroductionState.ASKED and introduction.answer_by is not None:
        values["until"] = say.moment(introduction.answer_by)
    if introduction.state is IntroductionState.POSTPONED and introduction.later_on is not None:
        values["day"] = say.day(introduction.later_on)
    handed = await handed_over(turn, introduction.key) if introduction.state in MET else []
    name = asker.name if asker else say("introduction.somebody")
    topic = texts.topic_of(turn, introduction, say)
    state = say(f"introduction.of_me.{introduction.state}", **values)
    return Facts(rows=((say("introduction.line", name=name, topic=topic), state), *handed[1:]))


async def handed_over(turn: Turn, introduction: str) -> list[tuple[str, str]]:
    """What I was given in this introduction, the name first; nothing if it has been erased."""
    for one in await turn.uow.introductions.handed_to(turn.me.key):
        if one.introduction == introduction:
            return list(texts.handover_rows(one, turn.say).rows)
    return []
