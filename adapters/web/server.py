"""aiohttp with three routes: /healthz, /readyz, /metrics."""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from errno import EADDRINUSE
from typing import Protocol

import structlog
from aiohttp import web

from adapters.app import Unfit
from adapters.config import Settings
from adapters.inside import WELL, Adapter
from adapters.web.metrics import Metrics
from storage.engine import sqlite_file
from storage.pending import pending
from storage.unit_of_work import Storage

log = structlog.get_logger()

PATIENCE = 5.0  # seconds for the database to answer
NO_ROOM = 5 << 20  # bytes


class Beats(Protocol):
    """What the readiness check asks of the scheduler."""

    def late(self) -> Mapping[str, float]: ...
    def last_beats(self) -> Mapping[str, float]: ...


def application(storage: Storage, beats: Beats, metrics: Metrics, adapters: Sequence[Adapter] = ()) -> web.Application:
    file = sqlite_file(storage.url)

    async def healthz(_: web.Request) -> web.Response:
        """The process answers."""
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        """Whether messages are taken and sent: the database answers and has room, no job of the scheduler is overdue, and
        at least one platform is connected. One that isn't doesn't take the others out of service; it is shown.
        """
        platforms = {one.transport.platform: one.state.condition for one in adapters}
        problems = [f"{name} is overdue" for name in sorted(beats.late())]
        try:
            async with asyncio.timeout(PATIENCE), storage.unit(write=False) as uow:
                await uow.topics.mark()
            if file is not None and shutil.disk_usage(file.parent).free < NO_ROOM:
                problems.append("the disk is full")
        except Exception as error:  # noqa: BLE001
            log.warning("database doesn't answer", action="ready", error=type(error).__name__)
            problems.append("the database doesn't answer")
        if platforms and not WELL & set(platforms.values()):
            problems.append("no platform is connected")
        shown = {"platforms": platforms} if platforms else {}
        if problems:
            return web.json_response({"status": "not ready", "problems": problems, **shown}, status=503)
        return web.json_response({"status": "ready", **shown})

    async def measured(_: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(PATIENCE):
                metrics.outbox(await pending(storage))
        except Exception as error:  # noqa: BLE001
            log.warning("database doesn't answer", action="metrics", error=type(error).__name__)
        metrics.platforms({one.transport.platform: one.state.condition for one in adapters})
        metrics.beats(beats.last_beats())
        body, content_type = metrics.text()
        return web.Response(body=body, headers={"Content-Type": content_type})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", measured)
    for adapter in adapters:
        app.add_routes(adapter.routes)
    return app


async def serve(
    settings: Settings, storage: Storage, beats: Beats, metrics: Metrics, adapters: Sequence[Adapter] = ()
) -> None:
    """Until it is cancelled. Raises Unfit if the port can't be had."""
    runner = web.AppRunner(application(storage, beats, metrics, adapters), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.web_host, settings.web_port)
        try:
            await site.start()
        except OSError as error:
            where = f"{settings.web_host}, port {settings.web_port}"
            reason = "it is taken" if error.errno == EADDRINUSE else "it can't be had"
            raise Unfit(f"{where}: {reason}; set LOTSE_WEB_HOST and LOTSE_WEB_PORT to others") from None
        port = runner.addresses[0][1]
        log.info("listening", action="web", host=settings.web_host, port=port)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
