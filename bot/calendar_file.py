"""A visit as a calendar file (RFC 5545): one UID for life, a higher SEQUENCE moves the entry, CANCEL takes it out.

Nobody's address is in it: calendars want an organizer, and that is an address that doesn't exist (RFC 6761 reserves
".invalid").
"""

from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

from bot.messages import File
from bot.visit_states import Visit
from bot.words import Words

TYPE = "text/calendar; charset=utf-8"
BERLIN = ZoneInfo("Europe/Berlin")
ORGANIZER = "mailto:lotse@lotse.invalid"


def calendar_file(
    visit: Visit, *, title: str, where: str, now: datetime, say: Words, method: Literal["REQUEST", "CANCEL"] = "REQUEST"
) -> File:
    """The file for one side, in their language. Times are those of the host's town, Europe/Berlin."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lotse//Besuche//DE")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event = Event()
    event.add("uid", f"{visit.key}@lotse.invalid")
    event.add("sequence", visit.sequence + (method == "CANCEL"))
    event.add("dtstamp", now)
    event.add("summary", title)
    event.add("location", ", ".join(part for part in (where, visit.place) if part))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    begin, end = _begin(visit), _end(visit)
    event.add("dtstart", begin)
    event.add("dtend", end)
    if lines := _description(visit, say):
        event.add("description", "\n".join(lines))
    organizer = vCalAddress(ORGANIZER)
    organizer.params["CN"] = vText("Lotse")
    event["organizer"] = organizer
    calendar.add_component(event)
    if visit.starts is not None:
        calendar.subcomponents.insert(0, _berlin())
    return File(name=say("visits.file"), content_type=TYPE, content=calendar.to_ical())


def _berlin() -> Timezone:
    """The rule in force since 1996 (Directive 2000/84/EC); a list of dates, as libraries derive it, ends some day."""
    zone = Timezone()
    zone.add("tzid", "Europe/Berlin")
    for part, name, month, before, after in (
        (TimezoneDaylight(), "CEST", 3, 1, 2),
        (TimezoneStandard(), "CET", 10, 2, 1),
    ):
        part.add("tzname", name)
        part.add("dtstart", datetime(1996, month, 31 if month == 3 else 27, before + 1))  # noqa: DTZ001  (local)
        part.add("tzoffsetfrom", timedelta(hours=before))
        part.add("tzoffsetto", timedelta(hours=after))
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1SU"})
        zone.add_component(part)
    return zone


def _begin(visit: Visit) -> object:
    return visit.first if visit.starts is None else datetime.combine(visit.first, visit.starts, BERLIN)


def _end(visit: Visit) -> object:
    if visit.starts is None:
        return visit.last + timedelta(days=1)
    ends = visit.ends or time(min(23, visit.starts.hour + 1), visit.starts.minute)
    return datetime.combine(visit.last, ends, BERLIN)


def _description(visit: Visit, say: Words) -> list[str]:
    lines = [say("visits.row.topic") + f": {visit.topic}"] if visit.topic else []
    return lines + [f"{number}. {question}" for number, question in enumerate(visit.questions, start=1)]
