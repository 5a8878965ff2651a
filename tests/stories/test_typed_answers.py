"""What is typed for a question that isn't the newest: a form waits, or something else has come in between."""

import pytest

from bot.model import Role
from tests.stories.network import asks, member, read
from tests.town import Town, Townsperson


@pytest.fixture
async def jens(town: Town) -> Townsperson:
    return await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))


@pytest.fixture
async def miriam(town: Town, jens: Townsperson) -> Townsperson:
    """She has asked Jens, who hasn't answered."""
    made = await member(town, "Miriam Vogt", "Plochingen")
    await asks(town, made, "Jens Kalthoff")
    assert "Wir fangen gerade an." in read(jens)
    read(made)
    return made


async def begins_a_request(town: Town, jens: Townsperson) -> None:
    """He is asked for a sentence that somebody else will read."""
    await member(town, "Petra Lang", "Siegburg", helps_with=("Chatbots",))
    await jens.says("Wer kennt sich mit Chatbots aus?")
    await jens.picks("Mit Nr. 1 bekannt machen")
    assert "Ein Satz genügt" in read(jens)


@pytest.mark.parametrize("typed", ["Ja, gern", "1", "„ja, gern“", "1) Ja, gern"])
async def test_the_words_of_a_button_never_become_the_sentence_that_somebody_else_reads(town: Town, typed: str):
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    miriam = await member(town, "Miriam Vogt", "Plochingen")
    await begins_a_request(town, jens)
    await asks(town, miriam, "Jens Kalthoff")
    read(jens)
    await jens.says(typed)
    assert "miriam" in read(jens).lower()
    assert "kalthoff@rathaus.example" in read(miriam)


async def test_a_sentence_of_ones_own_still_goes_into_the_form(town: Town, jens: Townsperson, miriam: Townsperson):
    await begins_a_request(town, jens)
    await jens.says("Ja, gern würden wir wissen, was das kostet.")
    assert "> Ja, gern würden wir wissen, was das kostet." in read(jens)
    assert miriam.reads() == []


@pytest.mark.parametrize("typed", ["Ja, gern", "ja"])
async def test_a_plain_yes_from_above_is_asked_about_and_then_counts(
    town: Town, jens: Townsperson, miriam: Townsperson, typed: str
):
    await jens.says("Wer kennt sich mit Chatbots aus?")
    read(jens)
    await jens.says(typed)
    asked = read(jens)
    assert "Meinen Sie diese Anfrage?" in asked
    assert "> Wir fangen gerade an." in asked
    assert miriam.reads() == []
    await jens.says("1")
    assert "kalthoff@rathaus.example" in read(miriam)
    await town.later("2026-11-24 10:00")
    await jens.says("ja")
    assert "kalthoff" not in read(miriam)


async def test_none_of_them_leaves_everything_as_it_was(town: Town, jens: Townsperson, miriam: Townsperson):
    await jens.says("/funktion")
    await jens.says("abbrechen")
    await jens.says("4")
    asked = read(jens)
    assert "früheren Frage von mir: Montag, 23. November 2026, 10:00 Uhr" in asked
    assert "„Ja, gern“, „Ja, aber später“, „Bitte jemand anderen fragen“ und „Nein, danke“" in asked
    await jens.says("Für keine davon")
    assert "abgebrochen" in read(jens)
    await town.later("2026-11-24 10:00")
    assert miriam.reads() == []
    await jens.picks("Ja, gern")
    assert "kalthoff@rathaus.example" in read(miriam)


async def test_two_requests_are_told_apart_by_name(town: Town, jens: Townsperson, miriam: Townsperson):
    robert = await member(town, "Robert Seidl", "Bayreuth")
    await asks(town, robert, "Jens Kalthoff")
    await jens.says("Wer kennt sich mit Chatbots aus?")
    read(jens), read(robert)
    await jens.says("Ja, gern")
    assert "Miriam Vogt" in (asked := read(jens))
    assert "Robert Seidl" in asked
    await jens.picks("Robert Seidl")
    assert "kalthoff@rathaus.example" in read(robert)
    assert miriam.reads() == []


async def test_words_that_only_one_question_offers_are_its_button(town: Town, jens: Townsperson, miriam: Townsperson):
    await jens.says("Wer kennt sich mit Chatbots aus?")
    read(jens)
    await jens.says("ja, aber später.")
    assert "Ab wann" in read(jens)
    assert miriam.reads() == []


