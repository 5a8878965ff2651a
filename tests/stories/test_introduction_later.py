"""A contact says "yes, but later", pauses, or asks something back before answering."""

from dataclasses import replace
from datetime import date
from typing import Any

from bot.flows import introductions
from bot.turn import Scene
from tests.stories.network import asks, member, read, states
from tests.town import Town


async def asked(town: Town, when: str = "2026-11-24 10:00", **jens: Any):
    await town.later(when)
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    contact = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), **jens)
    await asks(town, miriam, "Jens Kalthoff")
    read(miriam)
    read(contact)
    return miriam, contact


async def test_later_restarts_the_window_on_that_date(town: Town):
    miriam, jens = await asked(town)
    await jens.picks("Ja, aber später")
    assert "Ab wann passt es Ihnen?" in read(jens)
    await jens.says("11.01.2027")
    assert "ich melde mich am Montag, 11. Januar 2027" in read(jens)
    told = read(miriam)
    assert "Ja, aber erst ab Montag, 11. Januar 2027" in told
    assert "1) So lange warten\n2) Inzwischen noch jemanden fragen" in told
    await miriam.says("und?")
    assert "Ja, aber erst ab Montag, 11. Januar 2027" in read(miriam)

    await town.later("2027-01-11 08:59")
    assert read(jens) == ""
    assert read(miriam) == ""
    await town.later("2027-01-11 09:00")
    again = read(jens)
    assert "Sie wollten, dass ich mich noch einmal melde" in again
    assert "Mittwoch, 20. Januar 2027, 17:00" in again
    await jens.picks("Ja, gern")
    assert "kalthoff@rathaus.example" in read(miriam)


async def test_a_yes_before_the_date_holds_at_once(town: Town):
    miriam, jens = await asked(town)
    await jens.picks("Ja, aber später")
    await jens.says("11.01.2027")
    read(miriam)
    await town.later("2026-12-10 11:00")
    await jens.picks("Ja, gern")
    assert "kalthoff@rathaus.example" in read(miriam)
    await town.later("2027-01-12 10:00")
    assert "Sie wollten, dass ich mich" not in read(jens)


async def test_a_day_gone_by_is_asked_again(town: Town):
    _, jens = await asked(town)
    await jens.picks("Ja, aber später")
    read(jens)
    await jens.says("gestern")
    assert "Er muss in der Zukunft liegen" in read(jens)
    await jens.says("in drei Wochen")
    assert "ich melde mich am Dienstag, 15. Dezember 2026" in read(jens)


async def test_a_day_that_may_be_two_is_asked_again(town: Town):
    _, jens = await asked(town)
    await jens.picks("Ja, aber später")
    await jens.says("nächsten Donnerstag")  # the 26th, or the one after
    assert "Ab wann passt es Ihnen?" in read(jens)
    await jens.says("am 3.12.")
    assert "ich melde mich am Donnerstag, 3. Dezember 2026" in read(jens)


async def test_a_visible_pause_stops_the_window(town: Town):
    miriam, jens = await asked(town)
    await town.later("2026-11-25 10:00")
    async with town.storage.unit() as uow:
        scene = Scene(now=town.now, rules=town.core.rules, knowledge=town.core.knowledge, uow=uow)
        person = await uow.people.get(jens.key)
        paused = replace(person, paused_until=date(2027, 1, 11), pause_visible=True)
        await uow.people.save(paused)
        assert await introductions.contact_paused(scene, paused) == []
        await uow.commit()
    await town.later("2027-01-10 10:00")
    assert read(jens) == ""
    assert read(miriam) == ""
    await miriam.says("und?")
    assert "offen bis Dienstag, 19. Januar 2027, 17:00" in read(miriam)  # six working days were left
    await town.later("2027-01-13 09:00")
    assert read(jens).startswith("Zur Erinnerung")
    await jens.picks("Ja, gern")
    assert "kalthoff@rathaus.example" in read(miriam)


async def test_a_visible_pause_before_delivery_moves_the_request(town: Town):
    miriam, jens = await asked(town, "2026-11-23 21:40")
    async with town.storage.unit() as uow:
        scene = Scene(now=town.now, rules=town.core.rules, knowledge=town.core.knowledge, uow=uow)
        person = await uow.people.get(jens.key)
        paused = replace(person, paused_until=date(2027, 1, 11), pause_visible=True)
        await uow.people.save(paused)
        for reply in await introductions.contact_paused(scene, paused):
            await town.posted(scene, reply)
        await uow.commit()
    await town.later("2027-01-11 08:59")
    assert read(jens) == ""
    await town.later("2027-01-11 09:00")
    assert "Miriam Vogt möchte Sie etwas fragen" in read(jens)
    assert await states(town, miriam) == ["asked"]


async def test_questions_to_and_fro_carry_no_contact_data(town: Town):
    miriam, jens = await asked(town)
    await jens.says("worum genau? nur scannen oder auch fristen")
    read(jens)
    await jens.says("ja frag mal nach")
    read(miriam)
    await miriam.says("beides, meine Nummer ist 07305 967-123 oder miriam.vogt@erbach-donau.example")
    assert "Kontaktdaten habe ich herausgenommen" in read(miriam)
    relayed = read(jens)
    assert "> beides, meine Nummer ist [Kontaktdaten entfernt] oder [Kontaktdaten entfernt]" in relayed
    async with town.storage.unit(write=False) as uow:
        assert "beides, meine Nummer" not in str(await uow.privacy.everything(miriam.key))  # not kept after delivery


async def test_a_question_not_passed_on_stays_here(town: Town):
    miriam, jens = await asked(town)
    await jens.says("worum genau? nur scannen oder auch fristen")
    await jens.picks("Nein, nicht weitergeben")
    assert "Gut, ich frage nicht nach" in read(jens)
    assert read(miriam) == ""
    await jens.picks("Ja, gern")
    assert "kalthoff@rathaus.example" in read(miriam)


async def test_no_reminder_while_the_contact_waits_for_an_answer(town: Town):
    miriam, jens = await asked(town)
    await jens.says("worum genau? nur scannen oder auch fristen")
    await jens.says("ja frag mal nach")
    read(jens)
    await town.later("2026-12-02 10:00")
    assert read(jens) == ""
    assert "> worum genau?" in read(miriam)


async def test_later_in_plain_words(town: Town):
    miriam, jens = await asked(town)
    await jens.says("ja, aber erst ab 11. Januar")
    assert "ich melde mich am Montag, 11. Januar 2027" in read(jens)
    assert "Ja, aber erst ab Montag, 11. Januar 2027" in read(miriam)
    await miriam.picks("Inzwischen noch jemanden fragen")
    assert "Zurzeit finde ich dazu niemand anderen" in read(miriam)


async def test_a_question_left_lying_is_forgotten_with_the_answer(town: Town):
    _, jens = await asked(town)
    await jens.says("worum genau? nur scannen oder auch fristen")
    offer = jens.newest_choices()
    async with town.storage.unit(write=False) as uow:
        assert "nur scannen" in str(await uow.questions.get(offer))
    await jens.picks("Ja, gern")
    async with town.storage.unit(write=False) as uow:
        assert await uow.questions.get(offer) is None
        assert "nur scannen" not in str(await uow.privacy.everything(jens.key))
