"""Answer time in Matrix: from a person's send to the bot's message, against a bare nio echo bot on the same Synapse.

    .venv/bin/python bench/matrix.py [MESSAGES]

Both bots answer in an encrypted direct chat of their own, the person is one nio client on the same machine. The peer
keeps nothing and decides nothing: `sync_forever` and `room_send`, as the library's own examples do it.
"""

import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

import structlog
from nio import AsyncClient, AsyncClientConfig, InviteMemberEvent, RoomMessageText
from nio.store import SqliteStore

from adapters.app import run
from adapters.config import load
from adapters.matrix.local_synapse import Homeserver, synapse
from tests.matrix.people import Human

WARM = 5


def answers(person: Human) -> int:
    """Help, or the question again; a greeting and its buttons are none."""
    said = [str(one["content"].get("body", "")) for one in person.seen]
    return sum(text.startswith("/hilfe") or "Das können Sie zu mir sagen" in text for text in said)


async def measured(person: Human, messages: int) -> list[float]:
    """Milliseconds, one message after the other."""
    taken: list[float] = []
    for number in range(-WARM, messages):
        seen, begun = answers(person), time.perf_counter()
        await person.says(f"/hilfe {number}")
        await person.until(lambda seen=seen: answers(person) > seen)
        taken.append((time.perf_counter() - begun) * 1000)
    return sorted(taken[WARM:])


async def ours(homeserver: Homeserver, folder: Path, messages: int) -> list[float]:
    bot = homeserver.register("lotse", "password")
    settings = load(
        data=folder / "lotse", web_port=0, matrix_homeserver=homeserver.url, matrix_user=bot,
        matrix_password="password", matrix_store_key="a secret for the bench",
        messages_a_second=1000, seconds_between_messages=0,
    )  # fmt: skip
    stop = asyncio.Event()
    running = asyncio.create_task(run(settings, stop=stop))
    try:
        return await _talked(homeserver, folder, "miriam", bot, messages, greets=True)
    finally:
        stop.set()
        await running


async def echo(homeserver: Homeserver, folder: Path, messages: int) -> list[float]:
    bot = homeserver.register("echo", "password")
    store = folder / "echo"
    store.mkdir()
    client = AsyncClient(homeserver.url, bot, store_path=str(store), config=AsyncClientConfig(store=SqliteStore))
    await client.login("password")

    async def invited(room: object, event: InviteMemberEvent) -> None:
        if event.state_key == bot:
            await client.join(room.room_id)  # type: ignore[attr-defined]

    async def said(room: object, event: RoomMessageText) -> None:
        if event.sender != bot:
            content = {"msgtype": "m.notice", "body": event.body}
            await client.room_send(room.room_id, "m.room.message", content, ignore_unverified_devices=True)  # type: ignore[attr-defined]

    client.add_event_callback(invited, InviteMemberEvent)
    client.add_event_callback(said, RoomMessageText)
    running = asyncio.create_task(client.sync_forever(timeout=30_000, full_state=True))
    try:
        return await _talked(homeserver, folder, "jens", bot, messages)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await client.close()


async def _talked(
    homeserver: Homeserver, folder: Path, name: str, bot: str, messages: int, *, greets: bool = False
) -> list[float]:
    async with Human(homeserver, name, bot, folder / name) as person:
        await person.opens_chat()
        if greets:  # the notice and its two buttons are no answers
            await person.until(lambda: len(person.seen) == 3)
        return await measured(person, messages)


def main() -> None:
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.disable(logging.WARNING)
    both: dict[str, Callable[[Homeserver, Path, int], Awaitable[list[float]]]] = {"nio echo": echo, "Lotse": ours}
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "synapse").mkdir()
        with synapse(folder / "synapse") as homeserver:
            for which, bot in both.items():
                found[which] = asyncio.run(bot(homeserver, folder, messages))
    for which, taken in found.items():
        print(f"{which:10} p50 {median(taken):6.1f} ms   p99 {taken[int(len(taken) * 0.99)]:6.1f} ms")
    ratio = median(found["Lotse"]) / median(found["nio echo"])
    print(f"ratio of the medians: {ratio:.2f}")


if __name__ == "__main__":
    main()
