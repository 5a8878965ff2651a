"""The endpoint: right status codes, presses answered in line, discretion in channels, nothing it can't survive."""

import asyncio
import io
import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.stories.network import member
from tests.teams.signing import APP, TENANT, token
from tests.teams.wire import Line, TeamsPerson, WireTown, executes_in

QUESTION = "Hallo, kennt jemand wen der die E-Akte schon eingeführt hat?"
SECRET = "Geheimnis-4711"


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"", {}, 400),
        (b"[]", {}, 400),
        (b"null", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"[" * 100_000, {}, 400),
        (b'{"type": "message"}', {}, 400),
        (b'{"type": "", "serviceUrl": "", "channelId": ""}', {}, 400),
        (b'{"type": 7, "serviceUrl": [], "channelId": {}}', {}, 401),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"<a/>", {"Content-Type": "application/xml"}, 415),
        (b'{"text": "%s"}' % (b"x" * 300_000), {}, 413),
    ],
)
async def test_what_is_no_activity_is_told_so(
    line: Line, town: WireTown, content: bytes, headers: dict[str, str], status: int
):
    assert (await line.post(content, **headers))[0] == status


async def test_a_body_without_an_announced_length_has_a_limit_too(line: Line, town: WireTown):
    async def endless():
        for _ in range(40):
            yield b"x" * 10_000

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token(line.key)}"}
    async with line.client.post(line.url("/api/messages"), data=endless(), headers=headers) as answer:
        assert answer.status == 413


async def test_a_body_that_stops_on_its_way_is_not_waited_for(
    line: Line, town: WireTown, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("adapters.teams.webhook.PATIENCE", 0.01)
    url = URL(line.url("/api/messages"))
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = f"POST {url.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n"
    writer.write(f'{head}Authorization: Bearer {token(line.key)}\r\n\r\n{{"type":'.encode())
    answer = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    assert b" 400 " in answer


async def test_only_post_is_understood(line: Line, town: WireTown):
    async with line.client.get(line.url("/api/messages")) as answer:
        assert answer.status == 405


async def test_before_it_listens_it_asks_to_come_again(line: Line, town: WireTown, miriam: TeamsPerson):
    await line.adapter.close()
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 503


@pytest.mark.parametrize(
    "more",
    [
        {"type": "typing"},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}], "replyToId": "1"},
        {"type": "messageDelete"},
        {"type": "endOfConversation"},
        {"type": "event", "name": "application/vnd.microsoft.meetingStart"},
        {"type": "somethingNew"},
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:somebody"}]},
        {"type": "installationUpdate", "action": "add-upgrade"},
        {"type": "message", "text": ""},
        {"type": "message", "text": "Hallo", "from": {"id": "29:guest", "name": "Gast"}},
        {"type": "message", "text": "Hallo", "from": None},
        {"type": "message", "text": "Hallo", "conversation": None},
        {
            "type": "messageUpdate",
            "text": "Hallo",
            "channelData": {"tenant": {"id": TENANT}, "eventType": "undeleteMessage"},
        },
    ],
)
async def test_what_is_none_of_our_business_is_taken_without_a_word(
    line: Line, town: WireTown, miriam: TeamsPerson, more: dict[str, Any]
):
    assert (await line.post({**miriam.activity(), **more}))[0] == 200
    await town.settle()
    assert line.stub.requests == []


# ---------------------------------------------------------------- channels


async def test_in_a_channel_it_says_only_that_it_writes_directly(line: Line, town: WireTown, miriam: TeamsPerson):
    await miriam.says(QUESTION)
    await miriam.says("ok einverstanden")
    await miriam.says("Ulm")
    before = len(miriam.activities)
    await miriam.says_in_room("wer kennt sich mit der E-Akte aus?")
    (there,) = line.stub.sent_to("19:room@thread.tacv2;messageid=1")
    assert "direkt" in there["text"]
    assert "Miriam" not in json.dumps(there)
    assert len(miriam.activities) > before


async def test_in_a_channel_it_is_silent_unless_it_is_mentioned(line: Line, town: WireTown, miriam: TeamsPerson):
    await miriam.sends(miriam.in_channel(text="Mahlzeit zusammen"))
    await miriam.sends({**miriam.in_channel(), "type": "installationUpdate", "action": "add"})
    await miriam.sends({**miriam.in_channel(), "type": "conversationUpdate", "membersAdded": [{"id": f"28:{APP}"}]})
    assert line.stub.requests == []


