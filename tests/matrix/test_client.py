"""The guards around matrix-nio 0.26; each test says for which behaviour of nio its guard is there."""

import asyncio
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from nio import AsyncClient, SyncResponse
from nio.crypto import InboundGroupSession, OlmDevice, OutboundGroupSession

from adapters.matrix.client import Client, Plaintext
from bot.ports import Delivered, TryLater, Undeliverable

ROOM = "!room"
BODY = {"msgtype": "m.notice", "body": "Guten Tag"}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Homeserver:
    """Answers sends as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: Answer = self._sent
        self.paths: list[str] = []
        self.bodies: list[str] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self.server = TestServer(app)

    def says(self, status: int, body: dict[str, Any], **headers: str) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.json_response(body, status=status, headers=headers)

        self.answers = answer

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        self.bodies.append(await request.text())
        return await self.answers(request)

    async def _sent(self, _: web.Request) -> web.Response:
        return web.json_response({"event_id": "$event"})


@pytest.fixture
async def homeserver() -> AsyncIterator[Homeserver]:
    made = Homeserver()
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture
async def client(homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Client]:
    url = str(homeserver.server.make_url(""))
    made = Client(url, "@lotse:example.org", device="LOTSE", token="token", store=tmp_path / "store", key="secret")
    yield made
    await made.close()


async def sync(
    client: AsyncClient,
    *,
    keys: int = 50,
    to_device: list[dict[str, Any]] | None = None,
    timeline: list[dict[str, Any]] | None = None,
) -> None:
    """A sync in which the bot is in one room that isn't encrypted."""
    state = {
        "type": "m.room.member",
        "state_key": "@lotse:example.org",
        "sender": "@lotse:example.org",
        "event_id": "$join",
        "origin_server_ts": 1,
        "content": {"membership": "join"},
    }
    room = {
        "timeline": {"events": timeline or [], "limited": False, "prev_batch": "p"},
        "state": {"events": [state]},
        "ephemeral": {"events": []},
        "account_data": {},
    }
    room["account_data"] = {"events": []}
    found = SyncResponse.from_dict(
        {
            "next_batch": f"{client.next_batch}+",  # nio ignores an answer with the token it has
            "device_one_time_keys_count": {"signed_curve25519": keys},
            "device_lists": {"changed": [], "left": []},
            "to_device": {"events": to_device or []},
            "rooms": {"join": {ROOM: room}, "invite": {}, "leave": {}},
            "presence": {"events": []},
            "account_data": {"events": []},
        }
    )
    assert isinstance(found, SyncResponse)
    await client.receive_response(found)


async def test_the_delivery_key_is_the_transaction_id(client: Client, homeserver: Homeserver):
    await sync(client)
    assert await client.send_event(ROOM, "m.room.message", BODY, "key-1") == Delivered(remote_id="$event")
    assert homeserver.paths[-1].endswith("/send/m.room.message/key-1")


@pytest.mark.parametrize(
    ("status", "body", "headers", "outcome"),
    [
        (
            429,
            {"errcode": "M_LIMIT_EXCEEDED", "error": "", "retry_after_ms": 7000},
            {},
            TryLater(seconds=7, cause="429"),
        ),
        (429, {"errcode": "M_LIMIT_EXCEEDED", "error": ""}, {"Retry-After": "9"}, TryLater(seconds=9, cause="429")),
        (403, {"errcode": "M_FORBIDDEN", "error": ""}, {}, Undeliverable(cause="room left")),
        (413, {"errcode": "M_TOO_LARGE", "error": ""}, {}, Undeliverable(cause="message too large")),
        (401, {"errcode": "M_UNKNOWN_TOKEN", "error": ""}, {}, TryLater(seconds=60, cause="401")),
        (502, {}, {}, TryLater(cause="502")),
    ],
)
async def test_what_the_homeserver_says_becomes_an_outcome_after_one_request(
    client: Client, homeserver: Homeserver, status: int, body: dict[str, Any], headers: dict[str, str], outcome: object
):
    """nio waits inside the send on 429, and returns the other errors as if nothing were wrong."""
    await sync(client)
    homeserver.says(status, body, **headers)
    assert await client.send_event(ROOM, "m.room.message", BODY, "key-1") == outcome
    assert len(homeserver.paths) == 1


async def test_a_homeserver_that_is_gone_is_tried_later(client: Client, homeserver: Homeserver):
    """nio tries a connection again for ever."""
    await sync(client)
    await homeserver.server.close()
    assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-1"), TryLater)


