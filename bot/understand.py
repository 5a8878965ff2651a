"""Text to intent, pure and explainable: slash commands, answers to the newest question, then phrases. No guessing."""

import re
from dataclasses import replace
from functools import partial
from typing import Any, Literal, cast

from bot.dates import Day, read_date
from bot.intents import (
    BY_NAME,
    Accept,
    AskTeam,
    Cancel,
    CancelVisit,
    CheckIn,
    DeleteMe,
    DeskAnswer,
    DeskList,
    ExportData,
    Figures,
    FindContacts,
    GapReport,
    Help,
    Intent,
    Introduce,
    Language,
    MissedVisit,
    No,
    NudgeCreate,
    NudgeList,
    Pause,
    Pick,
    PrivacyInfo,
    Report,
    RescheduleVisit,
    SetListing,
    Snooze,
    StopPrompts,
    Subscribe,
    TopicAdd,
    TopicMerge,
    TopicSynonym,
    Unknown,
    WithdrawConsent,
    Yes,
    name_of,
)
from bot.languages import LanguageCode
from bot.understanding.answers import answered, consent_answer, named, number_in, ordinal_in, pick
from bot.understanding.heard import Heard
from bot.understanding.nudge_talk import nudge_talk
from bot.understanding.phrases import phrases
from bot.understanding.readings import introduction, later, told
from bot.understanding.situation import Lexicon, Option, Situation, Understanding
from bot.understanding.slots import is_nudge_name
from bot.understanding.tokens import Token, fold, squeezed, tokenize
from bot.understanding.weighing import ANSWERS, Reading, read, rival, why

__all__ = [
    "Lexicon",
    "Option",
    "Situation",
    "Understanding",
    "is_command",
    "language_of",
    "says_only",
    "taken_apart",
    "understand",
]

_CLOSING = re.compile(
    r"(?<=[.!?\n])\s*(?:mit (?:freundlichen|besten|herzlichen) grüßen|(?:viele|beste|liebe|herzliche) grüße|mfg|"
    r"(?:best|kind) regards|all the best)\b.*\Z",
    re.IGNORECASE | re.DOTALL,
)
_ASK = re.compile(r"(?:frag\w*|ask)\s+(?:(?:doch|mal|bitte|frau|herrn?|ms|mrs?)\.?\s+)*([^?:]{3,60})", re.IGNORECASE)
_GERMAN = re.compile(r"[äöüß]")
_WAVERS = re.compile(r"(?:h+m+|na ?ja|vielleicht|mal sehen|maybe|perhaps|well|we'll see)[\s.!…]*", re.IGNORECASE)
_NOT_OF_IT = (NudgeList, Help, GapReport, Figures, DeskList, TopicAdd, TopicSynonym, TopicMerge)
_INSTEAD = (  # of an answer after a visit
    Snooze,
    StopPrompts,
    Help,
    PrivacyInfo,
    DeleteMe,
    ExportData,
    AskTeam,
    CancelVisit,
    RescheduleVisit,
    Pause,
    Report,
    No,
    Language,
    Subscribe,
    WithdrawConsent,
    MissedVisit,
)
CUED = 0.5  # chance from which a search is meant for sure
CERTAIN = 0.9  # chance from which even a longer text is a wish rather than what was learned
LIKELY = 0.5  # chance from which examples go before rules
CLEAR = 0.6  # chance from which a wish of its own goes before an answer to the question
SNOOZE = 12  # words; a longer text with a day in it tells something
NO_ANSWER = 0.6  # chance from which a text is a wish although any text would do as an answer


