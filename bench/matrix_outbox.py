"""2,000 rows of the outbox into 50 encrypted rooms on a real Synapse, against bare nio loops with the same texts.

    .venv/bin/python bench/matrix_outbox.py [ROWS] [ROOMS]

All rows are due at once; Lotse asks of each whether it is still true, notes that it is being sent, sends, and notes the
homeserver's answer. The peers keep nothing: `room_send` in one loop, and in as many loops as there are rooms. Speed
limits are lifted on both sides. Afterwards a client that was in all rooms reads everything. Exit code 1 if something is
missing, came twice or out of order.
"""

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import structlog
from nio import AsyncClient, AsyncClientConfig, MegolmEvent, RoomMessage, RoomSendResponse
from nio.store import SqliteStore
from sqlalchemy import select

from adapters.app import run
from adapters.beside import beside
from adapters.config import load
from adapters.matrix.local_synapse import Homeserver, synapse
from bot.events import Account
from bot.kinds import Kind
from bot.messages import Message, Text, to_data
from storage.pending import pending
from storage.tables import accounts, outbox
from storage.unit_of_work import Storage
from tests.matrix.conftest import Clock

FILTER = {"room": {"timeline": {"limit": 100}}}
ENCRYPTED = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`waits`: seconds from due to acknowledged, of each row."""

    seconds: float
    waits: Sequence[float]


OURS = "Guten Tag, hier ist Lotse mit Nachricht"


def text_of(number: int) -> str:
    return f"{OURS} {number:05} und einer kurzen Frage zu Ihrem Besuch."


class Party:
    """A client on bare nio: the reader in all rooms, and the peers."""

    def __init__(self, homeserver: Homeserver, name: str, folder: Path) -> None:
        self.user = homeserver.register(name, "password")
        store = folder / name
        store.mkdir()
        config = AsyncClientConfig(store=SqliteStore, pickle_key="bench", max_limit_exceeded=0)
        self.client = AsyncClient(homeserver.url, self.user, store_path=str(store), config=config)

    async def begins(self) -> None:
        await self.client.login("password")
        await self.syncs()

    async def syncs(self, wait: int = 0) -> Any:
        answer = await self.client.sync(wait, FILTER, full_state=not self.client.next_batch)
        for room in answer.rooms.invite:
            await self.client.join(room)
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        if self.client.should_query_keys:
            await self.client.keys_query()
        return answer

    async def opens(self, other: str, rooms: int) -> list[str]:
        made = [
            await self.client.room_create(is_direct=True, invite=[other], initial_state=[ENCRYPTED])
            for _ in range(rooms)
        ]
        return [one.room_id for one in made]

    async def sees_in(self, other: str, rooms: Sequence[str]) -> None:
        """Waits until the other one has come into all of them."""

        def there(room: str) -> bool:
            known = self.client.rooms.get(room)
            return known is not None and other in known.users and not known.users[other].invited

        while not all(there(room) for room in rooms):
            await self.syncs(1000)

    async def reads(self, rooms: Sequence[str], rows: int) -> list[str]:
        """What is wrong: nothing, if each room has its texts, each once and in order."""
        answer = await self.syncs()
        problems = []
        for place, room in enumerate(rooms):
            events = answer.rooms.join[room].timeline.events if room in answer.rooms.join else []
            found = [
                "unreadable" if isinstance(event, MegolmEvent) else event.body
                for event in events
                if isinstance(event, MegolmEvent) or (isinstance(event, RoomMessage) and event.body.startswith(OURS))
            ]
            if found != [text_of(number) for number in range(place, rows, len(rooms))]:
                problems.append(f"{room}: {len(found)} messages, {len(set(found))} different")
        return problems


async def promised(storage: Storage, places: Sequence[str], rows: int, due: datetime) -> None:
    """All due at once, to as many accounts as there are rooms."""
    names = [Account(f"matrix:@person{number}:town.example") for number in range(len(places))]
    known = {"platform": "matrix", "name": "Somebody", "seen_at": due, "reachable": True}
    row = {
        "platform": "matrix", "kind": Kind.STATUS, "body_hash": "0" * 64, "holds_personal": False,
        "planned_at": due, "due_at": due, "state": "pending", "attempts": 0, "shows": [],
    }  # fmt: skip
    people = [{"account": name, "address": place, **known} for name, place in zip(names, places, strict=True)]
    texts = [
        {
            "key": f"m_bench{number:05}",
            "account": names[number % len(names)],
            "body": to_data(Message(blocks=(Text(text=text_of(number)),))),
            **row,
        }
        for number in range(rows)
    ]
    async with storage.transaction() as tx:
        await tx.connection.execute(accounts.insert(), people)
        await tx.connection.execute(outbox.insert(), texts)
        await tx.commit()


async def lotse(homeserver: Homeserver, reader: Party, rows: int, rooms: int, folder: Path) -> tuple[Result, list[str]]:
    bot = homeserver.register("lotse", "password")
    settings = load(
        data=folder / "lotse-data", web_port=0, matrix_homeserver=homeserver.url, matrix_user=bot,
        matrix_password="password", matrix_store_key="a secret for the bench",
        messages_a_second=1000, seconds_between_messages=0,
    )  # fmt: skip
    stop, clock = asyncio.Event(), Clock()
    running = asyncio.create_task(run(settings, stop=stop, now=clock))
    try:
        places = await reader.opens(bot, rooms)
        await reader.sees_in(bot, places)
        async with beside(settings) as other:
            while await pending(other.storage):  # noqa: ASYNC110  (the service's greetings; it says nothing to us)
                await asyncio.sleep(0.2)
            due = clock()
            await promised(other.storage, places, rows, due)
            while await pending(other.storage):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
            async with other.storage.transaction(write=False) as tx:
                times = await tx.column(select(outbox.c.sent_at).where(outbox.c.key.startswith("m_bench")))
    finally:
        stop.set()
        await running
    waits = sorted((at - due).total_seconds() for at in times)
    return Result(seconds=waits[-1], waits=waits), await reader.reads(places, rows)


async def bare(
    homeserver: Homeserver, reader: Party, rows: int, rooms: int, folder: Path, *, loops: bool
) -> tuple[Result, list[str]]:
    peer = Party(homeserver, "loops" if loops else "loop", folder)
    await peer.begins()
    places = await reader.opens(peer.user, rooms)
    await peer.syncs()
    await reader.sees_in(peer.user, places)
    await peer.syncs()
    begun, waits = time.perf_counter(), []

    async def send(number: int) -> None:
        content = {"msgtype": "m.notice", "body": text_of(number)}
        answer = await peer.client.room_send(
            places[number % rooms], "m.room.message", content, ignore_unverified_devices=True
        )
        assert isinstance(answer, RoomSendResponse), answer
        waits.append(time.perf_counter() - begun)

    async def one_room(place: int) -> None:
        for number in range(place, rows, rooms):
            await send(number)

    if loops:
        await asyncio.gather(*(one_room(place) for place in range(rooms)))
    else:
        for number in range(rows):
            await send(number)
    seconds = time.perf_counter() - begun
    await peer.client.close()
    return Result(seconds=seconds, waits=sorted(waits)), await reader.reads(places, rows)


async def measured(homeserver: Homeserver, rows: int, rooms: int, folder: Path) -> int:
    reader = Party(homeserver, "reader", folder)
    await reader.begins()
    given = (homeserver, reader, rows, rooms, folder)
    runs: dict[str, Callable[[], Awaitable[tuple[Result, list[str]]]]] = {
        "nio, one loop": lambda: bare(*given, loops=False),
        f"nio, {rooms} loops": lambda: bare(*given, loops=True),
        "Lotse": lambda: lotse(*given),
    }
    wrong, seconds = [], {}
    for name, go in runs.items():
        result, problems = await go()
        wrong += problems
        seconds[name] = result.seconds
        p50, p99 = (result.waits[int(rows * share)] for share in (0.5, 0.99))
        print(f"{name:14} {rows / result.seconds:6.1f} rows/s   p50 {p50:6.2f} s   p99 {p99:6.2f} s", flush=True)
    await reader.client.close()
    for name in [*runs][:-1]:
        print(f"Lotse's speed: {seconds[name] / seconds['Lotse']:.2f} times that of {name}")
    print("\n".join(wrong) if wrong else f"all {rows} texts arrived in each run, once and in order")
    return 1 if wrong else 0


def main() -> int:
    rows, rooms = (int(word) for word in (*sys.argv[1:], *("2000", "50")[len(sys.argv) - 1 :]))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "synapse").mkdir()
        with synapse(folder / "synapse") as homeserver:
            return asyncio.run(measured(homeserver, rows, rooms, folder))


if __name__ == "__main__":
    raise SystemExit(main())
