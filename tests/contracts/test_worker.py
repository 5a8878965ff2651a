"""What everybody who delivers may rely on, on both databases: order, leases, states, and that nothing is kept too long."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from bot.kinds import Kind
from bot.messages import Message, Text
from bot.ports import Delivered, Delivery, Outgoing, TryLater, Uncertain, Undeliverable
from storage.meta import SENDING_HELD
from storage.standing import Standing, standing
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import (
    HOUR,
    MINUTE,
    NOW,
    PLATFORMS,
    SECOND,
    agenda,
    known,
    lease_runs_out,
    named,
    promise,
    rows,
    said,
    states,
    uncertain_for,
)
from tests.storage.samples import person

OURS, OTHERS = "worker 1", "worker 2"


@pytest.fixture
async def worker(storage: Storage) -> SqlWorker:
    await known(storage, "vogt", "kalthoff", "harms")
    return SqlWorker(storage, rng=Random(1))


@pytest.fixture
async def careful(storage: Storage) -> SqlWorker:
    """On a platform where the same key twice arrives once."""
    return SqlWorker(storage, idempotent=PLATFORMS, rng=Random(1))


async def claimed(worker: SqlWorker, now: Any = NOW, owner: str = OURS, **more: Any) -> list[Delivery]:
    return list(await worker.claim(now, PLATFORMS, owner=owner, **more))


async def sent(worker: SqlWorker, *outcomes: Any, now: Any = NOW) -> list[Delivery]:
    """Claims what is due, and lets it end like this; without an outcome it is left in flight."""
    taken = await claimed(worker, now)
    await worker.sending([delivery.key for delivery in taken], owner=OURS)
    await worker.settle(zip(taken, outcomes, strict=False), now, owner=OURS)
    return taken


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


# ---------------------------------------------------------------- outcomes


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
