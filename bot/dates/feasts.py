"""Days around feasts: "nach Ostern", "zwischen den Jahren", "bis Karneval". Which day is meant has to be asked, with the
likeliest one as the reading.
"""

from datetime import date, timedelta

from dateutil.easter import easter

from bot.date_words import alternatives
from bot.dates import cues
from bot.dates.rules import Match, rule
from bot.dates.values import Unsure, When

_MOVABLE = {  # first and last day, counted from Easter Sunday
    "ostern": (-2, 1), "karfreitag": (-2, -2), "ostersonntag": (0, 0), "ostermontag": (1, 1), "grundonnerstag": (-3, -3),
    "himmelfahrt": (39, 39), "christi himmelfahrt": (39, 39), "pfingsten": (49, 50), "pfingstmontag": (50, 50),
    "fronleichnam": (60, 60), "karneval": (-52, -47), "fasching": (-52, -47), "fastnacht": (-52, -47),
    "fasnacht": (-52, -47), "fasnet": (-52, -47), "rosenmontag": (-48, -48), "aschermittwoch": (-46, -46),
    "easter": (-2, 1), "good friday": (-2, -2), "easter monday": (1, 1), "whitsun": (49, 50), "pentecost": (49, 50),
}  # fmt: skip
_FIXED = {  # first and last day
    "weihnachten": ((12, 24), (12, 26)), "christmas": ((12, 24), (12, 26)), "neujahr": ((1, 1), (1, 1)),
    "new year": ((1, 1), (1, 1)), "jahreswechsel": ((12, 31), (1, 1)),
}  # fmt: skip
_FEAST = alternatives((*_MOVABLE, *_FIXED))
_BEFORE, _AFTER = frozenset({"vor", "before"}), frozenset({"nach", "after", "bis", "until", "till", "ab"})
_SATURDAY = 5


@rule(
    cues.AROUND_FEAST,
    r"(?:(?:(?P<how>bis\s+nach|until\s+after|till\s+after|bis(?:\s+zu[mr]?)?|until|till|ab|nach|kurz\s+nach|vor|kurz\s+vor|uber|an|am|zu|zum|after|before|over|at|for)\s+)?"
    rf"(?:(?:dem|den|der|the)\s+)?(?P<feast>{_FEAST})|(?:bis\s+)?zwischen\s+den\s+jahren|between\s+the\s+years)",
)
def _around(m: Match, today: date) -> When:
    words = (m["how"] or "").split()
    first, last = _next(m["feast"] or "weihnachten", today)
    if m["feast"] is None:  # between the years
        return Unsure(readings=(_workday(last, 1),))
    if words and words[-1] in _BEFORE:
        return Unsure(readings=(_workday(first, -1),))
    if words and (words[-1] in _AFTER or words[0] in _AFTER):
        return Unsure(readings=(_workday(last, 1),))
    return Unsure(readings=(first,) if first == last else ())


def _next(feast: str, today: date) -> tuple[date, date]:
    """The coming one; that of this year as long as it isn't over."""
    for year in (today.year, today.year + 1):
        if feast in _MOVABLE:
            sunday, (begins, ends) = easter(year), _MOVABLE[feast]
            first, last = sunday + timedelta(days=begins), sunday + timedelta(days=ends)
        else:
            (month, day), (last_month, last_day) = _FIXED[feast]
            first, last = date(year, month, day), date(year + (last_month < month), last_month, last_day)
        if last >= today:
            break
    return first, last


def _workday(day: date, step: int) -> date:
    """The first one after it, or before: weekends don't count, and what of the holidays it is, is left to the hours."""
    day += timedelta(days=step)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=step)
    return day
