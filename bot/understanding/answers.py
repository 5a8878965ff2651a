"""Answers to the newest question: a number, a label, or plain words for one of its options; and the contact's answers."""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.date_words import NUMBERS
from bot.dates import Day, Days
from bot.intents import Accept, AskBack, Decline, Intent, Introduce, Later, Pick, SuggestOther
from bot.understanding.heard import Heard
from bot.understanding.learned import person_of
from bot.understanding.people import by_role, full_name
from bot.understanding.situation import Labelled
from bot.understanding.tokens import fold, squeezed

_NUMBER = re.compile(
    r"^\s*(?:nr\.?|nummer|no\.?|number|option)?\s*\(?(\d{1,2})\s*[.)]?\ufe0f?\u20e3?\s*$", re.IGNORECASE
)
_LINE = re.compile(r"^\W*(\d{1,2})[.):]\s*(\S.*)$", re.DOTALL)  # of the list, copied with its number
_NUMBERED = re.compile(r"\b(?:nr|nummer|no|number)\.?\s*(\d{1,2}|[a-zü]+)\b", re.IGNORECASE)
ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "erste ersten erster erstes first eins eine oberste obersten oberster top",
            "zweite zweiten zweiter zweitem second zwei",
            "dritte dritten dritter third drei",
            "vierte vierten vierter fourth vier",
            "funfte funften funfter fifth funf",
        ),
        start=1,
    )
    for word in words.split()
}
_COUNTING = frozenset({"eine", "eins", "zwei", "drei", "vier"})
_COUNTED = re.compile(
    r"\b(\d)(?:st|nd|rd|th)\b|^\s*(?:dann\s+|bitte\s+|ok\s+)*(?:die|der|den|dem|the)\s+(\d)(?:\.|\s|$)(?!\d)",
    re.IGNORECASE,
)
_MAIL = re.compile(r"\b(?:e-?mail|mail)\w*", re.IGNORECASE)
_PHONE = re.compile(r"\b(?:telefon|handy|mobil|phone|rufnummer|anruf)\w*", re.IGNORECASE)
_NOT = re.compile(r"\b(?:nicht|kein\w*|ohne|not|no|without|don't)\b", re.IGNORECASE)
_ONLY = re.compile(r"\b(?:nur|lediglich|ausschließlich|only|just)\b", re.IGNORECASE)


def number_in(text: str) -> int | None:
    """ "2", "nr. 2", "2)", and the keycap."""
    match = _NUMBER.match(text)
    return int(match[1]) if match else None


def ordinal_in(heard: Heard) -> int | None:
    """ "die zweite", "dem ersten", "nr 3" somewhere in the text; "nicht den ersten, sondern den danach" is the second."""
    if match := _NUMBERED.search(heard.text):
        number = int(match[1]) if match[1].isdigit() else NUMBERS.get(fold(match[1]))
        if number is not None:
            return number
    if match := _COUNTED.search(heard.text):
        return int(match[1] or match[2])
    words = [token.fold for token in heard.tokens if token.kind == "word"]
    found = [ORDINALS[word] for word in words if word in ORDINALS and word not in _COUNTING]
    if not found:
        return None
    return found[0] + 1 if "danach" in words else found[-1] if "sondern" in words else found[0]


def named(text: str, options: Sequence[Labelled]) -> int | None:
    """The option whose number, words or whole line this is, and nothing else: what its button would be."""
    if (number := number_in(text)) is not None:
        return number - 1
    labels = [_label(option.label) for option in options]
    if (said := _said(text)) in labels:
        return labels.index(said)
    if (line := _LINE.match(text)) and 1 <= int(line[1]) <= len(labels):
        position = int(line[1]) - 1
        return position if _said(line[2]) == labels[position] else None
    return None


def pick(heard: Heard) -> Intent | None:
    """One of the options of the newest question."""
    options = heard.situation.options
    number = number_in(heard.text)
    if number is not None:
        return Pick(position=number - 1)  # also where nothing is open: it is no search for "2"
    if not options:
        return None
    chosen = _by_words(heard, options)
    if chosen is not None:
        return Pick(position=chosen)
    said = _said(heard.text)
    starting = [position for position, option in enumerate(options) if _label(option.label).startswith(said)]
    if len(said) > 3 and len(starting) == 1:
        return Pick(position=starting[0])
    words = sum([token.kind == "word" for token in heard.tokens])
    if words <= 3 and (ordinal := ordinal_in(heard)) is not None and ordinal <= len(options):
        return Pick(position=ordinal - 1)
    return None


def _by_words(heard: Heard, options: Sequence[Labelled]) -> int | None:
    """By the phrases of `says`: a particular one ("nur mail") before a plain yes, a no before a yes."""
    rated: list[tuple[float, int]] = []
    for position, option in enumerate(options):
        if option.says is None:
            continue
        score = heard.score(f"says.{option.says}")
        if score <= 0:
            continue
        rated.append((score + (3.0 if option.says not in {"yes", "talked"} else 0.0), -position))
    if not rated:
        return None if not heard.hit("says.yes") else _plain_yes(options)
    return -max(rated)[1]


def _plain_yes(options: Sequence[Labelled]) -> int | None:
    """A plain yes where only particular ones are offered means the first of them."""
    sending = [position for position, option in enumerate(options) if (option.says or "").startswith("send.")]
    return sending[0] if sending else None


