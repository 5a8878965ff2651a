"""One server that doesn't answer: it is left alone for a while, and nobody else waits for it."""

from datetime import datetime

from bot.kinds import Kind
from bot.ports import Capabilities, Delivered, Delivery, Outcome, TryLater
from scheduler.delivery import Deliveries, Limits
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import HOUR, MINUTE, NOW, SECOND, always, named, promise
from tests.storage.samples import incoming


class Platform:
    """Recipients of dead.example are behind a server that is away until it is back."""

    platform = "fake"
    capabilities = Capabilities(idempotent=True)

    def __init__(self) -> None:
        self.back = False
        self.tried: list[str] = []

    async def deliver(self, delivery: Delivery) -> Outcome:
        self.tried.append(str(delivery.server))
        away = delivery.server == "dead.example" and not self.back
        return TryLater(cause="504") if away else Delivered(remote_id=delivery.key)


async def test_a_dead_server_holds_up_nobody(storage: Storage):
    names = [f"{server} {number}" for server in ("dead", "well") for number in range(12)]
    async with storage.unit() as uow:
        for name in names:
            await uow.accounts.lock(incoming(named(name), domain=f"{name.split()[0]}.example"))
        await uow.commit()
    for name in names:
        await promise(storage, name, "Guten Tag", kind=Kind.NUDGE)
    platform, clock = Platform(), [NOW]

    def now() -> datetime:
        return clock[0]

    deliveries = Deliveries(
        worker=SqlWorker(storage, idempotent=["fake"]),
        database=storage,
        transports=[platform],
        still_true=always,
        now=now,
        owner="here",
        limits=Limits(batch=3),
    )
    await deliveries.deliver_due()
    assert platform.tried.count("well.example") == 12
    assert platform.tried.count("dead.example") == 3, "the others didn't even try"

    clock[0] = NOW + 2 * MINUTE
    await deliveries.deliver_due()
    assert platform.tried.count("dead.example") == 4, "one finds out that it is still away"

    platform.back = True
    for minutes in (10, 20, 30, 40):
        clock[0] = NOW + minutes * MINUTE
        await deliveries.deliver_due()
    clock[0] += HOUR
    await deliveries.deliver_due()
    assert platform.tried.count("dead.example") == 4 + 12, "nothing was given up"
    assert clock[0] - NOW < 2 * HOUR + SECOND
