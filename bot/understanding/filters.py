"""Where, how large, how experienced: the filters of a question for people or lessons."""

import re
from typing import Any

from bot.matching.places import LARGE, SMALL
from bot.understanding.heard import Heard
from bot.understanding.phrases import Hit

_OUTSIDE = re.compile(
    r"(?:nicht|außerhalb|ausserhalb|not|outside|andere[nrsm]?|kein\w*|niemand\w*|other|different|another)\b[^.]{0,30}"
    r"(?:unsere[mns]|meine[mns]|unserm|our|my|eigene[nms]?)?\s*(?:bundesl[aä]nd\w*|federal states?|states?)\b|(?:außerhalb|ausserhalb)\s+(?:unseres|meines|des eigenen)\s+landes\b",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(?:nicht|nich|ned|net|nit|kein\w*|außer|ausser|außerhalb|ohne|not|except|outside|bloß nicht)\b", re.IGNORECASE
)
_NOT_STATE = 3  # words in front of a state in which it is refused
_DIGIT = re.compile(r"\d")
_COUNT = re.compile(
    r"(?:(?P<from>mehr als|über|ueber|ab|mindestens|größer als|more than|over|above|at least|larger than|bigger than|>)"
    r"|(?P<to>weniger als|unter|bis zu|bis|höchstens|maximal|max\.?|kleiner als|less than|fewer than|under|below|up to|at most|smaller than|<)"
    r"|(?P<about>rund|etwa|ca\.?|circa|ungefähr|um die|around|about|roughly|mit|with|of|zwischen|between|von))\s*"
    r"(?P<n>\d{1,3}(?:[. ,]\d{3})+|\d{4,7}|\d{1,4}(?=\s*(?:k\b|tsd|tausend|thousand)))\s*(?P<k>k\b|tsd\.?|tausend|thousand)?"
    r"(?:\s*(?:-|bis|und|to|and)\s*(?P<m>\d{1,3}(?:[. ,]\d{3})+|\d{4,7}|\d{1,4}(?=\s*(?:k\b|tsd|tausend)))\s*(?:k\b|tsd\.?|tausend)?)?"
    r"(?P<unit>\s*(?:einwohner\w*|ew\b|inhabitants|residents|people|bürger\w*))?",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:wir sind|wir haben|bei uns|we are|we're|we have|unsere (?:stadt|gemeinde|kommune))\b[^.?!]*$", re.IGNORECASE
)
_REFUSED_SIZE = re.compile(r"\b(?:keine|kein|keinen|nicht|no|not)\s+(?:so\s+)?$", re.IGNORECASE)
_HOME = re.compile(
    r"\b(?:(?:wir|ich|we|i)\s+(?:sind\s+|bin\s+|are\s+|am\s+)?(?:hier\s+)?(?:in|aus|von|from|at)|bei uns in|komme aus|kommen aus|sitze\w* in|"
    r"(?:i'm|we're) (?:in|from|at|with))\s+(?:der\s+|the\s+)?(?:stadt\s+|gemeinde\s+|city of\s+|town of\s+)?$",
    re.IGNORECASE,
)
_PLACES = re.compile(r"stadt|städt|kommune|gemeinde|town|cit|munic|council", re.IGNORECASE)
_BEGINNERS = ("einsteiger", "anfänger", "beginner", "neuling", "frischling", "newbie", "novice")
_NO_BEGINNERS = re.compile(rf"(?:kein\w*|no|not)\s+(?:\w+\s+)?(?:{'|'.join(_BEGINNERS)})", re.IGNORECASE)
_SMALLER = re.compile(r"\b(?:klein\w*|smaller|small|winzig\w*)\b", re.IGNORECASE)
_LARGER = re.compile(r"\b(?:groß|große\w*|gross\w*|größer\w*|groesser\w*|larger|bigger|large|big)\b", re.IGNORECASE)
_ANY_SIZE = re.compile(
    r"\begal wie (?:groß|gross|klein)|gr(?:öß|oess|öss|oß|ös|os)e (?:ist |spielt )?(?:egal|keine)|größe\b.{0,40}(?:keine rolle|egal|unwichtig|nicht wichtig)|any size|regardless of size|size doesn.?t matter|size (?:is )?(?:irrelevant|no matter)",
    re.IGNORECASE,
)
_TOO = re.compile(r"\b(?:zu|too)\s+(?:groß|gross|klein|big|large|small)\b", re.IGNORECASE)
_SEEN = re.compile(r"\b(?:ansehen|anschauen|see (?:it|that))\b", re.IGNORECASE)
_WHERE = re.compile(r"\b(?:wo|where)\b", re.IGNORECASE)


