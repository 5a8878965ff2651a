"""Introductions that end otherwise, and the office's desk, on a real homeserver: everybody in an encrypted chat."""

from typing import Any

import pytest

from adapters.config import Settings
from adapters.matrix.adapter import MatrixAdapter
from tests.matrix.conftest import Clock, Meets, service
from tests.matrix.people import Human
from tests.matrix.test_matrix_network import helps, requests
from tests.matrix.test_matrix_stories import settled_in

NEUTRAL = "Ihre Anfrage zum Thema „E-Akte“ hat diesmal leider nicht geklappt."


async def asked(asker: Human, contact: Human) -> str:
    """From the question to the request; what the contact reads."""
    await asker.says("wer kennt sich mit der e-akte aus?")
    listed = await asker.reads("bekannt machen")
    line = next(line for line in listed.splitlines() if name_of(contact) in line and line[0].isdigit())
    await requests(asker, line.partition(".")[0])
    await asker.reads("E-Mail")
    await asker.says(address_of(asker))
    assert "geht jetzt hinaus" in await asker.reads("für das nächste Mal merken?")
    await asker.picks("Ja, merken")
    await asker.reads("gemerkt")
    return await contact.reads("Nein, danke")


def name_of(person: Human) -> str:
    """As their homeserver tells it; nobody has chosen another."""
    return person.user[1:].partition(":")[0]


def address_of(person: Human) -> str:
    return f"{name_of(person).partition('.')[0]}@rathaus.example"


def messages(person: Human) -> list[str]:
    return [str(one["content"].get("body")) for one in person.seen if one["type"] == "m.room.message"]


async def test_somebody_else_is_asked_and_introduced(settings: Settings, meets: Meets):
    ruth, karl, ilse = [await meets(f"{name}.other") for name in ("ruth", "karl", "ilse")]
    clock = Clock()
    async with service(settings, clock):
        await helps(karl, "Hückelhoven")
        await helps(ilse, "Buxtehude")
        await settled_in(ruth, "Ulm")
        clock.jumps_to("2026-11-24 10:00")
        assert "> Wir fangen gerade an." in await asked(ruth, karl)
        clock.jumps_to("2026-11-24 10:20")
        await karl.picks("Bitte jemand anderen fragen")
        await karl.reads("Weitergegeben wird nur, dass es diesmal nicht geklappt hat")
        await karl.picks("Jemanden nennen")
        await karl.says("Frau Ober aus unserer Registratur")
        await karl.reads("den Hinweis gebe ich in Ihren Worten mit")
        await ruth.says("und?")
        assert "nicht geklappt" not in await ruth.reads("noch keine Zusage")
        clock.jumps_to("2026-11-24 11:00")
        told = await ruth.reads("Dabei belassen")
        assert NEUTRAL in told
        assert "> Frau Ober aus unserer Registratur" in told
        assert "1) Als Nächstes fragen: ilse" in told
        heard = len(karl.seen)
        await ruth.picks("Als Nächstes fragen: ilse")
        preview = await ruth.reads("So geht die Anfrage an ilse")
        assert "> Wir fangen gerade an." in preview
        assert not any("möchte Sie etwas fragen" in text for text in messages(ilse))  # nobody is asked before the yes
        await ruth.picks("Ja")
        request = await ilse.reads("> Wir fangen gerade an.")
        assert "Frau Ober" not in request
        assert address_of(ruth) not in request
        await ilse.says("ja gern")
        await ilse.reads("E-Mail")
        await ilse.says(address_of(ilse))
        assert "Bitte schreiben Sie zuerst" in await ruth.reads(address_of(ilse))
        assert address_of(ruth) in await ilse.reads(address_of(ruth))
    assert not [one for one in karl.seen[heard:] if one["type"] == "m.room.message"]
    assert not any("karl" in text for text in messages(ilse))
    assert all(one["decrypted"] for who in (ruth, karl, ilse) for one in who.seen if one["type"] == "m.room.message")


@pytest.mark.parametrize("how", ["in words", "pressed"])
async def test_a_no_reads_as_if_nobody_had_said_anything(settings: Settings, meets: Meets, how: str):
    olga, bert = await meets(f"olga.{how[:2]}"), await meets(f"bert.{how[:2]}")
    clock = Clock()
    async with service(settings, clock):
        await helps(bert, "Hückelhoven")
        await settled_in(olga, "Ulm")
        clock.jumps_to("2026-11-24 10:00")
        await asked(olga, bert)
        clock.jumps_to("2026-11-24 10:20")
        await olga.says("und?")
        before = await olga.reads("noch keine Zusage")
        if how == "pressed":
            await bert.picks("Nein, danke")
        else:
            await bert.says("nein danke, bei uns herrscht gerade personalmangel")
        await bert.reads("ein Grund wird weder gefragt noch gespeichert")
        await olga.says("und?")
        assert (await olga.reads("noch keine Zusage")).strip() == before.strip()  # nothing in the same hour
        clock.jumps_to("2026-11-24 11:00")
        told = await olga.reads(NEUTRAL)
        assert "Zurzeit finde ich dazu niemand anderen" in told
        await bert.picks("Ja, gern")
        await bert.reads("Sie hatten abgesagt, und dabei bleibt es")
        await olga.says("meine vorstellungen")
        listed = await olga.reads("hat diesmal nicht geklappt")
        await olga.says("was weißt du über mich")
        known = await olga.reads("Vorstellungen")
    for read in (told, listed, known):
        assert not any(word in read.casefold() for word in ("abgesagt", "abgelehnt", "personalmangel", "declined"))
    assert address_of(bert) not in "".join(messages(olga))


