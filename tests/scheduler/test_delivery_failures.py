"""From the outbox to a platform that asks for patience, hangs, breaks, or never says what became of it."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import pytest

from bot.kinds import Kind
from bot.messages import plain_text
from bot.ports import Delivery, Outcome, TryLater, Uncertain
from scheduler.delivery import Limits
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.carrying import Clock, deliveries
from tests.scheduler.promises import HOUR, NOW, FakePlatform, known, promise, rows, states

PATIENCE = 60  # seconds until a test is given up


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


class HangingFor(FakePlatform):
    """Takes one message and never says so; answers for the others of its group only then."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.begun_together: set[str] = set()
        self._text = text
        self._reached = asyncio.Event()

    async def deliver(self, delivery: Delivery) -> Outcome:
        text = plain_text(delivery.message)
        if not self.arrived:
            self.begun_together.add(text)
        if text == self._text:
            self._reached.set()
            await asyncio.Event().wait()
        await self._reached.wait()
        return await super().deliver(delivery)


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


async def test_the_one_clock_of_a_group_ends_those_alone_who_have_not_answered(storage: Storage):
    """They begin together; who hangs may have arrived, and the next one of that person is not held up."""
    people = ("vogt", "kalthoff", "harms")
    await known(storage, *people)
    for name in people:
        await promise(storage, name, name, f"{name} again", kind=Kind.NUDGE)
    platform = HangingFor("kalthoff")
    sending = deliveries(storage, platform, limits=Limits(seconds_per_send=0.05))
    async with asyncio.timeout(PATIENCE):
        assert await sending.deliver_due() == 6
    assert platform.begun_together == {"vogt", "kalthoff", "harms"}
    assert sorted(platform.arrived) == ["harms", "harms again", "kalthoff again", "vogt", "vogt again"]
    assert [(row["state"], row["cause"]) for row in (await rows(storage)).values()] == [
        ("sent", None),
        ("sent", None),
        ("held", "time-out"),
        ("sent", None),
        ("sent", None),
        ("sent", None),
    ]


async def test_who_has_answered_is_written_down_while_another_of_the_group_hangs(storage: Storage):
    people = ("vogt", "kalthoff", "harms")
    await known(storage, *people)
    for name in people:
        await promise(storage, name, name, kind=Kind.NUDGE)
    sending = deliveries(storage, HangingFor("kalthoff"), limits=Limits(seconds_per_send=PATIENCE * 2))
    await sending.pump()
    async with asyncio.timeout(PATIENCE):
        while await states(storage) != ["sent", "sending", "sent"]:
            await sending.pump()
            await asyncio.sleep(0)
    await sending.stop(seconds=0.01)
    assert await states(storage) == ["sent", "held", "sent"]


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
