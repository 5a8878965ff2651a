"""What is due on the agenda reaches the core, once; what fails is neither lost nor in the way."""

from datetime import datetime, timedelta

from bot.ports import Delivery, Outcome
from scheduler.delivery import Deliveries
from scheduler.forward import Forward
from scheduler.plan import AT_ONCE, Planner
from scheduler.sweep import Sweep
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import HOUR, NOW, FakePlatform, agenda, always, known, promise

SECONDS_30 = timedelta(seconds=30)


class Core:
    """Takes items as the core does; a subject named "broken" is a bug, until it is repaired."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.taken: list[tuple[str, str]] = []
        self.repaired = False

    async def take_due(self, kind: str, subject: str, at: datetime, _now: datetime) -> None:
        async with self._storage.unit() as uow:
            if not await uow.agenda.take(kind, subject, at):
                return
            if subject == "broken" and not self.repaired:
                raise LookupError(subject)
            await uow.commit()
        self.taken.append((kind, subject))


async def plan_for(storage: Storage, *items: tuple[str, str, datetime]) -> None:
    async with storage.unit() as uow:
        for kind, subject, at in items:
            await uow.agenda.set(kind, subject, at)
        await uow.commit()


async def test_due_items_are_taken_in_order_and_once(storage: Storage):
    await plan_for(storage, ("check_in", "i_2", NOW), ("reminder", "i_1", NOW - HOUR), ("expire", "i_1", NOW + HOUR))
    core = Core(storage)
    planner = Planner(storage, core.take_due)
    assert await planner.plan(NOW) == 2
    assert await planner.plan(NOW) == 0
    assert core.taken == [("reminder", "i_1"), ("check_in", "i_2")]


async def test_an_item_that_fails_is_tried_again_with_longer_waits_and_stops_nobody(storage: Storage):
    await plan_for(storage, ("remind", "broken", NOW - HOUR), ("remind", "fine", NOW))
    core = Core(storage)
    planner = Planner(storage, core.take_due)
    await planner.plan(NOW)
    assert core.taken == [("remind", "fine")]
    tries = []
    now = NOW
    for _ in range(10):
        async with storage.unit(write=False) as uow:
            following = await uow.agenda.next_at()
        assert following is not None
        tries.append(following - now)
        now = following
        await planner.plan(now)
    assert tries[:3] == [SECONDS_30, 2 * SECONDS_30, 4 * SECONDS_30]
    assert tries[-1] == HOUR
    core.repaired = True
    await planner.plan(now + HOUR)
    assert core.taken == [("remind", "fine"), ("remind", "broken")]
    assert await agenda(storage) == []


async def test_a_backlog_is_worked_off_in_portions(storage: Storage):
    await plan_for(storage, *(("remind", f"i_{number}", NOW) for number in range(AT_ONCE + 5)))
    core = Core(storage)
    planner = Planner(storage, core.take_due)
    assert [await planner.plan(NOW) for _ in range(3)] == [AT_ONCE, 5, 0]


async def test_moving_the_clock_lets_everything_happen_in_the_order_of_time(storage: Storage):
    await known(storage, "vogt")
    heard: list[tuple[timedelta, str]] = []
    now = NOW

    def set_clock(at: datetime) -> None:
        nonlocal now
        now = at

    class Console(FakePlatform):
        async def deliver(self, delivery: Delivery) -> Outcome:
            heard.append((now - NOW, delivery.about or ""))
            return await super().deliver(delivery)

    async def take_due(kind: str, subject: str, at: datetime, due: datetime) -> None:
        """Each item promises a message, and the first plans the second."""
        async with storage.unit() as uow:
            await uow.agenda.take(kind, subject, at)
            if kind == "first":
                await uow.agenda.set("second", subject, due + HOUR)
            await uow.commit()
        await promise(storage, "vogt", kind, about=kind, due=due)

    await plan_for(storage, ("first", "i_1", NOW + HOUR))
    await promise(storage, "vogt", "between", about="between", due=NOW + 1.5 * HOUR)
    await promise(storage, "vogt", "beyond", about="beyond", due=NOW + 9 * HOUR)
    worker = SqlWorker(storage)
    planner = Planner(storage, take_due)
    sending = Deliveries(
        worker=worker,
        database=storage,
        transports=[Console()],
        still_true=always,
        now=lambda: now,
        owner="this process",
    )
    forward = Forward(database=storage, worker=worker, planner=planner, deliveries=sending, set_clock=set_clock)
    await forward.to(NOW, NOW + 3 * HOUR)
    assert heard == [(HOUR, "first"), (1.5 * HOUR, "between"), (2 * HOUR, "second")]
    assert now == NOW + 3 * HOUR


async def test_moving_the_clock_ends_although_a_due_message_can_not_be_had(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "held by another process", due=NOW + HOUR)
    worker = SqlWorker(storage)
    await worker.claim(NOW + HOUR, ["fake"], owner="another process")
    await promise(storage, "vogt", "waits behind it", due=NOW + HOUR)
    clock: list[datetime] = []
    sending = Deliveries(
        worker=worker,
        database=storage,
        transports=[FakePlatform()],
        still_true=always,
        now=lambda: NOW + HOUR,
        owner="this process",
    )
    forward = Forward(
        database=storage,
        worker=worker,
        planner=Planner(storage, Core(storage).take_due),
        deliveries=sending,
        set_clock=clock.append,
    )
    await forward.to(NOW, NOW + timedelta(days=21))
    assert clock[-1] == NOW + timedelta(days=21)


async def test_moving_the_clock_ends_although_somebody_plans_for_now_again_and_again(sqlite_url: str):
    storage = await Storage.open(sqlite_url)
    await plan_for(storage, ("again", "i_1", NOW))
    clock: list[datetime] = []

    async def again(kind: str, subject: str, _at: datetime, now: datetime) -> None:
        await plan_for(storage, (kind, subject, now))

    worker = SqlWorker(storage)
    sending = Deliveries(
        worker=worker,
        database=storage,
        transports=[FakePlatform()],
        still_true=always,
        now=lambda: NOW,
        owner="this process",
    )
    forward = Forward(
        database=storage,
        worker=worker,
        planner=Planner(storage, again),
        deliveries=sending,
        set_clock=clock.append,
    )
    await forward.to(NOW, NOW + timedelta(seconds=2))
    assert clock[-1] == NOW + timedelta(seconds=2)
    await storage.close()


async def test_a_cleaning_job_that_fails_stops_none_of_the_others():
    cleaned: list[datetime] = []

    async def fails(_now: datetime) -> None:
        raise OSError

    async def cleans(now: datetime) -> None:
        cleaned.append(now)

    await Sweep({"broken": fails, "fine": cleans}).sweep(NOW)
    assert cleaned == [NOW]
