"""Which request the contact is answering: the one just asked about, the only open one, or the one they choose."""

from dataclasses import replace
from typing import TypeAlias

from bot.access import introduction_as_contact
from bot.flows.introductions import words as texts
from bot.flows.introductions.overview import asked_of_me
from bot.intents import Accept, AskBack, Decline, Later, SuggestOther
from bot.introduction_states import UNANSWERED
from bot.messages import Choice, Choices, Text
from bot.model import Introduction, IntroductionState
from bot.ports import Question
from bot.turn import Refusal, Reply, Turn

Answer: TypeAlias = Accept | Decline | Later | SuggestOther | AskBack


async def to_answer(turn: Turn, wish: Answer) -> Introduction | Reply:
    """The request meant, or the question which one. Raises Refusal if there is none."""
    if wish.introduction is not None:
        return await introduction_as_contact(turn, wish.introduction)
    about = turn.question.about if turn.question else None
    meant = await turn.uow.introductions.get(about) if about else None
    if meant is not None and meant.contact == turn.me.key:
        return meant
    open_now = [one for one in await asked_of_me(turn) if one.state in UNANSWERED]
    if not open_now:
        raise Refusal("introduction.nothing_to_answer")
    if len(open_now) == 1:
        return open_now[0]
    options = []
    for one in open_now:
        asker = await turn.uow.people.get(one.asker)
        name = asker.name if asker else turn.say("introduction.somebody")
        topic = texts.topic_of(turn, one, turn.say)
        label = turn.say("introduction.line", name=name, topic=topic)
        options.append(Choice(label=label, intent=replace(wish, introduction=one.key)))
    return turn.reply(Text(text=turn.say("introduction.which")), Choices(options=tuple(options), forget=True))


async def waiting(turn: Turn) -> Reply | None:
    """The request that waits longest for this person, once more, where something else was asked since: what they say may
    be meant for it. None where it is the newest question anyway, or none waits.
    """
    question = turn.question
    asked = [one for one in await asked_of_me(turn) if one.state is IntroductionState.ASKED]
    if not asked or (question is not None and question.about in [one.key for one in asked] and _is_request(question)):
        return None
    oldest = min(asked, key=lambda one: (one.asked_at or one.created_at, one.key))
    asker = await turn.uow.people.get(oldest.asker)
    if asker is None or oldest.answer_by is None or oldest.answer_by <= turn.now:
        return None
    blocks = await texts.request_blocks(turn, oldest, asker, turn.me, oldest.answer_by)
    meant = Text(text=turn.say("introduction.waiting"))
    return turn.reply(
        meant, *blocks, texts.consent_choices(oldest, turn.say), about=oldest.key, expires=oldest.answer_by
    )


def _is_request(question: Question) -> bool:
    return isinstance(question.asked, Choices) and question.asked.asked == "asked_consent"


async def answered(turn: Turn, introduction: Introduction) -> None:
    """In plain words the request was answered too: what comes next is no question to the asker any more."""
    question = turn.question
    if question is None or question.about != introduction.key:
        return
    asked = await turn.uow.questions.get(question.message)  # a pick has been noted by now
    if asked is not None and asked.answered is None:
        await turn.uow.questions.answer(question.message, -1, turn.now)
