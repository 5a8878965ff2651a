"""Messages promised, and what must be looked at again: the outbox and the agenda."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

from bot.events import Account, Address
from bot.kinds import Kind
from bot.messages import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message promised to an account. `kind` decides when it may be sent; `about` is what it belongs to. `person`:
    whose account it is; of one that is None the storage finds out.
    """

    account: Account
    person: str | None
    kind: Kind
    message: Message
    due: datetime
    about: str | None = None
    expires: datetime | None = None
    holds_personal: bool = False  # relays and contact data: erased on acknowledgement whatever else is kept
    room: Address | None = None  # into this room instead of the direct chat
    shows: tuple[str, ...] = ()  # the lessons that can be read in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A message in which a lesson can be read."""

    key: str
    account: Account
    lessons: tuple[str, ...]
    message: Message | None  # while no platform has it for certain
    arrived: bool  # a platform has it, or may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An outbox row as the one who delivers it sees it."""

    key: str  # also the idempotency key: `lotse-<key>`
    account: Account
    platform: str
    address: Address
    person: str | None
    kind: Kind
    about: str | None
    message: Message
    due: datetime
    attempts: int
    uncertain: bool = False  # an earlier attempt may have arrived
    server: str | None = None  # the tenant or homeserver of the recipient
    replaces_remote: str | None = None  # the platform's id of the message that this one takes the place of


DeliveryState: TypeAlias = Literal[
    "pending", "claimed", "sending", "sent", "retry", "uncertain", "dead", "expired", "held"
]


class Outbox(Protocol):
    async def put(self, outgoing: Outgoing) -> str:
        """The key of the row."""

    async def cancel(self, about: str, *, kinds: Iterable[Kind] = ()) -> int:
        """Rows about this that were not yet handed to a platform vanish without a trace; how many."""

    async def state_of(self, about: str, kind: Kind) -> tuple[DeliveryState, datetime | None] | None:
        """State and time of the newest row about this of that kind; the time is when it was handed over, if it was."""

    async def showing(self, lesson: str) -> Sequence[Showing]:
        """Every message of the last 30 days in which this lesson can be read, or will be."""

    async def rewrite(self, key: str, message: Message, shows: Iterable[str]) -> None:
        """Another content for a message that no platform has yet."""

    async def unasked_in(self, person: str, first: date, last: date, *, planned: bool = True) -> int:
        """Messages under the ceiling handed over, or planned (unless that is left out), on these days."""


class Agenda(Protocol):
    """What is to be looked at again at a certain time; unique by (kind, subject)."""

    async def set(self, kind: str, subject: str, at: datetime) -> None:
        """Plans, or moves, the item."""

    async def drop(self, subject: str, *kinds: str) -> None:
        """All kinds if none is named."""

    async def due(self, now: datetime, limit: int = 50) -> Sequence[tuple[str, str, datetime]]:
        """(kind, subject, at), oldest first."""

    async def next_at(self) -> datetime | None: ...
    async def take(self, kind: str, subject: str, at: datetime) -> bool:
        """Claims the item in this transaction and removes it; False if another process did or it was moved."""
