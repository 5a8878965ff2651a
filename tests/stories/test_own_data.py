"""Privacy in the chat: what is known, the export, consent withdrawn, everything erased; and people who were imported."""

from datetime import timedelta

import pytest

from bot.flows import desk, upkeep
from bot.messages import File, choices
from bot.model import AccountRow, Affiliation, Person, Role, Source, new_key
from bot.rules import Notice, Rules
from bot.turn import Scene
from storage.unit_of_work import Storage
from tests.stories.network import asks, member, read
from tests.town import Town, Townsperson


@pytest.fixture
async def jens(town: Town) -> Townsperson:
    return await member(
        town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), platform="matrix", phone="0171 555 01 02"
    )


@pytest.fixture
async def miriam(town: Town) -> Townsperson:
    return await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")


async def test_what_is_known_about_me(jens: Townsperson):
    await jens.says("was weißt du über mich")
    said = read(jens)
    for part in (
        "Hückelhoven",
        "E-Akte",
        "0171 555 01 02",
        "kalthoff@rathaus.example",
        "Einwilligung",
        "Vorstellungen",
    ):
        assert part in said


async def test_the_whole_notice(jens: Townsperson):
    await jens.says("Datenschutz")
    said = read(jens)
    for part in ("Verantwortlich", "Rechtsgrundlage", "30 Tagen", "Aufsichtsbehörde", "2026-11", "Microsoft"):
        assert part in said


async def test_the_notice_in_english_names_the_authority_in_english(town: Town):
    daan = await member(town, "Daan de Wit", "Ulm", language="en")
    await daan.says("privacy notice")
    assert "data protection commissioner of your state" in read(daan)


async def test_erasure_needs_one_confirmation_and_is_complete(town: Town, jens: Townsperson, miriam: Townsperson):
    await jens.says("vergiss mich")
    said = read(jens)
    assert "Wirklich alles löschen?" in said
    assert "30 Tagen" in said
    await jens.says("nein")
    await jens.says("Mein Profil")
    assert "Hückelhoven" in read(jens)
    await jens.says("vergiss mich")
    await jens.says("ja")
    assert "Alles gelöscht" in jens.last
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.get(jens.key) is None
        assert await uow.accounts.get(jens.account) is None
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Kalthoff" not in read(miriam)


async def test_after_erasure_one_begins_afresh(town: Town, jens: Townsperson):
    await jens.says("vergiss mich")
    await jens.says("ja")
    read(jens)
    await jens.says("Hallo")
    assert "Ich speichere Ihren Namen" in read(jens)


async def test_erasure_with_a_request_open_reads_like_any_other_no(town: Town, jens: Townsperson, miriam: Townsperson):
    await asks(town, miriam, "Jens Kalthoff")
    assert "Miriam Vogt" in read(jens)
    read(miriam)
    await jens.says("vergiss mich")
    await jens.picks("Ja, alles löschen")
    assert "Alles gelöscht" in read(jens)
    await town.later("2026-11-24 12:00")
    told = read(miriam)
    assert "hat diesmal leider nicht geklappt" in told
    for word in ("gelöscht", "erased", "555"):
        assert word not in told


async def test_consent_withdrawn_hides_at_once_and_erases_after_a_month(
    town: Town, jens: Townsperson, miriam: Townsperson
):
    await jens.says("Einwilligung widerrufen")
    assert "widerrufen" in read(jens)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Kalthoff" not in read(miriam)
    await town.later("2026-12-23 10:00")
    assert jens.reads() == []
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.get(jens.key) is None


async def test_a_new_yes_brings_everything_back(town: Town, jens: Townsperson, miriam: Townsperson):
    await jens.says("Einwilligung widerrufen")
    await town.later("2026-12-01 10:00")
    read(jens)
    await jens.says("Hallo")
    assert choices(jens.mailbox[-1].delivery.message) is not None
    await jens.says("ja")
    assert "Hückelhoven" in read(jens)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Jens Kalthoff" in read(miriam)
    await town.later("2027-01-15 10:00")
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.get(jens.key) is not None


