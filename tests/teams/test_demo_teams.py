"""`make demo-teams`: a whole service in the insecure mode, which is for this machine only, in both directions."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from tests.adapters.test_run import ROOT
from tests.teams.stub_connector import Stub

SECONDS = 60  # until a test is given up


def activity(service: str, text: str, number: int) -> dict[str, Any]:
    return {
        "type": "message",
        "id": f"{number}",
        "timestamp": "2026-11-23T09:00:00.000Z",
        "serviceUrl": service,
        "channelId": "msteams",
        "from": {"id": "user-id-0", "name": "Alex Wilber", "aadObjectId": "00000000-0000-0000-0000-0000000000020"},
        "recipient": {"id": "00000000-0000-0000-0000-00000000000011", "name": "Test Bot"},
        "conversation": {"id": "personal-chat-id", "conversationType": "personal"},
        "channelData": {"tenant": {"id": "00000000-0000-0000-0000-0000000000001"}},
        "text": text,
    }


async def test_the_demo_answers_and_sends_to_this_machine_only(tmp_path: Path):
    stub = Stub()
    server = TestServer(stub.app)
    await server.start_server()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "adapters.teams.demo",
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "LOTSE_DATA": str(tmp_path / "data"), "LOTSE_WEB_PORT": "0", "PATH": "/usr/bin"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS), ClientSession() as client:
            assert process.stdout is not None
            assert process.stderr is not None
            assert b"WITHOUT authentication" in await process.stdout.readline()
            line = b""
            while b'"listening"' not in line:
                line = await process.stderr.readline()
                assert line
            port = line.split(b'"port": ')[1].split(b"}")[0].split(b",")[0].decode().strip()
            url = f"http://127.0.0.1:{port}/api/messages"
            while b"NOT authenticated" not in line:
                line = await process.stderr.readline()
            service = str(server.make_url("/teams/"))
            async with client.post(url, json=activity("https://evil.example/", "Hallo", 1)) as answer:
                assert answer.status == 403
            for number, text in enumerate(("Wer hat die E-Akte schon eingeführt?", "ja", "Plochingen"), start=2):
                before = len(stub.sent_to("personal-chat-id"))
                async with client.post(url, json=activity(service, text, number)) as answer:
                    assert answer.status == 200
                while len(stub.sent_to("personal-chat-id")) == before:
                    await stub.arrival()
            while "kommune" not in str(stub.sent_to("personal-chat-id")).casefold():
                await stub.arrival()
            assert len(stub.sent_to("personal-chat-id")) >= 3
    finally:
        process.terminate()
        _, logged = await process.communicate()
        await server.close()
    assert process.returncode == 0
    assert b"Unclosed" not in logged