async def test_in_a_group_chat_it_says_no_more_than_in_a_channel(line: Line, town: WireTown, miriam: TeamsPerson):
    group = {"id": "19:group@thread.v2", "conversationType": "groupChat", "isGroup": True}
    await miriam.sends(miriam.activity(text=QUESTION, conversation=group))
    assert line.stub.requests == []
    mention = {"type": "mention", "text": "<at>Lotse</at>", "mentioned": {"id": f"28:{APP}"}}
    await miriam.sends(miriam.activity(text=f"<at>Lotse</at> {QUESTION}", entities=[mention], conversation=group))
    (there,) = line.stub.sent_to("19:group@thread.v2")
    assert there["text"] == "<p>Ich schreibe Ihnen direkt.</p>"


async def test_somebody_first_seen_in_a_channel_gets_a_chat_opened(line: Line, town: WireTown, miriam: TeamsPerson):
    await miriam.says_in_room(QUESTION)
    opened = next(one for one in line.stub.requests if one.path.endswith("/v3/conversations"))
    assert opened.body["members"] == [{"id": f"29:{miriam.user}"}]
    assert opened.body["tenantId"] == TENANT
    assert opened.token == f"token of {APP}"
    (notice,) = line.stub.sent_to(f"a:opened-29:{miriam.user}")
    assert "Ich speichere Ihren Namen" in json.dumps(notice, ensure_ascii=False)
    await miriam.says_in_room("hilfe")
    assert sum(one.path.endswith("/v3/conversations") for one in line.stub.requests) == 1


# ---------------------------------------------------------------- invokes


async def test_a_press_is_answered_with_the_card_without_buttons(line: Line, town: WireTown, miriam: TeamsPerson):
    await miriam.says(QUESTION)
    await miriam.picks("Ja, einverstanden")
    (answer,) = miriam.responses
    assert (answer["statusCode"], answer["type"]) == (200, "application/vnd.microsoft.card.adaptive")
    shown = json.dumps(answer["value"], ensure_ascii=False)
    assert "Ich speichere Ihren Namen" in shown
    assert "Ihre Antwort: Ja, einverstanden" in shown
    assert "Ihre Antwort: Ja, einverstanden" in answer["value"]["fallbackText"]
    assert executes_in(answer["value"]) == []
    assert "In welcher Kommune arbeiten Sie?" in miriam.last


async def test_a_press_delivered_again_under_a_new_id_counts_once(line: Line, town: WireTown, miriam: TeamsPerson):
    await miriam.says(QUESTION)
    (notice,) = miriam.mailbox
    for _ in range(3):
        await miriam.presses(notice.delivery.key, 0)
    assert len(miriam.mailbox) == 2
    assert len({json.dumps(one) for one in miriam.responses}) == 1


async def test_a_client_without_universal_actions_can_press_too(line: Line, town: WireTown, miriam: TeamsPerson):
    await miriam.says(QUESTION)
    (button, *_) = miriam.buttons()
    fallback = button["fallback"]
    assert fallback["type"] == "Action.Submit"
    await miriam.sends(miriam.activity(value=fallback["data"]))
    assert "In welcher Kommune arbeiten Sie?" in miriam.last


async def test_a_press_in_a_list_is_answered_in_the_readers_language(line: Line, town: WireTown):
    """The list stays as it is, so there is a sentence instead of a card."""
    await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",))
    daan = await member(town, "Daan de Wit", "Ulm", language="en")
    assert isinstance(daan, TeamsPerson)
    await daan.says("Who has experience with electronic records?")
    await daan.picks("Introduce me to no. 1")
    assert [answer["value"] for answer in daan.responses] == ["I will answer you in the chat in a moment."]


