"""Filters are hard, carry over as people mean it, and the order is fair: pure rules of the search."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.contacts.candidate import Around, Asked, Candidate, Fit, best_first, passes
from bot.flows.contacts.filters import dropped, in_force, refined
from bot.intents import FindContacts
from bot.matching.places import Municipality, km
from bot.model import Filters, Offer, Person
from bot.ports import Load
from bot.profiles import Profile
from bot.turn import Refusal

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STATES = ("Bayern", "Hessen", "Saarland")


def town(number: int, state: str, population: int, north: float) -> Municipality:
    return Municipality(
        key=f"{number:08}",
        name=f"Ort {number}",
        official_name=f"Ort {number}",
        state=state,
        district="Kreis",
        population=population,
        lat=48 + north,
        lon=10.0,
        postcode="00000",
    )


HOME = town(1, "Bayern", 14_000, 0.0)
ASKED = Asked(topic=None, narrower=frozenset(), grams=frozenset(), visits={}, around=Around(home=HOME, near=HOME))


def somebody(body: Municipality | None, *, key: str, **more: Any) -> Candidate:
    """Whose words have something to do with it."""
    person = Person(key=key, name="N. N.", created_at=NOW, active_at=NOW, confirmed_at=NOW)
    offer = Offer(key="o", person=key, kind="offer", topic="t", text="T", declared_at=NOW, **more)
    profile = Profile(
        person=person,
        offers=(offer,),
        wants=(),
        body=body,
        on=NOW.date(),
        blocked=frozenset(),
        shown=True,
        function_grams=frozenset(),
        offer_grams=(frozenset(),),
    )
    return Candidate(profile=profile, declared=None, fit=Fit.PERHAPS, relevance=1.0, paused=False, asked=ASKED)


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    number = draw(st.integers(2, 10**6))
    body = draw(
        st.none()
        | st.builds(
            town, st.just(number), st.sampled_from(STATES), st.integers(500, 300_000), st.floats(0, 3, allow_nan=False)
        )
    )
    levels = st.sampled_from([None, "introduced", "running", "expert", "beginner"])
    fit = draw(st.sampled_from(Fit))
    one = somebody(body, key=f"p_{number}", level=draw(levels), visitable=draw(st.booleans()))
    return one._replace(
        declared=one.profile.offers[0] if fit <= Fit.NARROWER else None,
        fit=fit,
        relevance=draw(st.floats(0, 50)),
        paused=draw(st.booleans()),
    )


filters = st.builds(
    Filters,
    near=st.none() | st.just(HOME.key),
    within_km=st.none() | st.integers(1, 400),
    state=st.none() | st.sampled_from(STATES),
    not_state=st.none() | st.sampled_from(STATES),
    outside_state=st.booleans(),
    size=st.sampled_from([None, "similar", "small", "medium", "large"]),
    level=st.sampled_from([None, "beginner", "expert"]),
)


@given(candidates(), filters)
def test_whoever_passes_meets_every_filter(one, wanted):
    if not passes(one, wanted):
        return
    body = one.body
    if wanted.near:
        assert km(HOME, body) <= (wanted.within_km or 50)
    if wanted.state:
        assert body.state == wanted.state
    if wanted.not_state:
        assert body.state != wanted.not_state
    if wanted.outside_state:
        assert body.state != HOME.state
    limits = {"small": (0, 19_999), "medium": (20_000, 100_000), "large": (100_001, 10**9), "similar": (7_000, 28_000)}
    if wanted.size:
        low, high = limits[wanted.size]
        assert low <= body.population <= high
    if wanted.level:
        assert one.offer.level is not None


@given(candidates(), filters)
def test_without_a_filter_nobody_is_lost(one, wanted):
    if passes(one, wanted):
        assert all(passes(one, dropped(wanted, name)) for name in in_force(wanted))
    assert passes(one, Filters())


@given(st.lists(candidates(), max_size=12), filters, st.data())
def test_the_order_is_the_same_however_they_came_and_loses_nobody(found, wanted, data):
    some = st.none() | st.builds(Load, last_asked=st.just(NOW), open=st.integers(0, 3))
    loads = {one.person.key: load for one in found if (load := data.draw(some))}
    full = {key for key, load in loads.items() if load.open >= 2}
    ordered = list(best_first(found, wanted, loads))
    assert sorted(map(id, ordered)) == sorted(map(id, found))
    assert [one.person.key for one in best_first(reversed(found), wanted, loads)] == [one.person.key for one in ordered]
    assert [one.paused for one in ordered] == sorted(one.paused for one in ordered)
    available = [one for one in ordered if not one.paused]
    at_cap = [one.person.key in full for one in available]
    assert at_cap == sorted(at_cap)


def test_among_equals_the_nearest_comes_first():
    def lives(key: str, north: float) -> Candidate:
        one = somebody(town(7, "Bayern", 14_000, north), key=key)
        return one._replace(declared=one.profile.offers[0], fit=Fit.DECLARED)

    far, near, beside = lives("p_a", 2.0), lives("p_c", 1.0), lives("p_b", 1.0)
    unalike = somebody(town(8, "Bayern", 140_000, 0.0), key="p_d")
    assert list(best_first([unalike, far, near, beside], Filters(), {})) == [beside, near, far, unalike]


@pytest.mark.parametrize(
    ("wish", "after"),
    [
        (FindContacts(size="small"), Filters(state="Hessen", size="small")),
        (FindContacts(state="Bayern"), Filters(state="Bayern", size="large")),
        (FindContacts(outside_state=True), Filters(outside_state=True, size="large")),
        (FindContacts(not_state="Hessen"), Filters(not_state="Hessen", size="large")),
        (FindContacts(without=("state",)), Filters(size="large")),
        (FindContacts(without=("all",)), Filters()),
        (FindContacts(without=("size",), state="Saarland"), Filters(state="Saarland")),
        (FindContacts(within_km=30), Filters(state="Hessen", size="large", near=HOME.key, within_km=30)),
        (FindContacts(visitable=True), Filters(state="Hessen", size="large", visitable=True)),
    ],
)
def test_a_refinement_replaces_what_it_names_and_keeps_the_rest(wish, after):
    assert refined(Filters(state="Hessen", size="large"), wish, None, HOME) == after


@pytest.mark.parametrize(
    "wish", [FindContacts(size="similar"), FindContacts(outside_state=True), FindContacts(within_km=9)]
)
def test_what_needs_a_town_is_refused_without_one(wish):
    with pytest.raises(Refusal, match=r"contacts\.no_home"):
        refined(Filters(), wish, None, None)
