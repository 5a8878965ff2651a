"""What the network office sees of the whole: who is there, and totals of whole months; below five they stay vague.

Of the month that is running nothing is shown: who looks twice would see single people act.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from bot import access
from bot.intents import Figures
from bot.messages import Block, Facts, Text
from bot.turn import Handlers, Replies, Turn
from bot.words import Words

FEW = 5  # below, a number could be somebody
SHOWN: Sequence[tuple[str, tuple[str, ...]]] = (
    ("people", ("people.consented",)),
    ("asked", ("introductions.asked",)),
    ("mediated", ("introductions.mediated",)),
    ("visits", ("visits.took_place",)),
    ("answers", ("lessons.kept", "lessons.nothing_new")),
    ("lessons", ("lessons.released",)),
    ("demands", ("demands.noted",)),
    ("desk", ("desk.match",)),
)


async def figures(turn: Turn, wish: Figures) -> Replies:
    """Last month, and this year up to its end. Raises Refusal for anybody but the network office."""
    del wish
    access.require_admin(turn)
    last = turn.today().replace(day=1) - timedelta(days=1)
    say, month, year = turn.say, last.replace(day=1), last.replace(month=1, day=1)
    members = await turn.uow.nudges.members(turn.today())
    towns = {one.body.key for one in members if one.body is not None}
    states = Counter(one.body.state for one in members if one.body is not None)
    today = [(say("figures.members"), vague(len(members), say)), (say("figures.towns"), vague(len(towns), say))]
    today += [(state, say.number(n)) for state, n in sorted(states.items()) if n >= FEW]
    blocks: list[Block] = [Text(text=say("figures.today"), style="title"), Facts(rows=tuple(today))]
    for title, first in (
        (say("figures.month", month=say.month(last)), month),
        (say("figures.year", month=say.month(last)), year),
    ):
        rows = tuple([await _row(turn, name, counters, first, last) for name, counters in SHOWN])
        blocks += [Text(text=title, style="title"), Facts(rows=rows)]
    return [turn.reply(*blocks, Text(text=say("figures.hint"), style="hint"))]


async def _row(turn: Turn, name: str, counters: Sequence[str], first: date, last: date) -> tuple[str, str]:
    count = sum([await turn.uow.totals.sum(counter, first, last) for counter in counters])
    return turn.say(f"figures.{name}"), vague(count, turn.say)


def vague(count: int, words: Words) -> str:
    """ "unter 5", for none too: that nobody did something is about each of them."""
    return words("figures.few", n=FEW) if count < FEW else words.number(count)


HANDLERS: Handlers = {Figures: figures}
