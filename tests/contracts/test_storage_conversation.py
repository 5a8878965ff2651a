"""Events acted on once, questions asked, half-filled forms, and messages promised."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.events import Account, Edited, Filled, Joined, Left, Picked, Said, Unreadable
from bot.forms import Field, Form
from bot.hours import Kind
from bot.intents import Accept, Decline, OfferTopic, SetCap
from bot.messages import Ask, Block, Choice, Choices, Message, Text
from bot.model import Dialog, Person
from bot.ports import OVER, Outgoing
from storage.tables import outbox
from storage.unit_of_work import Storage, Unit
from storage.worker import SqlWorker
from tests.storage.samples import DAY, HOUR, NOW, incoming, person

VOGT = Account("console:vogt")
YES_OR_NO = Choices(
    options=(
        Choice(label="Ja", intent=Accept(introduction="i_1", only=("email",)), says="yes"),
        Choice(label="Nein", intent=Decline(introduction="i_1")),
    ),
    asked="request",
    about="i_1",
)
CAP = Form(intent=SetCap(), fields=(Field(name="open", label="Wie viele?", kind="number"),))


def promised(*blocks: Block, due: datetime = NOW, kind: Kind = Kind.REQUEST, **more: Any) -> Outgoing:
    message = Message(blocks=blocks or (Text(text="Guten Tag"),))
    return Outgoing(**{"account": VOGT, "person": None, "kind": kind, "message": message, "due": due, **more})


async def known(uow: Unit) -> Person:
    """Somebody to write to."""
    vogt = person()
    await uow.people.add(vogt)
    row = await uow.accounts.lock(incoming(VOGT))
    await uow.accounts.save(replace(row, person=vogt.key))
    return vogt


async def becomes(uow: Unit, key: str, **values: Any) -> None:
    """What a worker writes into the row."""
    await uow.transaction.run(outbox.update().where(outbox.c.key == key).values(values))


# ---------------------------------------------------------------- events


async def test_an_event_is_acted_on_once(storage: Storage):
    said = incoming(VOGT, "Wer kennt sich mit der E-Akte aus?", event="e1")
    async with storage.unit() as uow:
        assert not await uow.inbox.acted_on("console", "e1")
        assert await uow.inbox.begin(said)
        assert not await uow.inbox.begin(said)
        assert await uow.inbox.begin(replace(said, platform="teams"))
        assert await uow.inbox.acted_on("console", "e1")


async def test_a_turn_that_failed_may_be_taken_again(storage: Storage):
    said = incoming(VOGT, event="e1")
    async with storage.unit() as uow:
        assert await uow.inbox.begin(said)
    async with storage.unit() as uow:
        assert await uow.inbox.begin(said)


@pytest.mark.parametrize(
    "what",
    [
        Said(text="Grüße"),
        Picked(message="m_1", position=2),
        Filled(message="m_1", answers={"reason": "Bauakten"}),
        Joined(),
        Left(),
        Edited(of="e0", text="Bauakten"),
        Unreadable(kind="voice"),
    ],
    ids=lambda what: type(what).__name__,
)
async def test_a_received_event_waits_whole_until_its_turn_has_committed(storage: Storage, what: Any):
    said = incoming(VOGT, event="e1", what=what, domain="erbach.example", encrypted=True)
    async with storage.unit() as uow:
        assert await uow.inbox.receive(said)
        assert not await uow.inbox.receive(said)
        await uow.commit()
    async with storage.unit() as uow:
        assert await uow.inbox.waiting() == [said]
        assert not await uow.inbox.acted_on("console", "e1")
        assert await uow.inbox.begin(said)
        assert await uow.inbox.waiting() == []
        assert not await uow.inbox.receive(said)
        assert not await uow.inbox.begin(said)


# ---------------------------------------------------------------- questions


async def test_the_newest_question_is_the_last_whose_time_has_come(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        first = await uow.outbox.put(promised(YES_OR_NO))
        second = await uow.outbox.put(promised(Ask(form=CAP, field=CAP.fields[0])))
        tomorrow = await uow.outbox.put(promised(YES_OR_NO, due=NOW + DAY))

        now = await uow.questions.newest(VOGT, NOW)
        later = await uow.questions.newest(VOGT, NOW + DAY)
        assert now is not None
        assert later is not None
        assert (now.message, now.asked) == (second, Ask(form=CAP, field=CAP.fields[0]))
        assert (later.message, later.asked, later.about) == (tomorrow, YES_OR_NO, "i_1")
        assert await uow.questions.newest(VOGT, NOW - HOUR) is None
        assert await uow.questions.newest(Account("console:kalthoff"), NOW) is None
        assert (await uow.questions.get(first)) is not None


async def test_a_question_put_off_is_asked_when_it_is_sent(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        key = await uow.outbox.put(promised(YES_OR_NO))
        await uow.commit()
    worker = SqlWorker(storage)
    await worker.claim(NOW, ["console"], owner="one")
    await worker.put_off(key, NOW + DAY, owner="another")
    async with storage.unit() as uow:
        assert await uow.questions.newest(VOGT, NOW) is not None
    await worker.put_off(key, NOW + DAY, owner="one")
    async with storage.unit() as uow:
        assert await uow.questions.newest(VOGT, NOW) is None
        question = await uow.questions.newest(VOGT, NOW + DAY)
    assert question is not None
    assert question.at == NOW + DAY


@pytest.mark.parametrize("state", ["dead", "expired", "held"])
async def test_what_was_never_read_was_never_asked(storage: Storage, state: str):
    async with storage.unit() as uow:
        await known(uow)
        await becomes(uow, await uow.outbox.put(promised(YES_OR_NO)), state=state)
        assert await uow.questions.newest(VOGT, NOW) is None


async def test_an_answered_question_remembers_the_answer(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        key = await uow.outbox.put(promised(YES_OR_NO))
        await uow.questions.answer(key, 1, NOW + HOUR)
        for question in (await uow.questions.get(key), await uow.questions.newest(VOGT, NOW + HOUR)):
            assert question is not None
            assert (question.answered, question.asked) == (1, YES_OR_NO)


async def test_what_was_not_answered_is_found_from_the_newest_on(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        first, answered, _closed, dead, last, _tomorrow = [
            await uow.outbox.put(promised(replace(YES_OR_NO, about=f"i_{hours}"), due=NOW + hours * HOUR))
            for hours in (0, 1, 2, 3, 4, 24)
        ]
        await uow.questions.answer(answered, 1, NOW + HOUR)
        await uow.questions.close("i_2")
        await becomes(uow, dead, state="dead")
        found = await uow.questions.unanswered(VOGT, NOW + 5 * HOUR)
        assert [one.message for one in found] == [last, first]
        assert await uow.questions.unanswered(Account("console:kalthoff"), NOW + 5 * HOUR) == []
        assert await uow.questions.unanswered(VOGT, NOW + timedelta(days=31)) == []


async def test_of_very_many_questions_the_last_few_are_found(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        asked = [
            await uow.outbox.put(promised(replace(YES_OR_NO, about=f"i_{n}"), due=NOW + n * HOUR)) for n in range(12)
        ]
        found = await uow.questions.unanswered(VOGT, NOW + DAY)
    assert [one.message for one in found] == asked[:1:-1]


async def test_what_needs_no_answer_any_more_is_over_on_every_account_of_the_person(storage: Storage):
    """Their answers to it stand, what others were asked about it stays open, and it is still known what it was about."""
    async with storage.unit() as uow:
        vogt = await known(uow)
        row = await uow.accounts.get(VOGT)
        assert row is not None
        other, kalthoff = Account("console:second"), Account("console:kalthoff")
        await uow.accounts.save(replace(row, account=other))
        await uow.accounts.save(replace(row, account=kalthoff, person=None))
        answered = await uow.outbox.put(promised(YES_OR_NO))
        await uow.questions.answer(answered, 1, NOW)
        waiting = [await uow.outbox.put(replace(promised(YES_OR_NO), account=one)) for one in (VOGT, other)]
        theirs = await uow.outbox.put(replace(promised(YES_OR_NO), account=kalthoff))
        await uow.questions.over("i_1", vogt.key, NOW)
        assert await uow.questions.open([answered, *waiting, theirs]) == {theirs}
        found = [await uow.questions.get(key) for key in (answered, *waiting)]
        assert [(one.answered, one.about) for one in found if one] == [(1, "i_1"), (OVER, "i_1"), (OVER, "i_1")]


async def test_a_question_that_carries_peoples_words_is_forgotten_with_its_answer(storage: Storage):
    private = replace(YES_OR_NO, forget=True)
    async with storage.unit() as uow:
        await known(uow)
        key = await uow.outbox.put(promised(private))
        await uow.questions.answer(key, 0, NOW)
        assert await uow.questions.get(key) is None
        assert await uow.questions.newest(VOGT, NOW) is None


async def test_closing_an_object_closes_what_was_asked_about_it_everywhere(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        by_choices = await uow.outbox.put(promised(YES_OR_NO))
        by_message = await uow.outbox.put(promised(Ask(form=CAP, field=CAP.fields[0]), about="i_1"))
        other = await uow.outbox.put(promised(replace(YES_OR_NO, about="i_2")))
        await uow.questions.close("i_1")
        assert await uow.questions.get(by_choices) is None
        assert await uow.questions.get(by_message) is None
        assert await uow.questions.get(other) is not None


async def test_after_thirty_days_a_question_is_no_longer_open(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        await uow.outbox.put(promised(YES_OR_NO))
        assert await uow.questions.newest(VOGT, NOW + timedelta(days=29)) is not None
        assert await uow.questions.newest(VOGT, NOW + timedelta(days=30)) is None


# ---------------------------------------------------------------- dialogs


async def test_a_half_filled_form_waits_for_a_day(storage: Storage):
    form = Form(intent=OfferTopic(topic="E-Akte"), fields=(Field(name="since", label="Seit wann?"),), patient=True)
    begun = Dialog(account=VOGT, form=form, answers={}, started_at=NOW)
    filled = replace(begun, answers={"since": "seit drei Jahren"})
    async with storage.unit() as uow:
        await uow.dialogs.save(begun)
        await uow.dialogs.save(filled)
        assert await uow.dialogs.get(VOGT, NOW + HOUR) == filled
        assert await uow.dialogs.get(VOGT, NOW + DAY) is None
        await uow.dialogs.drop(VOGT)
        assert await uow.dialogs.get(VOGT, NOW) is None


# ---------------------------------------------------------------- promises


async def test_withdrawn_before_it_was_handed_over_leaves_no_trace(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        request = await uow.outbox.put(promised(YES_OR_NO, about="i_1"))
        retry = await uow.outbox.put(promised(about="i_1", kind=Kind.STATUS))
        await becomes(uow, retry, state="retry")
        sent = await uow.outbox.put(promised(about="i_1"))
        await becomes(uow, sent, state="sent", sent_at=NOW)

        assert await uow.outbox.cancel("i_1") == 2
        assert await uow.outbox.cancel("i_1") == 0
        assert await uow.questions.get(request) is None
        assert await uow.outbox.state_of("i_1", Kind.STATUS) is None
        assert await uow.outbox.state_of("i_1", Kind.REQUEST) == ("sent", NOW)


async def test_only_the_kinds_named_are_withdrawn(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        await uow.outbox.put(promised(about="i_1", kind=Kind.PROMPT))
        await uow.outbox.put(promised(about="i_1", kind=Kind.RELAY))
        await uow.outbox.put(promised(about="i_2", kind=Kind.PROMPT))
        assert await uow.outbox.cancel("i_1", kinds=[Kind.PROMPT, Kind.REQUEST]) == 1
        assert await uow.outbox.state_of("i_1", Kind.RELAY) == ("pending", None)
        assert await uow.outbox.state_of("i_2", Kind.PROMPT) == ("pending", None)


async def test_what_may_have_arrived_is_not_sent_again_after_a_withdrawal(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        await becomes(uow, await uow.outbox.put(promised(about="i_1")), state="uncertain")
        assert await uow.outbox.cancel("i_1") == 0
        assert await uow.outbox.state_of("i_1", Kind.REQUEST) == ("expired", None)


async def test_the_newest_row_tells_how_it_stands(storage: Storage):
    async with storage.unit() as uow:
        await known(uow)
        first = await uow.outbox.put(promised(about="i_1"))
        await becomes(uow, first, state="sent", sent_at=NOW)
        await uow.outbox.put(promised(about="i_1", due=NOW - DAY))
        assert await uow.outbox.state_of("i_1", Kind.REQUEST) == ("pending", None)


async def test_unasked_messages_are_counted_by_the_days_of_the_person(storage: Storage):
    """23:30 in London is the next day in Berlin."""
    monday, sunday = date(2026, 11, 23), date(2026, 11, 29)
    late = datetime.fromisoformat("2026-11-29T23:30:00+00:00")
    async with storage.unit() as uow:
        vogt = await known(uow)
        ours = {"person": vogt.key, "kind": Kind.PROMPT}
        await uow.outbox.put(promised(**ours))
        await becomes(uow, await uow.outbox.put(promised(**ours)), state="sent", sent_at=NOW + DAY)
        await becomes(uow, await uow.outbox.put(promised(**ours)), state="held")
        await becomes(uow, await uow.outbox.put(promised(**ours)), state="expired")
        await uow.outbox.put(promised(person=vogt.key, kind=Kind.REQUEST))
        await uow.outbox.put(promised(**ours, due=late))

        assert await uow.outbox.unasked_in(vogt.key, monday, sunday) == 3
        assert await uow.outbox.unasked_in(vogt.key, monday, sunday, planned=False) == 2
        assert await uow.outbox.unasked_in(vogt.key, monday, monday) == 2
        await uow.people.save(replace(vogt, timezone="Europe/London"))
        assert await uow.outbox.unasked_in(vogt.key, monday, sunday) == 4
