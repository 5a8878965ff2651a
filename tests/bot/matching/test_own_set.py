"""A hundred questions about what municipalities do besides digitalisation, written down with their judgements before
anybody had looked at what is found: with slips, umlauts spelled out, compounds glued and parted, abbreviations, English.
"""

from pathlib import Path

import pytest

from adapters.commands import evaluation
from adapters.commands.evaluation import Quality, quality
from adapters.commands.labelled import judgements, objects
from bot.matching.index import Document, Index
from bot.matching.topics import TopicTable
from storage.register import topics

SET = Path(__file__).parents[1] / "data" / "search"
TABLE = TopicTable(topics())
FLOOR = {
    "plain": 0.84, "question": 0.92, "typo": 0.92, "ascii": 0.70, "compound": 0.85, "abbr": 0.55, "english": 0.65
}  # fmt: skip


@pytest.fixture(scope="module")
def index() -> Index:
    people = objects(SET / "corpus.jsonl")
    return Index.build(Document(id=one["id"], title=one["title"], text=one["text"]) for one in people)


def asked(kind: str) -> dict[str, str]:
    questions = objects(SET / "queries.jsonl")
    return {one["id"]: one["text"] for one in questions if one["id"].startswith(f"{kind}-")}


def shown(index: Index, text: str) -> list[str]:
    """Whom the bot would show, as many as are judged."""
    resolved = TABLE.resolve(text)
    return [hit.id for hit in index.search(text, resolved.topic if resolved else None, limit=evaluation.TEN)]


@pytest.mark.parametrize("kind", FLOOR)
def test_each_way_of_asking_finds_the_right_ones(index: Index, kind: str):
    right = judgements(SET / "qrels.tsv")
    found: Quality = quality((shown(index, text), right[key]) for key, text in asked(kind).items())
    assert found.ndcg >= FLOOR[kind]


def test_all_of_them_through_the_command():
    assert evaluation.search(SET)["text"].ndcg >= 0.80


@pytest.mark.parametrize("text", asked("nobody").values())
def test_what_nobody_does_finds_nobody(index: Index, text: str):
    assert shown(index, text) == []
