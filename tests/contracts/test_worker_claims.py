"""What everybody who delivers may rely on, on both databases: what is claimed, for how long, and by one alone."""

import asyncio
from dataclasses import replace

from bot.kinds import Kind
from bot.messages import Message, Text
from bot.ports import Delivered, Delivery, Outgoing, Undeliverable
from storage.meta import SENDING_HELD
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.contracts.claims import OTHERS, OURS, claimed, sent
from tests.scheduler.promises import HOUR, NOW, PLATFORMS, known, lease_runs_out, named, promise, rows, said, states
from tests.storage.samples import person

# ---------------------------------------------------------------- claiming


async def test_a_due_row_carries_all_that_is_needed_to_deliver_it(storage: Storage, worker: SqlWorker):
    (key,) = await promise(storage, "vogt", "Guten Tag", kind=Kind.REQUEST, about="i_1")
    (delivery,) = await claimed(worker)
    assert delivery == Delivery(
        key=key,
        account=named("vogt"),
        platform="fake",
        address="room of vogt",
        person=None,
        kind=Kind.REQUEST,
        about="i_1",
        message=Message(blocks=(Text(text="Guten Tag"),)),
        due=NOW,
        attempts=0,
    )


async def test_what_is_claimed_is_not_claimed_again(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "Guten Tag")
    assert len(await claimed(worker)) == 1
    assert await claimed(worker, owner=OTHERS) == []


async def test_rows_wait_for_their_time_and_their_platform(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "later", due=NOW + HOUR)
    await known(storage, "vogt", platform="other")
    await promise(storage, "vogt", "elsewhere", platform="other")
    assert await claimed(worker) == []
    assert said(await worker.claim(NOW, ["other"], owner=OURS)) == ["elsewhere"]
    assert said(await claimed(worker, NOW + HOUR)) == ["later"]


async def test_a_caller_can_ask_for_its_own_rows(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "of another turn")
    (key,) = await promise(storage, "kalthoff", "of this turn")
    assert said(await claimed(worker, only=[key])) == ["of this turn"]


async def test_whose_an_account_is_needn_t_be_said(storage: Storage, worker: SqlWorker):
    async with storage.unit() as uow:
        vogt = person()
        await uow.people.add(vogt)
        row = await uow.accounts.get(named("vogt"))
        assert row is not None
        await uow.accounts.save(replace(row, person=vogt.key))
        await uow.commit()
    await promise(storage, "vogt", "to somebody")
    await promise(storage, "kalthoff", "to nobody known")
    await promise(storage, "never seen", "to nobody at all")
    found = {row["account"]: (row["person"], row["platform"]) for row in (await rows(storage)).values()}
    assert found == {
        named("vogt"): (vogt.key, "fake"),
        named("kalthoff"): (None, "fake"),
        named("never seen"): (None, "fake"),
    }


async def test_whoever_has_just_written_is_served_first(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "nudge", kind=Kind.NUDGE, due=NOW - HOUR)
    await promise(storage, "kalthoff", "answer")
    assert said(await claimed(worker, limit=1)) == ["answer"]


async def test_a_message_that_takes_the_place_of_another_knows_its_remote_id(storage: Storage, worker: SqlWorker):
    (first,) = await promise(storage, "vogt", "Wen suchen Sie?")
    await sent(worker, Delivered(remote_id="$1"))
    async with storage.unit() as uow:
        message = Message(blocks=(Text(text="Danke"),), replaces=first)
        await uow.outbox.put(Outgoing(account=named("vogt"), person=None, kind=Kind.ANSWER, message=message, due=NOW))
        await uow.commit()
    (delivery,) = await claimed(worker)
    assert delivery.replaces_remote == "$1"


async def test_nothing_is_sent_while_sending_is_held(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "Guten Tag")
    async with storage.unit() as uow:
        await uow.meta.put(SENDING_HELD, "restored")
        await uow.commit()
    assert await claimed(worker) == []
    assert await worker.next_at() is None
    async with storage.unit() as uow:
        await uow.meta.put(SENDING_HELD, None)
        await uow.commit()
    assert len(await claimed(worker)) == 1


