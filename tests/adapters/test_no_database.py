"""Where there is no database: who only looks says so and leaves nothing behind, who brings something along makes one."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from typer.main import get_command
from typer.testing import CliRunner

from adapters.cli import app
from tests.databases import PostgreSQL

LOOKING = (
    ("find",),
    ("backup", "FILE"),
    ("release",),
    ("export", "Jens Kalthoff"),
    ("forget", "Jens Kalthoff", "--yes"),
    ("role", "list"),
    ("role", "grant", "Jens Kalthoff", "admin"),
    ("role", "revoke", "Jens Kalthoff", "admin"),
    ("desk", "list"),
    ("desk", "answer", "d_1", "Ja."),
    ("topics", "list"),
    ("topics", "gaps"),
    ("topics", "merge", "eakte", "kita"),
    ("domain", "show", "siegburg.example"),
    ("domain", "untie", "siegburg.example", "05382060"),
    ("nudge", "list"),
    ("nudge", "show", "Profil"),
    ("nudge", "preview", "Profil"),
    ("nudge", "activate", "Profil"),
    ("nudge", "pause", "Profil"),
    ("nudge", "resume", "Profil"),
    ("nudge", "stop", "Profil"),
    ("nudge", "stats", "Profil"),
)
BRINGING = (
    ("migrate",),
    ("demo",),
    ("chat", "--json"),
    ("import", "people", "PEOPLE"),
    ("import", "municipalities", "TOWNS"),
    ("import", "topics", "TOPICS"),
    ("topics", "add", "drohnen", "Drohnen", "Drones"),
    ("domain", "tie", "siegburg.example", "05382060"),
    ("nudge", "create", "Profil", "--when", "every Monday at 9", "--text", "Guten Tag"),
    ("nudge", "apply", "NUDGES"),
)
ELSEWHERE = {
    "run": "tests/adapters/test_run.py",
    "restore": "tests/adapters/test_commands.py",
    "doctor": "tests/adapters/test_doctor.py",
    "understand": "asks no database",
    "eval search": "asks no database",
    "eval understanding": "asks no database",
    "learn": "asks no database",
    "manifest": "asks no database",
    "matrix export-identity": "asks no database",
    "matrix import-identity": "asks no database",
    "matrix recover-identity": "asks no database",
}
FILES = {
    "FILE": "",
    "PEOPLE": json.dumps({"name": "Ada Beispiel", "municipality": "Plochingen"}),
    "TOWNS": "ags,name,state,population,lat,lon\n99999999,Neustadt,Nordrhein-Westfalen,10000,51,7\n",
    "TOPICS": "id,label_de,label_en\ndrohnen,Drohnen,Drones\n",
    "NUDGES": '[[nudge]]\nname = "Profil"\nwhen = "every Monday at 9"\ntext.de = "Guten Tag"\n',
}


def commands(group: click.Command, *before: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items() if isinstance(group, click.Group) else ():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield (*before, name)


def carried_out(words: tuple[str, ...], folder: Path, **settings: str) -> tuple[int, str]:
    given = []
    for word in words:
        if word in FILES:
            path = folder / f"{word}{'.jsonl' if word == 'PEOPLE' else '.csv'}"
            path.write_text(FILES[word], encoding="utf-8")
            word = str(path)  # noqa: PLW2901
        given.append(word)
    result = CliRunner().invoke(app, given, env=settings, input="")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_every_command_is_one_or_the_other():
    known = {*ELSEWHERE, *(" ".join(words) for words in (*LOOKING, *BRINGING))}
    for words in commands(get_command(app)):
        said = " ".join(words)
        assert any(one == said or one.startswith(f"{said} ") for one in known), said


@pytest.mark.parametrize("words", LOOKING, ids=" ".join)
def test_who_only_looks_says_that_there_is_none_and_makes_nothing(words: tuple[str, ...], tmp_path: Path):
    data, other = tmp_path / "none", tmp_path / "other" / "none.db"
    for settings in ({"LOTSE_DATA": str(data)}, {"LOTSE_DATA": str(data), "LOTSE_DATABASE_URL": f"sqlite:///{other}"}):
        code, said = carried_out(words, tmp_path, **settings)
        assert code == 1
        assert said.startswith(f"there is no database {other if 'LOTSE_DATABASE_URL' in settings else data}")
        assert "LOTSE_DATA" in said
        assert "lotse migrate" in said
        assert not data.exists()
        assert not other.parent.exists()


def test_the_whole_path_is_named_wherever_one_is(tmp_path: Path):
    """Without a setting the database is sought below the folder one is in."""
    assert carried_out(("find",), tmp_path)[1].startswith(
        f"there is no database {Path.cwd() / '.lotse' / 'lotse.db'}: "
    )


@pytest.mark.parametrize("words", BRINGING, ids=" ".join)
def test_who_brings_something_along_makes_one(words: tuple[str, ...], tmp_path: Path):
    data = {"LOTSE_DATA": str(tmp_path / "new")}
    assert carried_out(words, tmp_path, **data)[0] == 0
    code, said = carried_out(("topics", "list"), tmp_path, **data)
    assert (code, "E-Akte" in said) == (0, True)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_empty_database_is_none_either(postgresql: PostgreSQL, tmp_path: Path, kind: str):
    file = tmp_path / "empty.db"
    file.touch()
    with postgresql.fresh(migrated=False) as url:
        settings = {"LOTSE_DATABASE_URL": url if kind == "postgresql" else f"sqlite:///{file}"}
        for words in (("topics", "list"), ("find",), ("export", "Ada Beispiel")):
            code, said = carried_out(words, tmp_path, **settings)
            assert code == 1
            assert said.startswith("the database is empty")
            assert "lotse migrate" in said
        assert "it is empty -> run `lotse migrate`" in carried_out(("doctor",), tmp_path, **settings)[1]
        assert carried_out(("migrate",), tmp_path, **settings)[0] == 0
        assert carried_out(("topics", "list"), tmp_path, **settings)[0] == 0