def filters_of(heard: Heard) -> dict[str, Any]:
    """Only what the text says, as slots of FindContacts."""
    found: dict[str, Any] = {}
    if heard.may_say("land", "länd", "state") and _OUTSIDE.search(heard.text):
        found["outside_state"] = True
    elif heard.states:
        state = heard.states[-1]
        before = heard.between(max(0, state.first - _NOT_STATE), state.first)
        found["not_state" if _REFUSED.search(before) else "state"] = state.name
    places = [one for one in heard.places if not _HOME.search(heard.text[: heard.tokens[one.first].start])]
    if places:
        found["near"] = places[-1].name
    if heard.km is not None:
        found["within_km"] = heard.km
    if size := _size(heard):
        found["size"] = size
    if level := level_said(heard):
        found["level"] = level
    if _SEEN.search(heard.text) and _WHERE.search(heard.text):
        found["visitable"] = True
    return found


def _size(heard: Heard) -> str | None:
    if (counted := _counted(heard.text)) is not None:
        return counted
    if heard.may_say("egal", "keine", "wichtig", "size") and _ANY_SIZE.search(heard.text):
        return None
    for size in ("similar", "large", "medium", "small"):
        hit = heard.best(f"values.size.{size}")
        if hit is not None and _is_asked(heard, hit):
            return size
    if heard.hit("values.size.large") or heard.hit("values.size.medium") or heard.hit("values.size.small"):
        return None
    if heard.situation.context != "after_results" or len(heard.plain_words) > 12 or heard.km is not None:
        return None  # "den Radius größer: 120 km"
    text = _TOO.sub(" ", heard.text)
    if _TOO.search(heard.text) and not (_SMALLER.search(text) or _LARGER.search(text)):
        return "small" if _LARGER.search(heard.text) else "large"
    return "small" if _SMALLER.search(text) else "large" if _LARGER.search(text) else None


def _is_asked(heard: Heard, hit: Hit) -> bool:
    """Not "keine Großstädte", nor "wir sind eine kleine Gemeinde"."""
    first, _ = heard.token_span(hit)
    before = heard.text[: heard.tokens[first].start] if first < len(heard.tokens) else ""
    return not _REFUSED_SIZE.search(before) and not (_OWN.search(before) and hit.phrase.owner != "values.size.similar")


def _counted(text: str) -> str | None:
    """ "unter 20.000 Einwohnern" is small; of one's own town ("wir sind eine Stadt mit …") nothing is asked."""
    if not _DIGIT.search(text):
        return None  # most texts: without looking for every way of counting
    for one in _COUNT.finditer(text):
        own = _OWN.search(text[: one.start()])
        if own or not (one["unit"] or one["k"] or _PLACES.search(text)):
            continue
        n = _number(one["n"], one["k"])
        if one["m"] is not None:
            return "small" if _number(one["m"], one["k"]) <= SMALL else "large" if n >= LARGE else "medium"
        if one["from"]:
            return "large" if n >= LARGE else "medium" if n >= SMALL else None
        if one["to"]:
            return "small" if n <= SMALL else "medium" if n <= LARGE else None
        if one["unit"]:
            return "small" if n < SMALL else "medium" if n <= LARGE else "large"
    return None


def _number(digits: str, thousand: str | None) -> int:
    n = int(re.sub(r"\D", "", digits))
    return n * 1000 if thousand and n < 10_000 else n


def level_said(heard: Heard) -> str | None:
    """How much somebody knows about a subject: of the ones sought, or of the one who writes."""
    refused = heard.may_say(*_BEGINNERS) and _NO_BEGINNERS.search(heard.text)
    if heard.hit("values.level.beginner") and not refused:
        return "beginner"
    return "expert" if refused or heard.hit("values.level.expert") else None
