"""From the outbox to a platform: what leaves, what doesn't, and what is noted of it."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from bot.kinds import Kind, Send, Wait
from bot.ports import (
    Delivery,
    Drop,
    Outcome,
    StillTrue,
    TryLater,
    Uncertain,
    Undeliverable,
    UnitOfWork,
    Verdict,
)
from scheduler.delivery import Deliveries, Limits
from scheduler.pace import ProcessPace
from storage.pace import SqlPace
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import HOUR, NOW, FakePlatform, agenda, always, known, promise, rows, states


class Clock:
    """Business time, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def deliveries(storage: Storage, *platforms: Any, still_true: StillTrue = always, **more: Any) -> Deliveries:
    idempotent = [platform.platform for platform in platforms if platform.capabilities.idempotent]
    given: dict[str, Any] = {
        "worker": SqlWorker(storage, idempotent=idempotent, rng=Random(1)),
        "database": storage,
        "transports": platforms,
        "still_true": still_true,
        "now": Clock(),
        "owner": "this process",
        **more,
    }
    return Deliveries(**given)


def verdict(found: Verdict) -> StillTrue:
    async def ask(_uow: UnitOfWork, _delivery: Delivery, _now: datetime) -> Verdict:
        return found

    return ask


class Hanging(FakePlatform):
    """A platform that takes the message and never says so."""

    def __init__(self, platform: str = "hanging") -> None:
        super().__init__(platform=platform)
        self.reached = asyncio.Event()

    async def deliver(self, delivery: Delivery) -> Outcome:
        self.tried.append(delivery)
        self.reached.set()
        await asyncio.Event().wait()
        raise AssertionError


class Broken(FakePlatform):
    async def deliver(self, delivery: Delivery) -> Outcome:
        self.tried.append(delivery)
        raise RuntimeError(f"cannot send to {delivery.account}")


class CutOff(FakePlatform):
    """A platform that closes while it sends."""

    async def deliver(self, delivery: Delivery) -> Outcome:
        self.tried.append(delivery)
        request = asyncio.create_task(asyncio.Event().wait())
        request.cancel()
        await request
        raise AssertionError


