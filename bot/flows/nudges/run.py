"""What time brings to nudges: runs, caught up once or skipped; and after a month only sums."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.audiences import Facts
from bot.intents import OfferTopic, ShareLesson, StopPrompts, WantTopic
from bot.messages import Block, Choice, Choices, Message, Text
from bot.model import Role, new_key
from bot.nudges.model import ZONE, Nudge, NudgeState, Run
from bot.nudges.planning import meant, owed, planned
from bot.nudges.sums import summed, to_data
from bot.nudges.texts import filled
from bot.schedules import After, first_after, last_until
from bot.turn import DueHandler, Replies, Scene

DUE_NOW = "nudge"
CLOSE = "nudge_close"
KEPT = timedelta(days=30)  # who of a run was written to


async def due(scene: Scene, key: str) -> Replies:
    """The last time missed within the bound is caught up; what is older is skipped, and reported as such."""
    nudge = await scene.uow.nudges.get(key)
    if nudge is None or nudge.state not in (NudgeState.ACTIVE, NudgeState.PAUSED):
        return []
    after = nudge.planned_until or nudge.created_at
    at = last_until(nudge.when(), ZONE, scene.now, after=after)
    if at is None:
        await plan_next(scene, nudge)
        return []
    awake = _awake(nudge, at)
    if awake is None:
        later = replace(nudge, planned_until=at)
    else:
        later = replace(awake, planned_until=at)
        if not await _allowed(scene, nudge):
            later = replace(nudge, state=NudgeState.PAUSED, paused_until=None, planned_until=at)
            await scene.uow.audit.note(scene.now, "time", "nudge.paused", nudge.key)
        else:
            await _missed_before(scene, nudge, after, at)
            await _go(scene, awake, after, at)
    await scene.uow.nudges.save(later, was=nudge)
    await plan_next(scene, later)
    return []


def _awake(nudge: Nudge, at: datetime) -> Nudge | None:
    """A pause with a date ends by itself; None while it lasts."""
    if nudge.state is NudgeState.ACTIVE:
        return nudge
    if nudge.paused_until is None or at.astimezone(ZoneInfo(ZONE)).date() < nudge.paused_until:
        return None
    return replace(nudge, state=NudgeState.ACTIVE, paused_until=None)


async def _allowed(scene: Scene, nudge: Nudge) -> bool:
    """The network office's nudges are the office's; a coordinator's end with their role."""
    return nudge.body is None or (Role.COORDINATOR, nudge.body) in await scene.uow.people.roles(nudge.by)


async def _missed_before(scene: Scene, nudge: Nudge, after: datetime, at: datetime) -> None:
    """One line for all that was missed before the last one, however much it was."""
    first = first_after(nudge.when(), ZONE, after)
    if first is not None and first < at:
        await _skip(scene, nudge, first, "missed")


async def _skip(scene: Scene, nudge: Nudge, at: datetime, why: str) -> None:
    """For the report. What follows an event is looked at daily, and a day on which nobody was due is no run."""
    if not isinstance(nudge.when(), After):
        await scene.uow.nudges.begin(_run(scene, nudge, at, skipped=why))


async def _go(scene: Scene, nudge: Nudge, after: datetime, at: datetime) -> None:
    schedule = nudge.when()
    if nudge.in_break(at.astimezone(ZoneInfo(ZONE)).date()):
        await _skip(scene, nudge, at, "break")
        return
    if scene.now - at > scene.rules.catch_up:
        await _skip(scene, nudge, at, "missed")
        return
    people = meant(nudge, await scene.uow.nudges.members(scene.today()), scene.now)
    if isinstance(schedule, After):
        people = owed(schedule, people, scene.rules, max(after, scene.now - scene.rules.catch_up), at)
        if not people:
            return
    run = replace(_run(scene, nudge, at), due=len(people))
    if not await scene.uow.nudges.begin(run):
        return
    monday = scene.now - timedelta(days=7)
    weeks = await scene.uow.nudges.unasked([one.person.key for one in people], monday)
    lines = planned(nudge, people, at, scene.now, scene.rules, weeks)
    await scene.uow.nudges.promise(
        run, [(line, message(scene, nudge, line.facts) if line.due is not None else None) for line in lines]
    )
    await scene.uow.agenda.set(CLOSE, run.key, at + KEPT)


def _run(scene: Scene, nudge: Nudge, at: datetime, **more: str) -> Run:
    return Run(key=new_key("r"), nudge=nudge.key, name=nudge.name, at=at, began_at=max(scene.now, at), **more)  # type: ignore[arg-type]


async def plan_next(scene: Scene, nudge: Nudge) -> None:
    """When it is to be looked at again; never for one that is stopped, or paused without a date."""
    dormant = nudge.state is NudgeState.PAUSED and nudge.paused_until is None
    after = max(nudge.planned_until or scene.now, scene.now - scene.rules.catch_up)
    following = first_after(nudge.when(), ZONE, after)
    if nudge.state in (NudgeState.DRAFT, NudgeState.STOPPED) or dormant or following is None:
        await scene.uow.agenda.drop(nudge.key, DUE_NOW)
    else:
        await scene.uow.agenda.set(DUE_NOW, nudge.key, following)


def message(scene: Scene, nudge: Nudge, facts: Facts) -> Message:
    """In the recipient's language, with the way to have no more of them."""
    person = facts.person
    say = scene.words(person)
    template = nudge.text_en if person.language == "en" else nudge.text_de
    text = filled(template, facts, scene.rules.notice.controller)
    blocks: list[Block] = [Text(text=part) for part in text.split("\n\n") if part.strip()]
    if person.silences + 1 == scene.rules.silences:
        blocks.append(Text(text=say("nudges.last"), style="hint"))
    options = [Choice(label=say("nudges.choice.stop_prompts"), intent=StopPrompts())]
    match nudge.button:
        case "profile":
            options.insert(0, Choice(label=say("nudges.button.profile"), intent=OfferTopic()))
        case "lesson":
            options.insert(0, Choice(label=say("nudges.button.lesson"), intent=ShareLesson()))
        case "topic":
            options.insert(0, Choice(label=say("nudges.button.topic"), intent=OfferTopic()))
            options.insert(1, Choice(label=say("nudges.button.want"), intent=WantTopic()))
        case None:
            pass
    blocks.append(Choices(options=tuple(options)))
    return Message(blocks=tuple(blocks), language=person.language)


async def close(scene: Scene, key: str) -> Replies:
    run = await scene.uow.nudges.run(key)
    if run is not None and run.sums is None:
        sums = summed(run, await scene.uow.nudges.traced(key), scene.now)
        await scene.uow.nudges.close(replace(run, sums=to_data(sums)))
    return []


DUE: dict[str, DueHandler] = {DUE_NOW: due, CLOSE: close}
