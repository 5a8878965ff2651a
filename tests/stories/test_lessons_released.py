"""Lessons find their way: released to one's town or to all, with the host's yes or without the name, and taken back."""

import sqlite3
from pathlib import Path

import pytest

from bot.messages import plain_text
from tests.stories.network import member, read
from tests.stories.test_visit_j7 import visited
from tests.town import Town, Townsperson

TOLD = (
    "Die Fristen setzt in Hückelhoven das Deckblatt, das war neu. Herr Kalthoff hat gut 30.000 Euro ausgegeben. "
    "Bestätigt hat sich, dass man vorher aussortieren muss."
)


async def told(town: Town, text: str = TOLD) -> tuple[Townsperson, Townsperson]:
    """Miriam has answered the question after her visit to Jens, and said that it is right."""
    miriam, jens = await visited(town)
    await town.later("2027-01-07 09:30")
    await miriam.says(text)
    played = read(miriam)
    if "Herr Kalthoff" in text:
        assert "Herr Kalthoff und 30.000 Euro" in played.replace(
            "30.000 Euro und Herr Kalthoff", "Herr Kalthoff und 30.000 Euro"
        )
    await miriam.picks("So stimmt es")
    read(miriam), read(jens)
    return miriam, jens


async def reader(town: Town, name: str = "Petra Lang", place: str = "Siegburg", platform: str = "teams") -> Townsperson:
    return await member(town, name, place, platform=platform)


def on_screen(person: Townsperson) -> str:
    """What stands in the chat now: an edit has taken the place of what it replaces."""
    shown: dict[str, str] = {}
    for arrived in person.mailbox:
        shown[arrived.delivery.replaces_remote or arrived.delivery.key] = plain_text(arrived.delivery.message)
    return "\n\n".join(shown.values())


async def finds(person: Townsperson, words: str = "Was haben andere zur Scanstelle gelernt?") -> str:
    await person.says(words)
    return read(person)


async def test_what_is_for_ones_own_town_is_found_there_and_nowhere_else(town: Town):
    miriam, _ = await told(town, "Die Fristen setzt das Deckblatt, das war neu.")
    colleague = await reader(town, "Dora Kern", "Erbach, Baden-Württemberg")
    stranger = await reader(town)
    await miriam.picks("Meine Kommune")
    assert "Kolleginnen und Kollegen in Erbach" in read(miriam)
    found = await finds(colleague)
    assert "Deckblatt" in found
    assert "Hückelhoven" not in found
    assert "eine Stadt mit rund 40.000 Einwohnern (NW)" in found
    assert "Deckblatt" not in await finds(stranger)
    await miriam.says("meine erfahrungen")
    assert "(Ihre Kommune)" in read(miriam)


async def test_who_may_read_it_now_is_said_where_that_is_asked_again(town: Town):
    miriam, _ = await told(town, "Die Fristen setzt das Deckblatt, das war neu.")
    await miriam.picks("Meine Kommune")
    read(miriam)
    await miriam.says("meinen bericht teilen")
    assert "Wer soll es lesen können? Zurzeit Ihre Kommune." in read(miriam)


async def test_with_the_hosts_yes_everybody_reads_the_name(town: Town):
    miriam, jens = await told(town, "Die Fristen setzt in Hückelhoven das Deckblatt, das war neu.")
    petra = await reader(town)
    await miriam.picks("Das ganze Netzwerk")
    assert "dann frage ich jens kalthoff" in read(miriam).lower()
    await miriam.picks("Mit dem Namen Hückelhoven")
    assert "Bis dahin lesen nur Sie es" in read(miriam)
    asked = read(jens)
    assert "> Die Fristen setzt in Hückelhoven das Deckblatt" in asked
    assert "Nur ein Ja ist ein Ja" in asked
    assert "Donnerstag, 21. Januar 2027" in asked
    assert "Deckblatt" not in await finds(petra)
    await jens.says("ja gern")
    assert "zurücknehmen können sie es jederzeit" in read(jens).lower()
    await town.later("2027-01-07 10:30")
    assert "mit Namen zu lesen" in read(miriam)
    found = await finds(petra)
    assert "setzt in Hückelhoven das Deckblatt" in found
    assert "nach einem Besuch, Januar 2027: Hückelhoven" in found
    assert "Miriam" not in found


