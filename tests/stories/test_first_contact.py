"""J1: a question before consent, an ambiguous town, a refusal that is respected, and a late yes."""

import json

import pytest

from bot.events import Joined, Unreadable
from bot.intents import Consent
from bot.messages import File, choices
from bot.rules import Notice, Rules
from tests.stories.network import member, read
from tests.town import Town, Townsperson

QUESTION = "Hallo, kennt jemand wen der die E-Akte schon eingeführt hat?"
CHOICES = ("Ja, einverstanden", "Lieber nicht")


@pytest.fixture
async def miriam(town: Town) -> Townsperson:
    """Somebody nobody knows yet, in a network that has an answer to her question."""
    await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",))
    return town.person("Miriam Vogt", domain="erbach-donau.example")


async def joined_the_network(miriam: Townsperson) -> None:
    for text in (QUESTION, "ok einverstanden", "Erbach", "die an der donau"):
        await miriam.says(text)


async def people(town: Town) -> set[str]:
    async with town.storage.unit(write=False) as uow:
        keys = (await uow.people.changed_since(-1)).changed
        return {person.name for person in (await uow.people.many(keys)).values()}


def labels(person: Townsperson) -> tuple[str, ...]:
    asked = choices(person.mailbox[-1].delivery.message)
    return tuple(option.label for option in asked.options) if asked else ()


async def test_the_first_words_bring_the_notice_and_nothing_else(town: Town, miriam: Townsperson):
    await miriam.says(QUESTION)
    (notice,) = miriam.reads()
    said = miriam.last
    for word in ("Netzwerkbüro", "Namen", "Kommune", "Themen", "Anfragen", "Besuche", "Erfahrungen", "löschen"):
        assert word in said
    assert "erst weiter, wenn beide Ja gesagt haben" in said
    assert "Datenschutz" in said
    assert "beantworte sie gleich danach" in said
    assert len(said.split("\n\n")[0].splitlines()) <= 6
    assert labels(miriam) == CHOICES
    assert notice.language == "de"
    assert "Svenja" not in said
    assert "Buxtehude" not in said
    assert await people(town) == {"Svenja Harms"}


async def test_a_question_about_privacy_is_answered_and_is_no_consent(town: Town, miriam: Townsperson):
    await miriam.says(QUESTION)
    read(miriam)
    await miriam.says("wer liest das denn alles mit?")
    said = read(miriam)
    assert "was Sie ausdrücklich an das Netzwerkbüro schreiben" in said
    assert "Ihrer eigenen Kommune" in said
    assert "nur den Eintrag, den Sie selbst wählen" in said
    assert "Ich speichere Ihren Namen" not in said
    assert labels(miriam) == CHOICES
    assert await people(town) == {"Svenja Harms"}


async def test_consent_is_confirmed_with_date_and_version_and_only_the_town_is_asked(miriam: Townsperson):
    await miriam.says(QUESTION)
    await miriam.says("wer liest das denn alles mit?")
    read(miriam)
    await miriam.says("ok einverstanden")
    said = read(miriam)
    assert "Montag, 23. November 2026" in said
    assert "2026-11" in said
    assert said.count("?") == 1
    assert "In welcher Kommune arbeiten Sie?" in said


async def test_the_town_is_told_apart_and_the_first_question_answered(town: Town, miriam: Townsperson):
    await miriam.says(QUESTION)
    await miriam.says("ok einverstanden")
    await miriam.says("Erbach")
    assert labels(miriam) == (
        "Erbach (Alb-Donau-Kreis, Baden-Württemberg), 14.100 Einwohner",
        "Erbach (Odenwaldkreis, Hessen), 13.900 Einwohner",
        "Erbach (Rhein-Hunsrück-Kreis, Rheinland-Pfalz), 300 Einwohner",
    )
    read(miriam)
    await miriam.says("die an der donau")
    town_said, found = miriam.reads()
    assert "Erbach (Alb-Donau-Kreis), Baden-Württemberg, 14.100 Einwohner, kleine Kommune" in str(town_said)
    assert "Svenja Harms" in str(found)
    assert "Buxtehude" in str(found)