def understand(text: str, situation: Situation) -> Understanding:
    """What is meant by a text in this situation. Never raises for what people write."""
    if text.lstrip().startswith("/"):
        return _command(text.strip(), situation)
    if situation.options and (chosen := named(_CLOSING.sub("", text), situation.options)) is not None:
        return Understanding(
            intent=Pick(position=chosen), language=language_of(text), reasons=lambda: ("the words of a choice",)
        )
    if (promised := phrases().promised.get(squeezed(text))) is not None:
        return Understanding(intent=_made(promised), language=language_of(text), reasons=lambda: ("as we tell people",))
    heard = taken_apart(text, situation)
    reading = read(heard)
    intent, rule = _meant(heard, reading)
    guessed = isinstance(intent, FindContacts) and (reading.chance < CUED or _is_bare(heard, intent))
    other = None if guessed else rival(heard, intent, reading.chances)
    return Understanding(
        intent=intent,
        language=_language(heard.tokens),
        alternatives=(other,) if other is not None else (),
        sure=not guessed and other is None,
        reasons=partial(why, heard, reading) if rule is None else lambda: (rule,),
    )


def _is_bare(heard: Heard, wish: FindContacts) -> bool:
    """A subject and nothing else: it may be a search, or the answer to what was asked."""
    bare = (wish.topic or "").casefold() == heard.text.strip(" .!?").casefold()
    return bare and wish == FindContacts(topic=wish.topic)


def taken_apart(text: str, situation: Situation) -> Heard:
    """Without the compliments at the end of a mail."""
    return Heard(_CLOSING.sub("", text), situation, phrases())


def is_command(word: str) -> bool:
    """Whether this slash command is known, in any language: "/hilfe"."""
    return fold(word.lstrip("/")) in phrases().commands


def _command(text: str, situation: Situation) -> Understanding:
    word, _, rest = text.lstrip("/").partition(" ")
    target = phrases().commands.get(fold(word), "unknown")
    return Understanding(intent=_made(target, rest.strip(), situation), reasons=lambda: (f"/{word} → {target}",))


def _made(target: str, rest: str = "", situation: Situation | None = None) -> Intent:
    """ "privacy_info about=notice": the intent, its fixed slots, and the one that takes the rest of the text."""
    name, *slots = target.split()
    said = dict(fixed.split("=") for fixed in slots if "=" in fixed)
    values: dict[str, Any] = {free: True if value == "true" else value for free, value in said.items()}
    slot = next((free for free in slots if "=" not in free), None)
    if slot and rest and situation is not None:
        values[slot] = rest
        if slot == "until":
            day = read_date(rest, situation.today)
            values[slot] = day.date if isinstance(day, Day) else None
        elif slot == "person" and (number := number_in(rest)) is not None:
            values[slot] = number
        elif slot == "language":
            values[slot] = "en" if fold(rest).startswith("en") else "de"
        elif slot == "open":
            values[slot] = number_in(rest)
    make: Any = BY_NAME[name]
    return cast("Intent", make(**values))


def _meant(heard: Heard, reading: Reading) -> tuple[Intent, str | None]:
    """With the rule that says so; None where it is meant as it was read."""
    context = heard.situation.context
    intent, score = reading.intent, reading.chance
    numbered = number_in(heard.text) is not None
    if isinstance(intent, Cancel) and pick(heard) is None:
        return intent, None
    if context == "nudge" and heard.situation.role == "admin" and not numbered:
        another = intent.schedule is not None if isinstance(intent, NudgeCreate) else isinstance(intent, _NOT_OF_IT)
        if not another and (said_of_it := nudge_talk(heard)) is not None:
            return _named_too(said_of_it, intent), "about the reminder just talked about"
    if context == "desk" and (asked := _ASK.fullmatch(heard.text.strip())):
        return DeskAnswer(person=asked[1].strip()), "somebody to ask, for a request"
    if context == "asked_text" and score < NO_ANSWER:
        return Unknown(), "an answer in free words was asked for"
    if isinstance(intent, PrivacyInfo) and score >= CLEAR and (context != "asked_consent" or heard.means("question")):
        return intent, None
    if context == "after_results" and not numbered and (ordinal := ordinal_in(heard)) is not None:
        if isinstance(intent, Introduce) or score < CLEAR:
            return introduction(heard, ordinal), f"number {ordinal} of the list"
    if context == "asked_consent" and (said := _consent(heard, intent, score)) is not None:
        return said, f"answer to the request: {name_of(said)}"
    if (chosen := pick(heard)) is not None:
        plain = isinstance(intent, Yes | No)
        if plain or numbered or score < CLEAR or context in {"notice", "check_in", "listing", "preview", "confirm"}:
            return chosen, "answer to the newest question"
    if context == "check_in":
        answers: tuple[Literal["not_yet", "settled", "talked"], ...] = ("not_yet", "settled", "talked")
        for answer in answers:
            if heard.hit(f"says.{answer}"):
                return CheckIn(answer=answer), f"check-in: {answer}"
    short = context == "visit_reminder" or len(heard.plain_words) <= SNOOZE
    if context in {"asked_lesson", "visit_reminder"} and short and score < CLEAR and (heard.dates or heard.times):
        return later(heard), "a time, after a reminder"
    if context == "asked_lesson" and _tells(heard, intent, score):
        return told(heard), "answer to the question after a visit"
    if len(heard.plain_words) <= 5 and (isinstance(intent, Unknown) or score < CLEAR):
        if heard.hit("says.listing.function"):
            return SetListing(by="function"), "listed by function"
        if heard.hit("says.listing.name"):
            return SetListing(by="name"), "listed by name"
    if not isinstance(intent, Unknown):
        return intent, None
    if len(heard.plain_words) <= 5:
        if heard.hit("says.no"):
            return No(), "no"
        if heard.hit("says.yes"):
            return Yes(), "yes"
    return Unknown(), "nothing said enough"