async def test_whoever_withdrew_can_still_see_and_erase(town: Town, jens: Townsperson):
    await jens.says("Einwilligung widerrufen")
    read(jens)
    await jens.says("meine daten exportieren")
    (answer,) = jens.reads()
    assert any(isinstance(block, File) for block in answer.blocks)
    await jens.says("vergiss mich")
    await jens.says("ja")
    assert "Alles gelöscht" in read(jens)
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.get(jens.key) is None


async def test_a_new_version_of_the_notice_asks_again_and_keeps_the_question(
    storage: Storage, town: Town, jens: Townsperson, miriam: Townsperson
):
    newer = Town(storage, Rules(notice=Notice(version="2027-01")), now=town.now)
    newer.numbers = town.numbers
    miriam_again = newer.person("Miriam Vogt")
    await miriam_again.says("Wer kennt sich mit der E-Akte aus?")
    said = read(miriam_again)
    assert "neue Fassung" in said
    assert "Kalthoff" not in said
    await miriam_again.says("ja")
    said = read(miriam_again)
    assert "2027-01" in said
    assert "Jens Kalthoff" in said


async def test_the_last_admin_cannot_vanish(town: Town):
    ayse = await member(town, "Ayşe Brandt", "Ulm", role=Role.ADMIN)
    await ayse.says("vergiss mich")
    await ayse.says("ja")
    assert "letzte Person im Netzwerkbüro" in read(ayse)
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.get(ayse.key) is not None


async def test_first_admins_come_from_the_settings_and_need_no_town(storage: Storage):
    town = Town(storage, Rules(admins=frozenset({"teams:Ayşe Brandt"})))
    ayse = town.person("Ayşe Brandt")
    await ayse.says("Hallo")
    await ayse.says("ja")
    said = read(ayse)
    assert "Sie gehören zum Netzwerkbüro" in said
    assert "In welcher Kommune" not in said
    await ayse.says("hilfe")
    assert "Als Netzwerkbüro" in read(ayse)


# ---------------------------------------------------------------- imported, not yet asked


@pytest.fixture
async def karin(town: Town) -> Townsperson:
    """Entered by the network office with her account and her town; she has never written."""
    who = town.person("Karin Lang", platform="console")
    person = Person(
        key=new_key("p"),
        name=who.name,
        function="Stabsstelle",
        created_at=town.now,
        active_at=town.now,
        confirmed_at=town.now,
        invited_until=town.now + timedelta(days=30),
    )
    row = AccountRow(
        account=who.account,
        platform=who.platform,
        address=who.address,
        name=who.name,
        person=person.key,
        seen_at=town.now,
    )
    async with town.storage.unit() as uow:
        (siegburg,) = [one for one in await uow.bodies.all() if one.name == "Siegburg"]
        await uow.people.add(person)
        await uow.accounts.save(row)
        await uow.people.affiliate(
            Affiliation(person=person.key, body=siegburg.key, source=Source.IMPORTED, since=town.now.date())
        )
        scene = Scene(now=town.now, rules=town.core.rules, knowledge=town.core.knowledge, uow=uow)
        await upkeep.plan(scene, person)
        await uow.commit()
    who.key = person.key
    return who


async def test_an_invitation_without_an_answer_ends_after_a_month(town: Town, karin: Townsperson):
    await town.later("2026-12-23 10:00")
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.get(karin.key) is None
    assert karin.reads() == []


async def test_the_invited_are_told_what_is_there_and_keep_it_with_a_yes(town: Town, karin: Townsperson):
    await karin.says("Hallo")
    assert "hat Sie eingeladen" in read(karin)
    await karin.says("ja")
    said = read(karin)
    assert "Siegburg, Nordrhein-Westfalen" in said
    assert "In welcher Kommune" not in said
    await karin.says("Mein Profil")
    said = read(karin)
    assert "Stabsstelle" in said
    assert "vom Netzwerkbüro eingetragen" in said
    await town.later("2026-12-24 10:00")
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.get(karin.key) is not None


async def test_a_no_of_the_invited_deletes_what_was_entered(town: Town, karin: Townsperson):
    await karin.says("Hallo")
    await karin.says("nein")
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.get(karin.key) is None
        row = await uow.accounts.get(karin.account)
    assert row is not None
    assert (row.name, row.person) == ("", None)


