"""Bodies and topics, totals, the agenda, the desk, links, and what the installation remembers."""

import asyncio
from datetime import timedelta

import pytest

from bot.matching.topics import Topic
from bot.model import DeskRequest, LinkCode
from storage.tables import audit
from storage.unit_of_work import Storage
from tests.storage.samples import DAY, ERBACH, HOUR, HUECKELHOVEN, NOW, TODAY, enquiry, incoming, person

AKTE = Topic(id="e-akte", label_de="E-Akte", label_en="Electronic records", synonyms=("eAkte", "DMS"))


async def test_register_and_topics_raise_one_mark(storage: Storage):
    async with storage.unit() as uow:
        before = await uow.topics.mark()
        await uow.bodies.put(ERBACH, HUECKELHOVEN)
        after_bodies = await uow.topics.mark()
        await uow.topics.put(AKTE)
        assert before < after_bodies < await uow.topics.mark()

        assert await uow.bodies.get(ERBACH.key) == ERBACH
        assert await uow.bodies.many([HUECKELHOVEN.key, "00000000"]) == {HUECKELHOVEN.key: HUECKELHOVEN}
        assert await uow.bodies.all() == [HUECKELHOVEN, ERBACH]
        assert await uow.topics.all() == [AKTE]


async def test_a_topic_put_again_is_brought_up_to_date(storage: Storage):
    changed = Topic(id="e-akte", label_de="Elektronische Akte", label_en="Electronic file", broader="dokumente")
    async with storage.unit() as uow:
        await uow.topics.put(AKTE)
        await uow.topics.put(changed)
        assert await uow.topics.all() == [changed]


async def test_a_domain_may_stand_for_several_bodies(storage: Storage):
    async with storage.unit() as uow:
        await uow.bodies.put(ERBACH, HUECKELHOVEN)
        await uow.bodies.tie("kreis.example", ERBACH.key)
        await uow.bodies.tie("Kreis.example", HUECKELHOVEN.key)
        assert await uow.bodies.tied_to("KREIS.example") == [HUECKELHOVEN, ERBACH]
        await uow.bodies.untie("kreis.example", ERBACH.key)
        assert await uow.bodies.tied_to("kreis.example") == [HUECKELHOVEN]


async def test_totals_add_up_over_days_and_at_the_same_time(storage: Storage):
    async def count(days: int) -> None:
        async with storage.unit() as uow:
            await uow.totals.add("asked", TODAY + timedelta(days=days))
            await uow.totals.add("answered", TODAY, 2)
            await uow.commit()

    await asyncio.gather(*(count(n % 2) for n in range(10)))

    async with storage.unit() as uow:
        await uow.totals.add("asked", TODAY, 3)
        assert await uow.totals.sum("asked", TODAY, TODAY) == 8
        assert await uow.totals.sum("asked", TODAY, TODAY + DAY) == 13
        assert await uow.totals.sum("answered", TODAY, TODAY) == 20
        assert await uow.totals.sum("never", TODAY, TODAY) == 0


async def test_the_agenda_hands_out_what_is_due_oldest_first(storage: Storage):
    async with storage.unit() as uow:
        assert await uow.agenda.next_at() is None
        await uow.agenda.set("expire", "i_1", NOW + HOUR)
        await uow.agenda.set("remind", "i_1", NOW)
        await uow.agenda.set("expire", "i_2", NOW - HOUR)
        await uow.agenda.set("expire", "i_2", NOW - 2 * HOUR)

        assert await uow.agenda.next_at() == NOW - 2 * HOUR
        due = [("expire", "i_2", NOW - 2 * HOUR), ("remind", "i_1", NOW)]
        assert await uow.agenda.due(NOW) == due
        assert await uow.agenda.due(NOW, limit=1) == due[:1]

        await uow.agenda.drop("i_1", "remind")
        assert await uow.agenda.due(NOW + DAY) == [due[0], ("expire", "i_1", NOW + HOUR)]
        await uow.agenda.drop("i_1")
        assert await uow.agenda.due(NOW + DAY) == due[:1]


