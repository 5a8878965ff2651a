"""Prepared statements say what SQLAlchemy's own would, on both databases, and fail as they would."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.exc import DBAPIError

from bot.ports import Conflict
from storage.prepared import Prepared, among
from storage.tables import accounts, agenda, consents, meta, offers, outbox, people
from storage.unit_of_work import Storage
from tests.storage.samples import NOW, person

SUBJECTS = [f"subject {number}" for number in range(40_000)]  # more than either database takes as parameters
_ADD = Prepared(agenda.insert().inline())
_NAMED = select(agenda).where(among(agenda.c.subject, "wanted"), agenda.c.kind.in_(["one", "another"]))
_NAMED = _NAMED.order_by(agenda.c.subject)


async def added(storage: Storage, kind: str, subject: str, at: datetime = NOW) -> None:
    async with storage.transaction() as tx:
        await tx.run(_ADD, {"kind": kind, "subject": subject, "at": at})
        await tx.commit()


async def test_rows_are_those_of_sqlalchemy(storage: Storage):
    async with storage.unit() as uow:
        await uow.people.add(person("p_vogt"))
        await uow.commit()
    async with storage.transaction(write=False) as tx:
        for table in (people, accounts, consents, offers, outbox, meta):
            everything = select(table)
            assert await tx.rows(Prepared(everything)) == [dict(row) for row in await tx.rows(everything)]


async def test_instants_come_back_aware_and_in_utc(storage: Storage):
    east = datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(microseconds=7)
    await added(storage, "one", "here", east)
    async with storage.transaction(write=False) as tx:
        assert await tx.value(Prepared(select(agenda.c.at))) == east
    with pytest.raises(ValueError, match="time zone"):
        await added(storage, "one", "there", NOW.replace(tzinfo=None))


async def test_a_list_may_be_of_any_length(storage: Storage):
    for kind, subject in (("one", "subject 7"), ("another", "subject 39999"), ("third", "subject 8"), ("one", "other")):
        await added(storage, kind, subject)
    async with storage.transaction(write=False) as tx:
        for statement in (Prepared(_NAMED), _NAMED):
            for wanted, found in ((SUBJECTS, ["subject 39999", "subject 7"]), (["other"], ["other"]), ([], [])):
                rows = await tx.rows(statement, {"wanted": wanted})
                assert [row["subject"] for row in rows] == found


async def test_how_many_were_written_is_told(storage: Storage):
    for subject in ("a", "b", "c"):
        await added(storage, "one", subject)
    move = update(agenda).where(among(agenda.c.subject, "wanted")).values(at=bindparam("then"))
    moved, moved_and_told = Prepared(move), Prepared(move.returning(agenda.c.subject))
    async with storage.transaction() as tx:
        given = {"wanted": ["a", "b", "nowhere"], "then": NOW + timedelta(days=1)}
        assert await tx.count(moved, given) == 2
        assert await tx.column(moved_and_told, {**given, "wanted": ["c"]}) == ["c"]


async def test_who_was_there_first_is_a_conflict_and_another_mistake_is_none(storage: Storage):
    await added(storage, "one", "subject")
    with pytest.raises(Conflict):
        await added(storage, "one", "subject")
    with pytest.raises(DBAPIError):
        await added(storage, "one", None)  # type: ignore[arg-type]


async def test_a_unit_for_reading_writes_nothing(storage: Storage):
    async with storage.transaction(write=False) as tx:
        with pytest.raises(RuntimeError, match="write=True"):
            await tx.run(_ADD, {"kind": "one", "subject": "subject", "at": NOW})


async def test_a_lost_connection_is_a_conflict_and_the_next_unit_has_another(postgresql_url: str):
    storage = await Storage.open(postgresql_url)

    async def cut_off() -> None:
        async with storage.transaction() as tx:
            mine = await tx.value(text("SELECT pg_backend_pid()"))
            async with storage.transaction() as other:
                await other.value(text("SELECT pg_terminate_backend(:pid)"), {"pid": mine})
            await tx.run(_ADD, {"kind": "one", "subject": "lost", "at": NOW})

    with pytest.raises(Conflict):
        await cut_off()
    await asyncio.gather(*(added(storage, "one", f"afterwards {n}") for n in range(3)))
    async with storage.unit(write=False) as uow:
        assert len(await uow.agenda.due(NOW)) == 3
    await storage.close()
