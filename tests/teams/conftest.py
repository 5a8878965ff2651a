"""Fixtures for Teams on the wire: one key and one certificate for all, a fresh line and town for each test."""

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from adapters import log
from storage.register import topics
from storage.unit_of_work import Storage
from tests.stories.conftest import some_municipalities
from tests.teams.signing import Published, SigningKey, Tls, new_key, tls
from tests.teams.wire import Line, TeamsPerson, WireTown


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return new_key("key-1")


@pytest.fixture(scope="session")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    return tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LOTSE_CONFIG", "LOTSE_WEB_HOST", "LOTSE_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log as the service writes it, of libraries too."""
    stream = io.StringIO()
    log.set_up("debug", stream)
    yield stream
    structlog.reset_defaults()


@pytest.fixture
async def line(tmp_path: Path, key: SigningKey, secure: Tls) -> AsyncIterator[Line]:
    made = Line(tmp_path, key, secure, public_url="https://lotse.example")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def published(key: SigningKey) -> AsyncIterator[Published]:
    """The keys, for who needs nothing else."""
    made = Published(key)
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What differs between the databases is tested elsewhere."""
    return sqlite_url


@pytest.fixture
async def town(storage: Storage, line: Line) -> AsyncIterator[WireTown]:
    async with storage.unit() as uow:
        await uow.bodies.put(*some_municipalities())
        await uow.topics.ship(topics())
        await uow.commit()
    made = WireTown(storage, line)
    yield made
    await made.turns.settled(10.0)
    await line.adapter.transport.closed()


@pytest.fixture
def miriam(town: WireTown) -> TeamsPerson:
    found = town.person("Miriam Vogt")
    assert isinstance(found, TeamsPerson)
    return found
