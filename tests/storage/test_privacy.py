"""Erasure and export: what is planted about a person is gone everywhere, and others keep what is theirs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.events import Account
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import AskBack, Introduce, PassOn
from bot.messages import Choice, Choices, Facts, Message, Quote, Text
from bot.model import (
    Consent,
    DeskRequest,
    Dialog,
    Enquiry,
    Handover,
    Introduction,
    IntroductionState,
    LinkCode,
    Person,
    Role,
    Step,
)
from bot.ports import ERASED, Outgoing
from storage.columns import metadata
from storage.engine import sqlite_file
from storage.tombstones import Tombstones
from storage.unit_of_work import Storage, Unit
from tests.storage.samples import (
    ERBACH,
    HOUR,
    HUECKELHOVEN,
    NOW,
    TODAY,
    affiliation,
    enquiry,
    incoming,
    introduction,
    offer,
    person,
)

NAME = "Žofia Übelacker"
SENTENCE = 'Unsere "Wanderakten" aus Quarzheim müssen weg.'
TELLTALES = ("Übelacker", "Wanderakten", "Quarzheim", "zofia.u", "0171 4711", "Sonderbeauftragte", "Aktenlager")
ME, WORK = Account("console:zofia.u"), Account("teams:zofia.u")
OTHER = Account("console:kalthoff")


class Case:
    """Žofia has asked Jens and has been asked by him; traces of her are wherever they can be."""

    zofia: Person
    jens: Person
    asked_jens: Introduction
    asked_zofia: Introduction
    jens_enquiry: Enquiry


async def plant(storage: Storage) -> Case:
    case = Case()
    case.zofia = zofia = person(
        NAME,
        function="Sonderbeauftragte",
        email="zofia.u@quarzheim.example",
        phone="0171 4711",
        stand_in="Frau Quarzheim",
        home=ME,
        listing="name",
    )
    case.jens = jens = person("Jens Kalthoff")
    async with storage.unit() as uow:
        await uow.bodies.put(ERBACH, HUECKELHOVEN)
        for one in (zofia, jens):
            await uow.people.add(one)
            await uow.people.add_consent(Consent(person=one.key, version="2026-11", given_at=NOW))
            await uow.people.affiliate(affiliation(one, ERBACH))
            await uow.people.grant(one.key, Role.COORDINATOR, ERBACH.key, NOW)
        for account, who, name in ((ME, zofia, NAME), (WORK, zofia, "Z. Übelacker"), (OTHER, jens, jens.name)):
            row = await uow.accounts.lock(incoming(account, name=name, address=f"to {name}"))
            await uow.accounts.save(replace(row, person=who.key, kept_question=SENTENCE if who is zofia else None))
        await uow.people.add_offer(offer(zofia, None, text="Wanderakten auflösen"))
        await uow.people.block(jens.key, zofia.key, NOW)
        await uow.inbox.receive(incoming(ME, SENTENCE, name=NAME))
        await uow.links.add(LinkCode(key="l_1", digest="abc", account=ME, expires_at=NOW, used_by=WORK))
        await introductions_both_ways(uow, case)
        await messages(uow, case)
        await uow.audit.note(NOW, zofia.key, "export", zofia.key)
        await uow.commit()
    return case


async def introductions_both_ways(uow: Unit, case: Case) -> None:
    mine, theirs = (
        enquiry(case.zofia, sentence=SENTENCE),
        enquiry(case.jens, shown=("p_stranger", case.zofia.key, "p_neighbour")),
    )
    case.jens_enquiry = theirs = replace(theirs, page=("p_stranger", case.zofia.key))
    done = {"state": IntroductionState.MEDIATED, "asked_at": NOW, "answered_at": NOW}
    case.asked_jens = introduction(mine, case.jens, reason=SENTENCE, **done)
    case.asked_zofia = introduction(
        theirs, case.zofia, reason="Wie lange heben Sie auf?", **done, contact_gives=("email",)
    )
    for wanted, intro in ((mine, case.asked_jens), (theirs, case.asked_zofia)):
        await uow.enquiries.add(wanted)
        await uow.enquiries.count_search(wanted.asker, NOW, since=NOW, at_most=9)
        await uow.introductions.add(intro)
        await uow.introductions.note(Step(introduction=intro.key, at=NOW, event="accept", by="contact"))
        await uow.introductions.hand_over(
            Handover(
                introduction=intro.key, to=case.jens.key, of=case.zofia.key, name=NAME, function="Sonderbeauftragte",
                body="Erbach", email="zofia.u@quarzheim.example", phone="0171 4711", account=ME, at=NOW,
            )
        )  # fmt: skip
        await uow.agenda.set("check_in", intro.key, NOW)
    await uow.agenda.set("confirm_profile", case.zofia.key, NOW)
    await uow.desk.add(
        DeskRequest(key="d_1", kind="match", asker=case.zofia.key, enquiry=mine.key, text=SENTENCE, at=NOW)
    )
    await uow.desk.add(DeskRequest(key="d_2", kind="idea", asker=case.jens.key, at=NOW, taken_by=case.zofia.key))


async def messages(uow: Unit, case: Case) -> None:
    async def promise(
        account: Account,
        *blocks: Any,
        about: str | None = None,
        to: Person | None = None,
        kind: Kind = Kind.STATUS,
    ) -> None:
        message = Message(blocks=blocks)
        await uow.outbox.put(
            Outgoing(account=account, person=to.key if to else None, kind=kind, message=message, due=NOW, about=about)
        )

    await promise(ME, Text(text="Hier ist Ihre Liste."), to=case.zofia)
    await promise(OTHER, Quote(text=SENTENCE), about=case.asked_jens.key, to=case.jens)
    await promise(OTHER, Facts(rows=(("E-Mail", "zofia.u@quarzheim.example"),)), about=case.asked_zofia.key)
    await promise(OTHER, Text(text="Die Sonderbeauftragte hat gefragt."), about=case.asked_zofia.key)
    await promise(OTHER, Quote(text="Worum geht es bei den Aktenlagern?"), about=case.asked_zofia.key, kind=Kind.RELAY)
    listed = Choices(options=(Choice(label=f"{NAME} ansprechen", intent=Introduce(person=case.zofia.key)),))
    await promise(OTHER, listed)
    await promise(OTHER, Text(text="Noch keine Zusage."), about=case.asked_zofia.key)
    relay = PassOn(introduction=case.asked_zofia.key, text=SENTENCE)
    await promise(OTHER, Choices(options=(Choice(label="Weitergeben", intent=relay),)))
    form = Form(
        intent=AskBack(introduction=case.asked_zofia.key), fields=(Field(name="question", label=f"An {NAME}?"),)
    )
    await uow.dialogs.save(Dialog(account=OTHER, form=form, answers={}, started_at=NOW))
    await uow.dialogs.save(Dialog(account=ME, form=form, answers={"question": SENTENCE}, started_at=NOW))


async def everything_stored(storage: Storage) -> str:
    """Every value of every table, and for SQLite every byte of its files."""
    found = []
    async with storage.transaction(write=False) as tx:
        for table in metadata.sorted_tables:
            for row in await tx.connection.execute(select(table)):
                found.append(repr(tuple(row)))
    file = sqlite_file(storage.url)
    for part in [] if file is None else [file, Path(f"{file}-wal"), Path(f"{file}-shm")]:
        if part.exists():
            found.append(part.read_bytes().decode("utf-8", errors="ignore"))
    return "\n".join(found)


def forget(file: Path) -> None:
    file.unlink()


async def test_an_erased_person_is_in_no_row_and_no_byte(storage: Storage):
    case = await plant(storage)
    before = await everything_stored(storage)
    assert [word for word in TELLTALES if word not in before] == []

    async with storage.unit() as uow:
        await uow.privacy.erase(case.zofia.key, NOW)
        await uow.commit()

    after = await everything_stored(storage)
    assert [word for word in TELLTALES if word in after] == []
    assert "Jens Kalthoff" in after


async def test_an_erasure_that_was_not_committed_erased_nothing(storage: Storage, tombstone_file: Path):
    case = await plant(storage)
    async with storage.unit() as uow:
        await uow.privacy.erase(case.zofia.key, NOW)

    async with storage.unit(write=False) as uow:
        assert await uow.people.get(case.zofia.key) == case.zofia
    assert Tombstones(tombstone_file).read() == frozenset()


async def test_the_other_side_keeps_its_introduction_without_a_trace_of_whose_it_was(storage: Storage):
    case = await plant(storage)
    async with storage.unit() as uow:
        await uow.privacy.erase(case.zofia.key, NOW)
        await uow.commit()

    async with storage.unit(write=False) as uow:
        kept = await uow.introductions.asked_by(case.jens.key)
        assert kept == [replace(case.asked_zofia, contact=ERASED, contact_gives=(), answered_at=None)]
        assert await uow.people.get(ERASED) is None
        assert await uow.introductions.asked_of(case.jens.key) == []
        assert await uow.introductions.handed_to(case.jens.key) == []
        wanted = await uow.enquiries.get(case.jens_enquiry.key)
        assert wanted == replace(
            case.jens_enquiry, shown=("p_stranger", ERASED, "p_neighbour"), page=("p_stranger", ERASED)
        )
        assert await uow.agenda.due(NOW) == [("check_in", case.asked_zofia.key, NOW)]
        (idea,) = await uow.desk.open()
        assert (idea.key, idea.taken_by) == ("d_2", ERASED)
        assert await uow.people.blocked(case.jens.key) == frozenset()
        assert await uow.audit.first_break() is None


async def test_what_does_not_speak_of_the_person_is_still_delivered(storage: Storage):
    case = await plant(storage)
    async with storage.unit() as uow:
        await uow.privacy.erase(case.zofia.key, NOW)
        assert await uow.outbox.state_of(case.asked_zofia.key, Kind.STATUS) == ("pending", None)
        assert await uow.outbox.cancel(case.asked_zofia.key) == 1  # „Noch keine Zusage.“ and nothing else
        assert await uow.outbox.cancel(case.asked_jens.key) == 0
        assert await uow.questions.newest(OTHER, NOW) is None
        assert await uow.dialogs.get(OTHER, NOW) is None


async def test_a_namesake_loses_nothing(storage: Storage):
    case = await plant(storage)
    async with storage.unit() as uow:
        namesake = person(NAME)
        await uow.people.add(namesake)
        key = await uow.outbox.put(
            Outgoing(
                account=OTHER, person=None, kind=Kind.REQUEST, due=NOW, about="i_namesake",
                message=Message(blocks=(Text(text=f"{NAME} aus Köln fragt."),)),
            )
        )  # fmt: skip
        await uow.privacy.erase(case.zofia.key, NOW)
        assert key
        assert await uow.outbox.state_of("i_namesake", Kind.REQUEST) == ("pending", None)


async def test_the_index_hears_of_an_erasure(storage: Storage):
    case = await plant(storage)
    async with storage.unit() as uow:
        mark = (await uow.people.changed_since(-1)).people
        await uow.privacy.erase(case.zofia.key, NOW)
        await uow.commit()

    async with storage.unit(write=False) as uow:
        changed = (await uow.people.changed_since(mark)).changed
        assert changed == [case.zofia.key]
        assert await uow.people.many(changed) == {}


async def test_the_last_message_still_finds_its_way(storage: Storage):
    case = await plant(storage)
    async with storage.unit() as uow:
        await uow.privacy.erase(case.zofia.key, NOW)
        message = Message(blocks=(Text(text="Alles ist gelöscht."),))
        await uow.outbox.put(Outgoing(account=WORK, person=None, kind=Kind.ANSWER, message=message, due=NOW))
        await uow.commit()

    async with storage.transaction(write=False) as tx:
        row = (await tx.connection.execute(select(metadata.tables["outbox"]).order_by("seq"))).mappings().all()[-1]
    assert (row["platform"], row["address"]) == ("teams", "to Z. Übelacker")


async def test_sooner_or_later_a_reader_is_out_of_the_way(sqlite_url: str, tombstone_file: Path):
    """While somebody reads an old moment, the log can't be emptied; it is remembered, and done afterwards."""
    storage = await Storage.open(sqlite_url, tombstones=tombstone_file)
    case = await plant(storage)
    async with storage.unit(write=False) as reading:
        assert await reading.people.get(case.zofia.key) is not None
        async with storage.unit() as uow:
            await uow.privacy.erase(case.zofia.key, NOW)
            await uow.commit()
    assert await storage.scrub_due()
    assert await storage.scrub()

    assert not await storage.scrub_due()
    after = await everything_stored(storage)
    assert [word for word in TELLTALES if word in after] == []
    await storage.close()


