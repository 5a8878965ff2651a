"""The demo network: deterministic, spread over the country, and invented."""

import re
from collections import Counter
from pathlib import Path

import pytest

from adapters import demo
from adapters.beside import beside
from adapters.config import load
from adapters.demo import SPEAKER, START
from adapters.demo_people import network, places
from bot.matching.places import size_class
from bot.model import Role
from bot.public_holidays import STATES
from tests.adapters.conftest import Chat

EVERYBODY = tuple(network(START))


def test_160_real_municipalities_in_all_states_and_sizes():
    chosen = places()
    assert len(chosen) == len({one.key for one in chosen}) == 160
    assert {one.state for one in chosen} == set(STATES)
    sizes = Counter(size_class(one.population) for one in chosen)
    assert min(sizes[size] for size in ("small", "medium", "large")) >= 20
    assert {"Plochingen", "Siegburg"} <= {one.name for one in chosen}


def test_the_same_people_each_time():
    assert tuple(network(START)) == EVERYBODY
    assert 300 <= len(EVERYBODY) <= 500
    names = [one.person.name for one in EVERYBODY]
    assert len(set(names)) == len(names)


def test_every_place_has_somebody_and_every_kind_of_member_is_there():
    people = [one.person for one in EVERYBODY]
    assert {one.body.key for one in EVERYBODY if one.body} == {one.key for one in places()}
    assert any(person.paused_until and not person.pause_visible for person in people)
    assert any(person.paused_until and person.pause_visible for person in people)
    assert any(person.listing == "function" for person in people)
    assert {person.role for person in people} == set(Role)
    assert {person.language for person in people} == {"de", "en"}


def test_addresses_and_numbers_belong_to_nobody():
    for person in (one.person for one in EVERYBODY):
        assert re.fullmatch(r"[a-z0-9.]+@[a-z0-9-]+\.example", person.email or "")
        assert person.phone is None or re.fullmatch(r"\+49 69 90009\d{3}", person.phone)


@pytest.mark.parametrize(
    ("name", "town", "listing"),
    [
        (SPEAKER, "Plochingen", "name"),
        ("Henrik Erlenquell", "Siegburg", "name"),
        ("Miriam Vogt", "Erbach", "function"),
        ("Jens Kalthoff", "Hückelhoven", "name"),
        ("Svenja Harms", "Buxtehude", "name"),
        ("Robert Seidl", "Markdorf", "name"),
        ("Daan de Wit", "Nordhorn", "name"),
        ("Ayşe Brandt", None, None),
    ],
)
def test_the_cast_of_the_journeys_is_there(name: str, town: str | None, listing: str | None):
    (found,) = [one for one in EVERYBODY if one.person.name == name]
    assert (found.body.name if found.body else None) == town
    assert found.person.listing == listing


def test_jens_can_be_asked_for_the_electronic_file_with_mail_and_phone():
    (jens,) = [one for one in EVERYBODY if one.person.name == "Jens Kalthoff"]
    assert "eakte" in [offer.topic for offer in jens.offers]
    assert jens.person.email
    assert jens.person.phone


async def test_it_is_made_once(demo: Chat):
    async with beside(demo.settings) as lotse:
        assert await demo_again(lotse) == 0


async def test_whoever_has_talked_before_is_left_alone(chat: Chat):
    await chat("/als Jens Kalthoff", "hallo", "ja", "Plochingen")
    talk = await chat("/als Jens Kalthoff", "Zeig mal mein Profil", demo=True)
    assert "Plochingen" in talk.objects[-1]["text"]
    assert "Hückelhoven" not in talk.objects[-1]["text"]


async def test_an_erased_member_does_not_take_the_next_network_along(demo: Chat, tmp_path: Path):
    """Erasures outlive the database, and the demo's keys are always the same."""
    await demo("/als Jens Kalthoff", "Alle meine Daten löschen", "ja")
    again = Chat(settings=load(data=demo.settings.data, database_url=f"sqlite:///{tmp_path}/again.db"))
    await again(demo=True)
    talk = await again("/als Jens Kalthoff", "Zeig mal mein Profil")
    assert "Hückelhoven" in talk.objects[-1]["text"]


async def demo_again(lotse) -> int:
    return await demo.make(lotse, START)
