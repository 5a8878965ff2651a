"""Nudges on the command line and from a file: the same verbs as in the chat, by the operator."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.app import Unfit
from adapters.beside import beside
from adapters.config import Settings
from bot.audiences import Audience, Facts
from bot.audiences import canonical as audience_text
from bot.audiences import described as audience_in_words
from bot.audiences import said as audience_said
from bot.flows.nudges.report import of_run, sums_of
from bot.flows.nudges.verbs import FEW, change, create, move, named, recipients, remove
from bot.flows.nudges.words import how_many, in_short, next_dates, next_runs, state_in_words, too_often
from bot.messages import Message, plain_text
from bot.nudges.model import ZONE, Nudge, NudgeEvent, NudgeState, Run
from bot.nudges.planning import Planned, meant, owed, planned
from bot.nudges.sums import to_data
from bot.schedules import After, Schedule, Unclear, instants
from bot.schedules import canonical as schedule_text
from bot.schedules import said as schedule_said
from bot.turn import Refusal, Replies, Scene
from bot.words import Words
from storage.unit_of_work import Unit

BY = "operator"
ENGLISH = Words("en")
_KEYS = frozenset({"name", "when", "to", "text", "button", "breaks", "zone", "body", "state", "paused_until"})


async def listed(settings: Settings) -> Sequence[dict[str, Any]]:
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        await lotse.core.knowledge.refresh(uow)
        scene = lotse.scene(uow)
        return [await _data(scene, one) for one in await uow.nudges.all()]


async def shown(settings: Settings, name: str) -> tuple[dict[str, Any], str]:
    """As data, and for people."""
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        await lotse.core.knowledge.refresh(uow)
        scene = lotse.scene(uow)
        nudge = await _the(scene, name)
        data = await _data(scene, nudge) | {"text": {"de": nudge.text_de, "en": nudge.text_en}}
        people = await recipients(scene, nudge)
        dates = next_dates(scene, nudge, people, ENGLISH)
        lines = [f"{nudge.name}: {state_in_words(nudge, ENGLISH)}", f"when   {data['when']}", *(f"next   {one}" for one in dates),
                 f"to     {data['audience']} ({how_many(nudge, people, ENGLISH)} people today)", "", nudge.text_de, "", nudge.text_en]  # fmt: skip
        return data, "\n".join(lines)


async def made(settings: Settings, given: Mapping[str, Any]) -> str:
    """A draft. Raises Refusal, Unfit."""

    async def work(scene: Scene) -> str:
        nudge = await create(scene, BY, **_values(scene, given))
        return f"draft {nudge.name}: {in_short(scene, nudge, ENGLISH)}; `lotse nudge activate` sends it"

    return await _written(settings, work, make=True)


async def moved(
    settings: Settings, name: str, event: NudgeEvent, *, until: date | None = None, delete: bool = False
) -> str:
    """Raises Refusal."""

    async def work(scene: Scene) -> str:
        nudge = await _the(scene, name)
        if not (delete and nudge.state is NudgeState.STOPPED):
            nudge = await move(scene, nudge, event, BY, until=until)
        if delete:
            await remove(scene, nudge, BY)
            return f"{nudge.name}: deleted; the numbers of its runs stay"
        runs = next_runs(scene, nudge, 1)
        following = f"; next run {ENGLISH.moment(runs[0])}" if runs and nudge.state is not NudgeState.STOPPED else ""
        return f"{nudge.name}: {state_in_words(nudge, ENGLISH)}{following}{_warned(scene, nudge)}"

    return await _written(settings, work)


async def stats(settings: Settings, name: str) -> tuple[Sequence[dict[str, Any]], str]:
    """Of each run, newest first: as data, and for people."""
    async with beside(settings) as lotse, lotse.storage.unit(write=False) as uow:
        await lotse.core.knowledge.refresh(uow)
        scene = lotse.scene(uow)
        there = await named(scene, name)
        runs = await uow.nudges.runs(there.key) if there else await uow.nudges.runs_named(name)
        if not runs:
            await _the(scene, name)
        data, lines = [], []
        for run in runs:
            blocks = await of_run(scene, run, ENGLISH)
            lines.append(f"{ENGLISH.moment(run.at)}\n{plain_text(Message(blocks=tuple(blocks)))}")
            data.append(await _sums(scene, run))
        return data, "\n\n".join(lines) or f"{name} has not run yet"


async def _sums(scene: Scene, run: Run) -> dict[str, Any]:
    head = {"nudge": run.name, "run": run.at.isoformat(), "skipped": run.skipped}
    sums = to_data(await sums_of(scene, run))
    if sums["due"] < FEW:  # reasons would be somebody's
        sums = {"due": None, "delivered": {"all": sum(sums["delivered"].values())}, "late": sums["late"]}
    return head | sums


async def preview(
    settings: Settings, name: str, start: datetime | None, days: int, *, keys: bool
) -> Sequence[dict[str, Any]]:
    """Each send planned or left out in that time, as things are now. With `keys` the persons', which is audited."""
    async with beside(settings) as lotse, lotse.storage.unit() as uow:
        await lotse.core.knowledge.refresh(uow)
        scene = lotse.scene(uow)
        nudge = await _the(scene, name)
        begin = start or scene.now
        if keys:
            await uow.audit.note(scene.now, BY, "nudge.previewed", nudge.key, days=days)
        lines = [
            {
                "run": at.isoformat(),
                "instant": (line.due or at).isoformat(),
                "person": line.facts.person.key if keys else None,
                "platform": line.facts.platform,
                "planned": line.due is not None,
                "reason": line.left_out or line.put_off,
            }
            for at, several in await _simulated(scene, nudge, begin, begin + timedelta(days=days))
            for line in several
        ]
        await uow.commit()
        return lines


