"""One person in Teams and in Element: linked by a code, written to where they want it, answered where they ask."""

import re

from tests.across.conftest import Both
from tests.across.people import InElement, InTeams, Person, nothing_came
from tests.stories.network import EMAIL


async def code(old: Person) -> str:
    await old.says("/konto")
    found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", await old.reads("15 Minuten"))
    assert found
    return found[0]


async def test_a_second_account_across_platforms(both: Both):
    old = await both.member("Robert Seidl", "Markdorf", "teams", helps_with=("E-Akte",))
    miriam = await both.member("Miriam Vogt", "Ulm", "teams", email=EMAIL["Miriam Vogt"])
    new, other = await both.meets("Robert", "matrix"), await both.meets("Otto Kranz", "matrix")
    assert isinstance(old, InTeams)
    assert isinstance(new, InElement)
    assert isinstance(other, InElement)
    async with both.running():
        await new.opens_chat()
        await new.reads("Sind Sie einverstanden?")
        await void_where_others_read(old, new, other, miriam)
        await too_late(both, old, new)
        await linked(old, new, other)
        await written_to_where_they_want(miriam, old, new)


async def void_where_others_read(old: InTeams, new: InElement, other: InElement, miriam: Person) -> None:
    room = await new.opens_room(other)
    given = await code(old)
    await new.mentions(f"/konto {given}", room)
    await new.reads("ungültig")
    await new.says(f"/konto {given}")
    await new.reads("stimmt nicht")
    told = [
        str(one["content"].get("body")) for one in other.seen if one["room_id"] == room and one["sender"] == new.bot
    ]
    assert not any("Code" in text for text in told)

    assert isinstance(miriam, InTeams)
    given = await code(old)
    await miriam.says_in_room(f"/konto {given}")
    await miriam.reads("ungültig")
    await new.says(f"/konto {given}")
    await new.reads("stimmt nicht")


async def too_late(both: Both, old: InTeams, new: InElement) -> None:
    given = await code(old)
    both.clock.jumps_to("2026-11-23 10:20")
    await new.says(f"/konto {given}")
    await new.reads("abgelaufen")
    await nothing_came(old)  # so far nobody was asked anything


async def linked(old: InTeams, new: InElement, other: InElement) -> None:
    given = await code(old)
    await new.says(f"/konto {given}")
    await new.reads("bestätigen")
    await new.says("Mein Profil")
    assert "Markdorf" not in await new.reads("Datenschutzhinweis")  # nothing before the yes on the old account
    assert new.user in await old.reads("1) ")
    await old.picks("Ja")
    await old.reads("Verknüpft")
    await new.reads("verknüpft")
    await other.opens_chat()
    await other.says(f"/konto {given}")
    await other.reads("schon benutzt")


async def written_to_where_they_want(miriam: Person, old: InTeams, new: InElement) -> None:
    await old.picks("Element")
    await old.reads("Element")
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    await miriam.reads("Robert Seidl")
    await miriam.picks("Mit Nr. 1 bekannt machen")
    await miriam.reads("Ein Satz genügt")
    await miriam.says("Wir fangen gerade an.")
    await miriam.reads("So abschicken?")
    await miriam.picks("Ja, mit E-Mail-Adresse")
    assert "Miriam Vogt" in await new.reads("> Wir fangen gerade an.")
    await old.says("Mein Profil")
    in_teams = await old.reads("Markdorf")
    assert "Wir fangen gerade an." not in in_teams
    await nothing_came(new)  # what was asked in Teams is answered there
    await new.says("Mein Profil")
    await new.reads("Markdorf")
    await nothing_came(old)
