"""Moves the business clock by hand and lets everything due happen on the way, in the order of time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.ports import Database, Worker
from scheduler.delivery import Deliveries
from scheduler.plan import Planner

ROUNDS = 50  # at one instant; whoever plans something for "now" again and again must not stop the clock


class Forward:
    """For the terminal's `/zeit` and for stories: three weeks in a second. Nothing else may be running meanwhile."""

    def __init__(
        self,
        *,
        database: Database,
        worker: Worker,
        planner: Planner,
        deliveries: Deliveries,
        set_clock: Callable[[datetime], None],
    ) -> None:
        self._database = database
        self._worker = worker
        self._planner = planner
        self._deliveries = deliveries
        self._set_clock = set_clock

    async def to(self, now: datetime, target: datetime) -> None:
        """Stops at each instant at which something is due, and at last at `target`."""
        step, rounds = timedelta(), 0
        while True:
            await self._worker.recover(now)
            done = await self._planner.plan(now) + await self._deliveries.deliver_due()
            # Something that is due but can't be had (held, or leased by another process) is passed by ever faster.
            rounds = rounds + 1 if done and rounds < ROUNDS else 0
            step = timedelta() if rounds else max(timedelta(seconds=1), 2 * step)
            following = await self._next()
            if following is None or max(following, now + step) > target:
                break
            later = max(following, now + step)
            if later > now:
                now, rounds = later, 0
                self._set_clock(now)
        self._set_clock(target)
        await self._worker.recover(target)
        for _ in range(ROUNDS):
            if not await self._planner.plan(target) + await self._deliveries.deliver_due():
                break

    async def _next(self) -> datetime | None:
        async with self._database.unit(write=False) as uow:
            planned = await uow.agenda.next_at()
        return min((at for at in (planned, await self._worker.next_at()) if at is not None), default=None)
