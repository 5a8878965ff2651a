"""Whom a text names: somebody to be introduced to, or to visit."""

import re

from bot.understanding.heard import Heard
from bot.understanding.learned import person_of
from bot.understanding.people import by_role, full_name

_TWO_NAMES = (
    r"(?P<name>[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?\s+(?:von\s+)?[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?)\b"
)
_NAMED = (
    re.compile(
        r"(?:\b(?i:bei|beim|bei der|bei dem|bei da|mit|zu|to|with|at|see|meet)\s+(?:(?i:der|dem|da)\s+)?|[,:]\s+)"
        + _TWO_NAMES
    ),
    re.compile(rf"\b{_TWO_NAMES}(?=\s+(?:in\s+\S+\s+)?(?:besuch|aufsuch|treff)en?\b)"),
)
_SEEN = re.compile(r"(?:\s+[\w]+){0,3}\s+(?:besuchen|treffen|aufsuchen)\b", re.IGNORECASE)


def somebody(heard: Heard) -> str | None:
    """A person by name, with "Frau" or "Herr" as said; by place or function; or two capitalised words."""
    if heard.people:
        return heard.people[0].whole
    if match := re.search(
        r"\b((?i:die|der|den|dem|the one|the lady|the guy)\s+(?i:aus|from|in)\s+[A-ZÄÖÜ]?[\w-]+)", heard.text
    ):
        return match[1]
    if role := by_role(heard.text):
        return role
    if name := full_name(heard.text, heard.is_everyday):
        return name
    if name := person_of(heard, "introduce"):
        return name
    return heard.places[-1].name if heard.places else None


def host(heard: Heard) -> str | None:
    """Who is to be visited."""
    if heard.people:
        return heard.people[0].whole if _hosts(heard) else None
    return _named_host(heard) or person_of(heard, "plan_visit")


def _hosts(heard: Heard) -> bool:
    """Whether the first person named is the one to visit: "kommt mit" is said of companions."""
    found = heard.people[0]
    before = heard.text[: found.start].rstrip()
    if _SEEN.match(heard.text[found.end :]):
        return True
    return re.search(
        r"\b(?:bei|beim|mit|zu|zur|zum|with|at|to|visit|see|besuch\w*(?:\s+(?:ich|wir))?|meet|treff\w*(?:\s+(?:ich|wir))?|shadow|join|accompany|begleit\w*)(?:\s+(?:der|dem|den|the|kolleg\w+|frau|herrn?|mrs?\.?|ms\.?|dr\.?))*$",
        before,
        re.IGNORECASE,
    ) is not None and not re.match(
        r"\s+(?:kommt|fährt|reist|is coming|comes)\b", heard.text[found.end :], re.IGNORECASE
    )


def _named_host(heard: Heard) -> str | None:
    """Somebody named without "Frau" or "Herr": "bei Jens Kalthoff in Hückelhoven", "Jens Kalthoff besuchen"."""
    places = [(heard.tokens[one.first].start, heard.tokens[one.last - 1].end) for one in heard.places]
    for found in (one for pattern in _NAMED for one in pattern.finditer(heard.text)):
        first, last = found.span("name")
        apart = all(end <= first or last <= start for start, end in places)
        words = found["name"].split()
        if apart and not heard.situation.lexicon.knows_topic(found["name"]) and not any(map(heard.is_everyday, words)):
            return found["name"]
    return None
