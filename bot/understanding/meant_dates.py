"""Which of the days in a sentence are meant: not those that are refused, corrected, or only the reason for another."""

import itertools
import re

from bot.dates import Day, Days, FoundDate, When

_REFUSED_BEFORE = re.compile(
    r"\b(?:nicht|statt|kein|not|instead of|anstatt|anstelle)\s+(?:erst\s+|schon\s+|am\s+|on\s+|den\s+|dem\s+)*$",
    re.IGNORECASE,
)
_RATHER = re.compile(
    r"\b(?:ach nein|nein|nee|nö|quatsch|vielmehr|besser gesagt|genauer gesagt|ich meinte?|sorry|entschuldig\w*|verzeihung|pardon|korrektur"
    r"|moment|stopp?|doch (?:erst|lieber|eher)|no|wait|i mean|i meant|rather|scratch that|make that|actually|correction)\b",
    re.IGNORECASE,
)
_LED = re.compile(r"(?:^|\s)(?:auf|zum|am|für|ab|bis|den|dem|to|on|for|until|till|the)\s+$", re.IGNORECASE)
_LEADING = re.compile(r"(?:am|ab|on)\s", re.IGNORECASE)
_NEAR = 40  # letters between a slip of the tongue and what corrects it
_EITHER = re.compile(r"[\s,]*(?:oder|or|bzw\.?|/)\s*(?:auch\s+|am\s+|on\s+|the\s+)*", re.IGNORECASE)
_REFUSED_AFTER = re.compile(
    r"\s*(?:(?:leider|hab|habe|haben|hätte|ist|bin|sind|kann|können|i|ich|wir|i'm|is|doch|es|da|passt|geht|klappt|schaff\w*)\s+)*"
    r"(?:kein\w*\s+zeit|nicht|nich|no time|not|doesn't|can't|schlecht|ungünstig|unpassend|bad|busy)\b",
    re.IGNORECASE,
)


def meant_dates(text: str, dates: tuple[FoundDate, ...]) -> tuple[FoundDate, ...]:
    """ "Nicht am 8., sondern am 10." is the 10th, "am 5., ach nein, am 12." the 12th; of "Montag oder Dienstag" it is none,
    so that it is asked.
    """
    if not dates:
        return ()
    meant = tuple(one for one in dates if not _is_refused(text, dates, one)) or dates
    either = any(
        _EITHER.fullmatch(text[one.end : other.start])
        for one, other in itertools.pairwise(meant)
        if one.when != other.when
    )
    if either:
        return ()
    spans = [one.when for one in meant if isinstance(one.when, Days)]
    if spans and all(_is_inside(one.when, spans) for one in meant):
        meant = tuple(one for one in meant if isinstance(one.when, Days))  # "Do und Fr nächste Woche, 3. und 4.12."
    return tuple(one for one in meant if _is_led(text, one)) or meant  # "am 9.12., morgen streikt die Bahn"


def _is_inside(when: When, spans: list[Days]) -> bool:
    return isinstance(when, Days) or (
        isinstance(when, Day) and any(span.first <= when.date <= span.last for span in spans)
    )


def _is_led(text: str, one: FoundDate) -> bool:
    return bool(_LED.search(text[: one.start]) or _LEADING.match(text[one.start :]))


def _is_refused(text: str, dates: tuple[FoundDate, ...], one: FoundDate) -> bool:
    following = (other.start for other in dates if other.start >= one.end and other.when != one.when)
    between = text[one.end : next(following, one.end)]
    corrected = len(between) <= _NEAR and _RATHER.search(between)
    return bool(corrected or _REFUSED_BEFORE.search(text[: one.start]) or _REFUSED_AFTER.match(text[one.end :]))
