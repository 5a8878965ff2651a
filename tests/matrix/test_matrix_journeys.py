"""J1 and J3 through a real homeserver, turn by turn: two people in Element, each in an encrypted chat with the bot."""

from adapters.config import Settings
from tests.matrix.conftest import Clock, Meets, service

SENTENCE = "wir wissen nicht wie wir 40 jahre bauakten scannen sollen, würde gern mal 30 min telefonieren"


async def test_j1_a_notice_without_a_word_a_refusal_and_a_late_yes(settings: Settings, meets: Meets):
    jens, amy = await meets("jens.kalthoff"), await meets("amy")
    clock = Clock()
    async with service(settings, clock):
        clock.jumps_to("2026-11-23 10:20")
        await jens.opens_chat()  # and types nothing
        notice = await jens.reads("Sind Sie einverstanden?")
        assert "Ende-zu-Ende-verschlüsselt" in notice
        assert "selbst lesen" in notice
        await jens.says("hilfe")
        helped = await jens.reads("Kontakte finden")
        assert "Ein Profil entsteht erst, wenn Sie einverstanden sind" in helped
        await jens.says("nö lieber nicht")
        refused = await jens.reads("nicht")
        assert "In welcher Kommune" not in refused

        clock.jumps_to("2026-11-23 10:40")
        await amy.opens_chat()
        await amy.reads("Sind Sie einverstanden?")
        await amy.says("hi, can you do english?")
        await amy.reads("Do you agree?")
        await amy.says("yes")
        await amy.reads("Which municipality")
        await amy.says("Ulm")
        await amy.reads("Ulm")

        heard = len(jens.seen)
        clock.jumps_to("2026-11-24 14:00")
        await amy.says("who knows about the electronic file?")
        await amy.reads("can't find anybody")
        assert len(jens.seen) == heard  # N5
        await jens.says("ok hab mit unserem datenschützer gesprochen, bin dabei")
        agreed = await jens.reads("In welcher Kommune arbeiten Sie?")
        assert "24. November 2026" in agreed
        await jens.says("Hückelhofen")
        await jens.reads("Hückelhoven")
        await jens.says("ja")
        await jens.says("zeig mal mein profil")
        await jens.reads("Hückelhoven")


async def test_j3_two_yeses_from_a_question_at_night_to_the_second_check_in(settings: Settings, meets: Meets):
    miriam, jens = await meets("miriam.vogt"), await meets("jens.k")
    clock = Clock()
    async with service(settings, clock):
        for person, town in ((jens, "Hückelhoven"), (miriam, "Ulm")):
            await person.opens_chat()
            await person.reads("Sind Sie einverstanden?")
            await person.says("ja")
            await person.reads("In welcher Kommune arbeiten Sie?")
            await person.says(town)
            await person.reads(town)
        await jens.says("Ich kann bei der E-Akte helfen, machen wir seit 3 jahren")
        await jens.reads("mit Namen")
        await jens.says("mit Namen")
        await jens.reads("Funktion")
        await jens.says("Teamleitung Organisation und IT")  # a form, field by field
        await jens.reads("Teamleitung Organisation und IT")

        clock.jumps_to("2026-11-23 21:40")
        await miriam.says("wer kennt sich mit der e-akte aus?")
        listed = await miriam.reads("bekannt machen")
        assert "Hückelhoven" in listed
        assert jens.user not in listed
        await miriam.says("stell mich dem ersten vor")
        assert "erst weiter, wenn Sie beide Ja gesagt haben" in await miriam.reads("Ein Satz genügt")
        await miriam.says(SENTENCE)
        assert f"> {SENTENCE}" in await miriam.reads("So geht die Anfrage an")
        await miriam.says("ja")
        await miriam.reads("E-Mail")
        await miriam.says("miriam.vogt@ulm.example")
        assert "Dienstag, 24. November 2026, 09:00" in await miriam.reads("Donnerstag, 3. Dezember 2026, 17:00")
        heard = len(jens.seen)

        clock.jumps_to("2026-11-24 09:00")
        request = await jens.reads("Niemand sieht Ihre Kontaktdaten")
        asked = next(one for one in jens.seen[heard:] if "Niemand sieht" in str(one["content"].get("body")))
        assert asked["decrypted"]
        assert asked["content"]["msgtype"] == "m.text"  # nobody's telephone rings for a notice
        assert asked["content"]["m.mentions"] == {"user_ids": [jens.user]}
        assert f"> {SENTENCE}" in request
        assert "Ja, aber später" in request
        assert "miriam.vogt@ulm.example" not in request
        clock.jumps_to("2026-11-24 09:15")
        await miriam.says("und?")
        status = await miriam.reads("noch keine Zusage")
        assert "zugestellt am Dienstag, 24. November 2026, 09:" in status
        assert "gelesen" not in status

        clock.jumps_to("2026-11-24 09:50")
        await jens.says("worum genau? nur scannen oder auch fristen")
        await jens.reads("Ich kenne nur diesen einen Satz")
        await jens.says("ja frag mal nach")
        question = await miriam.reads("> worum genau? nur scannen oder auch fristen")
        await miriam.says("beides, vor allem die aufbewahrungsfristen")
        answer = await jens.reads("> beides, vor allem die aufbewahrungsfristen")
        for relayed in (question, answer):  # N3
            assert not any(data in relayed for data in (jens.user, miriam.user, "miriam.vogt@ulm.example"))

        clock.jumps_to("2026-11-24 10:20")
        await jens.says("passt, aber nur per mail, handynummer gebt ihr bitte nicht raus")
        await jens.reads("E-Mail")
        await jens.says("jens.kalthoff@hueckelhoven.example")
        handed = await miriam.reads("jens.kalthoff@hueckelhoven.example")
        assert "Bitte schreiben Sie zuerst" in handed
        assert "miriam.vogt@ulm.example" in await jens.reads("miriam.vogt@ulm.example")

        clock.jumps_to("2026-12-01 10:21")
        await miriam.reads("Haben Sie schon mit")
        await miriam.says("noch nicht")
        await miriam.reads("jens.kalthoff@hueckelhoven.example")
        clock.jumps_to("2026-12-08 10:25")
        await miriam.reads("Haben Sie")
        await miriam.says("ja war super, vielen dank")
        await miriam.reads("Damit ist die Vorstellung abgeschlossen")
