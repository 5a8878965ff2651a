"""Opt-in: Microsoft's own playground against `make demo-teams`, driven through its HTTP and WebSocket endpoints.

    npm i --prefix /tmp/playground @microsoft/m365agentsplayground@0.2.28
    PLAYGROUND=/tmp/playground/node_modules/.bin/agentsplayground pytest tests/teams/test_playground.py

Its licence is for evaluation; nothing of it is part of the project.
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, ClientWebSocketResponse

from tests.adapters.test_run import ROOT
from tests.teams.wire import executes_in

PLAYGROUND = os.environ.get("PLAYGROUND", "")
SECONDS = 60  # until a test is given up
pytestmark = pytest.mark.skipif(not PLAYGROUND, reason="set PLAYGROUND to the program from npm")


class Playground:
    """One person, Alex Wilber, in front of the client."""

    def __init__(self, url: str, client: ClientSession, stream: ClientWebSocketResponse, config: Any) -> None:
        self.url, self.client, self.stream = url, client, stream
        self.chat, self.me = config["personalChat"]["id"], config["currentUser"]["id"]
        self.bot, self.channel = config["bot"]["id"], config["teams"][0]["channels"][0]["id"]

    async def says(self, text: str, where: str | None = None, **more: Any) -> None:
        body = {"from": {"id": self.me}, "text": text, "textFormat": "plain", **more}
        url = f"{self.url}/_conversation/v1/conversations/{where or self.chat}/messages"
        async with self.client.post(url, json=body) as answer:
            assert answer.status == 200, await answer.text()

    async def sees(self, word: str) -> dict[str, Any]:
        """The next message of the bot that holds this."""
        async for frame in self.stream:
            seen: dict[str, Any] = json.loads(frame.data)
            if word in json.dumps(seen, ensure_ascii=False):
                return seen
        raise AssertionError("the playground has closed")

    async def presses(self, seen: dict[str, Any], title: str, **inputs: str) -> Any:
        message = seen["message"]
        button = next(one for one in executes_in(message["attachments"]) if one["title"].startswith(title))
        action = {"type": "Action.Execute", "verb": button["verb"], "data": {**button["data"], **inputs}}
        return await self.invokes(
            "adaptiveCard/action", {"action": action, "trigger": "manual"}, replyToId=message["messageId"]
        )

    async def invokes(self, name: str, value: Any, **more: Any) -> Any:
        body = {"name": name, "from": {"id": self.me}, "conversation": {"id": self.chat}, "value": value, **more}
        async with self.client.post(f"{self.url}/_conversation/v1/invoke", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def up(client: ClientSession, url: str) -> Any:
    while True:
        try:
            async with client.get(url) as answer:
                if answer.status == 200:
                    return await answer.json()
        except ClientError:
            pass
        await asyncio.sleep(0.2)


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[Playground]:
    mine, theirs = free_port(), free_port()
    quiet = {"stdout": asyncio.subprocess.DEVNULL, "stderr": asyncio.subprocess.DEVNULL}
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "adapters.teams.demo",
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LOTSE_DATA": str(tmp_path / "data"), "LOTSE_WEB_PORT": str(mine)},
        **quiet,
    )
    command = ("-e", f"http://127.0.0.1:{mine}/api/messages", "-c", "msteams", "-p", str(theirs), "--dt")
    settings = {"APPLICATION_INSIGHTS_NO_STATSBEAT": "1", "TEAMSAPPTESTER_BROWSER": "none"}
    player = await asyncio.create_subprocess_exec(PLAYGROUND, *command, cwd=tmp_path, env={**os.environ, **settings}, **quiet)  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS), ClientSession() as client:
            await up(client, f"http://127.0.0.1:{mine}/readyz")
            url = f"http://127.0.0.1:{theirs}"
            config = (await up(client, f"{url}/_internal/v1/config"))["config"]
            async with client.ws_connect(f"{url}/_ws_conversation/v1/conversations/stream") as stream:
                yield Playground(url, client, stream, config)
    finally:
        for process in (player, bot):
            process.terminate()
            await process.wait()


async def test_a_first_conversation_in_the_real_client(playground: Playground):
    async with asyncio.timeout(SECONDS):
        await playground.says("Wer hat die E-Akte schon eingeführt?")
        notice = await playground.sees("Ich speichere Ihren Namen")
        answered = await playground.presses(notice, "Ja, einverstanden")
        assert "Ihre Antwort: Ja, einverstanden" in json.dumps(answered, ensure_ascii=False)

        form = await playground.sees("In welcher Kommune arbeiten Sie?")
        wrong = await playground.presses(form, "Absenden", **{"field.municipality": ""})
        assert "Da fehlt noch eine Antwort" in json.dumps(wrong, ensure_ascii=False)
        await playground.presses(form, "Absenden", **{"field.municipality": "Plochingen"})
        await playground.sees("Eingetragen: Plochingen")
        await playground.sees("Mit Nr. 1 bekannt machen")

        mention = {"mentioned": {"id": playground.bot}, "text": "<at>Test Bot</at>"}
        await playground.says("<at>Test Bot</at> wer kennt die E-Akte?", playground.channel, mentions=[mention])
        there = await playground.sees("direkt")
        assert there["actionConversationId"] != playground.chat
        await playground.sees("Mit Nr. 1 bekannt machen")

        value = {"commandId": "contacts", "parameters": [{"name": "topic", "value": "E-Akte"}]}
        found = await playground.invokes("composeExtension/query", value)
        assert "result" in json.dumps(found)
