"""The service as a process: it starts, answers, and stops cleanly."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds until a test is given up
SEEN: dict[int, list[dict[str, Any]]] = {}  # lines of the log by process


@contextmanager
def lotse(*words: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C", **settings}
    command = [sys.executable, "-m", "adapters.cli", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8") as process:
        try:
            yield process
        finally:
            process.kill()


def logged(process: subprocess.Popen[str], event: str) -> dict[str, Any]:
    """The line of the log with this event, in whatever order they came."""
    assert process.stderr is not None
    seen = SEEN.setdefault(process.pid, [])
    for found in seen:
        if found["event"] == event:
            return found
    for line in process.stderr:
        seen.append(json.loads(line))
        if seen[-1]["event"] == event:
            return seen[-1]
    raise AssertionError(f"ended without {event!r}")


def test_the_service_runs_without_a_platform_says_so_and_stops_on_sigterm(tmp_path: Path):
    with lotse("run", LOTSE_DATA=str(tmp_path / "data"), LOTSE_WEB_PORT="0", LOTSE_WEBPORT="1") as process:
        assert logged(process, "LOTSE_WEBPORT is no setting: did you mean LOTSE_WEB_PORT?")["level"] == "warning"
        assert "nobody can write" in logged(process, "no platform is configured: nobody can write to the bot")["event"]
        port = logged(process, "listening")["port"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE) as answer:
            assert json.load(answer) == {"status": "ok"}
        process.send_signal(signal.SIGTERM)
        logged(process, "stopped")
        assert process.wait(PATIENCE) == 0


def test_a_taken_port_ends_it_with_a_sentence(tmp_path: Path):
    with (
        lotse("run", LOTSE_DATA=str(tmp_path / "one"), LOTSE_WEB_PORT="0") as first,
    ):
        port = str(logged(first, "listening")["port"])
        with lotse("run", LOTSE_DATA=str(tmp_path / "two"), LOTSE_WEB_PORT=port) as second:
            _, said = second.communicate(timeout=PATIENCE)
            assert second.returncode == 1
            assert "LOTSE_WEB_PORT" in said
            assert "Traceback" not in said


def test_the_terminal_answers_line_by_line_in_utf8_whatever_the_locale(demo_data: Path):
    with lotse("chat", "--json", LOTSE_DATA=str(demo_data)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("Wer hat die E-Akte schon eingeführt?\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())  # before the end of the input
        assert "Baden-Württemberg" in answer["text"]
        rest, said = process.communicate("/foo\n", timeout=PATIENCE)
        assert (rest, process.returncode) == ("", 2)
        assert said.startswith("line 2: /foo is no command")


def test_the_end_of_the_input_is_the_end(demo_data: Path):
    with lotse("chat", "--json", LOTSE_DATA=str(demo_data)) as process:
        assert process.communicate("", timeout=PATIENCE) == ("", "")
        assert process.returncode == 0


def test_an_interrupt_while_waiting_for_a_line_is_a_clean_end(demo_data: Path):
    with lotse("chat", "--json", LOTSE_DATA=str(demo_data)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("Hilfe\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) in (0, 130)
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_where_nobody_can_type_the_demo_plays_its_examples(demo_data: Path):
    with lotse("demo", LOTSE_DATA=str(demo_data)) as process:
        text, said = process.communicate("", timeout=PATIENCE)
        assert (process.returncode, said) == (0, "")
        assert "Clara Haselsteg> Wer hat die E-Akte schon eingeführt?" in text
        assert "Clara Haselsteg> Was weißt du über mich?" in text
        assert text.count("\nLotse\n") >= 3


def test_lines_without_a_terminal_are_a_readable_conversation(demo_data: Path):
    with lotse("chat", LOTSE_DATA=str(demo_data)) as process:
        text, said = process.communicate("Hilfe\n/foo\n", timeout=PATIENCE)
        assert process.returncode == 2
        assert "Das können Sie zu mir sagen" in text
        assert said.startswith("line 2: ")
