"""What everybody who delivers may rely on, on both databases: what becomes of a row when its send has ended, or nobody knows how."""

from typing import Any

import pytest

from bot.kinds import Kind
from bot.ports import Delivered, TryLater, Uncertain, Undeliverable
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.contracts.claims import claimed, sent
from tests.scheduler.promises import (
    HOUR,
    NOW,
    PLATFORMS,
    agenda,
    known,
    lease_runs_out,
    named,
    promise,
    rows,
    states,
    uncertain_for,
)


async def test_what_is_acknowledged_keeps_its_id_and_not_its_text(storage: Storage, worker: SqlWorker):
    (key,) = await promise(storage, "vogt", "Meine Nummer ist 0123 456789", about="i_1")
    await sent(worker, Delivered(remote_id="$1"))
    row = (await rows(storage))[key]
    assert (row["state"], row["remote_id"], row["sent_at"], row["body"]) == ("sent", "$1", NOW, None)
    assert "0123" not in str(dict(row))


async def test_an_account_that_is_gone_is_told_to_the_core_and_not_written_to_again(
    storage: Storage, worker: SqlWorker
):
    (key,) = await promise(storage, "vogt", "Anfrage", kind=Kind.REQUEST, about="i_1")
    await sent(worker, Undeliverable(cause="app removed"))
    row = (await rows(storage))[key]
    assert (row["state"], row["cause"], row["body"]) == ("dead", "app removed", None)
    assert await agenda(storage) == [("undelivered", "i_1")]
    async with storage.unit(write=False) as uow:
        account = await uow.accounts.get(named("vogt"))
    assert account is not None
    assert not account.reachable


@pytest.mark.parametrize(
    ("cause", "more"), [("room left", {"room": "team room"}), ("message too large", {})], ids=["room", "message"]
)
async def test_a_closed_room_or_an_impossible_message_says_nothing_about_the_account(
    storage: Storage, worker: SqlWorker, cause: str, more: dict[str, Any]
):
    await promise(storage, "vogt", "Ich schreibe Ihnen direkt", **more)
    await sent(worker, Undeliverable(cause=cause))
    assert await states(storage) == ["dead"]
    async with storage.unit(write=False) as uow:
        account = await uow.accounts.get(named("vogt"))
    assert account is not None
    assert account.reachable


async def test_a_retry_is_counted_and_keeps_its_first_due_time(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "Guten Tag")
    await sent(worker, TryLater(cause="503"))
    assert await states(storage) == ["retry"]
    (delivery,) = await claimed(worker, NOW + HOUR)
    assert (delivery.attempts, delivery.due, delivery.uncertain) == (1, NOW, False)


async def test_being_put_off_by_a_speed_limit_is_no_failed_attempt(storage: Storage, worker: SqlWorker):
    """A hundred people, and one message in five seconds: the last row is put off dozens of times."""
    await promise(storage, "vogt", "Guten Tag")
    due = NOW
    for _ in range(40):
        await sent(worker, TryLater(seconds=5.0, cause="429"), now=due)
        due = await worker.next_at() or due
    (delivery,) = await sent(worker, Delivered(remote_id="$1"), now=due)
    assert (delivery.attempts, delivery.due) == (0, NOW)
    assert await states(storage) == ["sent"]


async def test_twelve_attempts_then_somebody_is_told(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "Anfrage", kind=Kind.REQUEST, about="i_1")
    attempts = 0
    while (due := await worker.next_at()) is not None:
        await sent(worker, TryLater(cause="503"), now=due)
        attempts += 1
    assert attempts == 12
    (row,) = (await rows(storage)).values()
    assert (row["state"], row["cause"]) == ("dead", "gave up after 12 attempts: 503")
    assert await agenda(storage) == [("undelivered", "i_1")]


async def test_an_unknown_outcome_is_tried_again_where_a_key_arrives_once(storage: Storage, careful: SqlWorker):
    await known(storage, "vogt")
    (key,) = await promise(storage, "vogt", "Guten Tag", kind=Kind.NUDGE)
    await sent(careful, Uncertain())
    assert await states(storage) == ["uncertain"]
    (delivery,) = await claimed(careful, NOW + HOUR)
    assert (delivery.key, delivery.attempts, delivery.uncertain) == (key, 1, True)


@pytest.mark.parametrize("kind", [Kind.REQUEST, Kind.VISIT])
async def test_elsewhere_what_must_arrive_is_sent_once_more_and_marked(storage: Storage, worker: SqlWorker, kind: Kind):
    await promise(storage, "vogt", "Anfrage", kind=kind)
    (first,) = await sent(worker, Uncertain())
    (second,) = await sent(worker, Uncertain(), now=NOW + HOUR)
    assert (first.uncertain, second.uncertain) == (False, True)
    assert await states(storage) == ["held"]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.REQUEST, Kind.VISIT)])
async def test_elsewhere_the_rest_is_held_and_can_be_listed(storage: Storage, worker: SqlWorker, kind: Kind):
    (key,) = await promise(storage, "vogt", "Erinnerung", kind=kind)
    await sent(worker, Uncertain(cause="time-out"))
    row = (await rows(storage))[key]
    assert (row["state"], row["cause"], row["body"]) == ("held", "time-out", None)
    assert await worker.next_at() is None


@pytest.mark.parametrize(("idempotent", "state"), [(PLATFORMS, "uncertain"), ((), "held")])
async def test_a_crash_while_sending_is_an_unknown_outcome(
    storage: Storage, worker: SqlWorker, idempotent: tuple[str, ...], state: str
):
    mine = SqlWorker(storage, idempotent=idempotent)
    await promise(storage, "vogt", "Erinnerung", kind=Kind.NUDGE)
    await sent(mine)
    await lease_runs_out(storage)
    assert await mine.recover(NOW) == 1
    assert await states(storage) == [state]


@pytest.mark.parametrize(("kind", "state"), [(Kind.NUDGE, "held"), (Kind.REQUEST, "uncertain")])
async def test_a_key_is_not_relied_upon_for_longer_than_platforms_remember_it(
    storage: Storage, careful: SqlWorker, kind: Kind, state: str
):
    await known(storage, "vogt")
    await promise(storage, "vogt", "Guten Tag", kind=kind)
    await sent(careful, Uncertain())
    await uncertain_for(storage, 22 * HOUR)
    await careful.recover(NOW)
    assert await states(storage) == ["uncertain"]
    await uncertain_for(storage, 2 * HOUR)
    await careful.recover(NOW)
    assert await states(storage) == [state]
