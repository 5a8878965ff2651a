"""People write to Lotse in Element, against a real homeserver, encrypted end to end."""

import asyncio
import base64
import json
from typing import Any
from urllib.request import Request, urlopen

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nio.crypto.attachments import decrypt_attachment

from adapters.app import assembled, real_time
from adapters.config import Settings
from adapters.inside import Inside, Stopped, Turns
from adapters.matrix.adapter import MatrixAdapter
from adapters.matrix.check import findings
from tests.matrix.conftest import Meets, service
from tests.matrix.people import Human


async def settled_in(person: Human, town: str) -> None:
    """From the first word to a known person with a town."""
    await person.opens_chat()
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


async def introduced(vera: Human, jens: Human, town: str = "Siegburg") -> None:
    """From two first words to each other's address."""
    await settled_in(jens, "Hückelhoven")
    await jens.says("Ich kann bei der E-Akte helfen")
    await jens.reads("mit Namen")
    await jens.says("mit Namen")
    await jens.reads("Funktion")
    await jens.says("Teamleitung Organisation")
    await jens.reads("Teamleitung Organisation")
    await settled_in(vera, town)
    await vera.says("wer kennt sich mit der e-akte aus?")
    assert "Hückelhoven" in await vera.reads("bekannt machen")
    await vera.says("1")
    await vera.reads("Ein Satz genügt")
    await vera.says("Wir fangen gerade an und haben Fragen zum Aktenplan.")
    await vera.reads("So geht die Anfrage an")
    await vera.says("ja")
    await vera.reads("E-Mail")
    await vera.says("vera@rathaus.example")
    assert "Aktenplan" in await jens.reads("Aktenplan")
    await jens.says("ja gern")
    await jens.reads("E-Mail")
    await jens.says("jens@rathaus.example")
    assert "jens@rathaus.example" in await vera.reads("jens@rathaus.example")
    assert "vera@rathaus.example" in await jens.reads("vera@rathaus.example")


async def test_two_people_are_introduced_each_in_their_own_encrypted_chat(settings: Settings, meets: Meets):
    vera, jens = await meets("vera"), await meets("jens")
    async with service(settings):
        await introduced(vera, jens)
        await vera.says("Gemeinsamen Raum öffnen")
        await vera.reads("Sobald jens das auch möchte")
        await jens.reads("gemeinsamen, verschlüsselten Raum")
        await jens.says("1")
        await jens.reads("vera beginnt")
        await vera.reads("vera beginnt")
        hello = next(one for one in vera.seen if "vera beginnt" in str(one["content"].get("body")))
        room = hello["room_id"]
        assert room not in (vera.room, jens.room)
        assert vera.client.rooms[room].encrypted
        await vera.says("Danke! Passt Dienstag?", room=room)
        await jens.until(lambda: any(one["content"].get("body") == "Danke! Passt Dienstag?" for one in jens.seen))
        await vera.says("Lotse, verlass den Raum", room=room, **{"m.mentions": {"user_ids": [vera.bot]}})
        await vera.until(lambda: vera.bot not in vera.client.rooms[room].users)
        assert len(_by_bot(jens, room)) == 1


async def test_a_restart_in_the_middle_and_a_night_of_messages_lose_nothing(settings: Settings, meets: Meets):
    """More than one answer of the homeserver holds: the gap is read backwards."""
    berta = await meets("berta")
    async with service(settings):
        await berta.opens_chat()
        await berta.says("hallo")
        await berta.reads("Sind Sie einverstanden?")
    await berta.says("ja")
    for number in range(15):
        await berta.says(f"/hilfe {number}")
    for number in range(80):
        await berta.says(f"what another bot of hers says {number}", msgtype="m.notice")
    for number in range(15, 30):
        await berta.says(f"/hilfe {number}")
    async with service(settings):
        await berta.reads("In welcher Kommune arbeiten Sie?")
        await berta.until(lambda: _answers(berta) >= 30)
    async with service(settings):
        await berta.says("Ich arbeite in Siegburg")
        await berta.reads("Siegburg")
    assert _answers(berta) == 30


def _answers(person: Human) -> int:
    return sum("Das können Sie zu mir sagen" in str(one["content"].get("body")) for one in person.seen)


