"""The main job in English, from the search to the visit: nothing of it is read in German."""

import re

from tests.stories.network import member, read
from tests.town import Town

GERMAN = re.compile(r"\b(Sie|Ihre?|und|nicht|Kommune|Anfrage|Besuch|Uhr)\b")


async def test_from_the_search_to_the_visit(town: Town):
    daan = await member(town, "Daan de Wit", "Ulm", language="en", function="Project lead")
    anna = await member(town, "Anna Berg", "Buxtehude", language="en", function="Archivist", helps_with=("E-Akte",))
    seen = []
    await daan.says("Who has experience with electronic records?")
    seen.append(read(daan))
    assert "Anna Berg" in seen[-1]
    await daan.picks("Introduce me to no. 1")
    seen.append(read(daan))
    await daan.says("We are about to start and would like half an hour.")
    seen.append(read(daan))
    await daan.picks("Yes, with")
    seen.append(read(daan))
    seen.append(read(anna))
    assert "Daan de Wit would like to ask you something" in seen[-1]
    await anna.picks("Yes, gladly")
    seen += [read(anna), read(daan)]
    assert "berg@rathaus.example" in seen[-1]
    await daan.says("How are my requests going?")
    seen.append(read(daan))
    await daan.says("I would like to visit Anna Berg on 10 December")
    seen.append(read(daan))
    await daan.fills(details="10:00 to 15:00, two of us", questions="-")
    seen.append(read(daan))
    await daan.says("my profile")
    seen.append(read(daan))
    for text in seen:
        assert text
        assert not GERMAN.search(text), text


async def test_the_first_notice_says_in_english_how_to_read_it_in_english(town: Town):
    """Somebody has installed the app and hasn't written: nobody knows their language yet."""
    daan = town.person("Daan de Wit")
    await daan.joins()
    assert "English: Write “English”." in read(daan)
    await daan.says("English")
    assert "I store your name" in daan.last
    assert "Deutsch: Schreiben Sie „Deutsch“." in daan.last
    await daan.picks("Yes, I agree")
    assert "Which municipality do you work for?" in read(daan)


async def test_a_greeting_settles_no_language(town: Town):
    daan = town.person("Daan de Wit")
    await daan.says("Hello")
    read(daan)
    await daan.says("Who has experience with electronic records?")
    assert "I store your name" in read(daan)


async def test_nobody_agrees_to_a_notice_in_a_language_they_asked_to_change(town: Town):
    """The whole notice once more, not a reminder of the one that was shown."""
    daan = town.person("Daan de Wit")
    await daan.says("Guten Tag, wer kennt sich mit der E-Akte aus?")
    assert "Ich speichere Ihren Namen" in read(daan)
    await daan.says("English please")
    assert "I store your name" in read(daan)
    await daan.says("English please")
    assert "I store your name" not in read(daan)


async def test_the_word_that_was_named_takes_the_request_back(town: Town):
    daan = await member(town, "Daan de Wit", "Ulm", language="en")
    anna = await member(town, "Anna Berg", "Buxtehude", language="en", helps_with=("E-Akte",))
    await town.later("2026-11-23 19:00")
    await daan.says("Who has experience with electronic records?")
    await daan.picks("Introduce me to no. 1")
    await daan.says("We are about to start.")
    await daan.picks("Yes, with e-mail address")
    assert "Write “withdraw” and I'll take the request back" in read(daan)
    await daan.says("withdraw")
    assert "has been withdrawn. It had not been delivered" in read(daan)
    await town.later("2026-11-24 12:00")
    assert anna.reads() == []


async def test_the_word_for_the_whole_notice_opens_it_before_and_after_the_yes(town: Town):
    daan = town.person("Daan de Wit")
    await daan.says("Hello, who has experience with electronic records?")
    assert "Write “privacy”." in read(daan)
    await daan.says("privacy")
    assert "Supervisory authority" in read(daan)
    await daan.picks("Yes, I agree")
    await daan.says("Ulm")
    read(daan)
    await daan.says("What is stored about me?")
    assert "This is what is stored about you" in read(daan)
