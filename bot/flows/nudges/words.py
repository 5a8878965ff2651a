"""A nudge in words: when and to whom, the next dates with what holidays do to them, and how it will look."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.audiences import Facts
from bot.audiences import described as audience_in_words
from bot.flows.nudges.run import message
from bot.flows.nudges.verbs import FEW
from bot.hours import Place
from bot.messages import Block, Choices, Message, Quote, Text, plain_text
from bot.messages import Facts as Rows
from bot.nudges.model import ZONE, Nudge, NudgeState
from bot.nudges.planning import place_of
from bot.schedules import After, first_after, several_a_day
from bot.schedules import described as schedule_in_words
from bot.turn import Scene, Turn
from bot.words import Words

SHOWN = 3  # dates
LOOK = 60  # runs looked at to find them, past pauses and breaks


def counted(n: int, say: Words, *, roughly: bool = False) -> str:
    """Below five it says so; what counts people's doings is rounded, so that two questions don't single one out."""
    if n < FEW:
        return say("nudges.few", n=FEW)
    return say("nudges.roughly", number=say.number(round(n / 10) * 10 or FEW)) if roughly else say.number(n)


def how_many(nudge: Nudge, people: Sequence[Facts], say: Words) -> str:
    return counted(len(people), say, roughly=nudge.whom().on_behaviour)


def in_short(scene: Scene, nudge: Nudge, say: Words) -> str:
    return schedule_in_words(nudge.when(), say, scene.today())


def too_often(scene: Scene, nudge: Nudge, say: Words) -> str | None:
    """A warning, where it would come more often than once a day: the weekly ceiling lets little of that through."""
    if isinstance(nudge.when(), After) or not several_a_day(nudge.when(), ZONE, scene.now):
        return None
    return say("nudges.too_often", n=scene.rules.unasked_a_week)


def next_runs(scene: Scene, nudge: Nudge, count: int = SHOWN) -> list[datetime]:
    """As they will come: without those of a pause or a break. What follows an event has none of its own."""
    if isinstance(nudge.when(), After):
        return []
    after = scene.now
    if nudge.state is NudgeState.PAUSED:
        if nudge.paused_until is None:
            return []
        midnight = scene.rules.hours.at_local(nudge.paused_until, time(0), Place(tz=ZONE))
        after = max(after, midnight - timedelta(seconds=1))
    found: list[datetime] = []
    for _ in range(LOOK):
        at = first_after(nudge.when(), ZONE, after)
        if at is None or len(found) == count:
            break
        if not nudge.in_break(at.astimezone(ZoneInfo(ZONE)).date()):
            found.append(at)
        after = at
    return found


def next_dates(scene: Scene, nudge: Nudge, people: Sequence[Facts], say: Words) -> list[str]:
    """ "Montag, 1. November 2027, 09:00 Uhr; in Bayern: Dienstag, 2. November 2027, 09:00 Uhr"."""
    if isinstance(nudge.when(), After):
        return []
    return [_date(scene, nudge, at, people, say) for at in next_runs(scene, nudge)]


def _date(scene: Scene, nudge: Nudge, at: datetime, people: Sequence[Facts], say: Words) -> str:
    hours, wall = scene.rules.hours, at.astimezone(ZoneInfo(ZONE))
    places = {place_of(one, scene.rules) for one in people} or {Place(tz=ZONE, state=hours.network_state)}
    groups: dict[datetime, set[str]] = defaultdict(set)
    for place in places:
        theirs = hours.at_local(wall.date(), wall.time(), place) if nudge.zone == "recipient" else at
        opens = hours.next_opening(theirs, place)
        # On the same wall clock it reads the same, wherever that clock hangs.
        groups[opens if opens > theirs else at].add(place.state or "")
    main = at if at in groups else min(groups, key=lambda one: (-len(groups[one]), one))
    said = say.moment(main)
    if main != at:
        said = say("nudges.moved", moment=said, planned=say.moment(at))
    others = [
        say("nudges.elsewhere", states=say.listed(sorted(states - {""})), moment=say.moment(when))
        for when, states in sorted(groups.items())
        if when != main and states - {""}
    ]
    return "; ".join([said, *others])


def overview(scene: Scene, nudge: Nudge, people: Sequence[Facts], say: Words) -> list[Block]:
    """Everything about it, before anything is sent."""
    rows = [
        (say("nudges.row.when"), in_short(scene, nudge, say)),
        *(
            (say("nudges.row.next", number=n), one)
            for n, one in enumerate(next_dates(scene, nudge, people, say), start=1)
        ),
        (say("nudges.row.to"), audience_in_words(nudge.whom(), say, scene.knowledge)),
        (say("nudges.row.today"), how_many(nudge, people, say)),
    ]
    if any(one.kind == "without-profile" for one in nudge.whom().conditions):
        rows.append((say("nudges.row.meaning"), say("nudges.meaning.without_profile")))
    if nudge.breaks:
        rows.append((say("nudges.row.breaks"), ", ".join(nudge.breaks)))
    rules = say("nudges.rules", n=scene.rules.unasked_a_week)
    texts: list[Block] = []
    for language, text in (("de", nudge.text_de), ("en", nudge.text_en)):
        texts += [Text(text=say(f"nudges.text.{language}")), Quote(text=text)]
    return [Rows(rows=tuple(rows)), *texts, Text(text=rules, style="hint")]


def preview(turn: Turn, nudge: Nudge, facts: Facts) -> list[Block]:
    """As both platforms show it, in both languages: with buttons, and with numbers to type or react with."""
    blocks: list[Block] = [Text(text=turn.say("nudges.preview"), style="title")]
    for language in ("de", "en"):
        reader = replace(facts, person=replace(facts.person, language=language, silences=0))
        made = message(turn, nudge, reader)
        for looks in ("element", "teams"):
            blocks.append(
                Text(text=turn.say(f"nudges.preview.{looks}", tongue=turn.say(f"nudges.language.{language}")))
            )
            blocks.append(Quote(text=plain_text(made) if looks == "element" else _as_card(made)))
    return [*blocks, Text(text=turn.say("nudges.preview.only_you"), style="hint")]


def _as_card(made: Message) -> str:
    """The text, and below it the buttons."""
    text = plain_text(Message(blocks=tuple(one for one in made.blocks if not isinstance(one, Choices))))
    buttons = [f"[ {choice.label} ]" for one in made.blocks if isinstance(one, Choices) for choice in one.options]
    return "\n\n".join([text, "  ".join(buttons)])


def last_and_next(scene: Scene, nudge: Nudge, say: Words) -> str:
    if isinstance(nudge.when(), After):
        return say("nudges.as_it_happens")
    runs = next_runs(scene, nudge, 1)
    return say.moment(runs[0]) if runs else say("nudges.no_next")


def state_in_words(nudge: Nudge, say: Words) -> str:
    """ "pausiert bis Montag, 1. Februar 2027"."""
    if nudge.state is NudgeState.PAUSED and nudge.paused_until is not None:
        return say("nudges.state.paused_until", day=say.day(nudge.paused_until))
    return say(f"nudges.state.{nudge.state}")
