"""Which intent a text means: the likeliest, by what was learned from examples; asked about if two are nearly as likely."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from typing import NamedTuple

from bot.intents import FindContacts, Help, Intent, Unknown, name_of
from bot.understanding.filters import filters_of
from bot.understanding.heard import Heard
from bot.understanding.learned import learned
from bot.understanding.places import is_topic
from bot.understanding.readings import filled, found_contacts, made, subject_of

ENOUGH = 0.15  # chance from which an intent is taken for meant
ENOUGH_ELSEWHERE = 0.5  # where something was asked that no example tells of: it may be an answer to that
ANSWERED = frozenset({"after_results", "asked_consent", "asked_lesson", "visit_reminder"})  # as examples tell
KNOWN = ANSWERED | {"none", "nudge", "confirm", "desk"}  # and where nothing is waited for
DOUBTED = frozenset({"none", "after_results", "visit_reminder"})  # where two readings may be asked about
CLOSE = 0.7  # of the likelier reading's chance: a second one this likely is asked about
GUESSED = 0.45  # below, something that others would see is asked about first
ABBREVIATED = 8  # letters of an abbreviation
BRIEF = 8  # words; in a longer text a subject or a place alone asks for nothing
ANSWERS = frozenset({"accept", "decline", "later", "suggest_other", "ask_back"})
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
_WITHOUT = (
    (re.compile(r"\b(?:egal wie (?:groß|gross)|any size|größe egal|ohne größe)", re.IGNORECASE), ("size",)),
    (re.compile(r"\begal wie weit\b", re.IGNORECASE), ("near",)),
    (re.compile(r"\b(?:egal wo|überall|bundesweit|anywhere|ganz deutschland)\b", re.IGNORECASE), ("near", "state")),
)
_LETTING_GO = ("egal", "any", "ohne", "überall", "bundesweit", "ganz")  # one of them is in each of these
_CODE = re.compile(r"^\s*([A-Z0-9]{4}-?[A-Z0-9]{4})\s*$", re.IGNORECASE)
_DOUBTFUL = ("<", "ignor", "drop", "delete", "insert", "select")  # likewise
_SUSPICIOUS = re.compile(
    r"<\s*/?\s*\w+[^>]*>|\b(?:drop|delete|insert|select)\b.+\b(?:table|from|into)\b|ignore (?:all|previous)|ignoriere? (?:alle|deine|ihre)",
    re.IGNORECASE,
)


class Chances(NamedTuple):
    """Of all intents that may be meant, by name, together 1: `parts` of `total`."""

    names: tuple[str, ...] = ()
    parts: Sequence[float] = ()
    total: float = 1.0

    def of(self, name: str) -> float | None:
        return self.parts[self.names.index(name)] / self.total if name in self.names else None

    def likeliest(self) -> tuple[float, str]:
        """The last of those that are equally likely."""
        part = max(self.parts)
        return part / self.total, self.names[-1 - self.parts[::-1].index(part)]

    def but(self, name: str) -> "Chances":
        """Of the others."""
        at = self.names.index(name)
        return Chances(self.names[:at] + self.names[at + 1 :], [*self.parts[:at], *self.parts[at + 1 :]], self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The likeliest intent and its chance from 0 to 1; `Unknown` if nothing is likely enough. `chances` are none where it
    is plain without them.
    """

    intent: Intent
    chance: float = 1.0
    chances: Chances = field(default_factory=Chances)


def read(heard: Heard) -> Reading:
    """By what the text looks like, else by what was learned."""
    suspicious = heard.may_say(*_DOUBTFUL) and _SUSPICIOUS.search(heard.text)
    if suspicious or not any(token.kind == "word" for token in heard.tokens):
        return Reading(intent=Unknown())
    if (code := _CODE.match(heard.text)) and any(letter.isdigit() for letter in code[1]):
        return Reading(intent=made("link_account", code=code[1].upper()))
    context = heard.situation.context
    if context not in ANSWERED and heard.plain_words and all(word.startswith("@") for word in heard.plain_words):
        return Reading(intent=Unknown())  # a day or a town alone asks for nothing
    likely = chances(heard)
    intent, chance = _likeliest(heard, likely)
    return Reading(intent=intent, chance=chance, chances=likely)


