"""Questions to and fro before the yes, through the bot, without contact data of either side."""

import re
from dataclasses import replace

from bot.flows.introductions import words as texts
from bot.flows.introductions.steps import open_to_asker, waiting_question
from bot.flows.introductions.which import to_answer
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import AskBack, PassOn
from bot.introduction_states import UNANSWERED
from bot.messages import Ask, Choice, Choices, Quote, Text
from bot.model import Introduction, IntroductionState, Step
from bot.turn import Refusal, Replies, Reply, Turn

_CONTACT_DATA = re.compile(
    r"[^\s@<>\"',;]+@[^\s@<>\"',;]+\.[^\s@<>\"',;.]{2,}"  # an e-mail address
    r"|@[^\s@:]+:[^\s@]+\.[a-z]{2,}"  # a Matrix id
    r"|(?<![\w.,])(?:\+|00|0)\(?\d[\d\s()/-]{5,20}\d"  # a telephone number: a leading zero or plus, eight digits and more
    r"|https?://\S+",
    re.IGNORECASE,
)
ASKED_BACK, ANSWERED_BACK = "ask_back", "answer_back"  # lines of the history


def holds_contact_data(text: str) -> bool:
    return _CONTACT_DATA.search(text) is not None


def without_contact_data(text: str, mark: str) -> str:
    return _CONTACT_DATA.sub(mark, text)


async def ask_back(turn: Turn, wish: AskBack) -> Replies:
    """The contact asks what is meant: neither yes nor no. Passed on only if they want it."""
    found = await to_answer(turn, wish)
    if isinstance(found, Reply):
        return [found]
    if found.state not in UNANSWERED:
        raise Refusal("introduction.over")
    say, key = turn.say, found.key
    if not wish.question:
        field = Field(name="question", label=say("introduction.field.question"))
        return [turn.reply(Ask(form=Form(intent=AskBack(introduction=key), fields=(field,)), field=field))]
    await turn.uow.questions.close(waiting_question(found))  # an earlier one that was left lying
    asker = await turn.uow.people.get(found.asker)
    name = asker.name if asker else say("introduction.somebody")
    question = without_contact_data(wish.question, say("introduction.taken_out"))
    options = (
        Choice(label=say("introduction.ask_back.yes"), intent=PassOn(introduction=key, text=question), says="yes"),
        Choice(label=say("introduction.ask_back.no"), intent=PassOn(introduction=key, text=""), says="no"),
    )
    return [
        turn.reply(
            Text(text=say("introduction.ask_back", name=name)),
            Quote(text=question),
            *_taken_out(turn, wish.question),
            Choices(options=options, asked="confirm", about=waiting_question(found), forget=True),
            holds_personal=True,
        )
    ]


async def pass_on(turn: Turn, wish: PassOn) -> Replies:
    """From the contact: the question. From the asker: the answer to it."""
    found = await turn.uow.introductions.get(wish.introduction)
    if found is None or turn.me.key not in (found.asker, found.contact):
        raise Refusal("introduction.gone")
    return await (_question(turn, found, wish) if found.contact == turn.me.key else _answer(turn, found, wish))


async def _question(turn: Turn, found: Introduction, wish: PassOn) -> Replies:
    if found.state not in UNANSWERED:
        raise Refusal("introduction.over")
    say = turn.say
    if wish.text is None:
        return await ask_back(turn, AskBack(introduction=found.key))
    if wish.text == "":
        text = say("introduction.ask_back.left", until=_until(turn, found))
        return [turn.reply(Text(text=text), texts.consent_choices(found, say))]
    asker = await turn.uow.people.get(found.asker)
    if asker is None:
        raise Refusal("introduction.over")
    await turn.uow.questions.close(waiting_question(found))
    await turn.uow.introductions.note(Step(introduction=found.key, at=turn.now, event=ASKED_BACK, by="contact"))
    theirs = turn.words(asker)
    field = Field(name="text", label=theirs("introduction.field.answer"))
    form = Form(intent=PassOn(introduction=found.key), fields=(field,), patient=True)
    relayed = turn.to(
        asker,
        Text(
            text=theirs(
                "introduction.relay.question",
                name=await texts.called(turn, turn.me, theirs),
                topic=texts.topic_of(turn, found, theirs),
            )
        ),
        Quote(text=without_contact_data(wish.text, theirs("introduction.taken_out"))),
        Ask(form=form, field=field),
        kind=Kind.RELAY,
        about=found.key,
        expires=found.answer_by if found.state is IntroductionState.ASKED else None,
        holds_personal=True,
    )
    text = say("introduction.relay.passed", name=asker.name, until=_until(turn, found))
    return [turn.reply(Text(text=text), texts.consent_choices(found, say)), relayed]


async def _answer(turn: Turn, found: Introduction, wish: PassOn) -> Replies:
    """While the asker can't know of an end, nothing in the answer tells."""
    if not open_to_asker(found, turn.now):
        raise Refusal("introduction.over")
    say = turn.say
    if not wish.text:
        field = Field(name="text", label=say("introduction.field.answer"))
        form = Form(intent=replace(wish, text=None), fields=(field,))
        return [turn.reply(Ask(form=form, field=field))]
    confirmed = turn.reply(Text(text=say("introduction.relay.taken")), *_taken_out(turn, wish.text))
    contact = await turn.uow.people.get(found.contact)
    if found.state not in UNANSWERED or contact is None:
        return [confirmed]
    await turn.uow.introductions.note(Step(introduction=found.key, at=turn.now, event=ANSWERED_BACK, by="asker"))
    theirs = turn.words(contact)
    relayed = turn.to(
        contact,
        Text(text=theirs("introduction.relay.answer", name=turn.me.name, topic=texts.topic_of(turn, found, theirs))),
        Quote(text=without_contact_data(wish.text, theirs("introduction.taken_out"))),
        Text(text=theirs("introduction.relay.your_turn", until=_until(turn, found))),
        texts.consent_choices(found, theirs),
        kind=Kind.RELAY,
        about=found.key,
        expires=found.answer_by if found.state is IntroductionState.ASKED else None,
        holds_personal=True,
    )
    return [confirmed, relayed]


def _taken_out(turn: Turn, text: str) -> tuple[Text, ...]:
    return (Text(text=turn.say("introduction.taken_out_hint")),) if holds_contact_data(text) else ()


def _until(turn: Turn, found: Introduction) -> str:
    return turn.say.moment(found.answer_by) if found.answer_by else ""
