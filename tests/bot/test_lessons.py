"""Somebody's own words, taken apart: every word stays in exactly one part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lessons import nothing_new, taken_apart


def test_three_parts():
    parts = taken_apart("Neu war der Deckblattdruck. Bestätigt hat sich das Aussortieren. Wir starten im März.")
    assert parts.new == ("Neu war der Deckblattdruck.",)
    assert parts.confirmed == ("Bestätigt hat sich das Aussortieren.",)
    assert parts.next_step == ("Wir starten im März.",)


@pytest.mark.parametrize("said", ["war nix neues, nur bestätigung", "Nichts Neues", "nothing new, only confirmation"])
def test_nothing_new_is_a_full_answer(said: str):
    assert nothing_new(said)


@pytest.mark.parametrize(
    "said",
    [
        "neu war viel",
        "nichts neues beim Scannen, aber die Kollegin dort hat uns gezeigt, wie man die Akten vorher mit wenig Mühe sortiert",
    ],
)
def test_what_holds_more_is_kept(said: str):
    assert not nothing_new(said)


@given(
    st.lists(st.sampled_from(["Neu war A.", "Bestätigt hat sich B.", "Wir starten mit C.", "1. D", "E!"]), max_size=8)
)
def test_no_word_is_lost(sentences: list[str]):
    text = " ".join(sentences)
    parts = taken_apart(text)
    kept = " ".join([*parts.new, *parts.confirmed, *parts.next_step])
    assert sorted(kept.split()) == sorted(text.split())
