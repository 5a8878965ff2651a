"""What somebody took along: kept at once, played back in three parts, corrected in their own words."""

import re
from dataclasses import replace

from bot.events import Said
from bot.flows.introductions.words import body_of
from bot.flows.lessons.follow import plan_follow_up
from bot.flows.lessons.reading import nameless, rows_of
from bot.flows.lessons.release import again, ask_level
from bot.flows.lessons.withdrawal import take_out
from bot.flows.visits.afterwards import settled_for
from bot.forms import Field, Form
from bot.intents import CorrectLesson, MyLessons, ReleaseLesson, RemoveLesson, ShareLesson, WithdrawLesson, Yes
from bot.lessons import (
    MAX_LESSON,
    Approval,
    Lesson,
    all_else_right,
    delicate,
    is_removal,
    nothing_new,
    taken_apart,
    taken_out,
)
from bot.matching.places import Exact
from bot.messages import Ask, Block, Choice, Choices, Facts, Text
from bot.model import new_key
from bot.turn import Refusal, Replies, Reply, Turn
from bot.understand import Situation, understand
from bot.visit_states import Side, Visit

SHOWN = 10
_TOLD = re.compile(
    r"(?:gelernt|mitgenommen|festgestellt|gemerkt|learned|learnt|noticed|found)[ ,]+(?:dass|wie|that|how)\b",
    re.IGNORECASE,
)


async def share(turn: Turn, wish: ShareLesson) -> Replies:
    """Also without a visit. Any form is fine; "nothing new" is a full answer and nothing more is asked."""
    visit, side = await _visit(turn, wish)
    what = turn.incoming.what
    if not wish.text and isinstance(what, Said) and _TOLD.search(what.text):
        wish = replace(wish, text=what.text)
    if not wish.text and not wish.nothing:
        field = Field(name="text", label=turn.say("lessons.field"), max_length=MAX_LESSON)
        return [turn.reply(Ask(form=Form(intent=wish, fields=(field,)), field=field))]
    text = (wish.text or "").strip()
    full = wish.nothing or nothing_new(text)
    if full and visit is None:
        return [turn.tell("lessons.thanks")]
    lesson = Lesson(
        key=new_key("w"),
        author=turn.me.key,
        visit=visit.key if visit else None,
        topic=wish.topic or (visit.topic if visit and side == "guest" else None),
        text=None if full else text[:MAX_LESSON],
        at=turn.now,
        place=await _learned_in(turn, wish, visit, side),
        visited_on=visit.last if visit else None,
    )
    await turn.uow.lessons.add(lesson)
    await turn.uow.totals.add("lessons.nothing_new" if full else "lessons.kept", turn.today())
    if visit is not None and side is not None:
        await settled_for(turn, visit, side)
    if full:
        return [turn.tell("lessons.thanks")]
    await plan_follow_up(turn, lesson)
    return [_played_back(turn, lesson, "lessons.kept")]


async def correct(turn: Turn, wish: CorrectLesson) -> Replies:
    """ "Die 30.000 bitte raus": what is taken out is in no row any more. Anything else is added.

    What others already read changes with it at once; a version that named the other side has to be put before them again.
    """
    lesson = await _mine(turn, wish.lesson)
    said = (wish.text or "").strip()
    if wish.right or isinstance(understand(said, Situation.plain(turn.now)).intent, Yes):
        if lesson.approval is Approval.DUE:
            return await again(turn, lesson)
        return [ask_level(turn, lesson)] if lesson.shown is None else [turn.tell("lessons.done")]
    if is_removal(said):
        left = taken_out(lesson.text or "", said)
        if left is None:
            return [_played_back(turn, lesson, "lessons.not_found")]
        if not left:
            return await _gone(turn, lesson)
        changed = replace(lesson, text=left)
    else:
        changed = replace(lesson, text=f"{lesson.text}\n{said}"[:MAX_LESSON])
    edits = await take_out(turn, lesson)
    changed = await _as_released(turn, changed)
    await turn.uow.lessons.save(changed)
    await plan_follow_up(turn, changed)
    if all_else_right(said) and changed.approval is Approval.NONE and changed.shown is None:
        return [ask_level(turn, changed, Text(text=turn.say("lessons.corrected")), _parts(turn, changed)), *edits]
    return [_played_back(turn, changed, "lessons.changed"), *edits]