def _consent(heard: Heard, likeliest: Intent, chance: float) -> Intent | None:
    """What is said to a request: as examples have it if that is likely, else by rules; None for another wish. Where neither
    is sure it is asked again: others would read the answer, and a yes passes on somebody's address.
    """
    if number_in(heard.text) is not None:
        return None
    if _WAVERS.fullmatch(heard.text.strip()):
        return Unknown()
    name, ruled = name_of(likeliest), consent_answer(heard)
    if name not in ANSWERS:
        return None if chance >= CLEAR else ruled
    enough = LIKELY
    if isinstance(likeliest, Accept) and not isinstance(ruled, Accept):
        enough = CLEAR if ruled is None else CERTAIN
    return answered(name, heard) if chance >= enough else ruled or Unknown()


def _tells(heard: Heard, intent: Intent, score: float) -> bool:
    """Whether a text is the answer to the question after a visit: nearly everything is, but for a short clear wish."""
    if score < CLEAR or isinstance(intent, Unknown):
        return True
    asks = heard.text.rstrip().endswith("?")
    instead = isinstance(intent, _INSTEAD)
    if len(heard.plain_words) > SNOOZE:
        return not (asks or (instead and score >= CERTAIN))
    return not (asks or instead)


def _named_too(meant: Intent, read_as: Intent) -> Intent:
    """The name, where the sentence has one: it may be about another reminder."""
    if type(meant) is type(read_as) and getattr(meant, "name", "") is None:
        named: Any = meant
        name = getattr(read_as, "name", None)
        return cast("Intent", replace(named, name=name)) if name and is_nudge_name(name) else meant
    return meant


def says_only(text: str, situation: Situation) -> Intent | None:
    """Help or another language, where a text asks for that and nothing else: such words mean themselves everywhere."""
    heard = taken_apart(text, situation)
    if heard.hit("says.help"):
        return Help()
    languages: tuple[LanguageCode, ...] = ("en", "de")
    return next((Language(language=one) for one in languages if heard.hit(f"says.language.{one}")), None)


def language_of(text: str) -> LanguageCode | None:
    """Which one it is written in, as `understand` says, without finding out what is meant; None if it may be either."""
    return None if text.lstrip().startswith("/") else _language(tokenize(_CLOSING.sub("", text)))


def _language(tokens: tuple[Token, ...]) -> LanguageCode | None:
    words = [token for token in tokens if token.kind == "word"]
    folded = {token.fold for token in words}
    stop = phrases().stopwords
    german, english = len(folded & stop["de"]), len(folded & stop["en"])
    german += len({low for token in words if not token.text.isascii() and _GERMAN.search(low := token.text.lower())})
    if "english" in folded:
        english += 2
    if german == english:
        return None
    return "de" if german > english else "en"
