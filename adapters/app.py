"""The composition root: a parts list, how the parts are put together, and how they begin and end.

`run` is the whole service in one process. `assembled` gives the parts to whoever drives them in another way, such as
the terminal, whose clock is moved by hand. Commands work beside it (`adapters/beside.py`).
"""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal, TypeAlias

import structlog

from adapters.config import Settings, unknown
from adapters.inside import Adapter, Inside, Take, Turns, kept_up
from bot.dispatch import TRIES, Core
from bot.events import Incoming
from bot.knowledge import Knowledge
from bot.ports import Capabilities, Conflict, Transport
from bot.posting import post
from bot.sending import asked_again
from bot.turn import Replies, Scene
from scheduler.delivery import Deliveries, Limits, Observe
from scheduler.plan import Planner
from scheduler.sweep import Sweep
from storage import cleaning
from storage.engine import sqlite_file
from storage.meta import MODE
from storage.pace import SqlPace
from storage.seed import seed
from storage.unit_of_work import Storage, Unit
from storage.worker import SqlWorker

log = structlog.get_logger()

TURNS_WITHIN = 2.0  # seconds for turns that have begun; the inbox keeps the others
STOP_WITHIN = 14.0  # seconds for what is in flight; with the rest of the stop it stays below 20

Clock: TypeAlias = Callable[[], datetime]


class Unfit(Exception):
    """The database can't be used for this; the message names the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lotse:
    """The parts, put together."""

    settings: Settings
    storage: Storage
    core: Core
    worker: SqlWorker
    planner: Planner
    deliveries: Deliveries
    sweep: Sweep
    now: Clock

    async def carry_out(self, work: Callable[[Scene, Unit], Awaitable[Replies]]) -> None:
        """A flow's work in one transaction, with what it promises; for commands, where no person is speaking."""
        for attempt in range(1, TRIES + 1):
            try:
                async with self.storage.unit() as uow:
                    await self.core.knowledge.refresh(uow)
                    scene = self.scene(uow)
                    for reply in await work(scene, uow):
                        await post(scene, reply)
                    await uow.commit()
                    return
            except Conflict:
                if attempt == TRIES:
                    raise

    def scene(self, uow: Unit) -> Scene:
        """What the flows need where no person is speaking."""
        return Scene(now=self.now(), rules=self.core.rules, knowledge=self.core.knowledge, uow=uow)


def configured(settings: Settings) -> Sequence[Adapter]:
    """The platforms this deployment talks on. The terminal is none of them: it needs somebody in front of it."""
    found: list[Adapter] = []
    if settings.teams_configured:
        from adapters.teams.adapter import TeamsAdapter  # noqa: PLC0415  (the SDK takes a second and 50 MB)

        found.append(TeamsAdapter(settings))
    if settings.matrix_configured:
        from adapters.matrix.adapter import MatrixAdapter  # noqa: PLC0415

        found.append(MatrixAdapter(settings))
    return found


def real_time() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def assembled(
    settings: Settings,
    *,
    transports: Sequence[Transport],
    now: Clock,
    mode: Literal["live", "demo"],
    observe: Observe | None = None,
) -> AsyncIterator[Lotse]:
    """Holds the SQLite lock, brings the schema, the register and the topics up to date. Raises Unfit, DatabaseInUse."""
    make_folder(settings)
    storage = await Storage.open(settings.database, hold=True, tombstones=settings.tombstone_file)
    try:
        await _only_in(storage, mode)
        await seed(storage)
        lotse = put_together(settings, storage, transports=transports, now=now, observe=observe)
        if storage.dialect == "sqlite":
            await lotse.worker.take_over()  # the lock is ours: whoever held leases on this file is gone
        yield lotse
    finally:
        await storage.close()


def put_together(
    settings: Settings,
    storage: Storage,
    *,
    now: Clock,
    transports: Sequence[Transport] = (),
    observe: Observe | None = None,
) -> Lotse:
    rules = settings.rules()
    knowledge = Knowledge()
    core = Core(database=storage, rules=rules, knowledge=knowledge)
    paced = [transport.platform for transport in transports if transport.platform != "console"]
    worker = SqlWorker(
        storage,
        idempotent=[transport.platform for transport in transports if transport.capabilities.idempotent],
        gaps=dict.fromkeys(paced, settings.seconds_between_messages),
    )
    deliveries = Deliveries(
        worker=worker,
        database=storage,
        transports=transports,
        still_true=asked_again(rules, knowledge),
        now=now,
        owner=f"{socket.gethostname()}-{os.getpid()}",
        pace=SqlPace(storage) if storage.dialect == "postgresql" else None,
        limits=Limits(rates=dict.fromkeys(paced, settings.messages_a_second)),
        **({} if observe is None else {"observe": observe}),
    )
    return Lotse(
        settings=settings,
        storage=storage,
        core=core,
        worker=worker,
        planner=Planner(storage, core.take_due),
        deliveries=deliveries,
        sweep=Sweep({"cleaning": partial(cleaning.sweep, storage)}),
        now=now,
    )


