"""What follows from an outcome: never before the platform's time, never without bound, never twice what may have arrived."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.kinds import Kind
from bot.ports import Delivered, TryLater, Uncertain, Undeliverable
from bot.retries import (
    ATTEMPTS,
    LONGEST_WAIT,
    PUT_OFF_FOR,
    SAFE_TO_REPEAT,
    Again,
    Dead,
    Fate,
    Held,
    Sent,
    fate,
    next_try,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MUST_ARRIVE = (Kind.REQUEST, Kind.VISIT)


def decided(outcome: Any, *, kind: Kind = Kind.NUDGE, attempts: int = 1, seed: int = 1, **more: Any) -> Fate:
    given = {"due": NOW, "uncertain": False, "idempotent": False, "expires": None, **more}
    return fate(kind, attempts, outcome, NOW, rng=Random(seed), **given)


class Slowest(Random):
    """Draws the longest wait there is."""

    def random(self) -> float:
        return 1.0


def test_delivered_and_undeliverable_are_the_end():
    assert decided(Delivered(remote_id="$1")) == Sent(remote_id="$1")
    assert decided(Undeliverable(cause="app removed")) == Dead(cause="app removed", unreachable=True)
    assert decided(Undeliverable(cause="message too large")) == Dead(cause="message too large", unreachable=False)


@settings(deadline=None)
@given(
    attempts=st.integers(1, ATTEMPTS - 1),
    seconds=st.none() | st.floats(0, 86400),
    seed=st.integers(),
    cause=st.sampled_from(["unknown", "refused"]),
)
def test_a_retry_is_never_before_the_platforms_time_and_never_far_off(
    attempts: int, seconds: float | None, seed: int, cause: str
):
    outcome = Uncertain() if cause == "unknown" else TryLater(seconds=seconds)
    at = next_try(attempts, outcome, NOW, Random(seed))
    assert isinstance(at, datetime)
    named = timedelta(seconds=0 if cause == "unknown" else seconds or 0)
    assert NOW + max(named, timedelta(seconds=1)) <= at
    assert at <= NOW + max(2 * named, LONGEST_WAIT)


@settings(deadline=None)
@given(seconds=st.floats(-1e9, 1e12))
def test_a_platform_that_names_nonsense_is_asked_again_within_two_days(seconds: float):
    at = next_try(1, TryLater(seconds=seconds), NOW, Random(1))
    assert isinstance(at, datetime)
    assert NOW < at <= NOW + timedelta(days=2)


def test_many_who_got_the_same_answer_do_not_return_together():
    times = {next_try(3, TryLater(seconds=30.0), NOW, Random(seed)) for seed in range(100)}
    assert len(times) == 100


def test_all_attempts_lie_within_the_time_a_platform_remembers_a_key():
    at = NOW
    for attempts in range(1, ATTEMPTS):
        following = next_try(attempts, TryLater(), at, Slowest())
        assert isinstance(following, datetime)
        at = following
    assert timedelta(hours=12) < at - NOW < SAFE_TO_REPEAT
    assert next_try(ATTEMPTS, TryLater(cause="503"), at, Slowest()) == Dead(cause="gave up after 12 attempts: 503")


def test_what_a_platform_puts_off_to_a_time_of_its_own_is_not_given_up_for_two_days():
    limited = TryLater(seconds=5.0, cause="429")
    found = decided(limited, attempts=ATTEMPTS, due=NOW - timedelta(hours=47))
    assert isinstance(found, Again)
    assert not found.counted
    assert decided(limited, attempts=ATTEMPTS, due=NOW - PUT_OFF_FOR) == Dead(cause="gave up after 12 attempts: 429")
    assert isinstance(decided(TryLater(cause="503"), attempts=ATTEMPTS), Dead)


def test_no_attempt_is_planned_after_the_row_has_expired():
    assert decided(TryLater(seconds=60.0, cause="429"), expires=NOW + timedelta(seconds=60)) == Dead(
        cause="expired while trying: 429"
    )


def test_an_uncertain_row_that_can_not_be_tried_again_is_never_called_dead():
    assert isinstance(decided(Uncertain(), idempotent=True, attempts=ATTEMPTS), Held)
    assert isinstance(decided(Uncertain(), idempotent=True, expires=NOW), Held)


@pytest.mark.parametrize("kind", list(Kind))
def test_uncertain_with_a_key_is_repeated_for_every_kind(kind: Kind):
    found = decided(Uncertain(), kind=kind, idempotent=True, uncertain=True)
    assert isinstance(found, Again)
    assert found.uncertain


@pytest.mark.parametrize("kind", list(Kind))
def test_uncertain_without_a_key_is_repeated_once_and_only_what_must_arrive(kind: Kind):
    assert isinstance(decided(Uncertain(), kind=kind), Again if kind in MUST_ARRIVE else Held)
    assert isinstance(decided(Uncertain(), kind=kind, uncertain=True), Held)


def test_a_later_refusal_does_not_make_an_uncertain_row_certain():
    found = decided(TryLater(), kind=Kind.REQUEST, uncertain=True)
    assert isinstance(found, Again)
    assert found.uncertain
