"""`lotse doctor`: looks at everything an operator can get wrong, and names the remedy of each problem. Changes nothing."""

import os
import shutil
import stat
import string
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from filelock import FileLock, Timeout
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from adapters.app import real_time
from adapters.commands.operation import LAST_BACKUP
from adapters.config import Settings, file_in_use, in_file, unknown
from bot.languages import Entry, catalogue
from bot.model import Role
from bot.ports import Conflict, DeliveryState
from storage.engine import sqlite_file
from storage.meta import MODE, SEEDED
from storage.migrate import revision, schema_remedy
from storage.migrations import HEAD
from storage.objections import explained
from storage.pending import held, pending
from storage.standing import standing
from storage.unit_of_work import Storage

LITTLE, NEARLY_NOTHING = 1 << 30, 100 << 20  # bytes free on the disk


@dataclass(frozen=True, slots=True)
class Finding:
    """`remedy` is empty where there is nothing to do."""

    state: Literal["ok", "note", "problem"]
    about: str
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.state:<8} {self.about}: {self.text}" + (f" -> {self.remedy}" if self.remedy else "")


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """In the order in which an operator would repair."""
    for finding in (*_settings(settings), *_time(), *_folder(settings), *_erasures(settings), *_texts()):
        yield finding
    if settings.teams_configured:
        from adapters.teams import check  # noqa: PLC0415  (the SDK takes a second)

        async for finding in check.findings(settings):
            yield finding
    if settings.matrix_configured:
        from adapters.matrix import check as matrix  # noqa: PLC0415

        async for finding in matrix.findings(settings):
            yield finding
    file = sqlite_file(settings.database)
    if file is not None and not file.exists():
        yield Finding("problem", "database", f"there is no file {file} yet", "run `lotse migrate`")
        return
    if file is not None:
        yield _lock(file)
    async with AsyncExitStack() as opened:
        try:
            storage = await Storage.open(settings.database, migrate=False)
            opened.push_async_callback(storage.close)
            async for finding in _database(storage, settings):
                yield finding
        except (DBAPIError, OSError, Conflict) as error:
            reason, remedy = explained(error)
            yield Finding("problem", "database", f"it can't be used ({reason})", remedy)


# ---------------------------------------------------------------- around the database


def _settings(settings: Settings) -> list[Finding]:
    found = [Finding("note", "settings", text, "correct or remove the variable") for text in unknown()]
    path = file_in_use()
    secret = any(isinstance(getattr(settings, name, None), SecretStr) for name in in_file())
    if path is not None and secret and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        found.append(Finding("problem", "settings", f"others can read {path}", f"run chmod 600 {path}"))
    if settings.data_protection_officer.endswith(".example"):
        remedy = "set LOTSE_DATA_PROTECTION_OFFICER and LOTSE_CONTROLLER before real people read it"
        found.append(Finding("note", "notice", "it still names an example", remedy))
    where = f"from {path} and the environment" if path else "from the environment"
    return [Finding("ok", "settings", f"all can be used, {where}"), *found]


def _time() -> list[Finding]:
    try:
        offset = datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Berlin")).utcoffset()
    except ZoneInfoNotFoundError:
        offset = None
    if offset != timedelta(hours=2):
        return [Finding("problem", "time zones", "Europe/Berlin is missing or wrong", "install the package tzdata")]
    if real_time().year < 2025:
        return [Finding("problem", "clock", f"the machine's clock shows {real_time():%Y-%m-%d}", "set it, e.g. by NTP")]
    return [Finding("ok", "clock", f"it shows {_berlin(real_time())}")]


def _berlin(at: datetime | None) -> str:
    return "no time yet" if at is None else f"{at.astimezone(ZoneInfo('Europe/Berlin')):%Y-%m-%d %H:%M} in Berlin"


def _folder(settings: Settings) -> list[Finding]:
    folder = settings.data
    if not folder.is_dir():
        return [
            Finding("problem", "data folder", f"there is no folder {folder}", "run `lotse migrate`, or set LOTSE_DATA")
        ]
    found = []
    if not os.access(folder, os.W_OK | os.X_OK):
        found.append(
            Finding("problem", "data folder", f"{folder} can't be written", "make it belong to whoever runs Lotse")
        )
    if folder.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        found.append(Finding("problem", "data folder", f"others can look into {folder}", f"run chmod 700 {folder}"))
    free = shutil.disk_usage(folder).free
    if free < LITTLE:
        state: Literal["note", "problem"] = "problem" if free < NEARLY_NOTHING else "note"
        found.append(Finding(state, "disk", f"{free >> 20} MB are free", "make room"))
    return found or [Finding("ok", "data folder", f"{folder} is private and can be written")]


def _erasures(settings: Settings) -> list[Finding]:
    """Of a file that can't be written nobody would hear before somebody erased is there again."""
    file = settings.tombstone_file
    there = next(path for path in (file, *file.absolute().parents) if path.exists())
    if there.is_dir() == (there != file) and os.access(there, os.W_OK):
        return []
    return [Finding("problem", "erasures", f"{file} can't be written", "set LOTSE_TOMBSTONES to a path that can")]


