"""What Synapse can't be told to do: a homeserver of our own that fails as real ones do, in the recorded wire format."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.inside import Stopped
from adapters.matrix import client as nio_guards
from adapters.matrix.adapter import MatrixAdapter
from bot.events import Account, Address, Incoming
from bot.hours import Kind
from bot.messages import Message, Text
from bot.ports import Delivery, TryLater
from storage.unit_of_work import Storage
from tests.matrix.failing import (
    MIRIAM,
    ROOM,
    Heard,
    Homeserver,
    Step,
    answers,
    listening,
    never,
    said,
    settings_for,
    synced,
)


async def test_the_first_start_acts_on_nothing_old(storage: Storage, tmp_path: Path):
    homeserver = Homeserver(synced("s1", "long ago"), synced("s2", "now", event="$f"))
    async with listening(homeserver, storage, tmp_path) as (adapter, heard):
        assert heard.said == ["now"]
        assert adapter.state.condition == "degraded"  # nobody could take the device's signature
    again = Homeserver(synced("s3", "later", event="$g"))
    async with listening(again, storage, tmp_path) as (_, heard):
        assert heard.said == ["later"]
        assert again.syncs[0] == "s2"


async def test_the_device_is_to_be_signed_before_anybody_is_answered(storage: Storage, tmp_path: Path):
    """Strict clients read no other."""
    async with listening(Homeserver(synced("s1")), storage, tmp_path):
        pass
    again, asked = Homeserver(synced("s2", "hallo")), []

    class Watching(Heard):
        async def take(self, incoming: Incoming) -> tuple[str, ...]:
            asked.append(len(again.got("keys/query")))
            return await super().take(incoming)

    async with listening(again, storage, tmp_path, heard=Watching()) as (_, heard):
        assert heard.said == ["hallo"]
    assert asked == [1]


async def test_a_refused_signature_is_not_asked_for_with_each_sync(storage: Storage, tmp_path: Path):
    homeserver = Homeserver(*(synced(f"s{number}") for number in range(5)))
    async with listening(homeserver, storage, tmp_path, sign_again=(3600,)):
        assert len(homeserver.got("keys/query")) == 1


@pytest.mark.parametrize(
    "failure",
    [
        answers(502, "<html>bad gateway</html>"),
        answers(500, {"errcode": "M_UNKNOWN", "error": "?"}),
        answers(200, "{not json"),
        answers(200, {"next_batch": 7, "rooms": []}),
        answers(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "?", "soft_logout": True}),
        answers(429, {"errcode": "M_LIMIT_EXCEEDED", "error": "?", "retry_after_ms": 10}),
    ],
    ids=["502", "500", "no json", "no sync", "soft logout", "429"],
)
async def test_after_a_failure_it_goes_on_where_it_was(storage: Storage, tmp_path: Path, failure: Step):
    homeserver = Homeserver(synced("s1"), failure, failure, synced("s2", "hallo"))
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]
    assert homeserver.syncs[:5] == [None, "s1", "s1", "s1", "s2"]


async def test_the_same_token_again_still_brings_its_events(storage: Storage, tmp_path: Path):
    """nio ignores an answer whose `next_batch` it already has."""
    homeserver = Homeserver(synced("s1"), answers(502, "?"), synced("s1", "hallo"))
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]


async def test_a_replay_is_answered_once(storage: Storage, tmp_path: Path):
    homeserver = Homeserver(synced("s1"), synced("s2", "hallo"), synced("s3", "hallo"))
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]


async def test_a_revoked_token_stops_it(storage: Storage, tmp_path: Path):
    homeserver = Homeserver(synced("s1"), answers(401, {"errcode": "M_UNKNOWN_TOKEN", "error": "?"}))
    with pytest.raises(Stopped, match="sign in anew"):
        async with listening(homeserver, storage, tmp_path):
            pass


async def test_two_processes_dont_share_a_device(storage: Storage, tmp_path: Path):
    async with listening(Homeserver(synced("s1")), storage, tmp_path):
        with pytest.raises(Stopped, match="another process"):
            async with listening(Homeserver(synced("s1")), storage, tmp_path):
                pass


async def test_before_it_is_connected_everything_waits(tmp_path: Path):
    homeserver = Homeserver()
    await homeserver.server.start_server()
    adapter = MatrixAdapter(settings_for(homeserver, tmp_path))
    await homeserver.server.close()
    delivery = Delivery(
        key="m_1", account=Account("matrix:@miriam:town.example"), platform="matrix", address=Address(ROOM), person=None,
        kind=Kind.ANSWER, about=None, message=Message(blocks=(Text(text="hallo"),)), due=datetime.now(UTC), attempts=0,
    )  # fmt: skip
    assert isinstance(await adapter.transport.deliver(delivery), TryLater)


# ---------------------------------------------------------------- the loop


async def test_a_first_sync_that_failed_is_asked_the_same_again(storage: Storage, tmp_path: Path):
    """nio forgets where it was, that it wants the whole state, and its filter: then old messages are new commands."""
    async with listening(Homeserver(synced("s1")), storage, tmp_path):
        pass
    again = Homeserver(answers(502, "?"), synced("s2", "hallo"))
    async with listening(again, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]
    first, second, then = again.queries
    assert first == second
    assert (second["since"], second["full_state"]) == ("s1", "true")
    assert then["full_state"] == "false"
    wanted = json.loads(second["filter"])
    assert wanted["room"]["state"]["lazy_load_members"] is True
    assert wanted["room"]["timeline"]["limit"] >= 50
    assert wanted["presence"]["types"] == wanted["room"]["ephemeral"]["types"] == []


async def test_where_nio_stopped_is_of_no_interest(storage: Storage, database_url: str, tmp_path: Path):
    """nio keeps a token of its own, before anything has been taken in, and would go on from there."""
    async with listening(Homeserver(synced("s1"), synced("s2", "hallo")), storage, tmp_path):
        pass
    async with storage.unit() as uow:
        await uow.notes.drop("matrix", "sync", "LOTSE")
        await uow.commit()
    anew = Homeserver(synced("s3", "long ago", event="$old"))
    async with listening(anew, storage, tmp_path) as (_, heard):
        assert heard.said == []
    assert anew.syncs[0] is None


async def test_it_asks_ever_more_rarely_while_nobody_answers(storage: Storage, tmp_path: Path):
    """nio's loop asks a thousand times a second."""
    pauses = Remembered((0.01, 0.02, 0.03))
    bad = answers(502, "?")
    homeserver = Homeserver(bad, bad, bad, bad, synced("s1"), bad, synced("s2"))
    async with listening(homeserver, storage, tmp_path, pauses=pauses):
        pass
    assert pauses.taken == [0, 1, 2, 2, 0]