async def _simulated(
    scene: Scene, nudge: Nudge, begin: datetime, end: datetime
) -> list[tuple[datetime, list[Planned]]]:
    """Runs of that time, each counting against the ceiling of the ones after it."""
    schedule, found = nudge.when(), []
    people = meant(nudge, await scene.uow.nudges.members(scene.today()), scene.now)
    weeks: dict[str, Counter[date]] = defaultdict(Counter)
    for key, counts in (await scene.uow.nudges.unasked([one.person.key for one in people], begin - timedelta(days=7))).items():  # fmt: skip
        weeks[key].update(counts)
    before = begin
    for at in instants(schedule, ZONE, begin - timedelta(seconds=1), end):
        due: Sequence[Facts] = (
            owed(schedule, people, scene.rules, before, at) if isinstance(schedule, After) else people
        )
        before = at
        if nudge.in_break(at.date()):
            continue
        lines = planned(nudge, due, at, at, scene.rules, weeks)
        for line in lines:
            if line.due is not None:
                day = line.due.date()
                weeks[line.facts.person.key][day - timedelta(days=day.weekday())] += 1
        found.append((at, lines))
    return found


# ---------------------------------------------------------------- the file


async def applied(settings: Settings, path: Path) -> Sequence[str]:
    """Makes the nudges of a TOML file as it says; twice is once. All of it, or nothing. Raises Unfit, Refusal."""
    tables = _tables(path)
    said: list[str] = []

    async def work(scene: Scene) -> str:
        said.clear()
        for number, table in enumerate(tables, start=1):
            try:
                said.append(await _apply(scene, table))
            except Refusal as refusal:
                raise Unfit(
                    f"nudge {number} ({table.get('name', '?')}): {ENGLISH(refusal.key, **refusal.values)}"
                ) from None
        return ""

    await _written(settings, work, make=True)
    return said


