"""What Synapse can't be told to do: a homeserver of our own that fails as real ones do, in the recorded wire format."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.config import Settings, load
from adapters.inside import Inside, Stopped, Turns
from adapters.matrix.adapter import MatrixAdapter
from bot.events import Account, Address, Incoming, Said
from bot.hours import Kind
from bot.messages import Message, Text
from bot.ports import Delivery, TryLater
from storage.unit_of_work import Storage

ME, DEVICE = "@lotse:town.example", "LOTSE"
ROOM = "!room"
Step = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answers(status: int, body: Any) -> Step:
    async def step(_: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="application/json")
        return web.json_response(body, status=status)

    return step


def synced(token: str, *texts: str, event: str = "$e") -> Step:
    """A sync with what Miriam said in a direct chat, unencrypted."""
    member = [
        {"type": "m.room.member", "state_key": user, "sender": user, "event_id": f"$m{n}", "origin_server_ts": 1,
         "content": {"membership": "join"}}
        for n, user in enumerate((ME, "@miriam:town.example"))
    ]  # fmt: skip
    said = [
        {"type": "m.room.message", "sender": "@miriam:town.example", "event_id": f"{event}{n}", "origin_server_ts": 2,
         "content": {"msgtype": "m.text", "body": text}}
        for n, text in enumerate(texts)
    ]  # fmt: skip
    room = {
        "summary": {"m.joined_member_count": 2, "m.invited_member_count": 0},
        "state": {"events": member},
        "timeline": {"events": said, "limited": False, "prev_batch": "p"},
    }
    return answers(200, {"next_batch": token, "rooms": {"join": {ROOM: room}}, "device_one_time_keys_count": {}})


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


class Homeserver:
    """Answers one sync after the other as it was told, then keeps the next one open."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.syncs: list[str | None] = []
        self.signings = 0
        self.done = asyncio.Event()
        app = web.Application()
        app.router.add_get("/_matrix/client/{v}/account/whoami", answers(200, {"user_id": ME, "device_id": DEVICE}))
        app.router.add_get("/_matrix/client/{v}/sync", self._sync)
        app.router.add_post("/_matrix/client/{v}/keys/query", self._signing)
        app.router.add_route("*", "/{path:.*}", answers(404, {"errcode": "M_UNRECOGNIZED", "error": "?"}))
        self.server = TestServer(app)

    async def _signing(self, _: web.Request) -> web.StreamResponse:
        """The first step of it, refused."""
        self.signings += 1
        return web.json_response({"errcode": "M_UNKNOWN", "error": "?"}, status=500)

    async def _sync(self, request: web.Request) -> web.StreamResponse:
        self.syncs.append(request.query.get("since"))
        if not self.steps:
            self.done.set()
            return await never(request)
        return await self.steps.pop(0)(request)


class Heard:
    def __init__(self) -> None:
        self.said: list[str] = []

    async def take(self, incoming: Incoming) -> tuple[str, ...]:
        if isinstance(incoming.what, Said):
            self.said.append(incoming.what.text)
        return ()


@asynccontextmanager
async def listening(
    homeserver: Homeserver, storage: Storage, folder: Path, pause: float = 0.01
) -> AsyncIterator[tuple[MatrixAdapter, Heard]]:
    await homeserver.server.start_server()
    adapter, heard = MatrixAdapter(_settings(homeserver, folder), wait=0, pauses=(pause,)), Heard()
    inside = Inside(storage=storage, turns=Turns(heard.take), now=lambda: datetime.now(UTC))
    task = asyncio.create_task(adapter.listen(inside))
    try:
        done = asyncio.create_task(homeserver.done.wait())
        await asyncio.wait([done, task], return_when=asyncio.FIRST_COMPLETED, timeout=20)
        if task.done():
            task.result()
        assert homeserver.done.is_set()
        await inside.turns.settled()
        yield adapter, heard
    finally:
        done.cancel()
        task.cancel()
        await asyncio.gather(task, done, return_exceptions=True)
        await homeserver.server.close()


