"""What every part of an introduction's course shares: moving its state, sending it out, ending it, freeing its place."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any, Literal, TypeAlias

from bot.flows.introductions import words as texts
from bot.hours import Kind
from bot.introduction_states import UNSUCCESSFUL, WAITING, IntroductionEvent, after
from bot.model import Introduction, IntroductionState, Person, Step
from bot.posting import earliest
from bot.turn import Replies, Scene

REMIND, EXPIRE, RESTART, QUEUE_END = (
    "introduction.remind",
    "introduction.expire",
    "introduction.restart",
    "introduction.queue_end",
)
CHECK_IN, CLOSE = "introduction.check_in", "introduction.close"
CONFIRM_END = "introduction.confirm_end"
ENDED = "introduction.ended"  # subject: the enquiry, which outlives an erased contact
PLACE_FREE = "introduction.place_free"  # subject: the contact
UNSEEN = "unseen"  # a line of the history: it ended before the contact was told
OWN_CLOCK = (REMIND, EXPIRE, RESTART, QUEUE_END, CONFIRM_END)


Seen: TypeAlias = Literal[
    "draft", "queued", "open", "postponed", "late", "met", "talked", "ended", "withdrawn", "released"
]


async def move(
    scene: Scene,
    introduction: Introduction,
    event: IntroductionEvent,
    by: Literal["asker", "contact", "time"],
    **changes: Any,
) -> Introduction:
    """The introduction after the event, saved, with a line in its history. Raises IllegalTransition or Conflict."""
    moved = replace(introduction, state=after(introduction.state, event), **changes)
    await scene.uow.introductions.save(moved, was=introduction.state)
    await scene.uow.introductions.note(Step(introduction=moved.key, at=scene.now, event=event, by=by))
    return moved


# ---------------------------------------------------------------- as the asker sees it


def seen_by_asker(introduction: Introduction, now: datetime) -> Seen:
    """The only states that lists, status and exports of the asker tell; nothing tells a no from silence."""
    if introduction.state in UNSUCCESSFUL:
        if introduction.told_at is None or introduction.told_at <= now:
            return "ended"
        if introduction.later_on is not None:
            return "postponed"
        return "queued" if introduction.asked_at is None else "open"
    return AS_SEEN[introduction.state]


AS_SEEN: dict[IntroductionState, Seen] = {
    IntroductionState.DRAFT: "draft",
    IntroductionState.QUEUED: "queued",
    IntroductionState.ASKED: "open",
    IntroductionState.POSTPONED: "postponed",
    IntroductionState.LATE: "late",
    IntroductionState.MEDIATED: "met",
    IntroductionState.SETTLED: "met",
    IntroductionState.TALKED: "talked",
    IntroductionState.WITHDRAWN: "withdrawn",
    IntroductionState.RELEASED: "released",
}
OPEN_TO_ASKER: frozenset[Seen] = frozenset({"queued", "open", "postponed", "late"})


def open_to_asker(introduction: Introduction, now: datetime) -> bool:
    return seen_by_asker(introduction, now) in OPEN_TO_ASKER


# ---------------------------------------------------------------- the contact's places


async def has_room(scene: Scene, contact: Person) -> bool:
    """Whether another request may be put before the contact. Lock the contact first."""
    asked = await scene.uow.introductions.asked_of(contact.key)
    occupied = sum(one.state is IntroductionState.ASKED for one in asked)
    today = scene.today(contact)
    month = await _month_starts(scene, contact)
    this_month = sum(one.asked_at is not None and one.asked_at >= month for one in asked)
    return occupied < contact.open_cap and this_month < contact.month_cap and not contact.paused_on(today)


async def _month_starts(scene: Scene, contact: Person) -> datetime:
    place = await scene.place(contact)
    return scene.rules.hours.at_local(scene.today(contact).replace(day=1), time(0), place)


async def next_month(scene: Scene, contact: Person) -> datetime:
    """The first opening of the contact's next month, when the monthly maximum counts anew."""
    hours, place = scene.rules.hours, await scene.place(contact)
    begins = (scene.today(contact).replace(day=1) + timedelta(days=32)).replace(day=1)
    return hours.next_opening(hours.at_local(begins, time(0), place), place)


