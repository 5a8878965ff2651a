"""Backups: one moment of the database, restored into either one, with erasures carried out again."""

import sqlite3
import stat
from contextlib import closing
from datetime import date, time
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from bot.model import Person
from bot.visit_states import Visit
from storage.backup import Restored, Unusable, backup, restore
from storage.columns import metadata
from storage.meta import SENDING_HELD
from storage.seed import seed
from storage.unit_of_work import Storage
from tests.storage.samples import NOW, enquiry, person
from tests.storage.test_privacy import OTHER, TELLTALES, everything_stored, plant


@pytest.fixture(params=["sqlite", "postgresql"])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A second, empty database to restore into."""
    folder = tmp_path / "restored"
    folder.mkdir()
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'lotse.db'}"
    server = request.getfixturevalue("postgresql")
    return str(request.getfixturevalue("stack").enter_context(server.fresh(migrated=False)))


async def contents(storage: Storage) -> dict[str, list[tuple[object, ...]]]:
    async with storage.transaction(write=False) as tx:
        return {
            table.name: sorted(map(tuple, await tx.connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name != "meta"
        }


async def test_a_backup_of_one_database_restores_into_either(storage: Storage, other_url: str, tmp_path: Path):
    await plant(storage)
    await seed(storage)
    guest, day = person("Gast"), date(2027, 1, 5)
    async with storage.unit() as uow:
        await uow.people.add(guest)
        visit = Visit(key="v_1", guest=guest.key, host="p_1", first=day, last=day, starts=time(10), created_at=NOW)
        await uow.visits.add(visit)
        await uow.commit()
    file = tmp_path / "lotse.zip"

    rows = await backup(storage.url, file, now=NOW)
    assert await restore(file, other_url) == Restored(rows=rows, erased=0)

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restored = await Storage.open(other_url)
    assert await contents(restored) == await contents(storage)
    async with restored.unit() as uow:
        assert await uow.meta.get(SENDING_HELD) == "restored from a backup of 2026-11-23T09:00:00+00:00"
        newcomer = person("Neu")
        await uow.people.add(newcomer)
        await uow.enquiries.add(enquiry(newcomer))
        await uow.commit()
    await restored.close()


async def test_a_backup_is_one_moment(storage: Storage, tmp_path: Path):
    """What is being written while it is taken is either not in it, or waits."""
    vogt = person()
    async with storage.unit() as uow:
        await uow.people.add(vogt)
        await uow.commit()
    async with storage.unit() as writing:
        await writing.people.add(person("Noch nicht"))
        await backup(storage.url, tmp_path / "lotse.zip", now=NOW)
        await writing.commit()

    with ZipFile(tmp_path / "lotse.zip") as archive:
        lines = archive.read("tables/people.jsonl").decode().splitlines()
    assert len(lines) == 1
    assert vogt.key in lines[0]


async def test_who_was_erased_after_the_backup_stays_erased(
    storage: Storage, other_url: str, tmp_path: Path, tombstone_file: Path
):
    case = await plant(storage)
    await backup(storage.url, tmp_path / "lotse.zip", now=NOW)
    async with storage.unit() as uow:
        await uow.privacy.erase(case.zofia.key, NOW)
        await uow.commit()

    restored = await restore(tmp_path / "lotse.zip", other_url, tombstones=tombstone_file)

    assert restored.erased == 1
    opened = await Storage.open(other_url)
    stored = await everything_stored(opened)
    assert [word for word in TELLTALES if word in stored] == []
    async with opened.unit(write=False) as uow:
        assert await uow.people.get(case.jens.key) == case.jens
        assert (await uow.accounts.get(OTHER)) is not None
    await opened.close()


async def test_a_database_in_use_is_not_overwritten(storage: Storage, tmp_path: Path):
    vogt: Person = person()
    async with storage.unit() as uow:
        await uow.people.add(vogt)
        await uow.commit()
    await backup(storage.url, tmp_path / "lotse.zip", now=NOW)

    with pytest.raises(Unusable, match="not empty"):
        await restore(tmp_path / "lotse.zip", storage.url)

    async with storage.unit(write=False) as uow:
        assert await uow.people.get(vogt.key) == vogt
        assert await uow.meta.get(SENDING_HELD) is None


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "there is no file"), (b"", "no backup"), (b"PK\x05\x06" + bytes(18), "no backup")]
)
async def test_what_is_no_backup_is_refused(sqlite_url: str, tmp_path: Path, content: bytes | None, reason: str):
    file = tmp_path / "lotse.zip"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Unusable, match=reason):
        await restore(file, sqlite_url)


async def test_a_backup_of_another_schema_names_the_remedy(sqlite_url: str, tmp_path: Path):
    file = tmp_path / "lotse.zip"
    await backup(sqlite_url, file, now=NOW)
    with ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["backup.json"] = parts["backup.json"].replace(b'"schema":"0', b'"schema":"9')
    with ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)

    with pytest.raises(Unusable, match="with the release that took it"):
        await restore(file, sqlite_url)


async def test_a_folder_that_belongs_to_the_database_comes_along(sqlite_url: str, tmp_path: Path):
    """The keys of a Matrix device: a database of their own, and never over what is there."""
    keys, back = tmp_path / "keys", tmp_path / "back" / "keys"
    keys.mkdir()
    (keys / "session.json").write_text("{}")
    (keys / "device.lock").write_text("")
    with closing(sqlite3.connect(keys / "device.db")) as database:
        database.execute("CREATE TABLE olm (key TEXT)")
        database.execute("INSERT INTO olm VALUES ('secret')")
        database.commit()
        await backup(sqlite_url, tmp_path / "b.zip", now=NOW, folder=keys)
    await restore(tmp_path / "b.zip", f"sqlite:///{tmp_path}/a.db", folder=back)
    assert sorted(path.name for path in back.iterdir()) == ["device.db", "session.json"]
    assert back.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(back / "device.db")) as database:
        assert database.execute("SELECT key FROM olm").fetchall() == [("secret",)]
    with pytest.raises(Unusable, match="move the folder"):
        await restore(tmp_path / "b.zip", f"sqlite:///{tmp_path}/b.db", folder=back)
