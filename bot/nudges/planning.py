"""Who of an audience is written to, and exactly when; who isn't, and why.

A run is planned at its time on the network's clock: recipients in zones further east read it then, if theirs has passed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.audiences import Facts, matches
from bot.hours import Place, when
from bot.kinds import Kind
from bot.nudges.model import ZONE, Nudge
from bot.rules import Rules
from bot.schedules import After, first_after

SLOT = timedelta(seconds=3)  # between two recipients, so that nobody's platform sees a burst
LONGEST = timedelta(minutes=15)  # for all of them, however many
SHELF_LIFE = timedelta(days=14)  # after which a message put off is of no use any more
RESERVE = timedelta(minutes=1)

Weeks = Mapping[date, int]
"""Unasked messages by Monday of the person's week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """`due` and `expires`, or why not. `put_off`: why it isn't due with the run itself."""

    facts: Facts
    due: datetime | None = None
    expires: datetime | None = None
    put_off: str | None = None
    left_out: str | None = None


def place_of(facts: Facts, rules: Rules) -> Place:
    body = facts.body
    return Place(
        tz=facts.person.timezone,
        state=body.state if body else rules.hours.network_state,
        locality=body.key if body else None,
    )


def meant(nudge: Nudge, members: Iterable[Facts], now: datetime) -> list[Facts]:
    """Whom its audience means today, a coordinator's own municipality alone."""
    audience = nudge.whom()
    return [
        one
        for one in members
        if (nudge.body is None or (one.body is not None and one.body.key == nudge.body))
        and matches(audience, one, now.astimezone(ZoneInfo(one.person.timezone)).date())
    ]


def owed(schedule: After, people: Iterable[Facts], rules: Rules, after: datetime, until: datetime) -> list[Facts]:
    """Those whose visit or introduction is so long ago that their time came in this span, `after` not included."""
    found = []
    for one in people:
        guest, host = (one.guest_on, one.host_on) if schedule.event == "visit" else (one.asked_on, ())
        if schedule.event == "introduction":
            host = tuple(set(one.introduced_on) - set(one.asked_on))
        days = (guest if schedule.side != "host" else ()) + (host if schedule.side != "guest" else ())
        place = place_of(one, rules)
        if any(after < _due(schedule, day, place, rules) <= until for day in days):
            found.append(one)
    return found


def _due(schedule: After, day: date, place: Place, rules: Rules) -> datetime:
    match schedule.unit:
        case "working_days":
            on = rules.hours.add_working_days(day, schedule.number, place)
        case "days":
            on = day + timedelta(days=schedule.number)
        case "weeks":
            on = day + timedelta(weeks=schedule.number)
    return rules.hours.at_local(on, schedule.at, place)


def planned(
    nudge: Nudge, people: Sequence[Facts], at: datetime, now: datetime, rules: Rules, weeks: Mapping[str, Weeks]
) -> list[Planned]:
    """A line for everybody meant, in an order that says nothing about them (keys are random)."""
    following = first_after(nudge.when(), ZONE, at)
    span = min(LONGEST, len(people) * SLOT)
    lines = []
    for n, one in enumerate(sorted(people, key=lambda facts: facts.person.key)):
        slot = span * n / max(len(people), 1)
        lines.append(_line(nudge, one, at, now, slot, following, rules, weeks.get(one.person.key, {})))
    return lines


def _line(
    nudge: Nudge,
    one: Facts,
    at: datetime,
    now: datetime,
    slot: timedelta,
    following: datetime | None,
    rules: Rules,
    weeks: Weeks,
) -> Planned:
    place, hours = place_of(one, rules), rules.hours
    wall = at.astimezone(ZoneInfo(ZONE))
    theirs = hours.at_local(wall.date(), wall.time(), place) if nudge.zone == "recipient" else at
    open_at = hours.next_opening(max(theirs, now), place)
    if reason := _not_at_all(one, hours.day_of(open_at, place), rules):
        return Planned(facts=one, left_out=reason)
    first = when(
        Kind.NUDGE,
        open_at,
        place,
        hours=hours,
        unasked_this_week=lambda week: weeks.get(week, 0),
        ceiling=rules.unasked_a_week,
    )
    if following is not None and first >= following:
        return Planned(facts=one, left_out="next_run")
    if first - at > SHELF_LIFE:
        return Planned(facts=one, left_out="too_late")
    room = hours.closing(hours.day_of(first, place), place) - first - RESERVE
    due = first + min(slot, max(room, timedelta()))
    put_off = None
    if first > open_at:
        put_off = "ceiling"
    elif open_at > max(theirs, now):
        put_off = "hours"
    last = first + SHELF_LIFE if following is None else min(first + SHELF_LIFE, max(following, due + RESERVE))
    return Planned(facts=one, due=due, expires=last, put_off=put_off)


def _not_at_all(one: Facts, day: date, rules: Rules) -> str | None:
    person = one.person
    if one.account is None:
        return "unreachable"
    if person.paused_on(day):
        return "paused"
    if person.prompts_off:
        return "prompts_off"
    return "silent" if person.silences >= rules.silences else None