async def place_freed(scene: Scene, contact: str) -> None:
    """Looked at in a transaction of its own, right after this one."""
    await scene.uow.agenda.set(PLACE_FREE, contact, scene.now)


# ---------------------------------------------------------------- sending it out


async def goes_out(scene: Scene, contact: Person, at: datetime) -> datetime:
    """When a request may reach the contact: in their hours, and not before they are back."""
    if contact.paused_until is not None:
        back = scene.rules.hours.at_local(contact.paused_until, time(0), await scene.place(contact))
        at = max(at, back)
    return await earliest(scene, contact, Kind.REQUEST, at)


async def answer_by(scene: Scene, contact: Person, sent: datetime) -> datetime:
    """17:00 on the last working day of the contact's window; the day of sending is day 0."""
    hours, place = scene.rules.hours, await scene.place(contact)
    last = hours.add_working_days(hours.day_of(sent, place), scene.rules.consent_working_days, place)
    return hours.closing(last, place)


async def send(
    scene: Scene, introduction: Introduction, event: IntroductionEvent, by: Literal["asker", "time"]
) -> tuple[Introduction, Replies]:
    """The request goes to the contact, now or at their next opening; its window and its reminder are planned."""
    asker = await scene.uow.people.get(introduction.asker)
    contact = await scene.uow.people.get(introduction.contact)
    assert asker is not None
    assert contact is not None
    sent = await goes_out(scene, contact, scene.now)
    moved = await move(
        scene, introduction, event, by, asked_at=sent, answer_by=await answer_by(scene, contact, sent), later_on=None
    )
    await plan(scene, moved, contact)
    if event is not IntroductionEvent.RESTART:
        await scene.uow.totals.add("introductions.asked", scene.today())
    return moved, [await texts.request_to(scene, moved, asker, contact, again=event is IntroductionEvent.RESTART)]


async def plan(scene: Scene, introduction: Introduction, contact: Person) -> None:
    """Reminder and expiry, from `asked_at` and `answer_by`."""
    assert introduction.asked_at is not None
    assert introduction.answer_by is not None
    hours, place = scene.rules.hours, await scene.place(contact)
    back = scene.rules.consent_working_days - scene.rules.reminder_working_day
    reminder = hours.add_working_days(hours.day_of(introduction.answer_by, place), -back, place)
    await scene.uow.agenda.drop(introduction.key, *OWN_CLOCK)
    if (remind_at := hours.opening(reminder, place)) > scene.now:
        await scene.uow.agenda.set(REMIND, introduction.key, remind_at)
    await scene.uow.agenda.set(EXPIRE, introduction.key, introduction.answer_by)


async def delivered_at(scene: Scene, introduction: Introduction) -> datetime | None:
    """When the request was handed to the contact's platform; None as long as it wasn't. Nothing tells reading."""
    if introduction.asked_at is None or introduction.asked_at > scene.now:
        return None
    state = await scene.uow.outbox.state_of(introduction.key, Kind.REQUEST)
    if state is None or state[0] in ("sent", "uncertain", "sending"):
        return state[1] if state and state[1] else introduction.asked_at
    steps = await scene.uow.introductions.steps(introduction.key)
    told = any(step.event in ("remind", IntroductionEvent.RESTART, IntroductionEvent.POSTPONE) for step in steps)
    return introduction.asked_at if told else None


# ---------------------------------------------------------------- ending it


