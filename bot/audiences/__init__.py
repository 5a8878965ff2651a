"""Who gets a nudge: a few conditions that must all hold, as values, as text that is stored, and as people say them."""

from bot.audiences.facts import Facts
from bot.audiences.filters import ALL, Audience, AudienceError, Condition, canonical, changed, matches, parse
from bot.audiences.said import said
from bot.audiences.spoken import described

__all__ = [
    "ALL",
    "Audience",
    "AudienceError",
    "Condition",
    "Facts",
    "canonical",
    "changed",
    "described",
    "matches",
    "parse",
    "said",
]
