"""Requests to the network office: kept, listed and answered by people; the asker hears the answer here."""

from dataclasses import replace

from bot import access
from bot.flows.listing import topic_label
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import AskTeam
from bot.messages import Ask, Block, Quote, Text
from bot.model import DeskRequest, new_key
from bot.turn import Handlers, Refusal, Replies, Scene, Turn


async def ask_team(turn: Turn, wish: AskTeam) -> Replies:
    """With an enquiry it is a request nobody matches; otherwise a message in the person's own words."""
    if wish.enquiry is not None:
        return await _for_enquiry(turn, wish.enquiry, wish.text)
    if not wish.text:
        field = Field(name="text", label=turn.say("desk.ask"), hint=turn.say("desk.ask_hint"))
        return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    await _add(turn, DeskRequest(key=new_key("d"), kind="message", asker=turn.me.key, text=wish.text, at=turn.now))
    return [turn.reply(Text(text=turn.say("desk.passed_on")), Quote(text=wish.text))]


async def _for_enquiry(turn: Turn, key: str, text: str | None) -> Replies:
    enquiry = await access.enquiry_of_mine(turn, key)
    topic = topic_label(enquiry.topic, enquiry.text, turn.knowledge, turn.say)
    open_ones = [one for one in await turn.uow.desk.of(turn.me.key) if one.answered_at is None]
    if any(one.enquiry == key for one in open_ones):
        return [turn.tell("desk.there_already", topic=topic)]
    request = DeskRequest(
        key=new_key("d"),
        kind="match",
        asker=turn.me.key,
        enquiry=key,
        topic=enquiry.topic,
        text=text or enquiry.text,
        at=turn.now,
    )
    await _add(turn, request)
    return [turn.tell("desk.searching", topic=topic)]


async def _add(turn: Turn, request: DeskRequest) -> None:
    await turn.uow.desk.add(request)
    await turn.uow.totals.add(f"desk.{request.kind}", turn.today())


async def answer(scene: Scene, key: str, text: str, by: str | None = None) -> Replies:
    """The network office's answer, sent to the asker at their next opening. Raises Refusal if it is gone or answered.

    `by` is the person who answers; None for the command line.
    """
    request = await scene.uow.desk.get(key)
    if request is None:
        raise Refusal("desk.gone")
    if request.answered_at is not None:
        raise Refusal("desk.answered_already")
    answered = replace(request, answered_at=scene.now, answer=text, taken_by=by or request.taken_by)
    await scene.uow.desk.save(answered)
    await scene.uow.audit.note(scene.now, by or "operator", "desk.answered", key)
    asker = await scene.uow.people.get(request.asker)
    if asker is None:
        return []
    words = scene.words(asker)
    blocks: list[Block] = [Text(text=words("desk.answer")), Quote(text=text)]
    if request.text:
        blocks += [Text(text=words("desk.you_asked")), Quote(text=request.text)]
    return [scene.to(asker, *blocks, kind=Kind.DESK, about=key)]


HANDLERS: Handlers = {AskTeam: ask_team}
