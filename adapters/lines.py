"""What a line typed in the terminal means: something said, another person, another time, or help."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from bot.understanding.phrases import phrases
from bot.understanding.tokens import fold

BERLIN = ZoneInfo("Europe/Berlin")
LAST_YEAR = 2099
LONGEST_NAME = 100  # characters

_SPAN = re.compile(r"\+(\d{1,5})\s*([wdhm])")
_HOURS_AND_MINUTES = {"h": timedelta(hours=1), "m": timedelta(minutes=1)}


class Unusable(Exception):
    """A line that can't be carried out; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Become:
    name: str


@dataclass(frozen=True, slots=True)
class MoveClock:
    target: datetime


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """The terminal's own, and what the bot says to the same command."""

    text: str


Line: TypeAlias = Say | Become | MoveClock | ShowHelp


def read(raw: bytes | str, now: datetime) -> Line | None:
    """None for blank lines and remarks. Raises Unusable."""
    if isinstance(raw, bytes):
        try:
            raw = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Unusable(f"byte {error.start + 1} is no UTF-8: save the lines as UTF-8") from None
    text = raw.strip()
    if not text or text.startswith("#"):
        return None
    if not text.startswith("/"):
        return Say(text)
    word, _, rest = text.partition(" ")
    rest = rest.strip()
    match word.casefold():
        case "/als":
            return Become(_name(rest))
        case "/zeit":
            return MoveClock(moved(rest, now))
        case "/hilfe":
            return ShowHelp(text)
    if fold(word[1:]) in phrases().commands:
        return Say(text)
    raise Unusable(f"{word[:40]} is no command: /als NAME, /zeit, /hilfe, or one of the bot's, which /hilfe lists")


def moved(text: str, now: datetime) -> datetime:
    """The instant that `/zeit` names, in UTC, from now on: "+3d", "+1w", "+2h", "+30m" or a point in time as ISO 8601.

    Days and weeks keep the time of day; a time without an offset is Berlin's.
    """
    if not text:
        raise Unusable(f"/zeit needs a time: {_EXAMPLES}")
    local = now.astimezone(BERLIN)
    span = _SPAN.fullmatch(text)
    try:
        if span is not None:
            number, unit = int(span[1]), span[2]
            if unit in _HOURS_AND_MINUTES:
                target = now.astimezone(UTC) + number * _HOURS_AND_MINUTES[unit]
            else:
                target = (local + timedelta(days=number * (7 if unit == "w" else 1))).astimezone(UTC)
        else:
            target = instant(text)
    except (ValueError, OverflowError):
        raise Unusable(f"{text[:40]} is no time: {_EXAMPLES}") from None
    if target < now.astimezone(UTC):  # two readings of one clock would be compared as they look
        raise Unusable(f"the clock shows {said(now)} and never goes back: give a later time, such as +1d")
    if target.year > LAST_YEAR:
        raise Unusable(f"the clock ends with the year {LAST_YEAR}: give an earlier time")
    return target


def instant(text: str) -> datetime:
    """A point in time as ISO 8601, Berlin's where no offset is given; in UTC. Raises ValueError."""
    at = datetime.fromisoformat(text)
    at = at if at.tzinfo is not None else at.replace(tzinfo=BERLIN)
    return at.astimezone(UTC)


def said(at: datetime) -> str:
    """As it can be typed: "2026-11-23T10:00"."""
    return at.astimezone(BERLIN).strftime("%Y-%m-%dT%H:%M")


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise Unusable("/als needs a name: /als Jens Kalthoff")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Unusable(f"a name has at most {LONGEST_NAME} characters, and no control characters")
    return name


_EXAMPLES = "write /zeit +3d (or +1w, +2h, +30m) or /zeit 2026-12-01T09:00"
