"""`lotse understand` and `lotse eval`: what an admin and an evaluation see of the understanding and of the search."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.cli import app

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
UNSEEN = Path(__file__).parents[1] / "bot" / "data" / "unseen.jsonl"
NOW = "2026-11-23T10:00"


def lotse(*words: str, lines: str = "", ends: int = 0) -> Result:
    result = CliRunner().invoke(app, list(words), input=lines)
    assert result.exit_code == ends, result.output
    return result


def read(text: str, **more: str) -> dict[str, Any]:
    found = lotse("understand", "--json", "--now", NOW, lines=json.dumps({"text": text, **more}))
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def test_a_sentence_comes_back_as_intent_and_slots():
    found = read("kennt jemand wen der die e-akte schon hat, am besten so ne stadt wie wir")
    assert found.pop("because")[0].startswith("find_contacts ")
    assert found == {
        "intent": "find_contacts",
        "slots": {"topic": "e-akte", "size": "similar"},
        "language": "de",
        "alternatives": [],
    }


@pytest.mark.parametrize(
    ("text", "context", "intent", "slots"),
    [
        ("passt", "asked_consent", "accept", {}),
        ("4", "asked_consent", "decline", {}),
        ("2.", "after_results", "introduce", {"person": 2}),
        ("heute um 15 Uhr", "visit_reminder", "snooze", {"date": "2026-11-23", "time": "15:00"}),
        ("passt", "none", "yes", {}),
    ],
)
def test_what_was_asked_before_decides(text: str, context: str, intent: str, slots: dict[str, object]):
    found = read(text, context=context)
    assert (found["intent"], found["slots"]) == (intent, slots)


def test_what_only_the_office_may_want_is_nothing_for_others():
    said = "jeden montag um 9 alle an ihr profil erinnern"
    assert read(said, role="staff")["intent"] == "unknown"
    assert read(said, role="admin")["slots"] == {
        "schedule": "jeden montag um 9",
        "audience": "alle",
        "text": "an ihr profil erinnern",
    }


def test_an_unusable_line_is_named_and_the_others_are_answered():
    lines = '{"text": "hilfe"}\nhilfe\n{"text": "hilfe", "context": "sauna"}\n{}\n{"text": "moin"}\n'
    found = lotse("understand", "--json", lines=lines, ends=2)
    assert [json.loads(line)["intent"] for line in found.stdout.splitlines()] == ["help", "greet"]
    assert [line[:7] for line in found.stderr.splitlines()] == ["line 2:", "line 3:", "line 4:"]
    assert "after_results" in found.stderr


def test_a_person_reads_why():
    said = lotse("understand", lines="wer kennt sich mit elektronischen Akten aus?\n").stdout
    assert "find_contacts" in said
    assert "topic: elektronischen Akten (topic E-Akte: stem 'elektronische Akte')" in said
    assert "because:" in said


@pytest.mark.parametrize(
    ("file", "intents", "slots"),
    [(SHARED / "understanding" / "dev.jsonl", 0.95, 0.94), (UNSEEN, 0.94, 0.88)],
    ids=["development", "unseen"],
)
def test_people_are_understood(file: Path, intents: float, slots: float):
    """Nothing was learned from these sentences; their writers had seen neither the program nor its examples."""
    if not file.is_file():
        pytest.skip("the development set isn't shipped; it is expected in ../shared/data/understanding")
    accuracy, f1, dates = lotse("eval", "understanding", str(file)).stdout.splitlines()
    assert float(accuracy.split()[2]) >= intents
    assert float(f1.split()[2]) >= slots
    assert dates == "wrong dates 0"


def test_the_right_ones_come_first():
    if not (SHARED / "search").is_dir():
        pytest.skip("the development set isn't shipped; it is expected in ../shared/data/search")
    lines = lotse("eval", "search", str(SHARED / "search")).stdout.splitlines()
    ndcg = {line.split()[0]: float(line.split()[2]) for line in lines}
    assert ndcg["text"] >= 0.668
    assert ndcg["typo"] >= 0.635
    assert ndcg["ascii"] == ndcg["text"]


def test_a_set_that_is_not_there_is_a_sentence(tmp_path: Path):
    assert "can't be read" in lotse("eval", "search", str(tmp_path), ends=1).stderr
    (tmp_path / "broken.jsonl").write_text("{\n")
    assert "no JSON" in lotse("eval", "understanding", str(tmp_path / "broken.jsonl"), ends=1).stderr
