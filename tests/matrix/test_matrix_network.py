"""What else people do in Element: filters, withdrawing, later, no, the office's desk and reminders, leaving, forgetting."""

import re

import pytest

from adapters.config import Settings
from tests.matrix.conftest import Clock, Meets, service
from tests.matrix.people import Human
from tests.matrix.test_matrix_guards import ask
from tests.matrix.test_matrix_stories import settled_in


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """The service on each database."""
    if request.param == "sqlite":
        return settings
    url = request.getfixturevalue("postgresql_url")
    return settings.model_copy(update={"database_url": type(settings.matrix_store_key)(url)})


async def helps(person: Human, town: str) -> None:
    await settled_in(person, town)
    await person.says("Ich kann bei der E-Akte helfen")
    await person.reads("mit Namen")
    await person.says("mit Namen")
    await person.reads("Funktion")
    await person.says("Sachbearbeitung")
    await person.reads("Sachbearbeitung")


async def requests(person: Human, number: str) -> None:
    await person.says(number)
    await person.reads("Ein Satz genügt")
    await person.says("Wir fangen gerade an.")
    await person.reads("So geht die Anfrage an")
    await person.says("ja")


async def test_from_filters_to_a_no_and_a_person_that_is_forgotten(
    anywhere: Settings, meets: Meets, request: pytest.FixtureRequest
):
    which = request.node.callspec.params["anywhere"]
    ute, karl, kim = [await meets(f"{name}.{which}") for name in ("ute", "karl", "kim")]
    clock = Clock()
    async with service(anywhere, clock):
        await helps(karl, "Hückelhoven")
        await helps(kim, "Buxtehude")
        await settled_in(ute, "Ulm")
        await ute.says("wer kennt sich mit der e-akte aus?")
        assert "Hückelhoven" in (listed := await ute.reads("bekannt machen"))
        assert "Buxtehude" in listed
        await ute.says("und in niedersachsen?")
        refined = await ute.reads("Buxtehude")
        assert "Hückelhoven" not in refined
        assert "Niedersachsen" in refined
        await ute.says("mehr")
        await ute.reads("habe ich mit diesen Filtern nicht")
        await ute.says("egal wo")
        assert "Buxtehude" in await ute.reads("Hückelhoven")
        await ute.says("wer kennt sich mit der e-akte in nrw aus?")
        await ute.reads("Hückelhoven")

        clock.jumps_to("2026-11-23 21:40")
        heard = len(karl.seen)
        await requests(ute, "1")
        await ute.reads("E-Mail")
        await ute.says("ute@ulm.example")
        await ute.reads("Dienstag, 24. November 2026, 09:00")
        await ute.says("doch nicht")
        await ute.reads("dort erfährt niemand davon")

        clock.jumps_to("2026-11-24 10:00")
        await ute.says("wer kennt sich mit der e-akte in nrw aus?")
        await ute.reads("bekannt machen")
        assert len(karl.seen) == heard
        await requests(ute, "1")
        await ute.reads("E-Mail")
        await ute.says("ute@ulm.example")
        await karl.reads("Ja, aber später")
        await karl.says("2")
        await karl.reads("Ab wann passt es Ihnen?")
        await karl.says("11.01.2027")
        await karl.reads("ich melde mich am Montag, 11. Januar 2027")
        await ute.reads("Ja, aber erst ab Montag, 11. Januar 2027")
        await ute.says("2")
        await ute.reads("niemand anderen")
        await ute.says("Dabei belassen")

        await karl.says("vergiss mich")
        await karl.reads("Wirklich alles löschen?")
        await karl.says("ja")
        await karl.reads("gelöscht")
        clock.jumps_to("2026-11-25 11:00")
        await ute.says("wer kennt sich mit der e-akte in nrw aus?")
        assert "Hückelhoven" not in await ute.reads("Nordrhein-Westfalen")


async def test_a_reminder_of_the_office_goes_to_those_who_are_there(settings: Settings, meets: Meets):
    ayse, nora, emil = [await meets(f"{name}.office") for name in ("ayse", "nora", "emil")]
    office = settings.model_copy(update={"admins": frozenset({f"matrix:{ayse.user}"})})
    clock = Clock()
    async with service(office, clock):
        await ayse.opens_chat()
        await ayse.reads("Sind Sie einverstanden?")
        await ayse.says("ja")
        await ayse.reads("Eine Kommune brauchen Sie nicht anzugeben")
        for person, town in ((nora, "Hückelhoven"), (emil, "Ulm")):
            await settled_in(person, town)
        await ayse.says("jeden ersten Montag im Monat um 9 alle ohne Profil ans Ausfüllen erinnern")
        assert "Entwurf" in await ayse.reads("Zurzeit Personen")
        await ayse.says("nenn das Profilerinnerung")
        await ayse.reads("Entwurf „Profilerinnerung“")
        await ayse.says("scharf schalten")
        await ayse.reads("Das erste Mal: Montag, 7. Dezember 2026, 09:00 Uhr")
        await ayse.says("ja")
        await ayse.reads("ist aktiv")
        await emil.client.room_kick(emil.room, emil.bot)

        clock.jumps_to("2026-12-07 09:00")
        reminder = await nora.reads("Sie haben noch kein Thema angegeben")
        asked = next(one for one in reversed(nora.seen) if one["type"] == "m.room.message")
        assert asked["content"]["m.mentions"] == {"user_ids": [nora.user]}
        assert "ayse" not in reminder
        clock.jumps_to("2026-12-07 11:00")
        await ayse.says("wie viele haben die profilerinnerung bekommen?")
        sums = await ayse.reads("Gründe nenne ich erst ab 5 Empfängern")
        assert "Fällig: unter 5" in sums
    assert not any("noch kein Thema" in str(one["content"].get("body")) for one in emil.seen)


async def test_a_code_typed_in_a_room_is_void(settings: Settings, meets: Meets):
    robert, second = await meets("robert"), await meets("robert.two")
    async with service(settings):
        await settled_in(robert, "Siegburg")
        await robert.says("/konto")
        code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", await robert.reads("-"))
        assert code
        await second.opens_chat()
        await second.reads("Sind Sie einverstanden?")
        made = await second.client.room_create(invite=[second.bot, robert.user])
        await robert.until(lambda: made.room_id in robert.client.rooms)
        await second.until(lambda: second.members(made.room_id) == 3)
        mention = {"m.mentions": {"user_ids": [second.bot]}}
        await second.says(f"/konto {code[0]}", room=made.room_id, **mention)
        await second.until(lambda: any(one["room_id"] == made.room_id for one in second.seen))
        heard = len(robert.seen)
        await second.says(f"/konto {code[0]}")
        told = await second.reads("Dieser Code stimmt nicht")
        assert "Dieser Code stand in einem Raum und ist jetzt ungültig" in told
        assert not any("bestätigen" in str(one["content"].get("body")) for one in robert.seen[heard:])
        found = await ask(second, "GET", f"rooms/{made.room_id}/messages?dir=b&limit=50")
        assert "Siegburg" not in str(found)
