"""What somebody does, as it is done on a platform: typed where there is nothing to press, pressed where there is a
button, filled in where a form stands on a card.

A story says it in one way; here it becomes the way of the platform the story is played on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.events import Filled, Picked, Said, What
from bot.forms import Form
from bot.messages import Ask, Choices, ask, choices
from bot.ports import Capabilities, Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    capabilities: Capabilities
    platform: str


TERMINAL = Manner(platform="terminal", capabilities=Capabilities(idempotent=True))
MATRIX = Manner(platform="matrix", capabilities=Capabilities(buttons=True, edits=True, idempotent=True))
TEAMS = Manner(platform="teams", capabilities=Capabilities(forms=True, buttons=True, edits=True))
MANNERS = (TERMINAL, MATRIX, TEAMS)


def done(manner: Manner, lately: Sequence[Delivery], answered: set[str], what: What) -> Sequence[What]:
    """`lately`: what has come while a bare number still says what it is for. `answered`: the questions this person has
    answered before; it is added to.
    """
    asking = next((one for one in reversed(lately) if asked(one) is not None), None)
    question = asked(asking) if asking is not None else None
    if asking is None or asking.key in answered:
        return (what,)
    found = _done(manner.capabilities, asking.key, question, what)
    if not (isinstance(question, Choices) and not question.once):
        answered.add(asking.key)
    return found


def asked(delivery: Delivery) -> Choices | Ask | None:
    return choices(delivery.message) or ask(delivery.message)


def _done(can: Capabilities, key: str, question: Choices | Ask | None, what: What) -> Sequence[What]:
    match what, question:
        case Picked(message=message, position=position), Choices() if message == key and not can.buttons:
            return (Said(text=str(position + 1)),)
        case Said(text=text), Choices() if can.buttons and (chosen := _position(question, text)) is not None:
            return (Picked(message=key, position=chosen),)
        case Filled(message=message, answers=answers), Ask(form=form) if message == key and not can.forms:
            return tuple(Said(text=answers[field.name]) for field in form.fields if answers.get(field.name))
        case Said(text=text), Ask(form=form) if can.forms and _is_answer(form, text):
            return (Filled(message=key, answers={form.fields[0].name: text}),)
        case _:
            return (what,)


def _position(question: Choices, text: str) -> int | None:
    """Where the words are a button's own: its number, its label, or a bare yes or no that it stands for."""
    said = {"ja": "yes", "nein": "no"}.get(text.strip(" .!").casefold())
    for position, option in enumerate(question.options):
        if text in (option.label, str(position + 1)):
            return position
    standing_for = [position for position, option in enumerate(question.options) if said and option.says == said]
    return standing_for[0] if len(standing_for) == 1 else None


def _is_answer(form: Form, text: str) -> bool:
    """A form of one field that takes whatever comes next but commands; a patient one lets clear wishes go before it."""
    return len(form.fields) == 1 and not form.patient and not text.startswith("/")
