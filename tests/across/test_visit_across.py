"""A visit across platforms: planned in Teams, confirmed and moved in Element, with a calendar file for each side."""

import icalendar

from tests.across.conftest import Both
from tests.across.people import InElement, InTeams, Person
from tests.matrix.test_matrix_visit import calendar
from tests.stories.network import EMAIL


async def introduced(miriam: Person, jens: Person) -> None:
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    await miriam.reads("Jens Kalthoff")
    await miriam.picks("Mit Nr. 1 bekannt machen")
    await miriam.reads("Ein Satz genügt")
    await miriam.says("Wir fangen gerade an.")
    await miriam.reads("So abschicken?")
    await miriam.picks("Ja, mit E-Mail-Adresse")
    await jens.reads("4) Nein, danke")
    await jens.picks("Ja, gern")
    await jens.reads("2) E-Mail und Telefon")
    await jens.picks("Nur E-Mail")
    await jens.reads(EMAIL["Miriam Vogt"])
    await miriam.reads(EMAIL["Jens Kalthoff"])


async def test_a_visit_is_planned_and_moved_with_one_entry_in_each_calendar(both: Both):
    miriam = await both.member("Miriam Vogt", "Ulm", "teams", email=EMAIL["Miriam Vogt"])
    jens = await both.member(
        "Jens Kalthoff", "Hückelhoven", "matrix", helps_with=("E-Akte",), email=EMAIL["Jens Kalthoff"], phone="02433 5"
    )
    assert isinstance(miriam, InTeams)
    assert isinstance(jens, InElement)
    async with both.running():
        await jens.opens_chat()
        await introduced(miriam, jens)
        await planned(both, miriam, jens)
        (hers,), (his,) = [await taken_once(both, miriam, 1)], await calendar(jens)
        for event in (hers, his):
            assert event["DTSTART"].dt.isoformat() == "2026-12-10T10:00:00+01:00"
            assert event["DTEND"].dt.isoformat() == "2026-12-10T15:00:00+01:00"
            assert event["DTSTART"].params["TZID"] == "Europe/Berlin"
            assert event["SEQUENCE"] == 0
            assert "raum 214" in str(event["LOCATION"])
            for kept in ("02433", "Renner", EMAIL["Jens Kalthoff"]):
                assert kept not in str(event.to_ical())
        assert hers["UID"] == his["UID"]

        await moved(both, miriam, jens)
        her_new, (_, his_new) = await taken_once(both, miriam, 2), await calendar(jens)
        for event in (her_new, his_new):
            assert event["UID"] == hers["UID"]
            assert event["SEQUENCE"] > 0
            assert event["DTSTART"].dt.isoformat() == "2027-01-05T11:00:00+01:00"
        await miriam.says("meine besuche")
        visits = await miriam.reads("Dienstag, 5. Januar 2027")
        assert "10. Dezember" not in visits


async def planned(both: Both, miriam: InTeams, jens: InElement) -> None:
    """J6, turns 1 to 7."""
    both.clock.jumps_to("2026-11-26 14:00")
    await miriam.says("wir fahren am 10.12. zu herrn kalthoff nach hückelhoven, scanstelle anschauen")
    await miriam.reads("Donnerstag, 10. Dezember 2026")
    await miriam.says("10 bis 15 uhr, zu zweit. die kollegin ist Frau Renner")
    await miriam.reads("Bis zu drei")
    await miriam.says("wie läuft das mit den fristen, was hat der scanner gekostet, wer macht die qualitätskontrolle")
    await miriam.reads("schicken?")
    await miriam.says("ja")
    request = await jens.reads("möchte Sie besuchen")
    assert "Renner" not in request  # N4
    await jens.says("passt, raum 214, bitte am seiteneingang klingeln")
    for person in (miriam, jens):
        await person.reads("raum 214")
    await files_have_come(miriam, jens, 1)


async def moved(both: Both, miriam: InTeams, jens: InElement) -> None:
    """Turns 8 to 11: the guest's own proposal, and no change before both agreed (N5)."""
    both.clock.jumps_to("2026-12-02 16:50")
    await jens.says("können wir den termin auf den 5. januar schieben?")
    await jens.reads("bleibt es beim bisherigen Termin")
    await miriam.reads("Dienstag, 5. Januar 2027")
    assert len(miriam.downloads) == 1
    both.clock.jumps_to("2026-12-03 09:12")
    await miriam.says("geht, aber erst ab 11, zug")
    await jens.reads("11:00")
    both.clock.jumps_to("2026-12-03 09:30")
    await jens.says("ok")
    for person in (miriam, jens):
        await person.reads("verlegt auf Dienstag, 5. Januar 2027")
    await files_have_come(miriam, jens, 2)


async def files_have_come(miriam: InTeams, jens: InElement, number: int) -> None:
    await jens.until(lambda: sum(one["content"].get("msgtype") == "m.file" for one in jens.seen) == number)
    assert len(miriam.downloads) == number


async def taken_once(both: Both, miriam: InTeams, number: int) -> icalendar.Event:
    """By the button of the page behind the link; a second time there is nothing any more."""
    link = miriam.downloads[number - 1]
    assert link.startswith(f"{both.settings.public_url}/files/")
    async with both.line.client.get(link) as page:
        assert page.status == 200
    async with both.line.client.post(link) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/calendar"
        event = icalendar.Calendar.from_ical(await answer.read()).walk("VEVENT")[0]
    async with both.line.client.post(link) as again:
        assert again.status == 410
    return event


async def test_a_link_is_void_after_a_day(both: Both):
    """Whatever is behind it: here what is known of its reader."""
    miriam = await both.member("Miriam Vogt", "Ulm", "teams", email=EMAIL["Miriam Vogt"])
    assert isinstance(miriam, InTeams)
    async with both.running():
        await miriam.says("Ich möchte meine Daten als Datei")
        await miriam.reads(".json")
        (*_, link) = miriam.downloads
        async with both.line.client.get(link) as page:
            assert page.status == 200
        both.clock.jumps_to("2026-11-24 12:00")
        async with both.line.client.post(link) as answer:
            assert answer.status == 410