def _tables(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        return list(tomllib.loads(path.read_text("utf-8")).get("nudge", []))
    except OSError as error:
        raise Unfit(f"{path} can't be read ({error.strerror}): give the path of a TOML file") from None
    except UnicodeDecodeError:
        raise Unfit(f"{path} is no UTF-8: save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Unfit(f"{path} is no TOML: {error}") from None


async def _apply(scene: Scene, table: Mapping[str, Any]) -> str:
    if unknown := sorted(table.keys() - _KEYS):
        raise Unfit(
            f"nudge {table.get('name', '?')}: unknown {', '.join(unknown)}; known are {', '.join(sorted(_KEYS))}"
        )
    there = await scene.uow.nudges.by_name(str(table.get("name", "")))
    values = _values(scene, table)
    if there is None:
        nudge, what = await create(scene, BY, **values), "created"
    else:
        wanted = {
            **values,
            "schedule": schedule_text(values["schedule"]),
            "audience": audience_text(values["audience"]),
        }
        if _same_rule(there.schedule, wanted["schedule"]):
            wanted["schedule"] = there.schedule
        differing = {name: value for name, value in wanted.items() if getattr(there, name) != value}
        nudge = await change(scene, there, BY, **differing) if differing else there
        what = f"changed ({', '.join(sorted(differing))})" if differing else "as it was"
    after = await _brought(scene, nudge, str(table.get("state", nudge.state)), table.get("paused_until"))
    return f"{after.name}: {what}, {state_in_words(after, ENGLISH)}{_warned(scene, after)}"


def _warned(scene: Scene, nudge: Nudge) -> str:
    warning = too_often(scene, nudge, ENGLISH)
    return f"\n  warning: {warning}" if warning is not None and nudge.state is not NudgeState.STOPPED else ""


def _same_rule(before: str, now: str) -> bool:
    """Apart from the day it was written on: that one stays the first."""
    return before.partition(" FROM ")[0] == now.partition(" FROM ")[0]


async def _brought(scene: Scene, nudge: Nudge, state: str, until: date | None) -> Nudge:
    """To the state the file asks for."""
    if state not in list(NudgeState):
        raise Unfit(f"nudge {nudge.name}: no state {state}; there are {', '.join(NudgeState)}")
    if state == nudge.state and (state != NudgeState.PAUSED or until == nudge.paused_until):
        return nudge
    match NudgeState(state):
        case NudgeState.ACTIVE if nudge.state is NudgeState.PAUSED:
            return await move(scene, nudge, NudgeEvent.RESUME, BY)
        case NudgeState.ACTIVE:
            return await move(scene, nudge, NudgeEvent.ACTIVATE, BY)
        case NudgeState.PAUSED:
            if nudge.state in (NudgeState.DRAFT, NudgeState.STOPPED):
                nudge = await move(scene, nudge, NudgeEvent.ACTIVATE, BY)
            return await move(scene, nudge, NudgeEvent.PAUSE, BY, until=until)
        case NudgeState.STOPPED:
            return await move(scene, nudge, NudgeEvent.STOP, BY)
        case NudgeState.DRAFT:
            raise Unfit(f"nudge {nudge.name}: it has been active, and is no draft any more; pause or stop it")


def _values(scene: Scene, given: Mapping[str, Any]) -> dict[str, Any]:
    """As the verbs take them. Raises Refusal, Unfit."""
    for name in ("name", "when"):
        if not given.get(name):
            raise Unfit(f"a nudge needs `{name}`")
    texts = given.get("text") or {}
    german = texts.get("de") if isinstance(texts, Mapping) else texts
    if not german:
        raise Unfit("a nudge needs a text: text.de, and text.en for those who read English")
    schedule: Schedule | Unclear = schedule_said(str(given["when"]), scene.today())
    audience: Audience | Unclear = audience_said(str(given.get("to", "all")), scene.knowledge)
    for one in (schedule, audience):
        if isinstance(one, Unclear):
            raise Refusal(one.key, **one.values)
    zone = given.get("zone", "recipient")
    if zone not in ("recipient", "network"):
        raise Unfit("zone is recipient or network")
    return {
        "name": str(given["name"]),
        "schedule": schedule,
        "audience": audience,
        "text_de": str(german),
        "text_en": str(texts.get("en") or german) if isinstance(texts, Mapping) else str(german),
        "button": given.get("button"),
        "breaks": tuple(given.get("breaks") or ()),
        "zone": zone,
        "body": given.get("body"),
    }


# ---------------------------------------------------------------- what they share


async def _written(settings: Settings, work: Callable[[Scene], Awaitable[str]], *, make: bool = False) -> str:
    said: list[str] = []

    async def carried_out(scene: Scene, _: Unit) -> Replies:
        said[:] = [await work(scene)]
        return []

    async with beside(settings, make=make) as lotse:
        await lotse.carry_out(carried_out)
    return said[0]


async def _the(scene: Scene, name: str) -> Nudge:
    found = await named(scene, name)
    if found is None:
        names = ", ".join(one.name for one in await scene.uow.nudges.all()) or "none yet"
        raise Unfit(f"there is no nudge {name!r}; there are: {names}")
    return found


async def _data(scene: Scene, nudge: Nudge) -> dict[str, Any]:
    people = await recipients(scene, nudge)
    exact = len(people) >= FEW and not nudge.whom().on_behaviour
    return {
        "name": nudge.name,
        "state": str(nudge.state),
        "paused_until": nudge.paused_until.isoformat() if nudge.paused_until else None,
        "schedule": nudge.schedule,
        "when": in_short(scene, nudge, ENGLISH),
        "to": nudge.audience,
        "audience": audience_in_words(nudge.whom(), ENGLISH, scene.knowledge),
        "people": len(people) if exact else how_many(nudge, people, ENGLISH),
        "next": [at.isoformat() for at in next_runs(scene, nudge)],
    }


def in_lines(nudges: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in nudges:
        following = one["next"][0] if one["next"] else "-"
        yield f"{one['name']:<28}  {one['state']:<8}  {following:<26}  {one['people']!s:>8}  {one['when']}"
