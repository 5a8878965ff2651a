"""Brings a database to the newest schema, from the command line and from inside a running loop alike."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from storage.engine import open_engine
from storage.migrations import HEAD


async def upgrade(url: str) -> bool:
    """Whether anything had to be done. A database of a newer release is refused with ValueError."""
    engine = open_engine(url, pooled=False)
    try:
        async with engine.connect() as connection:
            if await connection.run_sync(revision) == HEAD:
                return False
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()
    return True


def revision(connection: Connection) -> str | None:
    """The schema this database has; None: it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    found.attributes["connection"] = connection
    return found


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # two processes that start at once
        connection.execute(text("SELECT pg_advisory_xact_lock(7105643)"))
    command.upgrade(config(connection), "head")
