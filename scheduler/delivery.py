"""From the outbox to the platforms: claims what is due, asks again whether it is still true, hands it over.

A row goes claimed → sending → settled. The intent to send is committed before the network call: after a crash a row
that was only claimed has certainly not gone out, and one that was being sent may have.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

import structlog

from bot.kinds import Kind, Send, Wait
from bot.ports import (
    Database,
    Delivered,
    Delivery,
    Drop,
    Outcome,
    Pace,
    StillTrue,
    Transport,
    TryLater,
    Uncertain,
    Undeliverable,
    Verdict,
    Worker,
)
from scheduler.pace import ProcessPace
from scheduler.servers import Servers

log = structlog.get_logger()

Observe: TypeAlias = Callable[[str, str], None]
"""Called with what became of a message ("delivered", "try_later", "uncertain", "undeliverable", "put_off", "dropped")
and its platform; for metrics."""

SETTLE_AGAIN = (0.1, 0.5, 2.0, 5.0)  # seconds; an outcome that can't be written down becomes "uncertain"
LATER = timedelta(minutes=5)  # for a row whose truth could not be established, because of a bug


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`in_flight`: rows per platform, claimed and not yet settled. `rates`: messages per second by platform; one that
    isn't named has no limit.
    """

    batch: int = 50
    in_flight: int = 50
    seconds_per_send: float = 20.0
    rates: Mapping[str, float] = field(default_factory=dict)


def _observe_nothing(_event: str, _platform: str) -> None: ...