class Remembered(Sequence[float]):
    """Pauses that know which of them were made."""

    def __init__(self, pauses: tuple[float, ...]) -> None:
        self._pauses = pauses
        self.taken: list[int] = []

    def __len__(self) -> int:
        return len(self._pauses)

    def __getitem__(self, index: Any) -> Any:
        self.taken.append(index)
        return self._pauses[index]


async def test_a_homeserver_that_hangs_is_asked_again(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """nio waits for ever for a sync of the whole state."""
    monkeypatch.setattr(nio_guards, "WHOLE_STATE_WITHIN", 0.05)
    homeserver = Homeserver(never, synced("s1"), synced("s2", "hallo"))
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo"]


async def test_a_turn_that_takes_long_holds_up_nobody(storage: Storage, tmp_path: Path):
    """nio calls back in line with the sync; here events are only written down."""
    heard = Heard()
    heard.go_on.clear()
    homeserver = Homeserver(synced("s1"), synced("s2", "hallo"), synced("s3", "und?", event="$f"))
    async with listening(homeserver, storage, tmp_path, heard=heard):
        assert heard.said == []
        async with storage.unit(write=False) as uow:
            assert [event.id for event in await uow.inbox.waiting()] == ["$e0", "$f0"]


async def test_a_gap_that_cannot_be_read_now_is_read_later(storage: Storage, tmp_path: Path):
    """A homeserver sends only the newest of a room; what is before it comes page by page, or nothing is taken in."""
    pages = [answers(502, "?"), answers(200, {"start": "p", "chunk": [said("eins", "$1") | {"room_id": ROOM}]})]

    async def page(request: web.Request) -> web.StreamResponse:
        return await pages.pop(0)(request)

    with_gap = synced("s2", "zwei", limited=True)
    homeserver = Homeserver(synced("s1"), with_gap, with_gap, messages=page)
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["eins", "zwei"]
    assert homeserver.syncs == [None, "s1", "s1", "s2"]


async def test_a_token_of_another_device_is_refused(storage: Storage, tmp_path: Path):
    with pytest.raises(Stopped, match="device OTHER"):
        async with listening(Homeserver(device="OTHER"), storage, tmp_path):
            pass


# ---------------------------------------------------------------- hostile content

RUBBISH: tuple[dict[str, Any], ...] = (
    {"type": "m.reaction", "content": {"m.relates_to": "x"}},
    {"type": "m.reaction", "content": {"m.relates_to": {"rel_type": "m.annotation", "event_id": "\0", "key": "1️⃣"}}},
    {"type": "m.reaction", "content": {"m.relates_to": {"rel_type": "m.annotation", "event_id": [], "key": {}}}},
    {"type": "m.room.tombstone", "state_key": "", "content": {"replacement_room": 7}},
    {"type": "m.room.tombstone", "state_key": "", "content": "x"},
    {"type": "m.room.encrypted", "content": {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "x"}},
    {"type": "m.room.encrypted", "content": {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "A", "sender_key": "\0",
                                             "session_id": "\ud800", "device_id": "\0"}},
    {"type": "m.room.member", "state_key": MIRIAM, "content": {"membership": "join", "displayname": ["x"]}},
    {"type": "m.room.message", "content": {"msgtype": "m.text", "body": "a\0b\ud800"}},
    {"type": "m.room.message", "content": {"msgtype": "m.text", "body": "x", "m.relates_to": []}},
    {"type": "m.room.message", "content": {"msgtype": "m.text", "body": "x", "m.mentions": {"user_ids": {}}}},
    {"type": "m.room.message", "content": {"msgtype": "m.text", "body": "* x", "m.new_content": {"body": "\0"},
                                           "m.relates_to": {"rel_type": "m.replace", "event_id": "\0"}}},
    {"type": 7, "content": None},
    {},
)  # fmt: skip


async def test_no_content_stops_it(storage: Storage, tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """What strangers write is checked by no homeserver, and a database takes neither NUL nor half a character."""
    caplog.set_level("CRITICAL", "nio")  # it logs what it can't read, as Lotse's own set-up of the log never would
    events = [
        {"sender": MIRIAM, "event_id": f"${n}", "origin_server_ts": 1, **event} for n, event in enumerate(RUBBISH)
    ]
    homeserver = Homeserver(synced("s1"), *(synced(f"r{n}", events=[one]) for n, one in enumerate(events)))
    homeserver.steps.append(synced("s3", "hallo"))
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said[-1] == "hallo"
        assert "ab" in heard.said
    assert homeserver.syncs == [None, "s1", *(f"r{n}" for n in range(len(events))), "s3"]


# ---------------------------------------------------------------- rooms


def invitation(of: str, by: str = MIRIAM, membership: str = "invite", **content: Any) -> dict[str, Any]:
    state = {"type": "m.room.member", "sender": by, "state_key": of, "content": {"membership": membership, **content}}
    before = {"type": "m.room.member", "sender": by, "state_key": by, "content": {"membership": "join"}}
    return {"invite_state": {"events": [before, state]}}


async def test_only_an_invitation_of_the_bot_is_one_and_a_dead_room_holds_up_nobody(storage: Storage, tmp_path: Path):
    """nio calls back for each member it is told of, and the homeserver never says an invitation twice."""
    mine, others = invitation("@lotse:town.example"), invitation("@jens:town.example")
    homeserver = Homeserver(
        synced("s1", invite={"!dead": mine, "!others": others}), synced("s2", "hallo"), synced("s3", "und?", event="$f"),
        join=never,
    )  # fmt: skip
    async with listening(homeserver, storage, tmp_path) as (_, heard):
        assert heard.said == ["hallo", "und?"]
        await homeserver.hears("join")
    again = Homeserver(synced("s4"), join=answers(200, {"room_id": "!dead"}))
    async with listening(again, storage, tmp_path):
        await again.hears("join")
    assert {path for path, _ in homeserver.asked + again.asked if "join" in path} == {"/_matrix/client/v3/join/!dead"}


async def test_a_tombstone_is_followed_when_its_sender_may_invite(storage: Storage, tmp_path: Path):
    def tombstone(by: str, to: str) -> dict[str, Any]:
        content = {"body": "moved", "replacement_room": to}
        return {"type": "m.room.tombstone", "state_key": "", "sender": by, "event_id": f"${to}", "origin_server_ts": 1,
                "content": content}  # fmt: skip

    stranger = tombstone("@mallory:elsewhere.example", "!trap")
    homeserver = Homeserver(
        synced("s1"), synced("s2", events=[stranger, tombstone(MIRIAM, "!new")]), join=answers(200, {"room_id": "!new"})
    )
    async with listening(homeserver, storage, tmp_path):
        await homeserver.hears("join/!new")
    assert not homeserver.got("!trap")


# ---------------------------------------------------------------- courtesy


async def test_what_is_in_the_inbox_is_shown_as_read_once_for_all_that_came_within_a_moment(
    storage: Storage, tmp_path: Path
):
    homeserver = Homeserver(
        synced("s1", "long ago"), synced("s2", "hallo", "und?", event="$f"), synced("s3", "ach ja", event="$g")
    )
    async with listening(homeserver, storage, tmp_path):
        await homeserver.hears("receipt")
    assert [path.rsplit("/", 1)[-1] for path, _ in homeserver.asked if "receipt" in path] == ["$g0"]


async def test_who_waits_sees_it_typing_until_there_is_an_answer(storage: Storage, tmp_path: Path):
    heard = Heard()
    heard.go_on.clear()
    homeserver = Homeserver(synced("s1"), synced("s2", "hallo", "und?"))
    async with listening(homeserver, storage, tmp_path, heard=heard):
        await homeserver.hears("typing")
        heard.go_on.set()
        told = await homeserver.hears("typing", times=2)
    assert [body["typing"] for body in told] == [True, False]


# ---------------------------------------------------------------- its state


async def test_while_the_homeserver_is_away_the_state_says_so(storage: Storage, tmp_path: Path):
    bad = answers(502, "?")
    homeserver = Homeserver(bad, synced("s1"), bad, synced("s2"))
    async with listening(homeserver, storage, tmp_path) as (adapter, _):
        assert adapter.transport.connection is not None
    assert homeserver.states == ["connecting", "connecting", "degraded", "degraded", "degraded"]
    assert adapter.transport.connection is None
