"""Accounts, people, bodies and topics: the stores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.events import Account, Incoming
from bot.matching.topics import Gap, Topic
from bot.model import (
    AccountRow,
    Affiliation,
    Body,
    Consent,
    Offer,
    Person,
    Role,
    Source,
)


class Accounts(Protocol):
    async def lock(self, incoming: Incoming) -> AccountRow:
        """The sender's row, made if it is new, locked until the end of the unit of work.

        Name and time are refreshed, the address only from a direct chat: a room must never take its place.
        """

    async def get(self, account: Account) -> AccountRow | None: ...
    async def of_person(self, person: str) -> Sequence[AccountRow]:
        """Where they wrote last comes first."""

    async def reachable(self, people: Iterable[str]) -> frozenset[str]:
        """Those who have an account that can be written to."""

    async def save(self, row: AccountRow) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What has changed since a mark: numbers that rise with each change, and whom one may no longer remember."""

    topics: int  # the mark of the topics and the register
    people: int  # the newest change mark
    changed: Sequence[str]  # whose profile, offers, body, blocks or pause changed, or who was erased; oldest first


class People(Protocol):
    async def add(self, person: Person) -> None: ...
    async def get(self, key: str) -> Person | None: ...
    async def many(self, keys: Iterable[str]) -> dict[str, Person]: ...
    async def lock(self, key: str) -> Person | None:
        """As `get`, and nobody else changes this person or their open requests until the end."""

    async def save(self, person: Person) -> None: ...
    async def wrote(self, key: str, at: datetime) -> Person | None:
        """They wrote: active now, to the hour, and no longer silent; locked as by `lock`. No change that the index would have to
        take in. None for somebody imported who hasn't agreed yet: nothing is changed of them.
        """

    async def by_name(self, name: str) -> Sequence[Person]:
        """Same name, letter case and blanks apart."""

    async def consent(self, person: str) -> Consent | None:
        """The consent in force."""

    async def consents(self, person: str) -> Sequence[Consent]: ...
    async def add_consent(self, consent: Consent) -> None: ...
    async def withdraw_consent(self, person: str, at: datetime) -> None: ...
    async def affiliations(self, person: str, on: date) -> Sequence[Affiliation]:
        """In force on that day; best confirmed first."""

    async def bodies_of(self, people: Iterable[str], on: date | None = None) -> dict[str, Body]:
        """The main body of each person who has one, on that day or (None) without an end."""

    async def affiliate(self, affiliation: Affiliation) -> None:
        """Ends the affiliation in force that has the same source, then adds this one."""

    async def end_affiliation(self, person: str, source: Source, on: date) -> None:
        """From this day on it no longer holds."""

    async def offers(self, person: str) -> Sequence[Offer]: ...
    async def offers_of(self, people: Iterable[str]) -> dict[str, Sequence[Offer]]: ...
    async def add_offer(self, offer: Offer) -> None:
        """Replaces an offer of the same person, kind and topic (or text)."""

    async def remove_offer(self, key: str) -> None: ...
    async def blocked(self, person: str) -> frozenset[str]:
        """Whom this person blocked and who blocked them: neither is ever offered to the other."""

    async def blocked_among(self, people: Iterable[str]) -> dict[str, frozenset[str]]:
        """As `blocked`, of several; those with nobody are left out."""

    async def block(self, person: str, other: str, at: datetime) -> None: ...
    async def unblock(self, person: str, other: str) -> None:
        """What `other` did stays."""

    async def blocked_by(self, person: str) -> Sequence[str]:
        """Whom this person blocked, the newest first."""

    async def roles(self, person: str) -> Sequence[tuple[Role, str | None]]:
        """Roles beyond staff, with the body they are for."""

    async def grant(self, person: str, role: Role, body: str | None, at: datetime) -> None: ...
    async def revoke(self, person: str, role: Role, body: str | None) -> None: ...
    async def with_role(self, role: Role, body: str | None = None) -> Sequence[str]: ...
    async def all_roles(self) -> Sequence[tuple[str, Role, str | None]]:
        """Who has which role beyond staff, granted or their own, with the body it is for; in this order."""

    @property
    def touched(self) -> frozenset[str]:
        """Whom this unit of work has changed: nothing remembered of them from before holds."""

    async def changed_since(self, mark: int) -> Changes:
        """Of people after `mark`, and where the topics stand: one look for whoever remembers both."""

    async def inactive_since(self, instant: datetime) -> Sequence[str]: ...
    async def unconfirmed_since(self, instant: datetime) -> Sequence[str]: ...
    async def invitations_over(self, instant: datetime) -> Sequence[str]: ...


class Bodies(Protocol):
    async def get(self, key: str) -> Body | None: ...
    async def many(self, keys: Iterable[str]) -> dict[str, Body]: ...
    async def all(self) -> Sequence[Body]: ...
    async def tied_to(self, domain: str) -> Sequence[Body]:
        """The bodies a tenant or homeserver domain is tied to."""

    async def members(self, body: str, on: date) -> Sequence[str]: ...


class Topics(Protocol):
    async def all(self) -> Sequence[Topic]: ...
    async def mark(self) -> int:
        """Rises with each change of the table."""

    async def put(self, topic: Topic) -> None:
        """Adds a topic, or brings one up to date; who named it in free text has declared it from now on."""

    async def merge(self, topic: Topic, into: Topic) -> None:
        """Everything about the first is about the second from now on, and its names lead there. Can't be undone.
        Raises KeyError if one of them isn't in the table.
        """

    async def gaps(self) -> Sequence[Gap]:
        """Noted demand that nobody has met, and free text that isn't in the table; most people first."""
