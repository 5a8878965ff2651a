"""The network office sees totals of whole months, and nobody in them."""

from datetime import date

from bot.model import Role
from tests.stories.network import member, read
from tests.town import Town


async def test_totals_of_whole_months_and_below_five_they_stay_vague(town: Town):
    astrid = await member(town, "Astrid Berg", "Köln", role=Role.ADMIN)
    async with town.storage.unit() as uow:
        await uow.totals.add("visits.took_place", date(2026, 10, 14), 4)
        await uow.totals.add("visits.took_place", date(2026, 3, 2), 8)
        await uow.totals.add("introductions.mediated", date(2026, 10, 14), 7)
        await uow.totals.add("introductions.mediated", date(2026, 11, 2), 100)  # a month that isn't over
        await uow.commit()
    await astrid.says("Zeig mir die Zahlen des Netzwerks")
    month, year = read(astrid).split("Dieses Jahr bis Ende Oktober 2026")
    today, _, month = month.partition("Oktober 2026")
    assert "Mitglieder: unter 5" in today
    assert "Besuche: unter 5" in month
    assert "davon vermittelt: 7" in month
    assert "Besuche: 12" in year
    assert "107" not in year
    assert "Erfahrungen geteilt: unter 5" in year


async def test_nobody_else_gets_them(town: Town):
    miriam = await member(town, "Miriam Vogt", "Siegburg")
    await miriam.says("Zeig mir die Zahlen des Netzwerks")
    assert "Besuche:" not in read(miriam)
