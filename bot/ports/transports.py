"""What carries promises out: platforms, their outcomes, and the worker that claims rows."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from bot.kinds import Send, Wait
from bot.ports.promises import Delivery
from bot.ports.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    forms: bool = False  # a whole form on one card
    buttons: bool = False
    edits: bool = False
    files: bool = True
    idempotent: bool = False  # the same key twice arrives once
    room_for_two: bool = False  # can open an encrypted room with both sides of an introduction


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    remote_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    seconds: float | None = None  # a floor the platform named
    cause: str = ""  # for the log: a status, never a text


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeliverable:
    """The account can't be reached any more; or only this message, if the cause begins with "message"."""

    cause: str  # "app removed", "room left", "blocked", "message too large": becomes the truthful status


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertain:
    """It may have arrived, or not."""

    cause: str = ""


Outcome: TypeAlias = Delivered | TryLater | Undeliverable | Uncertain


class Transport(Protocol):
    """A platform, as the scheduler sees it."""

    @property
    def platform(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...
    async def deliver(self, delivery: Delivery) -> Outcome:
        """Carries it out once; never raises for what a platform may answer."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Nobody wants it any more. The reason is for the report, never a text."""

    reason: str


Verdict: TypeAlias = Send | Wait | Drop | Undeliverable
StillTrue: TypeAlias = Callable[["UnitOfWork", Delivery, datetime], Awaitable[Verdict]]
"""Asked of each row but answers at the moment of sending; the core's is in `bot/sending.py`."""


class Worker(Protocol):
    """Claiming is SQL and lives in storage; the scheduler carries out what it hands over. Leases use the
    database's clock, business time (`now`) is the caller's.
    """

    async def claim(
        self, now: datetime, platforms: Iterable[str], *, owner: str, limit: int = 50, only: Iterable[str] = ()
    ) -> Sequence[Delivery]:
        """Due rows, in order per recipient (never two of one recipient at once), under a lease. `only`: these keys."""

    async def sending(self, keys: Iterable[str], *, owner: str) -> frozenset[str]:
        """Commits the intent to send before the network call; the keys still owned."""

    async def settle(self, results: Iterable[tuple[Delivery, Outcome]], now: datetime, *, owner: str) -> None:
        """Writes outcomes back, guarded by the lease's owner; bodies are blanked, retries get their time.

        A row that is dead for good and belongs to something puts ("undelivered", about) on the agenda.
        """

    async def put_off(self, key: str, until: datetime, *, owner: str) -> None: ...
    async def drop(self, key: str, reason: str, *, owner: str) -> None:
        """Nobody wants it any more, or its time is over."""

    async def release(self, *, owner: str) -> None:
        """Gives back what was claimed and not begun."""

    async def recover(self, now: datetime) -> int:
        """Rows whose lease ran out: claimed ones become pending, sending ones uncertain (or retry where idempotent)."""

    async def next_at(self) -> datetime | None:
        """When the next row is due."""


class Pace(Protocol):
    """The speed limit of a platform, shared by all processes that send."""

    async def reserve(self, platform: str, n: int, per_second: float) -> float:
        """Takes the next `n` places on the platform's timetable; the seconds to wait until the first of them."""
