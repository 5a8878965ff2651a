"""Nudges: planning 5,000 people, a month of minutely schedules missed, fire times against a plain walk, slots kept.

    .venv/bin/python bench/nudges.py

Planning is compared with procrastinate's own way of promising as many jobs in the same PostgreSQL. Exit code 1 if 5,000
people take 2 s or more, the loop stands still for 50 ms or longer, a fire time differs, or the 99th percentile
between the assigned slot and the request reaches 3 s.
"""

import asyncio
import logging
import os
import random
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.delivery import postgresql
from bot.dispatch import Core
from bot.events import Account, Address
from bot.flows.nudges.run import DUE_NOW
from bot.hours import Hours, Window
from bot.knowledge import Knowledge
from bot.model import AccountRow, Consent, Person, new_key
from bot.nudges.model import Nudge, NudgeState
from bot.ports import Capabilities, Delivered, Delivery, Outcome
from bot.rules import Rules
from bot.schedules import Recurring, instants
from scheduler.delivery import Deliveries
from scheduler.plan import Planner
from storage.members import NewMember, add_members
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.bot.schedules.plain_walk import some_schedule, walk

PEOPLE = 5_000
SCHEDULES = 1_000
NOW = datetime(2026, 12, 7, 8, 0, tzinfo=UTC)  # a Monday, 09:00 in Berlin


def nudge(name: str, schedule: str, **more: Any) -> Nudge:
    at = NOW - timedelta(days=40)
    return Nudge(
        key=new_key("n"), name=name, by="operator", schedule=schedule, text_de="Guten Tag {name}.", text_en="Hello {name}.",
        button="profile", state=NudgeState.ACTIVE, planned_until=at, created_at=at, changed_at=at, **more,
    )  # fmt: skip


async def members(storage: Storage, count: int, at: datetime) -> None:
    new = []
    for number in range(count):
        person = Person(key=new_key("p"), name=f"Person {number}", created_at=at, active_at=at, confirmed_at=at)
        row = AccountRow(
            account=Account(f"bench:{number}"), platform="bench", address=Address("room"), name=person.name,
            person=person.key, seen_at=at,
        )  # fmt: skip
        new.append(NewMember(person=person, account=row, consent=Consent(person=person.key, version="1", given_at=at)))
    async with storage.unit() as uow:
        await add_members(uow, new, at)
        await uow.commit()


async def planning(url: str) -> float:
    """Seconds for one nudge to everybody, from the due item to the commit."""
    storage = await Storage.open(url)
    await members(storage, PEOPLE, NOW - timedelta(days=30))
    one = replace(
        nudge("Rundfrage", "RRULE:FREQ=WEEKLY;BYDAY=MO AT 09:00 FROM 2026-01-01"), planned_until=NOW - timedelta(days=1)
    )
    async with storage.unit() as uow:
        await uow.nudges.add(one)
        await uow.agenda.set(DUE_NOW, one.key, NOW)
        await uow.commit()
    core = Core(database=storage, rules=Rules(), knowledge=Knowledge())
    async with storage.unit(write=False) as uow:
        await core.knowledge.refresh(uow)
    began = time.perf_counter()
    await core.take_due(DUE_NOW, one.key, NOW, NOW)
    took = time.perf_counter() - began
    async with storage.unit(write=False) as uow:
        (run,) = await uow.nudges.runs(one.key)
        assert run.due == PEOPLE
    await storage.close()
    return took


async def deferring(server: Any) -> float:
    """Seconds procrastinate takes to promise as many jobs."""
    import procrastinate  # noqa: PLC0415

    logging.disable(logging.WARNING)
    server.psql("CREATE DATABASE peer")
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=server.get_uri("peer")))

    @app.task(name="send")
    def send(person: int) -> None: ...

    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        began = time.perf_counter()
        for number in range(PEOPLE):
            await send.defer_async(person=number)
        return time.perf_counter() - began


async def standstill(url: str) -> tuple[float, float]:
    """(longest time the loop stood still, seconds in all) while a month of minutely schedules is caught up."""
    storage = await Storage.open(url)
    async with storage.unit() as uow:
        for number in range(SCHEDULES):
            one = nudge(f"Nudge {number}", "CRON * * * * *", audience="role:coordinator")
            one = replace(one, planned_until=NOW - timedelta(days=30))
            await uow.nudges.add(one)
            await uow.agenda.set(DUE_NOW, one.key, NOW - timedelta(days=30))
        await uow.commit()
    core = Core(database=storage, rules=Rules(), knowledge=Knowledge())
    planner = Planner(storage, core.take_due)
    longest, ended = 0.0, False

    async def watch() -> None:
        nonlocal longest
        while not ended:
            began = time.perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, time.perf_counter() - began)

    watching = asyncio.create_task(watch())
    began = time.perf_counter()
    while await planner.plan(NOW):
        pass
    took, ended = time.perf_counter() - began, True
    await watching
    await storage.close()
    return longest, took


