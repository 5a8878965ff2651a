"""From what was heard to an intent: which one, and with which slots."""

import datetime as dt
import re
from typing import Any, cast

from bot.dates import Day, Days, When
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
)
from bot.understanding.answers import ordinal_in
from bot.understanding.heard import Heard
from bot.understanding.places import is_place, is_topic
from bot.understanding.slots import (
    before_colon,
    experience_of,
    is_scheduled,
    lesson_of,
    nudge_named,
    nudge_of,
    subject_of,
    topic_edit_of,
)
from bot.understanding.topic import topic_of

LONG = 40  # words from which a text holds more than the request
ENOUGH = 1.0  # score from which an intent is taken for meant
TOPICAL = frozenset(
    {"find_contacts", "find_lessons", "offer_topic", "want_topic", "remove_topic", "subscribe", "unsubscribe"}
)
OFFICE = frozenset(
    {
        "nudge_create",
        "nudge_list",
        "nudge_pause",
        "nudge_resume",
        "nudge_preview",
        "nudge_stats",
        "nudge_show",
        "nudge_change",
        "nudge_activate",
        "nudge_stop",
        "desk_list",
        "desk_answer",
        "gap_report",
        "topic_add",
        "topic_synonym",
        "topic_merge",
    }
)
_SINCE = re.compile(
    r"\b(?:seit|since|for)\s+((?:etwa |ca\.? |about )?\w+\s+(?:jahre?n?|monate?n?|years?|months?)|\d{4})", re.IGNORECASE
)
_HEADS = re.compile(  # what a single word that is a subject of town halls ends in
    r"^[a-zäöüß-]{3,}(?:management|verwaltung|planung|beteiligung|digitalisierung|bewirtschaftung|beschaffung|förderung"
    r"|ausbau|software|verfahren|portal|plattform|strategie|konzept|schutz|sicherheit|recht|register|akte|wesen|steuer"
    r"|bildung|entwicklung|infrastruktur|archivierung|automatisierung)s?$",
    re.IGNORECASE,
)
_PAUSES = re.compile(r"aussetz|pausier|unterbrech|\bpause|suspend", re.IGNORECASE)
_DELETES = re.compile(r"lösch|entfern|endgültig|delete|remove", re.IGNORECASE)
_CODE = re.compile(r"^\s*([A-Z0-9]{4}-?[A-Z0-9]{4})\s*$", re.IGNORECASE)
_SUSPICIOUS = re.compile(
    r"<\s*/?\s*\w+[^>]*>|\b(?:drop|delete|insert|select)\b.+\b(?:table|from|into)\b|ignore (?:all|previous)|ignoriere? (?:alle|deine|ihre)",
    re.IGNORECASE,
)


def read(heard: Heard) -> tuple[Intent, float]:
    """The best intent and its score; `Unknown` if nothing says enough."""
    if _SUSPICIOUS.search(heard.text) or not any(token.kind == "word" for token in heard.tokens):
        return Unknown(), 1.0
    if (code := _CODE.match(heard.text)) and any(letter.isdigit() for letter in code[1]):
        return _made("link_account", code=code[1].upper()), 5.0
    refined = _refinement(heard)
    scores = {name: heard.score(f"intents.{name}") for name in BY_NAME if heard.hit(f"intents.{name}")}
    if heard.situation.role != "admin":
        scores = {name: score for name, score in scores.items() if name not in OFFICE}
    elif is_scheduled(heard.text):
        scores["nudge_create"] = scores.get("nudge_create", 0.0) + 5.0
    if {"nudge_pause", "nudge_resume"} <= scores.keys() and _PAUSES.search(heard.text):
        scores.pop("nudge_resume")  # "aussetzen, ab 1. Februar wieder"
    if refined is not None and max((s for n, s in scores.items() if n != "find_contacts"), default=0.0) < 5.0:
        return refined, 4.0
    if any(score >= 3.0 for name, score in scores.items() if name not in {"greet", "thanks"}):
        scores.pop("greet", None)
        scores.pop("thanks", None)
    name, score = max(scores.items(), key=lambda item: (item[1], item[0]), default=("unknown", 0.0))
    if name in {"unknown", "greet"} and score < 5.0 and (bare := _bare_topic(heard)) is not None:
        return bare, 2.0
    if score < ENOUGH:
        return _bare_topic(heard) or (_made("greet") if heard.greeted and not heard.plain_words else Unknown()), score
    return _filled(name, heard), score


