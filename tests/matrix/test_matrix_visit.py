"""J6 and J7 through a real homeserver: a visit planned and moved, and both sides asked on their own working day."""

import icalendar
from nio.crypto.attachments import decrypt_attachment

from adapters.config import Settings
from tests.matrix.conftest import Clock, Meets, service
from tests.matrix.people import Human
from tests.matrix.test_matrix_stories import introduced, settled_in


async def calendar(person: Human) -> list[icalendar.Event]:
    """The calendar files in the room, as only its members can read them."""
    found = []
    for one in person.seen:
        content = one["content"]
        if content.get("msgtype") == "m.file":
            keys = content["file"]
            stored = await person.client.download(keys["url"])
            clear = decrypt_attachment(stored.body, keys["key"]["k"], keys["hashes"]["sha256"], keys["iv"])
            found.append(icalendar.Calendar.from_ical(clear).walk("VEVENT")[0])
    return found


async def test_a_visit_from_the_plan_to_what_was_learned(settings: Settings, meets: Meets):
    mara, karl = await meets("mara"), await meets("karl")
    clock = Clock()
    async with service(settings, clock):
        await introduced(mara, karl, "Ulm")
        clock.jumps_to("2026-11-26 14:00")
        await mara.says("wir fahren am 10.12. zu karl nach hückelhoven, scanstelle anschauen")
        await mara.reads("Donnerstag, 10. Dezember 2026")
        await mara.says("10 bis 15 uhr, zu zweit. die kollegin ist Frau Renner")
        await mara.reads("Bis zu drei")
        await mara.says("wie läuft das mit den fristen, was hat der scanner gekostet, wer macht die qualitätskontrolle")
        await mara.reads("schicken?")
        await mara.says("ja")
        request = await karl.reads("möchte Sie besuchen")
        assert "Renner" not in request
        await karl.says("passt, raum 214, bitte am seiteneingang klingeln")
        for person in (karl, mara):
            await person.reads("raum 214")
            await person.until(lambda who=person: any(one["content"].get("msgtype") == "m.file" for one in who.seen))
            (event,) = await calendar(person)
            assert event["DTSTART"].dt.isoformat() == "2026-12-10T10:00:00+01:00"

        clock.jumps_to("2026-12-02 16:50")
        await karl.says("können wir den termin auf den 5. januar schieben?")
        await karl.reads("bleibt es beim bisherigen Termin")
        await mara.reads("Dienstag, 5. Januar 2027")
        clock.jumps_to("2026-12-03 09:12")
        await mara.says("ok")
        for person in (karl, mara):
            await person.reads("verlegt auf Dienstag, 5. Januar 2027")
            await person.until(lambda who=person: sum(o["content"].get("msgtype") == "m.file" for o in who.seen) == 2)
            before, after = await calendar(person)
            assert after["UID"] == before["UID"]
            assert after["SEQUENCE"] > before["SEQUENCE"]
            assert after["DTSTART"].dt.isoformat() == "2027-01-05T10:00:00+01:00"

        clock.jumps_to("2027-01-04 09:00")
        for person in (karl, mara):
            await person.reads("5. Januar 2027")

        clock.jumps_to("2027-01-05 18:00")
        await mara.says("/hilfe")
        await mara.reads("Das können Sie")
        clock.jumps_to("2027-01-06 09:30")  # a holiday in Baden-Württemberg
        await karl.reads("sehen nur Sie")
        await karl.says("war nix neues, nur bestätigung")
        await karl.reads("vollständige Antwort")
        assert "sehen nur Sie" not in mara._text(mara.unread)
        clock.jumps_to("2027-01-07 09:30")
        asked = await mara.reads("sehen nur Sie")
        assert "qualitätskontrolle" in asked
        assert "nix neues" not in asked
        await mara.says(
            "1. fristen stehen am deckblatt, das war neu. 2. gut 30.000 mit wartung. bestätigt hat sich, dass man"
            " vorher aussortieren muss. wir starten im märz mit 200 akten als test"
        )
        await mara.reads("30.000")
        await mara.says("die 30.000 bitte raus, sonst stimmts")
        played = await mara.reads("deckblatt")
        assert "30.000" not in played
        await mara.says("Das ganze Netzwerk")
        await mara.reads("Mit dem Namen Hückelhoven")
        await mara.says("Mit dem Namen Hückelhoven")
        await mara.reads("Bis dahin lesen nur Sie es")
        assert "deckblatt" in await karl.reads("Nur ein Ja ist ein Ja")
        await karl.says("ja gern")
        await mara.reads("mit Namen zu lesen")

        petra = await meets("petra")
        await settled_in(petra, "Siegburg")
        await petra.says("Was haben andere zur Scanstelle gelernt?")
        assert "deckblatt" in await petra.reads("Hückelhoven")
        await mara.says("meine erfahrungen")
        await mara.reads("zurücknehmen")
        await mara.says("Notiz vom 07.01.2027 zurücknehmen")
        await petra.until(lambda: "m.new_content" in petra.seen[-1]["content"])
        assert "deckblatt" not in petra.seen[-1]["content"]["m.new_content"]["body"]
