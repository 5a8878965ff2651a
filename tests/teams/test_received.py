"""What is received in Teams: in the words of the core, on the disk before the answer, each event once."""

import asyncio
from typing import Any

import pytest

from bot.events import Edited, Incoming, Joined, Left, Picked, Said, Unreadable
from storage.engine import sqlite_file
from storage.unit_of_work import Storage
from tests.storage.test_writers import commits
from tests.teams.signing import APP, TENANT
from tests.teams.wire import Line, TeamsPerson, WireTown

QUESTION = "Hallo, kennt jemand wen der die E-Akte schon eingeführt hat?"


async def inbox(storage: Storage) -> list[Incoming]:
    async with storage.unit(write=False) as uow:
        return list(await uow.inbox.waiting())


@pytest.fixture
def received(town: WireTown, monkeypatch: pytest.MonkeyPatch) -> WireTown:
    """The turns are not taken: what was received stays in the inbox."""
    monkeypatch.setattr("adapters.teams.webhook.SOON", 0.01)

    async def never(_: Incoming) -> tuple[str, ...]:
        await asyncio.Event().wait()
        return ()

    town.turns._take = never
    return town


async def test_what_was_said_is_in_the_inbox_when_the_answer_comes(line: Line, received: WireTown, miriam: TeamsPerson):
    status, _ = await line.post(miriam.activity(text=QUESTION, textFormat="plain"))
    assert status == 200
    (event,) = await inbox(received.storage)
    assert event.what == Said(text=QUESTION)
    assert (event.account, event.name, event.domain) == (miriam.account, "Miriam Vogt", TENANT)
    assert event.address == miriam.address
    assert (event.where, event.encrypted) == ("direct", None)
    await received.turns.settled(0)


@pytest.mark.parametrize("known", [False, True])
async def test_a_turn_that_fails_leaves_its_event_in_the_inbox_when_the_answer_comes(
    line: Line, town: WireTown, miriam: TeamsPerson, *, known: bool
):
    """`known`: there is nothing else to be remembered, so the event is left to its turn at first."""
    if known:
        await line.post(miriam.activity(text="Hallo"))
        await town.settle()

    async def fails(_: Incoming) -> tuple[str, ...]:
        raise OSError("the disk is full")

    take, town.turns._take = town.turns._take, fails
    assert (await line.post(miriam.activity(text=QUESTION)))[0] == 200
    await town.turns.settled()
    (event,) = await inbox(town.storage)
    assert event.what == Said(text=QUESTION)
    town.turns._take = take
    town.turns.submit(event)  # as the next start does
    await town.settle()
    assert await inbox(town.storage) == []


async def test_a_message_that_comes_again_while_its_turn_is_being_taken_is_answered_once(
    line: Line, town: WireTown, miriam: TeamsPerson, monkeypatch: pytest.MonkeyPatch
):
    await line.post(miriam.activity(text="Hallo"))
    await town.settle()
    sent = len(line.stub.requests)
    monkeypatch.setattr("adapters.teams.webhook.SOON", 0.01)
    take, go = town.turns._take, asyncio.Event()

    async def slowly(incoming: Incoming) -> tuple[str, ...]:
        await go.wait()
        return await take(incoming)

    town.turns._take = slowly
    activity = miriam.activity(text="hilfe")
    for _ in range(3):
        assert (await line.post(activity))[0] == 200
    assert [event.what for event in await inbox(town.storage)] == [Said(text="hilfe")]
    go.set()
    await town.settle()
    assert len(line.stub.requests) == sent + 1
    assert await inbox(town.storage) == []


async def test_a_redelivery_is_taken_once(line: Line, town: WireTown, miriam: TeamsPerson):
    activity = miriam.activity(text="Hallo")
    for _ in range(3):
        assert (await line.post(activity))[0] == 200
    await town.settle()
    assert len(miriam.activities) == 1


