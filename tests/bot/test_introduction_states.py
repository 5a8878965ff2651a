"""The table of an introduction's life keeps its promises whatever happens, in whatever order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.introduction_states import (
    MET,
    TRANSITIONS,
    UNSUCCESSFUL,
    WAITING,
    IllegalTransition,
    IntroductionEvent,
    after,
    diagram,
)
from bot.model import IntroductionState as State

CONCEPTS = Path(__file__).parents[2] / "docs" / "concepts.md"
ASKERS_YES = {IntroductionEvent.SEND, IntroductionEvent.QUEUE, IntroductionEvent.CONFIRM}
NO = {IntroductionEvent.DECLINE, IntroductionEvent.WITHDRAW, IntroductionEvent.RELEASE, IntroductionEvent.DROP}

Happened = list[tuple[State, IntroductionEvent, State]]


@st.composite
def histories(draw: st.DrawFn) -> Happened:
    """A walk along the table, and what happened on it: the state before, the event, the state after."""
    state, happened = State.DRAFT, []
    for _ in range(draw(st.integers(0, 20))):
        possible = [event for (left, event) in TRANSITIONS if left is state]
        if not possible:
            break
        event = draw(st.sampled_from(possible))
        happened.append((state, event, after(state, event)))
        state = after(state, event)
    return happened


@given(histories())
def test_contact_data_moves_only_after_two_yeses(happened):
    for number, (_, _, reached) in enumerate(happened):
        if reached is State.MEDIATED:
            # Since the request was last a draft: the asker's yes first, then the contact's.
            said = [event for _, event, _ in happened[: number + 1]]
            begun = max((n for n, (_, _, to) in enumerate(happened[:number]) if to is State.DRAFT), default=-1)
            said = said[begun + 1 :]
            assert said[0] in ASKERS_YES
            assert IntroductionEvent.ACCEPT in said[1:]


@given(histories())
def test_no_way_leads_from_a_no_to_contact_data(happened):
    refused = False
    for before, event, reached in happened:
        refused = refused or event in NO
        assert not (refused and reached in MET), f"{before} --{event}--> {reached}"


@given(histories())
def test_a_yes_after_expiry_needs_the_asker_once_more(happened):
    expired = False
    for _, event, reached in happened:
        if reached is State.EXPIRED:
            expired = True
        if reached is State.MEDIATED and expired:
            assert event is IntroductionEvent.CONFIRM


@given(st.sampled_from(State), st.sampled_from(IntroductionEvent))
def test_what_is_not_in_the_table_is_refused(state, event):
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransition, match=str(event)):
            after(state, event)


def reachable(start: State) -> set[State]:
    found, fresh = {start}, [start]
    while fresh:
        state = fresh.pop()
        for (left, _), to in TRANSITIONS.items():
            if left is state and to not in found:
                found.add(to)
                fresh.append(to)
    return found


def test_every_state_can_be_reached_and_every_state_can_end():
    assert reachable(State.DRAFT) == set(State)
    ends = set(State) - {left for left, _ in TRANSITIONS}
    assert ends == {State.TALKED, State.WITHDRAWN, State.RELEASED}
    for state in State:
        assert reachable(state) & ends


def test_no_state_is_both_open_and_over():
    assert not WAITING & (UNSUCCESSFUL | MET)
    assert not UNSUCCESSFUL & MET


def test_the_picture_in_the_documents_is_drawn_from_the_table():
    text = CONCEPTS.read_text("utf-8")
    shown = text.partition("<!-- introduction states -->")[2].partition("<!-- end -->")[0]
    assert shown.strip() == f"```mermaid\n{diagram()}\n```"