def _settings(homeserver: Homeserver, folder: Path) -> Settings:
    return load(
        data=folder,
        matrix_homeserver=str(homeserver.server.make_url("")).rstrip("/"),
        matrix_user=ME,
        matrix_token="token",
        matrix_device=DEVICE,
        matrix_store_key="a secret for the tests",
    )


@pytest.fixture
async def storage(sqlite_url: str) -> AsyncIterator[Storage]:
    opened = await Storage.open(sqlite_url)
    yield opened
    await opened.close()


async def test_the_first_start_acts_on_nothing_old(storage: Storage, tmp_path: Path):
    homeserver = Homeserver(synced("s1", "long ago"), synced("s2", "now", event="$f"))
    async with listening(homeserver, storage, tmp_path) as (adapter, heard):
        assert heard.said == ["now"]
        assert adapter.state.condition == "degraded"  # nobody could take the device's signature
    again = Homeserver(synced("s3", "later", event="$g"))
    async with listening(again, storage, tmp_path) as (_, heard):
        assert heard.said == ["later"]
        assert again.syncs[0] == "s2"


async def test_a_refused_signature_is_not_asked_for_with_each_sync(storage: Storage, tmp_path: Path):
    homeserver = Homeserver(*(synced(f"s{number}") for number in range(5)))
    async with listening(homeserver, storage, tmp_path, pause=3600):
        assert homeserver.signings == 1


@pytest.mark.parametrize(
    "failure",
    [
        answers(502, "<html>bad gateway</html>"),
        answers(500, {"errcode": "M_UNKNOWN", "error": "?"}),
        answers(200, "{not json"),
        answers(200, {"next_batch": 7, "rooms": []}),
        answers(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "?", "soft_logout": True}),
        answers(429, {"errcode": "M_LIMIT_EXCEEDED", "error": "?", "retry_after_ms": 10}),
    ],
    ids=["502", "500", "no json", "no sync", "soft logout", "429"],
)
async def test_after_a_failure_it_goes_on_where_it_was(storage: Storage, tmp_path: Path, failure: Step):
    homeserver = Homeserver(synced("s1"), failure, failure, synced("s2", "hallo"))
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]
    assert homeserver.syncs[:5] == [None, "s1", "s1", "s1", "s2"]


async def test_the_same_token_again_still_brings_its_events(storage: Storage, tmp_path: Path):
    """nio ignores an answer whose `next_batch` it already has."""
    homeserver = Homeserver(synced("s1"), answers(502, "?"), synced("s1", "hallo"))
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]


async def test_a_replay_is_answered_once(storage: Storage, tmp_path: Path):
    homeserver = Homeserver(synced("s1"), synced("s2", "hallo"), synced("s3", "hallo"))
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]


async def test_a_revoked_token_stops_it(storage: Storage, tmp_path: Path):
    homeserver = Homeserver(synced("s1"), answers(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "?"}))
    with pytest.raises(Stopped, match="sign in anew"):
        async with listening(homeserver, storage, tmp_path):
            pass


async def test_two_processes_dont_share_a_device(storage: Storage, tmp_path: Path):
    async with listening(Homeserver(synced("s1")), storage, tmp_path):
        with pytest.raises(Stopped, match="another process"):
            async with listening(Homeserver(synced("s1")), storage, tmp_path):
                pass


async def test_before_it_is_connected_everything_waits(tmp_path: Path):
    homeserver = Homeserver()
    await homeserver.server.start_server()
    adapter = MatrixAdapter(_settings(homeserver, tmp_path))
    await homeserver.server.close()
    delivery = Delivery(
        key="m_1", account=Account("matrix:@miriam:town.example"), platform="matrix", address=Address(ROOM), person=None,
        kind=Kind.ANSWER, about=None, message=Message(blocks=(Text(text="hallo"),)), due=datetime.now(UTC), attempts=0,
    )  # fmt: skip
    assert isinstance(await adapter.transport.deliver(delivery), TryLater)
