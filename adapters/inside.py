"""What an adapter gets from the inside: turns to be taken, storage for what it has to remember, its own state."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import structlog

from bot.dispatch import Core
from bot.events import Account, Incoming
from bot.ports import Transport
from storage.unit_of_work import Storage

if TYPE_CHECKING:
    from aiohttp import web  # a fifth of a second, for commands that serve nothing

log = structlog.get_logger()

Take: TypeAlias = Callable[[Incoming], Awaitable[tuple[str, ...]]]
"""Carries out one event, and notes in the same transaction that it has been; the keys of the promised messages."""

Begun: TypeAlias = asyncio.Task[tuple[str, ...] | None]
"""A turn; its result is None where the event is left to the inbox."""

AGAIN = (1.0, 5.0, 30.0, 120.0)  # seconds before a turn that failed is tried again; then it waits for the next start
AT_ONCE = 16  # turns; the database has fewer connections than people have ideas

Condition: TypeAlias = Literal[
    "starting", "connecting", "connected", "degraded", "bad credentials", "failed", "stopped"
]
WELL: frozenset[Condition] = frozenset({"connected", "degraded"})


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How a platform is doing. `detail` is a status for the operator, never a text somebody wrote."""

    condition: Condition = "starting"
    detail: str = ""


class Stopped(Exception):
    """Trying again is of no use before somebody has acted; the message names the remedy."""


class Turns:
    """Takes the turns of events that are in the inbox: of one account in order, of several accounts at once."""

    def __init__(self, take: Take, *, again: Sequence[float] = AGAIN) -> None:
        self._take = take
        self._again = again
        self._places = asyncio.Semaphore(AT_ONCE)
        self._last: dict[Account, Begun] = {}
        self._stopping = False

    def submit(self, incoming: Incoming) -> Begun:
        """Never raises; what could not be done stays in the inbox and is taken again at the next start."""
        if self._stopping:
            return asyncio.create_task(_left_to_the_inbox())
        turn = asyncio.create_task(self._after(self._last.get(incoming.account), incoming))
        self._last[incoming.account] = turn
        turn.add_done_callback(lambda done: self._forget(incoming.account, done))
        return turn

    async def within(self, incoming: Incoming, seconds: float) -> bool:
        """For an event that is not in the inbox yet: a turn that is over has kept it there itself, in its own transaction.

        False: it has to be put there now. Its turn goes on, or is left to the next start.
        """
        turn = self.submit(incoming)
        await asyncio.wait([turn], timeout=seconds)
        return turn.done() and not turn.cancelled() and turn.result() is not None

    async def settled(self, seconds: float | None = None) -> None:
        """Waits for all turns; those that are late are given up and left to the inbox."""
        if self._last:
            _, late = await asyncio.wait([*self._last.values()], timeout=seconds)
            for turn in late:
                turn.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def stop(self, seconds: float) -> None:
        """Begins no more, and finishes those that have begun; the platform may go on listening for the inbox."""
        self._stopping = True
        await self.settled(seconds)

    async def _after(self, before: Begun | None, incoming: Incoming) -> tuple[str, ...] | None:
        if before is not None:
            await asyncio.wait([before])
        async with self._places:
            for pause in (*self._again, None):
                try:
                    return await self._take(incoming)
                except Exception as error:  # noqa: BLE001
                    # The type alone: an error's words may quote what people wrote.
                    log.error("turn failed", action="turn", incoming=incoming.id, error=type(error).__name__)  # noqa: TRY400
                if pause is not None:
                    await asyncio.sleep(pause)
        return None

    def _forget(self, account: Account, done: Begun) -> None:
        if self._last.get(account) is done:
            del self._last[account]


async def _left_to_the_inbox() -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """One per adapter and process."""

    storage: Storage
    turns: Turns
    now: Callable[[], datetime]
    core: Core | None = None  # for reading turns that a platform answers in line, such as a search while typing


class Adapter(Protocol):
    """A platform: where its events come from and where messages to it go."""

    @property
    def transport(self) -> Transport: ...
    @property
    def state(self) -> State: ...
    @property
    def routes(self) -> "Sequence[web.RouteDef]":
        """What it wants served beside /healthz; nothing for most."""

    async def listen(self, inside: Inside) -> None:
        """Until it is cancelled. Whatever it raises but Stopped, it is called again."""


async def kept_up(adapter: Adapter, inside: Inside, pauses: Sequence[float] = (1, 5, 15, 60, 300)) -> None:
    """Listens again after each failure, with growing pauses: one platform that is down leaves the others alone."""
    platform, failures = adapter.transport.platform, 0
    while True:
        try:
            await adapter.listen(inside)
        except Stopped as stopped:
            log.critical("platform stopped", action="listen", platform=platform, remedy=str(stopped))
            return
        except Exception as error:  # noqa: BLE001
            log.error("platform failed", action="listen", platform=platform, error=type(error).__name__)  # noqa: TRY400
        await asyncio.sleep(pauses[min(failures, len(pauses) - 1)])
        failures += 1


def cleaned(value: Any) -> Any:
    """JSON without what no database takes: NUL, and halves of characters. No platform checks what its people write."""
    match value:
        case str():
            if value.isascii() and "\0" not in value:
                return value
            return value.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
        case dict():
            return {cleaned(name): cleaned(one) for name, one in value.items()}
        case list():
            return [cleaned(one) for one in value]
        case _:
            return value
