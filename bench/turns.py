"""Turns per second and p99 through the whole core, on SQLite and on PostgreSQL, against one bare commit on the same.

    .venv/bin/python bench/turns.py [TURNS]

A turn is a line of a conversation in the demo network: understood, carried out, its answer promised and committed. The
peer is what no durable turn can do without: one transaction that writes one row, through the same engine in the same
run. The ratio says how many such commits a whole turn costs.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from adapters import demo
from adapters.app import put_together
from adapters.config import load
from adapters.console import Console
from adapters.demo_people import SPEAKER
from bench.delivery import postgresql
from bot.events import Account, Address, Incoming, Said
from storage.seed import seed
from storage.unit_of_work import Storage

LINES = (
    "Wer kennt sich mit der E-Akte aus?",
    "und in Bayern?",
    "mehr",
    "zeig mal mein profil",
    "und?",
    "ich kann bei Online-Terminvergabe helfen, machen wir seit 3 jahren",
    "danke",
    "hilfe",
)


async def measure(url: str, turns: int) -> tuple[float, float, float, float]:
    """Turns a second, p99 and median of a turn in milliseconds, commits a second."""
    os.environ["LOTSE_SEARCHES_PER_HOUR"] = "10000"
    storage = await Storage.open(url)
    try:
        await seed(storage)
        now = demo.START
        lotse = put_together(load(), storage, now=lambda: now, transports=[Console(_ignore)])
        await demo.make(lotse, now)
        account = Account(f"console:{SPEAKER.casefold()}")
        taken = []
        for number in range(-20, turns):
            incoming = Incoming(
                id=f"bench-{number}",
                platform="console",
                account=account,
                name=SPEAKER,
                address=Address(account),
                at=now,
                what=Said(text=LINES[number % len(LINES)]),
            )
            begun = time.perf_counter()
            await lotse.core.take_turn(incoming, now)
            if number >= 0:
                taken.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        for number in range(turns):
            async with storage.unit() as uow:
                await uow.meta.put("bench", str(number))
                await uow.commit()
        commits = turns / (time.perf_counter() - begun)
        taken.sort()
        return turns / sum(taken), 1000 * taken[int(0.99 * len(taken))], 1000 * median(taken), commits
    finally:
        await storage.close()


async def _ignore(_delivery: object) -> None: ...


async def main(turns: int) -> None:
    print(f"{'':12}{'turns/s':>9}{'median ms':>11}{'p99 ms':>9}{'bare commits/s':>16}{'commits a turn':>16}")
    with tempfile.TemporaryDirectory() as folder, postgresql() as server:
        server.psql("CREATE DATABASE turns")
        urls = {"SQLite": f"sqlite:///{folder}/turns.db", "PostgreSQL": str(server.get_uri("turns"))}
        for name, url in urls.items():
            rate, p99, middle, commits = await measure(url, turns)
            print(f"{name:12}{rate:9.0f}{middle:11.1f}{p99:9.1f}{commits:16.0f}{commits / rate:16.1f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
