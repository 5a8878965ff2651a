"""What people type without a thought for the program, and what would have been wrong, cold or lost."""

from datetime import timedelta

import pytest

from tests.stories.network import asks, change, member, read
from tests.town import Town, Townsperson


@pytest.fixture
async def jens(town: Town) -> Townsperson:
    return await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), platform="matrix")


@pytest.fixture
async def miriam(town: Town) -> Townsperson:
    return await member(town, "Miriam Vogt", "Ulm", platform="matrix")


@pytest.mark.parametrize("typed", ["den kalthoff bitte", "kalthoff wär gut"])
async def test_somebody_of_the_list_is_meant_by_the_last_name_alone(
    town: Town, jens: Townsperson, miriam: Townsperson, typed: str
):
    await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Svenja Harms" in read(miriam)
    await miriam.says(typed)
    assert "Jens Kalthoff" in read(miriam)
    await miriam.says("Bei uns sperrt sich der Personalrat, wie habt ihr das gelöst?")
    assert "> Bei uns sperrt sich der Personalrat" in read(miriam)


async def test_a_yes_with_a_restriction_is_no_no(town: Town, jens: Townsperson):
    daan = await member(town, "Daan de Wit", "Ulm", language="en", platform="matrix")
    await daan.says("Who has experience with electronic records?")
    await daan.picks("Introduce me to no. 1")
    await daan.says("We want to know how you got the works council on board.")
    read(daan)
    await daan.says("yes but no phone")
    assert "goes out now" in read(daan)
    assert "Daan de Wit" in read(jens)


async def test_what_is_said_after_another_question_may_be_meant_for_the_request(
    town: Town, jens: Townsperson, miriam: Townsperson
):
    """Otherwise the answer would be lost, and the asker would wait."""
    await asks(town, miriam, "Jens Kalthoff")
    assert "Miriam Vogt möchte Sie etwas fragen" in read(jens)
    await jens.says("Pause")
    assert "Bis wann möchten Sie pausieren?" in read(jens)
    await jens.says("abbrechen")
    read(jens)
    await jens.says("nein")
    heard = read(jens)
    assert "Meinen Sie diese Anfrage?" in heard
    assert "> Wir fangen gerade an." in heard
    assert "nicht geklappt" not in read(miriam)
    await jens.says("nach weihnachten gern, am 4. Januar")
    assert "4. Januar 2027" in read(jens)
    assert "4. Januar 2027" in read(miriam)


async def test_a_request_whose_time_is_over_is_not_shown_again(town: Town, jens: Townsperson, miriam: Townsperson):
    """The service was down when it ended, and hasn't looked yet."""
    await asks(town, miriam, "Jens Kalthoff")
    await jens.says("Pause")
    await jens.says("abbrechen")
    read(jens)
    town.now += timedelta(days=20)
    await jens.says("nein")
    assert "keine Frage von mir offen" in read(jens)


async def test_a_no_where_nothing_waits_says_so(jens: Townsperson):
    await jens.says("nein")
    assert "keine Frage von mir offen" in read(jens)


@pytest.mark.parametrize("before", ["hilfe", "Wer kennt sich mit der E-Akte aus?"])
async def test_who_gets_too_many_requests_is_asked_how_many_would_be_right(town: Town, jens: Townsperson, before: str):
    await member(town, "Robert Seidl", "Markdorf", helps_with=("E-Akte",))
    await jens.says(before)
    read(jens)
    await jens.says("ich krieg zu viele anfragen")
    assert "Wie viele Anfragen" in read(jens)
    await jens.says("maximal eine im monat reicht")
    assert "1 neue im Monat" in read(jens)


async def test_contact_data_and_the_stand_in_are_taken_from_the_sentence(town: Town, jens: Townsperson):
    await jens.says("hab jetzt eine neue nummer 0171 5551234")
    assert "Ihre Telefonnummer ist gemerkt: 0171 5551234" in read(jens)
    await jens.says("statt mir soll Svenja Harms gefragt werden")
    assert "Statt Ihrer kann man Svenja Harms fragen" in read(jens)
    await change(town, jens, phone="0171 5551234")
    await jens.says("meine handynummer bitte löschen")
    assert "Ihre Telefonnummer ist gelöscht" in read(jens)


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("sieht mein chef das hier", "liest kein Mensch im Netzwerkbüro mit"),
        ("wer sieht das ich suche", "liest kein Mensch im Netzwerkbüro mit"),
        ("wie lange wird das aufgehoben", "24 Monaten"),
        ("wer ist euer datenschutzbeauftragter", "Datenschutzbeauftragte Stelle"),
        ("zeig mal was andre von mir sehn", "So sehen andere Sie"),
    ],
)
async def test_questions_about_privacy_are_answered_and_not_searched_for(jens: Townsperson, said: str, answered: str):
    await jens.says(said)
    assert answered in read(jens)


async def test_an_old_search_is_not_shown_again_for_something_else(town: Town, jens: Townsperson, miriam: Townsperson):
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "Jens Kalthoff" in read(miriam)
    await town.later("2026-12-28 10:00")
    read(miriam)
    await miriam.says("kennt jemand wen")
    heard = read(miriam)
    assert "Zu welchem Thema suchen Sie jemanden?" in heard
    assert "Kalthoff" not in heard


async def test_a_subject_is_found_without_the_adjective_in_front(town: Town, miriam: Townsperson):
    await member(town, "Uwe Distelborn", "Köln", helps_with=("E-Rechnung",))
    await miriam.says("Wer hat einen digitalen Rechnungsworkflow eingeführt?")
    assert "Uwe Distelborn" in read(miriam)


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("am 8. Janur", "Freitag, 8. Januar 2027"),
        ("12. Feburar", "Freitag, 12. Februar 2027"),
        ("Vom 1. auf den 2. Februar", "Montag, 1. Februar 2027 bis Dienstag, 2. Februar 2027"),
        ("nach Ostern", "zum Beispiel „Dienstag, 30. März 2027“"),
        ("nach Karneval", "zum Beispiel „Mittwoch, 10. Februar 2027“"),
        ("zwischen den Jahren", "zum Beispiel „Montag, 28. Dezember 2026“"),
        ("hilfe", "An welchem Tag"),
    ],
)
async def test_a_day_is_read_or_asked_back_with_the_likeliest_one(
    town: Town, jens: Townsperson, miriam: Townsperson, said: str, answered: str
):
    await asks(town, miriam, "Jens Kalthoff")
    await jens.says("ja gern")
    read(miriam)
    await miriam.says("Wir möchten Herrn Kalthoff besuchen")
    assert "An welchem Tag" in read(miriam)
    await miriam.says(said)
    assert answered in read(miriam)
