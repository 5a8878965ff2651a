"""What every platform may rely on: turns in order, nothing given up at the first failure, one that is down leaves the others alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters.beside import beside
from adapters.config import load
from adapters.inside import Inside, State, Stopped, Turns, kept_up
from adapters.web import application
from adapters.web.metrics import Metrics
from bot.events import Incoming
from bot.ports import Capabilities, Delivered, Delivery, Outcome
from storage.unit_of_work import Storage
from tests.adapters.test_web import Beats
from tests.storage.samples import NOW, incoming


class Core:
    """Takes turns, and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.taken: list[str] = []
        self.busy = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()

    async def take(self, what: Incoming) -> tuple[str, ...]:
        self.busy.set()
        await self.go.wait()
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        self.taken.append(what.id)
        return (f"answer to {what.id}",)


async def test_events_of_one_person_are_taken_in_order_and_nobody_waits_for_a_stranger():
    core = Core()
    turns = Turns(core.take)
    core.go.clear()
    first = turns.submit(incoming("console:vogt", event="1"))
    second = turns.submit(incoming("console:vogt", event="2"))
    await core.busy.wait()
    other = turns.submit(incoming("console:seidl", event="other"))
    core.go.set()
    assert await first == ("answer to 1",)
    assert await second == ("answer to 2",)
    assert await other == ("answer to other",)
    assert core.taken.index("1") < core.taken.index("2")


async def test_a_turn_that_failed_is_taken_again_before_the_next_one_of_this_person():
    core = Core(failures=2)
    turns = Turns(core.take, again=(0.0, 0.0))
    turns.submit(incoming("console:vogt", event="1"))
    turns.submit(incoming("console:vogt", event="2"))
    await turns.settled()
    assert core.taken == ["1", "2"]


async def test_what_can_not_be_done_is_left_to_the_inbox_and_the_next_one_goes_on():
    core = Core(failures=2)
    turns = Turns(core.take, again=(0.0,))
    assert await turns.submit(incoming("console:vogt", event="1")) is None
    assert await turns.submit(incoming("console:vogt", event="2")) == ("answer to 2",)


async def test_only_a_turn_that_is_over_has_kept_its_event():
    core = Core()
    turns = Turns(core.take, again=())
    assert await turns.within(incoming("console:vogt", event="1"), 10.0)
    core.go.clear()
    assert not await turns.within(incoming("console:vogt", event="late"), 0.0)
    core.go.set()
    await turns.settled()
    assert core.taken == ["1", "late"]
    core.failures = 1
    assert not await turns.within(incoming("console:vogt", event="failed"), 10.0)
    await turns.stop(10.0)
    assert not await turns.within(incoming("console:vogt", event="too late"), 10.0)


async def test_a_stop_does_not_wait_for_ever():
    core = Core()
    core.go.clear()
    turns = Turns(core.take)
    turn = turns.submit(incoming("console:vogt", event="1"))
    await core.busy.wait()
    await turns.settled(0.0)
    assert turn.cancelled()
    assert core.taken == []


async def test_what_is_heard_during_a_stop_begins_no_turn():
    core = Core()
    turns = Turns(core.take)
    first = turns.submit(incoming("console:vogt", event="1"))
    await turns.stop(10.0)
    assert await first == ("answer to 1",)
    assert await turns.submit(incoming("console:seidl", event="2")) is None
    assert core.taken == ["1"]


class Platform:
    """An adapter whose fate the test decides."""

    platform = "pigeon"
    capabilities = Capabilities()
    routes: Sequence[web.RouteDef] = ()

    def __init__(self, *fates: Exception) -> None:
        self.fates = list(fates)
        self.started = 0
        self.connected = asyncio.Event()
        self.state = State()

    @property
    def transport(self) -> "Platform":
        return self

    async def deliver(self, delivery: Delivery) -> Outcome:
        del delivery
        return Delivered()

    async def listen(self, inside: Inside) -> None:
        del inside
        self.started += 1
        if self.fates:
            self.state = State(condition="failed", detail="gone")
            raise self.fates.pop(0)
        self.state = State(condition="connected")
        self.connected.set()
        await asyncio.Event().wait()


@pytest.fixture
async def storage(data: Path) -> AsyncIterator[Storage]:
    async with beside(load(data=data)) as lotse:
        yield lotse.storage


def inside(storage: Storage) -> Inside:
    return Inside(storage=storage, turns=Turns(Core().take), now=lambda: NOW)


async def test_a_platform_that_failed_is_started_again(storage: Storage):
    platform = Platform(OSError("no route"), ValueError("malformed"))
    listening = asyncio.create_task(kept_up(platform, inside(storage), pauses=(0.0,)))
    await platform.connected.wait()
    assert platform.started == 3
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


async def test_one_that_needs_somebody_to_act_is_not(storage: Storage, caplog: pytest.LogCaptureFixture):
    platform = Platform(Stopped("log in again: lotse login"))
    await kept_up(platform, inside(storage), pauses=(0.0,))
    assert platform.started == 1


async def condition(storage: Storage, *platforms: Platform) -> tuple[int, dict[str, object], str]:
    async with TestClient(TestServer(application(storage, Beats(), Metrics(), platforms))) as client:
        ready = await client.get("/readyz")
        page = await (await client.get("/metrics")).text()
        return ready.status, await ready.json(), page


async def test_a_platform_that_is_down_is_shown_and_leaves_the_others_in_service(storage: Storage):
    well, down = Platform(), Platform()
    down.platform = "drums"
    well.state, down.state = State(condition="connected"), State(condition="bad credentials")
    status, body, page = await condition(storage, well, down)
    assert (status, body) == (
        200,
        {"status": "ready", "platforms": {"pigeon": "connected", "drums": "bad credentials"}},
    )
    assert 'lotse_platform{platform="drums",state="bad credentials"} 1.0' in page


async def test_with_no_platform_connected_nobody_is_served(storage: Storage):
    status, body, _ = await condition(storage, Platform())
    assert status == 503
    assert body["problems"] == ["no platform is connected"]


async def test_a_platform_serves_its_own_addresses(storage: Storage):
    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="coo")

    platform = Platform()
    platform.routes = [web.get("/pigeon", hello)]
    async with TestClient(TestServer(application(storage, Beats(), Metrics(), [platform]))) as client:
        assert await (await client.get("/pigeon")).text() == "coo"
