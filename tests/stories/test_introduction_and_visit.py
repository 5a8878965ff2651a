"""Who plans a visit after an introduction isn't asked whether they have talked."""

from bot.flows.introductions.steps import CHECK_IN
from tests.stories.network import read
from tests.stories.test_visit_j6 import miriam_and_jens, planned
from tests.town import Town


async def asked_how_it_went(town: Town, *, visit: bool) -> bool:
    miriam, jens = await miriam_and_jens(town)
    async with town.storage.unit() as uow:
        (introduction,) = await uow.introductions.asked_by(miriam.key)
        await uow.agenda.set(CHECK_IN, introduction.key, town.now.replace(day=30))
        await uow.commit()
    if visit:
        await planned(town, miriam, jens)
    read(miriam)
    await town.later("2026-12-02 12:00")
    return "schon mit Jens Kalthoff gesprochen" in read(miriam)


async def test_with_a_visit_ahead_nobody_asks(town: Town) -> None:
    assert not await asked_how_it_went(town, visit=True)


async def test_without_one_they_are_asked(town: Town) -> None:
    assert await asked_how_it_went(town, visit=False)
