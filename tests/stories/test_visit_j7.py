"""Journey J7: after the visit guest and host are asked, each on their own working day; what they answer is theirs alone."""

import pytest

from tests.stories.network import change, read
from tests.stories.test_visit_j6 import miriam_and_jens, planned
from tests.town import Town, Townsperson

ANSWER = (
    "1. fristen stehen am deckblatt und werden beim scannen als metadatum gesetzt, das war neu. 2. gut 30.000 mit wartung. "
    "3. vier augen nur bei bauakten. bestätigt hat sich, dass man vorher aussortieren muss. "
    "wir starten im märz mit 200 akten als test"
)


async def visited(town: Town, day: str = "5.1.", until: str = "2027-01-05 16:00") -> tuple[Townsperson, Townsperson]:
    """The visit has just taken place."""
    miriam, jens = await miriam_and_jens(town)
    await planned(town, miriam, jens)
    if day:
        await jens.says(f"können wir den termin auf den {day} schieben?")
        await town.later("2026-11-26 16:00")
        await miriam.says("ok")
    await town.later(until)
    read(miriam), read(jens)
    return miriam, jens


async def test_j7(town: Town):
    miriam, jens = await visited(town)
    await town.later("2027-01-06 09:29")
    assert (miriam.reads(), jens.reads()) == ([], [])

    await town.later("2027-01-06 09:30")
    asked = read(jens)
    assert "Was war neu, was hat sich bestätigt" in asked.replace("was war", "Was war")
    assert "sehen nur Sie" in asked
    assert "qualitätskontrolle" not in asked
    assert miriam.reads() == []  # Epiphany is a holiday in Baden-Württemberg

    await town.later("2027-01-06 11:00")
    await jens.says("war nix neues, nur bestätigung")
    assert "vollständige Antwort" in read(jens)

    await town.later("2027-01-07 09:30")
    asked = read(miriam)
    assert "qualitätskontrolle" in asked
    assert "bestätigung" not in asked.replace("Nichts Neues, nur Bestätigung", "")
    await town.later("2027-01-07 09:45")
    await miriam.says("keine zeit, erinnere mich nächste woche")
    assert "Montag, 11. Januar 2027, 09:30" in read(miriam)

    await town.later("2027-01-11 09:29")
    assert (miriam.reads(), jens.reads()) == ([], [])
    await town.later("2027-01-11 09:30")
    assert "Noch einmal kurz" in (again := read(miriam))
    assert "aufbewahrungsfristen" in again

    await miriam.says(ANSWER)
    played = read(miriam)
    assert "Neu: 1. fristen stehen am deckblatt" in played
    assert "Bestätigt: bestätigt hat sich, dass man vorher aussortieren muss." in played
    assert "Nächster Schritt: wir starten im märz mit 200 akten als test" in played
    assert "Nur Sie sehen es" in played
    await miriam.says("die 30.000 bitte raus, sonst stimmts")
    corrected = read(miriam)
    assert "30.000" not in corrected
    assert "vier augen" in corrected
    assert "Wer soll es lesen können? Zurzeit nur Sie." in corrected
    await miriam.says("erstmal nur meine kommune")
    assert "Ihre Kolleginnen und Kollegen in Erbach" in (told := read(miriam))
    assert "Hückelhoven" not in told
    assert "eine Stadt mit rund 40.000 Einwohnern (NW)" in told

    async with town.storage.unit(write=False) as uow:
        mine, theirs = [str(await uow.privacy.everything(one.key)) for one in (miriam, jens)]
    assert "vier augen" in mine
    assert "30.000" not in mine
    assert "vier augen" not in theirs

    await town.later("2027-01-19 09:29")
    assert (miriam.reads(), jens.reads()) == ([], [])
    await town.later("2027-01-19 09:30")
    followed = read(miriam)
    assert "> wir starten im märz mit 200 akten als test" in followed
    assert "Bleibt dabei" in followed
    await miriam.says("verschoben auf mai")
    assert "Samstag, 1. Mai 2027" in read(miriam)
    await town.later("2027-01-19 09:41")
    await miriam.says("frag mich das bitte nicht nach jedem termin, ich melde mich")
    said = read(miriam)
    assert "Anfragen" in said
    assert "/weiter" in said
    await town.later("2027-05-10 12:00")
    assert (miriam.reads(), jens.reads()) == ([], [])


@pytest.mark.parametrize(
    ("day", "asked"),
    [("2.10.2028", "2028-10-04 09:30"), ("1.10.2027", "2027-10-04 09:30")],
)
async def test_the_day_of_german_unity_and_weekends_are_nobodys_day(town: Town, day: str, asked: str):
    miriam, jens = await miriam_and_jens(town)
    first = f"{day[-4:]}-09-20 10:00"
    await town.later(first)
    read(miriam), read(jens)
    for person in (miriam, jens):
        await change(town, person, active_at=town.now, confirmed_at=town.now)
    await planned_on(miriam, jens, day)
    before = asked.replace("09:30", "09:29")
    await town.later(before)
    read(miriam), read(jens)
    await town.later(asked)
    assert "was war neu" in read(miriam).lower()
    assert "was war neu" in read(jens).lower()


