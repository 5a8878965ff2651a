"""The command line as an operator uses it: what it prints, what it leaves behind, how it ends."""

import json
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.beside import beside
from adapters.cli import app
from adapters.config import load
from storage.meta import SENDING_HELD
from tests.adapters.conftest import Chat
from tests.databases import run


class Shell:
    """`lotse …` with a data folder."""

    def __init__(self, data: Path) -> None:
        self._env = {"LOTSE_DATA": str(data)}

    def __call__(self, *words: str, ends: int = 0) -> str:
        result: Result = CliRunner().invoke(app, list(words), env=self._env)
        assert result.exit_code == ends, result.output
        assert "Traceback" not in result.output
        return result.output


@pytest.fixture
def lotse(demo_data: Path) -> Shell:
    return Shell(demo_data)


def talk(data: Path, *lines: str) -> list[str]:
    texts: list[str] = []

    async def carry_out() -> None:
        texts.extend((await Chat(settings=load(data=data))(*lines)).texts)

    run(carry_out)
    return texts


def test_a_person_is_named_by_key_account_or_name(lotse: Shell):
    by_name = json.loads(lotse("export", "jens  KALTHOFF"))["data"]
    by_account = json.loads(lotse("export", "console:Jens Kalthoff"))["data"]
    assert by_name["people"] == by_account["people"]
    assert by_name["people"][0]["email"] == "jens.kalthoff@hueckelhoven.example"
    assert "nobody has this key" in lotse("export", "Niemand", ends=1)


def test_one_of_two_with_the_same_name_needs_the_account(lotse: Shell, demo_data: Path, tmp_path: Path):
    path = tmp_path / "twin.jsonl"
    path.write_text('{"id": "twin", "name": "Jens Kalthoff", "account": "console:jens zwei"}\n')
    lotse("import", "people", str(path))
    said = lotse("export", "Jens Kalthoff", ends=1)
    assert "console:jens kalthoff" in said
    assert "twin" in said


