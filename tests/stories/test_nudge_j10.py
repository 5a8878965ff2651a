"""J10: a nudge in plain words, tested, paused, and the truth about what became of it."""

from typing import Any

import pytest

from bot.messages import plain_text
from bot.model import Role
from bot.ports import TryLater, Undeliverable
from tests.stories.network import change, member, read
from tests.town import Town, Townsperson

NO_PROFILE = "jeden ersten Montag im Monat um 9 alle ohne Profil ans Ausfüllen erinnern"


async def office(town: Town) -> Townsperson:
    """AB of the network office, on Element, with a topic of her own: the nudge isn't for her."""
    return await member(
        town, "Anna Berg", "Köln", platform="matrix", helps_with=("E-Akte",), role=Role.ADMIN, function="Netzwerkbüro"
    )


async def without_profile(town: Town, n: int, place: str, platform: str, **more: Any) -> list[Townsperson]:
    return [
        await member(town, f"{place} {platform} {number}", place, platform=platform, listing=None, **more)
        for number in range(1, n + 1)
    ]


async def forty_seven(town: Town) -> dict[str, list[Townsperson]]:
    """31 of them from Nordrhein-Westfalen and Baden-Württemberg."""
    return {
        "teams": [*await without_profile(town, 17, "Siegburg", "teams"), *await without_profile(town, 11, "Buxtehude", "teams")],
        "matrix": [*await without_profile(town, 14, "Plochingen", "matrix"), *await without_profile(town, 5, "Nordhorn", "matrix")],
    }  # fmt: skip


def got(person: Townsperson) -> list[str]:
    return [plain_text(arrived.delivery.message) for arrived in person.mailbox if arrived.delivery.kind == "nudge"]


@pytest.fixture
async def begun(town: Town) -> tuple[Town, Townsperson]:
    await town.later("2026-11-25 10:00")
    return town, await office(town)


async def activated(town: Town, ab: Townsperson) -> None:
    await ab.says(NO_PROFILE)
    await ab.says("scharf schalten")
    await ab.says("ja")
    assert "ist aktiv" in read(ab)


async def test_what_comes_several_times_a_day_is_warned_of_before_it_is_activated(
    begun: tuple[Town, Townsperson],
) -> None:
    _, ab = begun
    for schedule, warned in (("täglich um 9 Uhr", False), ("täglich um 9 Uhr und um 15 Uhr", True)):
        await ab.says(f"{schedule} alle ohne Profil ans Ausfüllen erinnern")
        read(ab)
        await ab.says("scharf schalten")
        assert ("öfter als einmal am Tag" in read(ab)) is warned
        await ab.says("nein")
        read(ab)


