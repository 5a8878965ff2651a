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