async def test_the_words_of_an_older_question_are_nothing_to_ask_back(
    town: Town, jens: Townsperson, miriam: Townsperson
):
    """The newest question takes any words as a question to Miriam; these belong to another."""
    await jens.says("Wer kennt sich mit Quantenrechnern aus?")
    offered = read(jens)
    assert "Bescheid geben, wenn jemand da ist" in offered
    robert = await member(town, "Robert Seidl", "Bayreuth")
    await asks(town, robert, "Jens Kalthoff")
    read(jens)
    await jens.says("Bescheid geben, wenn jemand da ist")
    assert "Sobald sich jemand zum Thema „Quantenrechnern“ findet" in read(jens)


async def test_a_no_to_something_else_is_no_final_no(town: Town, jens: Townsperson, miriam: Townsperson):
    """A no to a request can't be taken back, so the words of another question's no aren't taken for it."""
    await jens.says("vergiss mich")
    kept = read(jens).splitlines()[-1].partition(") ")[2]
    robert = await member(town, "Robert Seidl", "Bayreuth")
    await asks(town, robert, "Jens Kalthoff")
    read(jens)
    await jens.says(kept)
    assert "Gilt Ihre Antwort dafür" in read(jens)
    await town.later("2026-11-24 12:00")
    await jens.picks("Ja, gern")
    assert "kalthoff@rathaus.example" in read(robert)


async def test_another_button_of_the_list_goes_before_the_sentence_that_was_asked_for(town: Town):
    miriam = await member(town, "Miriam Vogt", "Plochingen")
    for name, place in (("Jens Kalthoff", "Hückelhoven"), ("Petra Lang", "Siegburg")):
        await member(town, name, place, helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    second = "Jens Kalthoff" if "2. Jens" in read(miriam) else "Petra Lang"
    await miriam.says("1")
    assert second not in read(miriam)
    await miriam.says("Mit Nr. 2 bekannt machen")
    assert f"Gern frage ich bei {second}" in read(miriam)
    await miriam.says("Mit Nr. 2 wären wir gern bekannt.")
    assert "> Mit Nr. 2 wären wir gern bekannt." in read(miriam)


async def test_a_number_after_a_form_that_was_left_is_of_the_list_before_it(town: Town, jens: Townsperson):
    miriam = await member(town, "Miriam Vogt", "Plochingen")
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    await miriam.says("1")
    await miriam.says("abbrechen")
    read(miriam)
    await miriam.says("2")
    assert "nichts zur Auswahl" in read(miriam)
    await miriam.says("1")
    assert f"Gern frage ich bei {jens.name}" in read(miriam)


async def test_a_number_that_would_hand_over_addresses_is_asked_about_first(
    town: Town, jens: Townsperson, miriam: Townsperson
):
    await jens.says("/funktion")
    await jens.says("abbrechen")
    read(jens)
    await jens.says("1")
    assert "Gilt Ihre Antwort dafür" in read(jens)
    assert miriam.reads() == []
    await jens.says("1")
    assert "kalthoff@rathaus.example" in read(miriam)


async def test_a_bare_number_is_an_answer_where_any_words_are_one(town: Town, jens: Townsperson, miriam: Townsperson):
    await jens.says("Wie viele Leute sind Sie denn?")
    await jens.picks("Ja, Frage weitergeben")
    assert "Wie viele Leute sind Sie denn?" in read(miriam)
    await miriam.says("20")
    read(miriam)
    assert "> 20" in read(jens)


@pytest.mark.parametrize("topic", ["E-Akte", "Dokumentenmanagement (DMS)"])
async def test_a_subject_in_a_form_is_no_answer_to_which_name_two_topics_keep(town: Town, topic: str):
    """That could not be undone."""
    office = await member(town, "Ayşe Brandt", "Köln", role=Role.ADMIN)
    await office.says("Leg DMS und E-Akte zusammen")
    assert "Wie soll es heißen?" in read(office)
    await office.says("Ich möchte etwas lernen")
    assert "Zu welchem Thema" in read(office)
    await office.says(topic)
    assert f"Zum Thema „{topic}“ möchten Sie etwas lernen" in read(office)
    async with town.storage.unit(write=False) as uow:
        assert "dms" in {topic.id for topic in await uow.topics.all()}
