"""An intent with its slots, once it is clear which one is meant."""

import datetime as dt
import re
from typing import Any, cast

from bot.date_words import NUMBERS, alternatives
from bot.dates import Day, Days, When
from bot.forms import EMAIL
from bot.intents import (
    BY_NAME,
    FindContacts,
    FindLessons,
    HowToAsk,
    Intent,
    Introduce,
    Language,
    NudgeCreate,
    NudgePause,
    NudgeStop,
    OfferTopic,
    Pause,
    PlanVisit,
    PrivacyInfo,
    ReleaseLesson,
    RescheduleVisit,
    SetAffiliation,
    SetCap,
    SetStandIn,
    ShareLesson,
    Snooze,
    Unknown,
    WhyThis,
)
from bot.understanding.absence import back_on
from bot.understanding.answers import ordinal_in
from bot.understanding.filters import filters_of, level_said
from bot.understanding.heard import Heard
from bot.understanding.learned import learned
from bot.understanding.people import full_name
from bot.understanding.slots import (
    before_colon,
    lesson_of,
    nudge_named,
    nudge_of,
    reason_of,
    topic_edit_of,
)
from bot.understanding.topic import without_asking
from bot.understanding.whom import host, somebody

WEEK = 13  # days from which a span is no day to come on: "next month"
TOPICAL = frozenset(
    {"find_contacts", "find_lessons", "offer_topic", "want_topic", "remove_topic", "subscribe", "unsubscribe"}
)
_SINCE = re.compile(
    r"\b(?:seit|since|for)\s+((?:etwa |ca\.? |about )?\w+\s+(?:jahre?n?|monate?n?|years?|months?)|\d{4})", re.IGNORECASE
)
_PHONE = re.compile(r"(?:\+|\b0)[\d\s()/-]{6,20}\d")
_DELETES = re.compile(r"lösch|entfern|endgültig|delete|remove", re.IGNORECASE)
_FORMERLY = re.compile(
    r"\b(?:vorher|früher|bisher|zuvor|davor|nicht mehr|statt|before|previously|formerly|no longer|not)\b[^.!?]{0,30}$",
    re.IGNORECASE,
)
_THAT = re.compile(r",?\s((?:dass|that)\s.+)$", re.IGNORECASE)
_PLAIN = str.maketrans("äöüß", "aous")
_DURATION = re.compile(
    rf"\bin\s+(\d{{1,2}}|{alternatives(NUMBERS)})\s+(tag\w*|day\w*|woche\w*|week\w*)\b", re.IGNORECASE
)


def found_contacts(heard: Heard, topic: str | None) -> Intent:
    return FindContacts(topic=topic, **filters_of(heard))


def _day(when: When | None) -> dt.date | None:
    match when:
        case Day(date=date):
            return date
        case Days(first=first, last=last) if (last - first).days <= WEEK:
            return first
        case _:
            return None


