"""Logs carry ids and numbers, never what people wrote."""

import io
import json
import logging
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from adapters import log
from adapters.beside import beside
from adapters.config import load
from tests.adapters.conftest import Chat

MARKER = "Kreiselkompass"


@pytest.fixture
def lines() -> io.StringIO:
    stream = io.StringIO()
    log.set_up("debug", stream)
    return stream


def test_the_capture_catches_what_is_logged(lines: io.StringIO):
    structlog.get_logger().info("planted", action="test", row=MARKER)
    (found,) = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert found["row"] == MARKER
    assert (found["event"], found["action"], found["level"]) == ("planted", "test", "info")


async def test_a_conversation_leaves_no_word_in_the_log(lines: io.StringIO, demo: Chat):
    structlog.get_logger().info("planted", action="test", row=MARKER)
    talk = await demo(
        f"Wer kennt sich mit {MARKER} aus?",
        "Wer hat die E-Akte schon eingeführt?",
        "stell mich Jens Kalthoff vor",
        f"Es geht um den {MARKER}.",
        "ja",
        "/als Jens Kalthoff",
        f"Welcher {MARKER} denn?",
        "ja",
        "/als Ada Beispiel",
        f"{MARKER}?",
        f"/zeit {MARKER}",
        "/zeit +3w",
        f"/team {MARKER}",
        "/als Jens Kalthoff",
        "Alle meine Daten löschen",
        "ja",
    )
    assert sum(MARKER in one for one in talk.texts) >= 3  # it was said, and shown to whom it was meant for
    assert lines.getvalue().count(MARKER) == 1  # the planted one alone


async def test_an_error_is_told_by_its_type_and_places(lines: io.StringIO, data: Path):
    async with beside(load(data=data)) as lotse:
        try:
            async with lotse.storage.unit() as uow:
                await uow.transaction.run(text(f"SELECT '{MARKER}' FROM nowhere"))
        except OperationalError:
            structlog.get_logger().exception("failed", action="test")
            structlog.get_logger().error("not done", action="test", error="OperationalError")
    try:
        fail()
    except ValueError as error:
        structlog.get_logger().error("failed too", action="test", exc_info=error)
    first, brief, second = (json.loads(line) for line in lines.getvalue().splitlines())
    assert "OperationalError" in first["error"]
    assert (first["code"], brief["code"]) == ("SQLITE_ERROR", "SQLITE_ERROR")
    assert "code" not in second
    assert second["error"] == ["ValueError", "KeyError"]
    assert any("test_log.py" in place for place in second["where"])
    assert MARKER not in lines.getvalue()


def fail() -> None:
    raise ValueError(MARKER) from KeyError(MARKER)


def test_of_what_libraries_log_only_the_template_is_kept(lines: io.StringIO):
    logging.getLogger("library").warning("Job %s failed", MARKER)
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task %r>", MARKER)
    long = f"never retrieved\n{MARKER}"
    logging.getLogger("asyncio").error(long)
    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [one["event"] for one in found] == ["Job %s failed", "Task exception was never retrieved", "never retrieved"]
    assert {one["library"] for one in found} == {"library", "asyncio"}
    assert MARKER not in lines.getvalue()


def test_what_is_long_is_no_id(lines: io.StringIO):
    structlog.get_logger().info("long", action="test", row="x" * 500)
    assert json.loads(lines.getvalue())["row"] == "(500 characters)"


def test_a_remedy_is_never_cut_short(lines: io.StringIO):
    structlog.get_logger().critical("platform stopped", action="listen", remedy="put it back, " * 20)
    assert json.loads(lines.getvalue())["remedy"] == "put it back, " * 20
