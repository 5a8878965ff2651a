"""A second account: a code in the direct chat, confirmed on the old account, once and for a quarter of an hour."""

import re

import pytest

from tests.stories.network import member, read
from tests.town import Town, Townsperson


@pytest.fixture
async def robert(town: Town) -> Townsperson:
    return await member(town, "Robert Seidl", "Markdorf", helps_with=("E-Akte",))


@pytest.fixture
def element(town: Town) -> Townsperson:
    """The same man on the other platform, as yet unknown there."""
    return town.person("Robert", platform="matrix")


async def code(robert: Townsperson) -> str:
    await robert.says("/konto")
    found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", read(robert))
    assert found
    return found[0]


async def test_linked_after_a_yes_on_the_old_account(town: Town, robert: Townsperson, element: Townsperson):
    await element.says(f"/konto {await code(robert)}")
    assert "bestätigen" in read(element)
    await element.says("Mein Profil")
    assert "Markdorf" not in read(element)
    assert "matrix:Robert" in read(robert)
    await robert.says("ja")
    assert "Verknüpft" in read(robert)
    assert "verknüpft" in read(element)
    await element.says("Mein Profil")
    assert "Markdorf" in read(element)


async def test_unasked_messages_go_where_the_person_wants_them(town: Town, robert: Townsperson, element: Townsperson):
    await element.says(f"/konto {await code(robert)}")
    await robert.says("ja")
    await robert.picks("Element (Robert)")
    assert "schreibe ich Ihnen auf Element" in read(robert)
    read(element)
    miriam = await member(town, "Miriam Vogt", "Ulm")
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    await miriam.picks("Mit Nr. 1")
    await miriam.says("Wir fangen gerade an.")
    await miriam.picks("Ja, mit E-Mail")
    assert "Miriam Vogt" in read(element)
    assert "Miriam Vogt" not in read(robert)
    await robert.says("Mein Profil")
    assert "Element und Teams; von mir aus schreibe ich auf Element" in read(robert)
    assert element.reads() == []
    await robert.says("Was weißt du über mich?")
    assert "Chat-Konten: Element: Robert; Teams: Robert Seidl" in read(robert)


async def test_a_no_on_the_old_account_links_nothing(robert: Townsperson, element: Townsperson):
    given = await code(robert)
    await element.says(f"/konto {given}")
    await robert.says("nein")
    assert "nichts verknüpft" in read(robert)
    read(element)
    await element.says(f"/konto {given}")
    assert "stimmt nicht" in read(element)


async def test_a_code_is_void_after_a_quarter_of_an_hour(town: Town, robert: Townsperson, element: Townsperson):
    given = await code(robert)
    await town.later("2026-11-23 10:15")
    await element.says(f"/konto {given}")
    assert "abgelaufen" in read(element)


async def test_a_code_works_once(town: Town, robert: Townsperson, element: Townsperson):
    given = await code(robert)
    await element.says(f"/konto {given}")
    other = town.person("Jemand anders", platform="console")
    await other.says(f"/konto {given}")
    assert "schon benutzt" in read(other)


@pytest.mark.parametrize("words", ["/konto {}", "Lotse, /konto {}", "mein Code ist {}, oder?", "{}"])
async def test_a_code_typed_in_a_room_is_void(robert: Townsperson, element: Townsperson, words: str):
    given = await code(robert)
    await element.says_in_room(words.format(given))
    assert "ungültig" in read(element)
    await element.says(f"/konto {given}")
    assert "stimmt nicht" in read(element)


async def test_five_wrong_codes_lock_for_a_quarter_of_an_hour(town: Town, robert: Townsperson, element: Townsperson):
    for _ in range(5):
        await element.says("/konto AAAA-AAAA")
    assert "zu viele falsche Codes" in element.last
    given = await code(robert)
    await element.says(f"/konto {given}")
    assert "zu viele falsche Codes" in element.last
    await town.later("2026-11-23 10:16")
    await element.says(f"/konto {await code(robert)}")
    assert "Der Code stimmt" in element.last


async def test_the_code_itself_is_not_stored(town: Town, robert: Townsperson):
    given = await code(robert)
    async with town.storage.unit(write=False) as uow:
        everything = await uow.privacy.everything(robert.key)
    assert given not in str(everything)


async def test_an_account_with_a_profile_of_its_own_is_not_merged(town: Town, robert: Townsperson):
    other = await member(town, "Jens Kalthoff", "Hückelhoven", platform="matrix")
    await other.says(f"/konto {await code(robert)}")
    assert "eigenes Profil" in read(other)
    assert "verknüpft" not in read(robert)
    await other.says("Mein Profil")
    assert "Hückelhoven" in read(other)
