"""A gateway between the bot and a real homeserver that can keep a request back, until something else has happened."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer

PASSED_ON = ("Authorization", "Content-Type")


class Gateway:
    """Hands everything on. `keeps_back`: the next request whose path contains these words, until `lets_go`."""

    def __init__(self, homeserver: str, session: ClientSession) -> None:
        self._homeserver = homeserver
        self._session = session
        self._words: str | None = None
        self._go = asyncio.Event()
        self.kept = asyncio.Event()  # a request is being kept back
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self.server = TestServer(app)

    def keeps_back(self, words: str) -> None:
        self._words = words

    def lets_go(self) -> None:
        self._go.set()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self._words is not None and self._words in request.path:
            self._words = None
            self.kept.set()
            await self._go.wait()
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        url = f"{self._homeserver}{request.raw_path}"
        async with self._session.request(request.method, url, data=body, headers=headers) as answer:
            return web.Response(
                status=answer.status, body=await answer.read(), headers={"Content-Type": answer.headers["Content-Type"]}
            )


@asynccontextmanager
async def gateway(homeserver: str) -> AsyncIterator[tuple[Gateway, str]]:
    """And its address."""
    async with ClientSession(timeout=ClientTimeout(total=90)) as session:
        made = Gateway(homeserver, session)
        await made.server.start_server()
        try:
            yield made, str(made.server.make_url("")).rstrip("/")
        finally:
            made.lets_go()
            await made.server.close()
