"""What somebody took along: kept at once, played back in three parts, corrected in their own words, theirs alone."""

import re
from dataclasses import replace

from bot.events import Said
from bot.flows.visits.afterwards import settled_for
from bot.flows.visits.follow import plan_follow_up
from bot.forms import Field, Form
from bot.intents import CorrectLesson, MyLessons, RemoveLesson, ShareLesson, Yes
from bot.lessons import MAX_LESSON, Lesson, nothing_new, taken_apart
from bot.messages import Ask, Block, Choice, Choices, Facts, Text
from bot.model import new_key
from bot.turn import Refusal, Replies, Reply, Turn
from bot.understand import Situation, understand
from bot.visit_states import Side, Visit

SHOWN = 10
_OUT = re.compile(
    r"^(?:bitte\s+)?(?:nimm\s+|streich\w*\s+)?(?:(?:die|das|den|der|dem|the)\s+)?(?P<what>.+?)\s+(?:bitte\s+|please\s+)?"
    r"(?:raus|weg|streichen|entfernen|löschen|out|remove)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"(?:gelernt|mitgenommen|festgestellt|gemerkt|learned|learnt|noticed|found)[ ,]+(?:dass|wie|that|how)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\D)|\n+|\s+(?=\d[.)]\s)")


async def share(turn: Turn, wish: ShareLesson) -> Replies:
    """Also without a visit. Any form is fine; "nothing new" is a full answer and nothing more is asked."""
    visit, side = await _visit(turn, wish)
    what = turn.incoming.what
    if not wish.text and isinstance(what, Said) and _TOLD.search(what.text):
        wish = replace(wish, text=what.text)
    if not wish.text and not wish.nothing:
        field = Field(name="text", label=turn.say("visits.lesson.field"), max_length=MAX_LESSON)
        return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    text = (wish.text or "").strip()
    full = wish.nothing or nothing_new(text)
    if full and visit is None:
        return [turn.tell("visits.lesson.thanks")]
    lesson = Lesson(
        key=new_key("w"),
        author=turn.me.key,
        visit=visit.key if visit else None,
        topic=wish.topic or (visit.topic if visit and side == "guest" else None),
        text=None if full else text[:MAX_LESSON],
        at=turn.now,
    )
    await turn.uow.lessons.add(lesson)
    await turn.uow.totals.add("lessons.nothing_new" if full else "lessons.kept", turn.today())
    if visit is not None and side is not None:
        await settled_for(turn, visit, side)
    if full:
        return [turn.tell("visits.lesson.thanks")]
    await plan_follow_up(turn, lesson)
    return [_played_back(turn, lesson, "visits.lesson.kept")]


async def correct(turn: Turn, wish: CorrectLesson) -> Replies:
    """ "Die 30.000 bitte raus": what is taken out is in no row any more. Anything else is added."""
    lesson = await _mine(turn, wish.lesson)
    said = (wish.text or "").strip()
    if wish.right or isinstance(understand(said, Situation.plain(turn.now)).intent, Yes):
        return [turn.tell("visits.lesson.done")]
    if out := _OUT.match(said):
        what = out["what"].strip(" „“\"'").casefold()
        sentences = _SENTENCE.split(lesson.text or "")
        left = [one for one in sentences if what not in one.casefold()]
        if len(left) == len(sentences):
            return [_played_back(turn, lesson, "visits.lesson.not_found")]
        if not left:
            await turn.uow.lessons.remove(lesson.key)
            return [turn.tell("visits.lesson.removed")]
        changed = replace(lesson, text="\n".join(left))
    else:
        changed = replace(lesson, text=f"{lesson.text}\n{said}"[:MAX_LESSON])
    await turn.uow.lessons.save(changed)
    await plan_follow_up(turn, changed)
    return [_played_back(turn, changed, "visits.lesson.changed")]


async def remove(turn: Turn, wish: RemoveLesson) -> Replies:
    lesson = await _mine(turn, wish.lesson)
    await turn.uow.lessons.remove(lesson.key)
    return [turn.tell("visits.lesson.removed")]


async def my_lessons(turn: Turn, wish: MyLessons) -> Replies:
    del wish
    found = [one for one in await turn.uow.lessons.of(turn.me.key) if one.text][:SHOWN]
    if not found:
        return [turn.tell("visits.lesson.none")]
    blocks: list[Block] = [Text(text=turn.say("visits.lesson.list"), style="title")]
    blocks += [Facts(rows=((turn.say.short_day(one.at), one.text or ""),)) for one in found]
    options = tuple(
        Choice(
            label=turn.say("visits.choice.remove_of", day=turn.say.short_day(one.at)),
            intent=RemoveLesson(lesson=one.key),
        )
        for one in found[:3]
    )
    return [turn.reply(*blocks, Choices(options=options, once=False), holds_personal=True)]


def _played_back(turn: Turn, lesson: Lesson, key: str) -> Reply:
    say, parts = turn.say, taken_apart(lesson.text or "")
    rows = tuple(
        (say(f"visits.lesson.{name}"), " ".join(said))
        for name, said in (("new", parts.new), ("confirmed", parts.confirmed), ("next", parts.next_step))
        if said
    )
    field = Field(name="text", label=say("visits.lesson.field.correct"), max_length=MAX_LESSON)
    asked = Choices(
        options=(
            Choice(label=say("visits.choice.right"), intent=CorrectLesson(lesson=lesson.key, right=True)),
            Choice(label=say("visits.choice.remove"), intent=RemoveLesson(lesson=lesson.key)),
        ),
        asked="lesson_played_back",
        about=lesson.key,
        otherwise=Form(intent=CorrectLesson(lesson=lesson.key), fields=(field,), patient=True),
    )
    hint = Text(text=say("visits.lesson.hint"), style="hint")
    return turn.reply(Text(text=say(key)), Facts(rows=rows), hint, asked, about=lesson.key, holds_personal=True)


async def _visit(turn: Turn, wish: ShareLesson) -> tuple[Visit | None, Side | None]:
    """The visit that was asked about, if it was."""
    asked = turn.question.asked if turn.question is not None else None
    about = (
        turn.question.about if turn.question and isinstance(asked, Choices) and asked.asked == "asked_lesson" else None
    )
    key = wish.visit or about
    visit = await turn.uow.visits.get(key) if key else None
    side = visit.side(turn.me.key) if visit else None
    if wish.visit is not None and side is None:
        raise Refusal("visits.gone")
    return (visit, side) if side is not None else (None, None)


async def _mine(turn: Turn, key: str) -> Lesson:
    found = await turn.uow.lessons.get(key)
    if found is None or found.author != turn.me.key:
        raise Refusal("visits.lesson.gone")
    return found
