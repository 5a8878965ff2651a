"""Messages a second in Teams, from the signed request to the reply at the service, beside two echo bots in the same run.

    .venv/bin/python bench/teams.py [MESSAGES]

Lotse takes whole durable turns: token, inbox, understanding, search, outbox, reply as a card; "adapter" is the same with an
echo for a turn. The peers, a stock botbuilder bot and a microsoft-agents bot, check the token and echo. Then 300 messages that nobody asked for at the moment, at
concurrency 64, through our connector and through botbuilder's, against a service that takes 100 ms.
"""

# ruff: noqa: PLC0415, ASYNC220  (what is imported late belongs to one of the measured)

import asyncio
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from aiohttp import ClientError, ClientSession, TCPConnector, web

from bench.teams_servers import APP, PATH, TENANT
from tests.teams.signing import SigningKey, new_key, token

CONCURRENCY, PEOPLE = 32, 64
RUNS = 5  # each server in turn: the machine's speed may change by a half from one minute to the next
PROACTIVE, PROACTIVE_AT_ONCE, SLOW = 300, 64, 0.1
LINES = ("Wer kennt sich mit der E-Akte aus?", "und in Bayern?", "zeig mal mein profil", "hilfe")


class Service:
    """Publishes the key and takes replies; who waits for one is told."""

    def __init__(self, key: SigningKey) -> None:
        self.key = key
        self.slow = 0.0
        self.waiting: dict[str, asyncio.Event] = {}
        self.numbers = itertools.count()
        app = web.Application()
        app.router.add_get("/metadata", self._metadata)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/teams/v3/conversations/{id}/activities", self._take)
        app.router.add_post("/teams/v3/conversations/{id}/activities/{to}", self._take)
        self.runner = web.AppRunner(app, access_log=None)

    async def start(self) -> None:
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"

    async def _metadata(self, _: web.Request) -> web.Response:
        return web.json_response({"issuer": "x", "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.jwk]})

    async def _take(self, request: web.Request) -> web.Response:
        await request.read()
        if self.slow:
            await asyncio.sleep(self.slow)
        if waits := self.waiting.get(request.match_info["id"]):
            waits.set()
        return web.json_response({"id": f"{next(self.numbers)}"}, status=201)


def activity(service: str, person: int, text: str, number: int) -> bytes:
    """A message as Teams sends it."""
    body = {
        "type": "message",
        "id": f"{number}",
        "timestamp": "2026-11-23T09:00:00.000Z",
        "localTimestamp": "2026-11-23T10:00:00.000+01:00",
        "serviceUrl": service,
        "channelId": "msteams",
        "from": {"id": f"29:{person}", "name": f"Person {person}", "aadObjectId": f"user-{person}"},
        "recipient": {"id": f"28:{APP}", "name": "Lotse"},
        "conversation": {"id": f"chat-{person}", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "entities": [{"type": "clientInfo", "locale": "de-DE", "country": "DE", "platform": "Windows"}],
        "textFormat": "plain",
        "locale": "de-DE",
        "text": text,
    }
    return json.dumps(body).encode()


@asynccontextmanager
async def serving(name: str, service: Service, folder: str, database: str) -> AsyncIterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = str(Path(__file__).with_name("teams_servers.py"))
    command = [sys.executable, script, name, str(port), f"{service.url}/metadata", f"{service.url}/keys", database]
    with subprocess.Popen(command, env={**os.environ, "LOTSE_DATA": folder}) as process:
        try:
            await _up(port)
            yield f"http://127.0.0.1:{port}{PATH}"
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


async def _up(port: int) -> None:
    for _ in range(300):
        try:
            async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}/readyz") as answer:
                if answer.status != 503:  # the peers know no such page
                    return
        except ClientError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit("the server doesn't start")


async def turns(service: Service, url: str, messages: int, batch: int) -> tuple[float, float, float]:
    """Messages a second, median and p99 in milliseconds, until the reply has arrived."""
    header = {"Authorization": f"Bearer {token(service.key, serviceurl=f'{service.url}/teams/')}"}
    taken: list[float] = []
    people = iter(itertools.cycle(range(PEOPLE)))
    numbers = itertools.count(batch * 1_000_000)
    left = iter(range(messages))
    free: asyncio.Queue[int] = asyncio.Queue()
    for _ in range(PEOPLE):
        free.put_nowait(next(people))

    async def caller(client: ClientSession) -> None:
        for _ in left:
            person, number = await free.get(), next(numbers)
            arrived = service.waiting[f"chat-{person}"] = asyncio.Event()
            body = activity(f"{service.url}/teams/", person, LINES[number % len(LINES)], number)
            begun = time.perf_counter()
            async with client.post(url, data=body, headers={**header, "Content-Type": "application/json"}) as answer:
                if answer.status >= 300:
                    raise SystemExit(f"{answer.status}: {await answer.text()}")
            await asyncio.wait_for(arrived.wait(), 60)
            taken.append(time.perf_counter() - begun)
            free.put_nowait(person)

    async with ClientSession(connector=TCPConnector(limit=0)) as client:
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENCY):
                group.create_task(caller(client))
        rate = messages / (time.perf_counter() - begun)
    taken.sort()
    return rate, 1000 * median(taken), 1000 * taken[int(0.99 * len(taken))]


async def members(folder: str, database: str) -> None:
    """The demo network, and people in Teams who have agreed and search in it."""
    from adapters import demo
    from adapters.app import assembled
    from adapters.config import load
    from adapters.teams.conversations import account_of
    from bot.events import Account, Address
    from bot.model import AccountRow, Affiliation, Consent, Person, Source
    from storage.members import NewMember, add_members

    now = datetime.now(UTC)
    settings = load(data=Path(folder), database_url=database)
    async with assembled(settings, transports=(), now=lambda: now, mode="live") as made:
        await demo.make(made, now)
        async with made.storage.unit() as uow:
            towns = [body.key for body in await uow.bodies.all()][:PEOPLE]
            version = made.core.rules.notice.version
            everybody = [
                NewMember(
                    person=Person(
                        key=f"p_bench{n}", name=f"Person {n}", created_at=now, active_at=now, confirmed_at=now
                    ),
                    account=AccountRow(
                        account=Account(account_of(TENANT, f"user-{n}")),
                        platform="teams",
                        address=Address(""),
                        name=f"Person {n}",
                        language="de",
                        person=f"p_bench{n}",
                        seen_at=now,
                        noticed_at=now,
                        notice_version=version,
                    ),
                    consent=Consent(person=f"p_bench{n}", version=version, given_at=now),
                    affiliation=Affiliation(
                        person=f"p_bench{n}", body=towns[n], source=Source.COORDINATOR, since=now.date()
                    ),
                    offers=(),
                    roles=(),
                    dates=(),
                )
                for n in range(PEOPLE)
            ]
            await add_members(uow, everybody, now)
            await uow.commit()


async def ours_proactive(service: Service) -> float:
    from adapters.teams.cards import activity as card
    from adapters.teams.connector import Connector
    from adapters.teams.conversations import Conversation
    from adapters.teams.credentials import Tokens
    from adapters.teams.settings import Registration, Registrations
    from bot.messages import Message, Text

    rows = Registrations((Registration(tenant=TENANT, app_id=APP),))
    message = Message(blocks=(Text(text="Haben Sie schon gesprochen?"),))
    async with ClientSession(connector=TCPConnector(limit=100)) as session:
        connector = Connector(lambda: session, rows, Tokens(rows, lambda _: ("token", 3600.0)))

        async def one(number: int) -> None:
            to = Conversation(service_url=f"{service.url}/teams/", id=f"chat-{number}", tenant=TENANT)
            await connector.send(to, card(message, f"m_{number}"))

        return await _many(one)


async def theirs_proactive(service: Service) -> float:
    from botbuilder.core import MessageFactory, TurnContext
    from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
    from botbuilder.schema import ChannelAccount, ConversationAccount, ConversationReference
    from botframework.connector.auth import MicrosoftAppCredentials

    class Settings:
        APP_ID, APP_PASSWORD, APP_TYPE, APP_TENANTID = APP, "secret", "SingleTenant", TENANT

    MicrosoftAppCredentials.get_access_token = lambda *_: "token"
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(Settings()))

    async def say(context: TurnContext) -> None:
        await context.send_activity(MessageFactory.text("Haben Sie schon gesprochen?"))

    async def one(number: int) -> None:
        reference = ConversationReference(
            channel_id="msteams",
            service_url=f"{service.url}/teams/",
            bot=ChannelAccount(id=f"28:{APP}"),
            conversation=ConversationAccount(id=f"chat-{number}"),
        )
        await adapter.continue_conversation(reference, say, APP)

    return await _many(one)


