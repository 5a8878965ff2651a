"""A no, a hidden pause, somebody who left, a topic taken back, silence: to the asker one and the same."""

from datetime import timedelta
from typing import Any

import pytest

from bot.flows import introductions
from bot.ports import UnitOfWork
from bot.turn import Scene
from tests.stories.network import asks, member, read, states
from tests.town import Town, Townsperson

NEUTRAL = "Ihre Anfrage zum Thema „E-Akte“ hat diesmal leider nicht geklappt."


async def two_of_them(town: Town, **jens: Any):
    """Miriam has asked Jens on Tuesday morning; Petra would be next."""
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg", function="Projektleitung")
    asked = await member(town, "Jens Kalthoff", "Hückelhoven", platform="matrix", helps_with=("E-Akte",), **jens)
    petra = await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff")
    assert "geht jetzt hinaus" in read(miriam)
    assert "Miriam Vogt möchte Sie etwas fragen" in read(asked)
    return miriam, asked, petra


def scene_of(town: Town, uow: UnitOfWork):
    return Scene(now=town.now, rules=town.core.rules, knowledge=town.core.knowledge, uow=uow)


async def goes(town: Town, jens: Townsperson, why: Any):
    """What the profile, privacy and account flows do when somebody can no longer be asked."""
    async with town.storage.unit() as uow:
        (offer,) = await uow.people.offers(jens.key)
        topic = {"topic": offer.topic, "text": offer.text} if why == "topic" else {}
        assert await introductions.contact_gone(scene_of(town, uow), jens.key, why, **topic) == []
        if why == "erasure":
            await uow.privacy.erase(jens.key, town.now)
        await uow.commit()


ENDS = {
    "no": lambda _town, jens: jens.picks("Nein, danke"),
    "pause": lambda town, jens: goes(town, jens, "pause"),
    "left": lambda town, jens: goes(town, jens, "left"),
    "topic": lambda town, jens: goes(town, jens, "topic"),
    "erasure": lambda town, jens: goes(town, jens, "erasure"),
}


@pytest.mark.parametrize("end", ENDS)
async def test_the_asker_hears_of_every_end_at_the_full_hour_in_the_same_words(town: Town, end: str):
    miriam, jens, petra = await two_of_them(town)
    await town.later("2026-11-24 10:20")
    await miriam.says("und?")
    before = read(miriam)
    await ENDS[end](town, jens)

    await town.later("2026-11-24 10:59")
    assert read(miriam) == ""
    await miriam.says("und?")
    meanwhile = read(miriam)
    assert "noch keine Zusage" in meanwhile
    if end != "erasure":  # his name goes at once, whatever else is still to be told
        assert meanwhile == before
    else:
        assert "Kalthoff" not in meanwhile

    await town.later("2026-11-24 11:00")
    assert read(miriam) == (
        f"{NEUTRAL}\n\n1) Als Nächstes fragen: Petra Lang, Plochingen, Baden-Württemberg\n2) Noch einmal suchen\n3) Dabei belassen"
    )
    await miriam.says("meine vorstellungen")
    assert "hat diesmal nicht geklappt" in read(miriam)
    assert read(petra) == ""  # nobody is asked before Miriam has said so
    await town.later("2027-01-20 10:00")
    assert read(miriam) == ""
    assert read(jens).count("Zur Erinnerung") == 0


async def test_silence_ends_in_the_same_words(town: Town):
    miriam, jens, petra = await two_of_them(town)
    await town.later("2026-11-27 08:59")
    assert read(jens) == ""
    await town.later("2026-11-27 09:00")
    reminder = read(jens)
    assert reminder.startswith("Zur Erinnerung: Miriam Vogt")
    assert "Donnerstag, 3. Dezember 2026, 17:00" in reminder

    await town.later("2026-12-03 17:00")
    assert read(miriam) == ""
    await miriam.says("und?")
    assert "noch keine Zusage" in read(miriam)
    await town.later("2026-12-04 09:00")
    assert read(miriam).startswith(f"{NEUTRAL}\n\n1) Als Nächstes fragen: Petra Lang")
    assert read(jens) == ""  # one reminder, then nothing more
    assert read(petra) == ""