async def test_a_connection_that_breaks_off_is_tried_later(client: Client, homeserver: Homeserver):
    async def breaks_off(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    await sync(client)
    homeserver.answers = breaks_off
    assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-1"), TryLater)


async def test_a_cancelled_send_goes_on_to_its_end(client: Client, homeserver: Homeserver):
    """nio keeps the room's session shared by halves when a send is cancelled, and hangs from then on."""
    asked, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slowly(_: web.Request) -> web.Response:
        asked.set()
        await go_on.wait()
        ended.set()
        return web.json_response({"event_id": "$event"})

    await sync(client)
    homeserver.answers = slowly
    sending = asyncio.create_task(client.send_event(ROOM, "m.room.message", BODY, "key-1"))
    await asked.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert len(client._sends) == 1
    go_on.set()
    await asyncio.gather(*client._sends)
    assert ended.is_set()


async def test_nothing_leaves_in_plain_text_where_the_store_is_missing(client: Client, homeserver: Homeserver):
    """nio sends plain text into encrypted rooms when no store is loaded."""
    await sync(client)
    client.rooms[ROOM].encrypted = True
    client.olm = None
    for room in (ROOM, "!never seen"):
        with pytest.raises(Plaintext):
            await client.send_event(room, "m.room.message", BODY, "key-1")
    assert homeserver.paths == []
    client.rooms[ROOM].encrypted = False
    assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-1"), Delivered)


def garbage(client: AsyncClient) -> dict[str, Any]:
    assert client.olm is not None
    mine = client.olm.account.identity_keys["curve25519"]
    return {
        "type": "m.room.encrypted",
        "sender": "@stranger:example.org",
        "content": {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "sender_key": mine,
            "ciphertext": {mine: {"type": 0, "body": "AwogGARBAGE"}},
        },
    }


async def test_a_strangers_garbage_leaves_the_sync_alone(client: Client, homeserver: Homeserver, tmp_path: Path):
    """nio lets the error of one malformed to-device message out of `sync`, for ever."""
    await sync(client, to_device=[garbage(client)])
    assert ROOM in client.rooms
    bare = AsyncClient(client.homeserver, client.user_id, "BARE", str(tmp_path))
    bare.restore_login("@lotse:example.org", "BARE", "token")
    with pytest.raises(Exception, match=r".+"):
        await sync(bare, to_device=[garbage(bare)])
    await bare.close()


async def test_an_empty_pool_of_one_time_keys_is_filled_again(client: Client):
    """nio takes 0 for "not told"."""
    assert client.olm is not None
    client.olm.account.shared = True
    await sync(client, keys=50)
    assert not client.should_upload_keys
    await sync(client, keys=0)
    assert client.should_upload_keys


async def test_the_store_is_private_and_opens_with_its_own_key_only(client: Client, tmp_path: Path):
    """nio encrypts it with a constant that everybody knows."""
    folder = tmp_path / "store"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    client.store.database.close()
    for key in ("DEFAULT_KEY", "another"):
        with pytest.raises(Exception, match=r"(?i)decrypt|pickle|mac|base64"):
            Client(client.homeserver, client.user_id, device="LOTSE", token="token", store=folder, key=key)
    again = Client(client.homeserver, client.user_id, device="LOTSE", token="token", store=folder, key="secret")
    assert again.olm is not None
    assert client.olm is not None
    assert again.olm.account.identity_keys == client.olm.account.identity_keys
    await again.close()


# ---------------------------------------------------------------- the key of a room


@pytest.fixture
async def jens(client: Client, homeserver: Homeserver, tmp_path: Path) -> AsyncIterator[Client]:
    """Somebody in the room, which is encrypted; his device is known, and no session with it yet."""
    url = str(homeserver.server.make_url(""))
    made = Client(url, "@jens:example.org", device="JENS", token="token", store=tmp_path / "jens", key="secret")
    assert made.olm is not None
    await sync(client)
    room = client.rooms[ROOM]
    room.encrypted, room.members_synced = True, True
    room.add_member(made.user_id, "Jens", None)
    device = OlmDevice(made.user_id, "JENS", made.olm.account.identity_keys)
    client.device_store.add(device)
    client.store.save_device_keys({made.user_id: {"JENS": device}})
    yield made
    await made.close()


async def well(request: web.Request) -> web.Response:
    return web.json_response({} if "sendToDevice" in request.path else {"event_id": "$event"})


def knows(client: Client, jens: Client) -> None:
    assert client.olm is not None
    assert jens.olm is not None
    jens.olm.account.generate_one_time_keys(1)
    (one_time_key,) = jens.olm.account.one_time_keys["curve25519"].values()
    client.olm.create_session(one_time_key, jens.olm.account.identity_keys["curve25519"])


async def test_a_key_that_wasnt_handed_out_is_no_key(client: Client, homeserver: Homeserver, jens: Client):
    """nio takes it for shared whatever the homeserver says, and nobody can read what follows."""
    knows(client, jens)
    homeserver.says(500, {"errcode": "M_UNKNOWN", "error": "?"})
    assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-1"), TryLater)
    assert not [path for path in homeserver.paths if "/send/" in path]
    homeserver.paths.clear()
    homeserver.answers = well
    assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-1"), Delivered)
    first, second = homeserver.paths
    assert "sendToDevice" in first
    assert "/send/m.room.encrypted/key-1" in second


async def test_a_device_that_came_with_the_question_can_read_the_answer(
    client: Client, homeserver: Homeserver, jens: Client, tmp_path: Path
):
    """nio asks for the keys of a changed device only before the next sync, and hands the room's key to the old ones."""
    knows(client, jens)
    homeserver.answers = well
    assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-1"), Delivered)
    tablet = Client(jens.homeserver, jens.user_id, device="TABLET", token="t", store=tmp_path / "t", key="secret")
    knows(client, tablet)
    assert tablet.olm is not None
    assert client.olm is not None
    keys = tablet.olm.share_keys()["device_keys"]
    refused = web.json_response({"errcode": "M_UNKNOWN", "error": "?"}, status=500)

    async def queried(request: web.Request) -> web.StreamResponse:
        found = {"device_keys": {jens.user_id: {"TABLET": keys}}, "failures": {}}
        return web.json_response(found) if "keys/query" in request.path else await well(request)

    async def not_now(request: web.Request) -> web.StreamResponse:
        return refused if "keys/query" in request.path else await well(request)

    client.olm.users_for_key_query.add(jens.user_id)
    homeserver.answers = not_now
    sent = len([path for path in homeserver.paths if "/send/" in path])
    assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-2"), TryLater)
    assert len([path for path in homeserver.paths if "/send/" in path]) == sent
    homeserver.answers = queried
    homeserver.bodies.clear()
    assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-2"), Delivered)
    assert any('"TABLET"' in body and "ciphertext" in body for body in homeserver.bodies)
    await tablet.close()


@pytest.mark.parametrize("failure", ["breaks off", "500"])
async def test_keys_that_cannot_be_claimed_hold_up_no_later_send(
    client: Client, homeserver: Homeserver, jens: Client, failure: str
):
    """nio leaves a mark behind on which every later send to the room waits for ever, or skips whose keys it has not."""

    async def fails(request: web.Request) -> web.Response:
        if failure == "500":
            return web.json_response({"errcode": "M_UNKNOWN", "error": "?"}, status=500)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    homeserver.answers = fails
    assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-1"), TryLater)
    assert not [path for path in homeserver.paths if "/send/" in path]
    knows(client, jens)
    homeserver.answers = well
    async with asyncio.timeout(20):
        assert isinstance(await client.send_event(ROOM, "m.room.message", BODY, "key-1"), Delivered)


@pytest.mark.parametrize("clear", ["[" * 20_000, "7", '"x"', "[]", "{}", '{"type": "m.room.message", "content": 7}'])
async def test_no_encrypted_content_ends_the_sync(client: Client, jens: Client, clear: str):
    """No homeserver sees it; nio lets out of `sync` what it breaks while it is read."""
    assert client.olm is not None
    assert jens.olm is not None
    mine = jens.olm.account.identity_keys
    session = OutboundGroupSession()
    session.shared = True
    known = InboundGroupSession(session.session_key, mine["ed25519"], mine["curve25519"], ROOM)
    client.olm.inbound_group_store.add(known)
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": session.encrypt(clear),
        "sender_key": mine["curve25519"],
        "session_id": session.id,
        "device_id": "JENS",
    }
    await sync(client, timeline=[{"type": "m.room.encrypted", "event_id": "$1", "sender": jens.user_id,
                                  "origin_server_ts": 1, "content": content}])  # fmt: skip
