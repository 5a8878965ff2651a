"""kill -9 in the middle of delivery, twice: nothing is lost, and nothing is repeated that nobody may repeat."""

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path

from bot.kinds import Kind
from scheduler.delivery import Deliveries
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.scheduler.promises import HOUR, NOW, always, known, lease_runs_out, promise, rows
from tests.scheduler.victim import ledgers

ROOT = Path(__file__).parents[2]
KINDS = (Kind.NUDGE, Kind.REQUEST, Kind.ANSWER)


async def killed(url: str, received: Path, *, at: int, hours: int) -> bool:
    command = (sys.executable, "-m", "tests.scheduler.victim", url, str(received), str(at), str(hours))
    victim = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    return await victim.wait() == -signal.SIGKILL


async def test_killed_twice_in_the_middle(storage: Storage, database_url: str, tmp_path: Path):
    people = [f"person {number}" for number in range(30)]
    for platform in ("careful", "careless"):
        await known(storage, *people, platform=platform)
        for number, name in enumerate(people):
            await promise(storage, name, "1", "2", "3", kind=KINDS[number % 3], platform=platform)
    received = tmp_path / "received"

    for hours, at in enumerate((45, 100)):
        assert await killed(database_url, received, at=at, hours=hours)
        await lease_runs_out(storage)
    worker = SqlWorker(storage, idempotent=["careful"])
    assert await worker.recover(NOW + 2 * HOUR) > 0
    await Deliveries(
        worker=worker,
        database=storage,
        transports=ledgers(received),
        still_true=always,
        now=lambda: NOW + 3 * HOUR,
        owner="the survivor",
    ).deliver_due()

    promised = await rows(storage)
    calls = [line.split() for line in received.read_text().splitlines()]
    arrivals = Counter(key for key, _ in calls)
    again = [(key, mark) for number, (key, mark) in enumerate(calls) if key in dict(calls[:number])]
    # Nothing promised is lost: it has arrived, or it is listed as unknown. With keys, everything has arrived.
    for key, row in promised.items():
        assert row["state"] in ("sent", "held"), row["cause"]
        assert row["body"] is None
        assert arrivals[key] >= 1 or row["state"] == "held"
    assert {row["state"] for row in promised.values() if row["platform"] == "careful"} == {"sent"}
    # The kills did hit a batch in flight, so that there was something to lose and to repeat.
    assert "held" in {row["state"] for row in promised.values()}
    assert again
    # What was repeated is known to the platform by its key, or it must arrive and says that it may be a second one.
    for key, mark in again:
        assert mark == "marked"
        assert promised[key]["platform"] == "careful" or promised[key]["kind"] is Kind.REQUEST
