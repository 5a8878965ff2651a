"""Opens SQLite or PostgreSQL by URL, and makes the one behave as much like the other as it can.

SQLite: write-ahead log, full synchronisation, foreign keys on, deleted content overwritten. The stock driver begins
late, so that a savepoint would survive the rollback around it: it is told to keep out, and we begin ourselves.
"""

import os
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

import storage.sqlite  # noqa: F401 (the dialect "sqlite+loop")

BUSY = 30  # seconds a command waits for another process that writes
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "wal_autocheckpoint = 10000",  # pages; most often it is done before (`storage/checkpoints.py`)
    "temp_store = MEMORY",  # or a turn that changes more than some pages keeps what they were in a file
)
BEGIN = "lotse_begin"  # execution option of a SQLite connection: how it begins; None: no transaction at all


class DatabaseInUse(Exception):
    """Another Lotse process holds this SQLite database."""


def database_url(text: str) -> URL:
    """With the driver that fits. Raises ValueError that names the remedy."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError(_REMEDY) from None
    match url.drivername.partition("+")[0]:
        case "sqlite":
            if url.database in (None, "", ":memory:"):
                raise ValueError("a SQLite database of Lotse is a file: give a path, such as sqlite:///data/lotse.db")
            return url.set(drivername="sqlite+loop")
        case "postgresql" | "postgres":
            return url.set(drivername="postgresql+asyncpg")
        case _:
            raise ValueError(_REMEDY)


_REMEDY = "not a database URL: give sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"


def open_engine(text: str, *, pooled: bool = True) -> AsyncEngine:
    """The file of a SQLite database is made if it is missing, readable by its owner only."""
    url = database_url(text)
    options: dict[str, Any] = {} if pooled else {"poolclass": NullPool}
    if url.drivername == "postgresql+asyncpg":
        if pooled:
            options |= {"pool_size": 10, "max_overflow": 10}
        settings = {"application_name": "lotse", "jit": "off"}
        return create_async_engine(url, connect_args={"server_settings": settings}, **options)
    _make_file(Path(url.database or ""))
    engine = create_async_engine(url, connect_args={"timeout": BUSY}, **options)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _make_file(path: Path) -> None:
    """The log beside it takes over its rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _prepare(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE")
    if begin is not None:
        connection.exec_driver_sql(begin)


def sqlite_file(text: str) -> Path | None:
    """None for PostgreSQL."""
    url = database_url(text)
    if url.database is None or url.drivername != "sqlite+loop":
        return None
    return Path(url.database)


def process_lock(text: str) -> FileLock | None:
    """The lock of those who live beside a SQLite database, acquired; the file tells who holds it.

    `lotse run` and `lotse chat` hold it: there is one scheduler per database file. Other commands don't take it, they
    write in short transactions. Raises DatabaseInUse. None for PostgreSQL, where any number of processes may run.
    """
    file = sqlite_file(text)
    if file is None:
        return None
    file.parent.mkdir(parents=True, exist_ok=True)
    path = file.with_name(file.name + ".lock")
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise DatabaseInUse(
            f"another Lotse is running on {file.name}; stop it first, or give this one its own database"
        ) from None
    path.write_text(f"{os.getpid()}\n", encoding="ascii")
    return lock
