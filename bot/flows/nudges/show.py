"""Nudges looked at: the list, one of them, its preview, a test to oneself, and what became of it."""

from dataclasses import replace

from bot.audiences import described as audience_in_words
from bot.flows.nudges.create import read_back
from bot.flows.nudges.report import of_runs, report, sums_of
from bot.flows.nudges.run import message
from bot.flows.nudges.verbs import named
from bot.flows.nudges.which import scope, the_nudge, with_choices
from bot.flows.nudges.words import counted, last_and_next, state_in_words
from bot.flows.nudges.words import preview as preview_blocks
from bot.intents import NudgeActivate, NudgeList, NudgePause, NudgePreview, NudgeShow, NudgeStats
from bot.messages import Block, Choice, Choices, Facts, Text
from bot.nudges.model import Nudge
from bot.turn import Refusal, Replies, Turn

BUTTONS = 5


async def list_all(turn: Turn, wish: NudgeList) -> Replies:
    """Each with its state, next run, audience and last numbers."""
    del wish
    body = await scope(turn)
    there = [one for one in await turn.uow.nudges.all() if body is None or one.body == body]
    if not there:
        raise Refusal("nudges.none")
    blocks: list[Block] = [Text(text=turn.say("nudges.list"), style="title")]
    for one in there:
        blocks += [Text(text=one.name, style="title"), Facts(rows=(*await _rows(turn, one),))]
    options = tuple(Choice(label=one.name, intent=NudgeShow(nudge=one.key)) for one in there[:BUTTONS])
    return [turn.reply(*blocks, Choices(options=options, asked="nudge", once=False))]


async def _rows(turn: Turn, nudge: Nudge) -> list[tuple[str, str]]:
    say = turn.say
    rows = [
        (say("nudges.row.state"), state_in_words(nudge, say)),
        (say("nudges.row.next_run"), last_and_next(turn, nudge, say)),
        (say("nudges.row.to"), audience_in_words(nudge.whom(), say, turn.knowledge)),
    ]
    last = next((run for run in await turn.uow.nudges.runs(nudge.key) if run.skipped is None), None)
    if last is not None:
        sums = await sums_of(turn, last)
        line = say("nudges.stats.line", delivered=say.number(sums.handed_over), due=counted(sums.due, say))
        rows.append((say("nudges.row.last"), f"{say.short_day(last.at)}: {line}"))
    return rows


async def show(turn: Turn, wish: NudgeShow) -> Replies:
    return await read_back(turn, await the_nudge(turn, wish.nudge, wish.name))


async def preview(turn: Turn, wish: NudgePreview) -> Replies:
    """To the one who asks, and to nobody else."""
    nudge = await the_nudge(turn, wish.nudge, wish.name)
    mine = await turn.uow.nudges.members(turn.today(turn.me), only=[turn.me.key])
    if not mine:
        raise Refusal("consent.needed")
    await turn.uow.audit.note(turn.now, turn.me.key, "nudge.tested" if wish.test else "nudge.previewed", nudge.key)
    if wish.test:
        made = message(turn, nudge, replace(mine[0], person=replace(mine[0].person, silences=0)))
        marked = Text(text=turn.say("nudges.test"), style="hint")
        return [turn.reply(marked, *made.blocks)]
    options = (
        Choice(label=turn.say("nudges.choice.test"), intent=NudgePreview(nudge=nudge.key, test=True)),
        Choice(label=turn.say("nudges.choice.activate"), intent=NudgeActivate(nudge=nudge.key)),
    )
    question = Choices(options=options, asked="nudge", about=nudge.key, once=False)
    return [turn.reply(*preview_blocks(turn, nudge, mine[0]), question)]


async def stats(turn: Turn, wish: NudgeStats) -> Replies:
    """Never who: neither who can't be reached nor who has read."""
    if wish.name is not None and (gone := await _of_deleted(turn, wish.name)):
        return gone
    nudge = await the_nudge(turn, wish.nudge, wish.name)
    await turn.uow.audit.note(turn.now, turn.me.key, "nudge.numbers", nudge.key)
    again = Choice(label=turn.say("nudges.choice.stats"), intent=NudgeStats(nudge=nudge.key))
    if wish.detail is not None:
        return with_choices(turn, turn.say(f"nudges.no_{wish.detail}"), nudge, again)
    options = (again, Choice(label=turn.say("nudges.choice.pause"), intent=NudgePause(nudge=nudge.key)))
    blocks = await report(turn, nudge, turn.say)
    return [turn.reply(*blocks, Choices(options=options, asked="nudge", about=nudge.key, once=False))]


async def _of_deleted(turn: Turn, name: str) -> Replies:
    """The sums of a nudge that is gone; for the network office alone, as no municipality is known of it any more."""
    body = await scope(turn)
    if body is not None or await named(turn, name) is not None:
        return []
    runs = await turn.uow.nudges.runs_named(name)
    return [turn.reply(*await of_runs(turn, runs[0].name, runs, turn.say))] if runs else []
