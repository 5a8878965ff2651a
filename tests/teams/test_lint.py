"""Opt-in: every card of the journeys on the wire goes through Microsoft's own parser without an event; see `tools`."""

from typing import Any

from tests.teams import test_compose as compose
from tests.teams import test_files as files
from tests.teams import test_open_cards as open_cards
from tests.teams import test_stories as stories
from tests.teams.test_cards import EVERYTHING, shown
from tests.teams.test_stories import miriam  # noqa: F401
from tests.teams.tools import complaints, needs_tools
from tests.teams.wire import Line, TeamsPerson, WireTown

pytestmark = needs_tools


def all_cards(line: Line, *people: TeamsPerson) -> list[dict[str, Any]]:
    sent = [one["content"] for _, request in line.stub.taken for one in request.body.get("attachments", [])]
    answers = [one["value"] for who in people for one in who.responses if "adaptive" in one["type"]]
    return sent + answers


def test_the_parser_does_complain():
    assert complaints([{**shown(EVERYTHING), "body": [{"type": "TextBlok", "text": 7}]}]) != []


async def test_cards_of_first_contact(line: Line, town: WireTown, miriam: TeamsPerson):  # noqa: F811
    await stories.test_j1(town, miriam, line)
    cards = all_cards(line, miriam)
    assert len(cards) > 10
    assert complaints(cards) == []


async def test_cards_of_an_introduction(line: Line, town: WireTown):
    await stories.test_two_people_in_teams_get_the_chat_beside_the_contact_data(town)
    cards = all_cards(line)
    assert len(cards) > 5
    assert complaints(cards) == []


async def test_cards_of_a_form_with_a_mistake(line: Line, town: WireTown, miriam: TeamsPerson):  # noqa: F811
    await stories.test_a_form_with_a_mistake_comes_back_with_what_was_typed(town, miriam)
    assert complaints(all_cards(line, miriam)) == []


async def test_cards_with_files(line: Line, town: WireTown, miriam: TeamsPerson):  # noqa: F811
    for text in (files.QUESTION, "ok einverstanden", "Ulm", "meine daten exportieren"):
        await miriam.says(text)
    assert complaints(all_cards(line, miriam)) == []


async def test_cards_of_the_compose_box(line: Line, town: WireTown):
    found = await compose.search(await compose.in_a_network(town), "E-Akte")
    assert complaints([one["content"] for one in found["attachments"]]) == []


async def test_cards_of_lessons_in_the_compose_box(line: Line, town: WireTown):
    *_, stranger = await compose.learned(town, "Das ganze Netzwerk")
    found = await compose.lessons(stranger)
    assert complaints([*all_cards(line), *(one["content"] for one in found["attachments"])]) == []


async def test_cards_that_were_answered_by_typing(line: Line, town: WireTown):
    svenja, _ = await open_cards.contact_and_asker(town)
    await svenja.says("ja gern")
    assert complaints(open_cards.cards(svenja)) == []
