"""The register as people use it: names that repeat, typos, endings, and what is needed to tell two towns apart."""

import pytest

from bot.geo import state_named
from bot.matching.places import Ambiguous, Exact, Gazetteer, Near, Nothing, km, label, similar_size, size_class
from storage.register import municipalities


@pytest.fixture(scope="module")
def register():
    return Gazetteer(municipalities())


@pytest.mark.parametrize(
    ("typed", "name", "district"),
    [
        ("Plochingen", "Plochingen", "Esslingen"),
        ("plochingen!", "Plochingen", "Esslingen"),
        ("Stadt Plochingen", "Plochingen", "Esslingen"),
        ("bei der Stadt Plochingen", "Plochingen", "Esslingen"),
        ("Hueckelhoven", "Hückelhoven", "Heinsberg"),
        ("Frankfurt (Oder)", "Frankfurt (Oder)", "Frankfurt (Oder), Stadt"),
        ("Frankfurt a.M.", "Frankfurt am Main", "Frankfurt am Main, Stadt"),
        ("St. Augustin", "Sankt Augustin", "Rhein-Sieg-Kreis"),
        ("in  Plochingen", "Plochingen", "Esslingen"),
        ("Garmisch", "Garmisch-Partenkirchen", "Garmisch-Partenkirchen"),
        ("Erbach (Hessen)", "Erbach", "Odenwaldkreis"),
        ("Erbach (Donau)", "Erbach", "Alb-Donau-Kreis"),
    ],
)
def test_a_name_as_typed_finds_the_town(register, typed, name, district):
    found = register.find(typed)
    assert isinstance(found, Exact)
    assert (found.municipality.name, found.municipality.district) == (name, district)
    assert register.knows(typed)


def test_a_name_that_repeats_is_told_apart_by_district_and_state(register):
    found = register.find("Erbach")
    assert isinstance(found, Ambiguous)
    assert [label(one) for one in found.candidates] == [
        "Erbach (Alb-Donau-Kreis, Baden-Württemberg)",
        "Erbach (Odenwaldkreis, Hessen)",
        "Erbach (Rhein-Hunsrück-Kreis, Rheinland-Pfalz)",
    ]


@pytest.mark.parametrize(
    ("typed", "largest"),
    [
        ("Neustadt", "Neustadt an der Weinstraße"),
        ("Halle", "Halle (Saale)"),
        ("Lindau", "Lindau (Bodensee)"),
        ("Langenfeld", "Langenfeld (Rheinland)"),
    ],
)
def test_a_village_of_just_that_name_doesn_t_hide_the_town_that_is_called_so_in_brief(register, typed, largest):
    found = register.find(typed)
    assert isinstance(found, Ambiguous)
    assert found.candidates[0].name == largest


@pytest.mark.parametrize(
    "said", ["die an der donau", "Alb-Donau-Kreis", "BW", "in Baden-Württemberg", "89155", "die größere"]
)
def test_words_narrow_down_which_one_is_meant(register, said):
    candidates = register.find("Erbach").candidates
    found = register.narrow(candidates, said)
    assert isinstance(found, Exact)
    assert found.municipality.district == "Alb-Donau-Kreis"


def test_words_that_tell_nothing_narrow_nothing(register):
    assert isinstance(register.narrow(register.find("Erbach").candidates, "na die eine halt"), Nothing)


@pytest.mark.parametrize("typed", ["Hückelhofen", "hueckelhofen", "Hükelhoven"])
def test_a_typo_is_suggested_and_not_taken(register, typed):
    found = register.find(typed)
    assert isinstance(found, Near)
    assert found.candidates[0].name == "Hückelhoven"
    assert not register.knows(typed)


@pytest.mark.parametrize("typed", ["", "xyzzy", "???", "ab"])
def test_nothing_is_found_where_nothing_is(register, typed):
    assert isinstance(register.find(typed), Nothing)
    assert not register.knows(typed)


def test_distance_is_the_great_circle(register):
    plochingen, siegburg = register.find("Plochingen").municipality, register.find("Siegburg").municipality
    assert km(plochingen, siegburg) == pytest.approx(280.9, abs=0.1)


def test_sizes():
    assert [size_class(n) for n in (19_999, 20_000, 100_000, 100_001)] == ["small", "medium", "medium", "large"]
    assert similar_size(14_000, 28_000)
    assert similar_size(14_000, 7_000)
    assert not similar_size(14_000, 28_001)
    assert not similar_size(14_000, 6_999)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("NRW", "Nordrhein-Westfalen"),
        ("hessische", "Hessen"),
        ("Bavaria", "Bayern"),
        ("Meck-Pomm", "Mecklenburg-Vorpommern"),
        ("nirgendwo", None),
    ],
)
def test_states_by_any_name(said, state):
    assert state_named(said) == state