def answered(name: str, heard: Heard) -> Intent:
    """The answer of an asked contact with what it says: a restriction, a day, a person, a question."""
    match name:
        case "accept":
            only, never = restriction(heard.text)
            return Accept(only=only, never=never)
        case "later":
            when = heard.said_dates[-1].when if heard.said_dates else None
            return Later(date=when.date if isinstance(when, Day) else when.first if isinstance(when, Days) else None)
        case "suggest_other":
            return SuggestOther(person=_person(heard))
        case "ask_back":
            return AskBack(question=heard.text.strip())
        case _:
            return Decline()


def consent_answer(heard: Heard) -> Intent | None:
    """What the asked contact says, by rules: for what no example is like enough."""
    text = heard.text
    if number_in(text) is not None:
        return None
    asks = heard.means("question") and _ASKS.match(text)
    no = (heard.hit("says.no") or heard.means("refuse")) and not _NO_TROUBLE.match(text)
    yes = heard.hit("says.yes") or heard.means("agree")
    somebody = _person(heard) is not None or _SOMEBODY_ELSE.search(text) is not None
    off = heard.hit("says.later") or heard.means("putoff")
    other = (heard.hit("says.other") and (somebody or not off)) or (heard.means("other") and somebody)
    if other and not (yes and not no and _YES.match(text)):
        return answered("suggest_other", heard)
    at_a_time = _YES.match(text) and not no and not off and not _BUT.search(text)
    if heard.dates and not (asks and not yes) and not at_a_time:
        return answered("later", heard)
    if off and not asks:
        return Later(date=None)
    if no and not asks:
        return Decline()
    if yes and not (asks and not heard.score("says.yes") > 3):
        return answered("accept", heard)
    if asks or text.rstrip().endswith("?"):
        return answered("ask_back", heard)
    return Decline() if no else None


_ASKS = re.compile(
    r"\s*(?:(?:und|aber|hm+|naja|moment|äh|okay|ok|erst|and|but|well|hi|hallo)[,\s]+)*"
    r"(?:worum|was|wie|wer|wann|warum|wieso|welche\w*|wofür|wozu|geht es|ist das|um was|kann|könnte|darf|muss|gibt|what|which|how|why|who|"
    r"when|is it|is this|would it|do you|does|could|can)\b(?!\s+nicht\s*[.!]*$)",
    re.IGNORECASE,
)
_NO_TROUBLE = re.compile(
    r"\s*(?:(?:ja|klar|yes|sure)[,\s]+)?(?:kein\w* (?:problem|thema|einw[aä]nd\w*|ding|sorge)|no (?:problem|worries)|warum nicht|why not)",
    re.IGNORECASE,
)
_SOMEBODY_ELSE = re.compile(r"(?:jemand|wer|somebody|someone)\s+(?:ander\w*|else)", re.IGNORECASE)
_YES = re.compile(r"\s*(?:ja|gern\w*|klar|yes|sure|ok\w*)\b", re.IGNORECASE)


def restriction(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """ "nur per mail, handynummer gebt ihr bitte nicht raus" → (("email",), ("phone",))."""
    only: list[str] = []
    never: list[str] = []
    for clause in re.split(r"[,;.]|\baber\b|\bund\b|\bbut\b|\band\b", text):
        for field, pattern in (("email", _MAIL), ("phone", _PHONE)):
            if not pattern.search(clause):
                continue
            if _NOT.search(clause):
                never.append(field)
            elif _ONLY.search(clause) or "per" in clause.split():
                only.append(field)
    return tuple(dict.fromkeys(only)), tuple(dict.fromkeys(never))


def _person(heard: Heard) -> str | None:
    """As said, with the form of address: who that is, is asked later."""
    for found in heard.people:
        return re.sub(r"^colleague\s+", "", found.whole, flags=re.IGNORECASE)
    if name := full_name(heard.text, heard.is_everyday):
        return name
    if role := by_role(heard.text):
        return role
    match = _ASKED.search(heard.text) or _TO_ASK.search(heard.text)
    if not match:
        return person_of(heard, "suggest_other")
    name = re.split(
        r"[,.!?;]|\b(?:fragen|frag|wenden|instead|statt|der macht|die macht|weil|denn|because)\b", match[1], maxsplit=1
    )[0].strip()
    return re.sub(r"^(?:die|den|dem|der|our|the|my|mein\w*|unser\w*)\s+", "", name, flags=re.IGNORECASE) or None


_BUT = re.compile(
    r"\b(?:aber|erst|ab|nach|nicht|später|allerdings|jedoch|but|from|after|later|not|only|until|next|nächste\w*)\b",
    re.IGNORECASE,
)
_TO_ASK = re.compile(
    r"\b((?:unser\w*|mein\w*|die|den|our|my|the)\s+[\w-]{5,}(?:\s+[A-ZÄÖÜ][\w-]+)?)\s+(?:fragen|ansprechen|kontaktieren|anschreiben)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:lieber|besser|ask|try|contact|an|frag\w*(?: sie)?(?: lieber| doch| mal| besser)*|macht (?:jetzt|nun|inzwischen)|mit)\s+"
    r"((?:die|den|der|dem|mein\w*|unser\w*|our|the|my)\s+[^,.!?;]+)",
    re.IGNORECASE,
)


def ordinal_request(heard: Heard) -> Intent | None:
    """After a list, an ordinal alone means the person there."""
    ordinal = ordinal_in(heard)
    return Introduce(person=ordinal) if ordinal is not None else None


@lru_cache(maxsize=1024)
def _label(label: str) -> str:
    """Few, and the same in most conversations."""
    return _said(label)


def _said(text: str) -> str:
    """Its letters; of what has none, all of it: a sign is no answer because another sign was to choose."""
    return squeezed(text) or text.strip()