class Interrupted(SqlWorker):
    """Whoever writes down the first outcome is stopped on the way."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(storage)
        self.reached = asyncio.Event()

    async def settle(self, results: Sequence[tuple[Delivery, Outcome]], now: datetime, *, owner: str) -> None:
        if not self.reached.is_set():
            self.reached.set()
            await asyncio.Event().wait()
        await super().settle(results, now, owner=owner)


# ---------------------------------------------------------------- what leaves


async def test_everything_due_arrives_in_order_and_once(storage: Storage):
    await known(storage, "vogt", "kalthoff")
    await promise(storage, "vogt", "1", "2", "3")
    await promise(storage, "kalthoff", "a", kind=Kind.REQUEST)
    platform = FakePlatform()
    sending = deliveries(storage, platform)
    assert await sending.deliver_due() == 4
    assert await sending.deliver_due() == 0
    assert sorted(platform.arrived) == ["1", "2", "3", "a"]
    assert [text for text in platform.arrived if text != "a"] == ["1", "2", "3"]
    assert await states(storage) == ["sent"] * 4


async def test_a_turn_can_have_its_own_messages_delivered_in_line(storage: Storage):
    await known(storage, "vogt", "kalthoff")
    await promise(storage, "kalthoff", "of another turn")
    keys = await promise(storage, "vogt", "1", "2")
    platform = FakePlatform()
    assert await deliveries(storage, platform).deliver_due(only=keys) == 2
    assert platform.arrived == ["1", "2"]


async def test_an_answer_is_not_asked_about(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "answer")
    platform = FakePlatform()
    await deliveries(storage, platform, still_true=verdict(Drop("whatever"))).deliver_due()
    assert platform.arrived == ["answer"]


async def test_what_is_put_off_leaves_when_its_time_has_come(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "nudge", kind=Kind.NUDGE)
    platform, clock = FakePlatform(), Clock()
    await deliveries(storage, platform, still_true=verdict(Wait(NOW + HOUR)), now=clock).deliver_due()
    assert platform.tried == []
    clock.now = NOW + HOUR
    await deliveries(storage, platform, now=clock).deliver_due()
    assert platform.arrived == ["nudge"]


async def test_what_nobody_wants_any_more_never_leaves(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "nudge", kind=Kind.NUDGE)
    platform = FakePlatform()
    await deliveries(storage, platform, still_true=verdict(Drop("prompts off"))).deliver_due()
    (row,) = (await rows(storage)).values()
    assert (platform.tried, row["state"], row["cause"], row["body"]) == ([], "expired", "prompts off", None)


async def test_who_is_known_to_be_gone_is_not_written_to_and_the_core_is_told(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "request", kind=Kind.REQUEST, about="i_1")
    platform = FakePlatform()
    gone = verdict(Undeliverable(cause="unreachable"))
    await deliveries(storage, platform, still_true=gone).deliver_due()
    assert (platform.tried, await states(storage)) == ([], ["dead"])
    assert await agenda(storage) == [("undelivered", "i_1")]


async def test_a_row_taken_back_after_the_claim_does_not_leave(storage: Storage):
    """Between the claim and the network call the asker says "doch nicht"."""
    await known(storage, "vogt")
    await promise(storage, "vogt", "request", kind=Kind.REQUEST, about="i_1")
    platform = FakePlatform()

    async def taken_back(_uow: UnitOfWork, _delivery: Delivery, _now: datetime) -> Verdict:
        async with storage.unit() as uow:
            await uow.outbox.cancel("i_1")
            await uow.commit()
        return Send()

    await deliveries(storage, platform, still_true=taken_back).deliver_due()
    assert (platform.tried, await rows(storage)) == ([], {})


async def test_a_bug_while_asking_stops_only_its_own_row_and_puts_that_off(storage: Storage):
    await known(storage, "vogt", "kalthoff")
    await promise(storage, "vogt", "odd", kind=Kind.REQUEST, about="odd")
    await promise(storage, "kalthoff", "fine", kind=Kind.REQUEST)

    async def ask(_uow: UnitOfWork, delivery: Delivery, _now: datetime) -> Verdict:
        if delivery.about == "odd":
            raise LookupError(delivery.about)
        return Send()

    platform, clock = FakePlatform(), Clock()
    await deliveries(storage, platform, still_true=ask, now=clock).deliver_due()
    assert platform.arrived == ["fine"]
    clock.now = NOW + HOUR
    await deliveries(storage, platform, now=clock).deliver_due()
    assert platform.arrived == ["fine", "odd"]


async def test_two_unasked_messages_of_one_person_are_asked_about_one_after_the_other(storage: Storage):
    """On two accounts at once; the second must see that the first has gone out, or the ceiling could be passed."""
    await known(storage, "vogt")
    await known(storage, "vogt", platform="other")
    await promise(storage, "vogt", "here", kind=Kind.NUDGE, person="p_1")
    await promise(storage, "vogt", "there", kind=Kind.NUDGE, platform="other", person="p_1")
    here, there, clock = FakePlatform(), FakePlatform(platform="other"), Clock()
    sending = deliveries(storage, here, there, now=clock)
    await sending.deliver_due()
    assert here.arrived + there.arrived == ["here"]
    clock.now += timedelta(seconds=1)
    await sending.deliver_due()
    assert here.arrived + there.arrived == ["here", "there"]


# ---------------------------------------------------------------- what goes wrong


async def test_a_platform_that_asks_for_patience_gets_it(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "1", "2")
    platform, clock = FakePlatform(TryLater(seconds=1800.0)), Clock()
    sending = deliveries(storage, platform, now=clock)
    await sending.deliver_due()
    assert platform.arrived == []
    clock.now = NOW + HOUR
    await sending.deliver_due()
    assert platform.arrived == ["1", "2"]
    assert [delivery.key for delivery in platform.tried[:2]] == [platform.tried[0].key] * 2


@pytest.mark.parametrize("how", ["uncertain", "broken", "hanging", "cut off"])
async def test_nobody_hears_twice_because_the_outcome_is_unknown(storage: Storage, how: str):
    given = {
        "uncertain": FakePlatform(Uncertain()),
        "broken": Broken(),
        "hanging": Hanging("fake"),
        "cut off": CutOff(),
    }
    platform = given[how]
    await known(storage, "vogt")
    await promise(storage, "vogt", "nudge", kind=Kind.NUDGE)
    clock = Clock()
    sending = deliveries(storage, platform, now=clock, limits=Limits(seconds_per_send=0.01))
    await sending.deliver_due()
    clock.now = NOW + timedelta(days=2)
    await sending.deliver_due()
    assert len(platform.tried) == 1
    assert await states(storage) == ["held"]


async def test_with_a_key_that_arrives_once_it_is_sent_again(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "nudge", kind=Kind.NUDGE)
    platform, clock = FakePlatform(Uncertain(), idempotent=True), Clock()
    sending = deliveries(storage, platform, now=clock)
    await sending.deliver_due()
    clock.now = NOW + HOUR
    await sending.deliver_due()
    first, second = platform.tried
    assert first.key == second.key
    assert await states(storage) == ["sent"]


async def test_one_slow_platform_stops_no_other_and_a_stop_notes_what_is_unknown(storage: Storage):
    await known(storage, "vogt")
    await known(storage, "vogt", platform="hanging")
    await promise(storage, "vogt", "hangs", kind=Kind.NUDGE, platform="hanging")
    await promise(storage, "vogt", "quick")
    quick, hanging = FakePlatform(), Hanging()
    sending = deliveries(storage, hanging, quick, limits=Limits(in_flight=1))
    await sending.pump()
    await hanging.reached.wait()
    await promise(storage, "vogt", "quick again")
    while (await states(storage))[1:] != ["sent", "sent"]:  # also written down, or the stop would note it as unknown
        await sending.pump()
        await asyncio.sleep(0)
    assert quick.arrived == ["quick", "quick again"]
    await sending.stop(seconds=0.01)
    assert await states(storage) == ["held", "sent", "sent"]
    await promise(storage, "vogt", "after the stop")
    await sending.pump()
    assert await sending.deliver_due() == 0


async def test_what_is_known_to_have_arrived_is_written_down_although_everything_stops(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "arrives", kind=Kind.NUDGE)
    worker = Interrupted(storage)
    sending = deliveries(storage, FakePlatform(), worker=worker)
    await sending.pump()
    await worker.reached.wait()
    await sending.stop(seconds=0.01)
    assert await states(storage) == ["sent"]


async def test_all_that_is_due_is_begun_however_small_the_batches(storage: Storage):
    names = ("vogt", "kalthoff", "harms", "seidl", "acar")
    await known(storage, *names)
    for name in names:
        await promise(storage, name, name)
    sending = deliveries(storage, Hanging("fake"), limits=Limits(batch=2))
    await sending.pump()
    assert {*await states(storage)} <= {"claimed", "sending"}
    await sending.stop(seconds=0.01)


class Forgetful(SqlWorker):
    """A database that is away for a moment, just when an outcome is to be written down."""

    failures = 1

    async def settle(self, results: Iterable[tuple[Delivery, Outcome]], now: datetime, *, owner: str) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        await super().settle(results, now, owner=owner)


async def test_an_outcome_is_written_down_when_the_database_is_back(storage: Storage):
    await known(storage, "vogt")
    await promise(storage, "vogt", "answer")
    platform = FakePlatform()
    await deliveries(storage, platform, worker=Forgetful(storage)).deliver_due()
    assert (platform.arrived, await states(storage)) == (["answer"], ["sent"])


# ---------------------------------------------------------------- speed


class Timetable:
    """Everybody may go at once; remembers who asked for how many places."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, float]] = []

    async def reserve(self, platform: str, n: int, per_second: float) -> float:
        self.asked.append((platform, n, per_second))
        return 0.0