async def test_an_export_comes_as_files_that_only_the_room_can_read(settings: Settings, meets: Meets):
    """One for machines and one to read; both hold what she did, and nothing of the others."""
    frida, erik = await meets("frida"), await meets("erik")
    async with service(settings):
        await introduced(frida, erik)
        await frida.says("Ich möchte meine Daten als Datei")
        await frida.until(lambda: len(_files(frida)) == 2)
    clear: dict[str, bytes] = {}
    for event in _files(frida):
        assert event["decrypted"]
        content = event["content"]
        assert "url" not in content
        keys = content["file"]
        stored = (await frida.client.download(keys["url"])).body
        opened = decrypt_attachment(stored, keys["key"]["k"], keys["hashes"]["sha256"], keys["iv"])
        assert content["info"] == {"mimetype": content["info"]["mimetype"], "size": len(opened)}
        assert b"frida" not in stored
        clear[content["info"]["mimetype"]] = opened
    data = json.loads(clear["application/json"])["data"]
    page = clear["text/html"].decode()
    for made in (json.dumps(data, ensure_ascii=False), page):
        assert frida.user in made
        assert "Wir fangen gerade an und haben Fragen zum Aktenplan." in made
        assert "vera@rathaus.example" in made  # what she gave
        assert "jens@rathaus.example" in made  # what she was given
        assert erik.user not in made
    assert page.startswith("<!doctype html>")
    assert "<script" not in page


def _files(person: Human) -> list[dict[str, Any]]:
    return [one for one in person.seen if one["content"].get("msgtype") == "m.file"]


async def test_among_others_it_speaks_only_when_mentioned_and_names_nobody(settings: Settings, meets: Meets):
    anna, otto = await meets("anna"), await meets("otto")
    async with service(settings):
        await settled_in(anna, "Siegburg")
        made = await anna.client.room_create(invite=[anna.bot, otto.user])
        await otto.until(lambda: made.room_id in otto.client.rooms)
        await anna.until(lambda: anna.members(made.room_id) == 3)
        await anna.says("wer kennt sich mit der e-akte aus?", room=made.room_id)
        mention = {"m.mentions": {"user_ids": [anna.bot]}}
        await anna.says("Lotse, wer kennt sich mit der e-akte aus?", room=made.room_id, **mention)
        await anna.reads("E-Akte")
        await otto.until(lambda: len(_by_bot(otto, made.room_id)) >= 1)
    told = _by_bot(otto, made.room_id)
    assert told == _by_bot(anna, made.room_id)
    assert len(told) == 1
    assert "E-Akte" not in told[0]
    assert "direkt" in told[0]


def _by_bot(person: Human, room: str) -> list[str]:
    return [
        str(one["content"]["body"]) for one in person.seen if one["sender"] == person.bot and one["room_id"] == room
    ]


async def test_who_throws_it_out_and_asks_it_back_is_answered_again(settings: Settings, meets: Meets):
    kurt = await meets("kurt")
    async with service(settings):
        await settled_in(kurt, "Siegburg")
        await kurt.client.room_kick(kurt.room, kurt.bot)
        await kurt.opens_chat()
        await kurt.says("hilfe")
        await kurt.reads("Das können Sie zu mir sagen")


async def test_an_upgraded_room_is_followed(settings: Settings, meets: Meets):
    ute = await meets("ute")
    async with service(settings):
        await settled_in(ute, "Siegburg")
        upgraded = await asyncio.to_thread(_post, settings, ute, f"rooms/{ute.room}/upgrade", {"new_version": "12"})
        ute.room = upgraded["replacement_room"]
        await ute.client.room_invite(ute.room, ute.bot)
        await ute.until(lambda: ute.members() == 2)
        await ute.says("/hilfe")
        await ute.until(lambda: any("Das können Sie" in text for text in _by_bot(ute, ute.room)))


async def test_people_of_other_servers_are_not_let_in(settings: Settings, meets: Meets):
    nora = await meets("nora")
    closed = settings.model_copy(update={"matrix_servers": frozenset({"elsewhere.example"})})
    async with service(closed):
        made = await nora.client.room_create(is_direct=True, invite=[nora.bot])
        await nora.until(
            lambda: made.room_id in nora.client.rooms and nora.bot not in nora.client.rooms[made.room_id].users
        )
    assert nora.seen == []


