"""What both sides of a visit read: dates in words, the proposal, the summary, and the calendar file."""

from datetime import date, time, timedelta
from typing import Literal

from bot.calendar_file import calendar_file
from bot.dates import Unsure
from bot.flows.introductions.words import body_of
from bot.flows.listing import place_line, title
from bot.forms import Field, Form
from bot.intents import AnswerVisit
from bot.messages import Block, Choice, Choices, Facts, File, Text
from bot.model import Person
from bot.turn import Scene, Turn
from bot.visit_states import Dates, Side, Visit
from bot.words import Words

FORTNIGHT = timedelta(days=14)


def when(dates: Dates, say: Words) -> str:
    """ "Dienstag, 5. Januar 2027, 11:00 bis 15:00 Uhr"."""
    day = say.day(dates.first)
    if dates.last != dates.first:
        day = say("visits.days", first=day, last=say.day(dates.last))
    if dates.starts is None:
        return day
    begins = clock(dates.starts)
    if dates.ends is None:
        return say("visits.from", day=day, begins=begins)
    return say("visits.from_to", day=day, begins=begins, ends=clock(dates.ends))


def unsure_day(turn: Turn, read: object) -> Text:
    """Asked back, with the day that is most likely meant as the example of how to write it."""
    likeliest = read.readings[0] if isinstance(read, Unsure) and read.readings else turn.today(turn.me) + FORTNIGHT
    return Text(text=turn.say("visits.unsure_day", day=turn.say.day(likeliest)))


def clock(at: time) -> str:
    return at.strftime("%H:%M")


async def party(scene: Scene, person: Person | None, say: Words) -> str:
    """Those who visit each other know each other's names."""
    if person is None:
        return say("introduction.somebody")
    return f"{person.name}, {place_line(await body_of(scene, person), say, scene.knowledge)}"


async def where(scene: Scene, visit: Visit, say: Words) -> str:
    body = await scene.uow.bodies.get(visit.body) if visit.body else None
    return place_line(body, say, scene.knowledge)


async def rows_of(scene: Scene, visit: Visit, side: Side, say: Words, *, dates: Dates | None = None) -> Facts:
    """The visit as one side sees it: the other's name, the dates, the place, how many come, the questions."""
    other = await scene.uow.people.get(visit.other(side))
    rows = [
        (say("visits.row.host" if side == "guest" else "visits.row.guest"), await party(scene, other, say)),
        (say("visits.row.when"), when(dates or visit.dates, say)),
        (say("visits.row.where"), await where(scene, visit, say)),
        (say("visits.row.guests"), say("visits.guests", n=visit.guests)),
    ]
    if visit.place:
        rows.append((say("visits.row.place"), visit.place))
    if visit.topic:
        rows.append((say("visits.row.topic"), visit.topic))
    rows += [(say("visits.row.question", number=n), one) for n, one in enumerate(visit.questions, start=1)]
    return Facts(rows=tuple(rows))


def to_answer(visit: Visit, say: Words, *, change: bool) -> Choices:
    """Yes, another date in one's own words, or no."""
    field = Field(name="text", label=say("visits.answer.label"))
    no = "visits.choice.keep" if change else "visits.choice.no"
    return Choices(
        options=(
            Choice(label=say("visits.choice.yes"), intent=AnswerVisit(visit=visit.key, yes=True)),
            Choice(label=say(no), intent=AnswerVisit(visit=visit.key, yes=False)),
        ),
        asked="asked_visit",
        about=visit.key,
        otherwise=Form(intent=AnswerVisit(visit=visit.key), fields=(field,), patient=True),
    )


async def entry(
    scene: Scene, visit: Visit, side: Side, say: Words, method: Literal["REQUEST", "CANCEL"] = "REQUEST"
) -> File:
    other = await scene.uow.people.get(visit.other(side))
    name = title(other, say) if other is not None and other.listing == "name" else (other.name if other else "")
    place = await where(scene, visit, say)
    summary = say("visits.title.guest" if side == "guest" else "visits.title.host", name=name, place=place)
    return calendar_file(visit, title=summary, where=place, now=scene.now, say=say, method=method)


async def notices(scene: Scene, visit: Visit, dates: Dates, say: Words) -> list[str]:
    """What a date brings with it: weekends, holidays of either side on the day or next to it, the first week."""
    found: list[str] = []
    holidays: dict[tuple[date, str], dict[str, None]] = {}  # day and name → the states, each once
    if dates.first.weekday() >= 5:
        found.append(say("visits.notice.weekend", day=say.day(dates.first)))
    for person_key in dict.fromkeys((visit.host, visit.guest)):
        person = await scene.uow.people.get(person_key)
        if person is None:
            continue
        place = await scene.place(person)
        for day in (dates.first - timedelta(days=1), dates.first, dates.last, dates.last + timedelta(days=1)):
            if (name := scene.rules.hours.holiday_name(day, place, say.language)) is not None:
                holidays.setdefault((day, name), {})[place.state or ""] = None
    for (day, name), states in holidays.items():
        found.append(say("visits.notice.holiday", day=say.day(day), name=name, state=say.listed([*states])))
    if dates.first.month == 1 and 1 < dates.first.day <= 8 and dates.first.weekday() < 5:
        found.append(say("visits.notice.first_week"))
    return found


def as_blocks(*blocks: Block | None) -> list[Block]:
    return [block for block in blocks if block is not None]