async def test_a_platform_gets_its_messages_in_small_groups_at_its_speed(storage: Storage):
    people = [f"person {number}" for number in range(25)]
    await known(storage, *people)
    for name in people:
        await promise(storage, name, "Guten Tag")
    platform, pace = FakePlatform(), Timetable()
    await deliveries(storage, platform, pace=pace, limits=Limits(rates={"fake": 20.0})).deliver_due()
    assert pace.asked == [("fake", 10, 20.0), ("fake", 10, 20.0), ("fake", 5, 20.0)]
    assert len(platform.arrived) == 25


async def places(*paces: Any) -> Sequence[float]:
    return [await pace.reserve("teams", 1000, 1.0) for pace in paces]


async def test_a_process_keeps_one_timetable_per_platform():
    pace = ProcessPace()
    first, second = await places(pace, pace)
    assert first == 0
    assert 900 < second <= 1000
    assert await pace.reserve("matrix", 1, 1.0) == 0


async def test_processes_on_postgresql_share_one(postgresql_url: str):
    here, there = await Storage.open(postgresql_url), await Storage.open(postgresql_url)
    first, second, third = await places(SqlPace(here), SqlPace(there), SqlPace(here))
    assert first == 0
    assert 900 < second <= 1000
    assert 1900 < third <= 2000
    assert await SqlPace(there).reserve("matrix", 1, 1.0) == 0
    await here.close()
    await there.close()
