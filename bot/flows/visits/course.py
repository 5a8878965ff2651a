"""How a visit moves on: its state with a line of history, what both get, reminders, and the end of its day."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Literal

from bot.flows.visits.words import entry, rows_of, when
from bot.hours import Kind
from bot.intents import CancelVisit
from bot.messages import Block, Choice, Choices, Text
from bot.model import Person
from bot.turn import Replies, Reply, Scene
from bot.visit_states import OPEN, SETTLED, Side, Visit, VisitEvent, VisitStep, after

SIDES: tuple[Side, Side] = ("guest", "host")
REMIND: dict[Side, str] = {"guest": "visit.remind.guest", "host": "visit.remind.host"}
SNOOZED: dict[Side, str] = {"guest": "visit.snoozed.guest", "host": "visit.snoozed.host"}
OVER = "visit.over"  # subject: the visit, as everywhere here


async def move(
    scene: Scene, visit: Visit, event: VisitEvent, by: Literal["guest", "host", "time"], **changes: Any
) -> Visit:
    """The visit after the event, saved, with a line in its history. Raises IllegalVisit or Conflict."""
    moved = replace(visit, state=after(visit.state, event), **changes)
    await scene.uow.visits.save(moved, was=visit.state)
    about = moved.proposed
    await scene.uow.visits.note(
        VisitStep(
            visit=moved.key, at=scene.now, event=event, by=by, first=about.first, starts=about.starts, ends=about.ends
        )
    )
    return moved


async def settle(scene: Scene, visit: Visit, event: VisitEvent, by: Side, **changes: Any) -> Visit:
    """Both agreed: the proposed date counts from now on, and everything that hangs on the old one goes."""
    dates = visit.proposed
    moved = await move(
        scene,
        visit,
        event,
        by,
        first=dates.first,
        last=dates.last,
        starts=dates.starts,
        ends=dates.ends,
        new_first=None,
        new_last=None,
        new_starts=None,
        new_ends=None,
        proposed_by=None,
        sequence=visit.sequence + (event is VisitEvent.AGREE),
        **changes,
    )
    await stop_clock(scene, moved)
    await plan(scene, moved)
    await scene.uow.totals.add("visits.moved" if event is VisitEvent.AGREE else "visits.confirmed", scene.today())
    return moved


async def stop_clock(scene: Scene, visit: Visit) -> None:
    """No reminder of an old date, no question that nobody needs to answer any more."""
    await scene.uow.agenda.drop(visit.key)
    await scene.uow.outbox.cancel(visit.key, kinds=(Kind.VISIT, Kind.VISIT_REMINDER, Kind.PROMPT, Kind.SNOOZE))
    await scene.uow.questions.close(visit.key)


async def plan(scene: Scene, visit: Visit) -> None:
    """A reminder for each side on their working day before, and the evening of the last day."""
    for side in SIDES:
        person = await scene.uow.people.get(visit.guest if side == "guest" else visit.host)
        if person is None:
            continue
        hours, place = scene.rules.hours, await scene.place(person)
        remind_at = hours.opening(hours.add_working_days(visit.first, -1, place), place)
        if remind_at > scene.now:
            await scene.uow.agenda.set(REMIND[side], visit.key, remind_at)
    await scene.uow.agenda.set(OVER, visit.key, await _end(scene, visit))


async def wait_for_answer(scene: Scene, visit: Visit) -> None:
    """A proposal nobody answers lapses when its day has come."""
    await scene.uow.agenda.set(OVER, visit.key, await _end(scene, visit))


async def _end(scene: Scene, visit: Visit) -> datetime:
    """When the last day is over, at the host's."""
    host = await scene.uow.people.get(visit.host)
    hours = scene.rules.hours
    if host is None:
        return scene.now
    return hours.at_local(visit.last + timedelta(days=1), time(0), await scene.place(host))


async def to_side(scene: Scene, visit: Visit, side: Side, *blocks: Block, kind: Kind = Kind.VISIT) -> Replies:
    person = await scene.uow.people.get(visit.guest if side == "guest" else visit.host)
    return [] if person is None else [scene.to(person, *blocks, kind=kind, about=visit.key, holds_personal=True)]


async def with_entry(scene: Scene, visit: Visit, side: Side, event: VisitEvent) -> tuple[Block, ...]:
    """What counts from now on, with the calendar file."""
    person = await scene.uow.people.get(visit.guest if side == "guest" else visit.host)
    say = scene.words(person)
    moved = event is VisitEvent.AGREE
    title = say("visits.moved" if moved else "visits.confirmed", when=when(visit.dates, say))
    return (
        Text(text=title, style="title"),
        await rows_of(scene, visit, side, say),
        Text(text=say("visits.moved.entry" if moved else "visits.confirmed.entry")),
        await entry(scene, visit, side, say),
    )


# ---------------------------------------------------------------- what time brings


async def remind_guest(scene: Scene, subject: str) -> Replies:
    return await _remind(scene, subject, "guest", Kind.VISIT_REMINDER, "visits.reminder")


async def remind_host(scene: Scene, subject: str) -> Replies:
    return await _remind(scene, subject, "host", Kind.VISIT_REMINDER, "visits.reminder")


async def snoozed_guest(scene: Scene, subject: str) -> Replies:
    return await _remind(scene, subject, "guest", Kind.SNOOZE, "visits.reminder.again")


async def snoozed_host(scene: Scene, subject: str) -> Replies:
    return await _remind(scene, subject, "host", Kind.SNOOZE, "visits.reminder.again")


async def _remind(scene: Scene, subject: str, side: Side, kind: Kind, text: str) -> Replies:
    visit = await scene.uow.visits.get(subject)
    if visit is None or visit.state not in SETTLED:
        return []
    person = await scene.uow.people.get(visit.guest if side == "guest" else visit.host)
    if person is None:
        return []
    say = scene.words(person)
    said = Text(text=say(text, when=when(visit.dates, say)), style="title")
    if kind is Kind.SNOOZE:
        return [scene.to(person, said, kind=kind, about=visit.key, holds_personal=True)]
    later = Choice(label=say("visits.choice.cancel"), intent=CancelVisit(visit=visit.key))
    asked = Choices(options=(later,), asked="visit_reminder", about=visit.key, once=False)
    rows = await rows_of(scene, visit, side, say)
    return [_reply(scene, person, visit, kind, said, rows, asked)]


def _reply(scene: Scene, person: Person, visit: Visit, kind: Kind, *blocks: Block) -> Reply:
    return scene.to(person, *blocks, kind=kind, about=visit.key, holds_personal=True)


# ---------------------------------------------------------------- when one side goes


async def person_gone(scene: Scene, person: str) -> Replies:
    """Call before somebody leaves or is erased: the other side of each open visit is told that it won't take place."""
    replies: Replies = []
    for visit in await scene.uow.visits.of(person):
        if visit.state not in OPEN:
            continue
        side = visit.side(person)
        assert side is not None
        other: Side = "host" if side == "guest" else "guest"
        told = visit.state in SETTLED or visit.proposed_by == other or side == "guest"
        await stop_clock(scene, visit)
        gone = await move(scene, visit, VisitEvent.CANCEL, "time", proposed_by=None, closed_at=scene.now)
        there = await scene.uow.people.get(visit.other(side))
        if told and there is not None:
            say = scene.words(there)
            said = Text(text=say("visits.gone_other", when=when(gone.dates, say)))
            replies.append(scene.to(there, said, kind=Kind.STATUS))
    return replies
