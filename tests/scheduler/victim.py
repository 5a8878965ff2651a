"""A process that delivers until it is killed in the middle: `victim.py URL RECEIVED DIES_AT HOURS`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.ports import Capabilities, Delivered, Delivery, Outcome
from scheduler.delivery import Deliveries
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import HOUR, NOW, always


class Ledger:
    """A platform that writes down every key it receives before it answers; and at the n-th, the lights go out."""

    def __init__(self, platform: str, received: Path, dies_at: int = 0) -> None:
        self.platform = platform
        self.capabilities = Capabilities(idempotent=platform == "careful")
        self._received = received
        self._dies_at = dies_at

    async def deliver(self, delivery: Delivery) -> Outcome:
        line = f"{delivery.key} {'marked' if delivery.uncertain else 'first'}\n"
        count = len(self._received.read_text().splitlines()) if self._received.exists() else 0
        if self._dies_at and count + 1 == self._dies_at:
            os.kill(os.getpid(), signal.SIGKILL)  # before it has arrived; others of the batch have, unacknowledged
        with self._received.open("a") as ledger:
            ledger.write(line)
        await asyncio.sleep(0)
        return Delivered(remote_id=f"remote of {delivery.key}")


def ledgers(received: Path, dies_at: int = 0) -> list[Ledger]:
    return [Ledger(platform, received, dies_at) for platform in ("careful", "careless")]


async def main(url: str, received: Path, dies_at: int, hours: int) -> None:
    now = NOW + hours * HOUR
    storage = await Storage.open(url)
    worker = SqlWorker(storage, idempotent=["careful"])
    await worker.recover(now)
    await Deliveries(
        worker=worker,
        database=storage,
        transports=ledgers(received, dies_at),
        still_true=always,
        now=lambda: now + HOUR / 2,  # what may have arrived is tried again by then
        owner=f"victim {os.getpid()}",
    ).deliver_due()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