async def run(
    settings: Settings,
    *,
    stop: asyncio.Event | None = None,
    now: Clock = real_time,
    platforms: Callable[[Settings], Sequence[Adapter]] = configured,
) -> None:
    """The service, until SIGTERM, SIGINT or `stop`: every configured platform, the scheduler, the web endpoints."""
    from adapters.web import serve  # noqa: PLC0415  (aiohttp and APScheduler are for the service alone)
    from adapters.web.metrics import Metrics  # noqa: PLC0415
    from scheduler.clock import Scheduler  # noqa: PLC0415

    stop = stop or asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    adapters = platforms(settings)
    metrics = Metrics()
    transports = [adapter.transport for adapter in adapters]
    async with assembled(settings, transports=transports, now=now, mode="live", observe=metrics.delivered) as lotse:
        scheduler = Scheduler(
            planner=lotse.planner,
            deliveries=lotse.deliveries,
            worker=lotse.worker,
            sweep=lotse.sweep,
            now=now,
        )
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(serve(settings, lotse.storage, scheduler, metrics, adapters))
            async with lotse.storage.unit(write=False) as uow:
                await lotse.core.knowledge.refresh(uow)  # so that the first to write needn't wait for it
            gc.collect()
            gc.freeze()  # what is there now stays: looking through all of it again and again would hold up everybody
            scheduler.start()
            listening: list[asyncio.Task[None]] = []
            turns: list[Turns] = []
            try:
                for adapter in adapters:
                    mine = Turns(_taking(lotse, adapter.transport.capabilities, scheduler.wake))
                    turns.append(mine)
                    await _leftovers(lotse, adapter.transport.platform, mine)
                    inside = Inside(storage=lotse.storage, turns=mine, now=now, core=lotse.core)
                    listening.append(tasks.create_task(kept_up(adapter, inside)))
                for text in unknown():
                    log.warning(text, action="start")
                if not adapters:
                    log.warning("no platform is configured: nobody can write to the bot", action="start")
                log.info("running", action="start", platforms=[one.platform for one in transports])
                await stop.wait()
            finally:
                log.info("stopping", action="stop")
                await asyncio.gather(*(mine.stop(TURNS_WITHIN) for mine in turns))
                await scheduler.stop(STOP_WITHIN)
                for listener in listening:  # last: closing a connection would cut off what is on its way
                    listener.cancel()
                serving.cancel()
    log.info("stopped", action="stop")


def _taking(lotse: Lotse, capabilities: Capabilities, wake: Callable[[], None]) -> Take:
    async def take(incoming: Incoming) -> tuple[str, ...]:
        keys = await lotse.core.take_turn(incoming, lotse.now(), capabilities)
        wake()
        return keys

    return take


async def _leftovers(lotse: Lotse, platform: str, turns: Turns) -> None:
    """Events that were received, and whose turn a crash prevented."""
    async with lotse.storage.unit(write=False) as uow:
        waiting = await uow.inbox.waiting()
    for incoming in waiting:
        if incoming.platform == platform:
            turns.submit(incoming)


# ------------------------------------------------------------ databases


def make_folder(settings: Settings) -> None:
    """For its owner only. Raises Unfit."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unfit(f"the data folder can't be made ({error.strerror}): set LOTSE_DATA to one that can") from None
    file = sqlite_file(settings.database)
    if file is not None and not file.parent.is_dir():
        raise Unfit(f"there is no folder {file.parent} for the database: make it, or give the path of another")


async def _only_in(storage: Storage, mode: Literal["live", "demo"]) -> None:
    """A database is live or its clock is simulated, from the first start on, and never both."""
    async with storage.unit() as uow:
        found = await uow.meta.get(MODE)
        if found == mode:
            return
        if found is None:
            await uow.meta.put(MODE, mode)
            await uow.commit()
            return
    if mode == "demo":
        raise Unfit(
            "this database belongs to `lotse run`; the terminal's clock is simulated and would send real messages early:"
            " give the terminal another one with --database or LOTSE_DATABASE_URL"
        )
    raise Unfit(
        "this database belongs to the terminal, its clock is simulated: give `lotse run` another one"
        " with LOTSE_DATABASE_URL"
    )
