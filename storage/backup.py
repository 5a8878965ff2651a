"""Backups: all tables as JSON lines in a zip file, taken beside the running bot, restored into either database.

The file says what it is in `backup.json`; the rows of a table are in `tables/NAME.jsonl`. It holds personal data in
plain text: whoever takes it encrypts it, and deletes it in time.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from sqlalchemy import Date, RowMapping, Table, Time, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import kept_folder
from storage.columns import Instant, dumps, metadata
from storage.meta import SENDING_HELD, MetaStore
from storage.migrate import revision, schema_remedy
from storage.migrations import HEAD
from storage.tables import accounts, people
from storage.unit_of_work import Storage

FORMAT = 1
_DESCRIPTION = "backup.json"
_BATCH = 1000  # rows


class Unusable(Exception):
    """A backup can't be taken or restored here; the message names the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    rows: int
    erased: int  # people who were erased after the backup had been taken, and now again


async def backup(url: str, path: Path, *, now: datetime, folder: Path | None = None) -> int:
    """How many rows. One moment of the database, whatever is written meanwhile; an older file is replaced at the end.

    `folder` belongs to the database and goes along. Raises Unusable if the database has another schema than this release.
    """
    storage = await Storage.open(url, migrate=False)
    partial = path.with_name(path.name + ".partial")
    try:
        async with storage.transaction(write=False) as tx:
            if (found := await tx.connection.run_sync(revision)) != HEAD:
                raise Unusable(f"the database has schema {found}, this release {HEAD}: {schema_remedy(found)}")
            with _private(partial) as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
                rows = await _dump(tx.connection, archive)
                description = {"format": FORMAT, "schema": HEAD, "taken_at": now.astimezone(UTC).isoformat()}
                archive.writestr(_DESCRIPTION, dumps(description))
                if folder is not None:
                    kept_folder.keep(archive, folder)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
        await storage.close()
    return rows


async def restore(path: Path, url: str, *, tombstones: Path | None = None, folder: Path | None = None) -> Restored:
    """Into an empty database, which is migrated first. People in the tombstone file are erased again.

    Sending is held until somebody releases it. Raises Unusable for a file or database that can't be taken; then
    nothing has been restored.
    """
    taken_at, tables = _read(path)
    storage = await Storage.open(url, hold=True, tombstones=tombstones)
    try:
        async with storage.transaction() as tx:
            for table in (people, accounts):
                if await tx.connection.scalar(select(func.count()).select_from(table)):
                    raise Unusable("the database is not empty: give the URL of a new one")
            rows = await _load(tx.connection, tables)
            meta = MetaStore(tx)
            await meta.put(SENDING_HELD, f"restored from a backup of {taken_at}")
            if folder is not None:
                _put_back(path, folder)
            await tx.commit()
        erased = await storage.erase_again()
    finally:
        await storage.close()
    return Restored(rows=rows, erased=erased)


def _put_back(path: Path, folder: Path) -> None:
    try:
        with ZipFile(path) as archive:
            kept_folder.put_back(archive, folder)
    except FileExistsError as error:
        raise Unusable(f"{error.filename} is there already: move the folder {folder} away first") from None


def _private(path: Path) -> BinaryIO:
    """Readable by its owner only."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


async def _dump(connection: AsyncConnection, archive: ZipFile) -> int:
    rows = 0
    for table in metadata.sorted_tables:
        found = await connection.stream(select(table).order_by(*table.primary_key.columns))
        with archive.open(f"tables/{table.name}.jsonl", "w") as file:
            async for row in found.mappings():
                file.write(_line(table, row))
                rows += 1
    return rows


def _line(table: Table, row: RowMapping) -> bytes:
    values: dict[str, Any] = {}
    for declared in table.c:
        value = row[declared.name]
        values[declared.name] = value.isoformat() if isinstance(value, date | time) else value
    return dumps(values).encode() + b"\n"


def _read(path: Path) -> tuple[str, dict[str, bytes]]:
    """When it was taken, and the lines of each table; all of it is looked at before anything is written."""
    try:
        with ZipFile(path) as archive:
            if archive.testzip() is not None:
                raise Unusable("the backup is damaged: take another one")
            description = json.loads(archive.read(_DESCRIPTION))
            tables = {table.name: archive.read(f"tables/{table.name}.jsonl") for table in metadata.sorted_tables}
    except FileNotFoundError:
        raise Unusable(f"there is no file {path.name}: give the path of a backup") from None
    except (BadZipFile, KeyError, ValueError):
        raise Unusable(f"{path.name} is no backup of Lotse, or of another release") from None
    if (description["format"], description["schema"]) != (FORMAT, HEAD):
        raise Unusable(
            f"the backup has schema {description['schema']}, this release {HEAD}:"
            " restore it with the release that took it, then run `lotse migrate` with this one"
        )
    return description["taken_at"], tables


async def _load(connection: AsyncConnection, tables: dict[str, bytes]) -> int:
    rows = 0
    for table in reversed(metadata.sorted_tables):
        await connection.execute(table.delete())
    for table in metadata.sorted_tables:
        for batch in _batches(table, tables[table.name]):
            await connection.execute(table.insert(), batch)
            rows += len(batch)
        if connection.dialect.name == "postgresql":
            await _advance(connection, table)
    return rows


def _batches(table: Table, lines: bytes) -> Iterator[Sequence[dict[str, Any]]]:
    batch = []
    for line in lines.splitlines():
        batch.append(_row(table, json.loads(line)))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _row(table: Table, values: dict[str, Any]) -> dict[str, Any]:
    for name, value in values.items():
        if value is None:
            continue
        match table.c[name].type:
            case Instant():
                values[name] = datetime.fromisoformat(value)
            case Date():
                values[name] = date.fromisoformat(value)
            case Time():
                values[name] = time.fromisoformat(value)
    return values


async def _advance(connection: AsyncConnection, table: Table) -> None:
    """The next number given by the database comes after those restored."""
    for key in table.primary_key.columns:
        counter = await connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": key.name}
        )
        last = await connection.scalar(select(func.max(key)))
        if counter is not None and last is not None:
            await connection.execute(
                text("SELECT setval(CAST(:counter AS regclass), :last)"), {"counter": counter, "last": last}
            )
