"""Typed answers to a question that isn't the newest any more: somebody answers from above, or was interrupted.

The words of a choice are its button wherever they are typed. Words that many questions offer ("Ja, gern") are not taken
for the one or the other: a yes hands over addresses, so it is asked which question is meant.
"""

from dataclasses import fields, replace
from typing import NamedTuple

from bot.asides import is_answer
from bot.intents import Accept, AskBack, Cancel, Decline, Intent, Later, No, Pick, SuggestOther, Unknown, Yes, slots_of
from bot.messages import Choice, Choices, Text
from bot.model import Dialog
from bot.ports import Question
from bot.turn import Reply, Turn
from bot.understanding.answers import named, number_in

ANSWERS = (Accept, Decline, Later, SuggestOther, AskBack)
PLAIN = frozenset({"yes", "no", "talked", "not_yet"})  # what a choice says that may well be said to something else


class Answer(NamedTuple):
    question: Question
    asked: Choices
    position: int

    @property
    def choice(self) -> Choice:
        return self.asked.options[self.position]


def may_be_meant(intent: Intent) -> bool:
    """Whether it is worth looking: for an answer to something, and for a wish that could say about what, and doesn't."""
    return isinstance(intent, (*ANSWERS, Yes, No, Unknown)) or (bool(fields(intent)) and not slots_of(intent))


async def instead_of(turn: Turn, dialog: Dialog, text: str) -> Answer | None:
    """The choice that is meant rather than an answer to the form: of a question that has come since, or in its very words
    of one from before. A number may be the field's.
    """
    newest, field = turn.question, dialog.form.next_field(dialog.answers)
    if number_in(text) is not None and field is not None and field.kind in ("number", "date", "phone"):
        return None
    if newest is not None and isinstance(newest.asked, Choices):
        position = named(text, newest.asked.options)
        if position is not None and 0 <= position < len(newest.asked.options):
            return Answer(newest, newest.asked, position)
    if field is not None and is_answer(turn, field, text):
        return None  # "E-Akte" is the subject asked for, although two topics may still wait for the name they keep
    found = await answers(turn, text, None)
    return found[0] if found and not has_to_be_asked(found, text) else None


async def answers(turn: Turn, text: str, meant: Intent | None) -> list[Answer]:
    """The choices of earlier questions that have these words, the newest first; of a bare yes or no, those that say it.
    `meant` is None where the newest question takes any words.
    """
    if turn.person is None or number_in(text) is not None:
        return []
    bare = "yes" if isinstance(meant, Yes) else "no" if isinstance(meant, No) else None
    worded: list[Answer] = []
    saying: list[Answer] = []
    for question in await turn.uow.questions.unanswered(turn.account.account, turn.now):
        asked = question.asked
        if not isinstance(asked, Choices) or any(_in_its_place(one, question, asked) for one in worded):
            continue
        if (position := named(text, asked.options)) is not None:
            worded.append(Answer(question, asked, position))
        elif asked.once and bare is not None:
            saying += [Answer(question, asked, n) for n, option in enumerate(asked.options) if option.says == bare]
    found = worded or saying
    if bare is not None and len(found) == 1 and found[0].choice.says in PLAIN:
        return [] if found[0].asked.asked == "asked_consent" else found  # such a request is shown again, whole
    return found


async def numbered(turn: Turn, position: int) -> list[Answer]:
    """The choice with this number of the newest question that has choices, if there is one."""
    for question in await turn.uow.questions.unanswered(turn.account.account, turn.now):
        if isinstance(question.asked, Choices):
            offered = 0 <= position < len(question.asked.options)
            return [Answer(question, question.asked, position)] if offered else []
    return []


def _in_its_place(newer: Answer, question: Question, asked: Choices) -> bool:
    """Whether a newer question is about the same, or a newer list of that kind is there."""
    same_list = not asked.once and newer.asked.asked == asked.asked
    return same_list or newer.question.about == question.about is not None


def has_to_be_asked(found: list[Answer], text: str) -> bool:
    """Whether several are meant, or one that plain words say."""
    return len(found) > 1 or found[0].choice.says in PLAIN or named(text, found[0].asked.options) is None


def which_request(found: list[Answer]) -> Intent | None:
    """The answer without the request it is for, where several requests are waiting: they are told apart by name."""
    wish, several = found[0].choice.intent, len(found) > 1
    if several and isinstance(wish, ANSWERS) and all(one.asked.asked == "asked_consent" for one in found):
        return replace(wish, introduction=None)
    return None


def ask_which(turn: Turn, found: list[Answer]) -> Reply:
    """By when it was asked and what there was to choose from: what it said has been blanked."""
    say = turn.say
    labels: dict[str, Answer] = {}
    for one in found:
        labels.setdefault(say("earlier.this", moment=say.moment(one.question.at), answer=one.choice.label), one)
    options = [
        Choice(label=label, intent=Pick(position=one.position, message=one.question.message))
        for label, one in labels.items()
    ]
    options.append(Choice(label=say("earlier.none"), intent=Cancel(), says="no"))
    if len(options) > 2:
        return turn.reply(Text(text=say("earlier.which")), Choices(options=tuple(options), forget=True))
    only = found[0]
    offered = say.listed([say("words.quoted", text=option.label) for option in only.asked.options])
    text = say("earlier.ask", moment=say.moment(only.question.at), offered=offered)
    yes = replace(options[0], says="yes")
    return turn.reply(Text(text=text), Choices(options=(yes, options[1]), forget=True))