def _lock(file: Path) -> Finding:
    path = file.with_name(file.name + ".lock")
    lock = FileLock(path, timeout=0)
    process = ""
    try:
        if not path.exists():
            return Finding("ok", "process", "no Lotse is running on this database")
        process = path.read_text(encoding="ascii", errors="replace").strip()
        lock.acquire()
    except Timeout:
        return Finding("ok", "process", f"Lotse is running on this database (process {process or 'unknown'})")
    except OSError as error:
        reason, remedy = explained(error)
        return Finding("problem", "process", f"nobody can tell whether one is running ({reason})", remedy)
    lock.release()
    with suppress(OSError):
        if process and not path.exists():  # a released lock may take its file along
            path.write_text(f"{process}\n", encoding="ascii")
    return Finding("ok", "process", "no Lotse is running on this database")


def _texts() -> list[Finding]:
    """Both languages have every text, with the same placeholders."""
    german, english = catalogue("de"), catalogue("en")
    missing = sorted(german.keys() ^ english.keys())
    uneven = sorted(key for key in german.keys() & english.keys() if _gaps(german[key]) != _gaps(english[key]))
    if missing or uneven:
        text = f"incomplete: {', '.join([*missing, *uneven][:5])}"
        return [Finding("problem", "texts", text, "install Lotse again, or complete bot/languages")]
    return [Finding("ok", "texts", f"{len(german)} in both languages")]


def _gaps(entry: Entry) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(entry.many) if name}


# ---------------------------------------------------------------- the database


async def _database(storage: Storage, settings: Settings) -> AsyncIterator[Finding]:
    async with storage.transaction(write=False) as tx:
        schema = await tx.connection.run_sync(revision)
    if schema != HEAD:
        text = "it is empty" if schema is None else f"it has schema {schema}, this release {HEAD}"
        yield Finding("problem", "database", text, schema_remedy(schema))
        return
    async with storage.unit() as uow:  # not committed: whether it can be written
        await uow.meta.put("doctor", None)
    yield Finding("ok", "database", f"{storage.dialect}, schema {HEAD}, can be written")
    async with storage.unit(write=False) as uow:
        mode, clock = await uow.meta.get(MODE), await uow.meta.clock()
        loaded = await uow.meta.get(SEEDED)
        taken = await uow.meta.get(LAST_BACKUP)
        admins = await uow.people.with_role(Role.ADMIN)
        broken = await uow.audit.first_break()
    if loaded is None:
        yield Finding("problem", "register", "municipalities and topics are not loaded", "run `lotse migrate`")
    if mode == "demo":
        yield Finding("note", "database", f"it belongs to the terminal; its clock shows {_berlin(clock)}")
    if not admins and not settings.admins:
        yield Finding("note", "network office", "nobody is admin", "name accounts in LOTSE_ADMINS")
    if broken is not None:
        remedy = "compare with a backup; somebody has changed the log"
        yield Finding("problem", "audit log", f"entry {broken} doesn't follow from the one before", remedy)
    if mode == "live":
        yield _backup_age(taken, settings)
    for finding in await _sending(storage):
        yield finding


def _backup_age(taken: str | None, settings: Settings) -> Finding:
    if taken is None:
        return Finding("note", "backup", "none has been taken with `lotse backup`", "run `lotse backup FILE` every day")
    age = real_time() - datetime.fromisoformat(taken).astimezone(UTC)
    if age < timedelta(0):
        return Finding(
            "problem", "clock", "the last backup was taken later than the clock shows", "set it, e.g. by NTP"
        )
    if age > timedelta(days=settings.backup_age_days):
        return Finding("problem", "backup", f"the last one is {age.days} days old", "run `lotse backup FILE` every day")
    return Finding("ok", "backup", f"the last one is {age.days * 24 + age.seconds // 3600} hours old")


async def _sending(storage: Storage) -> Sequence[Finding]:
    why, waiting = await held(storage), await pending(storage)
    count = sum(one.count for one in waiting)
    ended = [
        Finding(
            "note", "sending", f"{one.count} x {one.kind} on {one.platform}, the first of {_berlin(one.oldest)}: {said}"
        )
        for one in await standing(storage, real_time())
        if (said := _ENDED.get(one.state)) is not None
    ]
    if why is None:
        return [Finding("ok", "sending", f"{count} messages are promised and not yet handed over"), *ended]
    rows = [
        Finding("note", "sending", f"{one.count} x {one.kind} ({one.state}), the oldest due {_berlin(one.oldest)}")
        for one in waiting
    ]
    return [
        Finding("problem", "sending", f"it is held: {why}", "run `lotse release` when this is right"),
        *rows,
        *ended,
    ]


_ENDED: Mapping[DeliveryState, str] = {
    "held": "nobody knows whether they arrived, and they are not sent again",
    "dead": "given up; whoever waits for an answer to them is told",
}
