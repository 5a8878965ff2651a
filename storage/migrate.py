"""Brings a database to the newest schema, from the command line and from inside a running loop alike."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from storage.engine import open_engine
from storage.migrations import HEAD


class NewerDatabase(Exception):
    """The database has been migrated by a newer release than this one."""


async def upgrade(url: str) -> bool:
    """Whether anything had to be done. Raises NewerDatabase."""
    engine = open_engine(url, pooled=False)
    try:
        async with engine.connect() as connection:
            if await connection.run_sync(revision) == HEAD:
                return False  # without loading the history
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()
    return True


def revision(connection: Connection) -> str | None:
    """The schema this database has; None: it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def schema_remedy(found: str | None) -> str:
    """For a database whose schema, this one, isn't this release's."""
    return "start the newer release that it belongs to" if found is not None and found > HEAD else "run `lotse migrate`"


async def draft(url: str, message: str) -> Path:
    """Writes the next revision: what the tables have and this migrated database has not. To be read and corrected."""
    engine = open_engine(url, pooled=False)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_draft, message)
    finally:
        await engine.dispose()


def config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    found = Config()
    found.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    found.attributes["connection"] = connection
    return found


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":  # two processes that start at once
        connection.execute(text("SELECT pg_advisory_xact_lock(7105643)"))
    try:
        command.upgrade(config(connection), "head")
    except CommandError as error:
        if revision(connection) not in {one.revision for one in ScriptDirectory.from_config(config()).walk_revisions()}:
            raise NewerDatabase("the database belongs to a newer release of Lotse; start that one") from error
        raise


def _draft(connection: Connection, message: str) -> Path:
    head = ScriptDirectory.from_config(config()).get_current_head() or "0000"
    made = command.revision(config(connection), message, autogenerate=True, rev_id=f"{int(head) + 1:04d}")
    assert made is not None
    assert not isinstance(made, list)
    return Path(made.path)
