"""`POST /api/messages`: who is it, what is it, into the inbox, 200: with its turn, or beforehand where that takes time.

Status codes: 200 taken (or of no interest), 400 no activity, 401 not the Bot Framework, 403 not our tenant or not an
allowed service, 413 too large, 415 no JSON, 501 an invoke nobody understands, 503 the database can't take it now
(Teams comes again). Nothing somebody sends leads to a 500, and nothing of it into the log.
"""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any, TypeAlias

import structlog
from aiohttp import web
from botbuilder.schema import Activity, ActivityTypes
from sqlalchemy.exc import DBAPIError
from yarl import URL

from adapters.inside import Inside
from adapters.teams import inbound
from adapters.teams.compose import Compose
from adapters.teams.conversations import Memory
from adapters.teams.inbound import Malformed, Sender
from adapters.teams.keys import KeyStore
from adapters.teams.open_cards import OpenCards
from adapters.teams.presses import Response, response_to
from adapters.teams.reading import bounded, clean
from adapters.teams.settings import Registrations
from adapters.teams.token import Claims, Unauthorized, Verifier
from bot.dispatch import TRIES
from bot.events import Incoming
from bot.ports import Conflict
from storage.unit_of_work import Unit

log = structlog.get_logger()

LIMIT = 256 * 1024  # bytes; Teams sends a tenth of it
PATIENCE = 10.0  # seconds for a body, and for the database; Teams comes again after 15
SOON = 1.0  # seconds for a turn to be over, before its event is put into the inbox for it
Happened: TypeAlias = Callable[[Unit], Awaitable[tuple[Incoming, ...]]]

CARD_ACTION, QUERY = "adaptiveCard/action", "composeExtension/query"
NOBODY = "local"  # the tenant in the insecure mode where none is named


class Gate:
    """Who may come in. `keys` is None in the insecure mode: then everything is local, both ways, or refused."""

    def __init__(
        self, *, keys: KeyStore | None, registrations: Registrations, tenants: frozenset[str], hosts: frozenset[str]
    ) -> None:
        self._verifier = None if keys is None else Verifier(keys, registrations.app_ids)
        self._registrations = registrations
        self._tenants = tenants
        self._hosts = hosts

    async def claims(self, request: web.Request) -> Claims | None:
        """None in the insecure mode. Raises Unauthorized."""
        if self._verifier is None:
            if not _is_loopback(request.remote):
                raise Unauthorized("not from this machine")
            return None
        return await self._verifier.claims(request.headers.get("Authorization"))

    def check(self, activity: Activity, claims: Claims | None) -> str:
        """The tenant. Raises Unauthorized for what the token doesn't vouch for, HTTPForbidden for what isn't ours."""
        if claims is not None:
            if activity.service_url != claims.service_url:
                raise Unauthorized("another service URL")
            if activity.channel_id not in claims.channels:
                raise Unauthorized("key not for this channel")
        if not self.allows(activity.service_url):
            raise web.HTTPForbidden(text="service not allowed")
        tenant = inbound.tenant_of(activity)
        if claims is None:
            return tenant or NOBODY
        if tenant is None or tenant not in self._tenants:
            raise web.HTTPForbidden(text="tenant not allowed")
        if self._registrations.of(tenant).app_id != claims.app_id:
            raise web.HTTPForbidden(text="another bot's tenant")
        return tenant

    def allows(self, service_url: str) -> bool:
        """Whether replies may go there."""
        try:
            url = URL(service_url)
            host = (url.host or "").casefold()
        except ValueError:
            return False
        if self._verifier is None:
            return url.scheme in ("http", "https") and _is_loopback(host)
        return url.scheme == "https" and url.port == 443 and url.user is None and host in self._hosts


