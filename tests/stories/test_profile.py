"""The profile in the chat: topics, listing, pause, cap, stand-in, language, contact data, and the long silence."""

from datetime import timedelta

import pytest

from bot.intents import SetContactData, SetHome
from bot.messages import choices
from tests.stories.network import member, read, wants
from tests.town import Town, Townsperson


@pytest.fixture
async def jens(town: Town) -> Townsperson:
    return await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), platform="matrix")


@pytest.fixture
async def miriam(town: Town) -> Townsperson:
    return await member(town, "Miriam Vogt", "Ulm")


async def looks(miriam: Townsperson) -> str:
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    return read(miriam)


async def test_a_hidden_pause_takes_out_of_every_search_until_the_day(
    town: Town, jens: Townsperson, miriam: Townsperson
):
    assert "Jens Kalthoff" in await looks(miriam)
    await jens.says("Pause bis 15.1.")
    await jens.picks("Gar nicht")
    assert "Freitag, 15. Januar 2027" in read(jens)
    assert "Kalthoff" not in await looks(miriam)
    await town.later("2027-01-15 10:00")
    assert "Jens Kalthoff" in await looks(miriam)


async def test_a_visible_pause_is_shown_with_whom_to_ask_instead(town: Town, jens: Townsperson, miriam: Townsperson):
    await jens.says("/vertretung Frau Ahrens im Hauptamt")
    await jens.says("Pause bis 15.1.")
    await jens.picks("Als")
    found = await looks(miriam)
    assert "Jens Kalthoff" in found
    assert "Frau Ahrens im Hauptamt" in found
    assert "Mit Nr. 1" not in found


async def test_coming_back_early(jens: Townsperson, miriam: Townsperson):
    await jens.says("Pause bis 15.1.")
    await jens.picks("Gar nicht")
    await jens.says("/weiter")
    assert "Willkommen zurück" in read(jens)
    assert "Jens Kalthoff" in await looks(miriam)
    await jens.says("/weiter")
    assert "keine Pause" in read(jens)


async def test_a_pause_without_a_date_asks_for_one_and_refuses_the_past(jens: Townsperson):
    await jens.says("/pause")
    assert "Bis wann" in read(jens)
    await jens.says("15.1.2027")
    await jens.picks("Gar nicht")
    assert "Freitag, 15. Januar 2027" in read(jens)
    await jens.says("/pause 1.2.2026")
    said = read(jens)
    assert "schon vorbei" in said or "Bis wann" in said


async def test_a_topic_taken_back_is_found_no_more(jens: Townsperson, miriam: Townsperson):
    await jens.says("/entfernen E-Akte")
    assert "E-Akte" in read(jens)
    assert "Kalthoff" not in await looks(miriam)
    await jens.says("/entfernen E-Akte")
    assert "noch kein Thema" in read(jens)


async def test_what_one_wants_to_learn_is_seen_by_nobody_else(jens: Townsperson, miriam: Townsperson):
    await jens.says("/lernen Chatbots")
    assert "Das sehen nur Sie" in read(jens)
    await miriam.says("Wer kennt sich mit Chatbots aus?")
    assert "Kalthoff" not in read(miriam)
    await jens.says("Mein Profil")
    assert "Chatbot" in read(jens)


async def test_visitors_are_welcome(jens: Townsperson, miriam: Townsperson):
    await jens.says("/besuchbar E-Akte")
    await jens.says("Mein Profil")
    assert "E-Akte seit 3 Jahren, Besuch willkommen" in read(jens)


async def test_a_topic_in_free_words_is_taken_and_counted(town: Town, jens: Townsperson, miriam: Townsperson):
    await jens.says("/anbieten Drohnen zur Dachvermessung")
    assert "Drohnen zur Dachvermessung" in read(jens)
    await miriam.says("/kontakte Drohnen")
    assert "Jens Kalthoff" in read(miriam)
    async with town.storage.unit(write=False) as uow:
        day = town.now.date()
        assert await uow.totals.sum("topics.free_text", day, day) == 1