async def test_a_request_taken_back_in_the_evening_loses_its_buttons_before_anybody_is_told(
    settings: Settings, meets: Meets
):
    nina, otto = await meets("nina.back"), await meets("otto.back")
    clock = Clock()
    async with service(settings, clock, lambda given: [MatrixAdapter(given, wait=500, look_again=0)]):
        await helps(otto, "Hückelhoven")
        await settled_in(nina, "Ulm")
        clock.jumps_to("2026-11-24 10:00")
        await asked(nina, otto)
        request = next(one for one in reversed(otto.seen) if "Nein, danke" in str(one["content"].get("body")))

        def buttons() -> list[str]:
            return [one["event_id"] for one in otto.seen if _reacts_to(one, request["event_id"])]

        await otto.until(lambda: len(buttons()) == 4)
        heard = len(messages(otto))
        clock.jumps_to("2026-11-24 20:00")
        await nina.says("doch nicht")
        await nina.reads("ist zurückgezogen")
        await otto.until(lambda: otto.redacted >= set(buttons()))
        assert len(messages(otto)) == heard
        clock.jumps_to("2026-11-25 09:00")
        await otto.reads("zurückgezogen")


def _reacts_to(event: dict[str, Any], on: str) -> bool:
    return event["type"] == "m.reaction" and event["content"].get("m.relates_to", {}).get("event_id") == on


async def test_the_office_answers_by_hand_and_proposes_somebody(settings: Settings, meets: Meets):
    ayse, uwe, tom = [await meets(f"{name}.desk") for name in ("ayse", "uwe", "tom")]
    office = settings.model_copy(update={"admins": frozenset({f"matrix:{ayse.user}"})})
    clock = Clock()
    async with service(office, clock):
        await ayse.opens_chat()
        await ayse.reads("Sind Sie einverstanden?")
        await ayse.picks("Ja, einverstanden")
        await ayse.reads("Eine Kommune brauchen Sie nicht anzugeben")
        await helps(tom, "Hückelhoven")
        await settled_in(uwe, "Ulm")
        clock.jumps_to("2026-11-24 10:00")
        for topic in ("Friedhofsverwaltung", "Chatbots"):
            await uwe.says(f"Wer kennt sich mit {topic} aus?")
            await uwe.reads("Das Netzwerkbüro fragen")
            await uwe.picks("Das Netzwerkbüro fragen")
            await uwe.reads("Dort sucht ein Mensch")

        await ayse.says("offene Anfragen")
        listed = await ayse.reads("Nr. 2 übernehmen")
        assert "Friedhofsverwaltung" in listed
        assert "uwe" in listed
        await ayse.picks("Nr. 1 übernehmen")
        await ayse.reads("Ihre Antwort?")
        clock.jumps_to("2026-11-24 19:30")
        await ayse.says("In Ulm-Wiblingen gibt es das schon, fragen Sie dort.")
        await ayse.reads("Antwort abgeschickt")
        await uwe.says("/hilfe")
        assert "Wiblingen" not in await uwe.reads("Das können Sie zu mir sagen")  # not in the evening
        clock.jumps_to("2026-11-25 09:00")
        answer = await uwe.reads("> In Ulm-Wiblingen gibt es das schon, fragen Sie dort.")
        assert "Antwort des Netzwerkbüros" in answer
        rang = next(one for one in uwe.seen if "Wiblingen" in str(one["content"].get("body")))
        assert rang["content"]["m.mentions"] == {"user_ids": [uwe.user]}

        heard = len(tom.seen)
        await ayse.says("offene Anfragen")
        await ayse.reads("Nr. 1 übernehmen")
        await ayse.picks("Nr. 1 übernehmen")
        await ayse.reads("Ihre Antwort?")
        await ayse.says(f"frag {name_of(tom)}")
        await ayse.reads("Vorschlag abgeschickt")
        proposed = await uwe.reads("Bekannt machen")
        assert "schlägt das Netzwerkbüro jemanden vor" in proposed
        assert not [one for one in tom.seen[heard:] if one["type"] == "m.room.message"]
        await uwe.says("Bekannt machen")
        await uwe.reads("Ein Satz genügt")
        await uwe.says("Wir planen gerade.")
        await uwe.reads("So geht die Anfrage an")
        await uwe.says("ja")
        await uwe.reads("E-Mail")
        await uwe.says(address_of(uwe))
        assert "> Wir planen gerade." in await tom.reads("Nein, danke")
        await ayse.says("offene Anfragen")
        await ayse.reads("keine Anfrage")
