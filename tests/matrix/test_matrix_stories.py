"""People write to Lotse in Element, against a real homeserver, encrypted end to end."""

import asyncio
import json
from urllib.request import Request, urlopen

import pytest
from nio.crypto.attachments import decrypt_attachment

from adapters.config import Settings
from adapters.inside import Inside, Stopped, Turns
from adapters.matrix.adapter import MatrixAdapter
from storage.unit_of_work import Storage
from tests.matrix.conftest import Meets, service
from tests.matrix.people import BOT, Human


async def settled_in(person: Human, town: str) -> None:
    """From the first word to a known person with a town."""
    await person.opens_chat()
    await person.says("hallo")
    await person.reads("Sind Sie einverstanden?")
    await person.says("ja")
    await person.reads("In welcher Kommune arbeiten Sie?")
    await person.says(town)
    await person.reads(town)


async def test_the_question_asked_before_consent_is_answered_afterwards_and_all_of_it_encrypted(
    settings: Settings, meets: Meets
):
    miriam = await meets("miriam")
    async with service(settings):
        await miriam.opens_chat()
        await miriam.says("wer kennt sich mit der e-akte aus?")
        await miriam.reads("Sind Sie einverstanden?")
        await miriam.says("ja")
        await miriam.reads("In welcher Kommune arbeiten Sie?")
        await miriam.says("Siegburg")
        await miriam.reads("E-Akte")
    said = [one for one in miriam.seen if one["type"] == "m.room.message"]
    assert all(one["decrypted"] for one in said)
    assert {one["content"]["msgtype"] for one in said} == {"m.notice"}


async def test_two_people_are_introduced_each_in_their_own_encrypted_chat(settings: Settings, meets: Meets):
    vera, jens = await meets("vera"), await meets("jens")
    async with service(settings):
        await settled_in(jens, "Hückelhoven")
        await jens.says("Ich kann bei der E-Akte helfen")
        await jens.reads("mit Namen")
        await jens.says("mit Namen")
        await jens.reads("Funktion")
        await jens.says("Teamleitung Organisation")
        await jens.reads("Teamleitung Organisation")
        await settled_in(vera, "Siegburg")
        await vera.says("wer kennt sich mit der e-akte aus?")
        assert "Hückelhoven" in await vera.reads("bekannt machen")
        await vera.says("1")
        await vera.reads("Ein Satz genügt")
        await vera.says("Wir fangen gerade an und haben Fragen zum Aktenplan.")
        await vera.reads("an jens")
        await vera.says("ja")
        await vera.reads("E-Mail")
        await vera.says("vera@rathaus.example")
        assert "Aktenplan" in await jens.reads("Aktenplan")
        await jens.says("ja gern")
        await jens.reads("E-Mail")
        await jens.says("jens@rathaus.example")
        assert "jens@rathaus.example" in await vera.reads("jens@rathaus.example")
        assert "vera@rathaus.example" in await jens.reads("vera@rathaus.example")


async def test_a_restart_in_the_middle_and_a_night_of_messages_lose_nothing(settings: Settings, meets: Meets):
    """More than one answer of the homeserver holds: the gap is read backwards."""
    berta = await meets("berta")
    async with service(settings):
        await berta.opens_chat()
        await berta.says("hallo")
        await berta.reads("Sind Sie einverstanden?")
    for number in range(105):
        await berta.says(f"/hilfe {number}")
    await berta.says("ja")
    async with service(settings):
        await berta.reads("In welcher Kommune arbeiten Sie?")
        await berta.until(lambda: _answers(berta) >= 105)
    async with service(settings):
        await berta.says("Siegburg")
        await berta.reads("Siegburg")
    assert _answers(berta) == 105


def _answers(person: Human) -> int:
    return sum("Das können Sie zu mir sagen" in str(one["content"].get("body")) for one in person.seen)


async def test_a_reaction_is_a_button_for_the_person_asked(settings: Settings, meets: Meets):
    rita = await meets("rita")
    async with service(settings):
        await rita.opens_chat()
        await rita.says("hallo")
        await rita.reads("Sind Sie einverstanden?")
        await rita.until(lambda: sum(one["type"] == "m.reaction" for one in rita.seen) == 2)
        asked = next(one for one in rita.seen if "Sind Sie einverstanden?" in str(one["content"].get("body")))
        await rita.presses(asked["event_id"], "1️⃣")
        await rita.reads("In welcher Kommune arbeiten Sie?")