def _likeliest(heard: Heard, likely: Chances) -> tuple[Intent, float]:
    chance, name = likely.likeliest()
    enough = ENOUGH if heard.situation.context in KNOWN else ENOUGH_ELSEWHERE
    if name == "more" and all(map(str.isdigit, heard.plain_words)):
        return Unknown(), chance  # a telephone number
    if name == "more" and _abbreviation(heard) is not None:
        chance, name = likely.but(name).likeliest()  # a subject, and no wish to see others
        if name != "find_contacts":
            return Unknown(), chance
    search: FindContacts | Intent | None
    if name == "find_contacts" and chance >= enough:
        search = _search(heard)
        if search == FindContacts() and (subject := _abbreviation(heard)) is not None:
            search = FindContacts(topic=subject)
        return search, chance
    if name in {"unknown", "greet"} or chance < enough:
        if len(heard.plain_words) <= BRIEF and (search := _refined(heard) or _bare_topic(heard)) is not None:
            return search, GUESSED
    if chance < enough:
        return Unknown(), chance
    return filled(name, heard), chance


def why(heard: Heard, reading: Reading) -> tuple[str, ...]:
    """For an admin: the reading, how likely it is, and what speaks most for it."""
    name = name_of(reading.intent)
    return (f"{name} ({reading.chance:.0%})", *learned().because(heard, name))


def rival(heard: Heard, chosen: Intent, likely: Chances) -> Intent | None:
    """Another reading that is nearly as likely, where acting on the wrong one would matter: then it is asked."""
    meant = name_of(chosen)
    if meant not in ASKABLE or heard.situation.context not in DOUBTED:
        return None
    best = likely.of(meant)
    if best is None or best > max(GUESSED, 1 / (1 + CLOSE)):
        return None  # what is left for the others is too little
    chance, name = likely.but(meant).likeliest()
    if best < GUESSED and meant in ACTING:
        return filled(name, heard) if name in ASKABLE else Help()
    if chance < CLOSE * best or name not in ASKABLE or not (name in ACTING or meant in ACTING):
        return None
    other = filled(name, heard)
    return None if isinstance(other, Unknown) else other


def chances(heard: Heard) -> Chances:
    """Of all intents that may be meant here."""
    situation = heard.situation
    names, scores_of = _allowed(office=situation.role == "admin", asked=situation.context == "asked_consent")
    parts = [*map(math.exp, scores_of(heard.scores()))]
    return Chances(names, parts, sum(parts))


@cache
def _allowed(*, office: bool, asked: bool) -> tuple[tuple[str, ...], Callable[[list[float]], tuple[float, ...]]]:
    """What only the network office may want is heard from the office alone, an answer to a question only where it was
    asked; with what picks their scores.
    """
    barred = (frozenset() if office else OFFICE) | (frozenset() if asked else ANSWERS)
    intents = learned().intents
    names = tuple(name for name in intents if name not in barred)
    return names, itemgetter(*map(intents.index, names))


def _abbreviation(heard: Heard) -> str | None:
    """A word in capitals that nothing is known of, such as "SBGG" or "LoB": a new subject, not the last one once more."""
    if heard.is_shouted:
        return None
    for at, token in enumerate(heard.tokens):
        text, capitals = token.text, sum(map(str.isupper, token.text))
        if token.kind != "word" or at in heard.taken or capitals < 2 or len(text) > ABBREVIATED or not text.isalpha():
            continue
        if not (text.isupper() and heard.is_everyday(text)):
            return text
    return None


def _bare_topic(heard: Heard) -> Intent | None:
    """ "E-Akte?", "Vergabe in Hessen": a known topic and little else is a search."""
    topic = subject_of(heard, "find_contacts")
    if topic and (
        is_topic(heard.situation.lexicon, topic) or (topic == heard.text.strip(" ?!.") and _HEADS.search(topic))
    ):
        return found_contacts(heard, topic)
    return None


def _refined(heard: Heard) -> FindContacts | None:
    """After a list: filters alone change the last search, and so does letting go of one ("egal wie groß")."""
    if heard.situation.context != "after_results":
        return None
    search = _search(heard)
    return None if search == FindContacts(topic=search.topic) else search


def _search(heard: Heard) -> FindContacts:
    """What is let go of is of the last search, so its subject stays."""
    without: tuple[str, ...] = ()
    if heard.situation.context == "after_results" and heard.may_say(*_LETTING_GO):
        without = tuple(name for pattern, names in _WITHOUT if pattern.search(heard.text) for name in names)
    topic = None if without else subject_of(heard, "find_contacts")
    return FindContacts(topic=topic, without=without, **filters_of(heard))