async def test_neither_list_nor_export_tells_a_no_from_silence(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await town.later("2026-12-03 16:30")
    await jens.picks("Nein, danke")
    await town.later("2026-12-04 09:00")
    read(miriam)

    ulla = await member(town, "Ulla Beck", "Markdorf", function="Projektleitung")
    silent = await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",))
    del silent
    assert await states(town, miriam) == ["declined"]
    await miriam.says("meine vorstellungen")
    listed = read(miriam)
    assert "hat diesmal nicht geklappt" in listed
    assert "abge" not in listed
    async with town.storage.unit(write=False) as uow:
        exported = str(await uow.privacy.everything(miriam.key))
    assert "declined" not in exported
    assert "decline" not in exported
    assert "expired" not in exported
    assert ulla.key not in exported


async def test_a_no_late_on_the_last_day_is_told_like_silence(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await town.later("2026-12-03 16:59")
    await jens.picks("Nein, danke")
    await town.later("2026-12-04 08:59")
    assert read(miriam) == ""
    await town.later("2026-12-04 09:00")
    assert NEUTRAL in read(miriam)


async def test_a_no_is_final(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await jens.picks("Nein, danke")
    read(jens)
    await jens.picks("Ja, gern")
    assert "Sie hatten abgesagt, und dabei bleibt es" in read(jens)
    await town.later("2026-12-15 10:00")
    assert "rathaus.example" not in read(miriam)
    assert await states(town, miriam) == ["declined"]


async def test_a_second_no_is_no_error(town: Town):
    _, jens, _ = await two_of_them(town)
    await jens.picks("Nein, danke")
    first = read(jens)
    await jens.picks("Nein, danke")
    assert read(jens) == first


async def test_withdrawn_before_hearing_of_the_no_it_stays_withdrawn(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await town.later("2026-11-24 10:20")
    await jens.picks("Nein, danke")
    read(jens)
    await miriam.says("doch nicht")
    assert "ist zurückgezogen" in read(miriam)
    await town.later("2026-11-30 10:00")
    assert read(miriam) == ""
    assert read(jens) == ""
    await miriam.says("meine vorstellungen")
    assert "von Ihnen zurückgezogen" in read(miriam)


async def test_somebody_else_is_a_no_with_a_hint(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await jens.picks("Bitte jemand anderen fragen")
    assert "Weitergegeben wird nur, dass es diesmal nicht geklappt hat" in read(jens)
    await jens.picks("Jemanden nennen")
    await jens.says("Frau Ober aus unserer Registratur")
    assert "den Hinweis gebe ich in Ihren Worten mit" in read(jens)
    await town.later("2026-11-24 11:00")
    told = read(miriam)
    assert NEUTRAL in told
    assert "> Frau Ober aus unserer Registratur" in told


async def test_somebody_else_without_a_name_is_just_a_no(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await jens.picks("Bitte jemand anderen fragen")
    await town.later("2026-11-24 11:00")
    told = read(miriam)
    assert told.startswith(NEUTRAL)
    assert "Hinweis" not in told


async def test_the_next_one_is_asked_after_asking(town: Town):
    miriam, jens, petra = await two_of_them(town)
    await jens.picks("Nein, danke")
    await town.later("2026-11-24 11:00")
    read(miriam)
    await miriam.picks("Als Nächstes fragen: Petra Lang")
    preview = read(miriam)
    assert "So geht die Anfrage an Petra Lang" in preview
    assert "> Wir fangen gerade an." in preview
    assert read(petra) == ""
    await miriam.picks("Ja, mit E-Mail-Adresse")
    assert "geht jetzt hinaus" in read(miriam)
    assert "> Wir fangen gerade an." in read(petra)
    await miriam.picks("Als Nächstes fragen: Petra Lang")
    assert "Das ist schon unterwegs" in read(miriam)
    assert await states(town, miriam) == ["asked", "declined"]


async def test_the_next_one_is_asked_by_itself_where_the_asker_chose_so(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg", function="Projektleitung")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    petra = await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff", how="Eine nach der anderen, von selbst weiter")
    read(miriam)
    read(jens)
    await town.later("2026-12-04 09:00")
    told = read(miriam)
    assert told.startswith(NEUTRAL)
    assert "Wie gewünscht frage ich jetzt Petra Lang" in told
    assert "> Wir fangen gerade an." in read(petra)
    await petra.picks("Ja, gern")
    assert "E-Mail: vogt@rathaus.example" in read(petra)
    assert "E-Mail: lang@rathaus.example" in read(miriam)


async def test_with_nobody_left_the_demand_can_be_noted(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff")
    read(miriam)
    await jens.picks("Nein, danke")
    await town.later("2026-11-24 11:00")
    told = read(miriam)
    assert told.startswith(NEUTRAL)
    assert "Zurzeit finde ich dazu niemand anderen" in told
    await miriam.picks("Bescheid geben, wenn jemand da ist")
    assert "Ist notiert" in read(miriam)


async def test_a_yes_within_thirty_days_of_expiry_asks_the_asker_once(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await town.later("2026-12-04 09:00")
    read(miriam)
    await town.later("2026-12-14 11:00")
    await jens.picks("Ja, gern")
    told = read(jens)
    assert "Die Frist war schon abgelaufen" in told
    assert "rathaus.example" not in told
    question = read(miriam)
    assert "sagt nachträglich Ja" in question
    assert "rathaus.example" not in question
    await jens.picks("Ja, gern")
    assert "ich habe schon nachgefragt" in read(jens)
    assert read(miriam) == ""
    await miriam.picks("Ja, gern")
    assert "E-Mail: kalthoff@rathaus.example" in read(miriam)
    assert "E-Mail: vogt@rathaus.example" in read(jens)
    assert await states(town, miriam) == ["mediated"]


async def test_a_late_yes_that_is_no_longer_wanted_hands_nothing_over(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await town.later("2026-12-14 11:00")
    await jens.picks("Ja, gern")
    read(miriam)
    read(jens)
    await miriam.picks("Nein, hat sich erledigt")
    assert "hat sich erledigt" in read(jens)
    await town.later("2027-01-20 11:00")
    assert "rathaus.example" not in read(miriam) + read(jens)
    assert await states(town, miriam) == ["withdrawn"]


async def test_a_yes_after_more_than_thirty_days_comes_too_late(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await town.later("2026-12-04 09:00")
    read(miriam)
    await town.later("2027-01-03 11:00")
    await jens.picks("Ja, gern")
    await town.later("2027-01-04 11:00")
    assert read(miriam) == ""
    assert await states(town, miriam) == ["expired"]


async def test_no_second_request_for_the_topic_within_six_months(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await jens.picks("Nein, danke")
    await town.later("2027-05-20 11:00")
    read(miriam)
    read(jens)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    number = next(line[0] for line in read(miriam).splitlines() if "Jens Kalthoff" in line)
    await miriam.picks(f"Mit Nr. {number} bekannt machen")
    assert "Noch einmal geht es ab Dienstag, 25. Mai 2027" in read(miriam)
    await town.later(timedelta(days=10))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    number = next(line[0] for line in read(miriam).splitlines() if "Jens Kalthoff" in line)
    await miriam.picks(f"Mit Nr. {number} bekannt machen")
    assert "Ein Satz genügt" in read(miriam)


async def test_what_never_reached_the_contact_stays_unknown_to_them(town: Town):
    await town.later("2026-11-23 21:40")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff")
    read(miriam)
    await miriam.says("und?")
    before = read(miriam)
    await goes(town, jens, "pause")
    await miriam.says("und?")
    assert read(miriam) == before
    await town.later("2026-11-24 09:00")
    assert NEUTRAL in read(miriam)
    assert read(jens) == ""
    await jens.says("meine vorstellungen")
    assert "Miriam" not in read(jens)


async def test_after_a_yes_in_words_the_next_words_are_no_question_to_the_asker(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await jens.says("ja gern")
    read(jens)
    read(miriam)
    await jens.says("blaukraut bleibt blaukraut")
    assert "hat sich inzwischen erledigt" not in read(jens)
    assert read(miriam) == ""


async def test_the_reason_of_a_no_is_neither_passed_on_nor_stored(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await jens.says("nein danke, bei uns herrscht gerade Personalmangel")
    assert "ein Grund wird weder gefragt noch gespeichert" in read(jens)
    await town.later("2026-12-15 10:00")
    assert "Personalmangel" not in read(miriam)
    async with town.storage.unit(write=False) as uow:
        for person in (miriam, jens):
            assert "Personalmangel" not in str(await uow.privacy.everything(person.key))


async def test_somebody_else_in_plain_words(town: Town):
    miriam, jens, _ = await two_of_them(town)
    await jens.says("fragen Sie lieber Frau Ober")
    assert "den Hinweis gebe ich in Ihren Worten mit" in read(jens)
    await town.later("2026-11-24 11:00")
    told = read(miriam)
    assert NEUTRAL in told
    assert "> Frau Ober" in told
