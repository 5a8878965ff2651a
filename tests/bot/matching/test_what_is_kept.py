"""What the index keeps of the questions it was asked: a bounded number of pieces, none of them of words nobody has."""

import gc
import random
import types
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from bot.matching import postings
from bot.matching.index import Document, Hit, Index
from bot.matching.text import grams
from storage.register import topics

WORDS = sorted({word for topic in topics() for name in (topic.label_de, *topic.synonyms) for word in name.split()})
PEOPLE = 200
PROGRAM = (type, types.ModuleType, types.FunctionType, type(grams))


def described(dice: random.Random, number: int) -> Document:
    return Document(id=f"p{number:03}", title=dice.choice(WORDS), text=" ".join(dice.choices(WORDS, k=12)))


def answers(*, kept: int, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[Hit]]:
    """To a thousand questions, while people come, change and go."""
    monkeypatch.setattr(postings, "KEPT", kept)
    dice = random.Random(5)
    index, found = Index.build(described(dice, number) for number in range(PEOPLE)), []
    for _ in range(1000):
        match dice.randrange(4):
            case 0:
                index.put(described(dice, dice.randrange(PEOPLE * 2)))
            case 1:
                index.remove(f"p{dice.randrange(PEOPLE * 2):03}")
        found.append(index.search(f"{dice.choice(WORDS)} {dice.choice(WORDS)}"))
    return found


def everything(root: object) -> Iterator[Any]:
    """All objects that this one holds, without the program and its tables of single words, which are bounded."""
    seen, waiting = {id(root)}, [root]
    while waiting:
        one = waiting.pop()
        yield one
        for other in (*gc.get_referents(one), *(one if isinstance(one, dict) else ())):  # it leaves keys out
            if id(other) not in seen and not isinstance(other, PROGRAM):
                seen.add(id(other))
                waiting.append(other)


def test_however_little_is_kept_the_same_people_are_found(monkeypatch: pytest.MonkeyPatch):
    usual = answers(kept=8192, monkeypatch=monkeypatch)
    assert sum(map(len, usual)) > 1000
    assert answers(kept=3, monkeypatch=monkeypatch) == usual
    assert answers(kept=100, monkeypatch=monkeypatch) == usual


def test_nothing_stays_of_words_that_nobody_has():
    index = Index.build([Document(id="p_a", text="Parkraumbewirtschaftung")])
    assert [hit.id for hit in index.search("Parkraum")] == ["p_a"]
    index.search("Parkraum, Geheimnis")
    index.put(Document(id="p_b", text="Bewohnerparken"))
    index.search("Geheimnis")
    pieces = {text for text in everything(index) if isinstance(text, str)}
    assert {"park", "bewo"} <= pieces
    assert not {"_geh", "heim", "nis_"} & pieces


def test_of_the_others_only_the_last_ones_stay(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postings, "KEPT", 20)
    dice = random.Random(6)
    index = Index.build(described(dice, number) for number in range(PEOPLE))
    before = arrays(index)
    for word in WORDS:
        index.search(word)
    assert before < arrays(index) <= before + 2 * 2 * 20 + 2  # stems and grams, slots and counts; and the two norms


def arrays(index: Index) -> int:
    return sum(isinstance(one, np.ndarray) for one in everything(index))