def test_an_export_can_be_a_private_file_to_read(lotse: Shell, tmp_path: Path):
    path = tmp_path / "jens.html"
    lotse("export", "Jens Kalthoff", "--form", "html", "--output", str(path))
    assert path.read_text().startswith("<!doctype html>")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_export_over_a_file_others_could_read_is_private_too(lotse: Shell, tmp_path: Path):
    path = tmp_path / "jens.json"
    path.write_text("x" * 100_000)
    path.chmod(0o644)
    lotse("export", "Jens Kalthoff", "--output", str(path))
    assert json.loads(path.read_text())["data"]["people"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_who_is_forgotten_is_gone_and_the_asker_hears_only_the_neutral_word(lotse: Shell, demo_data: Path):
    talk(demo_data, "Wer hat die E-Akte schon eingeführt?", "stell mich Jens Kalthoff vor", "Wie lief das?", "ja")
    assert "is erased" in lotse("forget", "Jens Kalthoff")
    lotse("export", "Jens Kalthoff", ends=1)
    later = talk(demo_data, "/zeit +1d")
    assert len(later) == 1
    assert re.search("hat diesmal (leider )?nicht geklappt", later[0])
    assert not re.search("gelöscht|Daten|Kalthoff", later[0])


def test_the_last_admin_is_neither_forgotten_nor_stripped(lotse: Shell):
    lotse("forget", "Ayşe Brandt", ends=1)
    assert "last admin" in lotse("role", "revoke", "Ayşe Brandt", "admin", ends=1)
    lotse("role", "grant", "Daan de Wit", "admin")
    lotse("role", "revoke", "Ayşe Brandt", "admin")
    assert "last admin" in lotse("role", "revoke", "Daan de Wit", "admin", ends=1)


def test_a_coordinator_needs_a_municipality_that_exists(lotse: Shell):
    assert "--body" in lotse("role", "grant", "Jens Kalthoff", "coordinator", ends=1)
    assert "08116056" in lotse("role", "grant", "Jens Kalthoff", "coordinator", "--body", "1", ends=1)
    lotse("role", "grant", "Jens Kalthoff", "coordinator", "--body", "05370020")
    listed = [re.sub(r"p_\w+", "KEY", " ".join(line.split())) for line in lotse("role", "list").splitlines()]
    assert listed[0] == "admin KEY Ayşe Brandt"
    assert "coordinator KEY Jens Kalthoff, Hückelhoven (05370020)" in listed
    lotse("role", "revoke", "Jens Kalthoff", "coordinator")
    assert "Jens Kalthoff" not in lotse("role", "list")
    assert "nothing to take away" in lotse("role", "revoke", "Jens Kalthoff", "coordinator", ends=1)


def test_a_vendor_is_never_found(lotse: Shell, demo_data: Path):
    question = "Wer hat die E-Akte in Nordrhein-Westfalen eingeführt?"
    assert "Jens Kalthoff" in talk(demo_data, question)[0]
    lotse("role", "grant", "Jens Kalthoff", "vendor")
    assert "Jens Kalthoff" not in talk(demo_data, question)[0]


def test_a_request_at_the_desk_is_listed_answered_once_and_read(lotse: Shell, demo_data: Path):
    assert lotse("desk", "list") == "nothing is waiting\n"
    talk(demo_data, "/team Wer kennt eine Stadt mit Seilbahn?")
    listed = lotse("desk", "list")
    assert "Clara Haselsteg (Plochingen" in listed
    assert "Wer kennt eine Stadt mit Seilbahn?" in listed
    key = listed.split()[0]
    lotse("desk", "answer", key, "Fragen Sie einmal in Wuppertal.")
    assert lotse("desk", "list") == "nothing is waiting\n"
    lotse("desk", "answer", key, "Noch einmal.", ends=1)
    assert any("> Fragen Sie einmal in Wuppertal." in text for text in talk(demo_data, "/zeit +1h"))


def test_a_topic_is_added_and_understood(lotse: Shell, demo_data: Path):
    assert "no topic nowhere" in lotse(
        "topics", "add", "seilbahn", "Seilbahn", "Cable car", "--broader", "nowhere", ends=1
    )
    assert "small letters" in lotse("topics", "add", "Seil Bahn", "Seilbahn", "Cable car", ends=1)
    lotse("topics", "add", "seilbahn", "Seilbahn", "Cable car", "--synonym", "Gondel", "--broader", "mobilitaet")
    assert re.search(r"seilbahn +Seilbahn / Cable car +\(part of mobilitaet\)", lotse("topics", "list"))
    assert "Seilbahn" in talk(demo_data, "Wer kennt sich mit Gondel aus?")[0]


def test_a_domain_is_tied_shown_and_untied(lotse: Shell):
    assert lotse("domain", "show", "siegburg.example") == "it is tied to no body\n"
    lotse("domain", "tie", "Siegburg.example", "05382060")
    assert lotse("domain", "show", "siegburg.example") == "05382060  Siegburg (Rhein-Sieg-Kreis, Nordrhein-Westfalen)\n"
    lotse("domain", "untie", "siegburg.example", "05382060")
    assert lotse("domain", "show", "siegburg.example") == "it is tied to no body\n"
    lotse("domain", "tie", "siegburg.example", "nowhere", ends=1)


def test_a_backup_is_restored_elsewhere_erasures_are_repeated_and_nothing_is_sent(
    lotse: Shell, demo_data: Path, tmp_path: Path
):
    talk(demo_data, "Wer hat die E-Akte schon eingeführt?", "stell mich Jens Kalthoff vor", "Wie lief das?", "ja")
    file, other = tmp_path / "backup.zip", f"sqlite:///{tmp_path}/other.db"
    lotse("backup", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lotse("forget", "Daan de Wit")
    assert "1 people erased since then" in lotse("restore", str(file), "--database", other)
    lotse("export", "Daan de Wit", "--database", other, ends=1)
    lotse("export", "Svenja Harms", "--database", other)
    assert "not empty" in lotse("restore", str(file), "--database", other, ends=1)

    held = lotse("doctor", "--database", other, ends=1)
    assert "problem  sending: it is held: restored from a backup" in held
    assert "lotse release" in held
    lotse("release", "--database", other)
    assert "it is held" not in lotse("doctor", "--database", other)
    assert "isn't held" in lotse("release", "--database", other, ends=1)


def test_what_is_held_is_not_sent_before_the_release(demo_data: Path, lotse: Shell):
    talk(
        demo_data,
        "/zeit 2026-11-23T21:40",
        "Wer hat die E-Akte schon eingeführt?",
        "stell mich Jens Kalthoff vor",
        "Wie lief das?",
        "ja",
    )

    async def hold() -> None:
        async with beside(load(data=demo_data)) as parts, parts.storage.unit() as uow:
            await uow.meta.put(SENDING_HELD, "a test")
            await uow.commit()

    run(hold)
    assert talk(demo_data, "/zeit +1d") == []
    assert "1 x request (pending)" in lotse("doctor", ends=1)
    lotse("release")
    assert "Wie lief das?" in talk(demo_data, "/zeit +12h")[0]


def test_migrating_makes_the_database_and_can_be_repeated(tmp_path: Path):
    lotse = Shell(tmp_path / "new")
    assert "no database" in lotse("backup", "x.zip", ends=1)
    assert "the register and the topics" in lotse("migrate")
    assert lotse("migrate") == "the database has the newest schema\n"


@pytest.mark.parametrize(
    ("words", "ends", "remedy"),
    [
        (("chat", "--json", "--at", "gestern"), 2, "2026-11-23T10:00"),
        (("chat", "--json", "--database", "mysql://x"), 2, "LOTSE_DATABASE_URL"),
        (("chat", "--json", "--database", "sqlite:////nowhere/at/all.db"), 1, "make it"),
        (("chat", "--json", "--database", "postgresql://u:geheim@127.0.0.1:1/x"), 1, "LOTSE_DATABASE_URL"),
        (("restore", "none.zip"), 1, "none.zip"),
        (("import", "people", "none.csv"), 1, "none.csv"),
        (("desk", "answer", "d_none", "x"), 1, "no longer exists"),
        (("export", "Jens Kalthoff", "--output", "none/x.json"), 1, "give a path"),
        (("backup", "none/x.zip"), 1, "give a path"),
        (("restore", "."), 1, "give a path"),
        (("nudge", "apply", "none.toml"), 1, "give the path of a TOML file"),
        (("domain", "tie", " ", "08116056"), 1, "domain of a homeserver"),
        (("doctor", "--database", "sqlite://"), 2, "give a path"),
        (("role", "grant", "Jens Kalthoff", "boss"), 2, "admin"),
        (("nonsense",), 2, "nonsense"),
    ],
)
def test_what_goes_wrong_is_said_in_a_sentence(lotse: Shell, words: tuple[str, ...], ends: int, remedy: str):
    said = lotse(*words, ends=ends)
    assert remedy in said
    assert "geheim" not in said


def test_bad_settings_end_every_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOTSE_WEB_PORT", "x")
    assert "LOTSE_WEB_PORT" in Shell(tmp_path)("doctor", ends=2)