# ---------------------------------------------------------------- leases


async def test_a_claim_that_was_left_lying_comes_back(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "Guten Tag")
    await claimed(worker)
    assert await worker.recover(NOW) == 0
    await lease_runs_out(storage)
    assert await worker.recover(NOW) == 1
    (delivery,) = await claimed(worker, owner=OTHERS)
    assert (delivery.attempts, delivery.uncertain) == (0, False)


async def test_who_begins_alone_need_not_wait_for_the_leases_of_the_dead(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "begun", kind=Kind.NUDGE)
    await sent(worker)
    await promise(storage, "kalthoff", "not begun")
    await claimed(worker)
    reborn = SqlWorker(storage)
    await reborn.take_over()
    assert await reborn.recover(NOW) == 2
    assert await states(storage) == ["held", "pending"]


async def test_who_has_lost_the_lease_can_not_begin_to_send(storage: Storage, worker: SqlWorker):
    (key,) = await promise(storage, "vogt", "Guten Tag")
    await claimed(worker)
    await lease_runs_out(storage)
    await worker.recover(NOW)
    await claimed(worker, owner=OTHERS)
    assert await worker.sending([key], owner=OURS) == frozenset()
    assert await worker.sending([key], owner=OTHERS) == {key}


async def test_a_late_acknowledgement_is_refused(storage: Storage, worker: SqlWorker, careful: SqlWorker):
    (key,) = await promise(storage, "vogt", "Guten Tag")
    slow = await sent(careful)
    await lease_runs_out(storage)
    await careful.recover(NOW)
    (again,) = await claimed(careful, NOW + HOUR, owner=OTHERS)
    await careful.sending([again.key], owner=OTHERS)
    await careful.settle([(slow[0], Undeliverable(cause="app removed"))], NOW + HOUR, owner=OURS)
    assert await states(storage) == ["sending"]
    await careful.settle([(slow[0], Delivered(remote_id="late"))], NOW + HOUR, owner=OURS)
    assert await states(storage) == ["sending"]
    await careful.settle([(again, Delivered(remote_id="second"))], NOW + HOUR, owner=OTHERS)
    assert (await rows(storage))[key]["remote_id"] == "second"
    async with storage.unit(write=False) as uow:
        account = await uow.accounts.get(named("vogt"))
    assert account is not None
    assert account.reachable


async def test_a_stop_gives_back_what_was_not_begun(storage: Storage, worker: SqlWorker):
    await promise(storage, "vogt", "begun")
    await sent(worker)
    await promise(storage, "kalthoff", "not begun")
    await claimed(worker)
    await worker.release(owner=OURS)
    assert await states(storage) == ["sending", "pending"]
    assert said(await claimed(worker, owner=OTHERS)) == ["not begun"]


# ---------------------------------------------------------------- many workers


async def test_two_workers_deliver_a_thousand_rows_once_each(storage: Storage, database_url: str):
    people = [f"person {number}" for number in range(100)]
    await known(storage, *people)
    for name in people:
        await promise(storage, name, *(f"{name}, {number}" for number in range(10)))
    second = await Storage.open(database_url) if storage.dialect == "postgresql" else storage
    arrived: list[str] = []
    open_for: set[str] = set()

    async def deliver(worker: SqlWorker, owner: str) -> None:
        while "pending" in await states(storage):
            taken = await worker.claim(NOW, PLATFORMS, owner=owner)
            for delivery in taken:
                assert delivery.account not in open_for, "two of one recipient at once"
                open_for.add(delivery.account)
            await worker.sending([delivery.key for delivery in taken], owner=owner)
            arrived.extend(said(taken))
            open_for.difference_update(delivery.account for delivery in taken)
            await worker.settle([(delivery, Delivered()) for delivery in taken], NOW, owner=owner)

    await asyncio.gather(deliver(SqlWorker(storage), OURS), deliver(SqlWorker(second), OTHERS))
    if second is not storage:
        await second.close()
    for name in people:
        assert [text for text in arrived if text.startswith(f"{name},")] == [f"{name}, {n}" for n in range(10)]
    assert len(arrived) == 1000
    assert set(await states(storage)) == {"sent"}