async def test_j10_from_the_first_sentence_to_the_end(begun: tuple[Town, Townsperson]) -> None:
    town, ab = begun
    people = await forty_seven(town)
    everybody = [*people["teams"], *people["matrix"]]
    mv = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg", helps_with=("E-Akte",))

    # 1: not hers to set; the idea may be passed on
    await mv.says("jeden montag alle an ihr profil erinnern")
    assert "richtet das Netzwerkbüro ein" in (said := read(mv))
    assert "Idee an das Netzwerkbüro geben" in said

    # 2: read back, nothing sent
    await ab.says(NO_PROFILE)
    said = read(ab)
    assert "Entwurf" in said
    assert "es wird noch nichts verschickt" in said
    for date in ("Montag, 7. Dezember 2026, 09:00 Uhr", "Montag, 4. Januar 2027, 09:00 Uhr", "Montag, 1. Februar 2027, 09:00 Uhr"):  # fmt: skip
        assert date in said
    assert "Zurzeit Personen: 47" in said
    assert "hat zugestimmt, aber noch kein Thema angegeben" in said
    assert "am nächsten Arbeitstag" in said
    assert "Mehr als 3 unaufgeforderte Nachrichten" in said
    assert "Text auf Deutsch" in said
    assert "Hello {name}" in said

    # 3: shorter, and a name
    await ab.says("text kürzer und nenn das Profilerinnerung")
    said = read(ab)
    assert "Entwurf „Profilerinnerung“" in said
    assert "Ihr Profil hat noch kein Thema" in said

    # 4: as it looks, to her alone
    await ab.says("zeig mal wie das ankommt")
    said = read(ab)
    assert said.count("Vorschau ·") == 4
    assert "in Element, und als reiner Text" in said
    assert "als Karte in Teams" in said
    assert "> Guten Tag Anna Berg" in said
    assert "> Hello Anna Berg" in said
    assert "[ Thema angeben ]" in said

    # 5: old and new number
    await ab.says("statt alle nur NRW und BW")
    assert "Empfänger bisher: 47, jetzt: 31." in read(ab)

    # 6, 7: back, one confirmation, active
    await ab.says("nee doch alle. scharf schalten")
    said = read(ab)
    assert "bisher: 31, jetzt: 47" in said
    assert "Zurzeit Personen: 47" in said
    assert "Das erste Mal: Montag, 7. Dezember 2026, 09:00 Uhr" in said
    await ab.says("ja")
    assert "„Profilerinnerung“ ist aktiv. Nächster Lauf: Montag, 7. Dezember 2026" in read(ab)
    assert [one for one in everybody if one.mailbox] == [], "nobody gets anything while it is made"

    # 8: what became of people until then
    await town.later("2026-12-04 11:00")
    await wants_profile(town, everybody.pop(0))
    for paused in people["teams"][1:4]:
        await change(town, paused, paused_until=(town.now.date().replace(month=12, day=24)))
    gone = [people["teams"][4], people["teams"][5]]
    for one in gone:
        town.platforms["teams"].outcomes[one.account] = Undeliverable(cause="app removed")
    left = people["matrix"][0]
    town.platforms["matrix"].outcomes[left.account] = Undeliverable(cause="room left")
    busy = people["teams"][6]
    await town.later("2026-12-07 08:59")
    await three_unasked(town, busy)
    silent = people["matrix"][1]
    town.platforms["matrix"].outcomes[silent.account] = TryLater(cause="502")
    await town.later("2026-12-07 09:05")
    first = min(arrived.at for one in everybody for arrived in one.mailbox if arrived.delivery.kind == "nudge")
    last = max(arrived.at for one in everybody for arrived in one.mailbox if arrived.delivery.kind == "nudge")
    assert f"{first:%H:%M}" == "08:00", "UTC"
    assert (last - first).total_seconds() > 60, "spread over some minutes"

    # 9: sums that add up
    await ab.says("wie viele haben die profilerinnerung bekommen?")
    said = read(ab)
    assert "Fällig: 46" in said
    assert "Zugestellt: 38 (21 Teams, 17 Element)" in said
    assert "Ausgelassen: 3 (3 Pause)" in said
    assert "Nicht möglich: 3 (2 App in Teams entfernt; 1 Raum in Element verlassen)" in said
    assert "Aufgeschoben: 1 (1 Wochenobergrenze, nächste Woche)" in said
    assert "Noch unterwegs: 1, nächster Versuch" in said
    assert "der Plattform übergeben" in said

    tries = town.platforms["teams"].tries
    assert [tries[one.account] for one in gone] == [1, 1], "nobody is tried again who has removed the app"

    # 10, 11: never who
    await ab.says("wer hat die app entfernt?")
    assert "Namen nenne ich nicht" in (said := read(ab))
    assert not [one.name for one in everybody if one.name in said]
    await ab.says("und wer hat das gelesen?")
    assert "wird nicht gemessen" in read(ab)

    # 12: the one that was trying
    town.platforms["matrix"].outcomes.clear()
    await town.later("2026-12-07 11:00")
    await ab.says("statistik nochmal")
    assert "Zugestellt: 39" in read(ab)
    await town.later("2026-12-14 12:00")
    await ab.says("statistik nochmal")
    assert "Zugestellt: 40" in read(ab), "the one above the ceiling, a week later"
    assert all(len(got(one)) <= 1 for one in everybody)

    # 13, 14: over the holidays
    await town.later("2026-12-18 10:00")
    await ab.says("die profilerinnerung über die feiertage aussetzen, ab 1. februar wieder")
    said = read(ab)
    assert "ausgesetzt bis Montag, 1. Februar 2027" in said
    assert "Nächster Lauf: Montag, 1. Februar 2027, 09:00 Uhr" in said
    before = [len(got(one)) for one in everybody]
    await town.later("2027-01-05 10:00")
    assert [len(got(one)) for one in everybody] == before

    # 15
    await ab.says("welche nudges laufen gerade?")
    said = read(ab)
    assert "Profilerinnerung" in said
    assert "ausgesetzt bis Montag, 1. Februar 2027" in said
    assert "07.12.2026: 40 zugestellt von 46" in said

    # 16: down from 08:55 to 09:50
    await town.later("2027-02-01 08:55")
    town.now = town.now.replace(hour=9, minute=50)  # nothing ran meanwhile
    await town.settle()
    await town.later("2027-02-01 10:30")
    await ab.says("statistik profilerinnerung")
    assert "Verspätet um 50 Minuten" in read(ab)
    assert max(len(got(one)) for one in everybody) == 2

    # 17: Allerheiligen, one run on two days
    await town.later("2027-10-31 10:00")
    assert max(len(got(one)) for one in everybody) == 3, "after three without an answer there is silence"
    for one in everybody:
        await one.says("Danke")  # and with a word they are back
    counts = {one.name: len(got(one)) for one in everybody}
    await town.later("2027-11-01 12:00")
    new = [one for one in everybody if len(got(one)) > counts[one.name]]
    assert {one.name.split()[0] for one in new} == {"Buxtehude", "Nordhorn"}
    await town.later("2027-11-02 12:00")
    new = [one for one in everybody if len(got(one)) > counts[one.name]]
    assert {one.name.split()[0] for one in new} == {"Buxtehude", "Nordhorn", "Siegburg", "Plochingen"}
    assert all(len(got(one)) - counts[one.name] <= 1 for one in everybody)
    await ab.says("statistik profilerinnerung")
    assert "Lauf vom Montag, 1. November 2027" in read(ab)

    # 18: gone, but for the numbers
    await ab.says("profilerinnerung stoppen und löschen")
    assert "Die Zahlen der bisherigen Läufe bleiben" in read(ab)
    await ab.says("ja")
    assert "ist gelöscht" in read(ab)
    await ab.says("Statistik Profilerinnerung")
    assert "Lauf vom Montag, 1. November 2027" in read(ab)
    counts = {one.name: len(got(one)) for one in everybody}
    await town.later("2027-12-10 12:00")
    assert {one.name: len(got(one)) for one in everybody} == counts


async def wants_profile(town: Town, one: Townsperson) -> None:
    await one.says("Ich kann bei der E-Akte helfen")
    read(one)


async def three_unasked(town: Town, one: Townsperson) -> None:
    """Three unasked messages this week already."""
    from bot.hours import Kind
    from bot.messages import Message, Text
    from bot.ports import Outgoing

    async with town.storage.unit() as uow:
        for number in range(3):
            message = Message(blocks=(Text(text=f"{number}"),))
            await uow.outbox.put(
                Outgoing(account=one.account, person=one.key, kind=Kind.PROMPT, message=message, due=town.now)
            )
        await uow.commit()