def _bare_topic(heard: Heard) -> Intent | None:
    """ "E-Akte?", "Vergabe in Hessen": a known topic and little else is a search."""
    words = heard.plain_words
    if not 0 < len(words) <= 8:
        return None
    topic = topic_of(heard)
    if topic and (
        is_topic(heard.situation.lexicon, topic) or (topic == heard.text.strip(" ?!.") and _HEADS.search(topic))
    ):
        return _find(heard, topic)
    return None


def _refinement(heard: Heard) -> Intent | None:
    """After a list: filters alone change the last search."""
    if heard.situation.context != "after_results":
        return None
    text = heard.text
    without: list[str] = []
    if re.search(r"\b(?:egal wie (?:groß|gross|weit)|any size|größe egal|ohne größe)", text, re.IGNORECASE):
        without.append("near" if re.search(r"weit", text, re.IGNORECASE) else "size")
    if re.search(r"\b(?:egal wo|überall|bundesweit|anywhere|ganz deutschland)\b", text, re.IGNORECASE):
        without += ["near", "state"]
    filters = _filters(heard)
    topic = topic_of(heard) if len(heard.plain_words) > 6 else None
    if without:
        return FindContacts(without=tuple(without), **filters)
    if filters and len(heard.plain_words) <= 12:
        named = topic_of(heard)
        return FindContacts(topic=named if named and is_topic(heard.situation.lexicon, named) else topic, **filters)
    return None


def _filters(heard: Heard) -> dict[str, Any]:
    text = heard.text
    found: dict[str, Any] = {}
    if re.search(
        r"(?:nicht|außerhalb|not|outside|andere[nrs]?)\b[^.]{0,30}(?:unserem bundesland|meinem bundesland|unserm bundesland|our state|my state|bundesland)",
        text,
        re.IGNORECASE,
    ):
        found["outside_state"] = True
    elif heard.states:
        state = heard.states[-1]
        before = heard.between(max(0, state.first - 3), state.first)
        refused = re.search(r"\b(?:nicht|kein\w*|außer|außerhalb|ohne|not|except|outside)\b", before, re.IGNORECASE)
        found["not_state" if refused else "state"] = state.name
    if heard.places:
        found["near"] = heard.places[-1].name
    if heard.km is not None:
        found["within_km"] = heard.km
    size = _size(text) or (_compared(text) if heard.situation.context == "after_results" else None)
    if size:
        found["size"] = size
    if re.search(
        r"\b(?:einsteiger|anfänger|erst anf\w*|am anfang|grad erst|gerade erst|beginner)", text, re.IGNORECASE
    ) and not re.search(r"kein\w* (?:einsteiger|anfänger)", text, re.IGNORECASE):
        found["level"] = "beginner"
    elif re.search(
        r"\b(?:expert|profi\b|profis\b|fortgeschritten|advanced|(?:richtig|wirklich|sehr|besonders|really) (?:fit|gut|erfahren|tief drin|experienced|good)|seit jahren|viel erfahrung)",
        text,
        re.IGNORECASE,
    ):
        found["level"] = "expert"
    if re.search(r"\b(?:ansehen|anschauen|see (?:it|that))\b", text, re.IGNORECASE) and re.search(
        r"\b(?:wo|where)\b", text, re.IGNORECASE
    ):
        found["visitable"] = True
    return found


def _size(text: str) -> str | None:
    if re.search(
        r"(?:wie wir\b|wie unsere|wie uns\b|unserer größe|unsere größe|ähnlich\w* (?:groß\w*|größe)|vergleichbare[rn]? größe|unserer größen\w*|unserer (?:liga|gewichtsklasse)|like ours|our size|similar size|like us|gleich groß)",
        text,
        re.IGNORECASE,
    ):
        return "similar"
    if re.search(
        r"mehr als 100[. ]?000|über 100[. ]?000|\bgroßst[aä]dt\w*|\bgrö(?:ß|ss)ere[nr]? (?:stadt|städte|kommune)|\bgro(?:ß|ss)e[nr]? (?:stadt|städte|kommune)|\b(?:large|bigg?)(?:er)? (?:cit|town|munic)",
        text,
        re.IGNORECASE,
    ):
        return "large"
    if re.search(
        r"unter 20[. ]?000|\bkleine?(?:re)?[nr]? (?:stadt|städte|kommune|gemeinde)|\bkleinst[aä]dt|\bsmall(?:er)? (?:town|munic|cit)",
        text,
        re.IGNORECASE,
    ):
        return "small"
    if re.search(
        r"\bmittel(?:große|st[aä]dt)|\bmittlere[nr]? (?:stadt|städte|kommune)|medium|mid-?sized", text, re.IGNORECASE
    ):
        return "medium"
    return None