def fire_times(count: int) -> int:
    """How many of so many random schedules differ from a plain walk over ten years."""
    chance = random.Random(2026)
    begin, end = datetime(2023, 12, 1, tzinfo=UTC), datetime(2033, 12, 31, 22, 59, tzinfo=UTC)
    wrong = 0
    for _ in range(count):
        schedule: Recurring = some_schedule(chance)
        expected = [at for at in walk(schedule, "Europe/Berlin", date(2024, 1, 1), date(2033, 12, 31)) if at <= end]
        wrong += list(instants(schedule, "Europe/Berlin", begin, end)) != expected
    return wrong


async def slots(url: str, people: int) -> list[float]:
    """Seconds between each assigned slot and its request, in real time, a beat a second as in the service."""
    storage = await Storage.open(url)
    now = datetime.now(UTC)
    await members(storage, people, now - timedelta(days=30))
    at = (now + timedelta(minutes=1)).replace(second=0, microsecond=0)
    wall = at.astimezone(ZoneInfo("Europe/Berlin"))
    one = replace(nudge("Rundfrage", f"ONCE {wall:%Y-%m-%dT%H:%M}"), planned_until=now, created_at=now)
    async with storage.unit() as uow:
        await uow.nudges.add(one)
        await uow.agenda.set(DUE_NOW, one.key, at)
        await uow.commit()
    always = Hours(
        window=Window(days=frozenset(range(7)), opens=datetime.min.time(), closes=datetime.min.time()),
        closed=frozenset(),
    )
    rules = Rules(hours=always)
    core = Core(database=storage, rules=rules, knowledge=Knowledge())
    late: list[float] = []

    class Platform:
        platform = "bench"
        capabilities = Capabilities(idempotent=True)

        async def deliver(self, delivery: Delivery) -> Outcome:
            late.append((datetime.now(UTC) - delivery.due).total_seconds())
            return Delivered(remote_id=delivery.key)

    from bot.sending import asked_again  # noqa: PLC0415

    deliveries = Deliveries(
        worker=SqlWorker(storage, idempotent=["bench"]), database=storage, transports=[Platform()],
        still_true=asked_again(rules, core.knowledge), now=lambda: datetime.now(UTC), owner=f"bench-{os.getpid()}",
    )  # fmt: skip
    planner = Planner(storage, core.take_due)
    while len(late) < people:
        await planner.plan(datetime.now(UTC))
        await deliveries.pump()
        await asyncio.sleep(1)
    await deliveries.stop()
    await storage.close()
    return sorted(late)


def main() -> None:
    problems = []
    with postgresql() as server, tempfile.TemporaryDirectory() as folder:
        server.psql("CREATE DATABASE lotse")
        server.psql("CREATE DATABASE standstill")
        sqlite = asyncio.run(planning(f"sqlite:///{folder}/plan.db"))
        postgres = asyncio.run(planning(server.get_uri("lotse")))
        peer = asyncio.run(deferring(server))
        print(
            f"planned for {PEOPLE} people: SQLite {sqlite:.2f} s, PostgreSQL {postgres:.2f} s; procrastinate promises as many jobs in {peer:.2f} s ({peer / postgres:.1f} times)"
        )
        if max(sqlite, postgres) >= 2:
            problems.append("planning takes 2 s or more")
        for name, url in (("SQLite", f"sqlite:///{folder}/still.db"), ("PostgreSQL", server.get_uri("standstill"))):
            longest, took = asyncio.run(standstill(url))
            print(
                f"{SCHEDULES} minutely schedules after 30 days: {name} {took:.1f} s in all, the loop stood still for {longest * 1000:.0f} ms at most"
            )
            if longest >= 0.05:
                problems.append(f"the loop stood still for {longest * 1000:.0f} ms")
        late = asyncio.run(slots(f"sqlite:///{folder}/slots.db", 60))
        p50, p99 = late[len(late) // 2], late[int(len(late) * 0.99) - 1]
        print(
            f"assigned slot to request, 60 people over 3 minutes: p50 {p50:.2f} s, p99 {p99:.2f} s, earliest {late[0]:.2f} s"
        )
        if p99 >= 3:
            problems.append("slots are kept badly")
    wrong = fire_times(2_000)
    print(f"fire times of 2,000 schedules over ten years: {wrong} differ from a plain walk")
    if wrong:
        problems.append("fire times differ")
    for problem in problems:
        print(f"MISSED: {problem}")
    raise SystemExit(bool(problems))


if __name__ == "__main__":
    main()
