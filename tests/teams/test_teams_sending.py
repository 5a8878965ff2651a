"""What the service answers, and what becomes of the promise: nothing lost, nothing sent twice without saying so."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientTimeout

from adapters.inside import Inside
from adapters.teams import connector
from adapters.teams.adapter import TeamsAdapter
from adapters.teams.credentials import NoToken
from adapters.teams.settings import Registration
from bot.events import Account, Address, Left
from bot.intents import Help
from bot.kinds import Kind
from bot.messages import Choice, Choices, File, Message, Text
from bot.ports import Delivered, Delivery, Outcome, TryLater, Uncertain, Undeliverable
from tests.teams.signing import APP, HOST, OTHER_APP, OTHER_TENANT
from tests.teams.stub_connector import Fate
from tests.teams.wire import Line, TeamsPerson, WireTown, authority, settings

HELLO = Message(blocks=(Text(text="Guten Tag"),))


def promise(who: TeamsPerson, message: Message = HELLO, **more: Any) -> Delivery:
    values: dict[str, Any] = {
        "key": "m_1",
        "account": who.account,
        "platform": "teams",
        "address": who.address,
        "person": None,
        "kind": Kind.ANSWER,
        "about": None,
        "message": message,
        "due": datetime(2026, 11, 23, 9, tzinfo=UTC),
        "attempts": 1,
        **more,
    }
    return Delivery(**values)


@pytest.mark.parametrize(
    ("fate", "outcome"),
    [
        (Fate(status=201, body=b'{"id": "7"}'), Delivered(remote_id="7")),
        (Fate(status=200, body=b'{"id": "7"}'), Delivered(remote_id="7")),
        (Fate(status=202, body=b""), Delivered()),
        (Fate(status=201, body=b"<html>"), Delivered()),
        (Fate(status=201, body=b'{"id": 7}'), Delivered()),
        (Fate(status=412), TryLater(cause="412")),
        (Fate(status=429, headers={"Retry-After": "17"}), TryLater(seconds=17.0, cause="429")),
        (Fate(status=429, headers={"Retry-After": "999999"}), TryLater(seconds=3600.0, cause="429")),
        (Fate(status=429, headers={"Retry-After": "nan"}), TryLater(cause="429")),
        (Fate(status=429, headers={"Retry-After": "Wed, 25 Nov 2026 09:00:00 GMT"}), TryLater(cause="429")),
        (Fate(status=500), TryLater(cause="500")),
        (Fate(status=502, body=b"<html>bad gateway"), TryLater(cause="502")),
        (Fate(status=503, headers={"Retry-After": "2"}), TryLater(seconds=2.0, cause="503")),
        (Fate(status=504), TryLater(cause="504")),
        (Fate(status=403, code="BotNotInConversationRoster"), Undeliverable(cause="app removed")),
        (Fate(status=403, code="MessageWritesBlocked"), Undeliverable(cause="blocked")),
        (Fate(status=403, code="BotDisabledByAdmin"), Undeliverable(cause="blocked")),
        (Fate(status=404, code="ConversationNotFound"), Undeliverable(cause="app removed")),
        (Fate(status=410), Undeliverable(cause="app removed")),
        (Fate(status=413), Undeliverable(cause="message too large")),
        (Fate(status=400, code="MessageSizeTooBig"), Undeliverable(cause="message too large")),
        (Fate(status=400, code="BadSyntax"), Undeliverable(cause="message refused (400)")),
        (Fate(status=302, headers={"Location": "https://evil.example/"}), Undeliverable(cause="message refused (302)")),
        (Fate(), Uncertain(cause="ServerDisconnectedError")),
        (Fate(after_taking=True), Uncertain(cause="ServerDisconnectedError")),
    ],
    ids=str,
)
async def test_an_answer_of_the_service_means(
    line: Line, town: WireTown, miriam: TeamsPerson, fate: Fate, outcome: Outcome
):
    line.stub.fates = [fate]
    assert await line.adapter.transport.deliver(promise(miriam)) == outcome
    assert len(line.stub.requests) == 1  # nothing is repeated behind anybody's back


async def test_a_service_that_hangs_leaves_it_open(
    line: Line, town: WireTown, miriam: TeamsPerson, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connector, "TIMEOUT", ClientTimeout(total=0.05))
    line.stub.fates = [Fate(hangs=True)]
    outcome = await line.adapter.transport.deliver(promise(miriam))
    assert isinstance(outcome, Uncertain)


async def test_a_service_that_is_not_there_took_nothing(line: Line, town: WireTown, miriam: TeamsPerson):
    await line.stub_gone()
    assert isinstance(await line.adapter.transport.deliver(promise(miriam)), TryLater)


async def test_a_refused_token_is_replaced_once(line: Line, town: WireTown, miriam: TeamsPerson):
    line.stub.fates = [Fate(status=401)]
    assert isinstance(await line.adapter.transport.deliver(promise(miriam)), Delivered)
    assert len(line.stub.requests) == 2
    line.stub.fates = [Fate(status=401), Fate(status=401)]
    assert await line.adapter.transport.deliver(promise(miriam)) == TryLater(seconds=60.0, cause="401")


async def test_a_second_time_says_so(line: Line, town: WireTown, miriam: TeamsPerson):
    await line.adapter.transport.deliver(promise(miriam, uncertain=True))
    (sent,) = miriam.activities
    assert "vorsichtshalber ein zweites Mal" in sent["text"]
    await line.adapter.transport.deliver(promise(miriam))
    assert "vorsichtshalber" not in miriam.activities[-1]["text"]


async def test_what_was_sent_can_be_replaced(line: Line, town: WireTown, miriam: TeamsPerson):
    first = await line.adapter.transport.deliver(promise(miriam))
    assert isinstance(first, Delivered)
    outcome = await line.adapter.transport.deliver(promise(miriam, replaces_remote=first.remote_id))
    assert outcome == first
    assert line.stub.requests[-1].method == "PUT"
    line.stub.fates = [Fate(status=404, code="ActivityNotFoundInConversation")]
    again = await line.adapter.transport.deliver(promise(miriam, replaces_remote=first.remote_id))
    assert isinstance(again, Delivered)
    assert again != first
    assert [one.method for one in line.stub.requests[-2:]] == ["PUT", "POST"]


async def test_nothing_goes_to_a_service_that_is_no_longer_allowed(line: Line, town: WireTown, miriam: TeamsPerson):
    address = Address(miriam.address.replace(HOST, "evil.example"))
    outcome = await line.adapter.transport.deliver(promise(miriam, address=address))
    assert outcome == Undeliverable(cause="service not allowed")
    assert line.stub.requests == []


# ---------------------------------------------------------------- who has not written


async def test_whoever_has_the_app_and_never_wrote_gets_a_chat(line: Line, town: WireTown, miriam: TeamsPerson):
    outcome = await line.adapter.transport.deliver(promise(miriam, address=Address("")))
    assert isinstance(outcome, Delivered)
    opening, sending = line.stub.requests
    assert opening.body["members"] == [{"id": miriam.user}]
    assert opening.body["bot"] == {"id": f"28:{APP}"}
    assert sending.path == f"/teams/v3/conversations/a:opened-{miriam.user}/activities"
    await line.adapter.transport.deliver(promise(miriam, address=Address("")))
    assert len(line.stub.requests) == 3  # the chat is remembered


@pytest.mark.parametrize(
    ("fate", "outcome"),
    [
        (Fate(status=403, code="BotNotInConversationRoster"), Undeliverable(cause="app removed")),
        (Fate(status=429, headers={"Retry-After": "3"}), TryLater(seconds=3.0, cause="429")),
        (Fate(status=201, body=b"{}"), TryLater(cause="no conversation")),
        (Fate(), TryLater(cause="ServerDisconnectedError")),
    ],
    ids=str,
)
async def test_a_chat_that_can_not_be_opened(
    line: Line, town: WireTown, miriam: TeamsPerson, fate: Fate, outcome: Outcome
):
    line.stub.fates = [fate]
    assert await line.adapter.transport.deliver(promise(miriam, address=Address(""))) == outcome


async def test_an_account_that_is_none_of_teams_is_told_so(line: Line, town: WireTown, miriam: TeamsPerson):
    odd = promise(miriam, address=Address(""), account=Account("teams:somebody"))
    assert await line.adapter.transport.deliver(odd) == Undeliverable(cause="not an account of Teams")


async def test_the_newest_service_address_of_the_tenant_is_used(line: Line, town: WireTown, miriam: TeamsPerson):
    from tests.teams.signing import token

    elsewhere = f"https://{HOST}/de/"
    good = token(line.key, serviceurl=elsewhere)
    await line.post(miriam.activity(text="Hallo", serviceUrl=elsewhere), auth=f"Bearer {good}")
    await town.settle()
    assert line.stub.requests[-1].path.startswith("/de/")
    other = town.person("Robert Seidl")
    assert isinstance(other, TeamsPerson)
    await line.adapter.transport.deliver(promise(other, address=Address("")))
    assert line.stub.requests[-1].path.startswith("/de/")


async def test_a_chat_is_not_opened_at_a_service_that_is_no_longer_allowed(
    line: Line, town: WireTown, miriam: TeamsPerson
):
    """Nor is our token shown there."""
    async with town.storage.unit() as uow:
        await uow.notes.put("teams", "service", miriam.tenant, {"url": "https://evil.example/teams/"}, town.now)
        await uow.commit()
    outcome = await line.adapter.transport.deliver(promise(miriam, address=Address("")))
    assert outcome == Undeliverable(cause="no way to this tenant")
    assert line.stub.requests == []


# ---------------------------------------------------------------- who can be reached


async def test_who_removes_the_app_is_not_written_to_until_they_come_back(
    line: Line, town: WireTown, miriam: TeamsPerson
):
    await miriam.says("Hallo")
    await miriam._does(Left())
    async with town.storage.unit(write=False) as uow:
        assert (row := await uow.accounts.get(miriam.account)) is not None
        assert not row.reachable
    await miriam.joins()
    async with town.storage.unit(write=False) as uow:
        assert (row := await uow.accounts.get(miriam.account)) is not None
        assert row.reachable


async def reachable(town: WireTown, who: TeamsPerson) -> bool:
    async with town.storage.unit(write=False) as uow:
        row = await uow.accounts.get(who.account)
    assert row is not None
    return row.reachable


@pytest.mark.parametrize(
    ("fate", "still"),
    [
        (Fate(status=403, code="BotNotInConversationRoster"), False),
        (Fate(status=403, code="MessageWritesBlocked"), False),
        (Fate(status=404, code="ConversationNotFound"), False),
        (Fate(status=413), True),
        (Fate(status=400, code="BadSyntax"), True),
        (Fate(status=429), True),
    ],
    ids=str,
)
async def test_what_the_service_says_tells_whether_somebody_can_be_reached(
    line: Line, town: WireTown, miriam: TeamsPerson, fate: Fate, still: Any
):
    line.stub.fates = [fate]
    await miriam.says("Hallo")
    assert await reachable(town, miriam) is still
    await miriam.says("Hilfe")  # whoever writes is back
    assert await reachable(town, miriam)


# ---------------------------------------------------------------- one registration per tenant


@pytest.fixture
def registrations(tmp_path: Any) -> str:
    file = tmp_path / "registrations.toml"
    file.write_text(f'[{OTHER_TENANT}]\napp_id = "{OTHER_APP}"\nsecret = "s"\n', encoding="utf-8")
    return str(file)


async def test_each_tenant_is_spoken_to_by_its_own_bot(
    tmp_path: Any, key: Any, secure: Any, storage: Any, registrations: str
):
    from tests.teams.signing import token

    line = Line(tmp_path, key, secure, teams_registrations=registrations)
    await line.start()
    town = WireTown(storage, line)
    try:
        ours, theirs = town.person("Miriam Vogt"), town.person("Svenja Harms", tenant=OTHER_TENANT)
        assert isinstance(ours, TeamsPerson)
        assert isinstance(theirs, TeamsPerson)
        by_other = f"Bearer {token(key, aud=OTHER_APP)}"
        assert (await line.post(ours.activity(text="hilfe")))[0] == 200
        assert (await line.post(theirs.activity(text="hilfe"), auth=by_other))[0] == 200
        await town.settle()
        tokens = {request.path.split("/")[4]: request.token for request in line.stub.requests}
        assert tokens == {ours.chat: f"token of {APP}", theirs.chat: f"token of {OTHER_APP}"}
        assert (await line.post(theirs.activity(text="hilfe")))[0] == 403
        assert (await line.post(ours.activity(text="hilfe"), auth=by_other))[0] == 403
    finally:
        await line.stop()


async def test_what_is_being_sent_is_finished_when_the_service_stops(line: Line, town: WireTown, miriam: TeamsPerson):
    inside = Inside(storage=town.storage, turns=town.turns, now=lambda: town.now)
    listening = asyncio.create_task(line.adapter.listen(inside))
    line.stub.fates = [Fate(hangs=True)]
    sending = asyncio.create_task(line.adapter.transport.deliver(promise(miriam)))
    await line.stub.hanging.wait()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert (await line.post(miriam.activity(text="Hallo")))[0] == 503
    line.stub.let_go.set()
    assert await sending == TryLater(cause="500")


async def test_its_state_tells_how_it_is(line: Line, town: WireTown, monkeypatch: pytest.MonkeyPatch):
    assert (await line.adapter._looked()).condition == "connected"
    line.a_minute_later()
    line.elapsed += 7200.0
    refusing = NoToken("refused (7000222)")

    def refuse(_: Registration) -> tuple[str, float]:
        raise refusing

    monkeypatch.setattr(line.adapter._tokens, "_authority", refuse)
    state = await line.adapter._looked()
    assert (state.condition, "7000222" in state.detail) == ("bad credentials", True)


# ---------------------------------------------------------------- files and many at once


async def test_a_file_without_a_public_address_is_not_passed_over_in_silence(
    line: Line, town: WireTown, miriam: TeamsPerson
):
    line.adapter.transport._files = None
    file = File(name="Termin.ics", content_type="text/calendar", content=b"x")
    await line.adapter.transport.deliver(promise(miriam, Message(blocks=(file,))))
    (sent,) = miriam.activities
    assert "Termin.ics" in sent["attachments"][0]["content"]["fallbackText"]
    assert "Netzwerkbüro" in str(sent["attachments"][0]["content"]["body"])


async def test_many_at_once_share_few_connections_and_one_token(line: Line, town: WireTown, miriam: TeamsPerson):
    asked = Message(blocks=(Text(text="Und?"), Choices(options=(Choice(label="Hilfe", intent=Help()),))))
    deliveries = [promise(miriam, asked, key=f"m_{n}") for n in range(100)]
    outcomes = await asyncio.gather(*(line.adapter.transport.deliver(one) for one in deliveries))
    assert all(isinstance(one, Delivered) for one in outcomes)
    assert len({one.remote_id for one in outcomes if isinstance(one, Delivered)}) == 100


async def test_a_proxy_of_the_environment_is_used_for_what_leaves_the_house(
    town: WireTown, miriam: TeamsPerson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As the tokens are fetched: many a town hall has no other way out."""
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        adapter = TeamsAdapter(settings(tmp_path), authority=authority)
        adapter.begin(Inside(storage=town.storage, turns=town.turns, now=lambda: town.now))
        assert isinstance(await adapter.transport.deliver(promise(miriam)), TryLater)
        await adapter.close()
    assert asked == [f"CONNECT {HOST}:443 HTTP/1.1\r\n".encode()]
