"""A nudge changed in words, switched on after one yes, paused, resumed, stopped."""

from typing import Any

from bot.audiences import canonical, changed
from bot.audiences import said as audience_said
from bot.audiences.said import adds, only_of
from bot.flows.nudges.create import proposed, read_back
from bot.flows.nudges.verbs import change as changed_to
from bot.flows.nudges.verbs import move, recipients, remove
from bot.flows.nudges.which import the_nudge, with_choices
from bot.flows.nudges.words import how_many, in_short, last_and_next, next_dates, too_often
from bot.forms import Field, Form
from bot.intents import Cancel, NudgeActivate, NudgeChange, NudgePause, NudgeResume, NudgeShow, NudgeStats, NudgeStop
from bot.messages import Ask, Choice, Choices, Facts, Text
from bot.nudges.model import Nudge, NudgeEvent, NudgeState
from bot.nudges.texts import MAX_TEXT
from bot.schedules import Unclear
from bot.schedules import canonical as schedule_text
from bot.schedules import said as schedule_said
from bot.turn import Replies, Reply, Turn
from bot.words import Words


async def change(turn: Turn, wish: NudgeChange) -> Replies:
    """The number of people before and after is said, where it is about them."""
    nudge = await the_nudge(turn, wish.nudge, None)
    values: dict[str, Any] = {}
    if wish.rename:
        values["name"] = wish.rename
    if wish.shorter:
        if nudge.button is None:
            return [_ask(turn, nudge, "text", "nudges.ask.shorter")]
        values |= {"text_de": proposed(nudge.button, Words("de"), short=True), "text_en": proposed(nudge.button, Words("en"), short=True)}  # fmt: skip
    if wish.text:
        values["text_de"] = wish.text
        if nudge.text_de == nudge.text_en:
            values["text_en"] = wish.text
    if wish.text_en:
        values["text_en"] = wish.text_en
    if wish.schedule:
        schedule = schedule_said(wish.schedule, turn.today(turn.me))
        if isinstance(schedule, Unclear):
            return [_ask(turn, nudge, "schedule", schedule.key, **schedule.values)]
        values["schedule"] = schedule_text(schedule)
    if wish.audience:
        audience = audience_said(only_of(wish.audience), turn.knowledge)
        if isinstance(audience, Unclear):
            return [_ask(turn, nudge, "audience", audience.key, **audience.values)]
        values["audience"] = canonical(changed(nudge.whom(), audience, add=adds(wish.audience)))
    if not values and not wish.activate:
        field = wish.field or "text"
        return [_ask(turn, nudge, field, f"nudges.ask.{field}")]
    before = how_many(nudge, await recipients(turn, nudge), turn.say)
    after = await changed_to(turn, nudge, turn.me.key, **values) if values else nudge
    said: list[Text] = []
    if "audience" in values:
        now = how_many(after, await recipients(turn, after), turn.say)
        said.append(Text(text=turn.say("nudges.numbers", before=before, after=now)))
    if wish.activate:
        return await activate(turn, NudgeActivate(nudge=after.key), *said)
    return await read_back(turn, after, Text(text=turn.say("nudges.changed")), *said)


def _ask(turn: Turn, nudge: Nudge, name: str, key: str, **values: object) -> Reply:
    field = Field(name=name, label=turn.say(key, **values), max_length=MAX_TEXT)
    return turn.reply(Ask(form=Form(intent=NudgeChange(nudge=nudge.key), fields=(field,)), field=field))


