"""Opt-in: Microsoft's own playground against the bot, in headless Chromium, as somebody in front of it; see `tools`.

Its clock is a Monday morning, so that what comes unasked comes at once.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession
from aiohttp.test_utils import TestServer

from adapters import demo
from adapters.app import assembled, run
from adapters.config import load
from tests.teams.stub_connector import Stub
from tests.teams.tools import PLAYGROUND, Browser, needs_browser, pictures
from tests.town import BERLIN

pytestmark = needs_browser
SECONDS = 30  # until an answer is given up
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=BERLIN)
EDITOR = "[data-lexical-editor]"


@dataclass(slots=True)
class Alex:
    """In front of the client."""

    browser: Browser
    folder: Path

    async def says(self, text: str) -> None:
        await self.browser.do("type", into=EDITOR, text=text)
        await self.browser.do("key", name="Enter")

    async def mentions(self, text: str) -> None:
        """In a channel: a new post that begins with the bot's name."""
        await self.browser.do("type", into=EDITOR, text="@Test")
        await self.browser.do("press", role="menuitem", name="Test Bot")
        await self.browser.do("type", into=EDITOR, text=f" {text}")
        await self.presses("Post")

    async def sees(self, text: str) -> None:
        await self.browser.do("see", text=text)

    async def presses(self, button: str) -> None:
        await self.browser.do("press", role="button", name=button)

    async def opens(self, place: str) -> None:
        await self.browser.do("press", role="treeitem", name=place)

    async def fills(self, label: str, text: str) -> None:
        await self.browser.do("fill", label=label, text=text)

    async def buttons(self, name: str) -> int:
        return int(await self.browser.do("count", role="button", name=name))

    async def screen(self) -> str:
        return str(await self.browser.do("text"))

    async def picture(self, name: str) -> None:
        to = pictures(self.folder) / f"playground-{name}.png"
        await self.browser.do("picture", to=str(to))
        assert to.stat().st_size > 10_000

    async def joins(self) -> None:
        """From the welcome to the first list."""
        await self.sees("Ich speichere Ihren Namen")
        await self.presses("Ja, einverstanden")
        await self.sees("In welcher Kommune arbeiten Sie?")
        await self.fills("In welcher Kommune", "Plochingen")
        await self.presses("Absenden")
        await self.sees("Eingetragen: Plochingen")


@dataclass(slots=True)
class Berta:
    """Somebody else in Teams, whose messages go straight to the bot."""

    bot: str
    service: str
    stub: Stub
    client: ClientSession
    chat: str = "a:berta"
    said: list[str] = field(default_factory=list)

    async def says(self, text: str, until: str) -> None:
        """Waits for an answer that holds `until`."""
        self.said.append(text)
        user = "00000000-0000-0000-0000-0000000000be"
        activity = {
            "type": "message",
            "id": f"b{len(self.said)}",
            "text": text,
            "serviceUrl": self.service,
            "channelId": "msteams",
            "from": {"id": "29:berta", "name": "Berta Beispiel", "aadObjectId": user},
            "recipient": {"id": "28:bot", "name": "Lotse"},
            "conversation": {"id": self.chat, "conversationType": "personal"},
            "channelData": {"tenant": {"id": "berta"}},
        }
        before = len(self.stub.sent_to(self.chat))
        async with self.client.post(self.bot, json=activity) as answer:
            assert answer.status == 200
        try:
            async with asyncio.timeout(SECONDS):
                while until not in json.dumps(self.stub.sent_to(self.chat)[before:], ensure_ascii=False):
                    await self.stub.arrival()
        except TimeoutError:
            raise AssertionError(f"no {until!r} in {self.stub.sent_to(self.chat)[before:]}") from None


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def up(client: ClientSession, url: str) -> None:
    while True:
        try:
            async with client.get(url) as answer:
                if answer.status == 200:
                    return
        except ClientError:
            pass
        await asyncio.sleep(0.2)


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def bot(tmp_path: Path, client: ClientSession) -> AsyncIterator[str]:
    """The service with the demo network, as `make demo-teams` starts it, on a Monday morning."""
    port = free_port()
    settings = load(data=tmp_path / "data", web_port=port, teams_insecure_no_authentication=True)
    async with assembled(settings, transports=(), now=lambda: MONDAY, mode="live") as lotse:
        await demo.make(lotse, MONDAY)
    stop = asyncio.Event()
    began = datetime.now(UTC)
    running = asyncio.create_task(run(settings, stop=stop, now=lambda: MONDAY + (datetime.now(UTC) - began)))
    await up(client, f"http://127.0.0.1:{port}/readyz")
    yield f"http://127.0.0.1:{port}/api/messages"
    stop.set()
    await running


