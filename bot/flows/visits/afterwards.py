"""After a visit: guest and host are asked, each by themselves, what they took along; or that it never took place.

Neither learns whether or what the other answered. What is answered is the author's alone.
"""

from dataclasses import replace
from datetime import datetime, time

from bot.flows.visits.course import SIDES, stop_clock, to_side
from bot.flows.visits.course import move as moved_on
from bot.flows.visits.words import party, when
from bot.hours import Kind
from bot.intents import MissedVisit, PlanVisit, ShareLesson, StopPrompts
from bot.messages import Block, Choice, Choices, Facts, Text
from bot.model import Person
from bot.posting import earliest
from bot.turn import Refusal, Replies, Scene, Turn
from bot.visit_states import OPEN, SETTLED, Side, Visit, VisitEvent, VisitState

ASK: dict[Side, str] = {"guest": "visit.ask.guest", "host": "visit.ask.host"}
AGAIN: dict[Side, str] = {"guest": "visit.ask_again.guest", "host": "visit.ask_again.host"}
MORNING = time(9, 30)


async def over(scene: Scene, subject: str) -> Replies:
    """The day is gone: a visit both agreed to took place unless somebody says otherwise; a proposal lapses."""
    visit = await scene.uow.visits.get(subject)
    if visit is None or visit.state not in OPEN:
        return []
    await stop_clock(scene, visit)
    if visit.state in SETTLED:
        await moved_on(scene, visit, VisitEvent.PASSED, "time", proposed_by=None, new_first=None, new_last=None,
                   new_starts=None, new_ends=None, closed_at=scene.now)  # fmt: skip
        await scene.uow.totals.add("visits.took_place", scene.today())
        await plan_asking(scene, visit)
        return []
    lapsed = await moved_on(scene, visit, VisitEvent.LAPSE, "time", closed_at=scene.now)
    waiting: Side = lapsed.proposed_by or "guest"
    person = await scene.uow.people.get(lapsed.guest if waiting == "guest" else lapsed.host)
    if person is None:
        return []
    say = scene.words(person)
    return await to_side(
        scene, lapsed, waiting, Text(text=say("visits.lapsed", when=when(lapsed.dates, say))), kind=Kind.STATUS
    )


async def plan_asking(scene: Scene, visit: Visit) -> None:
    """Each side on their own next working day after the visit."""
    for side in SIDES:
        person = await scene.uow.people.get(visit.guest if side == "guest" else visit.host)
        if person is not None:
            await scene.uow.agenda.set(ASK[side], visit.key, await _working_days_on(scene, person, visit, 1))


async def _working_days_on(scene: Scene, person: Person, visit: Visit, days: int) -> datetime:
    hours, place = scene.rules.hours, await scene.place(person)
    return hours.at_local(hours.add_working_days(visit.last, days, place), MORNING, place)


async def ask_guest(scene: Scene, subject: str) -> Replies:
    return await _ask(scene, subject, "guest")


async def ask_host(scene: Scene, subject: str) -> Replies:
    return await _ask(scene, subject, "host")


async def ask_guest_again(scene: Scene, subject: str) -> Replies:
    return await _ask(scene, subject, "guest", again=True)


async def ask_host_again(scene: Scene, subject: str) -> Replies:
    return await _ask(scene, subject, "host", again=True)


async def _ask(scene: Scene, subject: str, side: Side, *, again: bool = False) -> Replies:
    visit = await scene.uow.visits.get(subject)
    person = await scene.uow.people.get(visit.guest if side == "guest" else visit.host) if visit else None
    if visit is None or person is None or visit.state is not VisitState.TOOK_PLACE:
        return []
    if person.prompts_off or person.silences >= scene.rules.silences or await _answered(scene, visit, person):
        return []
    at = await earliest(scene, person, Kind.PROMPT, scene.now)
    if at > scene.now:
        await scene.uow.agenda.set((AGAIN if again else ASK)[side], visit.key, at)
        return []
    await scene.uow.people.save(replace(person, silences=person.silences + 1))
    if not again:
        hours, place = scene.rules.hours, await scene.place(person)
        third = hours.add_working_days(scene.today(person), scene.rules.reminder_working_day, place)
        await scene.uow.agenda.set(AGAIN[side], visit.key, hours.at_local(third, MORNING, place))
    return [
        scene.to(
            person,
            *await _question(scene, visit, side, person, again=again),
            kind=Kind.PROMPT,
            about=visit.key,
            holds_personal=True,
        )
    ]


async def _question(scene: Scene, visit: Visit, side: Side, person: Person, *, again: bool) -> list[Block]:
    say = scene.words(person)
    other = await scene.uow.people.get(visit.other(side))
    first = "visits.ask.guest" if side == "guest" else "visits.ask.host"
    key = "visits.ask.again" if again else first
    blocks: list[Block] = [
        Text(text=say(key, who=await party(scene, other, say), when=when(visit.dates, say))),
    ]
    if side == "guest" and visit.questions:
        rows = tuple((say("visits.row.question", number=n), one) for n, one in enumerate(visit.questions, start=1))
        blocks.append(Facts(rows=rows))
    if not again:
        blocks.append(Text(text=say("visits.ask.how"), style="hint"))
    if person.silences + 1 == scene.rules.silences:
        blocks.append(Text(text=say("visits.ask.last"), style="hint"))
    options = (
        Choice(label=say("visits.choice.nothing_new"), intent=ShareLesson(visit=visit.key, nothing=True)),
        Choice(label=say("visits.choice.missed"), intent=MissedVisit(visit=visit.key)),
        Choice(label=say("visits.choice.stop"), intent=StopPrompts()),
    )
    return [*blocks, Choices(options=options, asked="asked_lesson", about=visit.key)]


async def _answered(scene: Scene, visit: Visit, person: Person) -> bool:
    return any(one.visit == visit.key for one in await scene.uow.lessons.of(person.key))


async def settled_for(scene: Scene, visit: Visit, side: Side) -> None:
    """They have answered: nothing more is asked of them."""
    await scene.uow.agenda.drop(visit.key, ASK[side], AGAIN[side])


async def put_off(turn: Turn, visit: Visit, side: Side, at: datetime) -> Replies:
    """The same question at the time they name; it takes the place of the reminder."""
    await turn.uow.agenda.drop(visit.key, ASK[side])
    await turn.uow.agenda.set(AGAIN[side], visit.key, at)
    return [turn.tell("visits.ask.put_off", moment=turn.say.moment(at))]


async def missed(turn: Turn, wish: MissedVisit) -> Replies:
    """One side says that it never took place: that ends all of it for both, and a new date is offered."""
    visit = await turn.uow.visits.get(wish.visit)
    side = visit.side(turn.me.key) if visit else None
    if visit is None or side is None:
        raise Refusal("visits.gone")
    if visit.state is VisitState.NOT_TAKEN:
        return [turn.tell("visits.missed_known")]
    if visit.state is not VisitState.TOOK_PLACE:
        raise Refusal("visits.nothing_asked")
    gone = await moved_on(turn, visit, VisitEvent.MISS, side, closed_at=turn.now)
    await stop_clock(turn, gone)
    await turn.uow.totals.add("visits.not_taken", turn.today())
    text = Text(text=turn.say("visits.missed", when=when(gone.dates, turn.say)))
    if side == "host":
        return [turn.reply(text)]
    again = Choice(label=turn.say("visits.choice.new_date"), intent=PlanVisit(host=gone.host, topic=gone.topic))
    return [turn.reply(text, Choices(options=(again,), once=False))]
