"""Asked again at the moment of sending: what was true when a message was promised may no longer be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.kinds import Kind
from bot.knowledge import Knowledge
from bot.model import Consent, Introduction, IntroductionState, Person
from bot.rules import Rules
from bot.sending import asked_again
from scheduler.delivery import Deliveries
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import NOW, FakePlatform, agenda, named, promise, rows, states
from tests.storage.samples import ERBACH, affiliation, enquiry, incoming, introduction, person

EVENING = datetime(2026, 11, 23, 20, 40, tzinfo=UTC)
TOMORROW_9 = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOLIDAY = datetime(2027, 1, 6, 9, 0, tzinfo=UTC)  # in Baden-Württemberg


@pytest.fixture
async def vogt(storage: Storage) -> Person:
    """Miriam Vogt of Erbach, with consent, who can be reached."""
    vogt = person()
    async with storage.unit() as uow:
        await uow.bodies.put(ERBACH)
        await uow.people.add(vogt)
        row = await uow.accounts.lock(incoming(named("vogt")))
        await uow.accounts.save(replace(row, person=vogt.key))
        await uow.people.add_consent(Consent(person=vogt.key, version="2026-11", given_at=NOW))
        await uow.people.affiliate(affiliation(vogt, ERBACH))
        await uow.commit()
    return vogt


async def change(storage: Storage, vogt: Person, **values: Any) -> None:
    async with storage.unit() as uow:
        await uow.people.save(replace(vogt, **values))
        await uow.commit()


async def account(storage: Storage, **values: Any) -> None:
    async with storage.unit() as uow:
        row = await uow.accounts.get(named("vogt"))
        assert row is not None
        await uow.accounts.save(replace(row, **values))
        await uow.commit()


async def asked(storage: Storage, contact: Person) -> Introduction:
    """Jens Kalthoff would like to be introduced to her."""
    kalthoff = person("Jens Kalthoff")
    async with storage.unit() as uow:
        await uow.people.add(kalthoff)
        wish = enquiry(kalthoff)
        await uow.enquiries.add(wish)
        found = introduction(wish, contact, state=IntroductionState.ASKED)
        await uow.introductions.add(found)
        await uow.commit()
    return found


async def arrived(storage: Storage, now: datetime = NOW, rules: Rules | None = None) -> list[str]:
    """What leaves at this time."""
    platform = FakePlatform()
    await Deliveries(
        worker=SqlWorker(storage),
        database=storage,
        transports=[platform],
        still_true=asked_again(rules or Rules(), Knowledge()),
        now=lambda: now,
        owner="this process",
    ).deliver_due()
    return platform.arrived


async def test_what_is_still_true_leaves(storage: Storage, vogt: Person):
    await promise(storage, "vogt", "Erinnerung", kind=Kind.NUDGE, person=vogt.key)
    assert await arrived(storage) == ["Erinnerung"]


@pytest.mark.parametrize("kind", [Kind.REQUEST, Kind.STATUS, Kind.PROMPT, Kind.HANDOVER])
async def test_nothing_unasked_at_night(storage: Storage, vogt: Person, kind: Kind):
    await promise(storage, "vogt", "Guten Abend", kind=kind, person=vogt.key, due=EVENING)
    assert await arrived(storage, EVENING) == []
    assert await SqlWorker(storage).next_at() == TOMORROW_9
    assert await arrived(storage, TOMORROW_9) == ["Guten Abend"]


async def test_nothing_unasked_on_a_holiday_of_her_state(storage: Storage, vogt: Person):
    await promise(storage, "vogt", "Erinnerung", kind=Kind.PROMPT, person=vogt.key, due=HOLIDAY)
    assert await arrived(storage, HOLIDAY) == []
    assert await SqlWorker(storage).next_at() == datetime(2027, 1, 7, 8, 0, tzinfo=UTC)


async def test_a_pause_set_after_planning_holds_prompts_back(storage: Storage, vogt: Person):
    await promise(storage, "vogt", "Erinnerung", kind=Kind.PROMPT, person=vogt.key)
    await change(storage, vogt, paused_until=date(2026, 11, 30))
    assert await arrived(storage) == []
    assert await SqlWorker(storage).next_at() == datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


async def test_a_pause_holds_a_request_back_that_its_flow_did_not_see(storage: Storage, vogt: Person):
    wish = await asked(storage, vogt)
    await promise(storage, "vogt", "Anfrage", kind=Kind.REQUEST, person=vogt.key, about=wish.key)
    await change(storage, vogt, paused_until=date(2026, 11, 30))
    assert await arrived(storage) == []
    assert await arrived(storage, datetime(2026, 11, 30, 8, 0, tzinfo=UTC)) == ["Anfrage"]


async def test_a_request_taken_back_before_delivery_leaves_no_trace(storage: Storage, vogt: Person):
    wish = await asked(storage, vogt)
    await promise(storage, "vogt", "Anfrage", kind=Kind.REQUEST, person=vogt.key, about=wish.key)
    async with storage.unit() as uow:
        await uow.introductions.save(replace(wish, state=IntroductionState.WITHDRAWN), was=IntroductionState.ASKED)
        await uow.commit()
    assert await arrived(storage) == []
    (row,) = (await rows(storage)).values()
    assert (row["state"], row["body"], row["sent_at"]) == ("expired", None, None)
    assert await agenda(storage) == []


async def test_a_request_that_is_still_asked_leaves(storage: Storage, vogt: Person):
    wish = await asked(storage, vogt)
    await promise(storage, "vogt", "Anfrage", kind=Kind.REQUEST, person=vogt.key, about=wish.key)
    assert await arrived(storage) == ["Anfrage"]


async def test_prompts_off_stops_prompts_and_not_requests(storage: Storage, vogt: Person):
    wish = await asked(storage, vogt)
    await promise(storage, "vogt", "Erinnerung", kind=Kind.PROMPT, person=vogt.key)
    await promise(storage, "vogt", "Anfrage", kind=Kind.REQUEST, person=vogt.key, about=wish.key)
    await change(storage, vogt, prompts_off=True)
    assert await arrived(storage) == ["Anfrage"]


async def test_who_withdrew_consent_hears_nothing_unasked(storage: Storage, vogt: Person):
    await promise(storage, "vogt", "Stand Ihrer Anfrage", kind=Kind.STATUS, person=vogt.key)
    async with storage.unit() as uow:
        await uow.people.withdraw_consent(vogt.key, NOW)
        await uow.commit()
    assert await arrived(storage) == []


async def test_who_refused_hears_nothing_unasked(storage: Storage, vogt: Person):
    async with storage.unit() as uow:
        await uow.accounts.lock(incoming(named("kalthoff")))
        row = await uow.accounts.get(named("kalthoff"))
        assert row is not None
        await uow.accounts.save(replace(row, refused_at=NOW))
        await uow.commit()
    await promise(storage, "kalthoff", "Erinnerung", kind=Kind.NUDGE)
    assert await arrived(storage) == []


@pytest.mark.parametrize("how", ["unreachable", "of somebody else"])
async def test_an_account_that_is_no_longer_hers_gets_nothing(storage: Storage, vogt: Person, how: str):
    await promise(storage, "vogt", "Stand Ihrer Anfrage", kind=Kind.STATUS, person=vogt.key, about="i_1")
    if how == "unreachable":
        await account(storage, reachable=False)
    else:
        await account(storage, person=None)
    assert await arrived(storage) == []
    assert await states(storage) == (["dead"] if how == "unreachable" else ["expired"])
    assert await agenda(storage) == ([("undelivered", "i_1")] if how == "unreachable" else [])


async def test_a_fourth_unasked_message_waits_for_the_next_week(storage: Storage, vogt: Person):
    await promise(storage, "vogt", "1", "2", "3", "4", kind=Kind.NUDGE, person=vogt.key, due=NOW)
    await promise(storage, "vogt", "Anfrage", kind=Kind.STATUS, person=vogt.key)
    found: list[str] = []
    for seconds in range(6):  # one at a time, so that each sees what has gone out before it
        found += await arrived(storage, NOW + timedelta(seconds=seconds))
    assert sorted(found) == ["1", "2", "3", "Anfrage"]
    assert await SqlWorker(storage).next_at() == datetime(2026, 11, 30, 8, 0, tzinfo=UTC)


async def test_a_nudge_missed_while_down_is_not_sent_days_later_but_a_request_is(storage: Storage, vogt: Person):
    wish = await asked(storage, vogt)
    await promise(storage, "vogt", "Anfrage", kind=Kind.REQUEST, person=vogt.key, about=wish.key)
    await promise(storage, "vogt", "Erinnerung", kind=Kind.NUDGE, person=vogt.key)
    assert await arrived(storage, NOW + timedelta(days=2)) == ["Anfrage"]
    assert [row["cause"] for row in (await rows(storage)).values()] == [None, "lapsed"]


async def test_how_late_a_nudge_may_be_is_a_setting(storage: Storage, vogt: Person):
    await promise(storage, "vogt", "Erinnerung", kind=Kind.NUDGE, person=vogt.key)
    patient = Rules(catch_up=timedelta(days=3))
    assert await arrived(storage, NOW + timedelta(days=2), rules=patient) == ["Erinnerung"]


async def test_an_answer_comes_at_any_hour(storage: Storage, vogt: Person):
    await change(storage, vogt, prompts_off=True, paused_until=date(2027, 1, 1))
    await promise(storage, "vogt", "Bitte sehr", kind=Kind.ANSWER, person=vogt.key, due=EVENING)
    assert await arrived(storage, EVENING) == ["Bitte sehr"]
