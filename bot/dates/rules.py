"""The pieces that rules are written with, and the list they enter themselves in."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from bot.date_words import MONTHS, NUMBERS, ORDINALS, WEEKDAYS, alternatives
from bot.dates.cues import Cue
from bot.dates.values import When

MONTH = alternatives(MONTHS)
WEEKDAY = alternatives(WEEKDAYS)
ORDINAL = alternatives(ORDINALS)
N = rf"(?:\d{{1,3}}|{alternatives(NUMBERS)})"
D = r"(?:0?[1-9]|[12]\d|3\d)"
M = r"(?:0?[1-9]|1\d)"
Y = r"(?:\d{4}|'?\d{2}(?!\d|:|\.\d|[.,]?\s*uhr))"
LEAD = (
    r"(?:(?:ab|seit|am|an|bis|vom|von|zum|zu|den|dem|der|auf|fur|fuer|um|erst|from|on|until|till|by|the|to|for|of)\s+)"
)
TH = r"(?:st|nd|rd|th)"
WD = rf"(?:(?P<wd>{WEEKDAY})s?,?\s*(?:(?:den|dem|der|the)\s+)?)?"
SEP = r"\s*(?:bis(?:\s+(?:zum|einschliesslich))?|to|until|till|through|-|–|und|and|/|\+|&)\s*(?:dem\s+|den\s+|the\s+)?"

Match: TypeAlias = re.Match[str]
Read: TypeAlias = Callable[[Match, date], When | None]
Rule: TypeAlias = tuple[frozenset[Cue], re.Pattern[str], Read]
RULES: list[Rule] = []


def rule(cue: Cue, pattern: str, *, also: Cue | None = None) -> Callable[[Read], Read]:
    """`cue` is in a word of every text that the pattern is in, and so is `also`, in the same word or another."""
    cues = frozenset({cue, also} if also else {cue})

    def register(read: Read) -> Read:
        RULES.append((cues, re.compile(rf"(?<![\w]){pattern}(?!\w|-[a-z])"), read))
        return read

    return register


@lru_cache(maxsize=1024)
def rules_for(cues: frozenset[Cue]) -> tuple[tuple[re.Pattern[str], Read], ...]:
    """Those that may be in a text with these cues, in the order in which they were entered."""
    return tuple((pattern, read) for needed, pattern, read in RULES if needed <= cues)