async def test_an_export_comes_as_a_file_that_only_the_room_can_read(settings: Settings, meets: Meets):
    frida = await meets("frida")
    async with service(settings):
        await settled_in(frida, "Siegburg")
        await frida.says("Ich möchte meine Daten als Datei")
        await frida.until(lambda: any(one["content"].get("msgtype") == "m.file" for one in frida.seen))
    file = next(one["content"] for one in frida.seen if one["content"].get("msgtype") == "m.file")
    keys = file["file"]
    answer = await frida.client.download(keys["url"])
    clear = decrypt_attachment(answer.body, keys["key"]["k"], keys["hashes"]["sha256"], keys["iv"])
    assert b"@frida:town.example" in clear
    assert b"frida" not in answer.body
    assert file["info"]["size"] == len(clear)


async def test_among_others_it_speaks_only_when_mentioned_and_names_nobody(settings: Settings, meets: Meets):
    anna, otto = await meets("anna"), await meets("otto")
    async with service(settings):
        await settled_in(anna, "Siegburg")
        made = await anna.client.room_create(invite=[BOT, otto.user])
        await anna.until(
            lambda: len(anna.client.rooms[made.room_id].users) == 3 if made.room_id in anna.client.rooms else False
        )
        await otto.until(lambda: made.room_id in otto.client.rooms)
        await anna.says("wer kennt sich mit der e-akte aus?", room=made.room_id)
        mention = {"m.mentions": {"user_ids": [BOT]}}
        await anna.says("Lotse, wer kennt sich mit der e-akte aus?", room=made.room_id, **mention)
        await anna.reads("E-Akte")
        await otto.until(lambda: len(_by_bot(otto, made.room_id)) >= 1)
    told = _by_bot(otto, made.room_id)
    assert told == _by_bot(anna, made.room_id)
    assert len(told) == 1
    assert "E-Akte" not in told[0]
    assert "direkt" in told[0]


def _by_bot(person: Human, room: str) -> list[str]:
    return [str(one["content"]["body"]) for one in person.seen if one["sender"] == BOT and one["room_id"] == room]


async def test_who_throws_it_out_and_asks_it_back_is_answered_again(settings: Settings, meets: Meets):
    kurt = await meets("kurt")
    async with service(settings):
        await settled_in(kurt, "Siegburg")
        await kurt.client.room_kick(kurt.room, BOT)
        await kurt.opens_chat()
        await kurt.says("hilfe")
        await kurt.reads("Das können Sie zu mir sagen")


async def test_rubbish_from_a_stranger_doesnt_stop_it(settings: Settings, meets: Meets):
    """Here nio lets a malformed to-device message end the sync, for ever with the same token."""
    mallory, lena = await meets("mallory"), await meets("lena")
    async with service(settings):
        await lena.opens_chat()
        broken = {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "sender_key": "x",
            "ciphertext": {"y": {"type": 0, "body": "?"}},
        }
        status = _put(settings, mallory, "sendToDevice/m.room.encrypted/rubbish", {"messages": {BOT: {"*": broken}}})
        assert status == 200
        await lena.says("hallo")
        await lena.reads("Sind Sie einverstanden?")


async def test_people_of_other_servers_are_not_let_in(settings: Settings, meets: Meets):
    nora = await meets("nora")
    closed = settings.model_copy(update={"matrix_servers": frozenset({"elsewhere.example"})})
    async with service(closed):
        made = await nora.client.room_create(is_direct=True, invite=[BOT])
        await nora.until(lambda: made.room_id in nora.client.rooms and BOT not in nora.client.rooms[made.room_id].users)
    assert nora.seen == []


async def test_a_revoked_token_stops_the_adapter_and_says_what_to_do(settings: Settings, sqlite_url: str, meets: Meets):
    paula = await meets("paula")
    async with service(settings):
        await paula.opens_chat()
    kept = json.loads((settings.data / "matrix" / "session.json").read_text())
    request = Request(
        f"{settings.matrix_homeserver}/_matrix/client/v3/logout", b"{}", {"Authorization": f"Bearer {kept['token']}"}
    )
    (await asyncio.to_thread(urlopen, request)).close()
    adapter = MatrixAdapter(settings)
    storage = await Storage.open(sqlite_url)

    async def nothing(_: object) -> tuple[str, ...]:
        return ()

    inside = Inside(storage=storage, turns=Turns(nothing), now=lambda: None)  # type: ignore[arg-type,return-value]
    with pytest.raises(Stopped, match="sign in anew"):
        await asyncio.wait_for(adapter.listen(inside), 20)
    await storage.close()
    assert adapter.state.condition == "bad credentials"


def _put(settings: Settings, person: Human, path: str, content: object) -> int:
    request = Request(
        f"{settings.matrix_homeserver}/_matrix/client/v3/{path}",
        json.dumps(content).encode(),
        {"Authorization": f"Bearer {person.client.access_token}"},
        method="PUT",
    )
    with urlopen(request) as answer:
        return int(answer.status)
