"""What is known of a person when it is decided whether a nudge is for them. Nothing of it is ever shown."""

from dataclasses import dataclass
from datetime import date

from bot.events import Account
from bot.matching.places import Municipality
from bot.model import Person, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One member: somebody with a consent in force."""

    person: Person
    body: Municipality | None
    account: Account | None  # where unasked messages go; None: no platform can reach them
    platform: str | None  # of that account, or of the one they can't be reached on any more
    offers: frozenset[str] = frozenset()  # topics, by id or in their own words
    wants: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    guest_on: tuple[date, ...] = ()  # last days of visits that took place
    host_on: tuple[date, ...] = ()
    introduced_on: tuple[date, ...] = ()
    asked_on: tuple[date, ...] = ()  # of these, where it was they who had asked
