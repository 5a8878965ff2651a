"""The schema as migrated is the schema as declared, on both databases."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.events import Account
from bot.intents import Yes
from bot.kinds import Kind
from bot.messages import Choice, Choices, Message
from bot.ports import Outgoing
from bot.visit_states import Visit
from storage.columns import metadata
from storage.engine import open_engine
from storage.migrate import NewerDatabase, config, revision, upgrade
from storage.migrations import HEAD
from storage.tables import outbox
from storage.unit_of_work import Storage
from tests.storage.samples import DAY, NOW, incoming, person
from tests.storage.test_backup import contents
from tests.storage.test_privacy import plant


def test_head_is_the_newest_revision():
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


async def test_the_migrated_schema_is_the_declared_one(storage: Storage):
    async with storage.transaction() as tx:
        assert await tx.connection.run_sync(differences) == []
        migrated = await tx.connection.run_sync(described)
        await tx.connection.run_sync(metadata.drop_all)
        await tx.connection.run_sync(metadata.create_all)
        assert migrated == await tx.connection.run_sync(described)


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def described(connection: Connection) -> dict[str, Any]:
    """What the database itself says, conditions of indexes included."""
    inspector = inspect(connection)
    found: dict[str, Any] = {}
    for table in metadata.tables:
        columns = [
            (column["name"], str(column["type"]), column["nullable"], column["default"] is not None)
            for column in inspector.get_columns(table)
        ]
        found[table] = {
            "columns": columns,
            "key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(inspector.get_foreign_keys(table), key=str),
            "unique": sorted(inspector.get_unique_constraints(table), key=str),
        }
    indexes = (
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if connection.dialect.name == "sqlite"
        else "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )
    found["indexes"] = sorted(index for index in connection.scalars(text(indexes)) if "alembic_version" not in index)
    return found


async def test_there_is_nothing_to_do_a_second_time(database_url: str):
    assert not await upgrade(database_url)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_two_processes_may_start_at_once(database: str, request: pytest.FixtureRequest, tmp_path: Path):
    url = f"sqlite:///{tmp_path}/new.db"
    if database == "postgresql":
        url = request.getfixturevalue("stack").enter_context(
            request.getfixturevalue("postgresql").fresh(migrated=False)
        )
    await asyncio.gather(*(upgrade(url) for _ in range(3)))
    engine = open_engine(url, pooled=False)
    async with engine.connect() as connection:
        assert await connection.run_sync(revision) == HEAD
    await engine.dispose()


async def test_a_database_of_a_newer_release_is_refused(database_url: str):
    engine = open_engine(database_url, pooled=False)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await engine.dispose()

    with pytest.raises(NewerDatabase, match="newer release"):
        await upgrade(database_url)


async def test_a_revision_can_be_taken_back(storage: Storage):
    async with storage.transaction() as tx:
        await tx.connection.run_sync(lambda sync: command.downgrade(config(sync), "base"))
        assert await tx.connection.run_sync(lambda sync: set(inspect(sync).get_table_names())) == {"alembic_version"}


@pytest.mark.parametrize("from_revision", [f"{number:04}" for number in range(1, int(HEAD))])
async def test_an_upgrade_from_any_release_keeps_every_row_and_ends_in_the_declared_schema(
    storage: Storage, from_revision: str
):
    await plant(storage)
    async with storage.unit() as uow:
        guest, day = person("Gast"), date(2027, 1, 5)
        await uow.people.add(guest)
        await uow.visits.add(Visit(key="v_1", guest=guest.key, host="p_1", first=day, last=day, created_at=NOW))
        await uow.commit()
    before = await contents(storage)
    assert {"people", "introductions", "visits", "agenda", "outbox", "questions"} <= {
        name for name in before if before[name]
    }
    async with storage.transaction() as tx:
        declared = await tx.connection.run_sync(described)
        await tx.connection.run_sync(lambda sync: command.downgrade(config(sync), from_revision))
        assert await tx.connection.run_sync(described) != declared
        await tx.commit()
    assert await upgrade(storage.url)
    assert await contents(storage) == before
    async with storage.transaction(write=False) as tx:
        assert await tx.connection.run_sync(described) == declared


async def test_a_database_that_has_lost_an_index_already_is_upgraded(storage: Storage):
    """For an hour revision 0002 dropped what 0003 drops since."""
    async with storage.transaction() as tx:
        await tx.connection.run_sync(lambda sync: command.downgrade(config(sync), "0002"))
        await tx.connection.execute(text("DROP INDEX ix_inbox_account"))
        await tx.connection.run_sync(lambda sync: command.upgrade(config(sync), "head"))
        assert await tx.connection.run_sync(revision) == HEAD


async def test_a_question_put_off_before_the_upgrade_still_comes_when_it_is_sent(storage: Storage):
    async with storage.unit() as uow:
        account = (await uow.accounts.lock(incoming(Account("console:vogt")))).account
        asked = Choices(options=(Choice(label="Ja", intent=Yes()),))
        message = Message(blocks=(asked,))
        key = await uow.outbox.put(Outgoing(account=account, person=None, kind=Kind.REQUEST, message=message, due=NOW))
        await uow.commit()
    async with storage.transaction() as tx:
        await tx.connection.run_sync(lambda sync: command.downgrade(config(sync), "0001"))
        await tx.run(outbox.update().values(due_at=NOW + DAY))  # as the release before did it
        await tx.connection.run_sync(lambda sync: command.upgrade(config(sync), "head"))
        await tx.commit()
    async with storage.unit() as uow:
        assert await uow.questions.newest(account, NOW) is None
        question = await uow.questions.newest(account, NOW + DAY)
    assert question is not None
    assert question.message == key
