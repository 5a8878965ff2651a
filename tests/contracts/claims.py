"""A worker's claims, and how they end, for the tests of what everybody who delivers may rely on."""

from typing import Any

from bot.ports import Delivery
from storage.worker import SqlWorker
from tests.scheduler.promises import NOW, PLATFORMS

OURS, OTHERS = "worker 1", "worker 2"


async def claimed(worker: SqlWorker, now: Any = NOW, owner: str = OURS, **more: Any) -> list[Delivery]:
    return list(await worker.claim(now, PLATFORMS, owner=owner, **more))


async def sent(worker: SqlWorker, *outcomes: Any, now: Any = NOW) -> list[Delivery]:
    """Claims what is due, and lets it end like this; without an outcome it is left in flight."""
    taken = await claimed(worker, now)
    await worker.sending([delivery.key for delivery in taken], owner=OURS)
    await worker.settle(zip(taken, outcomes, strict=False), now, owner=OURS)
    return taken
