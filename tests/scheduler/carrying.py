"""Deliveries put together for a test, with a clock moved by hand and a verdict of one's own."""

from datetime import datetime
from random import Random
from typing import Any

from bot.ports import Delivery, StillTrue, UnitOfWork, Verdict
from scheduler.delivery import Deliveries
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import NOW, always


class Clock:
    """Business time, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def deliveries(storage: Storage, *platforms: Any, still_true: StillTrue = always, **more: Any) -> Deliveries:
    idempotent = [platform.platform for platform in platforms if platform.capabilities.idempotent]
    given: dict[str, Any] = {
        "worker": SqlWorker(storage, idempotent=idempotent, rng=Random(1)),
        "database": storage,
        "transports": platforms,
        "still_true": still_true,
        "now": Clock(),
        "owner": "this process",
        **more,
    }
    return Deliveries(**given)


def verdict(found: Verdict) -> StillTrue:
    async def ask(_uow: UnitOfWork, _delivery: Delivery, _now: datetime) -> Verdict:
        return found

    return ask
