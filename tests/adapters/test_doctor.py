"""`lotse doctor`: every problem is found and names its remedy."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.app import assembled, real_time
from adapters.commands.operation import backup, migrate
from adapters.config import Settings, load
from adapters.doctor import Finding, examine
from bot.kinds import Kind
from bot.languages import Entry, catalogue
from bot.ports import Uncertain, Undeliverable
from storage.meta import SEEDED
from storage.unit_of_work import Storage
from tests.scheduler.carrying import deliveries
from tests.scheduler.promises import FakePlatform, known, promise


async def findings(settings: Settings) -> list[Finding]:
    return [finding async for finding in examine(settings)]


async def problems(settings: Settings) -> dict[str, Finding]:
    found = {one.about: one for one in await findings(settings) if one.state == "problem"}
    assert all(one.remedy for one in found.values())
    return found


async def test_nothing_is_wrong_after_migrating(tmp_path: Path):
    settings = load(data=tmp_path / "data")
    await migrate(settings)
    assert await problems(settings) == {}


async def test_before_the_first_start_it_says_what_to_do_and_makes_nothing(tmp_path: Path):
    found = await problems(load(data=tmp_path / "data"))
    assert "lotse migrate" in found["database"].remedy
    assert "lotse migrate" in found["data folder"].remedy
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240


async def test_a_folder_others_can_look_into(demo_data: Path):
    demo_data.chmod(0o755)  # noqa: ASYNC240
    assert (await problems(load(data=demo_data)))["data folder"].remedy == f"run chmod 700 {demo_data}"


async def test_a_file_with_a_password_others_can_read(demo_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "lotse.toml"
    path.write_text(f'database_url = "sqlite:///{demo_data}/lotse.db"\n')
    path.chmod(0o644)
    monkeypatch.setenv("LOTSE_CONFIG", str(path))
    assert (await problems(load(data=demo_data)))["settings"].remedy == f"run chmod 600 {path}"
    path.chmod(0o600)
    assert "settings" not in await problems(load(data=demo_data))


async def test_any_secret_in_a_file_others_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "lotse.toml"
    path.write_text('matrix_store_key = "a secret of the store"\n')
    path.chmod(0o644)
    assert (await problems(load(data=tmp_path / "data")))["settings"].remedy == "run chmod 600 lotse.toml"
    path.write_text('controller = "Verbund"\n')
    monkeypatch.setenv("LOTSE_MATRIX_STORE_KEY", "a secret of the store")
    assert "settings" not in await problems(load(data=tmp_path / "data"))


async def test_a_file_of_erasures_that_cannot_be_written(demo_data: Path, tmp_path: Path):
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "tombstones", demo_data):
        found = (await problems(load(data=demo_data, tombstones=path)))["erasures"]
        assert "LOTSE_TOMBSTONES" in found.remedy
    for path in (tmp_path / "new" / "folder" / "tombstones", tmp_path / "file"):
        assert "erasures" not in await problems(load(data=demo_data, tombstones=path))


async def test_a_newer_schema(demo_data: Path):
    with sqlite3.connect(demo_data / "lotse.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    assert "newer release" in (await problems(load(data=demo_data)))["database"].remedy


async def test_a_file_that_is_no_database(tmp_path: Path):
    (tmp_path / "lotse.db").write_bytes(b"no database " * 500)
    found = (await problems(load(data=tmp_path)))["database"]
    assert "no SQLite database" in found.text
    assert "LOTSE_DATA" in found.remedy


async def test_a_lock_and_a_database_that_cannot_be_opened_hide_nothing_else(tmp_path: Path):
    for name in ("lotse.db", "lotse.db.lock"):
        (tmp_path / name).mkdir()
    found = await problems(load(data=tmp_path))
    assert {"process", "database"} <= found.keys()


async def test_an_older_schema(demo_data: Path):
    with sqlite3.connect(demo_data / "lotse.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
    database.close()
    assert (await problems(load(data=demo_data)))["database"].remedy == "run `lotse migrate`"


async def test_no_register(demo_data: Path):
    storage = await Storage.open(f"sqlite:///{demo_data}/lotse.db")
    async with storage.unit() as uow:
        await uow.meta.put(SEEDED, None)
        await uow.commit()
    await storage.close()
    assert "register" in await problems(load(data=demo_data))


async def test_a_changed_audit_log(demo_data: Path):
    settings = load(data=demo_data)
    storage = await Storage.open(settings.database)
    async with storage.unit() as uow:
        await uow.audit.note(real_time(), "operator", "one")
        await uow.audit.note(real_time(), "operator", "two")
        await uow.commit()
    await storage.close()
    assert "audit log" not in await problems(settings)
    with sqlite3.connect(demo_data / "lotse.db") as database:
        database.execute("UPDATE audit SET action = 'none' WHERE action = 'two'")
    database.close()
    assert "doesn't follow" in (await problems(settings))["audit log"].text


async def test_a_database_that_cannot_be_reached(tmp_path: Path):
    settings = load(data=tmp_path, database_url="postgresql://u:geheim@127.0.0.1:1/x")
    found = (await problems(settings))["database"]
    assert "LOTSE_DATABASE_URL" in found.remedy
    assert "geheim" not in str(found)


async def test_postgresql_is_looked_at_too(postgresql_url: str, tmp_path: Path):
    settings = load(data=tmp_path / "data", database_url=postgresql_url)
    await migrate(settings)
    assert await problems(settings) == {}
    assert any("postgresql, schema" in one.text for one in await findings(settings))


async def test_who_runs_on_the_database_is_named(tmp_path: Path):
    settings = load(data=tmp_path / "data")
    async with assembled(settings, transports=[], now=real_time, mode="live"):
        running = {one.about: one.text for one in await findings(settings)}
        assert "Lotse is running on this database (process" in running["process"]
    ended = {one.about: one.text for one in await findings(settings)}
    assert ended["process"] == "no Lotse is running on this database"


async def test_a_live_database_without_a_backup_is_noted(tmp_path: Path):
    settings = load(data=tmp_path / "data")
    async with assembled(settings, transports=[], now=real_time, mode="live"):
        pass
    noted = {one.about: one for one in await findings(settings)}
    assert (noted["backup"].state, noted["network office"].state) == ("note", "note")
    await backup(settings, tmp_path / "backup.zip")
    assert next(one for one in await findings(settings) if one.about == "backup").state == "ok"


async def test_a_clock_that_was_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings = load(data=tmp_path / "data")
    async with assembled(settings, transports=[], now=real_time, mode="live"):
        pass
    await backup(settings, tmp_path / "backup.zip")
    monkeypatch.setattr("adapters.doctor.real_time", lambda: real_time() - timedelta(days=1))
    assert "NTP" in (await problems(settings))["clock"].remedy


async def test_what_may_have_arrived_and_what_was_given_up_is_listed_without_persons(tmp_path: Path):
    settings = load(data=tmp_path / "data")
    await migrate(settings)
    storage = await Storage.open(settings.database)
    await known(storage, "vogt", "kalthoff")
    await promise(storage, "vogt", "Erinnerung", kind=Kind.NUDGE)
    await promise(storage, "kalthoff", "Anfrage", kind=Kind.REQUEST)
    fates = FakePlatform(Uncertain(), Undeliverable(cause="app removed"))
    await deliveries(storage, fates).deliver_due()
    await storage.close()
    listed = [one.text for one in await findings(settings) if (one.state, one.about) == ("note", "sending")]
    assert listed == [
        "1 x request on fake, the first of 2026-11-23 10:00 in Berlin: given up; whoever waits for an answer to them is told",
        "1 x nudge on fake, the first of 2026-11-23 10:00 in Berlin: nobody knows whether they arrived, and they are not sent again",
    ]


async def test_a_text_that_one_language_lacks(demo_data: Path):
    german = catalogue("de")
    german["test.only_german"] = Entry(None, "Nur hier {n}")
    try:
        assert "test.only_german" in (await problems(load(data=demo_data)))["texts"].text
    finally:
        del german["test.only_german"]


async def test_a_variable_that_is_no_setting_is_noted(demo_data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOTSE_WEBPORT", "1")
    assert any("did you mean LOTSE_WEB_PORT?" in one.text for one in await findings(load(data=demo_data)))
