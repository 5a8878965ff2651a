"""A homeserver that says "later": the account rests until then, and nothing is lost, given up, or held up elsewhere."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from adapters.matrix.buttons import Buttons
from adapters.matrix.client import Client
from adapters.matrix.courtesy import Courtesy
from adapters.matrix.rooms import Rooms
from adapters.matrix.threads import Threads
from adapters.matrix.transport import Connection, MatrixTransport
from bot.events import Address
from scheduler.delivery import Deliveries
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.matrix.test_client import ROOM, Homeserver, sync
from tests.scheduler.promises import NOW, FakePlatform, always, known, named, promise, rows
from tests.storage.samples import incoming

PEOPLE = [f"@person{number}:town.example" for number in range(20)]


@dataclass(slots=True)
class Slowed:
    """The clock of business and the machine's go on together."""

    homeserver: Homeserver
    other: FakePlatform
    now: datetime = NOW
    machine: float = 1_000.0
    deliveries: Deliveries | None = None

    async def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.machine += seconds
        assert self.deliveries is not None
        await self.deliveries.deliver_due()

    def refuses(self, *, body: int | None, header: str | None, where: str = "/send/") -> None:
        """All requests of a kind, from now on."""
        told = {"errcode": "M_LIMIT_EXCEEDED", "error": "?"} | ({} if body is None else {"retry_after_ms": body})
        headers = {} if header is None else {"Retry-After": header}

        async def answer(request: web.Request) -> web.Response:
            if where in request.path:
                return web.json_response(told, status=429, headers=headers)
            return await well(request)

        self.homeserver.answers = answer

    def goes_on(self) -> None:
        self.homeserver.answers = well

    def asked(self, where: str) -> int:
        return sum(where in path for path in self.homeserver.paths)


async def well(request: web.Request) -> web.Response:
    room = {"room_id": f"!made{len(request.path)}"} if "createRoom" in request.path else {}
    return web.json_response({"event_id": "$event", **room})


@pytest.fixture
async def slowed(storage: Storage, tmp_path: Path) -> AsyncIterator[Slowed]:
    homeserver = Homeserver()
    await homeserver.server.start_server()
    made = Slowed(homeserver=homeserver, other=FakePlatform(idempotent=True))

    def now() -> datetime:
        return made.now

    def machine() -> float:
        return made.machine

    url = str(homeserver.server.make_url(""))
    client = Client(
        url,
        "@lotse:example.org",
        device="LOTSE",
        token="token",
        store=tmp_path / "store",
        key="secret",
        monotonic=machine,
    )
    await sync(client)
    transport = MatrixTransport()
    transport.connection = Connection(
        client=client,
        rooms=Rooms(client, storage, frozenset(), now, machine),
        threads=Threads(storage, now),
        buttons=Buttons(client, storage, now),
        courtesy=Courtesy(client),
    )
    made.deliveries = Deliveries(
        worker=SqlWorker(storage, idempotent=["matrix", "fake"]),
        database=storage,
        transports=[transport, made.other],
        still_true=always,
        now=now,
        owner="here",
    )
    async with storage.unit() as uow:
        for name in PEOPLE:
            await uow.accounts.lock(incoming(named(name, "matrix"), address=Address(ROOM)))
        await uow.commit()
    await known(storage, "somebody")
    yield made
    await client.close()
    await homeserver.server.close()


@pytest.mark.parametrize(("body", "header"), [(7_000, None), (None, "7"), (7_000, "3"), (2_000, "7")])
async def test_after_one_refusal_the_account_rests_as_long_as_the_longest_says(
    slowed: Slowed, storage: Storage, body: int | None, header: str | None
):
    for name in PEOPLE:
        await promise(storage, name, "Guten Tag", platform="matrix")
    slowed.refuses(body=body, header=header)
    await slowed.later(0)
    first = slowed.asked("/send/")
    assert first <= len(PEOPLE)  # what was under way together
    await promise(storage, "somebody", "Guten Tag")
    for _ in range(6):
        await slowed.later(1)
    assert slowed.asked("/send/") == first
    assert len(slowed.other.arrived) == 1
    found = await rows(storage)
    waiting = [row for row in found.values() if row["platform"] == "matrix"]
    assert {(row["state"], row["attempts"]) for row in waiting} == {("retry", 0)}
    assert all(row["cause"].startswith("retry after ") for row in waiting)
    slowed.goes_on()
    for _ in range(20):
        await slowed.later(1)
    assert {row["state"] for row in (await rows(storage)).values()} == {"sent"}
    assert slowed.asked("/send/") == first + len(PEOPLE)


async def test_what_comes_during_the_rest_isnt_even_tried(slowed: Slowed, storage: Storage):
    await promise(storage, PEOPLE[0], "Guten Tag", platform="matrix")
    slowed.refuses(body=60_000, header=None)
    await slowed.later(0)
    for name in PEOPLE[1:]:
        await promise(storage, name, "Guten Tag", platform="matrix")
    await slowed.later(30)
    assert slowed.asked("/send/") == 1
    slowed.refuses(body=60_000, header=None)  # still, when the first minute is over
    await slowed.later(31)
    slowed.goes_on()
    for _ in range(30):
        await slowed.later(10)
    assert {row["state"] for row in (await rows(storage)).values()} == {"sent"}


async def test_a_refused_room_says_when_and_holds_up_no_message(slowed: Slowed, storage: Storage):
    """A homeserver counts new rooms apart: whoever has one is written to."""
    async with storage.unit() as uow:
        for name in ("@new1:town.example", "@new2:town.example"):
            await uow.accounts.lock(incoming(named(name, "matrix"), address=Address("")))
        await uow.commit()
    slowed.refuses(body=None, header="63", where="createRoom")
    for name in ("@new1:town.example", "@new2:town.example", PEOPLE[0]):
        await promise(storage, name, "Guten Tag", platform="matrix")
        await slowed.later(0)
    states = {row["account"]: (row["state"], row["attempts"]) for row in (await rows(storage)).values()}
    assert states == {
        "matrix:@new1:town.example": ("retry", 0),
        "matrix:@new2:town.example": ("retry", 0),
        f"matrix:{PEOPLE[0]}": ("sent", 1),
    }
    causes = {row["cause"] for row in (await rows(storage)).values() if row["state"] == "retry"}
    assert causes == {"retry after 63 s: 429"}
    assert slowed.asked("createRoom") == 1
