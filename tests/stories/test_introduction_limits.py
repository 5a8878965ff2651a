"""Limits that keep the network pleasant: open requests, searches, blocks, repeated presses, many yeses at once."""

import asyncio

from bot.events import Picked
from tests.stories.network import asks, change, member, read, states
from tests.town import Town, Townsperson


async def test_five_open_requests_an_asker(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    names = ["Anna Erst", "Bernd Zweit", "Carla Dritt", "Doris Viert", "Emil Fünft"]
    for name in names:
        await member(town, name, "Ulm", helps_with=("E-Akte",))
    for name in names:
        await asks(town, miriam, name)
    read(miriam)
    last = await member(town, "Frida Sechst", "Köln", helps_with=("Digitalstrategie",))
    await miriam.says("/kontakte Digitalstrategie")
    await miriam.picks("Mit Nr. 1 bekannt machen")
    await miriam.says("Wir fangen gerade an.")
    read(miriam)
    await miriam.picks("Ja, mit E-Mail-Adresse")
    assert "Sie haben schon 5 offene Anfragen" in read(miriam)
    assert read(last) == ""


async def test_thirty_searches_an_hour(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    for _ in range(30):
        await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert read(miriam).count("Jens Kalthoff") == 30
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    told = read(miriam)
    assert "Mehr als 30 Suchen in einer Stunde" in told
    assert "Kalthoff" not in told
    await miriam.picks("Mit Nr. 1 bekannt machen")
    assert "Ein Satz genügt" in read(miriam)
    await miriam.says("abbrechen")
    await town.later("2026-11-24 11:01")
    read(miriam)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Jens Kalthoff" in read(miriam)


async def test_a_blocked_asker_is_told_nothing_of_it(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Jens Kalthoff" in read(miriam)
    async with town.storage.unit() as uow:
        await uow.people.block(jens.key, miriam.key, town.now)
        await uow.commit()
    await miriam.picks("Mit Nr. 1 bekannt machen")
    refused = read(miriam)
    assert "Diese Person ist zurzeit nicht erreichbar" in refused
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Kalthoff" not in read(miriam)

    anna = await member(town, "Anna Erst", "Ulm")
    await anna.says("Wer kennt sich mit der E-Akte aus?")
    read(anna)
    await change(town, jens, listing=None)  # no longer listed at all: the same words
    await anna.picks("Mit Nr. 1 bekannt machen")
    assert read(anna) == refused


async def test_repeated_presses_make_one_request(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff")
    for _ in range(3):
        await miriam.picks("Ja, mit E-Mail-Adresse")
    assert read(miriam).count("Das ist schon unterwegs") == 3
    assert read(jens).count("möchte Sie etwas fragen") == 1
    assert await states(town, miriam) == ["asked"]
    await miriam.says("1")
    assert await states(town, miriam) == ["asked"]


async def test_an_email_is_asked_for_when_it_is_needed_and_kept_only_on_their_word(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg", email=None)
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), email=None)
    await asks(town, miriam, "Jens Kalthoff")
    assert "Wie lautet Ihre dienstliche E-Mail-Adresse?" in read(miriam)
    assert read(jens) == ""
    await miriam.says("miriam.vogt@erbach-donau.example")
    sent = read(miriam)
    assert "geht jetzt hinaus" in sent
    assert "Soll ich mir miriam.vogt@erbach-donau.example für das nächste Mal merken?" in sent
    assert "erbach-donau.example" not in read(jens)
    await jens.picks("Ja, gern")
    assert "E-Mail-Adresse?" in read(jens)
    assert read(miriam) == ""
    await jens.says("jens.kalthoff@hueckelhoven.example")
    assert "E-Mail: miriam.vogt@erbach-donau.example" in read(jens)
    assert "E-Mail: jens.kalthoff@hueckelhoven.example" in read(miriam)
    async with town.storage.unit(write=False) as uow:
        for person in (miriam, jens):
            assert (await uow.people.get(person.key)).email is None
        (met,) = await uow.introductions.asked_by(miriam.key)
        assert met.asker_email is None  # only the handover keeps it now


async def test_the_other_one_reads_their_own_language(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    daan = await member(town, "Daan de Wit", "Nordhorn", helps_with=("E-Akte",), language="en", function="IT architect")
    await asks(town, miriam, "Daan de Wit")
    request = read(daan)
    assert "Miriam Vogt would like to ask you something" in request
    assert "Topic: Electronic records" in request or "Topic: E" in request
    assert "1) Yes, gladly" in request
    assert "> Wir fangen gerade an." in request
    await daan.picks("Yes, gladly")
    assert "Thank you for your yes!" in read(daan)
    assert "Daan de Wit hat Ja gesagt" in read(miriam)


async def presses_at_once(town: Town, *presses: tuple[Townsperson, str, int]) -> None:
    """Several events in the same moment, each in a turn of its own."""
    turns = [
        town.core.take_turn(who.incoming(Picked(message=message, position=position)), town.now)
        for who, message, position in presses
    ]
    await asyncio.gather(*turns)
    await town.settle()


async def test_five_yeses_at_once_make_one_introduction(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff")
    read(miriam)
    read(jens)
    await presses_at_once(town, *[(jens, jens.newest_choices(), 0)] * 5)
    assert read(miriam).count("Jens Kalthoff hat Ja gesagt") == 1
    answers = read(jens)
    assert answers.count("Vielen Dank für Ihr Ja!") == 1
    assert answers.count("Sie sind schon miteinander bekannt") == 4
    async with town.storage.unit(write=False) as uow:
        assert len(await uow.introductions.handed_to(miriam.key)) == 1
        assert await uow.totals.sum("introductions.mediated", town.now.date(), town.now.date()) == 1


async def test_five_presses_on_send_make_one_request(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    await miriam.picks("Mit Nr. 1 bekannt machen")
    await miriam.says("Wir fangen gerade an.")
    read(miriam)
    await presses_at_once(town, *[(miriam, miriam.newest_choices(), 0)] * 5)
    assert read(jens).count("Miriam Vogt möchte Sie etwas fragen") == 1
    told = read(miriam)
    assert told.count("geht jetzt hinaus") == 1
    assert told.count("Das ist schon unterwegs") == 4


async def test_two_askers_at_once_for_the_last_place(town: Town):
    await town.later("2026-11-24 10:00")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), open_cap=1)
    askers = [await member(town, name, "Ulm") for name in ("Anna Erst", "Bernd Zweit")]
    for asker in askers:
        await asker.says("Wer kennt sich mit der E-Akte aus?")
        await asker.picks("Mit Nr. 1 bekannt machen")
        await asker.says("Wir fangen gerade an.")
        read(asker)
    await presses_at_once(town, *[(asker, asker.newest_choices(), 0) for asker in askers])
    assert read(jens).count("möchte Sie etwas fragen") == 1
    told = "\n".join(read(asker) for asker in askers)
    assert told.count("geht jetzt hinaus") == 1
    assert told.count("Ihre kann warten, höchstens 10 Arbeitstage") == 1


async def test_two_contacts_asked_at_once_say_yes_in_the_same_moment(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    both = [
        await member(town, name, place, helps_with=("E-Akte",))
        for name, place in (("Jens Kalthoff", "Hückelhoven"), ("Petra Lang", "Plochingen"))
    ]
    await asks(town, miriam, "Jens Kalthoff", how="Bis zu drei zugleich")
    read(miriam)
    await presses_at_once(town, *[(who, who.newest_choices(), 0) for who in both])
    assert sorted(await states(town, miriam)) == ["mediated", "released"]
    assert read(miriam).count("hat Ja gesagt") == 1
