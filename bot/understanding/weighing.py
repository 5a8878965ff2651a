"""Which intent a text means: what speaks for each is weighed, and the heaviest wins, unless two weigh nearly the same."""

import re

from bot.intents import FindContacts, Help, Intent, Unknown, name_of
from bot.understanding.filters import filters_of
from bot.understanding.heard import Heard
from bot.understanding.places import is_topic
from bot.understanding.readings import filled, found_contacts, made
from bot.understanding.slots import is_scheduled
from bot.understanding.topic import best_candidate, topic_of

ENOUGH = 1.0  # score from which an intent is taken for meant
UNSURE_FROM, CLOSE = 4.5, 0.4  # a second reading this strong, and this near to the first, is asked about
GUESSED = 3.0  # below, something that others would see is asked about first
REASONS = 4  # that are shown to an admin
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
# What is seen by others or changes something; a wrong search is only a wrong list.
ACTING = frozenset(
    "introduce withdraw_introduction offer_topic want_topic remove_topic set_affiliation pause resume plan_visit"
    " reschedule_visit cancel_visit share_lesson stop_prompts unsubscribe delete_me ask_team".split()
)
ASKABLE = ACTING | frozenset(
    "find_contacts find_lessons my_introductions my_visits my_lessons profile_show subscribe".split()
)
_HEADS = re.compile(  # what a single word that is a subject of town halls ends in
    r"^[a-zäöüß-]{3,}(?:management|verwaltung|planung|beteiligung|digitalisierung|bewirtschaftung|beschaffung|förderung"
    r"|ausbau|software|verfahren|portal|plattform|strategie|konzept|schutz|sicherheit|recht|register|akte|wesen|steuer"
    r"|bildung|entwicklung|infrastruktur|archivierung|automatisierung)s?$",
    re.IGNORECASE,
)
_PAUSES = re.compile(r"aussetz|pausier|unterbrech|\bpause|suspend", re.IGNORECASE)
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
        return made("link_account", code=code[1].upper()), 5.0
    refined = _refinement(heard)
    scores = _allowed(heard, scored(heard))
    if refined is not None and max((s for n, s in scores.items() if n != "find_contacts"), default=0.0) < 5.0:
        return refined, 4.0
    if any(score >= 3.0 for name, score in scores.items() if name not in {"greet", "thanks"}):
        scores.pop("greet", None)
        scores.pop("thanks", None)
    name, score = max(scores.items(), key=lambda item: (item[1], item[0]), default=("unknown", 0.0))
    if name in {"unknown", "greet"} and score < 5.0 and (bare := _bare_topic(heard)) is not None:
        return bare, 2.0
    if score < ENOUGH:
        return _bare_topic(heard) or (made("greet") if heard.greeted and not heard.plain_words else Unknown()), score
    return filled(name, heard), score


def why(heard: Heard, intent: Intent, score: float) -> tuple[str, ...]:
    """For an admin: the reading, its score, and the weightiest reasons for it and against it."""
    found = sorted(heard.why(name_of(intent)), key=lambda one: (-abs(one.weight), one.source))
    return (f"{name_of(intent)} ({score:.1f})", *(f"{one.weight:+g} {one.source}" for one in found[:REASONS]))


def rival(heard: Heard, chosen: Intent) -> Intent | None:
    """Another reading with nearly as much for it, where acting on the wrong one would matter: then it is asked."""
    if heard.situation.context not in {"none", "after_results"}:
        return None
    scores = _allowed(heard, scored(heard))
    best = scores.pop(name_of(chosen), None)
    if best is None:
        return None
    scores.setdefault("unknown", 0.0)
    name, score = max(scores.items(), key=lambda item: (item[1], item[0]))
    if best < GUESSED and name_of(chosen) in ACTING:
        return filled(name, heard) if score >= ENOUGH and name in ASKABLE else Help()
    if (
        score < UNSURE_FROM
        or best - score > CLOSE
        or not {name, name_of(chosen)} & ACTING
        or not {name, name_of(chosen)} <= ASKABLE
    ):
        return None
    other = filled(name, heard)
    return None if isinstance(other, Unknown) else other


def scored(heard: Heard) -> dict[str, float]:
    """By intent, of all that anything speaks for or against."""
    return dict(heard.scores)


def _allowed(heard: Heard, scores: dict[str, float]) -> dict[str, float]:
    """What only the network office may want is heard from the office alone."""
    scheduled = is_scheduled(heard.text)
    if heard.situation.role != "admin":
        return {name: s for name, s in scores.items() if name not in OFFICE and not (scheduled and name == "snooze")}
    if scheduled:
        scores["nudge_create"] = scores.get("nudge_create", 0.0) + 5.0
    if {"nudge_pause", "nudge_resume"} <= scores.keys() and _PAUSES.search(heard.text):
        scores.pop("nudge_resume")  # "aussetzen, ab 1. Februar wieder"
    return scores


def _bare_topic(heard: Heard) -> Intent | None:
    """ "E-Akte?", "Vergabe in Hessen": a known topic and little else is a search."""
    words = heard.plain_words
    if not 0 < len(words) <= 8:
        return None
    topic = topic_of(heard)
    if topic and (
        is_topic(heard.situation.lexicon, topic) or (topic == heard.text.strip(" ?!.") and _HEADS.search(topic))
    ):
        return found_contacts(heard, topic)
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
    filters = filters_of(heard)
    if without:
        return FindContacts(without=tuple(without), **filters)
    best = best_candidate(heard)
    named = topic_of(heard) if best is not None and (best.known or heard.means("meant")) else None
    if filters and len(heard.plain_words) <= 12:
        return FindContacts(topic=named, **filters)
    if (
        named
        and len(heard.plain_words) <= (14 if heard.means("meant") else 8)
        and not heard.means("written", "experience", "tellme", "abo")
    ):
        return FindContacts(topic=named, **filters)
    return None
