"""The heartbeat: a few static interval jobs in memory. All facts live in tables, so a missed beat loses nothing."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.ports import Worker
from scheduler.delivery import Deliveries
from scheduler.plan import Planner
from scheduler.sweep import Sweep

log = structlog.get_logger()

Work: TypeAlias = Callable[[], Awaitable[object]]

EVERY: Mapping[str, timedelta] = {
    "deliver": timedelta(seconds=1),  # and at once after a commit
    "plan": timedelta(seconds=2),
    "recover": timedelta(seconds=10),
    "sweep": timedelta(minutes=10),
}
PATIENCE = 60.0  # seconds a beat may take; then it is given up, and the next one tries again
STOP_WITHIN = 20.0  # seconds
WATCH = 5.0  # seconds between two looks whether the machine's clock was set back


class Scheduler:
    """One per process. `now` is the business clock; the beats themselves follow the machine's."""

    def __init__(
        self,
        *,
        planner: Planner,
        deliveries: Deliveries,
        worker: Worker,
        sweep: Sweep,
        now: Callable[[], datetime],
        every: Mapping[str, timedelta] = EVERY,
    ) -> None:
        self._deliveries = deliveries
        self._work: dict[str, Work] = {
            "deliver": deliveries.pump,
            "plan": lambda: planner.plan(now()),
            "recover": lambda: worker.recover(now()),
            "sweep": lambda: sweep.sweep(now()),
        }
        self._every = every
        self._beats = AsyncIOScheduler(timezone=UTC)
        self._watching: asyncio.Task[None] | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()  # woken while running: what came in meanwhile may have been overlooked
        self._last: dict[str, float] = {}
        self._stopping = False

    def start(self) -> None:
        """Call inside the running loop."""
        for name in self._work:
            self._last[name] = time.monotonic()
            self._beats.add_job(
                self._beat,
                "interval",
                args=[name],
                id=name,
                seconds=self._every[name].total_seconds(),
                next_run_time=datetime.now(UTC),
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # else a line for each beat
        self._deliveries.wake = self.wake
        self._beats.start()
        self._watching = asyncio.create_task(self._watch())

    def wake(self, name: str = "deliver") -> None:
        """Beats at once; call it after a commit that promised something."""
        if self._stopping or not self._beats.running:
            return
        if name in self._running:
            self._again.add(name)
        else:
            self._begin(name)

    def last_beats(self) -> dict[str, float]:
        """Seconds since each job was last finished without an error."""
        return {name: time.monotonic() - at for name, at in self._last.items()}

    def late(self) -> dict[str, float]:
        """The jobs that have not been well for much longer than their interval: for the readiness check."""
        return {
            name: since
            for name, since in self.last_beats().items()
            if since > 30.0 + 3 * self._every[name].total_seconds()
        }

    async def stop(self, within: float = STOP_WITHIN) -> None:
        """Claims nothing more, finishes what is in flight, releases the leases; done after `within` seconds at most."""
        until = time.monotonic() + within
        self._stopping = True
        if self._watching is not None:
            self._watching.cancel()
        if self._beats.running:
            self._beats.remove_all_jobs()
        # The scheduler's own shutdown would cancel what is running: the beats are tasks of ours.
        ending = asyncio.create_task(self._deliveries.stop(seconds=within * 0.6))
        if self._running:
            await asyncio.wait(self._running.values(), timeout=within * 0.6)
        for beat in self._running.values():
            beat.cancel()
        try:
            async with asyncio.timeout(max(0.1, until - time.monotonic())):
                await ending
        except Exception as error:  # noqa: BLE001
            log.error("stopped without release", action="stop", error=type(error).__name__)  # noqa: TRY400
        if self._beats.running:
            self._beats.shutdown(wait=False)

    # ------------------------------------------------------------ beats

    async def _watch(self) -> None:
        """The library waits for the hour of the next beat: with a clock set back by a day it would for a day."""
        while True:
            await asyncio.sleep(WATCH)
            now = datetime.now(UTC)
            for job in self._beats.get_jobs():
                if job.next_run_time - now > self._every[job.id] * 2:
                    log.warning("the machine's clock was set back", action=job.id)
                    job.modify(next_run_time=now)

    async def _beat(self, name: str) -> None:
        if not self._stopping and name not in self._running:
            self._begin(name)

    def _begin(self, name: str) -> None:
        beat = asyncio.create_task(self._run(name))
        self._running[name] = beat
        beat.add_done_callback(lambda _: self._ended(name))

    def _ended(self, name: str) -> None:
        del self._running[name]
        if name in self._again and not self._stopping:
            self._again.discard(name)
            self._begin(name)

    async def _run(self, name: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._work[name]()
        except Exception as error:  # noqa: BLE001
            # The type alone: an error's words may quote what people wrote.
            log.error("beat failed", action=name, error=type(error).__name__)  # noqa: TRY400
        else:
            self._last[name] = time.monotonic()
