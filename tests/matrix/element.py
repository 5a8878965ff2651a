"""People in Element: its own SDK and crypto in a process of its own, as strict about devices as Element can be."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from adapters.matrix.local_synapse import Homeserver
from tests.adapters.test_run import ROOT
from tests.matrix.people import PATIENCE

SDK = Path(os.environ.get("MATRIX_JS_SDK") or ROOT / ".lotse" / "npm" / "node_modules" / "matrix-js-sdk").absolute()


class Element:
    """Reads and writes as `tests.matrix.people.Human` does, its device cross-signed; each event it has seen says whether
    it was encrypted, why it couldn't be read (`failure`), and which warning stands beside it (`shield`, 0 is none).
    `strict`: reads no device that isn't cross-signed, and gives it no keys.
    """

    def __init__(self, homeserver: Homeserver, name: str, bot: str, *, strict: bool = True) -> None:
        self.user = homeserver.register(name, "password")
        self.bot = bot
        self.room = ""
        self.seen: list[dict[str, Any]] = []
        self.unread = 0
        self._arguments = (homeserver.url, self.user, "password", "strict" if strict else "lax")
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        script, pipe = str(Path(__file__).with_name("element.js")), asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            "node", script, str(SDK), *self._arguments, stdin=pipe, stdout=pipe, limit=2**24
        )
        try:
            async with asyncio.timeout(PATIENCE):
                assert "ready" in await self._line()
        except BaseException:
            self._process.kill()
            raise
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def opens_chat(self) -> None:
        self.room = (await self._does("opens", other=self.bot))["room"]

    async def says(self, text: str, *, room: str | None = None, **more: Any) -> None:
        await self._does("says", room=room or self.room, content={"msgtype": "m.text", "body": text, **more})

    async def presses(self, event: str, key: str) -> None:
        await self._does("presses", room=self.room, event=event, key=key)

    async def trusts_the_bot(self) -> None:
        """Waits until its device is cross-signed."""
        await self._does("trusts", other=self.bot)

    async def opens_file(self, file: dict[str, Any]) -> tuple[str, str]:
        """In clear, and as it lies on the homeserver."""
        found = await self._does("opensFile", file=file)
        return found["text"], found["stored"]

    async def reads(self, having: str) -> str:
        """Waits for a message with these words; everything since the last look."""
        await self.until(lambda: having in self.text())
        text = self.text()
        self.unread = len(self.seen)
        return text

    def text(self) -> str:
        return "\n\n".join(str(one["content"].get("body", "")) for one in self.seen[self.unread :])

    def messages(self) -> list[dict[str, Any]]:
        return [one for one in self.seen if one["type"] in ("m.room.message", "m.room.encrypted")]

    async def until(self, holds: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE), self._news:
                await self._news.wait_for(holds)
        except TimeoutError:
            raise AssertionError(f"{self.user} waits in vain; what came last: {self.seen[-3:]}") from None

    # ------------------------------------------------------------ the process

    async def _does(self, what: str, **more: Any) -> dict[str, Any]:
        number = len(self._answers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, "number": number, **more}).encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            answer = await self._answers[number]
        assert "error" not in answer, answer
        return answer

    async def _listen(self) -> None:
        while line := await self._line():
            if "did" in line:
                self._answers[line["did"]].set_result(line)
                continue
            async with self._news:
                self.seen.append(line)
                self._news.notify_all()

    async def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        found: dict[str, Any] = json.loads(line) if line else {}
        return found