@pytest.mark.parametrize("answer", ["1", "Baden-Württemberg", "Alb-Donau-Kreis", "die größere"])
async def test_the_town_is_found_in_other_words_too(miriam: Townsperson, answer: str):
    await miriam.says("Hallo")
    await miriam.says("ja")
    await miriam.says("Erbach")
    await miriam.says(answer)
    assert "Erbach (Alb-Donau-Kreis), Baden-Württemberg" in read(miriam)


async def test_a_topic_becomes_findable_with_the_choice_how_to_be_listed(town: Town, miriam: Townsperson):
    await joined_the_network(miriam)
    read(miriam)
    await miriam.says("ich kann bei Online-Terminvergabe helfen, machen wir seit 3 jahren")
    said = read(miriam)
    assert "Online-Terminvergabe seit 3 Jahren" in said
    assert "Gefunden wird das Thema erst" in said
    assert "Mit Namen: Miriam Vogt, Erbach" in said
    assert labels(miriam) == ("Mit Namen", "Nur Funktion und Kommune")
    assert "Miriam" not in await search(town)

    await miriam.says("nur funktion")
    said = read(miriam)
    assert "kann auch die Funktion" in said
    await miriam.says("Projektleitung")
    entry = "Projektleitung, Erbach (Alb-Donau-Kreis), BW, 14.100 Einw., Online-Terminvergabe seit 3 Jahren"
    assert f"So sehen andere Sie: {entry}" in read(miriam)
    found = await search(town)
    assert "Projektleitung" in found
    assert "Miriam" not in found
    assert "Vogt" not in found


async def search(town: Town) -> str:
    """What somebody else finds on the topic."""
    other = await member(town, f"Jemand {next(town.numbers)}", "Ulm")
    await other.says("Wer kennt sich mit Online-Terminvergabe aus?")
    return read(other)


async def test_the_profile_is_complete_with_the_words_that_change_it(miriam: Townsperson):
    await joined_the_network(miriam)
    await miriam.says("ich kann bei Online-Terminvergabe helfen, machen wir seit 3 jahren")
    await miriam.says("nur funktion")
    read(miriam)
    await miriam.says("zeig mal mein profil")
    said = read(miriam)
    for part in (
        "Erbach (Alb-Donau-Kreis), Baden-Württemberg (eigene Angabe, noch nicht bestätigt)",
        "Online-Terminvergabe seit 3 Jahren",
        "nur mit Funktion und Kommune",
        "Deutsch",
        "Montag, 23. November 2026, Fassung 2026-11",
        "Ich arbeite in",
        "Einwilligung widerrufen",
        "Pause bis",
    ):
        assert part in said


async def test_there_is_one_notice_a_day(miriam: Townsperson):
    await joined_the_network(miriam)
    notices = sum("Ich speichere Ihren Namen" in str(one.delivery.message) for one in miriam.mailbox)
    assert notices == 1


async def test_the_newest_question_is_kept_and_the_reminder_is_short(town: Town, miriam: Townsperson):
    await miriam.says("Wer kennt sich mit Chatbots aus?")
    await miriam.says(QUESTION)
    assert "Ich speichere Ihren Namen" not in miriam.last
    assert labels(miriam) == CHOICES
    await miriam.says("aha, soso")
    for text in ("ja", "Ulm"):
        await miriam.says(text)
    assert "Svenja Harms" in read(miriam)


async def test_a_kept_question_is_dropped_after_a_day(town: Town, miriam: Townsperson):
    await miriam.says(QUESTION)
    await town.later("2026-11-24 10:01")
    async with town.storage.unit(write=False) as uow:
        row = await uow.accounts.get(miriam.account)
    assert row is not None
    assert row.kept_question is None
    await miriam.says("einverstanden")
    await miriam.says("Ulm")
    assert "Svenja" not in read(miriam)
    assert labels(miriam)[0] == "Wer hat Erfahrung mit E-Akte?"


# ---------------------------------------------------------------- Jens: invited, refused, came back


@pytest.fixture
def jens(town: Town) -> Townsperson:
    return town.person("Jens Kalthoff", platform="matrix", domain="hueckelhoven.example")


