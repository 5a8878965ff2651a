"""Requests taken back ("doch nicht"), and what an erasure leaves: nothing on a side that was never told."""

import pytest

from bot.flows import introductions
from bot.turn import Scene
from tests.stories.network import asks, member, read, states
from tests.town import Town, Townsperson


async def asked_at(town: Town, when: str):
    await town.later(when)
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff")
    read(miriam)
    return miriam, jens


async def test_before_delivery_without_a_trace(town: Town):
    miriam, jens = await asked_at(town, "2026-11-23 21:40")
    await miriam.says("doch nicht")
    assert "dort erfährt niemand davon" in read(miriam)
    await town.later("2026-12-15 10:00")
    assert read(jens) == ""
    await jens.says("meine vorstellungen")
    assert "Miriam" not in read(jens)
    async with town.storage.unit(write=False) as uow:
        exported = str(await uow.privacy.everything(jens.key))
    assert miriam.key not in exported
    assert "Wir fangen gerade an." not in exported
    assert await states(town, miriam) == []

    await asks(town, miriam, "Jens Kalthoff")  # nothing stands in the way of another try
    assert "Miriam Vogt möchte Sie etwas fragen" in read(jens)


async def test_after_delivery_the_contact_is_told(town: Town):
    miriam, jens = await asked_at(town, "2026-11-24 10:00")
    read(jens)
    await miriam.says("doch nicht")
    assert "ist zurückgezogen" in read(miriam)
    assert "Miriam Vogt hat die Anfrage zum Thema „E-Akte“ zurückgezogen" in read(jens)
    await jens.picks("Ja, gern")
    assert "hat sich inzwischen erledigt" in read(jens)
    await town.later("2026-12-15 10:00")
    assert "rathaus.example" not in read(miriam) + read(jens)
    assert await states(town, miriam) == ["withdrawn"]


@pytest.mark.parametrize("before", ["ja, merken", "Wer kennt sich mit Chatbots aus?", "hilfe", "meine vorstellungen"])
@pytest.mark.parametrize("typed", ["doch nicht", "„Doch nicht.“"])
async def test_the_words_that_were_promised_count_whatever_was_said_last(town: Town, before: str, typed: str):
    miriam, jens = await asked_at(town, "2026-11-24 10:00")
    await member(town, "Petra Lang", "Plochingen", helps_with=("Chatbots",))
    await miriam.says(before)
    read(miriam)
    await miriam.says(typed)
    assert "ist zurückgezogen" in read(miriam)
    assert "zurückgezogen" in read(jens)


async def test_a_second_time_changes_nothing(town: Town):
    miriam, jens = await asked_at(town, "2026-11-24 10:00")
    await miriam.says("doch nicht")
    read(miriam)
    read(jens)
    await miriam.says("doch nicht")
    assert "keine offene Anfrage" in read(miriam)
    assert read(jens) == ""


async def test_the_draft_on_the_screen_is_not_sent(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    await miriam.picks("Mit Nr. 1 bekannt machen")
    await miriam.says("Wir fangen gerade an.")
    await miriam.picks("Nicht senden")
    assert "es wurde nichts gesendet" in read(miriam)
    await miriam.picks("Ja, mit E-Mail-Adresse")
    assert "gibt es nicht mehr" in read(miriam)
    await town.later("2026-11-25 10:00")
    assert read(jens) == ""


async def test_of_several_the_one_just_sent_is_meant(town: Town):
    miriam, jens = await asked_at(town, "2026-11-24 10:00")
    petra = await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    await town.later("2026-11-24 12:00")
    await asks(town, miriam, "Petra Lang")
    read(miriam)
    read(jens)
    await miriam.says("doch nicht")
    assert "Petra Lang" in read(miriam)
    assert "zurückgezogen" in read(petra)
    assert read(jens) == ""


async def test_of_several_older_ones_it_is_asked_which(town: Town):
    miriam, jens = await asked_at(town, "2026-11-24 10:00")
    await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    await asks(town, miriam, "Petra Lang")
    read(miriam)
    read(jens)
    await town.later("2026-11-24 15:00")
    await miriam.says("doch nicht")
    assert "Welche Anfrage möchten Sie zurückziehen?" in read(miriam)
    await miriam.picks("Jens Kalthoff")
    assert "ist zurückgezogen" in read(miriam)
    assert "zurückgezogen" in read(jens)


async def erases(town: Town, person: Townsperson):
    """What the privacy flow does: the open ends first, then the rows."""
    async with town.storage.unit() as uow:
        scene = Scene(now=town.now, rules=town.core.rules, knowledge=town.core.knowledge, uow=uow)
        replies = await introductions.asker_gone(scene, person.key, "erasure")
        replies += await introductions.contact_gone(scene, person.key, "erasure")
        await uow.privacy.erase(person.key, town.now)
        for reply in replies:
            await town.posted(scene, reply)
        await uow.commit()
    await town.settle()


async def test_the_asker_is_erased_with_a_request_open(town: Town):
    miriam, jens = await asked_at(town, "2026-11-24 10:00")
    read(jens)
    await erases(town, miriam)
    told = read(jens)
    assert "Eine Anfrage an Sie hat sich erledigt" in told
    assert "Vogt" not in told
    await jens.picks("Ja, gern")
    assert "Vogt" not in read(jens)
    await town.later("2026-12-15 10:00")
    assert read(miriam) == ""
    assert read(jens) == ""
    async with town.storage.unit(write=False) as uow:
        assert "Vogt" not in str(await uow.privacy.everything(jens.key))


async def test_the_asker_is_erased_before_delivery(town: Town):
    miriam, jens = await asked_at(town, "2026-11-23 21:40")
    await erases(town, miriam)
    await town.later("2026-12-15 10:00")
    assert read(jens) == ""


async def test_after_the_handover_the_erased_leave_nothing_behind(town: Town):
    miriam, jens = await asked_at(town, "2026-11-24 10:00")
    await jens.picks("Ja, gern")
    assert "kalthoff@rathaus.example" in read(miriam)
    await erases(town, jens)
    await miriam.says("meine vorstellungen")
    listed = read(miriam)
    assert "Kalthoff" not in listed
    assert "kalthoff@rathaus.example" not in listed
    await town.later("2026-12-15 10:00")
    assert read(miriam) == ""  # nobody to ask about