def filled(name: str, heard: Heard) -> Intent:
    """The intent of this name with what the text says for it."""
    text = heard.text
    days = [one.when for one in heard.said_dates if isinstance(one.when, Day | Days)]
    when = days[0] if days else None
    day = _day(when)
    last = when.last if isinstance(when, Days) else None
    place = heard.places[-1].name if heard.places else None
    match name:
        case "find_contacts":
            return found_contacts(heard, subject_of(heard, name))
        case "find_lessons":
            allowed = {key: value for key, value in filters_of(heard).items() if key in {"near", "state", "size"}}
            return FindLessons(topic=subject_of(heard, name), **allowed)
        case "introduce":
            return introduction(heard, ordinal_in(heard) or somebody(heard))
        case "offer_topic":
            since = _SINCE.search(text)
            return OfferTopic(
                topic=subject_of(heard, name),
                level=level_said(heard),
                since=since[1] if since else None,
                visitable=True if re.search(r"zeigen|besuch", text) else None,
            )
        case "pause":
            return Pause(until=back_on(text, heard.said_dates))
        case "language":
            english = re.search(r"engl|english", text, re.IGNORECASE)
            return Language(language="en" if english else "de")
        case "privacy_info":
            readers = re.search(
                r"\bwer\b(?! ist)|\bwho\b(?! is| are)|mitles|\bliest\b|\b(?:sieht|sehen|see|read)\b",
                text,
                re.IGNORECASE,
            )
            return PrivacyInfo(
                about="readers"
                if readers
                else "notice"
                if re.search(
                    r"datenschutz|rechtsgrundlage|aufgehoben|aufbewahr|wie lange|passiert mit|weiter(?:ge)?g[ei]b|privacy|data protection|gdpr|how long|happens to|pass on",
                    text,
                    re.IGNORECASE,
                )
                else "mine"
            )
        case "set_affiliation":
            now = [one for one in heard.places if not _FORMERLY.search(text[: heard.tokens[one.first].start])]
            return SetAffiliation(municipality=now[-1].name if now else place)
        case "set_function":
            match_ = re.search(
                r"(?:ist|lautet|bin|is|am)\s+(?:(?:die|der|das|ein|eine|an?|the)\s+)?(.+?)[.!]?$", text, re.IGNORECASE
            )
            return made("set_function", function=match_[1] if match_ else None)
        case "set_cap":
            number = re.search(r"\d+|\beine?\b|\bone\b|\bzwei\b", text, re.IGNORECASE)
            if number is None:
                return SetCap()  # "ich kriege zu viele Anfragen": how many would be right?
            n = int(number[0]) if number[0].isdigit() else 2 if number[0].lower() == "zwei" else 1
            return SetCap(month=n) if re.search("monat|month", text, re.IGNORECASE) else SetCap(open=n)
        case "set_contact_data":
            phone, email = _PHONE.search(text), EMAIL.search(text)
            said_phone = re.search(r"telefon|handy|phone|mobil|nummer|number", text, re.IGNORECASE)
            field = "phone" if (phone or said_phone) and not email else "email"
            forget = re.search(r"vergess|lösch|forget|delete", text, re.IGNORECASE) is not None
            given = email or phone
            value = given[0].strip(" .") if given and not forget else None
            return made("set_contact_data", field=field, value=value, forget=forget)
        case "set_home":
            platform = "teams" if re.search(r"teams", text, re.IGNORECASE) else "matrix"
            return made("set_home", platform=platform)
        case "how_to_ask":
            several = re.search(r"\b(?:(zwei|two|2)|(drei|mehrere|three|several|3))\b", text, re.IGNORECASE)
            if several is None:
                return HowToAsk(next_by_itself=True)
            return HowToAsk(at_once=2 if several[1] else 3)
        case "set_stand_in":
            return SetStandIn(person=heard.people[0].whole if heard.people else full_name(text, heard.is_everyday))
        case "plan_visit":
            return PlanVisit(
                municipality=place,
                person=host(heard),
                date=day,
                end_date=last if day else None,
                topic=subject_of(heard, name),
            )
        case "reschedule_visit":
            return RescheduleVisit(
                date=_day(heard.said_dates[-1].when) if heard.said_dates else None, municipality=place
            )
        case "cancel_visit":
            return made("cancel_visit", municipality=place, date=day)
        case "share_lesson":
            named = before_colon(heard).places or heard.places
            return ShareLesson(
                topic=subject_of(heard, name),
                municipality=named[-1].name if named else None,
                text=lesson_of(heard.text),
            )
        case "release_lesson":
            network = re.search(r"netz|network|alle[nr]?\b|everybody|anderen", text, re.IGNORECASE)
            mine = re.search(
                r"(?:kommune|stadt|gemeinde|verwaltung|municipality|town|city|council)\b", text, re.IGNORECASE
            )
            return ReleaseLesson(level="network" if network else "body" if mine else None)
        case "nudge_create":
            return NudgeCreate(**nudge_of(text))
        case "nudge_pause" if _DELETES.search(text):
            return NudgeStop(name=nudge_named(heard, name), delete=True)
        case "nudge_pause":
            return NudgePause(name=nudge_named(heard, name), until=_day(heard.dates[-1].when) if heard.dates else None)
        case "nudge_resume" | "nudge_preview" | "nudge_stats" | "nudge_show":
            return made(name, name=nudge_named(heard, name))
        case "topic_add" | "topic_synonym" | "topic_merge":
            return made(name, **topic_edit_of(text))
        case "why_this":
            return WhyThis(person=ordinal_in(heard) or (heard.people[0].name if heard.people else None))
        case "ask_team":
            said = text.partition(":")[2].strip()
            if not said and (found := _THAT.search(text)):
                said = found[1].strip(" .!")
            return made("ask_team", text=said or None)
        case "snooze":
            return snoozed(heard)
        case _ if name in TOPICAL:
            return made(name, topic=subject_of(heard, name))
        case _:
            return made(name)


def subject_of(heard: Heard, intent: str) -> str | None:
    """What a wish of this kind is about, as the text says it."""
    found = learned().span("topic", heard, intent)
    return without_asking(heard.between(*found)) or None if found else None


def told(heard: Heard) -> ShareLesson:
    """The whole text, as the answer to what was learned; with the place, if one is named."""
    places = {one.name for one in heard.places if one.known}
    return ShareLesson(text=heard.text.strip(), municipality=places.pop() if len(places) == 1 else None)


def introduction(heard: Heard, person: str | int | None) -> Introduce:
    """To whom, about what, and why, as far as it is said."""
    return Introduce(person=person, topic=subject_of(heard, "introduce"), reason=reason_of(heard.text))


def later(heard: Heard) -> Intent:
    """A date or time after a reminder: moved if it asks, else a snooze."""
    day = _day(heard.dates[0].when) if heard.dates else None
    if day is not None and heard.text.rstrip().endswith("?") and not heard.times:
        return RescheduleVisit(date=day)
    return snoozed(heard)


def snoozed(heard: Heard) -> Snooze:
    """To a day, after some days ("in drei Tagen"), to a time of day."""
    at = heard.times[0].at if heard.times else None
    if found := _DURATION.search(heard.text):
        word = found[1].lower().translate(_PLAIN)
        number = int(word) if word.isdigit() else NUMBERS.get(word)
        if number is not None:
            return Snooze(duration_days=number * (7 if found[2].lower().startswith("w") else 1), time=at)
    return Snooze(date=_day(heard.said_dates[-1].when) if heard.said_dates else None, time=at)


def made(name: str, /, **slots: Any) -> Intent:
    """Unknown for what only buttons can say, such as `send_request`, which needs an introduction."""
    make: Any = BY_NAME[name]
    try:
        return cast("Intent", make(**slots))
    except TypeError:
        return Unknown()
