"""What became of a nudge, in sums that add up: never a name, and nothing about who read it, which isn't measured."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.flows.nudges.words import counted
from bot.messages import Block, Facts, Text
from bot.nudges.model import Nudge, Run
from bot.nudges.sums import FEW, Sums, summed
from bot.turn import Scene
from bot.words import Words


async def report(scene: Scene, nudge: Nudge, say: Words) -> list[Block]:
    """Of the newest run, and of the ones before in short."""
    runs = await scene.uow.nudges.runs(nudge.key)
    if not runs:
        return [Text(text=say("nudges.stats.none", name=nudge.name))]
    return await of_runs(scene, nudge.name, runs, say)


async def of_runs(scene: Scene, name: str, runs: Sequence[Run], say: Words) -> list[Block]:
    newest, *older = runs
    blocks: list[Block] = [Text(text=say("nudges.stats.title", name=name, moment=say.moment(newest.at)), style="title")]
    blocks += await of_run(scene, newest, say)
    rows = [(say.short_day(run.at), await _in_a_line(scene, run, say)) for run in older[:5]]
    if rows:
        blocks += [Text(text=say("nudges.stats.before")), Facts(rows=tuple(rows))]
    return [*blocks, Text(text=say("nudges.stats.meaning"), style="hint")]


async def sums_of(scene: Scene, run: Run) -> Sums:
    return summed(run, await scene.uow.nudges.traced(run.key), scene.now)


async def of_run(scene: Scene, run: Run, say: Words) -> list[Block]:
    if run.skipped is not None:
        return [Text(text=say(f"nudges.stats.skipped.{run.skipped}"))]
    sums = await sums_of(scene, run)
    rows = [
        (say("nudges.stats.due"), counted(sums.due, say)),
        (say("nudges.stats.delivered"), _delivered(sums, say)),
    ]
    if sums.due >= FEW:
        rows += _reasons(sums, say)
    elif sums.handed_over < sums.due:
        rows.append((say("nudges.stats.rest"), say("nudges.stats.too_few", n=FEW)))
    blocks: list[Block] = [Facts(rows=tuple(rows))]
    if sums.late > timedelta():
        blocks.append(Text(text=say("nudges.stats.late", n=round(sums.late.total_seconds() / 60))))
    return blocks


def _delivered(sums: Sums, say: Words) -> str:
    number = say.number(sums.handed_over)
    if sums.due < FEW or not sums.delivered:
        return number
    parts = ", ".join(f"{n} {say.platform(name)}" for name, n in sorted(sums.delivered.items(), reverse=True))
    return f"{number} ({parts})"


def _reasons(sums: Sums, say: Words) -> list[tuple[str, str]]:
    """Each group with its reasons, largest first; groups of none are left out."""
    rows = []
    groups: tuple[tuple[str, Mapping[str, int]], ...] = (
        ("left_out", sums.left_out),
        ("impossible", sums.impossible),
        ("put_off", sums.put_off),
    )
    for name, reasons in groups:
        if reasons:
            largest = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
            parts = [f"{n} {_reason(reason, say)}" for reason, n in largest]
            rows.append((say(f"nudges.stats.{name}"), f"{sum(reasons.values())} ({'; '.join(parts)})"))
    if sums.trying:
        again = say("nudges.stats.next_try", clock=say.clock(sums.next_try)) if sums.next_try else ""
        rows.append((say("nudges.stats.trying"), f"{sums.trying}{again}"))
    if sums.uncertain:
        rows.append((say("nudges.stats.uncertain"), say.number(sums.uncertain)))
    return rows


def _reason(reason: str, say: Words) -> str:
    return say(f"nudges.reason.{reason}")


async def _in_a_line(scene: Scene, run: Run, say: Words) -> str:
    if run.skipped is not None:
        return say(f"nudges.stats.skipped.{run.skipped}")
    sums = await sums_of(scene, run)
    return say("nudges.stats.line", delivered=say.number(sums.handed_over), due=counted(sums.due, say))
