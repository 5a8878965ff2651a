"""A terminal without a terminal: lines go in, and what would be printed comes back.

Making the register and the demo network takes a second, so each is made once and copied.
"""

import io
import json
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import structlog

from adapters import log
from adapters.chat import Written, converse
from adapters.config import Settings, load
from adapters.console import HandClock
from adapters.demo import START
from adapters.lines import instant
from adapters.screen import JsonLines
from tests.databases import run


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No setting of the machine reaches a test, and no test leaves its log behind."""
    for name in [name for name in os.environ if name.startswith("LOTSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    yield
    structlog.reset_defaults()
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, log.FromLibraries)]:
        root.removeHandler(handler)
    root.setLevel(logging.WARNING)


@dataclass(slots=True, kw_only=True)
class Talk:
    """What came of some lines."""

    code: int
    objects: list[dict[str, Any]] = field(default_factory=list)
    complaints: str = ""

    def to(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self.objects if one["to"] == name]

    @property
    def texts(self) -> list[str]:
        return [one["text"] for one in self.objects]


@dataclass(slots=True, kw_only=True)
class Chat:
    """`lotse chat --json` on one database."""

    settings: Settings

    async def __call__(self, *lines: str | bytes, at: str | None = None, demo: bool = False) -> Talk:
        out, aside = io.StringIO(), io.StringIO()
        clock = HandClock(START)
        code = await converse(
            self.settings,
            lines=Written([line if isinstance(line, bytes) else f"{line}\n".encode() for line in lines]),
            screen=JsonLines(out, aside, clock),
            complaints=aside,
            clock=clock,
            at=None if at is None else instant(at),
            with_demo=demo,
        )
        objects = [json.loads(line) for line in out.getvalue().splitlines()]
        return Talk(code=code, objects=objects, complaints=aside.getvalue())


def make(folder: Path, *, demo: bool) -> None:
    run(lambda: Chat(settings=load(data=folder))(demo=demo))


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """With the demo network, and with the register alone."""
    made = {}
    for demo in (False, True):
        made[demo] = tmp_path_factory.mktemp("made") / "data"
        make(made[demo], demo=demo)
    return made


@pytest.fixture
def data(folders: dict[bool, Path], tmp_path: Path) -> Path:
    """A data folder whose database has the register and the topics."""
    return Path(shutil.copytree(folders[False], tmp_path / "data"))


@pytest.fixture
def demo_data(folders: dict[bool, Path], tmp_path: Path) -> Path:
    """A data folder whose database has the demo network too."""
    return Path(shutil.copytree(folders[True], tmp_path / "data"))


@pytest.fixture
def chat(data: Path) -> Chat:
    return Chat(settings=load(data=data))


@pytest.fixture
def demo(demo_data: Path) -> Chat:
    return Chat(settings=load(data=demo_data))


def at(text: str) -> datetime:
    return instant(text)
