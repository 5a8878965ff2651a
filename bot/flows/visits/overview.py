"""My visits, the history of one, and a reminder put off."""

from datetime import time, timedelta

from bot.flows.visits.afterwards import put_off
from bot.flows.visits.answer import mine
from bot.flows.visits.course import SNOOZED
from bot.flows.visits.words import party, when
from bot.intents import MyVisits, Snooze, VisitHistory
from bot.messages import Block, Choice, Choices, Facts, Text
from bot.turn import Refusal, Replies, Turn
from bot.visit_states import OPEN, SETTLED, Dates, Visit, VisitState

SHOWN = 10
MORNING = time(9, 30)


async def my_visits(turn: Turn, wish: MyVisits) -> Replies:
    """What is ahead, the next first; then what was, the latest first."""
    del wish
    found = await turn.uow.visits.of(turn.me.key)
    ahead = [one for one in found if one.state in OPEN][:SHOWN]
    past = [one for one in reversed(found) if one.state not in OPEN][:SHOWN]
    if not found:
        return [turn.tell("visits.none")]
    blocks: list[Block] = []
    for title, visits in (("visits.list.ahead", ahead), ("visits.list.past", past)):
        if visits:
            blocks.append(Text(text=turn.say(title), style="title"))
            blocks += [Facts(rows=(await _line(turn, one),)) for one in visits]
    options = tuple(
        Choice(
            label=turn.say("visits.choice.history", day=turn.say.short_day(one.first)),
            intent=VisitHistory(visit=one.key),
        )
        for one in (*ahead, *past)[:3]
    )
    return [turn.reply(*blocks, Choices(options=options, once=False), holds_personal=True)]


async def _line(turn: Turn, visit: Visit) -> tuple[str, str]:
    side = visit.side(turn.me.key)
    assert side is not None
    other = await turn.uow.people.get(visit.other(side))
    state = turn.say(f"visits.state.{visit.state}")
    if visit.state is VisitState.PROPOSED:
        state = turn.say("visits.state.waits_other" if visit.proposed_by == side else "visits.state.waits_me")
    if visit.state is VisitState.CHANGING:
        state = turn.say("visits.state.changing", when=when(visit.proposed, turn.say))
    if visit.state is VisitState.TOOK_PLACE and await _silent(turn, visit):
        state = turn.say("visits.state.silent")
    return (when(visit.dates, turn.say), f"{await party(turn, other, turn.say)}: {state}")


async def _silent(turn: Turn, visit: Visit) -> bool:
    """Asked, and not answered: shown to the one who was silent alone."""
    return all(one.visit != visit.key for one in await turn.uow.lessons.of(turn.me.key))


async def history(turn: Turn, wish: VisitHistory) -> Replies:
    visit, side = await mine(turn, wish.visit)
    rows = []
    for step in await turn.uow.visits.steps(visit.key):
        about = when(Dates(first=step.first, last=step.first, starts=step.starts, ends=step.ends), turn.say)
        by = "time" if step.by == "time" else "me" if step.by == side else "other"
        rows.append(
            (
                turn.say.moment(step.at),
                turn.say(f"visits.event.{step.event}", when=about, by=turn.say(f"visits.by.{by}")),
            )
        )
    title = Text(text=turn.say("visits.history", when=when(visit.dates, turn.say)), style="title")
    return [turn.reply(title, Facts(rows=tuple(rows)), holds_personal=True)]


async def snooze(turn: Turn, wish: Snooze) -> Replies:
    """The reminder of a visit, once more at the time they name; exactly once, the last one named."""
    visit = await turn.uow.visits.get(turn.question.about) if turn.question and turn.question.about else None
    side = visit.side(turn.me.key) if visit else None
    after = visit is not None and visit.state is VisitState.TOOK_PLACE
    if visit is None or side is None or (visit.state not in SETTLED and not after):
        raise Refusal("visits.nothing_to_snooze")
    day = wish.date or turn.today(turn.me) + timedelta(days=wish.duration_days or 0)
    at = turn.rules.hours.at_local(day, wish.time or MORNING, await turn.place(turn.me))
    if at <= turn.now:
        raise Refusal("visits.snooze_past")
    if after:
        return await put_off(turn, visit, side, at)
    if day > visit.first:
        raise Refusal("visits.snooze_late", when=when(visit.dates, turn.say))
    await turn.uow.agenda.set(SNOOZED[side], visit.key, at)
    return [turn.tell("visits.snoozed", moment=turn.say.moment(at))]