class Deliveries:
    """One per process. `now` is the business clock; `owner` names this process in the leases."""

    def __init__(
        self,
        *,
        worker: Worker,
        database: Database,
        transports: Iterable[Transport],
        still_true: StillTrue,
        now: Callable[[], datetime],
        owner: str,
        pace: Pace | None = None,
        limits: Limits = Limits(),
        observe: Observe = _observe_nothing,
    ) -> None:
        self.worker = worker
        self._database = database
        self._transports = {transport.platform: transport for transport in transports}
        self._still_true = still_true
        self._now = now
        self.owner = owner
        self._pace: Pace = pace if pace is not None else ProcessPace()
        self._limits = limits
        self._observe = observe
        self._turnstiles = {platform: asyncio.Lock() for platform in self._transports}
        self._room = dict.fromkeys(self._transports, limits.in_flight)
        self._servers = Servers()
        self._claiming = asyncio.Lock()
        self._batches: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.wake: Callable[[], None] = lambda: None  # called when a recipient may be free for the next message

    async def deliver_due(self, only: Iterable[str] = ()) -> int:
        """Carries out what is due (of these keys), until nothing is left, and waits for it; how many rows that were."""
        keys = tuple(only)
        count = 0
        while not self._stopping:
            rows = await self._claim(self._transports, self._limits.batch, keys)
            if not rows:
                break
            count += len(rows)
            await asyncio.shield(self._begin(rows))
        return count

    async def pump(self) -> None:
        """Begins what is due as far as there is room in flight, and doesn't wait: one slow platform stops no other."""
        for platform in self._transports:
            more = True
            while more and not self._stopping and self._room[platform] > 0:
                limit = min(self._limits.batch, self._room[platform])
                rows = await self._claim([platform], limit)
                more = len(rows) == limit
                if rows:
                    self._begin(rows)

    async def stop(self, seconds: float = 12.0) -> None:
        """No more claims; what is in flight is finished, or after `seconds` noted as uncertain; leases are released."""
        self._stopping = True
        async with self._claiming:
            pass  # what was just being claimed has become a batch
        if self._batches:
            _, late = await asyncio.wait(self._batches, timeout=seconds)
            for batch in late:
                batch.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.worker.release(owner=self.owner)

    # ------------------------------------------------------------ one batch

    async def _claim(self, platforms: Iterable[str], limit: int, only: Iterable[str] = ()) -> Sequence[Delivery]:
        async with self._claiming:
            if self._stopping:
                return ()
            rows = await self.worker.claim(self._now(), platforms, owner=self.owner, limit=limit, only=only)
        for delivery in rows:
            self._room[delivery.platform] -= 1
        return rows

    def _begin(self, rows: Sequence[Delivery]) -> asyncio.Task[None]:
        batch = asyncio.create_task(self._carry_out(rows))
        self._batches.add(batch)
        batch.add_done_callback(self._batches.discard)
        return batch

    async def _carry_out(self, rows: Sequence[Delivery]) -> None:
        """Never raises for what goes wrong: rows left as they are come back when their lease runs out."""
        try:
            going = await self._reachable(await self._verify(rows))
            async with asyncio.TaskGroup() as chunks:
                for platform in dict.fromkeys(delivery.platform for delivery in going):
                    mine = [delivery for delivery in going if delivery.platform == platform]
                    chunks.create_task(self._hand_over(platform, mine))
        except Exception as error:  # noqa: BLE001
            log.error("batch failed", action="deliver", error=_name(error), rows=[row.key for row in rows])  # noqa: TRY400
        finally:
            for delivery in rows:
                self._room[delivery.platform] += 1
            self.wake()

    async def _verify(self, rows: Sequence[Delivery]) -> list[Delivery]:
        """Those that may go out now; the others are put off or dropped."""
        going = [delivery for delivery in rows if delivery.kind is Kind.ANSWER]
        waiting = deque(delivery for delivery in rows if delivery.kind is not Kind.ANSWER)
        unasked: set[str] = set()  # one unasked message per person at a time, or the ceiling could be passed
        while waiting:
            decided: list[tuple[Delivery, Verdict]] = []
            async with self._database.unit(write=False) as uow:
                while waiting:
                    delivery = waiting.popleft()
                    now = self._now()
                    try:
                        verdict = self._in_vain(delivery) or await self._still_true(uow, delivery, now)
                    except Exception as error:  # noqa: BLE001
                        log.error("not decided", action="deliver", row=delivery.key, error=_name(error))  # noqa: TRY400
                        decided.append((delivery, Wait(now + LATER)))
                        break  # the unit of work may be of no more use
                    if delivery.kind.ceiling and delivery.person is not None and isinstance(verdict, Send):
                        if delivery.person in unasked:
                            verdict = Wait(now + timedelta(seconds=1))
                        unasked.add(delivery.person)
                    decided.append((delivery, verdict))
            for delivery, verdict in decided:
                match verdict:
                    case Send():
                        going.append(delivery)
                    case Wait(until=until):
                        self._observe("put_off", delivery.platform)
                        await self.worker.put_off(delivery.key, until, owner=self.owner)
                    case Drop(reason=reason):
                        self._observe("dropped", delivery.platform)
                        log.info("dropped", action="deliver", row=delivery.key, reason=reason)
                        await self.worker.drop(delivery.key, reason, owner=self.owner)
                    case Undeliverable():
                        await self._settle([(delivery, verdict)])
                    case _:
                        assert_never(verdict)
        return going

    async def _reachable(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Without those whose server is being left alone; they come back when it is to be tried again."""
        going, waiting = [], []
        for delivery in deliveries:
            rest = self._servers.resting(delivery, self._now())
            if rest is None:
                going.append(delivery)
            else:
                waiting.append((delivery, TryLater(seconds=rest.total_seconds(), cause="server does not answer")))
        if waiting:
            await self._settle(waiting, heard=False)
        return going

    def _in_vain(self, delivery: Delivery) -> Drop | None:
        """An edit is for a message that the platform has, and can change."""
        if delivery.kind is not Kind.EDIT:
            return None
        able = self._transports[delivery.platform].capabilities.edits and delivery.replaces_remote is not None
        return None if able else Drop("can't be edited")

    async def _hand_over(self, platform: str, deliveries: Sequence[Delivery]) -> None:
        """At the platform's speed: small groups, each sent at once when its turn has come."""
        rate = self._limits.rates.get(platform)
        size = len(deliveries) if rate is None else max(1, int(rate / 2))
        async with asyncio.TaskGroup() as sends:
            for start in range(0, len(deliveries), max(size, 1)):
                group = deliveries[start : start + size]
                if rate is not None:
                    async with self._turnstiles[platform]:
                        await asyncio.sleep(await self._pace.reserve(platform, len(group), rate))
                if self._stopping:
                    return
                sends.create_task(self._send_all(group))

    async def _send_all(self, group: Sequence[Delivery]) -> None:
        """Commits the intent, sends, and settles in the order of arrival, together what arrives together."""
        owned = await self.worker.sending([delivery.key for delivery in group], owner=self.owner)
        pending = {asyncio.create_task(self._send(row)): row for row in group if row.key in owned}
        # One clock for all of them: they have begun together. Nobody else cancels one while this goes on.
        late = asyncio.get_running_loop().call_later(self._limits.seconds_per_send, _cancel, pending)
        try:
            while pending:
                done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                timed_out = Uncertain(cause="time-out")
                await self._settle([(pending[send], timed_out if send.cancelled() else send.result()) for send in done])
                for send in done:
                    del pending[send]
        except BaseException as error:
            stopped = Uncertain(cause="stopped")
            found = [
                (row, send.result() if send.done() and not send.cancelled() else stopped)
                for send, row in pending.items()
            ]
            for send in pending:
                send.cancel()
            if isinstance(error, asyncio.CancelledError):
                await self._settle(found)
            raise
        finally:
            late.cancel()

    async def _send(self, delivery: Delivery) -> Outcome:
        try:
            return await self._transports[delivery.platform].deliver(delivery)
        except TimeoutError:
            return Uncertain(cause="time-out")
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            return Uncertain(cause="cut off")  # by the transport itself, which is closing
        except Exception as error:  # noqa: BLE001
            log.error("transport failed", action="deliver", row=delivery.key, error=_name(error))  # noqa: TRY400
            return Uncertain(cause=type(error).__name__)

    async def _settle(self, results: Sequence[tuple[Delivery, Outcome]], *, heard: bool = True) -> None:
        for delivery, outcome in results:
            if heard:
                self._servers.heard(delivery, outcome, self._now())
            self._observe(_EVENTS[type(outcome)], delivery.platform)
            if not isinstance(outcome, Delivered):
                log.info("not delivered", action="deliver", row=delivery.key, outcome=_EVENTS[type(outcome)])
        for pause in (*SETTLE_AGAIN, None):
            try:
                await self.worker.settle(results, self._now(), owner=self.owner)
            except Exception as error:
                keys = [row.key for row, _ in results]
                log.error("not settled", action="deliver", error=_name(error), rows=keys)  # noqa: TRY400
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return


_EVENTS: Mapping[type[Outcome], str] = {
    Delivered: "delivered",
    TryLater: "try_later",
    Undeliverable: "undeliverable",
    Uncertain: "uncertain",
}


def _cancel(sends: Iterable[asyncio.Task[Outcome]]) -> None:
    for send in sends:
        send.cancel()


def _name(error: BaseException) -> str:
    """The type alone: an error's words may quote what people wrote."""
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(sorted({_name(inner) for inner in error.exceptions}))
    return type(error).__name__
