"""Asked again at the moment of sending: is this promised message still wanted, and may it go out now?

Everything may have changed since it was promised. Answers to what somebody has just typed aren't asked about.
"""

from datetime import date, datetime, time, timedelta
from typing import assert_never

from bot.hours import decide
from bot.kinds import Kind, Lapsed, Send, Wait
from bot.knowledge import Knowledge
from bot.lessons import Approval
from bot.model import AccountRow, IntroductionState, Person, Role
from bot.nudges.model import NudgeState
from bot.nudges.planning import meant
from bot.ports import Delivery, Drop, StillTrue, Undeliverable, UnitOfWork, Verdict
from bot.posting import earliest
from bot.rules import Rules
from bot.turn import Scene


def asked_again(rules: Rules, knowledge: Knowledge) -> StillTrue:
    """`still_true` as the scheduler calls it: with the delivery's own unit of work and time."""

    async def ask(uow: UnitOfWork, delivery: Delivery, now: datetime) -> Verdict:
        return await still_true(Scene(now=now, rules=rules, knowledge=knowledge, uow=uow), delivery)

    return ask


async def still_true(scene: Scene, delivery: Delivery) -> Verdict:
    if delivery.kind is Kind.ANSWER:
        return Send()
    account = await scene.uow.accounts.get(delivery.account)
    if account is None:
        return Drop("erased")
    if not account.reachable:
        return Undeliverable(cause="unreachable")
    if delivery.person is None:
        return Drop("refused") if account.refused_at is not None else Send()
    person = await scene.uow.people.get(delivery.person)
    unwanted = (
        await _unwanted_by_person(scene, delivery, account, person)
        or await _unwanted_by_subject(scene, delivery)
        or await _unwanted_nudge(scene, delivery, person)
    )  # fmt: skip
    if unwanted is not None:
        return unwanted
    assert person is not None
    return await _in_their_hours(scene, delivery, person)


async def _unwanted_by_person(
    scene: Scene, delivery: Delivery, account: AccountRow, person: Person | None
) -> Drop | None:
    if person is None:
        return Drop("erased")
    if account.person != person.key:
        return Drop("account belongs to somebody else")
    if person.prompts_off and delivery.kind in (Kind.PROMPT, Kind.NUDGE):
        return Drop("prompts off")
    if await scene.uow.people.consent(person.key) is None and await scene.uow.people.consents(person.key):
        return Drop("consent withdrawn")
    return None


async def _unwanted_by_subject(scene: Scene, delivery: Delivery) -> Drop | None:
    """A request is for an introduction or a lesson that is still asked for, a check-in for one that is not closed."""
    if delivery.about is None or delivery.kind not in (Kind.REQUEST, Kind.PROMPT):
        return None
    lesson = await scene.uow.lessons.get(delivery.about) if delivery.kind is Kind.REQUEST else None
    if lesson is not None:
        asked = lesson.approval is Approval.ASKED and lesson.approver == delivery.person
        return None if asked else Drop("approval not asked any more")
    introduction = await scene.uow.introductions.get(delivery.about)
    if introduction is None:
        return None  # about something else
    if delivery.kind is Kind.REQUEST and delivery.person == introduction.contact:
        return None if introduction.state is IntroductionState.ASKED else Drop(f"request {introduction.state}")
    return Drop("introduction closed") if introduction.closed_at is not None else None


async def _unwanted_nudge(scene: Scene, delivery: Delivery, person: Person | None) -> Drop | None:
    """The nudge is in force, and means this person as they are now. Unlike a prompt it isn't kept for after a pause."""
    if delivery.kind is not Kind.NUDGE or delivery.about is None or person is None:
        return None
    if person.paused_on(scene.today(person)):
        return Drop("paused")
    run = await scene.uow.nudges.run(delivery.about)
    nudge = await scene.uow.nudges.get(run.nudge) if run is not None else None
    if nudge is None or nudge.state is not NudgeState.ACTIVE:
        return Drop("nudge stopped")
    if nudge.body is not None and (Role.COORDINATOR, nudge.body) not in await scene.uow.people.roles(nudge.by):
        return Drop("nudge stopped")
    facts = await scene.uow.nudges.members(scene.today(person), only=[person.key])
    return None if meant(nudge, facts, scene.now) else Drop("not meant any more")


async def _in_their_hours(scene: Scene, delivery: Delivery, person: Person) -> Verdict:
    if delivery.kind is Kind.REQUEST and person.paused_on(scene.today(person)):
        # The flow of the pause takes requests back; this one was promised in the same moment.
        assert person.paused_until is not None
        place = await scene.place(person)
        back = scene.rules.hours.at_local(person.paused_until, time(0), place)
        return Wait(await earliest(scene, person, delivery.kind, back))
    weeks = await _handed_over(scene, person) if delivery.kind.ceiling else {}
    decision = decide(
        delivery.kind,
        scene.now,
        delivery.due,
        await scene.place(person),
        hours=scene.rules.hours,
        unasked_this_week=weeks,
        ceiling=scene.rules.unasked_a_week,
        paused_until=person.paused_until,
        catch_up=scene.rules.catch_up,
    )
    match decision:
        case Send() | Wait():
            return decision
        case Lapsed():
            return Drop("lapsed")
        case _:
            assert_never(decision)


async def _handed_over(scene: Scene, person: Person) -> dict[date, int]:
    """Unasked messages that have gone out this week and last; those only planned would wait for each other."""
    today = scene.today(person)
    monday = today - timedelta(days=today.weekday())
    weeks = (monday - timedelta(weeks=1), monday)
    return {
        week: await scene.uow.outbox.unasked_in(person.key, week, week + timedelta(days=6), planned=False)
        for week in weeks
    }
