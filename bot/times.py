"""Times of day as people write them, German and English; where the half of the day is open, that of office hours."""

import re
from datetime import time

from bot.date_words import HOURS, NUMBERS
from bot.dates import FoundTime, cues

_H = rf"(?:[01]?\d|2[0-4]|{HOURS})"
_LEAD = r"(?:gegen|um|ab|bis|so\s+um|at|from|till|until|@)\s+"
_UHR = r"(?:uhr|h|o'?clock)\b"
PATTERNS = (  # each with what is in a word of every text that it is in
    (cues.UHR, re.compile(rf"(?<![\w.])(?:von\s+|from\s+)?(?P<h>{_H})(?:[:.](?P<m>[0-5]\d))?\s*(?:uhr\s*)?(?:-|–|bis|to|till)\s*(?P<h2>{_H})(?:[:.](?P<m2>[0-5]\d))?\s*uhr")),
    (cues.AM_PM, re.compile(rf"(?<![\w.])(?:{_LEAD})?(?P<h>{_H})(?::(?P<m>[0-5]\d))?\s*(?P<half>a\.?m\b\.?|p\.?m\b\.?)")),
    (cues.O_CLOCK, re.compile(rf"(?<![\w.])(?:{_LEAD})?(?P<h>{_H})(?:[:.](?P<m>[0-5]\d))?\s*{_UHR}(?:\s*(?P<m3>[0-5]?\d)\b(?!\.))?")),
    (cues.COLON, re.compile(rf"(?<![\w.])(?:{_LEAD})?(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?![\d:])")),
    (cues.HALF, re.compile(rf"(?<![\w.])(?:{_LEAD})?(?P<part>halb|viertel\s+nach|viertel\s+vor|half\s+past|quarter\s+past|quarter\s+to)\s+(?P<h>{_H})(?!\w)")),
    (cues.AT, re.compile(rf"(?<![\w.])(?P<bare>(?:um|gegen|at)\s+)(?P<h>{_H})(?![\w]|[.:,]\d|\s*(?:km|kilometer|tage|wochen|prozent|%|min))")),
    (cues.NOON, re.compile(r"(?<!\w)(?:at\s+)?(?:noon|midday)(?!\w)")),
)  # fmt: skip
_ANY = re.compile(r"\d|uhr|halb|viertel|half|quarter|noon|midday|\bum\b|\bgegen\b|\bat\b|o'?clock")
_AFTERNOON = range(1, 6)  # hours that office people mean in the afternoon, though they don't say so
_SIX = 6  # may be either, even there


def find_times(text: str, *, strict: bool = False) -> tuple[FoundTime, ...]:
    """Every time of day, in order; offsets are those of `text`. Where the half of the day is open ("um vier", "halb
    vier") it is the afternoon's, and nothing if `strict`: for what many will get at this time, and again and again.
    """
    return times_in(cues.cued(text), strict=strict)


def times_in(text: cues.Cued, *, strict: bool = False) -> tuple[FoundTime, ...]:
    folded, said = text
    found: list[FoundTime] = []
    for cue, pattern in PATTERNS if said else ():
        if cue not in said:
            continue
        for match in pattern.finditer(folded):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            parts = match.groupdict()
            if not parts.get("h"):
                found.append(FoundTime(start=match.start(), end=match.end(), at=time(12)))
                continue
            until = _time(parts["h2"], parts["m2"]) if parts.get("h2") else None
            found.append(FoundTime(start=match.start(), end=match.end(), at=_read(parts, strict=strict), until=until))
    if not found or not _ANY.search(folded):
        return ()
    return tuple(sorted(found, key=lambda one: one.start))


def _read(parts: dict[str, str | None], *, strict: bool) -> time | None:
    hour, minute = parts["h"], parts.get("m") or parts.get("m3")
    at = _time(hour, minute)
    if at is None:
        return None
    if half := parts.get("half"):
        return at.replace(hour=at.hour % 12 + (12 if half.startswith("p") else 0)) if 1 <= at.hour <= 12 else None
    if part := parts.get("part"):
        beside = {"half past": 30, "halb": -30}.get(part, 15 if part.endswith(("nach", "past")) else -15)
        minutes = (at.hour * 60 + beside) % (24 * 60)
        at = time(minutes // 60, minutes % 60)
    elif not parts.get("bare"):
        return at
    if at.hour in _AFTERNOON:
        return None if strict else at.replace(hour=at.hour + 12)
    return None if at.hour == _SIX or (part and at.hour == 0) else at


def _time(hour: str | None, minute: str | None) -> time | None:
    value = int(hour) if hour and hour.isdigit() else NUMBERS.get(hour or "", 99)
    return time(value % 24, int(minute or 0)) if value <= 24 else None
