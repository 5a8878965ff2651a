"""What a client really sends: recorded from Microsoft's playground (reactions, which it hasn't, by the protocol), with other
names and ids; and what comes of it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.messages import plain_text
from tests.teams.wire import Line, WireTown

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "recorded.json").read_text(encoding="utf-8"))
CHAT, ROOM = "a:recorded", RECORDED["mention_in_channel"]["conversation"]["id"]


async def sends(line: Line, town: WireTown, name: str, **more: Any) -> Any:
    status, answer = await line.post({**RECORDED[name], **more})
    assert status == 200
    await town.settle()
    return answer


def read(line: Line, where: str = CHAT) -> str:
    return json.dumps(line.stub.sent_to(where), ensure_ascii=False)


async def test_installing_brings_the_notice_once_though_two_activities_tell_of_it(line: Line, town: WireTown):
    await sends(line, town, "installationUpdate")
    await sends(line, town, "conversationUpdate")
    (notice,) = line.stub.sent_to(CHAT)
    assert "Ich speichere Ihren Namen" in notice["attachments"][0]["content"]["fallbackText"]


async def test_installing_again_does_not_forget_the_name(line: Line, town: WireTown):
    """The activity names nobody."""
    await sends(line, town, "message")
    await sends(line, town, "installationUpdate")
    async with town.storage.unit(write=False) as uow:
        row = await uow.accounts.get(town.arrived[0].delivery.account)
    assert row is not None
    assert row.name == "Miriam Vogt"


async def test_a_message_is_answered_in_its_chat(line: Line, town: WireTown):
    await sends(line, town, "message")
    (arrived,) = town.arrived
    assert "Ich speichere Ihren Namen" in plain_text(arrived.delivery.message)
    assert "beantworte sie gleich danach" in read(line)


@pytest.mark.parametrize("name", ["adaptiveCard_action", "submit"])
async def test_a_press_agrees_and_its_redelivery_under_a_new_id_changes_nothing(line: Line, town: WireTown, name: str):
    await sends(line, town, "message")
    (notice,) = town.arrived
    data = {"m": notice.delivery.key, "p": 0, "l": "Ja, einverstanden", "o": True, "verb": "pick"}
    action = {**RECORDED["adaptiveCard_action"]["value"]["action"], "data": data}
    value = {"action": action, "trigger": "manual"} if name == "adaptiveCard_action" else data
    first = await sends(line, town, name, value=value)
    second = await sends(line, town, name, value=value, id="another id")
    assert first == second
    assert len(line.stub.sent_to(CHAT)) == 2
    assert "In welcher Kommune arbeiten Sie?" in read(line)


async def test_a_mention_in_a_channel_gets_a_word_there_and_the_rest_directly(line: Line, town: WireTown):
    await sends(line, town, "message")
    await sends(line, town, "mention_in_channel")
    (there,) = line.stub.sent_to(ROOM)
    assert "direkt" in there["text"]
    assert len(line.stub.sent_to(CHAT)) == 2


async def test_a_search_in_the_compose_box_is_answered_in_form(line: Line, town: WireTown):
    found = await sends(line, town, "composeExtension_query")
    assert found["composeExtension"]["type"] == "message"


async def test_a_reaction_is_taken_without_a_word(line: Line, town: WireTown):
    await sends(line, town, "messageReaction")
    assert line.stub.requests == []
