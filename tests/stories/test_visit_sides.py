"""Visits whose sides are special: both in one town, several days, a host who can no longer be reached."""

from tests.stories.network import member, read
from tests.stories.test_visit_j6 import introduced
from tests.stories.test_visit_j7 import visited
from tests.town import Town


async def test_both_in_one_town_are_asked_on_the_same_morning(town: Town):
    await town.later("2026-11-26 13:00")
    petra = await member(town, "Petra Lang", "Siegburg")
    jens = await member(town, "Jens Kalthoff", "Siegburg", platform="matrix", helps_with=("E-Akte",))
    await introduced(town, petra, jens)
    await petra.says("wir besuchen am 10.12. herrn kalthoff in siegburg")
    await petra.says("10 bis 12 uhr, allein")
    await petra.says("-")
    await petra.says("ja")
    await jens.says("passt")
    await town.later("2026-12-10 20:00")
    read(petra), read(jens)
    await town.later("2026-12-11 09:29")
    assert (petra.reads(), jens.reads()) == ([], [])
    await town.later("2026-12-11 09:30")
    assert "Was nehmen Sie selbst mit" in read(petra)
    assert "Was nehmen Sie selbst mit" in read(jens)
    await petra.says("Der Aktenplan ist schlanker als gedacht, das war neu.")
    await petra.picks("So stimmt es")
    await petra.picks("Meine Kommune")
    assert "Zu welchem Thema" in read(petra)
    await petra.says("Aktenplan")
    assert "Kolleginnen und Kollegen in Siegburg" in read(petra)
    await jens.says("Was haben andere zum Aktenplan gelernt?")
    assert "eine Stadt mit rund 40.000 Einwohnern (NW)" in read(jens)  # their own town isn't named either


async def test_a_holiday_of_both_sides_is_said_once(town: Town):
    await town.later("2026-11-26 13:00")
    petra = await member(town, "Petra Lang", "Siegburg")
    jens = await member(town, "Jens Kalthoff", "Ulm", platform="matrix", helps_with=("E-Akte",))
    await introduced(town, petra, jens)
    await petra.says("wir besuchen am 28. mai 2027 herrn kalthoff in ulm")
    await petra.says("10 bis 12 uhr, allein")
    await petra.says("-")
    said = read(petra)
    assert "27. Mai 2027 ist in Baden-Württemberg und Nordrhein-Westfalen ein Feiertag: Fronleichnam" in said
    assert said.count("Feiertag") == 1


async def test_after_several_days_the_last_one_counts(town: Town):
    await town.later("2026-11-26 13:00")
    petra = await member(town, "Petra Lang", "Siegburg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", platform="matrix", helps_with=("E-Akte",))
    await introduced(town, petra, jens)
    await petra.says("wir fahren vom 8.12. bis 10.12. zu herrn kalthoff nach hückelhoven")
    await petra.says("10 bis 15 uhr, zu zweit")
    await petra.says("-")
    await petra.says("ja")
    await jens.says("passt")
    await town.later("2026-12-11 09:29")
    read(petra), read(jens)
    await town.later("2026-12-11 09:30")
    assert "Was nehmen Sie selbst mit" in read(petra)
    assert "Was nehmen Sie selbst mit" in read(jens)


async def test_half_past_three_is_in_the_afternoon_and_said_so(town: Town):
    await town.later("2026-11-26 13:00")
    petra = await member(town, "Petra Lang", "Siegburg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", platform="matrix", helps_with=("E-Akte",))
    await introduced(town, petra, jens)
    await petra.says("ich fahre am 8.12. zu herrn kalthoff nach hückelhoven")
    await petra.says("um halb vier, allein")
    await petra.says("-")
    assert "Dienstag, 8. Dezember 2026, ab 15:30 Uhr" in read(petra)


async def test_a_host_who_is_out_of_reach_is_named_by_nobody(town: Town):
    """Whoever can't be asked can't say yes: only the version without the name is offered."""
    miriam, jens = await visited(town)
    await jens.leaves()
    petra = await member(town, "Petra Lang", "Siegburg")
    await town.later("2027-01-07 09:30")
    read(miriam)
    await miriam.says("In Hückelhoven setzt das Deckblatt die Fristen, das war neu.")
    await miriam.picks("So stimmt es")
    read(miriam)
    await miriam.picks("Das ganze Netzwerk")
    said = read(miriam)
    assert "Mit dem Namen" not in said
    assert "In [ohne Namen] setzt das Deckblatt die Fristen" in said
    await petra.says("Was haben andere zur Scanstelle gelernt?")
    assert "Hückelhoven" not in read(petra)
