"""`make demo-matrix`: a homeserver with three members and the bot, for this machine only, in one folder."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path

from tests.adapters.test_run import ROOT
from tests.matrix.people import PATIENCE, Human
from tests.teams.test_playground import free_port


class Printed:
    """The homeserver as the demo's own words describe it, which has its accounts already."""

    def __init__(self, text: str) -> None:
        self.url = re.findall(r"http://[0-9.:]+", text)[0]
        self.bot = re.findall(r"@lotse:[a-z.]+", text)[0]
        self.passwords = dict(re.findall(r"(\w+) +password (\S+)", text))

    def register(self, name: str, _: str) -> str:
        return f"@{name}:{self.bot.partition(':')[2]}"

    def member(self, name: str, store: Path) -> Human:
        human = Human(self, name, self.bot, store)  # type: ignore[arg-type]
        human.password = self.passwords[name]
        return human


async def demo(folder: Path) -> tuple[asyncio.subprocess.Process, Printed]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "adapters.matrix.demo", str(free_port()), cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LOTSE_WEB_PORT": "0"}, start_new_session=True,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    text = ""
    async with asyncio.timeout(PATIENCE):
        while "Ctrl-C" not in text:
            line = await process.stdout.readline()
            assert line, text
            text += line.decode()
    return process, Printed(text)


async def ended(process: asyncio.subprocess.Process) -> None:
    """Ctrl-C reaches all processes in front of the terminal."""
    os.killpg(process.pid, signal.SIGINT)
    async with asyncio.timeout(PATIENCE):
        await process.wait()


async def test_a_member_finds_somebody_and_the_next_start_is_the_same_homeserver(tmp_path: Path):
    folder = tmp_path / "project"
    folder.mkdir()
    process, printed = await demo(folder)
    try:
        assert printed.url.startswith("http://127.0.0.1:")
        assert sorted(printed.passwords) == ["astrid", "jens", "miriam"]
        async with printed.member("miriam", tmp_path / "miriam") as miriam:
            await miriam.opens_chat()
            await miriam.says("Wer hat die E-Akte schon eingeführt?")
            await miriam.reads("Sind Sie einverstanden?")
            await miriam.says("ja")
            await miriam.reads("In welcher Kommune arbeiten Sie?")
            await miriam.says("Siegburg")
            await miriam.reads("Mit Nr. 1 bekannt machen")
    finally:
        await ended(process)
    assert [one.name for one in folder.iterdir()] == [".lotse"]
    assert [one.name for one in (folder / ".lotse").iterdir()] == ["matrix-demo"]
    process, again = await demo(folder)
    await ended(process)
    assert again.passwords == printed.passwords