async def test_an_item_is_taken_once_and_not_after_it_was_moved(storage: Storage):
    async with storage.unit() as uow:
        await uow.agenda.set("expire", "i_1", NOW)
        await uow.commit()

    async def take() -> bool:
        async with storage.unit() as uow:
            taken = await uow.agenda.take("expire", "i_1", NOW)
            await uow.commit()
            return taken

    assert sorted(await asyncio.gather(*(take() for _ in range(5)))) == [False] * 4 + [True]
    async with storage.unit() as uow:
        await uow.agenda.set("expire", "i_1", NOW + DAY)
        assert not await uow.agenda.take("expire", "i_1", NOW)


async def test_the_desk_keeps_requests_until_they_are_answered(storage: Storage):
    vogt = person()
    wanted = enquiry(vogt)
    first = DeskRequest(key="d_1", kind="match", asker=vogt.key, enquiry=wanted.key, topic="e-akte", at=NOW)
    second = DeskRequest(key="d_2", kind="message", asker=vogt.key, text="Danke!", at=NOW + HOUR)
    answered = DeskRequest(
        key="d_1", kind="match", asker=vogt.key, enquiry=wanted.key, topic="e-akte", at=NOW,
        taken_by=vogt.key, answered_at=NOW + HOUR, answer="Fragen Sie Köln.",
    )  # fmt: skip
    async with storage.unit() as uow:
        await uow.people.add(vogt)
        await uow.enquiries.add(wanted)
        await uow.desk.add(first)
        await uow.desk.add(second)
        assert await uow.desk.open() == [first, second]
        await uow.desk.save(answered)
        assert await uow.desk.open() == [second]
        assert await uow.desk.get("d_1") == answered
        assert await uow.desk.of(vogt.key) == [answered, second]


async def test_a_link_code_is_found_by_its_digest_only(storage: Storage):
    code = LinkCode(key="l_1", digest="abc", account=incoming("console:vogt").account, expires_at=NOW + HOUR)
    used = LinkCode(
        key="l_1", digest="abc", account=code.account, expires_at=NOW + HOUR, used_by=incoming("console:v2").account
    )
    async with storage.unit() as uow:
        await uow.links.add(code)
        assert await uow.links.by_digest("abc") == code
        assert await uow.links.by_digest("abd") is None
        await uow.links.save(used)
        assert await uow.links.get("l_1") == used


async def test_the_kept_clock_never_goes_back(storage: Storage):
    async with storage.unit() as uow:
        assert await uow.meta.clock() is None
        await uow.meta.keep_clock(NOW)
        await uow.meta.keep_clock(NOW - HOUR)
        assert await uow.meta.clock() == NOW
        await uow.meta.put("mode", "demo")
        assert await uow.meta.get("mode") == "demo"
        await uow.meta.put("mode", None)
        assert await uow.meta.get("mode") is None


async def test_the_audit_log_is_a_chain(storage: Storage):
    async def note(n: int) -> None:
        async with storage.unit() as uow:
            await uow.audit.note(NOW, "p_brandt", "export", "p_vogt", rows=n)
            await uow.commit()

    await asyncio.gather(*(note(n) for n in range(6)))

    async with storage.unit() as uow:
        assert await uow.audit.first_break() is None
        await uow.transaction.run(audit.update().where(audit.c.seq == 4).values(actor="p_somebody_else"))
        assert await uow.audit.first_break() == 4


async def test_an_entry_taken_out_of_the_chain_is_noticed(storage: Storage):
    async with storage.unit() as uow:
        for n in range(3):
            await uow.audit.note(NOW, "p_brandt", "export", rows=n)
        await uow.commit()
    async with storage.unit() as uow:
        await uow.transaction.run(audit.delete().where(audit.c.seq == 2))
        assert await uow.audit.first_break() == 3


async def test_a_naive_time_is_refused(storage: Storage):
    async with storage.unit() as uow:
        with pytest.raises(Exception, match="aware"):
            await uow.agenda.set("expire", "i_1", NOW.replace(tzinfo=None))
