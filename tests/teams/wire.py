"""Teams on the wire: people whose every word is an HTTP request with a signed token, and a service that takes the answers.

The service's host name leads to the stub.
"""

import itertools
import json
import socket
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from adapters.config import Settings, load
from adapters.inside import Inside, Turns
from adapters.teams.adapter import PATH, TeamsAdapter
from adapters.teams.conversations import Conversation, account_of
from adapters.teams.credentials import Authority
from adapters.teams.settings import Registration
from bot.events import Edited, Filled, Joined, Left, Picked, Said, What
from bot.ports import Capabilities, Delivered, Delivery, Outcome
from bot.rules import Rules
from bot.sending import asked_again
from scheduler.delivery import Deliveries
from storage.unit_of_work import Storage
from tests.teams.signing import APP, HOST, OTHER_TENANT, SERVICE, TENANT, Published, SigningKey, Tls, token
from tests.teams.stub_connector import Stub
from tests.town import BEGIN, Arrived, Town, Townsperson


class _ToStub(AbstractResolver):
    """The service's host is the stub; everything else stays where it is."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def resolve(
        self,
        host: str,
        port: int = 0,  # noqa: ARG002
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        assert host == HOST, f"nothing may be sent to {host}"
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self.port, family=family, proto=0, flags=0)]

    async def close(self) -> None: ...


def authority(registration: Registration) -> tuple[str, float]:
    return f"token of {registration.app_id}", 3600.0


GIVEN = {
    "teams_app_id": APP,
    "teams_tenant": TENANT,
    "teams_app_secret": "s",
    "teams_tenants": f"{TENANT},{OTHER_TENANT}",
}


def settings(folder: Path, **more: Any) -> Settings:
    return load(data=folder, **{**GIVEN, **more})


class Line:
    """The adapter, served, with the stub behind it. `asks` is whom it asks for tokens."""

    def __init__(self, folder: Path, key: SigningKey, secure: Tls, *, asks: Authority = authority, **more: Any) -> None:
        self.key = key
        self._asks = asks
        self.stub = Stub()
        self.published = Published(key)
        self._tls = secure
        self._stub_server = TestServer(self.stub.app, scheme="https")
        self._folder, self._more = folder, more
        self.elapsed = 0.0
        self.base = ""
        self.numbers = itertools.count(1)

    async def start(self) -> None:
        await self.ready(settings(self._folder, **self._more))
        app = web.Application()
        app.add_routes([*self.adapter.routes, web.get("/healthz", _well)])
        self._server = TestServer(app)
        await self._server.start_server()
        self.base = str(self._server.make_url("/")).rstrip("/")

    async def ready(self, given: Settings) -> None:
        """The adapter, for whoever serves it at `base`."""
        await self._stub_server.start_server(ssl=self._tls.server)
        await self.published.server.start_server()
        assert self._stub_server.port is not None
        port = self._stub_server.port
        self.adapter = TeamsAdapter(
            given,
            authority=self._asks,
            metadata=self.published.url,
            monotonic=lambda: 1000.0 + self.elapsed,
            opens=lambda: ClientSession(connector=TCPConnector(resolver=_ToStub(port), ssl=self._tls.client)),
        )
        self.client = ClientSession()

    async def stop(self) -> None:
        await self.hang_up()
        await self._server.close()

    async def hang_up(self) -> None:
        """All but the serving."""
        self.stub.let_go.set()
        self.published.go.set()
        await self.client.close()
        await self.adapter.close()
        for server in (self._stub_server, self.published.server):
            await server.close()

    def a_minute_later(self) -> None:
        """For keys and tokens."""
        self.elapsed += 61.0

    async def post(self, body: Any, *, auth: str | None = "good", **headers: str) -> tuple[int, Any]:
        """Status and body of the answer. `auth` is the whole header; a good one unless given, none for None."""
        if auth == "good":
            auth = f"Bearer {token(self.key)}"
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Content-Type": "application/json", **({"Authorization": auth} if auth is not None else {}), **headers}
        async with self.client.post(f"{self.base}{PATH}", data=content, headers=given) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text

    async def stub_gone(self) -> None:
        await self._stub_server.close()

    async def get(self, path: str) -> tuple[int, str]:
        async with self.client.get(self.url(path)) as answer:
            return answer.status, await answer.text()

    def url(self, path: str) -> str:
        return f"{self.base}{path}"


async def _well(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


# ---------------------------------------------------------------- people


class TeamsClient:
    """What somebody does is an activity, what they read has arrived at the service. Whoever is one has these fields."""

    __slots__ = ()
    name: str
    tenant: str
    user: str
    chat: str
    responses: list[Any]

    @property
    def line(self) -> Line:
        raise NotImplementedError

    async def sends(self, activity: dict[str, Any]) -> Any:
        status, answer = await self.line.post(activity)
        assert status == 200, (status, answer)
        return answer

    @property
    def activities(self) -> list[dict[str, Any]]:
        """What has arrived in the direct chat, as it was sent."""
        return self.line.stub.sent_to(self.chat)

    def activity(self, kind: str = "message", **more: Any) -> dict[str, Any]:
        return {
            "type": kind,
            "id": f"{next(self.line.numbers)}",
            "timestamp": "2026-11-23T09:00:00.000Z",
            "serviceUrl": SERVICE,
            "channelId": "msteams",
            "from": {"id": f"29:{self.user}", "name": self.name, "aadObjectId": self.user},
            "recipient": {"id": f"28:{APP}", "name": "Lotse"},
            "conversation": {"id": self.chat, "conversationType": "personal", "tenantId": self.tenant},
            "channelData": {"tenant": {"id": self.tenant}},
            **more,
        }

    async def says_in_room(self, text: str) -> None:
        mention = {"type": "mention", "text": "<at>Lotse</at>", "mentioned": {"id": f"28:{APP}", "name": "Lotse"}}
        await self.sends(self.in_channel(text=f"<at>Lotse</at> {text}", entities=[mention]))

    def in_channel(self, **more: Any) -> dict[str, Any]:
        room = {"id": "19:room@thread.tacv2;messageid=1", "conversationType": "channel", "isGroup": True}
        return self.activity(conversation=room, **more)

    async def _does(self, what: What) -> None:
        match what:
            case Said(text=text):
                await self.sends(self.activity(text=text, textFormat="plain"))
            case Joined():
                await self.sends(self.activity("installationUpdate", action="add"))
            case Left():
                await self.sends(self.activity("installationUpdate", action="remove"))
            case Picked(message=message, position=position):
                await self.executes("pick", message, position)
            case Filled(message=message, answers=answers):
                await self.executes("fill", message, 0, {f"field.{name}": text for name, text in answers.items()})
            case Edited(of=of, text=text):
                await self.sends(self.activity("messageUpdate", id=of, text=text, channelData={"tenant": {"id": self.tenant}, "eventType": "editMessage"}))  # fmt: skip
            case _:
                raise AssertionError(what)

    async def executes(self, verb: str, message: str, position: int, inputs: dict[str, str] | None = None) -> Any:
        """Presses a button of a card that has arrived, with what it carries."""
        mine = [one for one in self.buttons() if one["verb"] == verb and one["data"]["m"] == message]
        action = next((one for one in mine if one["data"].get("p", 0) == position and "p" in one["data"]), None)
        if action is None and verb == "pick":  # a list to choose from
            action, inputs = next(one for one in mine if "p" not in one["data"]), {"choice": str(position)}
        action = action or mine[0]
        data = {**action["data"], **(inputs or {})}
        value = {"action": {"type": "Action.Execute", "verb": verb, "data": data}, "trigger": "manual"}
        answer = await self.sends(self.activity("invoke", name="adaptiveCard/action", value=value))
        self.responses.append(answer)
        return answer

    def buttons(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for activity in reversed(self.activities):
            for attachment in activity.get("attachments", []):
                found += executes_in(attachment["content"])
        return found


@dataclass(slots=True, eq=False)
class TeamsPerson(TeamsClient, Townsperson):
    """Somebody in Teams, in a town."""

    tenant: str = TENANT
    user: str = ""
    chat: str = ""
    responses: list[Any] = field(default_factory=list)

    @property
    def line(self) -> Line:
        assert isinstance(self.town, WireTown)
        return self.town.line

    async def sends(self, activity: dict[str, Any]) -> Any:
        answer = await TeamsClient.sends(self, activity)
        await self.town.settle()
        return answer


def ids_of(name: str) -> tuple[str, str]:
    """Of a person and of their direct chat with the bot."""
    user = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
    return user, f"a:{user}"


def executes_in(card: Any) -> list[dict[str, Any]]:
    """All Action.Execute of a card, in order."""
    match card:
        case {"type": "Action.Execute"}:
            return [card]
        case dict():
            return [action for value in card.values() for action in executes_in(value)]
        case list():
            return [action for value in card for action in executes_in(value)]
        case _:
            return []


@dataclass(slots=True)
class OnTheWire:
    """The real transport; what it has handed over is noted for the stories."""

    town: "WireTown"
    platform: str = "teams"
    left: set[Any] = field(default_factory=set)

    @property
    def capabilities(self) -> Capabilities:
        return self.town.line.adapter.transport.capabilities

    async def deliver(self, delivery: Delivery) -> Outcome:
        outcome = await self.town.line.adapter.transport.deliver(delivery)
        if isinstance(outcome, Delivered):
            self.town.arrived.append(Arrived(at=self.town.now, delivery=delivery))
        return outcome


class WireTown(Town):
    """A town whose people in Teams are on the wire; the others are as ever."""

    def __init__(self, storage: Storage, line: Line, rules: Rules | None = None, now: datetime = BEGIN) -> None:  # fmt: skip
        super().__init__(storage, rules, now)
        self.line = line
        self.tenants: dict[str, str] = {}  # of those who are not of the first one
        self.turns = Turns(self._take, again=())
        wire = OnTheWire(self)
        self.platforms["teams"] = wire  # type: ignore[assignment]
        self.deliveries = Deliveries(
            worker=self.worker,
            database=storage,
            transports=self.platforms.values(),
            still_true=asked_again(self.core.rules, self.core.knowledge),
            now=lambda: self.now,
            owner="town",
        )
        line.adapter.begin(Inside(storage=storage, turns=self.turns, now=lambda: self.now, core=self.core))

    async def _take(self, incoming: Any) -> tuple[str, ...]:
        return await self.core.take_turn(incoming, self.now, self.line.adapter.transport.capabilities)

    async def settle(self) -> None:
        await self.turns.settled()
        await super().settle()
        await self.line.adapter.transport.closed()

    def person(
        self, name: str, platform: str = "teams", domain: str | None = None, tenant: str | None = None
    ) -> Townsperson:
        if platform != "teams":
            return super().person(name, platform, domain)
        tenant = tenant or self.tenants.get(name, TENANT)
        user, chat = ids_of(name)
        address = Conversation(service_url=SERVICE, id=chat, tenant=tenant).address()
        return TeamsPerson(
            self, name, platform, account_of(tenant, user), address, tenant, tenant=tenant, user=user, chat=chat
        )
