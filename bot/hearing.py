"""What a text means in the situation it was written in: what was asked last, who writes, and what waits for words."""

import re

from bot.flows.brokering import OF_THE_OFFICE
from bot.flows.introductions.talk import FOR_THE_BOT
from bot.forms import Form
from bot.intents import (
    CancelVisit,
    CorrectLesson,
    DeskAnswer,
    FindContacts,
    FollowUp,
    No,
    RemoveTopic,
    RescheduleVisit,
    ShareLesson,
    Snooze,
    TalkThrough,
    Unknown,
    Yes,
)
from bot.matching.places import Ambiguous, Exact
from bot.messages import Ask, Choices
from bot.ports import Question
from bot.turn import Turn
from bot.understand import Situation, Understanding, understand
from bot.understanding.slots import is_scheduled

_QUESTION = re.compile(r"\?\s*$|^\s*(?:wer|wen|wem|wo|suche|zeig\w*|who|whom|where|search|find|show)\b", re.IGNORECASE)


def names_their_town(turn: Turn, text: str) -> bool:
    """The bare name of a place from somebody who was asked for theirs, and looked for help or something else first."""
    return lacks_town(turn) and names_a_place(turn, text)


def lacks_town(turn: Turn) -> bool:
    return turn.person is not None and turn.knowledge.home_state(turn.person.key) is None


def names_a_place(turn: Turn, text: str) -> bool:
    return isinstance(turn.knowledge.place(text), Exact | Ambiguous)


def hear(turn: Turn, text: str) -> Understanding:
    """The text in the situation it was written in."""
    return understand(text, situation_of(turn, text))


def situation_of(turn: Turn, text: str, *, answering: bool = False) -> Situation:
    """Where the text was written; `answering` the field of an open form."""
    asked = turn.question.asked if turn.question else None
    waits = turn.question is not None and turn.question.answered is None and patient_form(turn.question) is not None
    home = turn.knowledge.home_state(turn.person.key) if turn.person else None
    choices = asked if isinstance(asked, Choices) and not answering else None
    return Situation(
        context=choices.asked if choices else "asked_text" if waits or answering else "none",
        options=choices.options if choices else (),
        today=turn.today(turn.person),
        now=turn.now,
        language=turn.say.language,
        role="admin" if _of_the_office(turn, asked, text) else "staff",
        home_state=home,
        lexicon=turn.knowledge,
    )


def _of_the_office(turn: Turn, asked: Choices | Ask | None, text: str) -> bool:
    """Whether office words are heard at all. Who isn't of the office and sets a reminder for others is told whose it is."""
    about_nudge = isinstance(asked, Choices) and asked.asked == "nudge"
    return turn.person is not None and (turn.person.role == "admin" or about_nudge or is_scheduled(text))


def is_clear(heard: Understanding, text: str, form: Form) -> bool:
    """A wish that goes before a patient form. A bare subject is none: it may well be the answer that is waited for."""
    match heard.intent:
        case Unknown() | Yes() | No():
            return False
        case wish if isinstance(form.intent, TalkThrough):
            return heard.sure and isinstance(wish, FOR_THE_BOT)
        case RemoveTopic() | ShareLesson() if isinstance(form.intent, CorrectLesson):
            return False  # "die 30.000 bitte raus"
        case RescheduleVisit() | CancelVisit() | Snooze() if isinstance(form.intent, FollowUp):
            return False  # "verschoben auf Mai"
        case wish if isinstance(form.intent, DeskAnswer) and not _QUESTION.search(text):
            return heard.sure and isinstance(wish, OF_THE_OFFICE)  # not "in Ulm gibt es das, fragen Sie dort"
        case FindContacts(topic=str(topic)) as wish if wish == FindContacts(topic=topic):
            return heard.sure and topic.strip().casefold() != text.strip(" .!?").casefold()
        case _:
            return heard.sure


def patient_form(question: Question) -> Form | None:
    """The form that typed words may go into although no dialog is open."""
    match question.asked:
        case Ask(form=form):
            return form if form.patient else None
        case Choices(otherwise=form):
            return form
