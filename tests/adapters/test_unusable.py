"""A database that can't be used: what an operator reads names the reason and the remedy, and nothing else happens."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.cli import app
from tests.adapters.test_run import PATIENCE, ROOT

BLOCK = 1024  # bytes, of `ulimit -f`


def said(*words: str, data: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), env={"LOTSE_DATA": str(data)}, input="E-Akte\n")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def said_where_files_end(*words: str, data: Path, size: int) -> tuple[int, str]:
    """As on a disk that has no more room: no file may be longer than so many bytes."""
    command = f'ulimit -f {size // BLOCK}; exec "{sys.executable}" -m adapters.cli "$@"'
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LOTSE_DATA": str(data)}
    done = subprocess.run(["bash", "-c", command, "lotse", *words], check=False, env=environment, capture_output=True, text=True, timeout=PATIENCE)  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("words", [("topics", "list"), ("find",), ("migrate",), ("chat", "--json"), ("release",)])
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, words: tuple[str, ...]):
    file = tmp_path / "lotse.db"
    file.write_bytes(b"no database " * 500)
    code, text = said(*words, data=tmp_path)
    assert code == 1
    assert "the file is no SQLite database" in text
    assert "LOTSE_DATA" in text
    assert file.read_bytes() == b"no database " * 500


@pytest.mark.parametrize(
    "words", [("topics", "list"), ("find",), ("migrate",), ("chat", "--json"), ("backup", "b.zip")]
)
def test_a_newer_database_is_not_to_be_migrated(demo_data: Path, words: tuple[str, ...]):

    with sqlite3.connect(demo_data / "lotse.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    code, text = said(*words, data=demo_data)
    assert code == 1
    assert "newer release" in text
    assert "lotse migrate" not in text


def test_a_disk_without_room_is_named_and_nothing_of_a_file_is_taken(demo_data: Path, tmp_path: Path):
    members = tmp_path / "members.jsonl"
    rows = ({"name": f"Ada Beispiel {n}", "municipality": "Plochingen", "text": "Akte " * 50} for n in range(3000))
    members.write_text("".join(json.dumps(one) + "\n" for one in rows))
    size = (demo_data / "lotse.db").stat().st_size
    code, text = said_where_files_end("import", "people", str(members), data=demo_data, size=size)
    assert code == 1
    assert "make room" in text
    assert "Traceback" not in text
    assert "nobody" in said("export", "Ada Beispiel 1", data=demo_data)[1]


def test_who_waits_too_long_for_another_process_is_told_to_try_again(demo_data: Path, monkeypatch: pytest.MonkeyPatch):

    monkeypatch.setattr("storage.engine.BUSY", 0.01)
    with sqlite3.connect(demo_data / "lotse.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        code, text = said("topics", "add", "drohnen", "Drohnen", "Drones", data=demo_data)
    other.close()
    assert (code, text) == (1, "somebody else is writing in the database: try again\n")
