"""Journey J6: a visit is planned with two yeses, moved when both agree, and remembered on the working day before."""

import vobject

from bot.messages import File
from bot.model import Enquiry, Introduction, IntroductionState, new_key
from tests.stories.network import member, read
from tests.town import Town, Townsperson

QUESTIONS = "wie läuft das mit den aufbewahrungsfristen, was hat der scanner gekostet, wer macht die qualitätskontrolle"


async def introduced(town: Town, asker: Townsperson, contact: Townsperson) -> None:
    """As if J3 had ended well."""
    async with town.storage.unit() as uow:
        enquiry = Enquiry(key=new_key("e"), asker=asker.key, topic="eakte", text="E-Akte", at=town.now)
        await uow.enquiries.add(enquiry)
        await uow.introductions.add(
            Introduction(
                key=new_key("i"),
                enquiry=enquiry.key,
                asker=asker.key,
                contact=contact.key,
                topic="eakte",
                topic_text="E-Akte",
                reason="Scannen",
                state=IntroductionState.MEDIATED,
                created_at=town.now,
                asked_at=town.now,
                answered_at=town.now,
            )
        )
        await uow.commit()


async def miriam_and_jens(town: Town) -> tuple[Townsperson, Townsperson]:
    await town.later("2026-11-26 13:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", platform="matrix", helps_with=("E-Akte",))
    await introduced(town, miriam, jens)
    await town.later("2026-11-26 14:00")
    return miriam, jens


def entries(person: Townsperson) -> list[vobject.base.Component]:
    """The calendar files that have reached somebody, read by another library than the one that wrote them."""
    files = [
        block for arrived in person.mailbox for block in arrived.delivery.message.blocks if isinstance(block, File)
    ]
    return [vobject.readOne(file.content.decode()) for file in files]


async def planned(town: Town, miriam: Townsperson, jens: Townsperson) -> None:
    await miriam.says("wir fahren am 10.12. zu herrn kalthoff nach hückelhoven, scanstelle anschauen")
    await miriam.says("10 bis 15 uhr, zu zweit. die kollegin ist Frau Renner")
    await miriam.says(QUESTIONS)
    await miriam.says("ja")
    await jens.says("passt, raum 214, bitte am seiteneingang klingeln")


async def test_j6(town: Town):
    miriam, jens = await miriam_and_jens(town)

    await miriam.says("wir fahren am 10.12. zu herrn kalthoff nach hückelhoven, scanstelle anschauen")
    asked = read(miriam)
    assert "Donnerstag, 10. Dezember 2026" in asked
    assert "Jens Kalthoff, Hückelhoven" in asked
    assert "scanstelle" in asked
    assert "frage ich dort nach" in asked
    assert "Von wann bis wann, und zu wievielt" in asked

    await miriam.says("10 bis 15 uhr, zu zweit. die kollegin ist Frau Renner")
    assert "Bis zu drei" in read(miriam)
    await miriam.says(QUESTIONS)
    summary = read(miriam)
    assert "Donnerstag, 10. Dezember 2026, 10:00 bis 15:00 Uhr" in summary
    assert "2 Personen" in summary
    assert "Frage 3: wer macht die qualitätskontrolle" in summary
    assert "an Jens Kalthoff schicken?" in summary
    assert jens.reads() == []

    await miriam.says("ja")
    assert "Ich frage Jens Kalthoff" in read(miriam)
    request = read(jens)
    assert "Miriam Vogt möchte Sie besuchen" in request
    assert "was hat der scanner gekostet" in request
    assert "Renner" not in request

    await town.later("2026-11-26 15:30")
    await jens.says("passt, raum 214, bitte am seiteneingang klingeln")
    for person in (jens, miriam):
        assert "raum 214, bitte am seiteneingang klingeln" in read(person)
        (entry,) = entries(person)
        event = entry.vevent
        assert (entry.method.value, event.sequence.value) == ("REQUEST", "0")
        assert event.dtstart.value.isoformat() == "2026-12-10T10:00:00+01:00"
        assert event.dtend.value.isoformat() == "2026-12-10T15:00:00+01:00"
        assert "raum 214" in event.location.value
        assert "aufbewahrungsfristen" in event.description.value
        text = entry.serialize()
        assert "ATTENDEE" not in text
        assert "rathaus.example" not in text
        assert "Renner" not in text

    await town.later("2026-12-02 16:50")
    await jens.says("können wir den termin auf den 5. januar schieben? scanner ist bis dahin in reparatur")
    mine = read(jens)
    assert "Dienstag, 5. Januar 2027, 10:00 bis 15:00 Uhr" in mine
    assert "bleibt es beim bisherigen Termin: Donnerstag, 10. Dezember 2026" in mine
    assert "erste Arbeitswoche" in mine
    assert "Mittwoch, 6. Januar 2027 ist in Baden-Württemberg ein Feiertag" in mine
    theirs = read(miriam)
    assert "Jens Kalthoff schlägt einen anderen Termin vor: Dienstag, 5. Januar 2027" in theirs
    assert "reparatur" not in theirs
    assert len(entries(miriam)) == 1

    await town.later("2026-12-03 09:12")
    await miriam.says("geht, aber erst ab 11, zug")
    assert "Dienstag, 5. Januar 2027, 11:00 bis 15:00 Uhr" in read(miriam)
    await town.later("2026-12-03 09:30")
    assert "11:00 bis 15:00 Uhr" in read(jens)
    await jens.says("ok")
    for person in (jens, miriam):
        assert "verlegt auf Dienstag, 5. Januar 2027, 11:00 bis 15:00 Uhr" in read(person)
        before, after = entries(person)
        assert after.vevent.uid.value == before.vevent.uid.value
        assert int(after.vevent.sequence.value) > int(before.vevent.sequence.value)
        assert after.vevent.dtstart.value.isoformat() == "2027-01-05T11:00:00+01:00"

    await town.later("2026-12-10 09:00")
    assert (miriam.reads(), jens.reads()) == ([], [])
    await miriam.says("meine besuche")
    mine = read(miriam)
    assert "Dienstag, 5. Januar 2027, 11:00 bis 15:00 Uhr" in mine
    assert "bestätigt" in mine
    await miriam.picks("Verlauf")
    assert "verlegt auf Dienstag, 5. Januar 2027" in read(miriam)

    await town.later("2027-01-04 08:59")
    assert (miriam.reads(), jens.reads()) == ([], [])
    await town.later("2027-01-04 09:00")
    assert "qualitätskontrolle" in (reminder := read(miriam))
    assert "Dienstag, 5. Januar 2027, 11:00" in reminder
    assert "raum 214" in reminder
    assert "2 Personen" in read(jens)

    await town.later("2027-01-04 09:20")
    await miriam.says("erinner mich heute um 15 uhr nochmal")
    assert "Montag, 4. Januar 2027, 15:00" in read(miriam)
    await town.later("2027-01-04 15:00")
    assert "Zur Erinnerung" in read(miriam)
    await town.later("2027-01-05 23:00")
    assert (miriam.reads(), jens.reads()) == ([], [])