async def planned_on(miriam: Townsperson, jens: Townsperson, day: str) -> None:
    await miriam.says(f"wir fahren am {day} zu herrn kalthoff nach hückelhoven")
    await miriam.says("11 bis 15 uhr, zu zweit")
    await miriam.says("-")
    await miriam.says("ja")
    await jens.says("passt")


async def test_who_says_nothing_is_reminded_once_and_sees_that_alone(town: Town):
    miriam, jens = await visited(town)
    await town.later("2027-01-07 09:30")
    assert "was war neu" in read(miriam).lower()
    await town.later("2027-01-12 09:29")
    assert miriam.reads() == []
    await town.later("2027-01-12 09:30")
    assert "Noch einmal kurz" in read(miriam)
    await town.later("2027-02-12 12:00")
    assert miriam.reads() == []
    await miriam.says("meine besuche")
    assert "ohne Rückmeldung" in read(miriam)
    read(jens)
    await jens.picks("Nichts Neues")
    read(jens)
    await jens.says("meine besuche")
    assert "ohne Rückmeldung" not in read(jens)


async def test_a_visit_that_never_took_place_ends_it_for_both_and_offers_a_new_date(town: Town):
    miriam, jens = await visited(town)
    await town.later("2027-01-07 09:30")
    read(miriam), read(jens)
    await miriam.says("der termin ist ausgefallen")
    said = read(miriam)
    assert "nicht stattgefunden" in said
    assert "Neuen Termin vorschlagen" in said
    await town.later("2027-02-12 12:00")
    assert (miriam.reads(), jens.reads()) == ([], [])
    await miriam.picks("Neuen Termin vorschlagen")
    assert "An welchem Tag?" in read(miriam)


async def test_after_three_questions_without_an_answer_the_bot_stops_and_says_so(town: Town):
    miriam, _ = await visited(town)
    await change(town, miriam, silences=2)
    await town.later("2027-01-07 09:30")
    assert "frage nun nicht mehr" in read(miriam)
    await town.later("2027-02-12 12:00")
    assert miriam.reads() == []


async def test_somebody_on_pause_is_asked_when_they_are_back(town: Town):
    miriam, _ = await visited(town)
    await miriam.says("Pause bis 18.1.")
    await miriam.picks("Gar nicht")
    read(miriam)
    await town.later("2027-01-18 08:59")
    assert miriam.reads() == []
    await town.later("2027-01-18 12:00")
    assert "was war neu" in read(miriam).lower()


async def test_something_learned_without_a_visit_is_kept_shown_and_deleted(town: Town):
    miriam, jens = await miriam_and_jens(town)
    await miriam.says("Wir haben gelernt, dass man vor dem Scannen aussortieren muss")
    assert "festgehalten" in read(miriam)
    await miriam.says("meine erfahrungsberichte")
    assert "vor dem Scannen aussortieren" in read(miriam)
    await jens.says("meine erfahrungsberichte")
    assert "noch nichts festgehalten" in read(jens)
    await miriam.picks("Notiz vom 26.11.2026 löschen")
    assert "Gelöscht" in read(miriam)
    async with town.storage.unit(write=False) as uow:
        assert "aussortieren" not in str(await uow.privacy.everything(miriam.key))


@pytest.mark.parametrize(
    ("answer", "told", "again"),
    [
        ("ja, bleibt dabei", "Viel Erfolg", "2027-04-05 12:00"),
        ("verschoben auf mai", "1. Mai 2027", "2027-05-03 12:00"),
        ("hat sich erledigt", "frage ich nicht mehr", None),
    ],
)
async def test_the_next_step_is_asked_about_and_a_new_date_replaces_the_second_time(
    town: Town, answer: str, told: str, again: str | None
):
    miriam, _ = await visited(town)
    await town.later("2027-01-07 09:30")
    await miriam.says(ANSWER)
    await miriam.says("ja")
    await town.later("2027-01-19 12:00")
    assert "200 akten" in read(miriam)
    await miriam.says(answer)
    assert told in read(miriam)
    if again is None:
        await town.later("2027-06-30 12:00")
        assert miriam.reads() == []
        return
    await town.later(again.replace("12:00", "08:00"))
    assert miriam.reads() == []
    await town.later(again)
    assert "200 akten" in read(miriam)
    await town.later("2027-09-30 12:00")
    assert miriam.reads() == []