@pytest.fixture
async def alex(bot: str, tmp_path: Path, client: ClientSession) -> AsyncIterator[Alex]:
    port = free_port()
    quiet: Any = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    settings = {"APPLICATION_INSIGHTS_NO_STATSBEAT": "1", "TEAMSAPPTESTER_BROWSER": "none"}
    command = (PLAYGROUND, "-e", bot, "-c", "msteams", "-p", str(port), "--dt")
    player = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env={**os.environ, **settings}, **quiet)
    try:
        async with Browser(tmp_path) as browser:
            await up(client, f"http://127.0.0.1:{port}/")
            await browser.do("open", url=f"http://127.0.0.1:{port}/")
            yield Alex(browser, tmp_path)
    finally:
        player.terminate()
        await player.wait()


@pytest.fixture
async def berta(bot: str, client: ClientSession) -> AsyncIterator[Berta]:
    stub = Stub()
    server = TestServer(stub.app)
    await server.start_server()
    yield Berta(bot, str(server.make_url("/teams/")), stub, client)
    await server.close()


async def test_welcome_card_action_form_and_search(alex: Alex):
    await alex.sees("Ich speichere Ihren Namen")
    await alex.picture("welcome")
    await alex.presses("Ja, einverstanden")
    await alex.sees("Ihre Antwort: Ja, einverstanden")
    assert await alex.buttons("Lieber nicht") == 0
    await alex.sees("In welcher Kommune arbeiten Sie?")
    await alex.presses("Absenden")
    await alex.sees("Bitte füllen Sie dieses Feld aus.")
    await alex.picture("form")
    await alex.fills("In welcher Kommune", "Plochingen")
    await alex.presses("Absenden")
    await alex.sees("Eingetragen: Plochingen")
    await alex.says("Wer hat die E-Akte schon eingeführt?")
    await alex.sees("Mit Nr. 5 bekannt machen")
    await alex.picture("find")


async def test_a_card_answered_by_typing_loses_its_buttons_on_the_screen(alex: Alex):
    await alex.sees("Ich speichere Ihren Namen")
    await alex.says("ja, einverstanden")
    await alex.sees("Ihre Antwort: Ja, einverstanden")
    assert await alex.buttons("Ja, einverstanden") == 0
    await alex.picture("typed")


async def test_a_mention_in_a_channel_is_answered_without_names(alex: Alex):
    await alex.joins()
    await alex.opens("My Team - General")
    await alex.mentions("wer kennt die E-Akte?")
    await alex.sees("direkt")
    await alex.picture("channel")
    shown = await alex.screen()
    for hidden in ("Svenja Harms", "Hückelhoven", "Luftlinie", "bekannt machen"):
        assert hidden not in shown
    await alex.opens("Personal Chat")
    await alex.sees("Mit Nr. 1 bekannt machen")


async def test_a_request_comes_unasked_and_the_yes_is_a_press(alex: Alex, berta: Berta):
    await alex.joins()
    await alex.says("Ich kann bei Quartiersdrohnen helfen")
    await alex.sees("Gefunden wird das Thema erst")
    await alex.presses("Mit Namen")
    await alex.sees("mit Namen im Verzeichnis")
    await berta.says("Hallo", until="Ich speichere Ihren Namen")
    await berta.says("ja", until="In welcher Kommune")
    await berta.says("Ulm", until="Eingetragen: Ulm")
    await berta.says("Wer kennt sich mit Quartiersdrohnen aus?", until="Alex Wilber")
    await berta.says("stell mich Nr. 1 vor", until="Ein Satz genügt")
    await berta.says("Wir möchten im Frühjahr eine anschaffen.", until="So geht die Anfrage")
    await berta.says("ja, mit e-mail", until="E-Mail-Adresse?")
    await berta.says("berta.beispiel@ulm.example", until="geht jetzt hinaus")
    await alex.sees("Berta Beispiel möchte Sie etwas fragen")
    await alex.sees("Wir möchten im Frühjahr eine anschaffen.")
    await alex.picture("request")
    assert "berta.beispiel@ulm.example" not in await alex.screen()
    await alex.presses("Ja, gern")
    await alex.sees("Wie lautet Ihre dienstliche E-Mail-Adresse?")
    await alex.fills("Wie lautet Ihre dienstliche", "alex.wilber@plochingen.example")
    await alex.presses("Absenden")
    await alex.sees("berta.beispiel@ulm.example")
    await alex.picture("handover")