class Webhook:
    """`inside` is set when the platform begins to listen."""

    def __init__(self, gate: Gate, memory: Memory, cards: OpenCards) -> None:
        self._gate = gate
        self._memory = memory
        self._cards = cards
        self._compose = Compose()
        self.inside: Inside | None = None
        self._receiving: set[asyncio.Task[None]] = set()

    async def handle(self, request: web.Request) -> web.Response:
        try:
            claims = await self._gate.claims(request)
            if request.content_type != "application/json":
                return web.Response(status=415, text="send application/json")
            activity = inbound.parsed(await _body(request))
            tenant = self._gate.check(activity, claims)
        except Unauthorized as error:
            log.warning("not authenticated", action="teams webhook", reason=str(error))
            return web.Response(status=401, headers={"WWW-Authenticate": "Bearer"})
        except Malformed as error:
            log.warning("not an activity", action="teams webhook", reason=str(error))
            return web.Response(status=400, text="this is no activity")
        if self.inside is None:
            return web.Response(status=503, headers={"Retry-After": "5"})
        who = inbound.sender(activity, tenant)
        try:
            return await self._take(self.inside, activity, who)
        except (DBAPIError, Conflict, TimeoutError, OSError) as error:
            log.error("not taken", action="teams webhook", error=type(error).__name__)  # noqa: TRY400
            return web.Response(status=503, headers={"Retry-After": "5"})
        except Exception as error:  # noqa: BLE001
            # A bug. The type alone: aiohttp would write down a trace with what people wrote.
            log.error("webhook failed", action="teams webhook", error=type(error).__name__)  # noqa: TRY400
            return web.Response(status=500)

    async def _take(self, inside: Inside, activity: Activity, who: Sender | None) -> web.Response:
        if activity.type == ActivityTypes.invoke:
            return await self._invoke(inside, activity, who)
        if who is None:
            return web.Response()
        pressed = inbound.submitted(activity) if activity.type == ActivityTypes.message else None
        if pressed is not None:
            await self._press(inside, activity, who, pressed)
        elif happened := inbound.incoming(activity, who, inside.now()):
            await self._heard(inside, who, happened)
        return web.json_response({"activities": []}) if activity.delivery_mode == "expectReplies" else web.Response()

    async def _invoke(self, inside: Inside, activity: Activity, who: Sender | None) -> web.Response:
        if activity.name == CARD_ACTION:
            pressed = inbound.executed(activity)
            if who is None or pressed is None:
                return web.json_response(_error("BadRequest"))
            response = await self._press(inside, activity, who, pressed)
            if response.card is not None and response.what is not None:
                self._cards.pressed(who.account, pressed.message)
            return web.json_response(_shown(response))
        if activity.name == QUERY and inside.core is not None and who is not None:
            async with asyncio.timeout(PATIENCE):
                return web.json_response(await self._compose.answer(inside, inside.core, activity, who))
        return web.Response(status=501)

    async def _press(self, inside: Inside, activity: Activity, who: Sender, pressed: inbound.Pressed) -> Response:
        response = Response(what=None)

        async def noted(uow: Unit) -> tuple[Incoming, ...]:
            nonlocal response
            response = await response_to(pressed, uow, who.account, inside.now())
            if response.what is None or not who.direct:
                return ()
            return (inbound.event(activity, who, response.what, inside.now()),)

        await self._receive(inside, who, noted)
        return response

    async def _heard(self, inside: Inside, who: Sender, happened: tuple[Incoming, ...]) -> None:
        """What is said in a direct chat gets its turn at once, whose one transaction keeps the event too; into the inbox beforehand
        goes what has to wait for its turn, and whatever else is to be remembered.
        """
        begun = len(happened) == 1 and who.direct and self._memory.knows(who.conversation)
        if begun and await inside.turns.within(happened[0], SOON):
            return
        await self._receive(inside, who, lambda _: _ready(happened), begun=begun)

    async def _receive(self, inside: Inside, who: Sender, happened: Happened, *, begun: bool = False) -> None:
        """Goes on when the request is given up: what has been committed must get its turn, nobody sends it again. `begun`:
        it has one.
        """
        receiving = asyncio.create_task(self._into_inbox(inside, who, happened, begun=begun))
        self._receiving.add(receiving)
        receiving.add_done_callback(self._done)
        if not (await asyncio.wait([receiving], timeout=PATIENCE))[0]:
            raise TimeoutError
        receiving.result()

    def _done(self, receiving: asyncio.Task[None]) -> None:
        self._receiving.discard(receiving)
        if not receiving.cancelled():
            receiving.exception()  # whoever still waits has it; nobody else needs to hear of it

    async def _into_inbox(self, inside: Inside, who: Sender, happened: Happened, *, begun: bool) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                await self._committed(inside, who, happened, begun=begun)
                break
            except Conflict:
                if attempt == TRIES:
                    raise
        self._memory.written(who.conversation.tenant, who.conversation.service_url)

    async def _committed(self, inside: Inside, who: Sender, happened: Happened, *, begun: bool) -> None:
        """Together with what is to be remembered. The turns begin behind it at once: where one transaction takes both, they
        share its commit; none is taken to its end before it, and if it fails they act for themselves, once.
        """
        async with inside.storage.unit() as uow:
            events = await happened(uow)
            new = [event for event in events if await uow.inbox.receive(event)]
            await self._memory.seen(
                uow,
                who.account,
                who.conversation.tenant,
                service_url=who.conversation.service_url,
                member=None if who.direct or not events else who.member,
                at=inside.now(),
            )
            for event in () if begun else new:
                inside.turns.submit(event)
            await uow.commit()


async def _ready(happened: tuple[Incoming, ...]) -> tuple[Incoming, ...]:
    return happened


async def _body(request: web.Request) -> Any:
    """Clean JSON. Raises Malformed, HTTPRequestEntityTooLarge."""
    if request.content_length is not None and request.content_length > LIMIT:
        raise web.HTTPRequestEntityTooLarge(LIMIT, request.content_length)
    arrived = request.content.is_eof()  # most often with the head
    try:
        async with nullcontext() if arrived else asyncio.timeout(PATIENCE):
            content = await bounded(request.content, LIMIT)
    except TimeoutError:
        raise Malformed("body too slow") from None
    except ValueError:
        raise web.HTTPRequestEntityTooLarge(LIMIT) from None
    try:
        return clean(content)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None


def _shown(response: Response) -> dict[str, Any]:
    if response.card is not None:
        return {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": response.card}
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": response.text}


def _error(code: str) -> dict[str, Any]:
    value = {"code": code, "message": "this is no action of a card of ours"}
    return {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": value}


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
