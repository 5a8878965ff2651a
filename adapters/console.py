"""The terminal as a third platform: people by name, a clock that is moved by hand, and everything due on the way.

It needs no account, and shows that the port is one: the core knows it no better than the others.
"""

import secrets
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.app import Lotse
from bot.events import Account, Address, Incoming, Said
from bot.ports import Capabilities, Delivered, Delivery, Outcome, Uncertain
from scheduler.forward import Forward

PLATFORM = "console"


def account_of(name: str) -> Account:
    """Letter case, blanks and the way an umlaut is composed make no other person."""
    return Account(f"{PLATFORM}:{' '.join(unicodedata.normalize('NFKC', name).casefold().split())}")


def address_of(name: str) -> Address:
    """Where somebody is reached: under the name they are shown by."""
    return Address(name)


def name_of(delivery: Delivery) -> str:
    """Who a message is for. An imported account has no address before its owner has written."""
    return delivery.address or delivery.account.partition(":")[2]


class Console:
    """`bot.ports.Transport`: shows a message, once per key."""

    platform = PLATFORM
    capabilities = Capabilities(idempotent=True)

    def __init__(self, show: Callable[[Delivery], Awaitable[None]]) -> None:
        self._show = show
        self._shown: set[str] = set()
        self.closed = False  # nobody reads any more

    async def deliver(self, delivery: Delivery) -> Outcome:
        if delivery.key not in self._shown:
            try:
                await self._show(delivery)
            except BrokenPipeError:
                self.closed = True
                return Uncertain(cause="output closed")
            self._shown.add(delivery.key)
        return Delivered(remote_id=delivery.key)


@dataclass(slots=True)
class HandClock:
    """The time in the terminal; it goes forward only."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def set(self, at: datetime) -> None:
        self.now = max(at.astimezone(UTC), self.now.astimezone(UTC))


class Session:
    """One terminal: who speaks, what time it is, and what follows from each line."""

    def __init__(self, lotse: Lotse, clock: HandClock, speaker: str) -> None:
        self._lotse = lotse
        self._clock = clock
        self._forward = Forward(
            database=lotse.storage,
            worker=lotse.worker,
            planner=lotse.planner,
            deliveries=lotse.deliveries,
            set_clock=clock.set,
        )
        self.speaker = speaker

    @property
    def now(self) -> datetime:
        return self._clock.now

    async def become(self, name: str) -> bool:
        """The next lines are theirs; nothing is sent. Whether they have been here before."""
        async with self._lotse.storage.unit(write=False) as uow:
            known = await uow.accounts.get(account_of(name))
        self.speaker = known.address or known.name if known else name
        return known is not None

    async def say(self, text: str) -> None:
        incoming = Incoming(
            id=secrets.token_hex(12),
            platform=PLATFORM,
            account=account_of(self.speaker),
            name=self.speaker,
            address=address_of(self.speaker),
            at=self.now,
            what=Said(text=text),
        )
        keys = await self._lotse.core.take_turn(incoming, self.now, Console.capabilities)
        if keys:
            await self._lotse.deliveries.deliver_due(only=keys)
        await self._forward.to(self.now, self.now)

    async def move(self, target: datetime) -> None:
        """Everything due up to then happens, in the order of time. The clock is kept first: it never goes back."""
        async with self._lotse.storage.unit() as uow:
            await uow.meta.keep_clock(target)
            await uow.commit()
        await self._forward.to(self.now, target)
        await self._lotse.sweep.sweep(target)
