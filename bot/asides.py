"""What goes before an open form: somebody who is asked for their town may want help, another language, or out of here.

Where any text may be the answer, only the few words that mean themselves everywhere are heard, and only if there is
nothing else in the text. Where the answer has to be of a kind (a place, a day, a name that is known), it is one if it
can be read as such; else a wish that is clear goes first, so that nobody is kept in a form they want to leave.
"""

import re
from dataclasses import fields

from bot.dates import read_date
from bot.forms import Field, Form, Invalid, read
from bot.hearing import names_a_place, situation_of
from bot.intents import (
    Block,
    Cancel,
    FindContacts,
    Greet,
    Help,
    Intent,
    Introduce,
    Language,
    MyIntroductions,
    MyVisits,
    No,
    NudgeChange,
    NudgeCreate,
    Pick,
    PlanVisit,
    PrivacyInfo,
    ProfileShow,
    RescheduleVisit,
    Status,
    Thanks,
    Unknown,
    WithdrawIntroduction,
    Yes,
)
from bot.turn import Turn
from bot.understand import says_only, understand

PASSING = (Help, Language, PrivacyInfo, Greet, Thanks, Status, MyIntroductions, MyVisits, ProfileShow)
"""They leave the form where it is; its question is asked again."""

_LOOKED_UP: dict[type[Intent], frozenset[str]] = {  # texts that have to name something known
    Block: frozenset({"person"}),
    PlanVisit: frozenset({"municipality", "when"}),
    RescheduleVisit: frozenset({"details"}),
    NudgeCreate: frozenset({"schedule", "audience"}),
    NudgeChange: frozenset({"schedule", "audience"}),
}
_ANSWERS = (Unknown, Yes, Pick)  # said in a form, these are no other wish
_ASKS = re.compile(
    r"\?\s*$|^\s*(?:(?:ich|wir)\s+)?(?:wer|wen|wem|wo|such\w*|zeig\w*|gibt|kennt|who|whom|where|search|find|show|looking|anyone|anybody)\b",
    re.IGNORECASE,
)
_NAMES = frozenset({"person", "topic"})
_NO = 3  # words that are no more than a no


def wish_before(turn: Turn, form: Form, field: Field, text: str) -> Intent | None:
    """What is wanted instead of an answer to this field; None for an answer."""
    situation = situation_of(turn, text, answering=True)
    if (said := says_only(text, situation)) is not None:
        topical = field.name == "topic" and isinstance(said, Language) and len(text.split()) == 1
        return None if topical else said  # "Englisch" may be what somebody wants to learn
    if field.name == "reason":  # nobody is asked for an introduction because of "doch nicht"
        return Cancel() if _refuses(understand(text, situation).intent, text) else None
    closed = field.kind != "text" or field.name in _LOOKED_UP.get(type(form.intent), frozenset())
    if not closed and field.name != "topic":
        return None
    if is_answer(turn, field, text):
        return None
    heard = understand(text, situation)
    wish = heard.intent
    if closed and _refuses(wish, text):
        return Cancel()
    if not heard.sure or isinstance(wish, (*_ANSWERS, No)) or not _says_more(wish, form.intent):
        return None
    if type(wish) is type(form.intent) and field.kind == "text" and field.name != "topic":
        return None  # "alle zwei Wochen dienstags" is when, for the reminder that is just being set
    if isinstance(wish, Introduce) and field.name in _NAMES:
        return None  # "Jens Kalthoff"
    if not closed and isinstance(wish, (*PASSING, FindContacts)) and not _ASKS.search(text):
        return None  # "Hilfe zur Erziehung"; what somebody can do sounds like a search, too
    return wish


def _refuses(wish: Intent, text: str) -> bool:
    return isinstance(wish, No | WithdrawIntroduction) and len(text.split()) <= _NO


def _says_more(wish: Intent, asked_for: Intent) -> bool:
    """Whether it is another wish than the one the form is for, or the same with what the form doesn't have yet."""
    if type(wish) is not type(asked_for):
        return True
    said = ((getattr(wish, one.name), getattr(asked_for, one.name)) for one in fields(wish))
    return any(new and new != old for new, old in said)


def is_answer(turn: Turn, field: Field, text: str) -> bool:
    """Whether it can be read as what is asked for."""
    today = turn.today(turn.person)
    match field.kind, field.name:
        case "place", _:
            return names_a_place(turn, text)
        case "date", _:
            return read_date(text, today) is not None
        case "text", "topic":
            known = turn.knowledge.topic(text)
            return known is not None and known.exact
        case "text", "municipality":
            return names_a_place(turn, text)
        case "text", "when" | "details":
            return read_date(text, today) is not None
        case "text", _:
            return False
        case _:
            return not isinstance(read(field, text), Invalid)
