"""From a handler's reply to a row of the outbox: to which account, and when it may be sent."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.events import Account
from bot.hours import Kind, when
from bot.model import AccountRow, Person
from bot.ports import Outgoing
from bot.turn import Reply, Scene


async def post(scene: Scene, reply: Reply) -> str | None:
    """The outbox key; None if the person has no account that can be reached, which the caller's flow must not rely on."""
    account, key = await _recipient(scene, reply)
    if account is None:
        return None
    due = max(scene.now, reply.due or scene.now)
    if key is not None and reply.kind is not Kind.ANSWER:
        person = await scene.uow.people.get(key)
        due = due if person is None else await earliest(scene, person, reply.kind, due)
    outgoing = Outgoing(
        account=account,
        person=key,
        kind=reply.kind,
        message=reply.message,
        due=due,
        about=reply.about,
        expires=reply.expires,
        holds_personal=reply.holds_personal,
        shows=reply.shows,
        room=reply.room,
    )
    return await scene.uow.outbox.put(outgoing)


async def earliest(scene: Scene, person: Person, kind: Kind, at: datetime) -> datetime:
    """When a message of this kind may reach this person: hours, holidays, ceiling and pause, for all alike."""
    place = await scene.place(person)
    zone = ZoneInfo(person.timezone)
    weeks: dict[date, int] = {}
    monday = at.astimezone(zone).date()
    monday -= timedelta(days=monday.weekday())
    if kind.ceiling:
        for week in (monday + timedelta(weeks=n) for n in range(5)):
            weeks[week] = await scene.uow.outbox.unasked_in(person.key, week, week + timedelta(days=6))
    return when(
        kind,
        at,
        place,
        hours=scene.rules.hours,
        unasked_this_week=lambda week: weeks.get(week, 0),
        ceiling=scene.rules.unasked_a_week,
        paused_until=person.paused_until,
    )


async def _recipient(scene: Scene, reply: Reply) -> tuple[Account | None, str | None]:
    """The account, and whose it is, where that matters for the time: an answer goes out at any."""
    if reply.account is not None:
        row = None if reply.kind is Kind.ANSWER else await scene.uow.accounts.get(reply.account)
        return reply.account, row.person if row is not None else None
    assert reply.person is not None
    person = await scene.uow.people.get(reply.person)
    if person is None:
        return None, None
    home = home_of(person, await scene.uow.accounts.of_person(person.key))
    return home.account if home is not None else None, person.key


def home_of(person: Person, rows: Sequence[AccountRow]) -> AccountRow | None:
    """Where unasked messages go: the chosen account if it can be reached, else where they wrote last."""
    reachable = [row for row in rows if row.reachable]
    chosen = next((row for row in reachable if row.account == person.home), None)
    return chosen or next(iter(reachable), None)
