"""The network office's desk in the chat: what waits there, who has taken it, and an answer by hand or a person to ask."""

import re
from dataclasses import replace

from bot import access
from bot.flows.contacts.search import reachable
from bot.flows.desk import answer as answered
from bot.flows.listing import full_title, place_line, topic_label
from bot.flows.topics import MAX_NAME
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import (
    DeskAnswer,
    DeskList,
    Figures,
    GapReport,
    Help,
    Introduce,
    NudgeCreate,
    NudgeList,
    NudgePause,
    NudgePreview,
    NudgeResume,
    NudgeShow,
    NudgeStats,
    NudgeStop,
)
from bot.messages import Ask, Block, Choice, Choices, Contact, Contacts, Facts, Quote, Text
from bot.model import DeskRequest, Person
from bot.profiles import findable
from bot.turn import Handlers, Refusal, Replies, Turn

SHOWN = 5
_ASK = re.compile(r"(?:frage?t?|ask)\s+(?:(?:doch|mal|bitte|frau|herrn?|ms|mrs?)\.?\s+)*(.{3,60})", re.IGNORECASE)
LONGEST = 1500  # characters of an answer
OF_THE_OFFICE = (
    *(DeskList, DeskAnswer, Figures, GapReport, Help, NudgeCreate, NudgeList, NudgePause),
    *(NudgePreview, NudgeResume, NudgeShow, NudgeStats, NudgeStop),
)
"""What is meant for the bot, although an answer to somebody is waited for: that may well sound like a search."""


async def waiting(turn: Turn, wish: DeskList) -> Replies:
    """Oldest first. Whoever asks the office is named to the office; that it was looked at is in the audit log."""
    del wish
    access.require_admin(turn)
    found = await turn.uow.desk.open()
    await turn.uow.audit.note(turn.now, turn.me.key, "desk.listed", requests=len(found))
    if not found:
        return [turn.tell("brokering.none")]
    people = await turn.uow.people.many([one.asker for one in found] + [one.taken_by for one in found if one.taken_by])
    bodies = await turn.uow.people.bodies_of([one.asker for one in found], turn.today())
    blocks: list[Block] = [Text(text=turn.say("brokering.title", n=len(found)), style="title")]
    options: list[Choice] = []
    for number, one in enumerate(found[:SHOWN], start=1):
        asker = people.get(one.asker)
        rows = [
            (
                turn.say("brokering.row.from"),
                f"{asker.name if asker else '–'}, {place_line(bodies.get(one.asker), turn.say, turn.knowledge)}",
            ),
            (turn.say("brokering.row.since"), turn.say.day(one.at)),
        ]
        if one.taken_by:
            taker = people.get(one.taken_by)
            rows.append((turn.say("brokering.row.taken"), taker.name if taker else "–"))
        heading = turn.say(f"brokering.kind.{one.kind}", number=number)
        blocks += [Text(text=heading, style="title"), Facts(rows=tuple(rows))]
        if one.text:
            blocks.append(Quote(text=one.text))
        options.append(Choice(label=turn.say("brokering.choice.answer", number=number), intent=DeskAnswer(request=one.key, take=True)))  # fmt: skip
    return [turn.reply(*blocks, Choices(options=tuple(options), asked="desk", once=False), holds_personal=True)]


async def answer(turn: Turn, wish: DeskAnswer) -> Replies:
    """Taken first, so that two never answer the same; then a text, or somebody listed whom the asker may ask."""
    access.require_admin(turn)
    request = await _meant(turn, wish)
    if request.taken_by not in (None, turn.me.key):
        taker = await turn.uow.people.get(str(request.taken_by))
        raise Refusal("brokering.taken", name=taker.name if taker else "–")
    if request.taken_by is None:
        request = replace(request, taken_by=turn.me.key)
        await turn.uow.desk.save(request)
        await turn.uow.audit.note(turn.now, turn.me.key, "desk.taken", request.key)
    whom = wish.person or (found[1] if wish.text and (found := _ASK.fullmatch(wish.text.strip())) else None)
    if whom:
        return await _suggest(turn, request, whom)
    if wish.text:
        replies = await answered(turn, request.key, wish.text, turn.me.key)
        return [*replies, turn.tell("brokering.answered")]
    field = Field(name="text", label=turn.say("brokering.ask"), hint=turn.say("brokering.ask_hint"), max_length=LONGEST)
    form = Form(intent=DeskAnswer(request=request.key), fields=(field,), patient=True)  # a wish goes before it
    return [turn.reply(Ask(form=form, field=field), about=request.key)]  # fmt: skip


async def _meant(turn: Turn, wish: DeskAnswer) -> DeskRequest:
    """The one of the button, the one I have taken, or the only one. Raises Refusal."""
    found = await turn.uow.desk.open()
    if wish.request is not None:
        one = await turn.uow.desk.get(wish.request)
        if one is None:
            raise Refusal("desk.gone")
        if one.answered_at is not None:
            raise Refusal("desk.answered_already")
        return one
    mine = [one for one in found if one.taken_by == turn.me.key]
    if len(mine) == 1:
        return mine[0]
    if len(found) == 1:
        return found[0]
    raise Refusal("brokering.which" if found else "brokering.none")


async def _suggest(turn: Turn, request: DeskRequest, said: str) -> Replies:
    """Only who is listed may be named; the introduction itself is the asker's, with both their yeses."""
    enquiry = await turn.uow.enquiries.get(request.enquiry) if request.enquiry else None
    asker = await turn.uow.people.get(request.asker)
    if enquiry is None or asker is None:
        raise Refusal("brokering.no_enquiry")
    person = await _listed(turn, said, asker)
    words = turn.words(asker)
    topic = topic_label(enquiry.topic, enquiry.text, turn.knowledge, words)
    body = (await turn.uow.people.bodies_of([person.key], turn.today())).get(person.key)
    seen = enquiry.shown if person.key in enquiry.shown else (*enquiry.shown, person.key)
    await turn.uow.enquiries.save(replace(enquiry, shown=seen, page=(person.key,)))
    await turn.uow.desk.save(replace(request, answered_at=turn.now, taken_by=turn.me.key))
    await turn.uow.audit.note(turn.now, turn.me.key, "desk.suggested", request.key)
    entry = Contact(
        title=full_title(person, words),
        place=place_line(body, words, turn.knowledge),
        facts=(),
        reasons=(words("brokering.because", topic=topic),),
    )
    introduce = Choice(
        label=words("brokering.choice.introduce"), intent=Introduce(person=person.key, topic=enquiry.text)
    )
    blocks: tuple[Block, ...] = (
        Text(text=words("brokering.suggested", topic=topic)),
        Contacts(entries=(entry,)),
        Choices(options=(introduce,), asked="after_results", once=False),
    )
    return [turn.to(asker, *blocks, kind=Kind.DESK, about=request.key), turn.tell("brokering.passed_on")]


async def _listed(turn: Turn, said: str, asker: Person) -> Person:
    """Raises Refusal in the same words whether they aren't there, aren't listed, paused, or don't want this asker."""
    name = said.strip()[:MAX_NAME]
    found = [one for one in await turn.uow.people.by_name(name) if findable(one)]
    blocked = await turn.uow.people.blocked(asker.key)
    found = [
        one for one in found if one.key not in blocked and one.key != asker.key and not one.paused_on(turn.today())
    ]
    found = [one for one in found if await reachable(turn, one)]
    if len(found) != 1:
        raise Refusal("brokering.not_listed", name=name)
    return found[0]


HANDLERS: Handlers = {DeskList: waiting, DeskAnswer: answer}
