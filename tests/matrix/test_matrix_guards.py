"""What matrix-nio 0.26 gets wrong, shown to be guarded on a real homeserver; each test says what would happen without."""

import asyncio
import json
from typing import Any
from urllib.request import Request, urlopen

from nio.crypto import OlmDevice

from adapters.config import Settings
from adapters.matrix.local_synapse import Homeserver
from tests.matrix.conftest import Meets, service
from tests.matrix.people import PATIENCE, Human
from tests.matrix.test_matrix_stories import settled_in


async def ask(person: Human, method: str, path: str, content: Any = None) -> dict[str, Any]:
    """A request in this person's name that no client would make like this."""
    return await asyncio.to_thread(_asked, person, method, path, content)


def _asked(person: Human, method: str, path: str, content: Any) -> dict[str, Any]:
    data = None if content is None else json.dumps(content).encode()
    headers = {"Authorization": f"Bearer {person.client.access_token}", "Content-Type": "application/json"}
    url = f"{person.client.homeserver}/_matrix/client/v3/{path}"
    with urlopen(Request(url, data, headers, method=method)) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


async def device_of(person: Human) -> dict[str, Any]:
    """The bot's, as everybody can see it."""
    found = await ask(person, "POST", "keys/query", {"device_keys": {person.bot: []}})
    device: dict[str, Any] = next(iter(found["device_keys"][person.bot].values()))
    return device


async def test_a_pool_of_one_time_keys_that_ran_dry_is_filled_again(settings: Settings, meets: Meets):
    """nio takes a count of 0 for "not told": nobody with a new device could write to the bot ever again."""
    greta = await meets("greta")
    async with service(settings):
        await greta.opens_chat()
        await greta.reads("Sind Sie einverstanden?")
    device = (await device_of(greta))["device_id"]
    wanted = {"one_time_keys": {greta.bot: {device: "signed_curve25519"}}}

    async def claimed() -> bool:
        return bool((await ask(greta, "POST", "keys/claim", wanted))["one_time_keys"].get(greta.bot))

    while await claimed():
        pass
    async with service(settings), asyncio.timeout(PATIENCE):
        while not await claimed():
            await greta.sync(500)


async def test_rubbish_to_the_device_of_the_bot_ends_nothing(settings: Settings, meets: Meets):
    """nio lets a message that it can't decrypt escape from `sync`, for ever with the same token."""
    mallory, lena = await meets("mallory"), await meets("lena")
    async with service(settings):
        await lena.opens_chat()
        device = await device_of(mallory)
        mine = device["keys"][f"curve25519:{device['device_id']}"]
        for number, (kind, body) in enumerate([(0, "AwogGARBAGE"), (1, "AwogGARBAGE"), (7, ""), ("0", {})]):
            broken = {
                "algorithm": "m.olm.v1.curve25519-aes-sha2",
                "sender_key": mine,
                "ciphertext": {mine: {"type": kind, "body": body}},
            }
            content = {"messages": {mallory.bot: {device["device_id"]: broken}}}
            await ask(mallory, "PUT", f"sendToDevice/m.room.encrypted/rubbish{number}", content)
        await lena.reads("Sind Sie einverstanden?")
        await lena.says("hilfe")
        await lena.reads("Kontakte finden")


async def test_what_could_not_be_decrypted_is_answered_when_its_key_has_come(settings: Settings, meets: Meets):
    """nio hands over the event as it is; it is kept, said once a day at most, and fetched again."""
    ida = await meets("ida")
    async with service(settings):
        await settled_in(ida, "Siegburg")
        olm = ida.client.olm
        assert olm is not None
        olm.create_outbound_group_session(ida.room)
        session = olm.outbound_group_sessions[ida.room]
        key = session.session_key
        session.shared = True  # so her client thinks
        await ida.says("wer kennt sich mit der e-akte aus?")
        await ida.reads("nicht entschlüsseln")
        await ida.says("wer kennt sich mit dem bürgerbüro aus?")
        content = {
            "algorithm": "m.megolm.v1.aes-sha2",
            "room_id": ida.room,
            "session_id": session.id,
            "session_key": key,
        }
        device: OlmDevice = next(iter(ida.client.device_store.active_user_devices(ida.bot)))
        encrypted = olm._olm_encrypt(olm.session_store.get(device.curve25519), device, "m.room_key", content)
        messages = {"messages": {ida.bot: {device.id: encrypted}}}
        await ask(ida, "PUT", "sendToDevice/m.room.encrypted/late", messages)
        assert "E-Akte" in await ida.reads("E-Akte")
        await ida.until(lambda: "Bürgerbüro" in ida._text(0))
    assert ida._text(0).count("nicht entschlüsseln") == 1