def _compared(text: str) -> str | None:
    """ "lieber kleinere" after a list."""
    if re.search(r"\b(?:kleine\w*|smaller|small ones)\b", text, re.IGNORECASE):
        return "small"
    return (
        "large"
        if re.search(r"\b(?:große\w*|größer\w*|larger|bigger|large ones|big ones)\b", text, re.IGNORECASE)
        else None
    )


def _find(heard: Heard, topic: str | None) -> Intent:
    return FindContacts(topic=topic, **_filters(heard))


def _day(when: When | None) -> dt.date | None:
    match when:
        case Day(date=date):
            return date
        case Days(first=first):
            return first
        case _:
            return None


def _filled(name: str, heard: Heard) -> Intent:
    text = heard.text
    when = next((one.when for one in heard.dates if isinstance(one.when, Day | Days)), None)
    day = _day(when)
    last = when.last if isinstance(when, Days) else None
    place = heard.places[-1].name if heard.places else None
    match name:
        case "find_contacts":
            return _find(heard, topic_of(heard))
        case "find_lessons":
            allowed = {key: value for key, value in _filters(heard).items() if key in {"near", "state", "size"}}
            long = len(heard.plain_words) > LONG
            return FindLessons(topic=(experience_of(text) if long else None) or topic_of(heard), **allowed)
        case "introduce":
            return Introduce(person=ordinal_in(heard) or _name(heard), topic=subject_of(text))
        case "offer_topic":
            since = _SINCE.search(text)
            topic = topic_of(heard)
            return OfferTopic(
                topic=topic,
                since=since[1] if since else None,
                visitable=True if re.search(r"zeigen|besuch", text) else None,
            )
        case "pause":
            return Pause(until=last or day)
        case "language":
            english = re.search(r"engl|english", text, re.IGNORECASE)
            return Language(language="en" if english else "de")
        case "privacy_info":
            readers = re.search(r"\bwer\b|\bwho\b|mitles|\bliest\b", text, re.IGNORECASE)
            return PrivacyInfo(
                about="readers"
                if readers
                else "notice"
                if re.search(r"datenschutz|rechtsgrundlage|privacy|gdpr", text, re.IGNORECASE)
                else "mine"
            )
        case "set_affiliation":
            return SetAffiliation(municipality=place)
        case "set_function":
            match_ = re.search(
                r"(?:ist|lautet|bin|is|am)\s+(?:(?:die|der|das|ein|eine|an?|the)\s+)?(.+?)[.!]?$", text, re.IGNORECASE
            )
            return _made("set_function", function=match_[1] if match_ else None)
        case "set_cap":
            number = re.search(r"\d+|\beine?\b|\bone\b|\bzwei\b", text, re.IGNORECASE)
            n = int(number[0]) if number and number[0].isdigit() else 2 if number and number[0].lower() == "zwei" else 1
            return SetCap(month=n) if re.search("monat|month", text, re.IGNORECASE) else SetCap(open=n)
        case "set_contact_data":
            field = "phone" if re.search(r"telefon|handy|phone|mobil", text, re.IGNORECASE) else "email"
            forget = re.search(r"vergess|lösch|forget|delete", text, re.IGNORECASE) is not None
            return _made("set_contact_data", field=field, forget=forget)
        case "set_home":
            platform = "teams" if re.search(r"teams", text, re.IGNORECASE) else "matrix"
            return _made("set_home", platform=platform)
        case "how_to_ask":
            several = re.search(r"\b(?:(zwei|two|2)|(drei|mehrere|three|several|3))\b", text, re.IGNORECASE)
            if several is None:
                return HowToAsk(next_by_itself=True)
            return HowToAsk(at_once=2 if several[1] else 3)
        case "set_stand_in":
            who = re.search(r"((?:frau|herrn?|mrs?\.?|ms\.?)\s+[\w-]+(?:\s+[A-ZÄÖÜ][\w-]+)?)", text, re.IGNORECASE)
            return SetStandIn(person=who[1] if who else None)
        case "plan_visit":
            with_whom = re.search(
                r"\b(?:bei|mit|zu|with|at)\s+(?:der |dem )?(?:frau|herrn?|mrs?\.?|ms\.?)\s+([\w-]+)",
                text,
                re.IGNORECASE,
            )
            person = with_whom[1] if with_whom else None
            return PlanVisit(municipality=place, person=person, date=day, end_date=last, topic=subject_of(text))
        case "reschedule_visit":
            return RescheduleVisit(date=_day(heard.dates[-1].when) if heard.dates else None, municipality=place)
        case "cancel_visit":
            return _made("cancel_visit", municipality=place or _town_in(heard), date=day)
        case "share_lesson":
            topic, said = lesson_of(heard)
            named = before_colon(heard).places or heard.places
            return ShareLesson(topic=topic, municipality=named[-1].name if named else None, text=said)
        case "release_lesson":
            network = re.search(r"netzwerk|network|alle[nr]?\b|everybody|anderen", text, re.IGNORECASE)
            mine = re.search(
                r"(?:kommune|stadt|gemeinde|verwaltung|municipality|town|city|council)\b", text, re.IGNORECASE
            )
            return ReleaseLesson(level="network" if network else "body" if mine else None)
        case "nudge_create":
            return NudgeCreate(**nudge_of(text))
        case "nudge_pause" if _DELETES.search(text):
            return NudgeStop(name=nudge_named(heard), delete=True)
        case "nudge_pause":
            return NudgePause(name=nudge_named(heard), until=_day(heard.dates[-1].when) if heard.dates else None)
        case "nudge_resume" | "nudge_preview" | "nudge_stats" | "nudge_show":
            return _made(name, name=nudge_named(heard))
        case "topic_add" | "topic_synonym" | "topic_merge":
            return _made(name, **topic_edit_of(text))
        case "snooze":
            at = heard.times[0].at if heard.times else None
            return Snooze(date=day, time=at)
        case _ if name in TOPICAL:
            return _made(name, topic=topic_of(heard))
        case _:
            return _made(name)


