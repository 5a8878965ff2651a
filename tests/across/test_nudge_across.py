"""A nudge to people in Teams and in Element: what became of it, in sums that are true of both."""

from bot.model import Role
from tests.across.conftest import Both
from tests.across.people import InElement, InTeams, Person, nothing_came
from tests.teams.stub_connector import Fate


async def test_the_sums_tell_handed_over_removed_and_left_apart(both: Both):
    ab = await both.member("Anna Berg", "Köln", "matrix", helps_with=("E-Akte",), role=Role.ADMIN)
    here = [await without_topic(both, f"Teams {n}", "teams") for n in range(1, 5)]
    there = [await without_topic(both, f"Element {n}", "matrix") for n in range(1, 4)]
    async with both.running():
        await ab.opens_chat()
        await active(ab)
        told, untold, left = here[2], here[3], there[2]
        await told.leaves()
        assert isinstance(untold, InTeams)
        both.line.stub.refuses[untold.chat] = Fate(status=403, code="BotNotInConversationRoster")
        await left.opens_chat()
        await nothing_came(left)
        await left.leaves()
        both.clock.jumps_to("2026-12-07 09:00")
        await asked_until(ab, "Fällig: 7")  # it has begun, one person after the other
        both.clock.jumps_to("2026-12-07 09:25")
        for person in (*here[:2], *there[:2]):
            assert f"Guten Tag {person.name}" in await person.reads("Ihr Profil hat noch kein Thema")
        said = await asked_until(ab, "Nicht möglich: 3")
        assert "Noch unterwegs" not in said
        assert "Zugestellt: 4 (2 Teams, 2 Element)" in said
        assert "Nicht möglich: 3 (2 App in Teams entfernt; 1 Raum in Element verlassen)" in said
        await ab.says("wer hat die app entfernt?")
        said = await ab.reads("Namen nenne ich nicht")
        assert not [one.name for one in (*here, *there) if one.name in said]
    for person in (*here, *there):
        times = 1 if person in (*here[:2], *there[:2]) else 0
        assert person.text().count("Ihr Profil hat noch kein Thema") == times
    asked = [one for one in both.line.stub.requests if untold.chat in one.path]
    assert len(asked) == 1  # N5: nobody is tried again who has removed the app


async def asked_until(ab: Person, words: str) -> str:
    """She asks again, as long as it goes on."""
    for _ in range(60):
        await ab.says("wie viele haben die profilerinnerung bekommen?")
        said = await ab.reads("„Profilerinnerung“")
        if words in said:
            return said
    raise AssertionError(said)


async def without_topic(both: Both, name: str, platform: str) -> Person:
    return await both.member(name, "Siegburg", platform, listing=None)


async def active(ab: Person) -> None:
    assert isinstance(ab, InElement)
    await ab.says("jeden ersten Montag im Monat um 9 alle ohne Profil ans Ausfüllen erinnern")
    assert "Zurzeit Personen: 7" in await ab.reads("Entwurf")
    await ab.says("text kürzer und nenn das Profilerinnerung")
    await ab.reads("Entwurf „Profilerinnerung“")
    await ab.says("scharf schalten")
    await ab.reads("Das erste Mal: Montag, 7. Dezember 2026, 09:00 Uhr")
    await ab.says("ja")
    await ab.reads("ist aktiv")
