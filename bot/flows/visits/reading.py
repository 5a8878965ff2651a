"""What stands in the words about a visit: times, how many come, questions to take along, the host's hint."""

import re
from dataclasses import replace
from datetime import date, time

from bot.date_words import NUMBERS, alternatives, fold_dates
from bot.dates import Day, Days, Past, Unsure, find_dates, read_date
from bot.times import find_times
from bot.visit_states import Dates

QUESTIONS = 3
MOST_GUESTS = 50
MAX_QUESTION = 200  # characters
_TOGETHER = {"zweit": 2, "dritt": 3, "viert": 4, "funft": 5, "sechst": 6, "siebt": 7, "acht": 8}
_PEOPLE = (
    re.compile(rf"\bzu (?P<together>{'|'.join(_TOGETHER)})\b"),
    re.compile(
        rf"\b(?P<n>\d{{1,2}}|{alternatives(NUMBERS)})\s*(?:personen|leute|kolleg\w*|people|of us|persons|mann)\b"
    ),
    re.compile(rf"\b(?:wir sind|sind wir|we are|we're)\s+(?:zu\s+)?(?P<n>\d{{1,2}}|{alternatives(NUMBERS)})\b"),
)
_ALONE = re.compile(r"\b(?:allein\w*|alone|nur ich|just me|on my own|by myself)\b")
_WITH_ONE = re.compile(r"\b(?:mit|with)\s+(?:(?:ein\w*|meine\w*|a|my)\s+)?(?:kolleg\w+|colleague)\b")
_SPAN = re.compile(
    r"(?<![\d.:])(?:von\s+|from\s+)?(\d{1,2})(?:[:.](\d{2}))?\s*(?:uhr\s*)?(?:-|–|bis|to|until)\s*(\d{1,2})(?:[:.](\d{2}))?(?![\d.])"
)
_FROM = re.compile(r"\b(?:ab|from|not before|fruhestens|erst um)\s+(\d{1,2})(?:[:.](\d{2}))?(?![\d.]|\s*\.)")
_UNTIL = re.compile(r"\b(?:bis|until|till)\s+(?:um\s+)?(\d{1,2})(?:[:.](\d{2}))?(?![\d.]|\s*\.)")
_ONTO = re.compile(r"\bauf\s+den\b", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:^|\s)\d\s*[.)]\s+")
_ASKING = re.compile(
    r"^(?:und\s+)?(?:wie|was|wer|wo|wann|warum|wieso|welche\w*|wozu|womit|ob|how|what|who|where|when|why|which|does|do|is|are|can)\b",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\s*(?:(?:ja|jo|ok|okay|passt|gern|gerne|klar|geht klar|geht|prima|super|einverstanden|in ordnung|alles klar|wunderbar|"
    r"sehr gern|sehr gerne|freut uns|freue mich|yes|sure|fine|great|works|that works|happy to)\b[\s,.!;:–-]*)+",
    re.IGNORECASE,
)


def times_in(text: str) -> tuple[time | None, time | None]:
    """Beginning and end; None where nothing is said or it is open which half of the day is meant."""
    found = find_times(text)
    for one in found:
        if one.until is not None:
            return one.at, one.until
    at = [one.at for one in found if one.at is not None]
    if len(at) == 2 and at[0] < at[1]:
        return at[0], at[1]
    folded = fold_dates(text)
    if (span := _SPAN.search(folded)) and (begins := _time(span[1], span[2])) and (ends := _time(span[3], span[4])):
        return (begins, ends) if begins < ends else (None, None)
    first, until = _FROM.search(folded), _UNTIL.search(folded)
    if first or until:
        return _time(first[1], first[2]) if first else None, _time(until[1], until[2]) if until else None
    return (at[0], None) if at else (None, None)


def guests_in(text: str) -> int | None:
    """How many come in all, where it is said."""
    folded = fold_dates(text)
    if _WITH_ONE.search(folded):
        return 2
    for pattern in _PEOPLE:
        if found := pattern.search(folded):
            parts = found.groupdict()
            if together := parts.get("together"):
                return _TOGETHER[together]
            said = parts["n"]
            number = int(said) if said.isdigit() else NUMBERS.get(said, 0)
            return number if 1 <= number <= MOST_GUESTS else None
    return 1 if _ALONE.search(folded) else None


def questions_in(text: str) -> tuple[str, ...]:
    """Up to three, however they are set apart: by numbers, lines, question marks or commas."""
    parts = [part.strip(" \t,;") for part in re.split(r"\n|(?<=\?)", _NUMBERED.sub("\n", text))]
    parts = [part for part in parts if part]
    if len(parts) == 1:
        by_commas = [part.strip() for part in re.split(r"[,;]\s*", parts[0])]
        if all(_ASKING.match(part) for part in by_commas):
            parts = by_commas
    return tuple(part[:MAX_QUESTION] for part in parts[:QUESTIONS])


def dates_in(text: str, today: date) -> Day | Days | Unsure | None:
    """The one day, or days, that are meant."""
    return read_date(text, today)


def with_changes(before: Dates, text: str, today: date) -> Dates | Unsure | None:
    """The dates as somebody would rather have them; None where nothing of them is said. Times stay unless said."""
    begins, ends = times_in(text)
    day = read_date(text, today) if any(not isinstance(one.when, Past) for one in find_dates(text, today)) else None
    if isinstance(day, Unsure):
        return day
    if day is None and begins is None and ends is None:
        return None
    after = before
    if isinstance(day, Day):
        after = replace(after, first=day.date, last=day.date + (before.last - before.first))
    elif isinstance(day, Days) and day.first == before.first == before.last and _ONTO.search(text):
        after = replace(after, first=day.last, last=day.last)  # "vom 8. auf den 9.": moved, not prolonged
    elif isinstance(day, Days):
        after = replace(after, first=day.first, last=day.last)
    if begins is not None or ends is not None:
        after = replace(after, starts=begins or before.starts, ends=ends or before.ends)
        if after.starts and after.ends and after.first == after.last and after.starts >= after.ends:
            after = replace(after, ends=None)
    return after


def hint_in(text: str) -> str | None:
    """What is left after the yes: "raum 214, bitte am seiteneingang klingeln"."""
    rest = _YES.sub("", text).strip(" .,;:!\n")
    return rest if len(rest) > 2 else None


def _time(hour: str, minute: str | None) -> time | None:
    return time(int(hour), int(minute or 0)) if int(hour) < 24 and int(minute or 0) < 60 else None