async def ended(
    scene: Scene,
    introduction: Introduction,
    event: IntroductionEvent,
    by: Literal["contact", "time"],
) -> Introduction:
    """A no, an expiry, a contact who left: one way for all. The asker hears of it at their next full hour, in the same
    words, and until then nothing shows.
    """
    asker = await scene.uow.people.get(introduction.asker)
    assert asker is not None
    told = scene.rules.hours.next_full_hour_inside(scene.now, await scene.place(asker))
    if await delivered_at(scene, introduction) is None:
        step = Step(introduction=introduction.key, at=scene.now, event=UNSEEN, by="time")
        await scene.uow.introductions.note(step)
    changes: dict[str, Any] = {"told_at": told, "closed_at": scene.now}
    if event is IntroductionEvent.DECLINE:
        changes["answered_at"] = scene.now
    moved = await move(scene, introduction, event, by, **changes)
    await stop_clock(scene, moved)
    await scene.uow.agenda.set(ENDED, introduction.enquiry, told)
    await scene.uow.totals.add("introductions.unsuccessful", scene.today())
    return moved


async def stop_clock(scene: Scene, introduction: Introduction) -> None:
    """Nothing more comes to the contact, and the place is free."""
    await scene.uow.agenda.drop(introduction.key, *OWN_CLOCK)
    await scene.uow.outbox.cancel(introduction.key, kinds=(Kind.REQUEST,))
    await scene.uow.questions.close(waiting_question(introduction))
    if introduction.state is not IntroductionState.EXPIRED:  # a late yes may still come
        await scene.uow.questions.over(introduction.key, introduction.contact, scene.now)
    await place_freed(scene, introduction.contact)


async def take_back(scene: Scene, introduction: Introduction, event: IntroductionEvent) -> tuple[bool, Replies]:
    """Withdrawn by the asker, or released. True if the contact had never been told: then no trace of it remains."""
    unseen = (
        introduction.state in (IntroductionState.QUEUED, IntroductionState.ASKED)
        and introduction.later_on is None
        and await delivered_at(scene, introduction) is None
    )
    if unseen:
        await scene.uow.outbox.cancel(introduction.key)
        unseen = await scene.uow.outbox.state_of(introduction.key, Kind.REQUEST) is None  # not under way just now
    if unseen:
        draft = await move(scene, introduction, IntroductionEvent.TAKE_BACK, "asker", asked_at=None, answer_by=None)
        await stop_clock(scene, draft)
        await scene.uow.questions.close(draft.key)
        await scene.uow.introductions.discard(draft.key)
        return True, []
    told_before = introduction.state in UNSUCCESSFUL
    moved = await move(
        scene, introduction, event, "asker", closed_at=scene.now, told_at=None, asker_email=None, asker_phone=None
    )
    await stop_clock(scene, moved)
    contact = await scene.uow.people.get(moved.contact)
    if told_before or contact is None:
        return False, []
    return False, [await texts.no_longer_needed(scene, moved, contact, thanks=event is IntroductionEvent.RELEASE)]


async def release_others(scene: Scene, introduction: Introduction) -> Replies:
    """Where several were asked at once, the first completed yes releases the others, with thanks."""
    enquiry = await scene.uow.enquiries.get(introduction.enquiry)
    if enquiry is None or enquiry.at_once < 2:
        return []
    replies: Replies = []
    for other in await scene.uow.introductions.of_enquiry(introduction.enquiry):
        if other.key != introduction.key and other.state in WAITING - {IntroductionState.LATE}:
            replies += (await take_back(scene, other, IntroductionEvent.RELEASE))[1]
    return replies


def waiting_question(introduction: Introduction) -> str:
    """What the words "shall I pass this on?" are about: kept apart, so that they can be forgotten by themselves."""
    return f"{introduction.key}:question"


def same_topic(one: Introduction, topic: str | None, text: str) -> bool:
    if one.topic is not None and topic is not None:
        return one.topic == topic
    return one.topic_text.casefold().strip() == text.casefold().strip()


def blocks_another(one: Introduction, now: datetime, no_repeat: timedelta) -> bool:
    """No second request to the same person for the same topic within six months, however the first one ended."""
    return one.state is not IntroductionState.DRAFT and (one.asked_at or one.created_at) > now - no_repeat
