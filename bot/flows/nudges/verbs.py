"""What can be done with a nudge, the same from the chat, the command line and a file. Each step is in the audit log."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from rapidfuzz.fuzz import ratio

from bot.audiences import Audience, AudienceError, Facts, canonical
from bot.flows.nudges.run import DUE_NOW, plan_next
from bot.hours import Place
from bot.model import new_key
from bot.nudges.model import BUTTONS, TRANSITIONS, ZONE, Nudge, NudgeEvent, NudgeState
from bot.nudges.planning import meant
from bot.nudges.texts import TextError, checked
from bot.schedules import Schedule, ScheduleError, first_after
from bot.schedules import canonical as schedule_text
from bot.turn import Refusal, Scene

FEW = 5  # people; below it a number could be somebody
MAX_NAME = 60  # characters
_BREAK = re.compile(r"(\d\d-\d\d)\.\.(\d\d-\d\d)")


async def create(scene: Scene, by: str, *, name: str, schedule: Schedule, audience: Audience, **more: Any) -> Nudge:
    """A draft: nothing is sent. Raises Refusal."""
    nudge = Nudge(
        key=new_key("n"),
        name=await free_name(scene, name),
        by=by,
        schedule=schedule_text(schedule),
        audience=canonical(audience),
        created_at=scene.now,
        changed_at=scene.now,
        **more,
    )
    nudge = valid(nudge)
    await scene.uow.nudges.add(nudge)
    await scene.uow.audit.note(scene.now, by, "nudge.created", nudge.key)
    return nudge


async def change(scene: Scene, nudge: Nudge, by: str, **values: Any) -> Nudge:
    """What is under way already is asked again at the moment of sending. Raises Refusal."""
    if "name" in values and values["name"] != nudge.name:
        values["name"] = await free_name(scene, values["name"], but=nudge.key)
    changed = valid(replace(nudge, **values, changed_at=scene.now))
    if changed.state is NudgeState.ACTIVE:
        if "schedule" in values:
            changed = replace(changed, planned_until=scene.now)
        if "audience" in values:
            await _enough(scene, changed)
    await scene.uow.nudges.save(changed, was=nudge)
    await plan_next(scene, changed)
    await scene.uow.audit.note(scene.now, by, "nudge.changed", nudge.key, fields=sorted(values))
    return changed


async def move(scene: Scene, nudge: Nudge, event: NudgeEvent, by: str, *, until: date | None = None) -> Nudge:
    """To its next state, as the table has it. Raises Refusal where there is none."""
    state = TRANSITIONS.get((nudge.state, event))
    if state is None:
        raise Refusal(f"nudges.cannot.{event}", name=nudge.name)
    values: dict[str, Any] = {"state": state, "paused_until": None, "changed_at": scene.now}
    match event:
        case NudgeEvent.ACTIVATE:
            await _enough(scene, nudge)
            if first_after(nudge.when(), ZONE, scene.now) is None:
                raise Refusal("nudges.no_date", name=nudge.name)
            values["planned_until"] = scene.now
        case NudgeEvent.RESUME:
            values["planned_until"] = scene.now
        case NudgeEvent.PAUSE if until is not None:
            if until <= scene.today():
                raise Refusal("nudges.pause_past")
            midnight = scene.rules.hours.at_local(until, time(0), Place(tz=ZONE))
            values |= {"paused_until": until, "planned_until": midnight - timedelta(seconds=1)}
        case _:
            pass
    moved = replace(nudge, **values)
    await scene.uow.nudges.save(moved, was=nudge)
    await plan_next(scene, moved)
    facts = {"until": until.isoformat()} if until else {}
    await scene.uow.audit.note(scene.now, by, f"nudge.{event}", nudge.key, **facts)
    return moved


async def remove(scene: Scene, nudge: Nudge, by: str) -> None:
    """Its runs stay, as sums."""
    await scene.uow.agenda.drop(nudge.key, DUE_NOW)
    await scene.uow.nudges.remove(nudge.key)
    await scene.uow.audit.note(scene.now, by, "nudge.deleted", nudge.key)


async def recipients(scene: Scene, nudge: Nudge) -> Sequence[Facts]:
    """Whom its audience means now."""
    return meant(nudge, await scene.uow.nudges.members(scene.today()), scene.now)


async def _enough(scene: Scene, nudge: Nudge) -> None:
    """What few people did would be known of each of them."""
    if not nudge.whom().on_behaviour:
        return
    if nudge.body is not None:
        raise Refusal("nudges.no_behaviour")
    if len(await recipients(scene, nudge)) < FEW:
        raise Refusal("nudges.too_few", n=FEW)


async def free_name(scene: Scene, name: str, but: str | None = None) -> str:
    """Raises Refusal if another has it, or it is none."""
    cleaned = " ".join(name.split()).strip("„“\"'.,;:!? ")
    if not 2 <= len(cleaned) <= MAX_NAME:
        raise Refusal("nudges.bad_name", max=MAX_NAME)
    there = await scene.uow.nudges.by_name(cleaned)
    if there is not None and there.key != but:
        raise Refusal("nudges.taken", name=there.name)
    return cleaned


def valid(nudge: Nudge) -> Nudge:
    """Raises Refusal with the remedy."""
    try:
        nudge.when()
        audience = nudge.whom()
        nudge = replace(nudge, text_de=checked(nudge.text_de), text_en=checked(nudge.text_en))
    except (ScheduleError, AudienceError, TextError) as error:
        raise Refusal(error.key, **error.values_) from error
    if nudge.body is not None and audience.on_behaviour:
        raise Refusal("nudges.no_behaviour")
    if nudge.button is not None and nudge.button not in BUTTONS:
        raise Refusal("nudges.bad_button", buttons=", ".join(BUTTONS))
    for period in nudge.breaks:
        found = _BREAK.fullmatch(period)
        try:
            for day in found.groups() if found else ("",):
                date.fromisoformat(f"2024-{day}")
        except ValueError:
            raise Refusal("nudges.bad_break", what=period) from None
    return nudge


async def named(scene: Scene, name: str, body: str | None = None) -> Nudge | None:
    """By its name, slips forgiven where only one is near; a coordinator knows only their own municipality's."""
    nudges = [one for one in await scene.uow.nudges.all() if body is None or one.body == body]
    wanted = name.casefold().strip()
    for one in nudges:
        if one.name.casefold() == wanted or one.key == name:
            return one
    near = [one for one in nudges if ratio(one.name.casefold(), wanted) >= 80]
    return near[0] if len(near) == 1 else None