async def test_two_bots_in_one_room_leave_each_other_alone(
    settings: Settings, meets: Meets, homeserver: Homeserver, tmp_path: Any
):
    """Answers mention nobody, and only who is mentioned answers; and where two bots are alone, notices aren't heard."""
    rosa = await meets("rosa")
    other = homeserver.register("lotsentwo", "password")
    second = settings.model_copy(update={"matrix_user": other, "data": tmp_path / "second"})
    async with service(settings):
        await rosa.opens_chat()
        await rosa.says("hallo")
        await rosa.reads("Sind Sie einverstanden?")
        async with service(second):
            made = await rosa.client.room_create(invite=[rosa.bot, other])
            room = made.room_id
            await rosa.until(lambda: room in rosa.client.rooms and rosa.client.rooms[room].joined_count == 3)
            await rosa.says("Lotse und Lotse, hallo", room=room, **{"m.mentions": {"user_ids": [rosa.bot, other]}})
            await rosa.until(lambda: {one["sender"] for one in _in(rosa, room)} == {rosa.bot, other})
            await rosa.says("hilfe", room=room, **{"m.mentions": {"user_ids": [rosa.bot]}})
            await rosa.until(lambda: sum(one["sender"] == rosa.bot for one in _in(rosa, room)) == 2)
            between = await ask(rosa, "GET", f"rooms/{room}/messages?dir=b&limit=100")
            said = [one["sender"] for one in between["chunk"] if one["type"] == "m.room.message"]
            assert sorted(said) == sorted([rosa.user] * 2 + [rosa.bot] * 2 + [other])

            await rosa.client.room_leave(room)
            kept = json.loads((second.matrix_store / "session.json").read_text())
            mine = rosa.client.access_token
            rosa.client.access_token = kept["token"]  # the other bot's own hand, in a room of two
            notice = {"msgtype": "m.notice", "body": "Ich schreibe Ihnen direkt.", "m.mentions": {}}
            last = await ask(rosa, "PUT", f"rooms/{room}/send/m.room.message/alone", notice)
            rosa.client.access_token = mine
            for number in range(2):
                await rosa.says(f"/hilfe {number}")
                await rosa.until(lambda number=number: rosa._text(0).count("Das können Sie zu mir sagen") == number + 1)
            rosa.client.access_token = kept["token"]
            between = await ask(rosa, "GET", f"rooms/{room}/messages?dir=b&limit=100")
    assert between["chunk"][0]["event_id"] == last["event_id"]


def _in(person: Human, room: str) -> list[dict[str, Any]]:
    return [one for one in person.seen if one["room_id"] == room and one["type"] == "m.room.message"]


async def test_an_answered_question_loses_its_buttons_and_other_clients_know_the_direct_chat(
    settings: Settings, meets: Meets
):
    """A reaction is taken back by a redaction; `m.direct` keeps what other clients of the bot wrote into it."""
    rita = await meets("ritathree")
    async with service(settings):
        await rita.opens_chat()
        await rita.says("hallo")
        await rita.reads("Sind Sie einverstanden?")
        await rita.until(lambda: sum(one["type"] == "m.reaction" for one in rita.seen) == 2)
        asked = next(one for one in rita.seen if "Sind Sie einverstanden?" in str(one["content"].get("body")))
        shown = [one for one in rita.seen if one["type"] == "m.reaction"]
        assert {one["content"]["m.relates_to"]["key"] for one in shown} == {"1️⃣", "2️⃣"}
        await rita.presses(asked["event_id"], "1️⃣")
        await rita.reads("In welcher Kommune arbeiten Sie?")
        for one in shown:
            await rita.until(lambda one=one: one["event_id"] in rita.redacted)
    kept = json.loads((settings.matrix_store / "session.json").read_text())
    rita.client.access_token, rita.user = kept["token"], kept["user"]  # the bot's own eyes
    direct = await ask(rita, "GET", f"user/{rita.bot}/account_data/m.direct")
    assert direct == {rita.client.user_id: [rita.room]}


async def test_an_answer_stays_in_its_thread(settings: Settings, meets: Meets):
    thea = await meets("thea")
    async with service(settings):
        await settled_in(thea, "Siegburg")
        root = await thea.says("guten morgen")
        await thea.reads("Guten Tag")
        within = {
            "rel_type": "m.thread",
            "event_id": root,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": root},
        }
        asked = await thea.says("/hilfe", **{"m.relates_to": within})
        await thea.reads("Das können Sie zu mir sagen")
        answer = next(one for one in thea.seen if "Das können Sie" in str(one["content"].get("body")))
        assert answer["content"]["m.relates_to"] == {**within, "m.in_reply_to": {"event_id": asked}}
        await thea.says("/hilfe")
        await thea.until(lambda: thea._text(0).count("Das können Sie zu mir sagen") == 2)
        assert "m.relates_to" not in thea.seen[-1]["content"]


async def test_an_edit_during_a_downtime_replaces_and_one_afterwards_asks(settings: Settings, meets: Meets):
    """An edit comes as a message that begins with an asterisk."""
    emma = await meets("emma")
    async with service(settings):
        await settled_in(emma, "Siegburg")
    first = await emma.says("wer kennt sich mit der e-bakte aus?")
    await _edits(emma, first, "wer kennt sich mit der e-akte aus?")
    async with service(settings):
        assert "E-Akte" in await emma.reads("E-Akte")
        await _edits(emma, first, "wer kennt sich mit dem bürgerbüro aus?")
        await emma.reads("auf die ich schon reagiert habe")
        await emma.says("ja")
        await emma.reads("Bürgerbüro")


async def _edits(person: Human, event: str, text: str) -> None:
    new = {"msgtype": "m.text", "body": text}
    relation = {"rel_type": "m.replace", "event_id": event}
    await person.says(f"* {text}", **{"m.new_content": new, "m.relates_to": relation})