async def test_an_export_has_all_of_the_person_and_nothing_of_others(storage: Storage):
    case = await plant(storage)
    async with storage.unit(write=False) as uow:
        exported = await uow.privacy.everything(case.zofia.key)

    text = repr(exported)
    for mine in (
        NAME,
        "Wanderakten",
        "zofia.u@quarzheim.example",
        "0171 4711",
        "Sonderbeauftragte",
        "2026-11",
        "e-akte",
    ):
        assert mine in text
    assert {account["account"] for account in exported["accounts"]} == {ME, WORK}
    for others in ("Kalthoff", case.jens.key, "Wie lange heben Sie auf?", "p_stranger"):
        assert others not in text


@pytest.mark.parametrize("end", [IntroductionState.DECLINED, IntroductionState.EXPIRED, IntroductionState.ASKED])
async def test_an_export_tells_the_asker_nothing_of_how_it_ended(storage: Storage, end: IntroductionState):
    case = await plant(storage)
    async with storage.unit() as uow:
        ended = replace(case.asked_jens, state=end, answered_at=NOW + HOUR, closed_at=NOW + HOUR, later_on=TODAY)
        await uow.introductions.save(ended, was=IntroductionState.MEDIATED)
        (row,) = [row for row in (await uow.privacy.everything(case.zofia.key))["introductions"] if "reason" in row]
        (own,) = [row for row in (await uow.privacy.everything(case.jens.key))["introductions"] if "state" in row]

    assert row == {
        "topic": "e-akte",
        "topic_text": "E-Akte",
        "reason": SENTENCE,
        "asker_gives": [],
        "created_at": NOW.isoformat(),
        "asked_at": NOW.isoformat(),
        "outcome": "no_commitment",
    }
    assert own["state"] == end


async def test_every_erasure_is_written_down_outside_the_database(storage: Storage, tombstone_file: Path):
    case = await plant(storage)
    for one in (case.zofia, case.jens):
        async with storage.unit() as uow:
            await uow.privacy.erase(one.key, NOW)
            await uow.commit()

    assert Tombstones(tombstone_file).read() == {case.zofia.key, case.jens.key}


async def test_a_tombstone_lost_in_a_crash_is_written_at_the_next_start(storage: Storage, tombstone_file: Path):
    case = await plant(storage)
    async with storage.unit() as uow:
        await uow.privacy.erase(case.zofia.key, NOW)
        await uow.commit()
    forget(tombstone_file)

    again = await Storage.open(storage.url, tombstones=tombstone_file)
    await again.close()

    assert Tombstones(tombstone_file).read() == {case.zofia.key}