async def test_what_a_button_carries_has_no_authority(line: Line, town: WireTown, miriam: TeamsPerson):
    await miriam.says(QUESTION)
    other = town.person("Robert Seidl")
    assert isinstance(other, TeamsPerson)
    (button, *_) = miriam.buttons()
    value = {"action": {"type": "Action.Execute", "verb": "pick", "data": button["data"]}}
    await other.sends(other.activity("invoke", name="adaptiveCard/action", value=value))
    assert "In welcher Kommune" not in other.last
    async with town.storage.unit(write=False) as uow:
        assert (await uow.people.changed_since(-1)).changed == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"action": None},
        {"action": {"verb": "pick"}},
        {"action": {"verb": "pick", "data": {"m": 1, "p": 0}}},
        {"action": {"verb": "pick", "data": {"m": "x", "p": -1}}},
        {"action": {"verb": "pick", "data": {"m": "x", "p": True}}},
        {"action": {"verb": "pick", "data": {"m": "x"}}},
        {"action": {"verb": "pick", "data": {"m": "x", "choice": "-1"}}},
        {"action": {"verb": "pick", "data": {"m": "x", "choice": "1,2"}}},
        {"action": {"verb": "pick", "data": {"m": "x", "choice": 1}}},
        {"action": {"verb": "pick", "data": {"m": "x", "choice": "٣"}}},
        {"action": {"verb": "explode", "data": {"m": "x", "p": 0}}},
        {"action": {"verb": "pick", "data": {"m": "x" * 1000, "p": 0}}},
    ],
)
async def test_a_broken_press_is_told_so(line: Line, town: WireTown, miriam: TeamsPerson, value: Any):
    status, answer = await line.post(miriam.activity("invoke", name="adaptiveCard/action", value=value))
    assert (status, answer["statusCode"]) == (200, 400)
    assert answer["type"] == "application/vnd.microsoft.error"


@pytest.mark.parametrize("name", ["task/fetch", "signin/verifyState", "fileConsent/invoke", "nonsense", None, 7])
async def test_an_invoke_nobody_knows_is_not_implemented(line: Line, town: WireTown, miriam: TeamsPerson, name: Any):
    assert (await line.post(miriam.activity("invoke", name=name, value={})))[0] in (400, 501)


async def test_expected_replies_are_answered_in_form(line: Line, town: WireTown, miriam: TeamsPerson):
    """The SDK answers 500 here."""
    status, answer = await line.post(miriam.activity(text="Hallo", deliveryMode="expectReplies"))
    assert (status, answer) == (200, {"activities": []})


# ---------------------------------------------------------------- anything at all


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "type id timestamp localTimestamp serviceUrl channelId from conversation recipient text textFormat attachments"
    " entities channelData action replyToId value name membersAdded membersRemoved deliveryMode expiration locale"
).split()
TYPES = ("message", "invoke", "installationUpdate", "conversationUpdate", "messageUpdate", "messageReaction")


@st.composite
def bodies(draw: Any) -> bytes:
    """Activities that are nearly right."""
    person: dict[str, Any] = draw(st.just({}))
    person.update(
        {
            "type": draw(st.sampled_from(TYPES)),
            "id": "1",
            "serviceUrl": "https://smba.trafficmanager.net/teams/",
            "channelId": "msteams",
            "text": SECRET,
            "name": draw(st.sampled_from(["adaptiveCard/action", "composeExtension/query", ""])),
            "from": {"id": "29:x", "aadObjectId": "x", "name": SECRET},
            "recipient": {"id": f"28:{APP}"},
            "conversation": {"id": "a:x", "conversationType": draw(st.sampled_from(["personal", "channel"]))},
            "channelData": {"tenant": {"id": TENANT}},
            "value": {"action": {"verb": "pick", "data": draw(JSON)}},
        }
    )
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=4)):
        person[name] = draw(JSON)
    return json.dumps(person).encode()


async def fuzz(line: Line, town: WireTown, lines: io.StringIO, examples: int) -> None:
    loop = asyncio.get_running_loop()
    seen: list[int] = []

    @settings(
        max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(st.binary(max_size=200) | bodies())
    def one(body: bytes) -> None:
        status, _ = asyncio.run_coroutine_threadsafe(line.post(body), loop).result(60)
        seen.append(status)
        assert status < 500 or status == 501, body

    await asyncio.to_thread(one)
    await town.settle()
    assert (await line.get("/healthz"))[0] == 200
    assert set(seen) >= {200, 400}
    written = lines.getvalue()
    assert '"not an activity"' in written
    assert SECRET not in written
    assert '"library"' not in written  # what nobody caught is told by the server


async def test_nothing_anybody_sends_breaks_it(line: Line, town: WireTown, lines: io.StringIO):
    await fuzz(line, town, lines, 300)


@pytest.mark.skipif("LONG_TESTS" not in os.environ, reason="5,000 bodies: LONG_TESTS=1 pytest …")
async def test_nothing_anybody_sends_breaks_it_however_long(line: Line, town: WireTown, lines: io.StringIO):
    await fuzz(line, town, lines, 5_000)
