"""A button was pressed: which event that is, and what the card looks like afterwards.

A press counts once. Teams repeats an invoke that was answered too late under a *new* id; therefore the action itself,
message and position, is the key, and the same action within a minute is the same press.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from adapters.teams import fields
from adapters.teams.buttons import kept_of
from adapters.teams.cards import answered, card
from adapters.teams.conversations import PLATFORM
from adapters.teams.elements import Element
from adapters.teams.inbound import Pressed
from bot.events import Account, Filled, Picked, What
from bot.messages import Ask, Choices, Message
from bot.words import Words
from storage.unit_of_work import Unit

PRESS = "press"  # kind of note
SAME_PRESS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What happened, if it is new and can be taken; and the card to show, or a sentence where the card stays."""

    what: What | None
    card: Element | None = None
    text: str = ""


async def response_to(pressed: Pressed, uow: Unit, account: Account, at: datetime) -> Response:
    """Notes the press in `uow`. A form with mistakes comes back with what was typed and what is wrong; it is no event."""
    language = _language(pressed)
    say = Words("en" if language == "en" else "de")
    kept = kept_of(pressed.data)
    if pressed.verb == "pick":
        fresh = await _first(uow, f"{pressed.message}:{pressed.position}", account, at)
        picked = Picked(message=pressed.message, position=pressed.position) if fresh else None
        if not pressed.data.get("o"):
            return Response(what=picked, text=say("teams.moment"))
        label = say("teams.picked", label=(await _label(uow, pressed, account))[:200])
        return Response(what=picked, card=answered(kept, label, language))
    question = await uow.questions.get(pressed.message)
    asked = question.asked if question is not None and question.account == account else None
    if not isinstance(asked, Ask):
        # Unknown, closed or somebody else's: the core has the words for it.
        return Response(what=Filled(message=pressed.message, answers={}), text=say("teams.moment"))
    found = fields.answers(asked.form, pressed.data)
    wrong = fields.mistakes(asked.form, found, say)
    if wrong:
        first = Ask(form=asked.form, field=asked.form.fields[0])
        blocks = (*(kept.blocks if kept is not None else ()), first)
        again = card(Message(blocks=blocks, language=say.language), pressed.message, typed=wrong)
        return Response(what=None, card=again)
    fresh = await _first(uow, f"{pressed.message}:form", account, at)
    filled = Filled(message=pressed.message, answers=found) if fresh else None
    return Response(what=filled, card=answered(kept, say("teams.filled"), language))


async def _label(uow: Unit, pressed: Pressed, account: Account) -> str:
    """What was chosen. A button says it; of a list the question knows, as long as it is there."""
    said = pressed.data.get("l")
    if isinstance(said, str):
        return said
    question = await uow.questions.get(pressed.message)
    asked = question.asked if question is not None and question.account == account else None
    options = asked.options if isinstance(asked, Choices) else ()
    return options[pressed.position].label if pressed.position < len(options) else str(pressed.position + 1)


async def _first(uow: Unit, action: str, account: Account, at: datetime) -> bool:
    """Whether this action was not taken within the last minute."""
    note = await uow.notes.get(PLATFORM, PRESS, f"{account}:{action}")
    if note is not None and at - datetime.fromisoformat(note["at"]) < SAME_PRESS:
        return False
    await uow.notes.put(PLATFORM, PRESS, f"{account}:{action}", {"at": at.isoformat()}, at, account=account)
    return True


def _language(pressed: Pressed) -> str:
    kept: Any = pressed.data.get("k")
    named = kept.get("language") if isinstance(kept, dict) else pressed.data.get("g")
    return "en" if named == "en" else "de"