async def activate(turn: Turn, wish: NudgeActivate, *before: Text) -> Replies:
    """The essentials once more, and one yes."""
    nudge = await the_nudge(turn, wish.nudge, wish.name)
    if wish.confirmed:
        active = await move(turn, nudge, NudgeEvent.ACTIVATE, turn.me.key)
        text = turn.say("nudges.active", name=active.name, moment=last_and_next(turn, active, turn.say))
        return with_choices(turn, text, active, *_running(turn, active))
    if nudge.state is NudgeState.ACTIVE:
        return with_choices(turn, turn.say("nudges.active_already", name=nudge.name), nudge, *_running(turn, nudge))
    people = await recipients(turn, nudge)
    dates = next_dates(turn, nudge, people, turn.say)
    rows = (
        (turn.say("nudges.row.when"), in_short(turn, nudge, turn.say)),
        (turn.say("nudges.row.first"), dates[0] if dates else turn.say("nudges.as_it_happens")),
        (turn.say("nudges.row.today"), how_many(nudge, people, turn.say)),
    )
    options = (
        Choice(label=turn.say("nudges.choice.yes"), intent=NudgeActivate(nudge=nudge.key, confirmed=True), says="yes"),
        Choice(label=turn.say("nudges.choice.no"), intent=NudgeShow(nudge=nudge.key), says="no"),
    )
    title = Text(text=turn.say("nudges.sure", name=nudge.name), style="title")
    warning = too_often(turn, nudge, turn.say)
    warned = [Text(text=warning)] if warning is not None else []
    return [
        turn.reply(
            *before, title, Facts(rows=rows), *warned, Choices(options=options, asked="confirm", about=nudge.key)
        )
    ]


def _running(turn: Turn, nudge: Nudge) -> tuple[Choice, ...]:
    return (
        Choice(label=turn.say("nudges.choice.stats"), intent=NudgeStats(nudge=nudge.key)),
        Choice(label=turn.say("nudges.choice.pause"), intent=NudgePause(nudge=nudge.key)),
        Choice(label=turn.say("nudges.choice.stop"), intent=NudgeStop(nudge=nudge.key)),
    )


async def pause(turn: Turn, wish: NudgePause) -> Replies:
    """What falls into it is left out and not caught up."""
    nudge = await the_nudge(turn, wish.nudge, wish.name)
    paused = await move(turn, nudge, NudgeEvent.PAUSE, turn.me.key, until=wish.until)
    if paused.paused_until is None:
        text = turn.say("nudges.paused", name=paused.name)
    else:
        day, moment = turn.say.day(paused.paused_until), last_and_next(turn, paused, turn.say)
        text = turn.say("nudges.paused_until", name=paused.name, day=day, moment=moment)
    resume_now = Choice(label=turn.say("nudges.choice.resume"), intent=NudgeResume(nudge=paused.key))
    return with_choices(turn, text, paused, resume_now)


async def resume(turn: Turn, wish: NudgeResume) -> Replies:
    nudge = await the_nudge(turn, wish.nudge, wish.name)
    if nudge.state in (NudgeState.DRAFT, NudgeState.STOPPED):
        return await activate(turn, NudgeActivate(nudge=nudge.key))
    resumed = await move(turn, nudge, NudgeEvent.RESUME, turn.me.key)
    text = turn.say("nudges.resumed", name=resumed.name, moment=last_and_next(turn, resumed, turn.say))
    return with_choices(turn, text, resumed, *_running(turn, resumed))


async def stop(turn: Turn, wish: NudgeStop) -> Replies:
    """After one yes; drafts go at once."""
    nudge = await the_nudge(turn, wish.nudge, wish.name)
    if not wish.confirmed:
        key = "nudges.delete_sure" if wish.delete else "nudges.stop_sure"
        yes = NudgeStop(nudge=nudge.key, delete=wish.delete, confirmed=True)
        options = (
            Choice(label=turn.say("nudges.choice.stop_yes"), intent=yes, says="yes"),
            Choice(label=turn.say("nudges.choice.no"), intent=Cancel(), says="no"),
        )
        text = Text(text=turn.say(key, name=nudge.name))
        return [turn.reply(text, Choices(options=options, asked="confirm", about=nudge.key))]
    if nudge.state is not NudgeState.STOPPED:
        nudge = await move(turn, nudge, NudgeEvent.STOP, turn.me.key)
    if wish.delete:
        await remove(turn, nudge, turn.me.key)
        return [turn.tell("nudges.deleted", name=nudge.name)]
    again = Choice(label=turn.say("nudges.choice.activate"), intent=NudgeActivate(nudge=nudge.key))
    return with_choices(turn, turn.say("nudges.stopped", name=nudge.name), nudge, again)
