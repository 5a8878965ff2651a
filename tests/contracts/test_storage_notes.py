"""What adapters remember, and the way from a platform's message id back to the promise."""

from datetime import timedelta

from bot.events import Account
from bot.kinds import Kind
from bot.messages import Message, Text
from bot.ports import Delivered, Outgoing
from storage import cleaning
from storage.outbox import Sent
from storage.unit_of_work import Storage
from storage.worker import SqlWorker
from tests.storage.samples import DAY, NOW, incoming, person

VOGT = Account("console:vogt")


async def test_a_note_is_kept_replaced_and_dropped(storage: Storage):
    async with storage.unit() as uow:
        await uow.notes.put("matrix", "sync", "token", {"next": "s1"}, NOW)
        await uow.notes.put("matrix", "sync", "token", {"next": "s2"}, NOW)
        await uow.notes.put("matrix", "invite", "!b", {"by": "@x"}, NOW + DAY)
        await uow.notes.put("matrix", "invite", "!a", {"by": "@y"}, NOW + 2 * DAY)
        await uow.commit()
    async with storage.unit() as uow:
        assert await uow.notes.get("matrix", "sync", "token") == {"next": "s2"}
        assert await uow.notes.get("teams", "sync", "token") is None
        assert await uow.notes.all("matrix", "invite") == [("!b", {"by": "@x"}), ("!a", {"by": "@y"})]
        assert await uow.notes.take("matrix", "invite", "!b") == {"by": "@x"}
        assert await uow.notes.take("matrix", "invite", "!b") is None
        await uow.notes.put("matrix", "invite", "!b", {"by": "@x"}, NOW)
        await uow.notes.drop("matrix", "invite", "!b")
        assert [key for key, _ in await uow.notes.all("matrix", "invite")] == ["!a"]


async def test_a_note_about_somebody_goes_with_them_and_after_thirty_days(storage: Storage):
    async with storage.unit() as uow:
        vogt = person()
        await uow.people.add(vogt)
        row = await uow.accounts.lock(incoming(VOGT))
        await uow.accounts.save(
            type(row)(**{name: getattr(row, name) for name in row.__slots__} | {"person": vogt.key})
        )
        await uow.notes.put("console", "invite", "!mine", {"by": VOGT}, NOW, account=VOGT)
        await uow.notes.put("console", "invite", "!theirs", {"by": "x"}, NOW, account=Account("console:x"))
        await uow.notes.put("console", "sync", "token", {"next": "s1"}, NOW)
        await uow.commit()
    async with storage.unit() as uow:
        await uow.privacy.erase(vogt.key, NOW)
        await uow.commit()
    async with storage.unit(write=False) as uow:
        assert [key for key, _ in await uow.notes.all("console", "invite")] == ["!theirs"]
    await cleaning.sweep(storage, NOW + timedelta(days=31))
    async with storage.unit(write=False) as uow:
        assert await uow.notes.all("console", "invite") == []
        assert await uow.notes.get("console", "sync", "token") == {"next": "s1"}


async def test_the_platforms_id_of_a_message_leads_back_to_the_promise(storage: Storage):
    async with storage.unit() as uow:
        await uow.accounts.lock(incoming(VOGT))
        message = Message(blocks=(Text(text="Guten Tag"),))
        key = await uow.outbox.put(
            Outgoing(account=VOGT, person=None, kind=Kind.ANSWER, message=message, due=NOW, about="i_1")
        )
        await uow.commit()
    worker = SqlWorker(storage)
    (delivery,) = await worker.claim(NOW, ["console"], owner="me")
    await worker.sending([delivery.key], owner="me")
    await worker.settle([(delivery, Delivered(remote_id="$7"))], NOW, owner="me")
    async with storage.unit(write=False) as uow:
        assert await uow.outbox.by_remote("console", "$7") == Sent(key=key, account=VOGT, about="i_1")
        assert await uow.outbox.by_remote("matrix", "$7") is None
        assert await uow.outbox.by_remote("console", "$8") is None