# ---------------------------------------------------------------- block, report, the network office


async def test_a_blocked_asker_never_finds_them_again(town: Town, jens: Townsperson, miriam: Townsperson):
    await asks(town, miriam, "Jens Kalthoff")
    assert "Miriam Vogt" in read(jens)
    await jens.says("/blockieren")
    assert "Sie erfährt davon nichts" in read(jens)
    read(miriam)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    told = read(miriam)
    assert "Kalthoff" not in told
    assert "blockiert" not in told


async def test_a_block_is_undone_by_the_one_who_set_it(town: Town, jens: Townsperson, miriam: Townsperson):
    await asks(town, miriam, "Jens Kalthoff")
    await jens.says("/blockieren")
    read(jens), read(miriam)
    await miriam.says("Blockierung aufheben")
    assert "Sie haben niemanden blockiert" in read(miriam)  # the other's block is nothing of theirs
    await town.later("2026-12-14 10:00")
    await jens.says("Wen habe ich blockiert?")
    assert "1) Miriam Vogt" in read(jens)
    await jens.picks("Miriam Vogt")
    assert "Miriam Vogt ist für Sie nicht mehr blockiert" in read(jens)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Kalthoff" in read(miriam)


async def test_a_block_by_mistake_is_undone_with_its_button(town: Town, jens: Townsperson, miriam: Townsperson):
    await asks(town, miriam, "Jens Kalthoff")
    read(jens)
    await jens.says("/blockieren")
    assert "„Blockierung aufheben“" in read(jens)
    await jens.picks("Blockierung aufheben")
    assert "nicht mehr blockiert" in read(jens)
    read(miriam)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Kalthoff" in read(miriam)


async def test_a_report_goes_to_the_network_office_alone(town: Town, jens: Townsperson, miriam: Townsperson):
    await asks(town, miriam, "Jens Kalthoff")
    read(jens)
    read(miriam)
    await jens.says("/melden")
    await jens.says("Das war beleidigend.")
    assert "liegt dem Netzwerkbüro vor" in read(jens)
    assert miriam.reads() == []
    async with town.storage.unit(write=False) as uow:
        (report,) = await uow.desk.open()
    assert (report.kind, report.text) == ("report", "Das war beleidigend.")
    assert report.about is not None


async def test_the_network_office_answers_in_the_askers_hours(town: Town, miriam: Townsperson):
    await miriam.says("Wer kennt sich mit Chatbots aus?")
    await miriam.picks("Das Netzwerkbüro fragen")
    assert "Dort sucht ein Mensch" in read(miriam)
    async with town.storage.unit(write=False) as uow:
        (request,) = await uow.desk.open()
    assert request.kind == "match"
    await town.later("2026-11-23 20:00")
    async with town.storage.unit() as uow:
        scene = Scene(now=town.now, rules=town.core.rules, knowledge=town.core.knowledge, uow=uow)
        for reply in await desk.answer(scene, request.key, "Fragen Sie in Ulm nach."):
            await town.posted(scene, reply)
        await uow.commit()
    await town.settle()
    assert miriam.reads() == []
    await town.later("2026-11-24 09:00")
    said = read(miriam)
    assert "Antwort des Netzwerkbüros" in said
    assert "Fragen Sie in Ulm nach." in said


async def test_a_request_is_passed_on_once(town: Town, miriam: Townsperson):
    await miriam.says("Wer kennt sich mit Chatbots aus?")
    await miriam.picks("Das Netzwerkbüro fragen")
    await miriam.picks("Das Netzwerkbüro fragen")
    assert "liegt dem Netzwerkbüro schon vor" in miriam.last
    async with town.storage.unit(write=False) as uow:
        assert len(await uow.desk.open()) == 1


async def test_nothing_open_and_not_yet(miriam: Townsperson):
    for said, part in (
        ("ja", "keine Frage von mir offen"),
        ("/abbrechen", "abgebrochen"),
        ("danke", "Gern geschehen"),
        ("meine besuche", "noch keine Besuche geplant"),
        ("asdf qwertz", "nicht verstanden"),
        ("hilfe", "Meine Vorstellungen"),
    ):
        await miriam.says(said)
        assert part in read(miriam), said
