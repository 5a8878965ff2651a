"""What is deleted when, on planted rows: a day before its time it is there, a day after it is gone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, select

from bot.events import Account
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import SetCap
from bot.messages import Ask, Message, Text
from bot.model import DeskRequest, Dialog, IntroductionState, LinkCode, Person, Step
from bot.ports import Outgoing
from storage import tables
from storage.cleaning import PARTS, RULES, sweep
from storage.columns import Keep, metadata, tag_of
from storage.unit_of_work import Storage, Unit
from tests.storage.samples import DAY, HOUR, NOW, enquiry, incoming, introduction, person

VOGT, GUEST = Account("console:vogt"), Account("console:guest")
CAP = Form(intent=SetCap(), fields=(Field(name="open", label="Wie viele?", kind="number"),))
MONTH = timedelta(days=30)


async def count(storage: Storage, table: Table, *conditions: Any) -> int:
    async with storage.transaction(write=False) as tx:
        found = await tx.connection.scalar(select(func.count()).select_from(table).where(*conditions))
    return int(found or 0)


async def someone(uow: Unit) -> Person:
    vogt = person()
    await uow.people.add(vogt)
    row = await uow.accounts.lock(incoming(VOGT, at=NOW + 1000 * DAY, event="e_vogt"))
    await uow.accounts.save(replace(row, person=vogt.key))
    return vogt


async def a_closed_introduction(uow: Unit) -> None:
    wanted = enquiry(await someone(uow))
    done = introduction(wanted, person("Jens"), state=IntroductionState.SETTLED, closed_at=NOW)
    await uow.enquiries.add(replace(wanted, at=NOW + 400 * DAY))
    await uow.introductions.add(done)
    await uow.introductions.note(Step(introduction=done.key, at=NOW, event="settle", by="time"))


async def a_draft(uow: Unit) -> None:
    wanted = enquiry(await someone(uow))
    await uow.enquiries.add(wanted)
    await uow.introductions.add(introduction(wanted, person("Jens")))


async def an_enquiry(uow: Unit) -> None:
    await uow.enquiries.add(enquiry(await someone(uow)))


async def an_answered_desk_request(uow: Unit) -> None:
    vogt = await someone(uow)
    await uow.desk.add(DeskRequest(key="d_open", kind="idea", asker=vogt.key, at=NOW))
    await uow.desk.add(DeskRequest(key="d_done", kind="idea", asker=vogt.key, at=NOW, answered_at=NOW))


async def a_search(uow: Unit) -> None:
    await uow.enquiries.count_search((await someone(uow)).key, NOW, since=NOW, at_most=9)


async def a_link_code(uow: Unit) -> None:
    await uow.links.add(LinkCode(key="l_1", digest="abc", account=VOGT, expires_at=NOW))


async def a_dialog(uow: Unit) -> None:
    await uow.dialogs.save(Dialog(account=VOGT, form=CAP, answers={}, started_at=NOW))


async def an_event(uow: Unit) -> None:
    await uow.inbox.begin(incoming(VOGT))


async def a_question_that_was_sent(uow: Unit) -> None:
    await someone(uow)
    message = Message(blocks=(Ask(form=CAP, field=CAP.fields[0]),))
    await uow.outbox.put(Outgoing(account=VOGT, person=None, kind=Kind.ANSWER, message=message, due=NOW - 3 * DAY))
    await uow.transaction.run(tables.outbox.update().values(state="sent", sent_at=NOW, body=None))


async def an_account_without_consent(uow: Unit) -> None:
    await uow.accounts.lock(incoming(GUEST))


async def an_audit_entry(uow: Unit) -> None:
    await uow.audit.note(NOW, "p_1", "export")


@pytest.mark.parametrize(
    ("plant", "table", "term"),
    [
        (a_closed_introduction, tables.introductions, timedelta(days=365)),
        (a_closed_introduction, tables.steps, timedelta(days=365)),
        (a_draft, tables.introductions, DAY),
        (an_enquiry, tables.enquiries, timedelta(days=365)),
        (an_answered_desk_request, tables.desk_requests, timedelta(days=365)),
        (a_search, tables.searches, DAY),
        (a_link_code, tables.link_codes, DAY),
        (a_dialog, tables.dialogs, DAY),
        (an_event, tables.inbox, MONTH),
        (a_question_that_was_sent, tables.outbox, MONTH),
        (a_question_that_was_sent, tables.questions, MONTH),
        (an_account_without_consent, tables.accounts, timedelta(days=730)),
        (an_audit_entry, tables.audit, timedelta(days=730)),
    ],
    ids=lambda value: getattr(value, "__name__", None) or getattr(value, "name", None) or f"{value.days} days",
)
async def test_it_is_kept_for_its_term_and_not_longer(storage: Storage, plant: Any, table: Table, term: timedelta):
    async with storage.unit() as uow:
        await plant(uow)
        await uow.commit()
    before = await count(storage, table)

    await sweep(storage, NOW + term - HOUR)
    assert await count(storage, table) == before

    assert table.name in await sweep(storage, NOW + term) or table in PARTS
    assert await count(storage, table) == before - 1
    assert table.name not in await sweep(storage, NOW + term)


async def test_a_question_kept_for_after_the_consent_is_dropped_and_the_account_stays(storage: Storage):
    async with storage.unit() as uow:
        row = await uow.accounts.lock(incoming(GUEST))
        await uow.accounts.save(replace(row, noticed_at=NOW, kept_question="Wer kennt sich aus?"))
        await uow.commit()

    await sweep(storage, NOW + DAY - HOUR)
    assert await count(storage, tables.accounts, tables.accounts.c.kept_question.is_not(None)) == 1
    assert await sweep(storage, NOW + DAY) == {"accounts": 1}
    assert await count(storage, tables.accounts) == 1
    assert await count(storage, tables.accounts, tables.accounts.c.kept_question.is_not(None)) == 0


async def test_an_enquiry_stays_while_something_belongs_to_it(storage: Storage):
    async with storage.unit() as uow:
        wanted = enquiry(await someone(uow))
        await uow.enquiries.add(wanted)
        asked = introduction(wanted, person("Jens"), state=IntroductionState.MEDIATED, created_at=NOW + 300 * DAY)
        await uow.introductions.add(asked)
        await uow.commit()

    await sweep(storage, NOW + 400 * DAY)
    assert await count(storage, tables.enquiries) == 1
    await sweep(storage, NOW + 700 * DAY)
    assert await count(storage, tables.enquiries) == 0


async def test_the_farewell_to_somebody_erased_goes_as_soon_as_it_was_sent(storage: Storage):
    async with storage.unit() as uow:
        vogt = await someone(uow)
        await uow.privacy.erase(vogt.key, NOW)
        message = Message(blocks=(Text(text="Alles ist gelöscht."),))
        await uow.outbox.put(Outgoing(account=VOGT, person=None, kind=Kind.ANSWER, message=message, due=NOW))
        await uow.commit()

    assert await sweep(storage, NOW) == {}
    async with storage.unit() as uow:
        await uow.transaction.run(tables.outbox.update().values(state="sent", sent_at=NOW))
        await uow.commit()
    assert await sweep(storage, NOW) == {"outbox": 1}


def test_every_term_a_tag_names_has_its_rule():
    """What is about a person until it is erased, or about nobody, needs none; an agenda item goes when it is taken."""
    without = {Keep.ALWAYS, Keep.PROFILE, Keep.UNTIL_DONE}
    promised = {(table, tag_of(column).retention) for table in metadata.sorted_tables for column in table.c}
    missing = [
        f"{table.name}: {keep.name}"
        for table, keep in promised
        if keep not in without and (table, keep) not in RULES and table not in PARTS
    ]
    assert missing == []
    assert set(PARTS.values()) <= {table for table, _ in RULES}
