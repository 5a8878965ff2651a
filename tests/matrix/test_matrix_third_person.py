"""Where a third can read along: nobody else's reaction counts, and what is between the bot and somebody stays there."""

from typing import Any

from adapters.config import Settings
from tests.matrix.conftest import Clock, Meets, service
from tests.matrix.people import Human
from tests.matrix.test_matrix_network import helps, requests
from tests.matrix.test_matrix_stories import settled_in

NO_MORE = "Das können Sie zu mir sagen"


async def brings(person: Human, other: Human) -> None:
    """Into what was a direct chat with the bot."""
    await person.client.room_invite(person.room, other.user)
    await other.until(lambda: person.room in other.client.rooms)
    await person.until(lambda: person.members() == 3)


def bots(person: Human, room: str) -> list[dict[str, Any]]:
    return [
        one
        for one in person.seen
        if one["sender"] == person.bot and one["room_id"] == room and one["type"] == "m.room.message"
    ]


async def test_nobody_elses_reaction_counts(settings: Settings, meets: Meets):
    """Whoever reads along may press what they see: it is nobody's answer, and nothing is said to it."""
    anna, otto = await meets("anna.three"), await meets("otto.three")
    async with service(settings):
        await settled_in(anna, "Siegburg")
        await anna.says("vergiss mich")
        await anna.reads("Wirklich alles löschen?")
        await brings(anna, otto)
        question = next(one for one in anna.seen if "Wirklich alles löschen?" in str(one["content"].get("body")))
        await otto.presses(question["event_id"], "1️⃣", room=anna.room)
        mention = {"m.mentions": {"user_ids": [otto.bot]}}
        await otto.says("Lotse, hilfe", room=anna.room, **mention)
        await otto.until(lambda: len([one for one in otto.seen if one["type"] == "m.room.message"]) >= 2)
        read = [one for one in otto.seen if one["type"] == "m.room.message"]
        assert "direkt" in read[0]["content"]["body"]  # to his mention; and nothing to his reaction before it
        assert read[1]["room_id"] != anna.room
        await anna.says("Lotse, mein Profil", **mention)
        await anna.reads("Siegburg")  # she is still there


async def test_a_chat_into_which_a_third_came_is_a_room(settings: Settings, meets: Meets):
    """What was asked in it can still be pressed by whom it was asked; the answer is for them alone."""
    olaf, emma, jens = await meets("olaf.three"), await meets("emma.three"), await meets("jens.three")
    clock = Clock()
    async with service(settings, clock):
        await helps(jens, "Hückelhoven")
        await settled_in(emma, "Ulm")
        clock.jumps_to("2026-11-24 10:00")
        await emma.says("wer kennt sich mit der e-akte aus?")
        await emma.reads("bekannt machen")
        await requests(emma, "1")
        await emma.reads("E-Mail")
        await emma.says("emma@rathaus.example")
        await emma.reads("für das nächste Mal merken?")
        await jens.reads("Nein, danke")
        shared = jens.room
        await brings(jens, olaf)
        before = len(bots(olaf, shared))
        await jens.picks("Ja, gern")
        await jens.reads("E-Mail")
        alone = bots(jens, next(one["room_id"] for one in reversed(jens.seen) if one["sender"] == jens.bot))
        jens.room = alone[0]["room_id"]
        assert jens.room != shared
        assert jens.client.rooms[jens.room].encrypted
        await jens.says("jens@rathaus.example")
        await jens.reads("emma@rathaus.example")
        await emma.reads("jens@rathaus.example")
        await olaf.says("Lotse?", room=shared, **{"m.mentions": {"user_ids": [olaf.bot]}})
        await olaf.until(lambda: len(bots(olaf, shared)) > before)
    assert len(bots(olaf, shared)) == before + 1
    assert not any("@rathaus.example" in str(one["content"]) for one in olaf.seen)


async def test_a_direct_chat_with_three_is_none_whatever_the_invitation_says(settings: Settings, meets: Meets):
    rolf, lisa = await meets("rolf.three"), await meets("lisa.three")
    async with service(settings):
        made = await rolf.client.room_create(is_direct=True, invite=[rolf.bot, lisa.user])
        await lisa.until(lambda: made.room_id in lisa.client.rooms)
        await rolf.until(lambda: rolf.members(made.room_id) == 3)
        await rolf.says("Lotse, wer kennt sich mit der e-akte aus?", room=made.room_id, **{"m.mentions": {"user_ids": [rolf.bot]}})  # fmt: skip
        await rolf.reads("Sind Sie einverstanden?")
        (told,) = bots(rolf, made.room_id)
        assert "direkt" in told["content"]["body"]
        assert "E-Akte" not in told["content"]["body"]
