"""Nudges by command and from a file: the same as in the chat, and twice is once."""

import json
from pathlib import Path

import pytest

from tests.adapters.test_commands import Shell, lotse, talk

__all__ = ["lotse"]

FILE = """
[[nudge]]
name = "Profilerinnerung"
when = "jeden ersten Montag im Monat um 9"
to = "alle"
text.de = "Guten Tag {name}, hier ist das Netzwerkbüro."
text.en = "Hello {name}, this is the network office."
breaks = ["12-20..01-06"]
state = "active"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "nudges.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_file_applied_twice_is_applied_once(lotse: Shell, file: Path):
    assert lotse("nudge", "apply", str(file)) == "Profilerinnerung: created, active\n"
    assert lotse("nudge", "apply", str(file)) == "Profilerinnerung: as it was, active\n"
    file.write_text(FILE.replace("um 9", "um 10"), encoding="utf-8")
    assert lotse("nudge", "apply", str(file)) == "Profilerinnerung: changed (schedule), active\n"
    assert "at 10:00" in lotse("nudge", "list")


def test_who_would_write_several_times_a_day_is_warned(lotse: Shell, file: Path):
    assert "warning" not in lotse("nudge", "apply", str(file))
    file.write_text(
        FILE.replace("jeden ersten Montag im Monat um 9", "täglich um 9 Uhr und um 14 Uhr"), encoding="utf-8"
    )
    assert "\n  warning: Please note: this comes more often than once a day" in lotse("nudge", "apply", str(file))
    lotse("nudge", "create", "Halbstündlich", "--when", "*/30 9-16 * * 1", "--text", "Guten Tag {name}.")
    assert "warning: Please note" in lotse("nudge", "activate", "Halbstündlich")
    assert "warning" not in lotse("nudge", "stop", "Halbstündlich")


def test_of_a_file_with_a_mistake_nothing_is_taken(lotse: Shell, file: Path):
    file.write_text(FILE + FILE.replace("Profilerinnerung", "Zweite").replace("{name}", "{vorname}"), encoding="utf-8")
    assert "nudge 2 (Zweite): I don't know {vorname}" in lotse("nudge", "apply", str(file), ends=1)
    assert "Profilerinnerung" not in lotse("nudge", "list")
    file.write_text("[[nudge]\n", encoding="utf-8")
    assert "is no TOML" in lotse("nudge", "apply", str(file), ends=1)
    file.write_text(FILE + 'colour = "red"\n', encoding="utf-8")
    assert "unknown colour; known are" in lotse("nudge", "apply", str(file), ends=1)


def test_from_draft_to_deleted(lotse: Shell):
    lotse("nudge", "create", "Rundfrage", "--when", "0 9 * * 1", "--text", "Guten Tag {name}.", "--to", "state:NW,BW")
    shown = json.loads(lotse("nudge", "show", "rundfrage", "--json"))
    assert (shown["state"], shown["schedule"], shown["to"]) == ("draft", "CRON 0 9 * * 1", "state:BW,NW")
    assert "active; next run" in lotse("nudge", "activate", "Rundfrage")
    assert "next run Monday, 1 February 2027" in lotse("nudge", "pause", "Rundfrage", "--until", "2027-02-01")
    assert "active" in lotse("nudge", "resume", "Rundfrage")
    assert "has not run yet" in lotse("nudge", "stats", "Rundfrage")
    assert "deleted" in lotse("nudge", "stop", "Rundfrage", "--delete")
    assert "there is no nudge 'Rundfrage'" in lotse("nudge", "show", "Rundfrage", ends=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "Neu", "--when", "jeden zweiten Dienstag", "--text", "Hallo"), "two ways"),
        (("create", "Neu", "--when", "0 99 * * 1", "--text", "Hallo"), "can't read this cron rule"),
        (("create", "Neu", "--when", "montags", "--to", "state:XX", "--text", "Hallo"), "doesn't fit"),
        (("create", "Neu", "--when", "montags", "--text", "Hallo", "--button", "kaffee"), "profile, lesson, topic"),
        (("create", "Neu", "--when", "montags", "--text", "Hallo", "--break", "Weihnachten"), "12-20..01-06"),
        (("activate", "Gibt es nicht"), "there is no nudge"),
        (("pause", "Profil ausfüllen"), "is not running"),
    ],
)
def test_what_can_not_be_done_is_said_with_the_remedy(lotse: Shell, words: tuple[str, ...], said: str):
    assert said in lotse("nudge", *words, ends=1)


def test_some_are_ready_as_drafts_and_send_nothing(lotse: Shell):
    drafts = [json.loads(line) for line in lotse("nudge", "list", "--json").splitlines()]
    assert [(one["name"], one["state"]) for one in drafts] == [
        ("Besuch auswerten", "draft"),
        ("Profil ausfüllen", "draft"),
        ("Quartalsfrage", "draft"),
    ]
    (quarterly,) = [one for one in drafts if one["name"] == "Quartalsfrage"]
    assert [at[:10] for at in quarterly["next"]] == ["2027-01-12", "2027-04-13", "2027-10-12"], "no summer"


def test_the_preview_says_who_gets_what_when_and_names_nobody_unasked(lotse: Shell, file: Path):
    lotse("nudge", "apply", str(file))
    command = ("nudge", "preview", "Profilerinnerung", "--from", "2026-12-01T00:00", "--days", "80", "--json")
    plain = [json.loads(line) for line in lotse(*command).splitlines()]
    assert {one["run"][:10] for one in plain} == {"2026-12-07", "2027-02-01"}, "January is in the break"
    assert {one["person"] for one in plain} == {None}
    named = [json.loads(line) for line in lotse(*command, "--operator").splitlines()]
    assert all(one["person"].startswith("p_") for one in named)
    assert len({(one["run"], one["person"]) for one in named}) == len(named)
    assert all(one["instant"] >= one["run"] for one in named)
    assert {one["planned"] for one in named} >= {True}


def test_what_was_applied_is_sent_and_reported_in_sums_that_add_up(lotse: Shell, file: Path, demo_data: Path):
    lotse("nudge", "apply", str(file))
    texts = talk(demo_data, "/zeit 2026-12-07 12:00")
    sent = [one for one in texts if "hier ist das Netzwerkbüro" in one or "this is the network office" in one]
    assert sent
    (run,) = [json.loads(line) for line in lotse("nudge", "stats", "Profilerinnerung", "--json").splitlines()]
    assert run["run"].startswith("2026-12-07T08:00")
    groups = [sum(run[name].values()) for name in ("delivered", "left_out", "impossible", "put_off")]
    assert sum(groups) + run["trying"] + run["uncertain"] == run["due"]
    assert sum(run["delivered"].values()) == len(sent)
