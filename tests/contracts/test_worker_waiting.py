"""What everybody who delivers may rely on, on both databases: the order in which rows wait, and those that never leave."""

from datetime import timedelta
from typing import Any

import pytest

from bot.kinds import Kind
from bot.ports import Delivered, TryLater, Uncertain, Undeliverable
from storage.standing import Standing, standing
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.contracts.claims import OTHERS, OURS, claimed, sent
from tests.scheduler.promises import HOUR, MINUTE, NOW, SECOND, agenda, promise, rows, said, states

# ---------------------------------------------------------------- order


async def test_one_recipient_hears_in_order_and_one_message_at_a_time(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "1", "2", "3")
    await promise(storage, "kalthoff", "a", "b")
    assert said(await sent(worker, Delivered(), Delivered())) == ["1", "a"]
    assert said(await sent(worker, Delivered(), Delivered())) == ["2", "b"]
    assert said(await sent(worker, Delivered())) == ["3"]
    assert await claimed(worker) == []


async def test_an_older_row_that_is_tried_again_holds_up_the_younger_ones(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "1", "2")
    assert said(await sent(worker, TryLater(seconds=60.0))) == ["1"]
    assert await claimed(worker, NOW + MINUTE - SECOND) == []
    assert said(await sent(worker, Delivered(), now=NOW + HOUR)) == ["1"]
    assert said(await claimed(worker, NOW + HOUR)) == ["2"]


@pytest.mark.parametrize(
    ("outcome", "state"), [(Undeliverable(cause="message too large"), "dead"), (Uncertain(), "held")]
)
async def test_a_row_that_is_over_holds_up_nobody(storage: Storage, worker: SqlWorker, outcome: Any, state: str):
    await promise(storage, "vogt", "1", "2", kind=Kind.NUDGE)
    await sent(worker, outcome)
    assert await states(storage) == [state, "pending"]
    assert said(await claimed(worker)) == ["2"]


async def test_an_older_row_for_next_week_holds_up_nobody(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "next week", due=NOW + timedelta(days=7))
    await promise(storage, "vogt", "now")
    assert said(await claimed(worker)) == ["now"]


async def test_an_answer_does_not_sit_out_the_back_off_of_what_stands_before_it(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "request", kind=Kind.REQUEST)
    await sent(worker, TryLater())
    for _ in range(5):
        await sent(worker, TryLater(), now=(await worker.next_at()) or NOW)
    hence = (await worker.next_at() or NOW) - MINUTE - SECOND
    await promise(storage, "vogt", "answer", due=hence)
    assert await claimed(worker, hence) == []
    await worker.recover(hence)
    assert said(await sent(worker, Delivered(), now=hence)) == ["request"]
    assert said(await sent(worker, Delivered(), now=hence)) == ["answer"]


async def test_but_it_does_where_the_platform_named_the_time(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "request", kind=Kind.REQUEST)
    await sent(worker, TryLater(seconds=600.0))
    await promise(storage, "vogt", "answer", due=NOW + SECOND)
    await worker.recover(NOW + MINUTE)
    assert await claimed(worker, NOW + MINUTE) == []


async def test_a_conversation_rests_between_two_messages(storage: Storage, worker: SqlWorker):
    paced = SqlWorker(storage, gaps={"fake": 1.0})
    await promise(storage, "vogt", "1", "2")
    await sent(paced, Delivered())
    await promise(storage, "kalthoff", "of another conversation")
    assert said(await sent(paced, Delivered(), now=NOW + SECOND / 2)) == ["of another conversation"]
    assert said(await sent(paced, Delivered(), now=NOW + SECOND)) == ["2"]


# ---------------------------------------------------------------- put off, dropped, expired


async def test_a_row_put_off_becomes_due_then(storage: Storage, worker: SqlWorker):
    (key,) = await promise(storage, "vogt", "Erinnerung", kind=Kind.NUDGE)
    await claimed(worker)
    await worker.put_off(key, NOW + HOUR, owner=OTHERS)
    assert await states(storage) == ["claimed"]
    await worker.put_off(key, NOW + HOUR, owner=OURS)
    assert await worker.next_at() == NOW + HOUR
    assert await claimed(worker) == []
    (delivery,) = await claimed(worker, NOW + HOUR)
    assert (delivery.due, delivery.attempts) == (NOW + HOUR, 0)


async def test_a_row_put_off_between_two_attempts_remembers_them(storage: Storage, worker: SqlWorker):
    (key,) = await promise(storage, "vogt", "Anfrage", kind=Kind.REQUEST)
    await sent(worker, Uncertain())
    await claimed(worker, NOW + HOUR)
    await worker.put_off(key, NOW + 2 * HOUR, owner=OURS)
    assert await states(storage) == ["uncertain"]
    (delivery,) = await claimed(worker, NOW + 2 * HOUR)
    assert (delivery.attempts, delivery.uncertain) == (1, True)


async def test_what_nobody_wants_any_more_is_dropped_with_its_text(storage: Storage, worker: SqlWorker):
    (key,) = await promise(storage, "vogt", "Erinnerung", kind=Kind.NUDGE)
    await claimed(worker)
    await worker.drop(key, "prompts off", owner=OURS)
    row = (await rows(storage))[key]
    assert (row["state"], row["cause"], row["body"]) == ("expired", "prompts off", None)


async def test_a_row_expires_unsent(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "bis eben", expires=NOW + HOUR)
    await promise(storage, "vogt", "danach", due=NOW + HOUR)
    assert said(await claimed(worker, NOW + HOUR)) == ["danach"]
    await worker.recover(NOW + HOUR)
    (row, _) = (await rows(storage)).values()
    assert (row["state"], row["body"]) == ("expired", None)
    assert await agenda(storage) == []


async def test_a_row_that_expires_while_it_is_tried_is_told_to_the_core(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "Anfrage", kind=Kind.REQUEST, about="i_1", expires=NOW + 2 * MINUTE)
    await sent(worker, TryLater(seconds=30.0))
    await worker.recover(NOW + 2 * MINUTE)
    assert await states(storage) == ["dead"]
    assert await agenda(storage) == [("undelivered", "i_1")]


async def test_what_is_still_open_can_be_listed_by_kind_and_age(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "1", "2", kind=Kind.NUDGE)
    await promise(storage, "kalthoff", "delivered")
    await sent(worker, Delivered(), Uncertain())
    await promise(storage, "harms", "later", kind=Kind.NUDGE, due=NOW + HOUR)
    assert await standing(storage, NOW + MINUTE) == [
        Standing(platform="fake", state="held", kind=Kind.NUDGE, count=1, overdue=1, oldest=NOW),
        Standing(platform="fake", state="pending", kind=Kind.NUDGE, count=2, overdue=1, oldest=NOW),
    ]


async def test_the_next_due_row_is_known(storage: Storage, worker: SqlWorker):
    assert await worker.next_at() is None
    await promise(storage, "vogt", "later", due=NOW + HOUR)
    await promise(storage, "kalthoff", "sooner", due=NOW + MINUTE)
    assert await worker.next_at() == NOW + MINUTE