async def test_nothing_of_the_companion_is_kept_and_nobody_else_sees_the_visit(town: Town):
    miriam, jens = await miriam_and_jens(town)
    await planned(town, miriam, jens)
    anna = await member(town, "Anna Beispiel", "Plochingen")
    await anna.says("meine besuche")
    assert "noch keine Besuche" in read(anna)
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.by_name("Frau Renner") == []
        kept = [str(await uow.privacy.everything(person.key)) for person in (miriam, jens)]
    assert all("qualitätskontrolle" in rows for rows in kept)
    assert not any("Renner" in rows for rows in kept)


async def test_a_visit_called_off_leaves_the_calendar_and_sends_no_reminder(town: Town):
    miriam, jens = await miriam_and_jens(town)
    await planned(town, miriam, jens)
    read(miriam), read(jens)
    await miriam.says("unser besuch in hückelhoven fällt leider aus")
    assert "Den Besuch am Donnerstag, 10. Dezember 2026" in read(miriam)
    assert jens.reads() == []
    await miriam.says("ja")
    assert "abgesagt" in read(miriam)
    assert "Miriam Vogt hat den Besuch" in read(jens)
    first, last = entries(jens)
    assert last.method.value == "CANCEL"
    assert last.vevent.uid.value == first.vevent.uid.value
    assert int(last.vevent.sequence.value) > int(first.vevent.sequence.value)
    await town.later("2026-12-11 12:00")
    assert (miriam.reads(), jens.reads()) == ([], [])


async def test_a_no_names_no_reason_and_a_change_refused_leaves_the_old_date(town: Town):
    miriam, jens = await miriam_and_jens(town)
    await planned(town, miriam, jens)
    read(miriam), read(jens)
    await miriam.says("können wir den besuch auf den 17.12. verschieben?")
    await town.later("2026-11-26 16:00")
    read(miriam), read(jens)
    await jens.picks("Nein, beim alten Termin bleiben")
    assert "bleibt bei Donnerstag, 10. Dezember 2026" in read(miriam)
    await town.later("2026-12-09 09:00")
    assert "Donnerstag, 10. Dezember 2026" in read(miriam)


async def test_several_days_and_a_town_without_a_contact(town: Town):
    miriam, _ = await miriam_and_jens(town)
    await miriam.says("Wir würden gern vom 12. bis 13. Januar in Plochingen hospitieren")
    assert "Netzwerkbüro" in read(miriam)
    await miriam.says("Wir würden gern vom 12. bis 13. Januar in Hückelhoven hospitieren")
    assert "Dienstag, 12. Januar 2027 bis Mittwoch, 13. Januar 2027" in read(miriam)
    await miriam.says("9 bis 16 uhr, zu dritt")
    await miriam.says("-")
    assert "3 Personen" in read(miriam)


async def test_a_day_gone_by_and_somebody_unknown_are_refused_with_the_remedy(town: Town):
    miriam, _ = await miriam_and_jens(town)
    await miriam.says("Besuch bei Herrn Niemand am 8.1.")
    assert "vorgestellt habe" in read(miriam)
    await miriam.says("/besuch Xyzhausen")
    assert "amtlichen Verzeichnis" in read(miriam)


async def test_a_proposal_without_an_answer_lapses_and_the_guest_is_told(town: Town):
    miriam, jens = await miriam_and_jens(town)
    await miriam.says("wir fahren am 10.12. zu herrn kalthoff nach hückelhoven")
    await miriam.says("10 bis 15 uhr, zu zweit")
    await miriam.says("-")
    await miriam.says("ja")
    read(miriam), read(jens)
    await town.later("2026-12-11 10:00")
    assert "keine Antwort" in read(miriam)
    await jens.says("passt")
    assert entries(jens) == []


async def test_when_the_host_leaves_the_guest_is_told_and_nothing_remains(town: Town):
    miriam, jens = await miriam_and_jens(town)
    await planned(town, miriam, jens)
    read(miriam)
    await jens.says("Bitte löschen Sie mein Konto")
    await jens.says("ja")
    await town.later("2026-11-27 10:00")
    assert "findet leider nicht statt" in read(miriam)
    async with town.storage.unit(write=False) as uow:
        assert "raum 214" not in str(await uow.privacy.everything(miriam.key))
