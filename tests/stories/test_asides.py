"""In the middle of a form people want help, another language, or out; and where any text may be the answer, it is."""

import pytest

from tests.stories.network import member, read
from tests.town import Town, Townsperson


@pytest.fixture
async def ute(town: Town) -> Townsperson:
    """She has said yes, and is asked for her town."""
    await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",), platform="matrix")
    ute = town.person("Ute Kröger", platform="matrix")
    await ute.says("Moin")
    await ute.says("ja")
    assert "In welcher Kommune arbeiten Sie?" in read(ute)
    return ute


@pytest.fixture
async def robert(town: Town) -> Townsperson:
    return await member(town, "Robert Seidl", "Markdorf", helps_with=("E-Akte",), platform="matrix")


@pytest.mark.parametrize("said", ["English", "english please", "In English!", "switch to English"])
async def test_another_language_is_no_town_and_the_question_comes_in_it(ute: Townsperson, said: str):
    await ute.says(said)
    assert "Which municipality do you work for?" in read(ute)
    await ute.says("Deutsch bitte")
    assert "In welcher Kommune arbeiten Sie?" in read(ute)
    await ute.says("Buxtehude")
    assert "Eingetragen: Buxtehude" in read(ute)


@pytest.mark.parametrize(
    ("said", "answered"),
    [("hilfe", "Das können Sie zu mir sagen"), ("wer liest hier mit?", "liest kein Mensch"), ("Danke!", "Gern")],
)
async def test_what_only_passes_is_answered_and_the_question_asked_again(ute: Townsperson, said: str, answered: str):
    """ "Hilfe" is nearly a town of Westphalia."""
    await ute.says(said)
    heard = read(ute)
    assert answered in heard
    assert heard.index(answered) < heard.index("In welcher Kommune arbeiten Sie?")
    await ute.says("Ich arbeite in Ulm")
    assert "Ulm" in read(ute)


async def test_a_question_is_answered_before_the_town_is_known(ute: Townsperson):
    await ute.says("Buxtehud")
    assert "Meinen Sie Buxtehude" in read(ute)
    await ute.says("suche wen mit ahnung von der e-akte, bei uns nutzts keiner")
    assert "Svenja Harms" in read(ute)


@pytest.mark.parametrize("typed", ["doch nicht", "nein, lieber nicht", "nö"])
async def test_a_no_is_no_sentence_to_introduce_somebody_with(town: Town, robert: Townsperson, typed: str):
    await member(town, "Petra Lang", "Plochingen", helps_with=("Chatbots",))
    await robert.says("Wer kennt sich mit Chatbots aus?")
    await robert.picks("Mit Nr. 1 bekannt machen")
    assert "Ein Satz genügt" in read(robert)
    await robert.says(typed)
    assert "abgebrochen" in read(robert)
    await robert.says("Wer kennt sich mit Chatbots aus?")
    await robert.picks("Mit Nr. 1 bekannt machen")
    read(robert)
    await robert.says("Nein, wir haben noch keinen, und suchen Rat.")
    assert "> Nein, wir haben noch keinen, und suchen Rat." in read(robert)


async def test_nobody_is_kept_from_their_rights_by_a_form(robert: Townsperson):
    await robert.says("blockier den bitte")
    assert "Wen möchten Sie blockieren?" in read(robert)
    await robert.says("nein doch nicht")
    assert "abgebrochen" in read(robert)
    await robert.says("blockier den bitte")
    await robert.says("lösch alles von mir")
    assert "Wirklich alles löschen?" in read(robert)
    await robert.says("nein")
    await robert.says("blockier den bitte")
    await robert.says("ich zieh meine einwilligung zurück")
    assert "Ihre Einwilligung ist widerrufen" in read(robert)


async def test_back_from_a_pause_that_was_never_set(robert: Townsperson):
    await robert.says("Pause")
    assert "Bis wann möchten Sie pausieren?" in read(robert)
    await robert.says("wieder da!")
    assert "Sie haben keine Pause" in read(robert)
    await robert.says("Pause")
    await robert.says("so ungefähr bis zum Sommer halt")
    assert "kann ich nicht sicher lesen" in read(robert)
    await robert.says("ab 3.12. für zwei Wochen")  # the day back isn't said
    assert "kann ich nicht sicher lesen" in read(robert)
    await robert.says("bis Ende Januar")
    assert "31. Januar 2027" in read(robert)
    await robert.says("Pause")
    read(robert)
    await robert.says("stell mich dem ersten vor")
    assert "Suchen Sie bitte zuerst" in read(robert)


@pytest.mark.parametrize(
    "topic", ["Datenschutz", "Englisch", "Hilfe zur Erziehung", "Meine Stadt hat eine neue E-Akte"]
)
async def test_any_text_may_be_the_topic_that_is_asked_for(robert: Townsperson, topic: str):
    await robert.says("Ich möchte etwas lernen")
    assert "lernen" in read(robert)
    await robert.says(topic)
    heard = read(robert)
    assert topic in heard
    assert "Notiert" in heard


async def test_any_text_may_be_a_message_but_for_the_bare_word(robert: Townsperson):
    await robert.says("Nachricht an das Netzwerkbüro")
    read(robert)
    await robert.says("Hilfe!")
    assert "Was möchten Sie dem Netzwerkbüro schreiben?" in read(robert)
    await robert.says("Hilfe, wer kennt sich mit der E-Akte aus und kann English?")
    assert "> Hilfe, wer kennt sich mit der E-Akte aus und kann English?" in read(robert)


async def test_a_wish_for_contacts_is_no_topic_to_read_about(town: Town, robert: Townsperson):
    await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",))
    await robert.says("Gibt es Berichte?")
    assert "Zu welchem Thema" in read(robert)
    await robert.says("wer hat denn die e-akte am laufen und is nich weiter als 1000 km weg")
    assert "Svenja Harms" in read(robert)
