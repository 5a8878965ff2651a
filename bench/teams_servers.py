"""The servers that bench/teams.py compares, each in a process of its own: lotse, adapter, botbuilder, agents.

    .venv/bin/python bench/teams_servers.py NAME PORT METADATA KEYS [DATABASE]

The peers only echo; Lotse takes whole durable turns; "adapter" is our adapter with the inbox, and an echo for a turn. All check the token's signature with the same published key, and all
are spared the fetching of their own token.
"""

# ruff: noqa: PLC0415, SLF001  (each server loads its own SDK only; peers have no public seam for a test key)

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from aiohttp import web

APP, TENANT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
PATH = "/api/messages"


def botbuilder(port: int, metadata: str) -> None:
    from botbuilder.core import ActivityHandler, MessageFactory, TurnContext
    from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
    from botframework.connector.auth import ChannelValidation, MicrosoftAppCredentials

    class Settings:
        APP_ID, APP_PASSWORD, APP_TYPE, APP_TENANTID = APP, "secret", "SingleTenant", TENANT

    ChannelValidation.open_id_metadata_endpoint = metadata
    MicrosoftAppCredentials.get_access_token = lambda *_: "token"
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(Settings()))

    class Echo(ActivityHandler):
        async def on_message_activity(self, turn_context: TurnContext) -> None:
            await turn_context.send_activity(MessageFactory.text(f"Echo: {turn_context.activity.text}"))

    bot = Echo()

    async def messages(request: web.Request) -> web.Response:
        return await adapter.process(request, bot) or web.Response()

    app = web.Application()
    app.router.add_post(PATH, messages)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


def agents(port: int, keys: str) -> None:
    import microsoft_agents.hosting.core.authorization.jwt.jwt_token_validator as validator
    from microsoft_agents.hosting.aiohttp import CloudAdapter, jwt_authorization_middleware, start_agent_process
    from microsoft_agents.hosting.core import (
        ActivityHandler,
        AgentAuthConfiguration,
        AnonymousTokenProvider,
        AuthTypes,
        TurnContext,
    )

    validator._build_jwks_uri = lambda *_: keys
    configuration = AgentAuthConfiguration(
        auth_type=AuthTypes.client_secret, client_id=APP, tenant_id=TENANT, client_secret="secret"
    )

    class Provider(AnonymousTokenProvider):
        async def get_access_token(self, *_: Any, **__: Any) -> str:
            return "token"

    class Connections:
        def __getattr__(self, name: str) -> Any:
            found = configuration if name == "get_default_connection_configuration" else Provider()
            return lambda *_, **__: found

    class Echo(ActivityHandler):
        async def on_message_activity(self, turn_context: TurnContext) -> None:
            await turn_context.send_activity(f"Echo: {turn_context.activity.text}")

    adapter, bot = CloudAdapter(connection_manager=Connections()), Echo()

    async def messages(request: web.Request) -> web.Response:
        return await start_agent_process(request, bot, adapter)

    app = web.Application(middlewares=[jwt_authorization_middleware])
    app["agent_configuration"] = configuration
    app.router.add_post(PATH, messages)
    web.run_app(app, host="127.0.0.1", port=port, access_log=None, print=None)


def settings(port: int, database: str) -> Any:
    from adapters.config import load

    return load(
        data=Path(os.environ["LOTSE_DATA"]),
        database_url=database,
        web_port=port,
        log_level="error",
        teams_app_id=APP,
        teams_tenant=TENANT,
        teams_app_secret="secret",
        messages_a_second=1000.0,
        seconds_between_messages=0.0,
        searches_per_hour=10_000,
    )


def our_adapter(given: Any, metadata: str) -> Any:
    from adapters import log
    from adapters.teams import adapter as teams
    from adapters.teams.webhook import Gate

    class Loopback(Gate):
        def allows(self, service_url: str) -> bool:
            return service_url.startswith("http://127.0.0.1:")

    log.set_up("error")
    teams.Gate = Loopback  # type: ignore[attr-defined, misc]
    return teams.TeamsAdapter(given, authority=lambda _: ("token", 3600.0), metadata=metadata)


def lotse(port: int, metadata: str, database: str) -> None:
    from adapters import app as composition

    given = settings(port, database)
    made = our_adapter(given, metadata)
    asyncio.run(composition.run(given, platforms=lambda _: [made]))


async def adapter(port: int, metadata: str, database: str) -> None:
    from adapters.app import assembled, real_time
    from adapters.inside import Inside, Turns
    from bot.events import Incoming
    from bot.kinds import Kind
    from bot.messages import Message, Text
    from bot.ports import Delivery

    given = settings(port, database)
    made = our_adapter(given, metadata)

    async def echo(incoming: Incoming) -> tuple[str, ...]:
        async with inner.storage.unit() as uow:
            await uow.inbox.begin(incoming)
            await uow.commit()
        message = Message(blocks=(Text(text=f"Echo: {incoming.what}"),))
        await made.transport.deliver(
            Delivery(
                key=incoming.id,
                account=incoming.account,
                platform="teams",
                address=incoming.address,
                person=None,
                kind=Kind.ANSWER,
                about=None,
                message=message,
                due=incoming.at,
                attempts=1,
            )
        )
        return ()

    async with assembled(given, transports=(), now=real_time, mode="live") as inner:
        made.begin(Inside(storage=inner.storage, turns=Turns(echo), now=real_time))
        app = web.Application()
        app.add_routes(made.routes)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    name, where, described, published, *more = sys.argv[1:]
    match name:
        case "botbuilder":
            botbuilder(int(where), described)
        case "agents":
            agents(int(where), published)
        case "adapter":
            asyncio.run(adapter(int(where), described, more[0]))
        case _:
            lotse(int(where), described, more[0])
