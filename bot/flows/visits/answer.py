"""Answers to a proposed date, and changes of one that stands: nothing counts before both have agreed."""

from dataclasses import replace
from typing import Any

from bot.dates import Unsure
from bot.events import Said
from bot.flows.visits.afterwards import missed
from bot.flows.visits.course import move, settle, stop_clock, to_side, wait_for_answer, with_entry
from bot.flows.visits.reading import hint_in, with_changes
from bot.flows.visits.which import meant
from bot.flows.visits.words import entry, notices, rows_of, to_answer, unsure_day, when
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import Accept, AnswerVisit, CancelVisit, Decline, MissedVisit, No, RescheduleVisit
from bot.messages import Ask, Block, Choice, Choices, Text
from bot.turn import Refusal, Replies, Turn
from bot.understand import Situation, understand
from bot.visit_states import OPEN, SETTLED, Dates, Side, Visit, VisitEvent, VisitState


async def answer_visit(turn: Turn, wish: AnswerVisit) -> Replies:
    """A button, or words: "passt, raum 214", "geht, aber erst ab 11", "leider nein"."""
    visit, side = await mine(turn, wish.visit)
    if visit.state not in (VisitState.PROPOSED, VisitState.CHANGING):
        raise Refusal("visits.nothing_asked")
    if visit.proposed_by == side:
        raise Refusal("visits.other_is_asked", when=when(visit.proposed, turn.say))
    if wish.yes is not None:
        return await (_yes(turn, visit, side, None) if wish.yes else _no(turn, visit, side))
    text = wish.text or ""
    changed = with_changes(visit.proposed, text, turn.today(turn.me))
    if isinstance(changed, Unsure):
        return [turn.reply(unsure_day(turn, changed), to_answer(visit, turn.say, change=_changing(visit)))]
    heard = understand(text, _situation(turn)).intent
    if changed is not None and changed != visit.proposed:
        return await propose(turn, visit, side, changed)
    match heard:
        case Accept():
            return await _yes(turn, visit, side, hint_in(text))
        case Decline():
            return await _no(turn, visit, side)
        case _:
            asked = to_answer(visit, turn.say, change=_changing(visit))
            return [turn.reply(Text(text=turn.say("visits.not_understood")), asked, about=visit.key)]


def _situation(turn: Turn) -> Situation:
    return Situation(
        context="asked_consent",
        today=turn.today(turn.me),
        now=turn.now,
        language=turn.say.language,
        lexicon=turn.knowledge,
    )


def _changing(visit: Visit) -> bool:
    return visit.state is VisitState.CHANGING


async def _yes(turn: Turn, visit: Visit, side: Side, hint: str | None) -> Replies:
    event = VisitEvent.AGREE if _changing(visit) else VisitEvent.CONFIRM
    changes: dict[str, Any] = {"place": hint} if hint and side == "host" else {}
    moved = await settle(turn, visit, event, side, **changes)
    other: Side = "host" if side == "guest" else "guest"
    mine_now = turn.reply(*await with_entry(turn, moved, side, event), about=moved.key, holds_personal=True)
    return [mine_now, *await to_side(turn, moved, other, *await with_entry(turn, moved, other, event))]


async def _no(turn: Turn, visit: Visit, side: Side) -> Replies:
    other: Side = "host" if side == "guest" else "guest"
    person = await turn.uow.people.get(visit.other(side))
    say = turn.words(person)
    if _changing(visit):
        kept = await move(turn, visit, VisitEvent.KEEP, side, proposed_by=None, new_first=None, new_last=None,
                          new_starts=None, new_ends=None)  # fmt: skip
        await turn.uow.questions.close(visit.key)
        told = await to_side(turn, kept, other, Text(text=say("visits.kept", when=when(kept.dates, say))))
        return [turn.tell("visits.kept_mine", when=when(kept.dates, turn.say)), *told]
    declined = await move(turn, visit, VisitEvent.DECLINE, side, closed_at=turn.now)
    await stop_clock(turn, declined)
    told = await to_side(turn, declined, other, Text(text=say("visits.declined", when=when(declined.dates, say))))
    return [turn.tell("visits.declined_mine"), *told]


# ---------------------------------------------------------------- another date


async def reschedule(turn: Turn, wish: RescheduleVisit) -> Replies:
    found = await meant(turn, wish, wish.visit, wish.municipality, None)
    if isinstance(found, list):
        return found
    visit, side = found
    what = turn.incoming.what
    text = wish.details or (what.text if isinstance(what, Said) else "")
    changed = with_changes(visit.proposed, text, turn.today(turn.me))
    if isinstance(changed, Dates) and wish.date is not None and changed.first != wish.date:
        changed = replace(changed, first=wish.date, last=wish.date + (visit.last - visit.first))
    if changed is None and wish.date is not None:
        changed = replace(visit.proposed, first=wish.date, last=wish.date + (visit.last - visit.first))
    if not isinstance(changed, Dates) or changed == visit.proposed:
        field = Field(name="details", label=turn.say("visits.field.new_date"), max_length=120)
        form = Form(intent=RescheduleVisit(visit=visit.key), fields=(field,))
        unsure = [unsure_day(turn, changed)] if wish.details or isinstance(changed, Unsure) else []
        return [turn.reply(*unsure, Ask(form=form, field=field))]
    return await propose(turn, visit, side, changed)


