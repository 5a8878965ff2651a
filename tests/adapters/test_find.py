"""`lotse find`: the bot's suggestions for many questions in one call."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.cli import app

PEOPLE = [
    {"id": "a", "name": "Anna Beispiel", "municipality": "Plochingen", "topics": ["E-Akte"], "consented_on": "2026-01-05"},
    {"id": "b", "municipality": "Siegburg", "text": "Wir haben die Parkraumbewirtschaftung digitalisiert.", "consented_on": "2026-01-05"},
    {"id": "c", "name": "Carl Muster", "topics": ["E-Akte"], "consented_on": "2026-01-05"},
    {"id": "invited", "name": "Ida Ohneantwort", "municipality": "Celle", "topics": ["E-Akte"]},
]  # fmt: skip


class Shell:
    def __init__(self, data: Path) -> None:
        self._env = {"LOTSE_DATA": str(data)}

    def __call__(self, *words: str, lines: str | bytes = "", ends: int = 0) -> Result:
        result = CliRunner().invoke(app, list(words), env=self._env, input=lines)
        assert result.exit_code == ends, result.output
        return result

    def find(self, *queries: str | dict[str, str], limit: int = 5) -> list[dict[str, Any]]:
        lines = "\n".join(query if isinstance(query, str) else json.dumps(query) for query in queries)
        said = self("find", "--json", "--limit", str(limit), lines=lines)
        return [json.loads(line) for line in said.stdout.splitlines()]


@pytest.fixture
def lotse(data: Path, tmp_path: Path) -> Shell:
    shell = Shell(data)
    file = tmp_path / "people.jsonl"
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in PEOPLE), encoding="utf-8")
    shell("import", "people", str(file))
    return shell


def ids(found: dict[str, Any]) -> list[str]:
    return [one["id"] for one in found["results"]]


def test_a_question_is_answered_with_people_and_reasons(lotse: Shell):
    (found,) = lotse.find({"query": "Wer kennt sich mit der elektronischen Akte aus?", "asker": "b"})
    assert found["understood"]["topic_id"] == "eakte"
    assert found["relaxations"] == []
    first = found["results"][0]
    assert (first["id"], first["name"], first["distance_km"]) == ("a", "Anna Beispiel", 280.9)
    assert first["municipality"] == "Plochingen, Baden-Württemberg"
    assert "E-Akte" in " ".join(first["reasons"])
    assert ids(found) == ["a", "c"]  # "c" said nothing of a town; who was only invited is nobody yet


def test_words_of_ones_own_are_found_through_a_slip_and_named_by_function_only(lotse: Shell):
    for query in ("Parkraumbewirtschaftung", "Parkraumbewirtschaftnug", "parkraum"):
        (found,) = lotse.find(query)
        assert [(one["id"], one["name"]) for one in found["results"]] == [("b", None)]


def test_nonsense_finds_nobody(lotse: Shell):
    assert [one["results"] for one in lotse.find("Quarzgletscher", "asdf jklö", "🙂")] == [[], [], []]


def test_a_filter_that_leaves_nobody_says_what_would_help(lotse: Shell):
    (found,) = lotse.find("Wer in Bayern kennt sich mit der E-Akte aus?")
    assert (found["results"], found["understood"]["state"]) == ([], "Bayern")
    assert found["relaxations"] == [{"without": "state", "found": 2}]


def test_who_was_erased_is_gone_at_once(lotse: Shell):
    assert ids(lotse.find("E-Akte")[0]) == ["a", "c"]
    lotse("forget", "a", "--yes")
    assert ids(lotse.find("E-Akte")[0]) == ["c"]


def test_lines_that_cannot_be_taken_are_named_and_the_others_are_answered(lotse: Shell):
    lines = [
        '{"query": "E-Akte", "asker": "niemand"}',
        '{"query": "E-Akte"',
        "",
        '{"asker": "b"}',
        '{"query": ["E-Akte"]}',
        '{"query": "E-Akte", "asker": 7}',
        "   ",
        "Parkraum",
    ]
    said = lotse("find", "--json", lines="\n".join(lines), ends=2)
    assert [ids(json.loads(line)) for line in said.stdout.splitlines()] == [["b"]]
    assert [line[:7] for line in said.stderr.splitlines()] == [f"line {n}:" for n in (1, 2, 4, 5, 6)]
    assert "nobody has this key" in said.stderr


def test_windows_line_ends_and_the_mark_in_front_are_no_part_of_the_question(lotse: Shell):
    said = lotse("find", "--json", lines=b"\xef\xbb\xbfE-Akte\r\n\r\nParkraum\r\n")
    assert [json.loads(line)["query"] for line in said.stdout.splitlines()] == ["E-Akte", "Parkraum"]


def test_bytes_that_are_no_text_and_too_much_text_are_named(lotse: Shell):
    lines = b"E-Akte gesucht. " + b"\xff\n" + b"x" * 10_000 + b"\nE-Akte\n"
    said = lotse("find", "--json", lines=lines, ends=2)
    assert [ids(json.loads(line)) for line in said.stdout.splitlines()] == [["a", "c"]]
    assert said.stderr.splitlines() == [
        "line 1: byte 17 is no UTF-8: save the lines as UTF-8",
        "line 2: 10,000 characters, at most 4,000 are read: write less",
    ]


def test_as_much_as_is_read_at_all_is_answered(lotse: Shell):
    (found,) = lotse.find("E-Akte " * 570)  # each of them names a topic
    assert ids(found) == ["a", "c"]


def test_what_needs_the_askers_town_is_left_out_where_nobody_asks(lotse: Shell):
    question = "Wer hat die E-Akte, am besten eine Stadt in unserer Größe?"
    (nobody,) = lotse.find(question)
    assert (ids(nobody), nobody["understood"]["left_out"]) == (["a", "c"], ["size"])
    (known,) = lotse.find({"query": question, "asker": "b"})  # Siegburg is three times as large as Plochingen
    assert (ids(known), known["understood"]["size"]) == ([], "similar")
    assert known["relaxations"] == [{"without": "size", "found": 2}]


def test_a_person_reads_it_too(lotse: Shell):
    said = lotse("find", lines="E-Akte\nQuarzgletscher\n").stdout
    assert "1. Anna Beispiel, Plochingen, Baden-Württemberg: " in said
    assert said.endswith("  nobody\n")