async def test_joining_brings_the_notice_once(town: Town, jens: Townsperson):
    await jens.joins()
    (notice,) = jens.reads()
    assert notice.language == "de"
    assert "Ende-zu-Ende-verschlüsselt" in jens.last
    assert "kann ich als Teilnehmer selbst lesen" in jens.last
    await jens.joins()
    assert jens.reads() == []


async def test_help_comes_before_consent_and_makes_no_profile(town: Town, jens: Townsperson):
    await jens.joins()
    read(jens)
    await jens.says("hilfe")
    said = read(jens)
    assert "Wer hat die E-Akte schon eingeführt?" in said
    assert "Ich speichere Ihren Namen" not in said
    assert await people(town) == set()


async def test_help_as_first_words_is_followed_by_the_notice(town: Town, jens: Townsperson):
    await jens.says("hilfe")
    helped, notice = jens.reads()
    assert choices(helped) is None
    assert choices(notice) is not None


async def refused(jens: Townsperson) -> None:
    await jens.joins()
    await jens.says("Wer kennt sich mit der E-Akte aus?")
    read(jens)
    await jens.says("nö lieber nicht")


async def test_a_no_is_accepted_and_hardly_anything_kept(town: Town, jens: Townsperson):
    await refused(jens)
    said = read(jens)
    assert "damit ich nicht von selbst wieder frage" in said
    assert "schreiben Sie mir einfach" in said
    assert labels(jens) == ()
    async with town.storage.unit(write=False) as uow:
        row = await uow.accounts.get(jens.account)
    assert row is not None
    assert (row.name, row.kept_question, row.person) == ("", None, None)
    assert row.refused_at == town.now
    assert await people(town) == set()


async def test_after_a_no_nothing_comes_unasked(town: Town, jens: Townsperson):
    await refused(jens)
    read(jens)
    await town.core.take_turn(jens.incoming(Joined()), town.now)
    await town.later("2027-12-31 12:00")
    assert jens.reads() == []


async def test_one_refusal_is_nobody_elses(town: Town, jens: Townsperson):
    await refused(jens)
    colleague = town.person("Kim Berger", platform="matrix", domain="hueckelhoven.example")
    await colleague.says("hi, can you do english?")
    (notice,) = colleague.reads()
    assert notice.language == "en"
    assert "I store your name" in colleague.last
    assert labels(colleague) == ("Yes, I agree", "Rather not")


async def test_a_late_yes_counts_and_a_typo_is_forgiven(town: Town, jens: Townsperson):
    await refused(jens)
    await town.later("2026-11-24 14:00")
    read(jens)
    await jens.says("ok hab mit unserem datenschützer gesprochen, bin dabei")
    said = read(jens)
    assert "Dienstag, 24. November 2026" in said
    assert "2026-11" in said
    assert "Datenschutz" in said
    assert "In welcher Kommune arbeiten Sie?" in said
    await jens.says("Hückelhofen")
    said = read(jens)
    assert "Hückelhoven, Nordrhein-Westfalen, 41.200 Einwohner" in said
    await jens.says("ja")
    assert "Eingetragen: Hückelhoven, Nordrhein-Westfalen" in read(jens)
    async with town.storage.unit(write=False) as uow:
        row = await uow.accounts.get(jens.account)
        assert row is not None
        assert row.person is not None
        person = await uow.people.get(row.person)
        assert person is not None
        assert (row.refused_at, person.listing) == (None, None)
        assert not await uow.people.offers(row.person)
        assert len(await uow.people.consents(row.person)) == 1


async def test_after_a_no_other_words_bring_the_notice_again(town: Town, jens: Townsperson):
    await refused(jens)
    await town.later("2026-11-24 14:00")
    read(jens)
    await jens.says("Wer kennt sich mit Chatbots aus?")
    assert "Bisher liegt mir keine Einwilligung vor" in read(jens)
    assert labels(jens) == CHOICES


# ---------------------------------------------------------------- afterwards, and beside it