async def test_an_event_and_its_turn_share_a_write_to_the_disk(line: Line, town: WireTown, miriam: TeamsPerson):
    """The event is in the inbox when the answer comes, and who wrote needn't wait for the disk twice."""
    file = sqlite_file(town.storage.url)
    if file is None:
        pytest.skip("PostgreSQL lets its clients share commits by itself")
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 200
    await town.settle()
    before = commits(file)
    assert (await line.post(miriam.activity(text="hilfe")))[0] == 200
    await town.turns.settled()
    assert commits(file) == before + 1


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"type": "installationUpdate", "action": "add"}, Joined()),
        ({"type": "installationUpdate", "action": "remove"}, Left()),
        ({"type": "conversationUpdate", "membersAdded": [{"id": f"28:{APP}"}]}, Joined()),
        ({"type": "conversationUpdate", "membersRemoved": [{"id": f"28:{APP}"}]}, Left()),
        ({"attachments": [{"contentType": "image/png"}]}, Unreadable(kind="image")),
        ({"attachments": [{"contentType": "audio/mp4"}]}, Unreadable(kind="voice")),
        (
            {"attachments": [{"contentType": "application/vnd.microsoft.teams.file.download.info"}]},
            Unreadable(kind="file"),
        ),
        ({"attachments": [{"contentType": "application/vnd.microsoft.card.adaptive"}]}, Unreadable(kind="other")),
        (
            {"text": "Guten&nbsp;Tag\u00a0auch", "attachments": [{"contentType": "text/html"}]},
            Said(text="Guten Tag auch"),
        ),
        ({"text": "<p>A &amp; B</p>", "textFormat": "xml"}, Said(text="A & B")),
        ({"text": "eine Zeile\nund noch eine"}, Said(text="eine Zeile\nund noch eine")),
    ],
)
async def test_what_happened_in_the_words_of_the_core(
    line: Line, received: WireTown, miriam: TeamsPerson, more: dict[str, Any], what: Any
):
    assert (await line.post({**miriam.activity(), **more}))[0] == 200
    assert [event.what for event in await inbox(received.storage)] == [what]
    await received.turns.settled(0)


async def test_a_file_beside_words_loses_neither(line: Line, received: WireTown, miriam: TeamsPerson):
    await line.post(miriam.activity(text="siehe Anhang", attachments=[{"contentType": "image/png"}]))
    assert {type(event.what) for event in await inbox(received.storage)} == {Said, Unreadable}
    await received.turns.settled(0)


async def test_an_edit_names_what_it_changes(line: Line, received: WireTown, miriam: TeamsPerson):
    await line.post(miriam.activity(id="1", text="E-Akte"))
    data = {"tenant": {"id": TENANT}, "eventType": "editMessage"}
    await line.post(miriam.activity("messageUpdate", id="1", text="E-Akten", channelData=data))
    said, edited = await inbox(received.storage)
    assert edited.what == Edited(of=said.id, text="E-Akten")
    assert edited.id != said.id
    await received.turns.settled(0)


@pytest.mark.parametrize(
    ("text", "mentions", "said"),
    [
        ("<at>Lotse</at> wer kennt die E-Akte?", ["Lotse"], "wer kennt die E-Akte?"),
        ("Sagt Lotse das? <at>Lotse</at>", ["Lotse"], "Sagt Lotse das?"),
        ("<at>Lotse</at> und <at>Jens Kalthoff</at>?", ["Lotse", "Jens Kalthoff"], "und Jens Kalthoff?"),
        ("<at>L*o(tse</at> hallo", ["L*o(tse"], "hallo"),
    ],
)
async def test_the_mention_of_the_bot_is_taken_out_and_nothing_else(
    line: Line, received: WireTown, miriam: TeamsPerson, text: str, mentions: list[str], said: str
):
    entities = [
        {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": f"28:{APP}" if number == 0 else "29:x"}}
        for number, name in enumerate(mentions)
    ]
    await line.post(miriam.in_channel(text=text, entities=entities))
    (event,) = await inbox(received.storage)
    assert (event.what, event.where, event.mentioned) == (Said(text=said), "room", True)
    await received.turns.settled(0)


@pytest.mark.parametrize("scope", ["channel", "groupChat"])
async def test_of_whoever_adds_it_to_a_team_or_group_nothing_is_kept(
    line: Line, received: WireTown, miriam: TeamsPerson, scope: str
):
    room = {"conversation": {"id": "19:room@thread.tacv2", "conversationType": scope, "isGroup": True}}
    await line.post(miriam.activity("installationUpdate", action="add", **room))
    await line.post(miriam.activity("conversationUpdate", membersAdded=[{"id": f"28:{APP}"}], **room))
    await line.post(miriam.activity("installationUpdate", action="remove", **room))
    assert await inbox(received.storage) == []
    await received.turns.settled(0)


async def test_the_card_is_answered_before_its_turn_is_taken(line: Line, received: WireTown, miriam: TeamsPerson):
    """However long the turn may take: the client waits for the card."""
    data = {"m": "m_1", "p": 0, "l": "Ja, gern", "o": True, "g": "de"}
    value = {"action": {"type": "Action.Execute", "verb": "pick", "data": data}}
    status, answer = await line.post(miriam.activity("invoke", name="adaptiveCard/action", value=value))
    assert status == 200
    assert "Ihre Antwort: Ja, gern" in answer["value"]["fallbackText"]
    assert [event.what for event in await inbox(received.storage)] == [Picked(message="m_1", position=0)]
    await received.turns.settled(0)
