"""A Synapse with the speed limits it has of itself: ten messages at once, then one in five seconds."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import RowMapping, select

from adapters.app import real_time
from adapters.beside import beside
from adapters.config import Settings
from adapters.matrix.check import findings
from adapters.matrix.local_synapse import Homeserver, synapse
from bot.events import Account, Address
from bot.messages import Message, Text
from bot.model import AccountRow
from bot.turn import Replies, Reply, Scene
from storage.tables import outbox
from storage.unit_of_work import Unit
from tests.matrix.conftest import Meets, service
from tests.matrix.people import Human
from tests.teams.test_playground import free_port

BURST = 10


@pytest.fixture(scope="module")
def homeserver() -> Iterator[Homeserver]:
    with (
        TemporaryDirectory(prefix="synapse-", ignore_cleanup_errors=True) as folder,
        synapse(Path(folder), limited=True) as running,
    ):
        yield running


async def test_what_the_homeserver_slows_down_arrives_in_order_and_at_once_when_the_limit_is_lifted(
    homeserver: Homeserver, settings: Settings, meets: Meets
):
    selma = await meets("selma")
    settings = settings.model_copy(update={"web_port": free_port()})
    async with service(settings, real_time):
        await selma.opens_chat()
        await selma.says("hallo")
        await selma.reads("Sind Sie einverstanden?")
        await promise(settings, selma, range(1, BURST + 3))
        await selma.reads("Nr. 3.")  # reactions count too
        while not (slowed := [cause for _, cause in await waiting(settings) if "429" in (cause or "")]):
            await selma.sync(500)
        assert slowed[0].startswith("retry after ")
        assert 0 < float(slowed[0].split()[2]) <= 5
        assert await asyncio.to_thread(got, f"http://127.0.0.1:{settings.web_port}/readyz") == {
            "status": "ready",
            "platforms": {"matrix": "connected"},
        }
        arrived = len(numbers(selma))
        await selma.until(lambda: len(numbers(selma)) > arrived)  # by itself
    states = {state for state, _ in await waiting(settings)}
    assert states <= {"pending", "retry"}  # nothing was still on its way, waiting inside a send

    assert "override_ratelimit" in "\n".join([one.remedy async for one in findings(settings)])
    await asyncio.to_thread(lift, homeserver, selma.bot)
    async with service(settings, real_time):
        await selma.reads(f"Nr. {BURST + 2}.")
        before = await asyncio.to_thread(put_off, settings)
        await promise(settings, selma, range(BURST + 3, 3 * BURST + 1))
        await selma.reads(f"Nr. {3 * BURST}.")
        assert await asyncio.to_thread(put_off, settings) == before
    assert numbers(selma) == list(range(1, 3 * BURST + 1))


async def test_new_rooms_that_the_homeserver_puts_off_are_no_failed_attempts(
    homeserver: Homeserver, settings: Settings, meets: Meets
):
    """Ten rooms at once, then one in a minute: no message waits for the homeserver as long."""
    silke = await meets("silke")
    strangers = [homeserver.register(f"new{number}", "password") for number in range(BURST + 3)]
    async with service(settings, real_time):
        await silke.opens_chat()
        await silke.says("hallo")
        await silke.reads("Sind Sie einverstanden?")
        await promise_to_strangers(settings, strangers)
        while not (rooms := [one for one in await put_off_rows(settings) if seconds_of(one) > 10]):
            await silke.sync(500)
    assert {(row["state"], row["attempts"]) for row in rooms} == {("retry", 0)}
    assert len(rooms) <= 4  # the others have a room, and wait for their message at most


async def put_off_rows(settings: Settings) -> Sequence[RowMapping]:
    async with beside(settings) as lotse, lotse.storage.transaction(write=False) as tx:
        return await tx.rows(select(outbox).where(outbox.c.cause.like("retry after %: 429")))


def seconds_of(row: RowMapping) -> float:
    return float(row["cause"].split()[2])


async def promise_to_strangers(settings: Settings, users: Sequence[str]) -> None:
    async def work(_scene: Scene, uow: Unit) -> Replies:
        accounts = [Account(f"matrix:{user}") for user in users]
        for account in accounts:
            row = AccountRow(account=account, platform="matrix", address=Address(""), name="?", seen_at=real_time())
            await uow.accounts.save(row)
        return [Reply(message=Message(blocks=(Text(text="Guten Tag."),)), account=account) for account in accounts]

    async with beside(settings) as lotse:
        await lotse.carry_out(work)


async def promise(settings: Settings, to: Human, which: range) -> None:
    async def work(_scene: Scene, _uow: Unit) -> Replies:
        account = Account(f"matrix:{to.user}")
        return [Reply(message=Message(blocks=(Text(text=f"Nr. {one}."),)), account=account) for one in which]

    async with beside(settings) as lotse:
        await lotse.carry_out(work)


async def waiting(settings: Settings) -> list[tuple[str, str | None]]:
    """State and cause of what is not yet handed over."""
    async with beside(settings) as lotse, lotse.storage.transaction(write=False) as tx:
        found = await tx.rows(select(outbox.c.state, outbox.c.cause).where(outbox.c.sent_at.is_(None)))
        return [(row["state"], row["cause"]) for row in found]


def put_off(settings: Settings) -> str:
    """The line of the metrics, if there is one yet."""
    page = read(f"http://127.0.0.1:{settings.web_port}/metrics")
    assert 'lotse_deliveries_total{outcome="delivered",platform="matrix"}' in page
    return "".join(line for line in page.splitlines() if 'total{outcome="try_later",platform="matrix"}' in line)


def numbers(person: Human) -> list[int]:
    bodies = [one["content"].get("body", "") for one in person.seen]
    return [int(body[4:-1]) for body in bodies if body.startswith("Nr. ")]


def lift(homeserver: Homeserver, bot: str) -> None:
    """As docs/matrix.md says."""
    admin = homeserver.register("admin", "password", admin=True)
    login = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": admin}, "password": "password"}
    token = got(f"{homeserver.url}/_matrix/client/v3/login", login)["access_token"]
    path = f"/_synapse/admin/v1/users/{bot}/override_ratelimit"
    got(f"{homeserver.url}{path}", {"messages_per_second": 0, "burst_count": 0}, token)


def got(url: str, content: object = None, token: str = "") -> Any:
    return json.loads(read(url, content, token))


def read(url: str, content: object = None, token: str = "") -> str:
    data = None if content is None else json.dumps(content).encode()
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    with urlopen(Request(url, data, headers)) as answer:
        found: str = answer.read().decode()
    return found