async def test_who_wrote_it_can_be_met_like_anybody_else(town: Town):
    miriam, _ = await told(town, "Die Fristen setzt das Deckblatt, das war neu.")
    petra = await reader(town)
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Ohne Namen: „eine Stadt mit rund 40.000 Einwohnern (NW)“")
    assert "alle im Netzwerk" in read(miriam)
    await finds(petra)
    await petra.says("wer hat das geschrieben, kann ich da mal fragen?")
    asked = read(petra)
    assert "Ein Satz genügt" in asked
    await petra.says("Wir stehen vor derselben Frage.")
    assert "Deckblatt" not in read(petra)
    await petra.picks("Ja, mit E-Mail-Adresse")
    await town.later("2027-01-07 10:30")
    assert "Wir stehen vor derselben Frage." in read(miriam)


async def test_the_number_in_front_of_an_entry_is_the_one_to_type(town: Town):
    """Nobody is asked about their own, so it comes last: with it in the middle, "2" would be about the third."""
    miriam, _ = await told(town, "Die Fristen setzt das Deckblatt, das war neu.")
    petra = await reader(town)
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Ohne Namen")
    await petra.says("Ich möchte eine Erfahrung zur Scanstelle teilen: Neu war, dass Etiketten genügen.")
    await petra.picks("So stimmt es")
    await petra.picks("Das ganze Netzwerk")
    read(petra)
    found = await finds(petra)
    assert found.index("Deckblatt") < found.index("Etiketten")
    assert found.endswith("1) Nr. 1: Vorstellung anfragen\n2) Bei Neuem Bescheid sagen")
    await petra.says("Nr. 1: Vorstellung anfragen")
    assert "Ein Satz genügt" in read(petra)


async def test_a_wish_of_the_host_is_a_proposal_and_the_new_version_comes_before_them_again(town: Town):
    miriam, jens = await told(town)
    petra = await reader(town)
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Mit dem Namen Hückelhoven")
    read(jens)
    await jens.says("die 30.000 bitte raus, dann gern")
    assert "gebe ich weiter" in read(jens)
    assert "aussortieren" not in await finds(petra)
    await town.later("2027-01-07 10:30")
    wish = read(miriam)
    assert "> die 30.000 bitte raus, dann gern" in wish
    await miriam.picks("Vorschlag übernehmen")
    assert "30.000" not in read(miriam)
    assert jens.reads() == []
    await miriam.picks("So stimmt es")
    assert "Bis dahin lesen nur Sie es" in read(miriam)
    again = read(jens)
    assert "aussortieren" in again
    assert "30.000" not in again
    assert "aussortieren" not in await finds(petra)
    await jens.picks("Ja, einverstanden")
    found = await finds(petra)
    assert "aussortieren" in found
    assert "30.000" not in found


@pytest.mark.parametrize("answer", ["nein, lieber nicht", None])
async def test_a_no_and_silence_read_the_same_and_are_no_yes(town: Town, answer: str | None):
    miriam, jens = await told(town)
    petra = await reader(town)
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Mit dem Namen Hückelhoven")
    read(miriam), read(jens)
    if answer:
        await jens.says(answer)
        assert "niemand Ihren Ort" in read(jens)
    await town.later("2027-01-21 16:59")
    said = read(miriam)
    await town.later("2027-01-22 12:00")
    said += read(miriam)
    assert "gibt es kein Ja zur Fassung mit Namen" in said
    assert "aussortieren" not in await finds(petra)
    read(jens)
    if answer is None:
        await jens.picks("Ja, einverstanden")
        assert "nicht mehr" in read(jens)
        assert "aussortieren" not in await finds(petra)
    await miriam.picks("Ohne Namen ins Netzwerk")
    read(miriam)
    found = await finds(petra)
    assert "aussortieren" in found
    assert "Hückelhoven" not in found
    assert "Kalthoff" not in found


async def test_the_host_takes_the_yes_back_while_a_digest_waits(town: Town):
    miriam, jens = await told(town)
    petra, late = await reader(town), await reader(town, "Leo Bach", "Ulm")
    await late.says("Halte mich zur Scanstelle auf dem Laufenden")
    assert "montags, gesammelt" in read(late)
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Mit dem Namen Hückelhoven")
    await jens.picks("Ja, einverstanden")
    assert "aussortieren" in await finds(petra)
    assert "aussortieren" in on_screen(petra)
    read(jens)
    await jens.says("welche berichte nennen uns?")
    assert "aussortieren" in read(jens)
    await jens.picks("Notiz vom 07.01.2027 zurücknehmen")
    assert "liest es niemand mehr" in read(jens)
    assert "aussortieren" not in on_screen(petra)
    assert "zurückgenommen oder geändert" in on_screen(petra)
    assert "aussortieren" not in await finds(petra)
    await town.later("2027-01-11 12:00")
    assert late.reads() == []
    assert "mit Namen nicht mehr zu lesen" in read(miriam)


