"""Visits, as both sides find them, and what an erasure leaves of them."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.model import new_key
from bot.ports import ERASED, Conflict
from bot.visit_states import Visit, VisitState, VisitStep
from storage import cleaning
from storage.unit_of_work import Storage
from tests.storage.samples import DAY, NOW, person

MIRIAM, JENS = person("Miriam Vogt"), person("Jens Kalthoff")


def visit(**more: object) -> Visit:
    values = {
        "key": new_key("v"),
        "guest": MIRIAM.key,
        "host": JENS.key,
        "first": date(2026, 12, 10),
        "last": date(2026, 12, 10),
        "starts": time(10),
        "questions": ("Wie?", "Was?"),
        "created_at": NOW,
        **more,
    }
    return Visit(**values)  # type: ignore[arg-type]


async def keep(storage: Storage, *visits: Visit) -> None:
    async with storage.unit() as uow:
        for one in (MIRIAM, JENS):
            await uow.people.add(one)
        for each in visits:
            await uow.visits.add(each)
        await uow.commit()


async def test_a_visit_comes_back_as_it_was_to_both_sides_but_no_draft(storage: Storage):
    later = visit(state=VisitState.CONFIRMED, first=date(2027, 1, 5), last=date(2027, 1, 6), place="Raum 214")
    sooner = visit(state=VisitState.CHANGING, new_first=date(2026, 12, 11), new_starts=time(11), proposed_by="host")
    draft = visit()
    await keep(storage, later, sooner, draft)
    async with storage.unit(write=False) as uow:
        assert await uow.visits.get(later.key) == later
        assert await uow.visits.get(draft.key) == draft
        for side in (MIRIAM, JENS):
            assert await uow.visits.of(side.key) == [sooner, later]


async def test_two_who_change_it_at_once_start_again(storage: Storage):
    proposed = visit(state=VisitState.PROPOSED)
    await keep(storage, proposed)
    async with storage.unit() as uow:
        await uow.visits.save(replace(proposed, state=VisitState.CONFIRMED), was=VisitState.PROPOSED)
        with pytest.raises(Conflict):
            await uow.visits.save(replace(proposed, state=VisitState.DECLINED), was=VisitState.PROPOSED)


async def test_the_history_is_kept_in_order_and_a_draft_can_be_thrown_away(storage: Storage):
    draft = visit()
    await keep(storage, draft)
    async with storage.unit() as uow:
        for event in ("send", "confirm"):
            await uow.visits.note(
                VisitStep(visit=draft.key, at=NOW, event=event, by="guest", first=draft.first, starts=draft.starts)
            )
        assert [step.event for step in await uow.visits.steps(draft.key)] == ["send", "confirm"]
        await uow.visits.discard(draft.key)
        assert await uow.visits.get(draft.key) is None


async def test_an_erased_host_leaves_no_word_in_the_guests_visit(storage: Storage):
    kept = visit(state=VisitState.CONFIRMED, place="Raum 214, klingeln bei Kalthoff")
    await keep(storage, kept)
    async with storage.unit() as uow:
        await uow.privacy.erase(JENS.key, NOW)
        await uow.commit()
    async with storage.unit(write=False) as uow:
        left = await uow.visits.get(kept.key)
        assert left is not None
        assert (left.host, left.place) == (ERASED, None)


async def test_an_erased_guests_visits_are_gone(storage: Storage):
    gone = visit(state=VisitState.CONFIRMED)
    await keep(storage, gone)
    async with storage.unit() as uow:
        await uow.privacy.erase(MIRIAM.key, NOW)
        await uow.commit()
    async with storage.unit(write=False) as uow:
        assert await uow.visits.of(JENS.key) == []


@pytest.mark.parametrize(
    ("kept", "term"),
    [
        ({"state": VisitState.TOOK_PLACE, "closed_at": NOW}, timedelta(days=365)),
        ({"state": VisitState.DRAFT}, DAY),
    ],
)
async def test_what_is_over_is_deleted_in_time(storage: Storage, kept: dict[str, object], term: timedelta):
    old = visit(**kept)
    await keep(storage, old)
    await cleaning.sweep(storage, NOW + term - timedelta(seconds=1))
    async with storage.unit(write=False) as uow:
        assert await uow.visits.get(old.key) is not None
    await cleaning.sweep(storage, NOW + term)
    async with storage.unit(write=False) as uow:
        assert await uow.visits.get(old.key) is None
