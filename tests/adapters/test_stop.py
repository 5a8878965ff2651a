"""A service that is stopped while people write and answers are on their way: nothing is cut off, nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from adapters.app import run
from adapters.config import load
from adapters.inside import Inside, State
from bot.events import Account, Address, Incoming, Said
from bot.ports import Capabilities, Delivered, Delivery, Outcome, Uncertain


class Pigeons:
    """A platform that closes its connection when it isn't listening any more, as Matrix does."""

    platform = "pigeon"
    capabilities = Capabilities()
    routes: Sequence[web.RouteDef] = ()
    state = State(condition="connected")

    def __init__(self) -> None:
        self.arrived: list[Account] = []
        self.news = asyncio.Condition()
        self.on_its_way = asyncio.Event()
        self.let_go = asyncio.Event()
        self._listening = asyncio.Event()
        self._closed = asyncio.Event()

    @property
    def transport(self) -> "Pigeons":
        return self

    async def listen(self, inside: Inside) -> None:
        self.inside = inside
        self._closed.clear()
        self._listening.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._closed.set()

    async def deliver(self, delivery: Delivery) -> Outcome:
        self.on_its_way.set()
        ways = [asyncio.create_task(event.wait()) for event in (self._closed, self.let_go)]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        if self._closed.is_set():
            return Uncertain(cause="connection closed")
        async with self.news:
            self.arrived.append(delivery.account)
            self.news.notify_all()
        return Delivered(remote_id=delivery.key)

    async def hears(self, who: str, text: str) -> None:
        """Into the inbox, and a turn for it."""
        await self._listening.wait()
        event = Incoming(
            id=f"{who}: {text}", platform=self.platform, account=Account(f"pigeon:{who}"), name=who,
            address=Address(who), at=datetime.now(UTC), what=Said(text=text),
        )  # fmt: skip
        async with self.inside.storage.unit() as uow:
            await uow.inbox.receive(event)
            await uow.commit()
        self.inside.turns.submit(event)


@asynccontextmanager
async def service(data: Path, pigeons: Pigeons) -> AsyncIterator[asyncio.Event]:
    """Runs until what it gives is set, or the block ends."""
    stop = asyncio.Event()
    running = asyncio.create_task(run(load(data=data, web_port=0), stop=stop, platforms=lambda _: [pigeons]))
    try:
        yield stop
    finally:
        stop.set()
        await running


async def test_what_is_on_its_way_arrives_and_who_writes_meanwhile_is_answered_by_the_next_start(tmp_path: Path):
    pigeons = Pigeons()
    async with asyncio.timeout(60):
        async with service(tmp_path, pigeons) as stop:
            await pigeons.hears("anna", "Hallo")
            await pigeons.on_its_way.wait()
            stop.set()
            await pigeons.hears("bert", "Guten Tag")
            pigeons.let_go.set()
        assert pigeons.arrived == [Account("pigeon:anna")]
        async with service(tmp_path, pigeons), pigeons.news:
            await pigeons.news.wait_for(lambda: len(pigeons.arrived) == 2)
    assert pigeons.arrived == [Account("pigeon:anna"), Account("pigeon:bert")]