async def test_from_by_name_to_by_function(jens: Townsperson, miriam: Townsperson):
    await jens.says("/nurfunktion")
    said = read(jens)
    assert "kann auch die Funktion" in said
    found = await looks(miriam)
    assert "Sachbearbeitung" in found
    assert "Kalthoff" not in found


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("höchstens 3 Anfragen gleichzeitig", "höchstens 3 gleichzeitig und 4 neue im Monat"),
        ("/grenze 1", "höchstens 1 gleichzeitig und 4 neue im Monat"),
        ("/funktion Leitung Organisation", "Funktion: Leitung Organisation"),
        ("/vertretung Frau Ahrens", "Vertretung: Frau Ahrens"),
        ("/email jens@hueckelhoven.example", "jens@hueckelhoven.example"),
    ],
)
async def test_what_is_changed_stands_in_the_profile(jens: Townsperson, said: str, shown: str):
    await jens.says(said)
    read(jens)
    await jens.says("Mein Profil")
    assert shown in read(jens)


async def test_contact_data_are_kept_and_forgotten(town: Town, jens: Townsperson):
    await wants(town, jens, SetContactData(field="phone"))
    await jens.says("das ist keine")
    assert "sieht nicht nach einer Telefonnummer aus" in read(jens)
    await jens.says("02433 1234")
    assert "02433 1234" in read(jens)
    await wants(town, jens, SetContactData(field="phone", forget=True))
    await jens.says("Mein Profil")
    assert "02433" not in read(jens)


async def test_the_language_changes_everything_at_once(jens: Townsperson):
    await jens.says("auf Englisch bitte")
    assert "From now on" in read(jens)
    await jens.says("my profile")
    assert "This is how others see you" in read(jens)


async def test_moving_to_another_town(jens: Townsperson, miriam: Townsperson):
    await jens.says("Ich arbeite in Siegburg")
    assert "Geändert: Siegburg, Nordrhein-Westfalen" in read(jens)
    found = await looks(miriam)
    assert "Siegburg" in found
    assert "Hückelhoven" not in found


async def test_a_town_nobody_knows_names_the_remedy(jens: Townsperson):
    await jens.says("/kommune Xyzhausen")
    assert "amtlichen Verzeichnis" in read(jens)
    await jens.says("abbrechen")
    await jens.says("Mein Profil")
    assert "Hückelhoven" in read(jens)


async def test_no_more_questions_says_what_still_comes(town: Town, jens: Townsperson):
    await jens.says("keine Nachfragen mehr")
    said = read(jens)
    assert "Anfragen anderer" in said
    assert "/weiter" in said


async def test_where_to_be_written_to_needs_a_second_account(town: Town, jens: Townsperson):
    assert "nur dieses eine Konto" in await wants(town, jens, SetHome(platform="teams"))


# ---------------------------------------------------------------- once a year, and the long silence


async def newcomer(town: Town) -> Townsperson:
    robert = town.person("Robert Seidl")
    for text in ("Hallo", "ja", "Markdorf"):
        await robert.says(text)
    read(robert)
    return robert


async def test_the_profile_is_confirmed_once_a_year(town: Town):
    robert = await newcomer(town)
    await town.later("2027-11-22 17:00")
    assert robert.reads() == []
    await town.later("2027-11-23 17:00")
    assert "Stimmt Ihr Profil noch?" in read(robert)
    await robert.says("ja")
    assert "bestätigt" in read(robert)
    await town.later(timedelta(days=200))
    assert robert.reads() == []


async def test_two_years_of_silence_end_with_a_warning_and_erasure(town: Town):
    robert = await newcomer(town)
    await town.later("2028-10-23 17:00")
    read(robert)
    await town.later("2028-10-31 17:00")
    assert "lösche ich Ihr Profil am" in robert.last
    await town.later("2028-12-15 12:00")
    async with town.storage.unit(write=False) as uow:
        assert await uow.accounts.get(robert.account) is None
        assert not await uow.people.by_name("Robert Seidl")


async def test_a_sign_of_life_keeps_the_profile(town: Town):
    robert = await newcomer(town)
    await town.later("2028-10-31 17:00")
    assert "lösche ich" in robert.last
    await robert.says("hallo")
    await town.later("2029-01-15 12:00")
    async with town.storage.unit(write=False) as uow:
        assert await uow.people.by_name("Robert Seidl")


async def test_whoever_writes_is_not_warned(town: Town):
    robert = await newcomer(town)
    await town.later("2028-06-01 12:00")
    await robert.says("hallo")
    read(robert)
    await town.later("2028-12-15 12:00")
    assert "lösche ich" not in read(robert)


async def test_the_welcome_can_be_pressed(town: Town):
    robert = await newcomer(town)
    assert choices(robert.mailbox[-1].delivery.message) is not None
    await robert.picks("Ich kann bei einem Thema helfen")
    assert "Bei welchem Thema" in read(robert)
    await robert.says("E-Akte")
    assert "Notiert: E-Akte" in read(robert)