async def test_what_is_new_comes_in_one_message_on_monday(town: Town):
    miriam, _ = await told(town, "Die Fristen setzt das Deckblatt, das war neu.")
    petra = await reader(town)
    await petra.says("Halte mich zur Scanstelle auf dem Laufenden")
    await petra.says("Ich möchte informiert werden, wenn es Neues zur E-Akte gibt")
    read(petra)
    await town.later("2027-01-07 09:40")
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Ohne Namen")
    newcomer = await member(town, "Nora Neu", "Köln", listing=None)
    await newcomer.says("Ich kann bei der E-Akte helfen")
    await newcomer.picks("Mit Namen")
    await town.later("2027-01-11 09:29")
    assert petra.reads() == []
    await town.later("2027-01-11 09:30")
    (news,) = petra.reads()
    assert "Deckblatt" in plain_text(news)
    assert "ein Kontakt" in plain_text(news)
    await town.later("2027-01-18 12:00")
    assert petra.reads() == []
    await petra.says("Themen abbestellen")
    await petra.picks("Ersetzendes Scannen")
    assert "nicht mehr Bescheid" in read(petra)


async def test_at_once_means_within_hours_and_the_ceiling(town: Town):
    miriam, _ = await told(town, "Die Fristen setzt das Deckblatt, das war neu.")
    petra = await reader(town)
    await petra.says("Halte mich zur Scanstelle auf dem Laufenden")
    await petra.picks("Lieber gleich")
    assert "gleich, in Ihren Arbeitszeiten" in read(petra)
    await town.later("2027-01-07 18:00")
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Ohne Namen")
    assert petra.reads() == []
    await town.later("2027-01-08 09:00")
    assert "Deckblatt" in read(petra)


async def test_contacts_come_with_what_is_written_and_a_visit_is_a_reason(town: Town):
    miriam, _ = await told(town, "Die Fristen der Scanstelle setzt das Deckblatt, das war neu.")
    petra = await reader(town)
    await miriam.says("Ich kann bei der E-Akte helfen")
    read(miriam)
    await miriam.says("meine erfahrungen")
    await miriam.picks("Notiz vom 07.01.2027 teilen")
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Ohne Namen")
    read(miriam)
    await petra.says("Wer kennt sich mit der Scanstelle aus?")
    found = read(petra)
    assert "hat im Januar 2027 eine Stadt mit rund 40.000 Einwohnern (NW) besucht" in found
    await petra.picks("Eine Erfahrung dazu lesen")
    assert "Deckblatt" in read(petra)


async def test_what_was_corrected_is_corrected_for_everybody_at_once(town: Town):
    miriam, _ = await told(town, "Die Fristen setzt das Deckblatt, das war neu. Das hat 41.000 Euro gekostet.")
    petra = await reader(town)
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Ohne Namen")
    assert "41.000" in await finds(petra)
    await miriam.says("meine erfahrungen")
    await miriam.picks("Notiz vom 07.01.2027 zurücknehmen")
    assert "41.000" not in on_screen(petra)
    await miriam.picks("So stimmt es")
    await miriam.says("vergiss mich")
    await miriam.picks("Ja")
    assert "Deckblatt" not in await finds(petra)


async def test_withdrawn_text_is_in_no_byte_of_the_database(town: Town):
    """The file itself is searched, after making sure that the word was in it."""
    if town.storage.dialect != "sqlite":
        pytest.skip("one file to look into")
    file = Path(town.storage.url.partition(":///")[2])
    miriam, jens = await told(town, "Der Quittenbaum setzt die Fristen, das war neu.")
    petra = await reader(town)
    await petra.says("Halte mich zur Scanstelle auf dem Laufenden")
    await petra.picks("Lieber gleich")
    await miriam.picks("Das ganze Netzwerk")
    await miriam.picks("Mit dem Namen Hückelhoven")
    await jens.picks("Ja, einverstanden")
    await finds(petra)
    assert rows_with(file, "Quittenbaum") != {}
    await miriam.says("meine erfahrungen")
    await miriam.picks("Notiz vom 07.01.2027 zurücknehmen")
    await town.later("2027-01-07 12:00")
    assert set(rows_with(file, "Quittenbaum")) == {"lessons"}
    await miriam.says("meine erfahrungen")
    await miriam.picks("Notiz vom 07.01.2027 löschen")
    assert rows_with(file, "Quittenbaum") == {}


def rows_with(file: Path, word: str) -> dict[str, int]:
    """In which tables any value of any row has the word."""
    found: dict[str, int] = {}
    with sqlite3.connect(file) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            if count := sum(word in str(row) for row in rows):
                found[table] = count
    return found
