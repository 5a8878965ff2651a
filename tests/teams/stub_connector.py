"""The Bot Framework's service as far as a bot sees it: takes activities, and answers what the test wants, however bad."""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What reached the service."""

    method: str
    path: str
    token: str | None
    body: Any
    id: str | None = None  # of the activity that came of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """How the next request is answered; without a status it `hangs` or the connection is `reset`."""

    status: int | None = None
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    hangs: bool = False
    after_taking: bool = False  # the message arrives before it goes wrong


class Stub:
    """`requests` is everything that came, `taken` the activities that were accepted, by conversation."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.taken: list[tuple[str, Request]] = []
        self.fates: list[Fate] = []
        self.refuses: dict[str, Fate] = {}  # how everything for this conversation is answered
        self.numbers = itertools.count(1)
        self.hanging = asyncio.Event()
        self.let_go = asyncio.Event()
        self._arrived = asyncio.Event()
        self.app = web.Application(client_max_size=1 << 20)
        self.app.router.add_route("*", "/{region}/v3/conversations", self._conversations)
        self.app.router.add_route("*", "/{region}/v3/conversations/{id}/activities", self._activities)
        self.app.router.add_route("*", "/{region}/v3/conversations/{id}/activities/{activity}", self._activities)

    def sent_to(self, conversation: str) -> list[dict[str, Any]]:
        """As it was first sent."""
        return [one.body for where, one in self.taken if where == conversation and one.method == "POST"]

    def stands_in(self, conversation: str) -> dict[str, dict[str, Any]]:
        """What is to be seen there now, by the activity's id: updates have taken the place of what they update."""
        return {str(one.id): one.body for where, one in self.taken if where == conversation}

    async def arrival(self) -> None:
        """Until the next activity has been taken."""
        await self._arrived.wait()
        self._arrived.clear()

    async def _conversations(self, request: web.Request) -> web.Response:
        seen = await self._note(request, None)
        spoiled = await self._fate(request)
        if spoiled is not None:
            return spoiled
        return web.json_response({"id": f"a:opened-{seen.body['members'][0]['id']}"}, status=201)

    async def _activities(self, request: web.Request) -> web.Response:
        where = request.match_info["id"]
        named = request.match_info.get("activity") or f"activity-{next(self.numbers)}"
        seen = await self._note(request, named)
        if self.fates and self.fates[0].after_taking:
            self.taken.append((where, seen))
        spoiled = await self._fate(request, where)
        if spoiled is not None:
            return spoiled
        self.taken.append((where, seen))
        self._arrived.set()
        return web.json_response({"id": named}, status=200 if request.method == "PUT" else 201)

    async def _note(self, request: web.Request, named: str | None) -> Request:
        header = request.headers.get("Authorization")
        body = await request.json() if request.can_read_body else None
        token = header.removeprefix("Bearer ") if header else None
        seen = Request(method=request.method, path=request.path, token=token, body=body, id=named)
        self.requests.append(seen)
        return seen

    async def _fate(self, request: web.Request, where: str = "") -> web.Response | None:
        fate = self.refuses.get(where) or (self.fates.pop(0) if self.fates else None)
        if fate is None:
            return None
        if fate.hangs:
            self.hanging.set()
            await self.let_go.wait()
            return web.Response(status=500)
        if fate.status is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fate.body is not None:
            return web.Response(status=fate.status, headers=fate.headers, body=fate.body)
        return web.json_response(
            {"error": {"code": fate.code, "message": "a text that must not matter"}},
            status=fate.status,
            headers=fate.headers,
        )