async def test_a_revoked_token_stops_the_adapter_and_says_what_to_do(settings: Settings, meets: Meets):
    paula = await meets("paula")
    async with service(settings):
        await paula.opens_chat()
    kept = json.loads((settings.data / "matrix" / "session.json").read_text())
    request = Request(
        f"{settings.matrix_homeserver}/_matrix/client/v3/logout", b"{}", {"Authorization": f"Bearer {kept['token']}"}
    )
    (await asyncio.to_thread(urlopen, request)).close()
    adapter = MatrixAdapter(settings)
    with pytest.raises(Stopped, match="sign in anew"):
        await listens(adapter, settings)
    assert adapter.state.condition == "bad credentials"


def _post(settings: Settings, person: Human, path: str, content: object) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {person.client.access_token}", "Content-Type": "application/json"}
    url = f"{settings.matrix_homeserver}/_matrix/client/v3/{path}"
    with urlopen(Request(url, json.dumps(content).encode(), headers)) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


async def test_the_device_is_signed_by_an_identity_that_stays(settings: Settings, meets: Meets):
    """As a strict client checks it: master key, self-signing key, device, each signed by the one before."""
    vera = await meets("vera2")
    async with service(settings):
        await settled_in(vera, "Siegburg")
    first = await keys_of(vera)
    user, device = vera.bot, next(iter(first["device_keys"][vera.bot].values()))
    master, own = first["master_keys"][user], first["self_signing_keys"][user]
    verified(own, user, next(iter(master["keys"])))
    verified(device, user, next(iter(own["keys"])))
    assert "=" not in json.dumps([master, own, device])
    async with service(settings):
        await vera.says("/hilfe")
        await vera.reads("Das können Sie zu mir sagen")
    assert (await keys_of(vera))["master_keys"] == first["master_keys"]
    assert not any(word in (settings.data / "matrix" / "identity").read_text() for word in ("master", "signing"))
    (settings.data / "matrix" / "identity").unlink()
    adapter = MatrixAdapter(settings)
    with pytest.raises(Stopped, match="identity"):
        await listens(adapter, settings)


async def test_the_doctor_finds_what_is_wrong_with_matrix(settings: Settings, meets: Meets):
    dora = await meets("dora")
    assert "not signed in yet" in await doctor(settings)
    async with service(settings):
        await dora.opens_chat()
        await dora.says("hallo")
        await dora.reads("Sind Sie einverstanden?")
    well = await doctor(settings)
    assert f"signed in as {dora.bot}" in well
    assert "the device is cross-signed" in well
    (settings.data / "matrix").chmod(0o755)
    assert "run chmod 700" in await doctor(settings)
    nobody = settings.model_copy(update={"matrix_homeserver": "http://127.0.0.1:9"})
    assert "doesn't answer as a homeserver" in await doctor(nobody)


async def doctor(settings: Settings) -> str:
    return "\n".join([f"{one.text}; {one.remedy}" async for one in findings(settings)])


async def listens(adapter: MatrixAdapter, settings: Settings) -> None:
    async with assembled(settings, transports=(), now=real_time, mode="live") as lotse:

        async def nothing(_: object) -> tuple[str, ...]:
            return ()

        async with asyncio.timeout(60):
            await adapter.listen(Inside(storage=lotse.storage, turns=Turns(nothing), now=real_time))


async def keys_of(person: Human) -> dict[str, Any]:
    url = f"{person.client.homeserver}/_matrix/client/v3/keys/query"
    content = json.dumps({"device_keys": {person.bot: []}}).encode()
    request = Request(url, content, {"Authorization": f"Bearer {person.client.access_token}"})
    with await asyncio.to_thread(urlopen, request) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def verified(signed: dict[str, Any], user: str, by: str) -> None:
    """Raises InvalidSignature."""
    bare = {name: value for name, value in signed.items() if name not in ("signatures", "unsigned")}
    canonical = json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(by.removeprefix("ed25519:") + "="))
    key.verify(base64.b64decode(signed["signatures"][user][by] + "=="), canonical)