async def _as_released(turn: Turn, changed: Lesson) -> Lesson:
    """What others may read of the new text: without a name at once, with one only after another yes."""
    if changed.approval in (Approval.ASKED, Approval.GIVEN):
        wanted = changed.wanted or changed.level
        return replace(changed.only_mine(), wanted=wanted, approval=Approval.DUE, approver=changed.approver)
    return replace(changed, shown=await nameless(turn, changed)) if changed.shown is not None else changed


async def remove(turn: Turn, wish: RemoveLesson) -> Replies:
    return await _gone(turn, await _mine(turn, wish.lesson))


async def _gone(turn: Turn, lesson: Lesson) -> Replies:
    edits = await take_out(turn, lesson)
    await turn.uow.agenda.drop(lesson.key)
    await turn.uow.lessons.remove(lesson.key)
    return [turn.tell("lessons.removed"), *edits]


async def my_lessons(turn: Turn, wish: MyLessons) -> Replies:
    del wish
    found = [one for one in await turn.uow.lessons.of(turn.me.key) if one.text][:SHOWN]
    if not found:
        return [turn.tell("lessons.none")]
    say = turn.say
    blocks: list[Block] = [Text(text=say("lessons.list"), style="title")]
    for one in found:
        readers = say("lessons.state.asked" if one.approval is Approval.ASKED else f"lessons.state.{one.level}")
        blocks.append(Facts(rows=((f"{say.short_day(one.at)} ({readers})", one.text or ""),)))
    options: list[Choice] = []
    for one in found[:3]:
        day = say.short_day(one.at)
        released = one.shown is not None or one.approval is Approval.ASKED
        key = "lessons.choice.take_back_of" if released else "lessons.choice.release_of"
        intent = WithdrawLesson(lesson=one.key) if released else ReleaseLesson(lesson=one.key)
        options.append(Choice(label=say(key, day=day), intent=intent))
        options.append(Choice(label=say("lessons.choice.remove_of", day=day), intent=RemoveLesson(lesson=one.key)))
    return [turn.reply(*blocks, Choices(options=tuple(options), once=False), holds_personal=True)]


def _parts(turn: Turn, lesson: Lesson) -> Facts:
    return Facts(rows=tuple(rows_of(taken_apart(lesson.text or ""), turn.say)))


def _played_back(turn: Turn, lesson: Lesson, key: str) -> Reply:
    say = turn.say
    field = Field(name="text", label=say("lessons.field.correct"), max_length=MAX_LESSON)
    asked = Choices(
        options=(
            Choice(label=say("lessons.choice.right"), intent=CorrectLesson(lesson=lesson.key, right=True)),
            Choice(label=say("lessons.choice.remove"), intent=RemoveLesson(lesson=lesson.key)),
        ),
        asked="lesson_played_back",
        about=lesson.key,
        otherwise=Form(intent=CorrectLesson(lesson=lesson.key), fields=(field,), patient=True),
    )
    hints = [Text(text=say("lessons.hint"), style="hint")]
    if found := delicate(lesson.text or ""):
        hints.append(Text(text=say("lessons.delicate", found=say.listed(found)), style="hint"))
    return turn.reply(Text(text=say(key)), _parts(turn, lesson), *hints, asked, about=lesson.key, holds_personal=True)


async def _learned_in(turn: Turn, wish: ShareLesson, visit: Visit | None, side: Side | None) -> str | None:
    """The body of the other side; without a visit the town they said, where there is only one of that name."""
    if visit is not None and side is not None:
        other = await turn.uow.people.get(visit.other(side))
        body = await body_of(turn, other) if other else None
        return body.key if body else (visit.body if side == "guest" else None)
    found = turn.knowledge.place(wish.municipality) if wish.municipality else None
    return found.municipality.key if isinstance(found, Exact) else None


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
        raise Refusal("lessons.gone")
    return found
