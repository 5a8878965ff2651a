"""Opt-in: Microsoft's card parser and playground, and Chromium to look through; from npm, in a folder outside the project.

    npm i --prefix /tmp/tools adaptivecards@3 playwright-core @microsoft/m365agentsplayground@0.2.28
    TEAMS_TOOLS=/tmp/tools pytest tests/teams/test_lint.py tests/teams/test_gallery.py tests/teams/test_playground.py

CHROMIUM names the browser (/usr/bin/chromium), PICTURES the folder that keeps what was seen. The playground's licence
is for evaluation; nothing of it is part of the project.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import pytest

HERE = Path(__file__).parent
TOOLS = os.environ.get("TEAMS_TOOLS", "")
MODULES = Path(TOOLS) / "node_modules"
PARSER = str(MODULES / "adaptivecards" / "dist" / "adaptivecards.js")
PLAYGROUND = str(MODULES / ".bin" / "agentsplayground")
BROWSER = os.environ.get("CHROMIUM", "/usr/bin/chromium")

needs_tools = pytest.mark.skipif(not TOOLS, reason="set TEAMS_TOOLS to the folder with the programs from npm")
needs_browser = pytest.mark.skipif(not TOOLS or not Path(BROWSER).exists(), reason="set TEAMS_TOOLS, and CHROMIUM")


def complaints(cards: Sequence[dict[str, Any]]) -> list[str]:
    """What Microsoft's own parser and validator have to say against these cards."""
    lines = "\n".join(json.dumps(card, ensure_ascii=False) for card in cards)
    script = str(HERE / "lint.js")
    done = subprocess.run(["node", script, PARSER], input=lines, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.splitlines()


def pictures(folder: Path) -> Path:
    """Where pictures go: into PICTURES to be looked at, or into the test's own folder."""
    kept = Path(os.environ["PICTURES"]) if "PICTURES" in os.environ else folder
    kept.mkdir(parents=True, exist_ok=True)
    return kept


class Browser:
    """Headless Chromium, told what to do line by line."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        command = ("node", str(HERE / "browser.js"), str(MODULES), BROWSER, str(self._folder / "profile"))
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=1 << 24)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def do(self, what: str, **more: Any) -> Any:
        """Raises AssertionError with what the browser said."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{json.dumps({'do': what, **more})}\n".encode())
        await process.stdin.drain()
        answer = json.loads(await process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["ok"]
