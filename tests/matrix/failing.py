"""A homeserver that answers as it is told, in the recorded wire format, and somebody who listens to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.config import Settings, load
from adapters.inside import Inside, Turns
from adapters.matrix.adapter import MatrixAdapter
from bot.events import Incoming, Said
from storage.unit_of_work import Storage

ME, DEVICE, MIRIAM = "@lotse:town.example", "LOTSE", "@miriam:town.example"
ROOM = "!room"
Step = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answers(status: int, body: Any) -> Step:
    async def step(_: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="application/json")
        return web.json_response(body, status=status)

    return step


def said(text: str, event: str, sender: str = MIRIAM, **content: Any) -> dict[str, Any]:
    return {
        "type": "m.room.message",
        "sender": sender,
        "event_id": event,
        "origin_server_ts": 2,
        "content": {"msgtype": "m.text", "body": text, **content},
    }


def synced(
    token: str,
    *texts: str,
    event: str = "$e",
    events: Sequence[dict[str, Any]] = (),
    limited: bool = False,
    **rooms: dict[str, Any],
) -> Step:
    """A sync with what Miriam said in a direct chat, unencrypted, or with these events there; `rooms`: invitations."""
    member = [
        {"type": "m.room.member", "state_key": user, "sender": user, "event_id": f"$m{n}", "origin_server_ts": 1,
         "content": {"membership": "join"}}
        for n, user in enumerate((ME, MIRIAM))
    ]  # fmt: skip
    timeline = [*(said(text, f"{event}{n}") for n, text in enumerate(texts)), *events]
    room = {
        "summary": {"m.joined_member_count": 2, "m.invited_member_count": 0},
        "state": {"events": member},
        "timeline": {"events": timeline, "limited": limited, "prev_batch": "p"},
    }
    found = {"next_batch": token, "rooms": {"join": {ROOM: room}, **rooms}, "device_one_time_keys_count": {}}
    return answers(200, found)


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


class Homeserver:
    """Answers one sync after the other as it was told, then keeps the next one open."""

    def __init__(self, *steps: Step, device: str = DEVICE, **others: Step) -> None:
        """`others`: what is answered where the path contains this word."""
        self.steps = list(steps)
        self.syncs: list[str | None] = []
        self.queries: list[Mapping[str, str]] = []
        self.asked: list[tuple[str, Any]] = []
        self.heard = asyncio.Condition()
        self.done = asyncio.Event()
        self.others = others
        self.watched: MatrixAdapter | None = None
        self.states: list[str] = []  # of the adapter, at each sync
        app = web.Application()
        self.whoami = answers(200, {"user_id": ME, "device_id": device})
        app.router.add_get("/_matrix/client/{v}/account/whoami", self._whoami)
        app.router.add_get("/_matrix/client/{v}/sync", self._sync)
        app.router.add_route("*", "/{path:.*}", self._other)
        self.server = TestServer(app)

    async def _whoami(self, request: web.Request) -> web.StreamResponse:
        return await self.whoami(request)

    async def _other(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.asked.append((request.path, json.loads(body) if body else None))
        async with self.heard:
            self.heard.notify_all()
        step = next((step for word, step in self.others.items() if word in request.path), None)
        return await (step or answers(404, {"errcode": "M_UNRECOGNIZED", "error": "?"}))(request)

    async def hears(self, word: str, times: int = 1) -> list[Any]:
        """Waits for requests whose path contains this; what they carried."""
        async with asyncio.timeout(20), self.heard:
            await self.heard.wait_for(lambda: len(self.got(word)) >= times)
        return self.got(word)

    def got(self, word: str) -> list[Any]:
        return [body for path, body in self.asked if word in path]

    async def _sync(self, request: web.Request) -> web.StreamResponse:
        self.syncs.append(request.query.get("since"))
        self.states.append(self.watched.state.condition if self.watched else "")
        self.queries.append(request.query)
        if not self.steps:
            self.done.set()
            return await never(request)
        return await self.steps.pop(0)(request)


class Heard:
    """Whoever takes the turns; they may wait until `go_on`."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.all: list[Incoming] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def take(self, incoming: Incoming) -> tuple[str, ...]:
        await self.go_on.wait()
        self.all.append(incoming)
        if isinstance(incoming.what, Said):
            self.said.append(incoming.what.text)
        return ()


@asynccontextmanager
async def listening(
    homeserver: Homeserver,
    storage: Storage,
    folder: Path,
    *,
    heard: Heard | None = None,
    pauses: Sequence[float] = (0.01,),
    sign_again: Sequence[float] = (0.01,),
) -> AsyncIterator[tuple[MatrixAdapter, Heard]]:
    await homeserver.server.start_server()
    given = settings_for(homeserver, folder)
    adapter, heard = MatrixAdapter(given, wait=0, pauses=pauses, sign_again=sign_again), heard or Heard()
    homeserver.watched = adapter
    inside = Inside(storage=storage, turns=Turns(heard.take), now=lambda: datetime.now(UTC))
    task = asyncio.create_task(adapter.listen(inside))
    try:
        done = asyncio.create_task(homeserver.done.wait())
        await asyncio.wait([done, task], return_when=asyncio.FIRST_COMPLETED, timeout=20)
        if task.done():
            task.result()
        assert homeserver.done.is_set()
        if heard.go_on.is_set():
            await inside.turns.settled()
        yield adapter, heard
    finally:
        done.cancel()
        task.cancel()
        await asyncio.gather(task, done, return_exceptions=True)
        await homeserver.server.close()


def settings_for(homeserver: Homeserver, folder: Path) -> Settings:
    return load(
        data=folder,
        matrix_homeserver=str(homeserver.server.make_url("")).rstrip("/"),
        matrix_user=ME,
        matrix_token="token",
        matrix_device=DEVICE,
        matrix_store_key="a secret for the tests",
    )
