"""From the outbox to a platform: what leaves, what doesn't, and how quickly."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.kinds import Kind, Send, Wait
from bot.ports import Delivery, Drop, Undeliverable, UnitOfWork, Verdict
from scheduler.delivery import Limits
from scheduler.pace import ProcessPace
from storage.pace import SqlPace
from storage.unit_of_work import Storage
from tests.scheduler.carrying import Clock, deliveries, verdict
from tests.scheduler.promises import HOUR, NOW, FakePlatform, agenda, known, promise, rows, states

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
