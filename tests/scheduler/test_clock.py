"""The heartbeat: what is promised leaves by itself, errors pass, and a stop is orderly."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any

import pytest

from bot.ports import Delivery, Outcome
from scheduler.clock import EVERY, Scheduler
from scheduler.delivery import Deliveries
from scheduler.plan import Planner
from scheduler.sweep import Sweep
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import NOW, FakePlatform, always, known, promise, states

PATIENCE = 20  # seconds until a test is given up
HARDLY_EVER = {name: timedelta(hours=1) for name in EVERY}
OFTEN = {name: timedelta(milliseconds=20) for name in EVERY}


class Heard(FakePlatform):
    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    async def deliver(self, delivery: Delivery) -> Outcome:
        outcome = await super().deliver(delivery)
        self._changed.set()
        return outcome

    async def until(self, *texts: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.arrived != list(texts):
                await self._changed.wait()
                self._changed.clear()


async def nothing(*_: Any) -> None: ...


def scheduler(
    storage: Storage,
    platform: FakePlatform,
    every: dict[str, timedelta],
    take_due: Callable[[str, str, datetime, datetime], Awaitable[object]] = nothing,
    sweep: Sweep | None = None,
) -> Scheduler:
    worker = SqlWorker(storage)
    return Scheduler(
        planner=Planner(storage, take_due),
        deliveries=Deliveries(
            worker=worker,
            database=storage,
            transports=[platform],
            still_true=always,
            now=lambda: NOW,
            owner="this process",
        ),
        worker=worker,
        sweep=sweep or Sweep({}),
        now=lambda: NOW,
        every=every,
    )


async def test_what_is_promised_leaves_by_itself_and_at_once_when_woken(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "1", "2")
    platform = Heard()
    running = scheduler(storage, platform, HARDLY_EVER)
    running.start()
    await platform.until("1", "2")  # the first beat comes at the start, and each message makes way for the next
    await promise(storage, "vogt", "3")
    running.wake()
    await platform.until("1", "2", "3")
    assert running.late() == {}
    await running.stop()
    assert await states(storage) == ["sent", "sent", "sent"]
    await promise(storage, "vogt", "4")
    running.wake()
    assert platform.arrived == ["1", "2", "3"]


async def test_beats_go_on_after_errors(sqlite_url: str):
    storage = await Storage.open(sqlite_url)
    failed = asyncio.Event()

    class Away(SqlWorker):
        failures = 3

        async def claim(self, *args: Any, **more: Any) -> Any:
            if self.failures:
                self.failures -= 1
                failed.set()
                raise ConnectionError
            return await super().claim(*args, **more)

    await known(storage, "vogt")
    await promise(storage, "vogt", "1")
    platform = Heard()
    running = scheduler(storage, platform, OFTEN)
    running._deliveries.worker = Away(storage)
    running.start()
    await failed.wait()
    await platform.until("1")
    await running.stop()
    await storage.close()


async def test_a_stop_gives_up_a_message_that_hangs_and_says_that_it_is_unknown(sqlite_url: str):
    storage = await Storage.open(sqlite_url)
    reached = asyncio.Event()

    class Hangs(FakePlatform):
        async def deliver(self, delivery: Delivery) -> Outcome:  # noqa: ARG002
            reached.set()
            return await asyncio.Future()

    await known(storage, "vogt")
    await promise(storage, "vogt", "1", "2")
    running = scheduler(storage, Hangs(), OFTEN)
    running.start()
    await reached.wait()
    await running.stop(within=0.2)
    assert await states(storage) == ["held", "pending"]
    await storage.close()


async def test_who_never_beat_well_is_late(monkeypatch: pytest.MonkeyPatch, sqlite_url: str):
    storage = await Storage.open(sqlite_url)
    running = scheduler(storage, FakePlatform(), HARDLY_EVER)
    running.start()
    clock = time.monotonic() + 7 * 3600
    monkeypatch.setattr("scheduler.clock.time.monotonic", lambda: clock)
    assert set(running.late()) == set(EVERY)
    monkeypatch.undo()
    await running.stop()
    await storage.close()


class MachinesClock(datetime):
    """As the machine shows it, or as much earlier as somebody has set it back."""

    set_back = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) - cls.set_back


async def test_all_goes_on_although_the_machines_clock_is_set_back(monkeypatch: pytest.MonkeyPatch, sqlite_url: str):
    storage = await Storage.open(sqlite_url)
    for where in ("apscheduler.schedulers.base", "scheduler.clock"):
        monkeypatch.setattr(f"{where}.datetime", MachinesClock)
    monkeypatch.setattr("scheduler.clock.WATCH", 0.01)
    swept: asyncio.Queue[datetime] = asyncio.Queue()
    running = scheduler(storage, FakePlatform(), OFTEN, sweep=Sweep({"cleaning": swept.put}))
    running.start()
    async with asyncio.timeout(PATIENCE):
        await swept.get()
        monkeypatch.setattr(MachinesClock, "set_back", timedelta(days=1))
        for _ in range(swept.qsize() + 5):  # one may have begun before
            await swept.get()
    await running.stop()
    await storage.close()
