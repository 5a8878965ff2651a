"""The next step somebody named for themselves, asked about after 14 and after 90 days; a new date replaces the second."""

from dataclasses import replace
from datetime import date, time

from bot.date_words import MONTHS, fold_dates
from bot.dates import Day, Days, read_date
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import FollowUp
from bot.lessons import Lesson, taken_apart
from bot.messages import Block, Choice, Choices, Quote, Text
from bot.posting import earliest
from bot.turn import Refusal, Replies, Scene, Turn

FIRST, SECOND = "lesson.follow", "lesson.follow_last"  # subject: the lesson
MORNING = time(9, 30)


async def plan_follow_up(scene: Scene, lesson: Lesson) -> None:
    """Only for those who named a next step; counted from the visit, else from the note."""
    await scene.uow.agenda.drop(lesson.key, FIRST, SECOND)
    person = await scene.uow.people.get(lesson.author)
    if person is None or not taken_apart(lesson.text or "").next_step:
        return
    visit = await scene.uow.visits.get(lesson.visit) if lesson.visit else None
    begins = visit.last if visit else scene.today(person)
    hours, place = scene.rules.hours, await scene.place(person)
    for kind, after in ((FIRST, scene.rules.follow_up), (SECOND, scene.rules.last_follow_up)):
        at = hours.at_local(begins + after, MORNING, place)
        if at > scene.now:
            await scene.uow.agenda.set(kind, lesson.key, at)


async def ask_first(scene: Scene, subject: str) -> Replies:
    return await _ask(scene, subject, FIRST)


async def ask_last(scene: Scene, subject: str) -> Replies:
    return await _ask(scene, subject, SECOND)


async def _ask(scene: Scene, subject: str, kind: str) -> Replies:
    lesson = await scene.uow.lessons.get(subject)
    person = await scene.uow.people.get(lesson.author) if lesson else None
    if lesson is None or person is None or person.prompts_off or person.silences >= scene.rules.silences:
        return []
    at = await earliest(scene, person, Kind.PROMPT, scene.now)
    if at > scene.now:
        await scene.uow.agenda.set(kind, subject, at)
        return []
    following = " ".join(taken_apart(lesson.text or "").next_step)
    if not following:
        return []
    say = scene.words(person)
    await scene.uow.people.save(replace(person, silences=person.silences + 1))
    field = Field(name="text", label=say("lessons.follow.field"), max_length=200)
    asked = Choices(
        options=(
            Choice(label=say("lessons.follow.stays"), intent=FollowUp(lesson=lesson.key, answer="stays")),
            Choice(label=say("lessons.follow.done"), intent=FollowUp(lesson=lesson.key, answer="done")),
        ),
        asked="follow_up",
        about=lesson.key,
        otherwise=Form(intent=FollowUp(lesson=lesson.key), fields=(field,), patient=True),
    )
    blocks: list[Block] = [Text(text=say("lessons.follow")), Quote(text=following)]
    if person.silences + 1 == scene.rules.silences:
        blocks.append(Text(text=say("visits.ask.last"), style="hint"))
    blocks.append(Text(text=say("lessons.follow.hint"), style="hint"))
    return [scene.to(person, *blocks, asked, kind=Kind.PROMPT, about=lesson.key, holds_personal=True)]


async def answer(turn: Turn, wish: FollowUp) -> Replies:
    """ "Bleibt", "verschoben auf Mai", "hat sich erledigt"; no reproach."""
    lesson = await turn.uow.lessons.get(wish.lesson)
    if lesson is None or lesson.author != turn.me.key:
        raise Refusal("lessons.gone")
    said = (wish.text or "").casefold()
    day = _day(said, turn.today(turn.me))
    if wish.answer == "done" or "erledigt" in said or "settled" in said or "done" in said.split():
        await turn.uow.agenda.drop(lesson.key, FIRST, SECOND)
        return [turn.tell("lessons.follow.closed")]
    if day is not None and day > turn.today(turn.me):
        at = turn.rules.hours.at_local(day, MORNING, await turn.place(turn.me))
        await turn.uow.agenda.drop(lesson.key, FIRST)
        await turn.uow.agenda.set(SECOND, lesson.key, at)
        return [turn.tell("lessons.follow.moved", day=turn.say.day(day))]
    if wish.answer == "stays" or said.startswith(("bleib", "ja", "stay", "yes", "passt", "dabei")):
        return [turn.tell("lessons.follow.good")]
    return [turn.tell("lessons.follow.when")]


def _day(said: str, today: date) -> date | None:
    match read_date(said, today):
        case Day(date=day):
            return day
        case Days(first=first):
            return first
        case _:
            return _month(said, today)


def _month(said: str, today: date) -> date | None:
    """ "Auf Mai": its first day, the next time it comes."""
    month = next((MONTHS[word] for word in fold_dates(said).split() if len(word) > 2 and word in MONTHS), None)
    if month is None:
        return None
    return date(today.year + (month <= today.month), month, 1)
