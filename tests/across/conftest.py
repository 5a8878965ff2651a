"""One service with both platforms in it: Teams' people on the wire, Element's on a real Synapse, all of it encrypted."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp.test_utils import unused_port

from adapters.config import Settings, load
from adapters.matrix.adapter import MatrixAdapter
from adapters.matrix.local_synapse import Homeserver
from storage.seed import seed
from storage.unit_of_work import Storage
from tests.across.people import InElement, InTeams, Person
from tests.databases import SQLiteFiles, run
from tests.matrix.conftest import Clock, bot, homeserver, service, settings  # noqa: F401  (fixtures)
from tests.matrix.people import PATIENCE
from tests.stories.network import member
from tests.teams.conftest import key, no_settings_of_this_machine, secure  # noqa: F401  (fixtures)
from tests.teams.signing import SigningKey, Tls
from tests.teams.wire import GIVEN, Line
from tests.town import BEGIN


@pytest.fixture(scope="session")
def seeded(sqlite_files: SQLiteFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the whole register and all topics, made once."""
    folder = tmp_path_factory.mktemp("seeded")
    url = sqlite_files.fresh(folder)

    async def fill() -> None:
        storage = await Storage.open(url)
        await seed(storage)
        await storage.close()

    run(fill)
    return folder / "lotse.db"


@pytest.fixture
def of_both(settings: Settings, seeded: Path) -> Settings:  # noqa: F811
    """Those of Matrix, with Teams beside it."""
    settings.data.mkdir(mode=0o700)
    shutil.copyfile(seeded, settings.data / "lotse.db")
    port = unused_port()
    given = {**settings.model_dump(exclude_unset=True), **GIVEN}
    return load(**{**given, "web_port": port, "public_url": f"http://127.0.0.1:{port}"})


@dataclass(slots=True)
class Founding:
    """The network before the service begins, as `tests.stories.network` puts people into it."""

    storage: Storage
    people: dict[str, Person]
    now = BEGIN

    def person(self, name: str, platform: str) -> Any:
        who = self.people[name]
        assert platform == who.platform
        return SimpleNamespace(name=name, platform=platform, account=who.account, address=who.address, key="")


class Both:
    """The service and whoever talks to it."""

    def __init__(self, given: Settings, line: Line, synapse: Homeserver, folder: Path, stack: AsyncExitStack) -> None:
        self.settings, self.line, self.clock = given, line, Clock(datetime.now(UTC))
        self._homeserver, self._folder, self._stack = synapse, folder, stack
        self.matrix = MatrixAdapter(given)
        self.people: dict[str, Person] = {}
        self.keys: dict[str, str] = {}

    async def meets(self, name: str, platform: str) -> Person:
        """Somebody with an account; the bot doesn't know them yet."""
        if platform == "teams":
            self.people[name] = InTeams(name, self.line)
        else:
            user = str(self.settings.matrix_user)
            made = InElement(self._homeserver, name, user, self._folder)
            self.people[name] = await self._stack.enter_async_context(made)
        return self.people[name]

    async def member(self, name: str, place: str, platform: str, **profile: Any) -> Person:
        """Somebody of the network, before the service begins."""
        who = await self.meets(name, platform)
        async with self.storage() as storage:
            town: Any = Founding(storage, self.people)
            self.keys[name] = (await member(town, name, place, platform=platform, **profile)).key
        return who

    @asynccontextmanager
    async def storage(self) -> AsyncIterator[Storage]:
        """What is stored, for a look beside the service or after it."""
        opened = await Storage.open(self.settings.database)
        try:
            yield opened
        finally:
            await opened.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Both platforms have begun."""
        async with service(self.settings, self.clock, lambda _: (self.line.adapter, self.matrix)):
            async with asyncio.timeout(PATIENCE):
                await self.line.published.asking.wait()  # Teams' part looks for keys when it is ready to be called
            yield


@pytest.fixture
async def both(
    of_both: Settings,
    homeserver: Homeserver,  # noqa: F811
    key: SigningKey,  # noqa: F811
    secure: Tls,  # noqa: F811
    tmp_path: Path,
) -> AsyncIterator[Both]:
    line = Line(tmp_path, key, secure)
    await line.ready(of_both)
    line.base = str(of_both.public_url)
    async with AsyncExitStack() as stack:
        yield Both(of_both, line, homeserver, tmp_path, stack)
    await line.hang_up()