def later(heard: Heard) -> Intent:
    """A date or time after a reminder: moved if it asks, else a snooze."""
    day = _day(heard.dates[0].when) if heard.dates else None
    if day is not None and heard.text.rstrip().endswith("?") and not heard.times:
        return RescheduleVisit(date=day)
    return Snooze(date=day, time=heard.times[0].at if heard.times else None)


def _town_in(heard: Heard) -> str | None:
    """A town by its bare name, typed small: "wir müssen siegburg absagen"."""
    for token in heard.tokens:
        plain = token.kind == "word" and len(token.fold) > 4 and not heard.phrases.is_frame(token.fold)
        if plain and token.fold not in heard.phrases.words_too and is_place(heard.situation.lexicon, token.text):
            return token.text.title() if token.text.islower() else token.text
    return None


def _made(name: str, /, **slots: Any) -> Intent:
    """Unknown for what only buttons can say, such as `send_request`, which needs an introduction."""
    make: Any = BY_NAME[name]
    try:
        return cast("Intent", make(**slots))
    except TypeError:
        return Unknown()


def _name(heard: Heard) -> str | None:
    """A person by name: after "Frau" or "Herr", or two capitalised words."""
    match = re.search(r"\b(?i:frau|herrn?|mrs?\.?|ms\.?)\s+((?i:dr\.?\s+)?[\w-]+(?:\s+[A-ZÄÖÜ][\w-]+)?)", heard.text)
    if match:
        return match[1]
    if match := re.search(r"\b((?i:die|der|den|dem)\s+aus\s+[\w-]+)", heard.text):
        return match[1]
    match = re.search(r"\b([A-ZÄÖÜ][\w-]+\s+(?:de\s+|van\s+|von\s+)?[A-ZÄÖÜ][\w-]+)\b", heard.text)
    if match:
        return match[1]
    return heard.places[-1].name if heard.places else None