async def _many(one: Any) -> float:
    places = asyncio.Semaphore(PROACTIVE_AT_ONCE)

    async def placed(number: int) -> None:
        async with places:
            await one(number)

    await placed(-1)
    begun = time.perf_counter()
    await asyncio.gather(*(placed(number) for number in range(PROACTIVE)))
    return PROACTIVE / (time.perf_counter() - begun)


async def main(messages: int) -> None:
    service = Service(new_key("bench"))
    await service.start()
    found: dict[str, list[tuple[float, float, float]]] = {"lotse": [], "adapter": [], "botbuilder": [], "agents": []}
    with tempfile.TemporaryDirectory() as folder:
        await members(folder, f"sqlite:///{folder}/lotse.db")
        batches = itertools.count()  # an activity of an earlier batch would be taken for a redelivery
        for _ in range(RUNS):
            for name, results in found.items():
                # What the adapter's echo leaves in the inbox would be taken up by Lotse at its next start.
                database = f"sqlite:///{folder}/{'adapter' if name == 'adapter' else 'lotse'}.db"
                async with serving(name, service, folder, database) as url:
                    await turns(service, url, 64, next(batches))
                    results.append(await turns(service, url, messages, next(batches)))
    print(f"turns, concurrency {CONCURRENCY}, {messages} messages, median of {RUNS} runs, ratios within a run")
    print(f"{'':12}{'messages/s':>12}{'median ms':>11}{'p99 ms':>9}{'ratio':>8}")
    for name, results in found.items():
        rate, middle, p99 = (median(one[n] for one in results) for n in (0, 1, 2))
        ratio = median(ours[0] / one[0] for ours, one in zip(found["lotse"], results, strict=True))
        print(f"{name:12}{rate:12.0f}{middle:11.0f}{p99:9.0f}{ratio:8.2f}")
    service.slow = SLOW
    ours, theirs = await ours_proactive(service), await theirs_proactive(service)
    print(f"proactive, {PROACTIVE} at concurrency {PROACTIVE_AT_ONCE}, a service of {1000 * SLOW:.0f} ms")
    print(f"{'lotse':12}{ours:12.0f}{'':28}")
    print(f"{'botbuilder':12}{theirs:12.0f}{'':20}{ours / theirs:8.1f}")
    await service.runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1200))
