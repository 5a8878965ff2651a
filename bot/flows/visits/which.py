"""Which visit is meant: the one in question, the one to that town or on that day, else it is asked."""

from dataclasses import replace
from datetime import date

from bot.flows.visits.words import party, when
from bot.intents import CancelVisit, RescheduleVisit
from bot.matching.places import Exact
from bot.messages import Choice, Choices, Text
from bot.turn import Refusal, Replies, Turn
from bot.visit_states import OPEN, Side, Visit


async def meant(
    turn: Turn, wish: RescheduleVisit | CancelVisit, key: str | None, municipality: str | None, day: date | None
) -> tuple[Visit, Side] | Replies:
    """One of one's own open visits. Raises Refusal where there is none."""
    mine = [one for one in await turn.uow.visits.of(turn.me.key) if one.state in OPEN]
    about = key or (turn.question.about if turn.question is not None else None)
    for one in mine:
        if one.key == about and (key is not None or day is None or day in (one.first, one.new_first)):
            return one, _side(one, turn)
    if key is not None:
        raise Refusal("visits.gone")
    if not mine:
        raise Refusal("visits.none_open")
    narrowed = mine
    if municipality and isinstance(found := turn.knowledge.place(municipality), Exact):
        narrowed = [one for one in mine if one.body == found.municipality.key]
    if isinstance(wish, CancelVisit) and day is not None:
        narrowed = [one for one in narrowed if day in (one.first, one.new_first)]
    if not narrowed:
        raise Refusal("visits.no_such")
    if len(narrowed) == 1:
        return narrowed[0], _side(narrowed[0], turn)
    options = []
    for one in narrowed:
        other = await turn.uow.people.get(one.other(_side(one, turn)))
        label = f"{when(one.dates, turn.say)}: {await party(turn, other, turn.say)}"
        options.append(Choice(label=label, intent=replace(wish, visit=one.key)))
    return [turn.reply(Text(text=turn.say("visits.which")), Choices(options=tuple(options), forget=True))]


def _side(visit: Visit, turn: Turn) -> Side:
    side = visit.side(turn.me.key)
    assert side is not None
    return side
