"""One Synapse for the session, and Lotse as a service on it: whole, in this process, with a database of its own."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from adapters.app import configured, run
from adapters.config import Settings, load
from adapters.inside import Adapter
from adapters.matrix.local_synapse import Homeserver, synapse
from tests.matrix.people import Human
from tests.town import BEGIN


@pytest.fixture(scope="session")
def homeserver() -> Iterator[Homeserver]:
    with TemporaryDirectory(prefix="synapse-", ignore_cleanup_errors=True) as folder, synapse(Path(folder)) as running:
        yield running


@pytest.fixture
def bot(homeserver: Homeserver) -> str:
    """An account of its own for each story: an identity is made once and never replaced."""
    return homeserver.register(f"lotse{next(_NUMBERS)}", "password")


@pytest.fixture
def settings(homeserver: Homeserver, bot: str, tmp_path: Path) -> Settings:
    return load(
        data=tmp_path / "lotse",
        web_port=0,
        matrix_homeserver=homeserver.url,
        matrix_user=bot,
        matrix_password="password",
        matrix_store_key="a secret for the tests",
        messages_a_second=1000,
        seconds_between_messages=0.001,
    )


@asynccontextmanager
async def service(
    settings: Settings,
    clock: Callable[[], datetime] | None = None,
    platforms: Callable[[Settings], Sequence[Adapter]] = configured,
) -> AsyncIterator[None]:
    """Lotse runs until the block ends."""
    stop = asyncio.Event()
    running = asyncio.create_task(run(settings, stop=stop, now=clock or Clock(), platforms=platforms))
    try:
        yield
    finally:
        stop.set()
        await running


class Clock:
    """Runs like any other, and began on a Monday at ten: no public holiday of the real day may hold up a story. All of
    them began together, unless told: a service that is started again doesn't live through the same seconds twice.
    """

    def __init__(self, began: datetime | None = None) -> None:
        self._offset = BEGIN - (began or _STARTED)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def jumps_to(self, local: str) -> None:
        """A time in Berlin: "2026-12-02 16:50"."""
        self._offset = datetime.fromisoformat(local).replace(tzinfo=BEGIN.tzinfo) - datetime.now(UTC)


_NUMBERS = itertools.count(1)
_STARTED = datetime.now(UTC)
Meets = Callable[[str], Awaitable[Human]]


@pytest.fixture
async def meets(homeserver: Homeserver, bot: str, tmp_path: Path) -> AsyncIterator[Meets]:
    """Somebody with an account, signed in; their name is used once in a session."""
    async with AsyncExitStack() as stack:

        async def made(name: str) -> Human:
            return await stack.enter_async_context(Human(homeserver, name, bot, tmp_path / name))

        yield made