async def propose(turn: Turn, visit: Visit, side: Side, dates: Dates) -> Replies:
    """To the other side; until they agree, a date both agreed to stays. Why it has to be moved isn't passed on."""
    if dates.first < turn.today(turn.me):
        raise Refusal("visits.past")
    if visit.state in SETTLED:
        event = VisitEvent.COUNTER if _changing(visit) else VisitEvent.CHANGE
        moved = await move(turn, visit, event, side, proposed_by=side, new_first=dates.first, new_last=dates.last,
                           new_starts=dates.starts, new_ends=dates.ends)  # fmt: skip
    else:
        moved = await move(turn, visit, VisitEvent.COUNTER, side, proposed_by=side, first=dates.first, last=dates.last,
                           starts=dates.starts, ends=dates.ends)  # fmt: skip
        await wait_for_answer(turn, moved)
    await turn.uow.outbox.cancel(visit.key, kinds=(Kind.VISIT,))
    await turn.uow.questions.close(visit.key)
    other: Side = "host" if side == "guest" else "guest"
    person = await turn.uow.people.get(moved.other(side))
    say = turn.words(person)
    stays = moved.state in SETTLED
    blocks: list[Block] = [
        Text(text=say("visits.change_request", name=turn.me.name, when=when(moved.proposed, say)), style="title"),
        *([Text(text=say("visits.stays", when=when(moved.dates, say)))] if stays else []),
        await rows_of(turn, moved, other, say, dates=moved.proposed),
        *(Text(text=text, style="hint") for text in await notices(turn, moved, moved.proposed, say)),
        to_answer(moved, say, change=stays),
    ]
    told = await to_side(turn, moved, other, *blocks)
    name = person.name if person else turn.say("introduction.somebody")
    mine_now: list[Block] = [Text(text=turn.say("visits.change_asked", name=name, when=when(moved.proposed, turn.say)))]
    if stays:
        mine_now.append(Text(text=turn.say("visits.stays", when=when(moved.dates, turn.say))))
    mine_now += [Text(text=text, style="hint") for text in await notices(turn, moved, moved.proposed, turn.say)]
    return [turn.reply(*mine_now), *told]


# ---------------------------------------------------------------- calling it off


async def cancel(turn: Turn, wish: CancelVisit) -> Replies:
    """Others see it, so it is asked once more."""
    asked = turn.question.asked if turn.question is not None else None
    if wish.visit is None and turn.question and isinstance(asked, Choices) and asked.asked == "asked_lesson":
        return await missed(turn, MissedVisit(visit=turn.question.about or ""))
    found = await meant(turn, wish, wish.visit, wish.municipality, wish.date)
    if isinstance(found, list):
        return found
    visit, side = found
    if not wish.confirmed:
        person = await turn.uow.people.get(visit.other(side))
        name = person.name if person else turn.say("introduction.somebody")
        text = Text(text=turn.say("visits.cancel_sure", name=name, when=when(visit.dates, turn.say)))
        options = (
            Choice(
                label=turn.say("visits.choice.cancel"),
                intent=CancelVisit(visit=visit.key, confirmed=True),
                says="yes",
            ),
            Choice(label=turn.say("visits.choice.stay"), intent=No(), says="no"),
        )
        return [turn.reply(text, Choices(options=options, asked="confirm", about=visit.key))]
    settled = visit.state in SETTLED
    gone = await move(turn, visit, VisitEvent.CANCEL, side, proposed_by=None, closed_at=turn.now)
    await stop_clock(turn, gone)
    await turn.uow.totals.add("visits.cancelled", turn.today())
    other: Side = "host" if side == "guest" else "guest"
    say = turn.words(await turn.uow.people.get(gone.other(side)))
    theirs = [await entry(turn, gone, other, say, "CANCEL")] if settled else []
    ours = [await entry(turn, gone, side, turn.say, "CANCEL")] if settled else []
    told = await to_side(
        turn, gone, other, Text(text=say("visits.cancelled", name=turn.me.name, when=when(gone.dates, say))), *theirs
    )
    said = Text(text=turn.say("visits.cancelled_mine", when=when(gone.dates, turn.say)))
    return [turn.reply(said, *ours, about=gone.key), *told]


async def mine(turn: Turn, key: str) -> tuple[Visit, Side]:
    """One's own visit, and which side one is on. Raises Refusal in the same words whether it exists or not."""
    visit = await turn.uow.visits.get(key)
    side = visit.side(turn.me.key) if visit else None
    if visit is None or side is None or (visit.state not in OPEN and visit.state is VisitState.DRAFT):
        raise Refusal("visits.gone")
    return visit, side
