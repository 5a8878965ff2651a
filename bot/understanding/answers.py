"""Answers to the newest question: a number, a label, or plain words for one of its options; and the contact's answers."""

import re

from bot.date_words import NUMBERS
from bot.dates import Day, Days
from bot.intents import Accept, AskBack, Decline, Intent, Introduce, Later, Pick, SuggestOther
from bot.understanding.heard import Heard
from bot.understanding.situation import Option
from bot.understanding.tokens import fold

_NUMBER = re.compile(r"^\s*(?:nr\.?|nummer|no\.?|number|option)?\s*(\d{1,2})\s*[.)]?\s*$", re.IGNORECASE)
ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "erste ersten erster erstes first eins eine",
            "zweite zweiten zweiter zweitem second zwei",
            "dritte dritten dritter third drei",
            "vierte vierten vierter fourth vier",
            "funfte funften funfter fifth funf",
        ),
        start=1,
    )
    for word in words.split()
}
_MAIL = re.compile(r"\b(?:e-?mail|mail)\w*", re.IGNORECASE)
_PHONE = re.compile(r"\b(?:telefon|handy|mobil|phone|rufnummer|anruf)\w*", re.IGNORECASE)
_NOT = re.compile(r"\b(?:nicht|kein\w*|ohne|not|no|without|don't)\b", re.IGNORECASE)
_ONLY = re.compile(r"\b(?:nur|lediglich|ausschließlich|only|just)\b", re.IGNORECASE)


def number_in(text: str) -> int | None:
    """ "2", "nr. 2", "2)"."""
    match = _NUMBER.match(text)
    return int(match[1]) if match else None


def ordinal_in(heard: Heard) -> int | None:
    """ "die zweite", "dem ersten", "nr 3" somewhere in the text; "nicht den ersten, sondern den danach" is the second."""
    if match := re.search(r"\b(?:nr|nummer|no|number)\.?\s*(\d{1,2}|[a-zü]+)\b", heard.text, re.IGNORECASE):
        number = int(match[1]) if match[1].isdigit() else NUMBERS.get(fold(match[1]))
        if number is not None:
            return number
    words = [token.fold for token in heard.tokens if token.kind == "word"]
    found = [
        ORDINALS[word] for word in words if word in ORDINALS and word not in {"eine", "eins", "zwei", "drei", "vier"}
    ]
    if not found:
        return None
    return found[0] + 1 if "danach" in words else found[-1] if "sondern" in words else found[0]


def pick(heard: Heard) -> Intent | None:
    """One of the options of the newest question."""
    options = heard.situation.options
    number = number_in(heard.text)
    if number is not None:
        return Pick(position=number - 1)  # also where nothing is open: it is no search for "2"
    if not options:
        return None
    said = _squeezed(heard.text)
    labels = [_squeezed(option.label) for option in options]
    if said in labels:
        return Pick(position=labels.index(said))
    chosen = _by_words(heard, options)
    if chosen is not None:
        return Pick(position=chosen)
    starting = [position for position, label in enumerate(labels) if len(said) > 3 and label.startswith(said)]
    if len(starting) == 1:
        return Pick(position=starting[0])
    words = [token.fold for token in heard.tokens if token.kind == "word"]
    if len(words) <= 3 and (ordinal := ordinal_in(heard)) is not None and ordinal <= len(options):
        return Pick(position=ordinal - 1)
    return None


def _by_words(heard: Heard, options: tuple[Option, ...]) -> int | None:
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


def _plain_yes(options: tuple[Option, ...]) -> int | None:
    """A plain yes where only particular ones are offered means the first of them."""
    sending = [position for position, option in enumerate(options) if (option.says or "").startswith("send.")]
    return sending[0] if sending else None


def consent_answer(heard: Heard) -> Intent | None:
    """What the asked contact says: yes, with a restriction; later; somebody else; no; or a question of their own."""
    text = heard.text
    if number_in(text) is not None:
        return None
    question = text.rstrip().endswith("?") or re.match(
        r"\s*(worum|was|wie|wer|wann|warum|wieso|welche\w*|what|which|how|why|who|when)\b", text, re.IGNORECASE
    )
    no = heard.hit("says.no")
    dates = [one.when for one in heard.dates]
    if heard.hit("says.other"):
        return SuggestOther(person=_person(heard))
    if dates or (heard.hit("says.later") and not no):
        day = dates[0] if dates else None
        when = day.date if isinstance(day, Day) else day.first if isinstance(day, Days) else None
        return Later(date=when)
    if no and not re.match(r"\s*(kein problem|no problem)", text, re.IGNORECASE):
        return Decline()
    if heard.hit("says.yes") and not (question and not heard.score("says.yes") > 3):
        only, never = restriction(text)
        return Accept(only=only, never=never)
    if question:
        return AskBack(question=text.strip())
    return None


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


_BETTER = re.compile(
    r"\b(?:ist|wäre|is)\s+(?:der\s+|die\s+)?((?i:frau|herr|kollegin|kollege|mrs?\.?|ms\.?)\s+[A-ZÄÖÜ][\w-]+)(?=.*\b(?:besser\w*|richtig\w*|"
    r"geeignet\w*|zuständig|better|right)\b)"
)


def _person(heard: Heard) -> str | None:
    match = re.search(
        r"\b(?:lieber|besser|ask|try|an|frag\w*(?: sie)?(?: lieber)?)\s+((?:die|den|frau|herrn?|mein\w*|unser\w*|our|the)\s+.+|[A-ZÄÖÜ]\w+ [A-ZÄÖÜ]\w+)",
        heard.text,
        re.IGNORECASE,
    )
    if not match:
        named = _BETTER.search(heard.text)
        return named[1] if named else None
    name = re.split(r"[,.!?]|\b(?:fragen|instead|statt|der macht|die macht)\b", match[1], maxsplit=1)[0].strip()
    return re.sub(r"^(?:die|den|our|the)\s+", "", name) or None


def ordinal_request(heard: Heard) -> Intent | None:
    """After a list, an ordinal alone means the person there."""
    ordinal = ordinal_in(heard)
    return Introduce(person=ordinal) if ordinal is not None else None


def _squeezed(text: str) -> str:
    return "".join(fold(word) for word in re.findall(r"[^\W_]+", text))
