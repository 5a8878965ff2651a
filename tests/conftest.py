"""What all tests may ask for: a fresh database on SQLite and on PostgreSQL, and the stores over it.

`storage` and `database_url` run a test on both. `sqlite_url` and `postgresql_url` are for what is about one of them.
All databases and homeservers of the tests stand in memory where there is room: half of the time they would wait for the disk.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage.unit_of_work import Storage
from tests.databases import PostgreSQL, SQLiteFiles, postgresql_server

MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3  # bytes; some containers have less there than a database needs


def pytest_configure() -> None:
    """Those who run the tests may have chosen another place (TMPDIR)."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SQLiteFiles:
    return SQLiteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    with postgresql_server() as server:
        yield server


@pytest.fixture
def sqlite_url(sqlite_files: SQLiteFiles, tmp_path: Path) -> str:
    return sqlite_files.fresh(tmp_path)


@pytest.fixture
def postgresql_url(postgresql: PostgreSQL) -> Iterator[str]:
    with postgresql.fresh() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Migrated and empty, once on each database; the server is started only if somebody asks for it."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def tombstone_file(tmp_path: Path) -> Path:
    return tmp_path / "kept elsewhere" / "tombstones"


@pytest.fixture
async def storage(database_url: str, tombstone_file: Path) -> AsyncIterator[Storage]:
    opened = await Storage.open(database_url, tombstones=tombstone_file)
    yield opened
    await opened.close()