async def test_the_export_holds_ones_own_and_nothing_of_others(town: Town, miriam: Townsperson, jens: Townsperson):
    await refused(jens)
    await joined_the_network(miriam)
    await miriam.says("ich kann bei Online-Terminvergabe helfen, machen wir seit 3 jahren")
    await miriam.says("nur funktion")
    read(miriam)
    await miriam.says("meine daten exportieren")
    (answer,) = miriam.reads()
    files = {one.content_type: one.content.decode() for one in answer.blocks if isinstance(one, File)}
    data = json.loads(files["application/json"])["data"]
    assert data["people"][0]["name"] == "Miriam Vogt"
    assert data["consents"][0]["version"] == "2026-11"
    assert data["offers"][0]["text"] == "Online-Terminvergabe"
    for content in files.values():
        assert "Kalthoff" not in content
        assert "Miriam Vogt" in content
    page = files["text/html"]
    assert '<html lang="de">' in page
    assert "<script" not in page
    assert "http" not in page


async def test_a_mention_in_a_room_is_answered_in_the_direct_chat(town: Town, miriam: Townsperson):
    await miriam.says_in_room(QUESTION)
    there, here = [one.delivery for one in miriam.mailbox]
    assert there.address == "teams-room"
    assert "direkt" in str(there.message)
    assert "Ich speichere" not in str(there.message)
    assert here.address != "teams-room"
    assert "Ich speichere" in str(here.message)


async def test_an_old_button_pressed_again_changes_nothing(town: Town, miriam: Townsperson):
    await joined_the_network(miriam)
    notice = miriam.mailbox[0].delivery
    asked = choices(notice.message)
    assert asked is not None
    assert asked.options[0].intent == Consent(given=True)
    read(miriam)
    await miriam.presses(notice.key, 0)
    assert "Ihre Einwilligung liegt schon vor" in read(miriam)
    async with town.storage.unit(write=False) as uow:
        row = await uow.accounts.get(miriam.account)
        assert row is not None
        assert row.person is not None
        assert len(await uow.people.consents(row.person)) == 1


async def test_a_tied_account_needs_no_question(town: Town, miriam: Townsperson):
    async with town.storage.unit() as uow:
        (ulm,) = [one for one in await uow.bodies.all() if one.name == "Ulm"]
        await uow.bodies.tie("erbach-donau.example", ulm.key)
        await uow.commit()
    await miriam.says(QUESTION)
    read(miriam)
    await miriam.says("ja")
    said = read(miriam)
    assert "Eingetragen: Ulm, Baden-Württemberg" in said
    assert "In welcher Kommune" not in said
    assert "Svenja Harms" in said
    await miriam.says("zeig mal mein profil")
    assert "bestätigt durch Ihr Konto" in read(miriam)


async def test_nobody_agrees_to_what_they_have_not_been_shown(town: Town, miriam: Townsperson):
    await miriam.says("einverstanden, bin dabei")
    assert "Ich speichere Ihren Namen" in read(miriam)
    assert await people(town) == {"Svenja Harms"}


async def test_a_yes_to_an_old_notice_is_none_to_the_new_one(town: Town, miriam: Townsperson):
    await miriam.says(QUESTION)
    newer = Town(town.storage, Rules(notice=Notice(version="2027-01")), now=town.now)
    newer.numbers = town.numbers
    later = newer.person("Miriam Vogt", domain="erbach-donau.example")
    await later.presses(miriam.mailbox[0].delivery.key, 0)
    assert labels(later) == CHOICES
    assert await people(town) == {"Svenja Harms"}
    await later.says("ja")
    assert "2027-01" in read(later)


async def test_the_name_of_somebody_who_refused_is_not_kept_again(town: Town, jens: Townsperson):
    await refused(jens)
    await town.core.take_turn(jens.incoming(Unreadable(kind="sticker")), town.now)
    await jens.says("hilfe")
    async with town.storage.unit(write=False) as uow:
        row = await uow.accounts.get(jens.account)
    assert row is not None
    assert row.name == ""


async def test_who_looks_for_help_first_can_still_name_their_town(town: Town):
    neu = town.person("Neu Ling")
    for text in ("hallo", "ja", "/hilfe", "Siegburg"):
        await neu.says(text)
    assert "Eingetragen: Siegburg, Nordrhein-Westfalen" in read(neu)
    await neu.says("Buxtehude")  # afterwards a town alone is no wish to have moved
    assert "Eingetragen" not in read(neu)
