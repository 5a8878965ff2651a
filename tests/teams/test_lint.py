"""Opt-in: every card of the journeys goes through Microsoft's own parser without an event.

npm i --prefix /tmp/cards adaptivecards@3
ADAPTIVECARDS=/tmp/cards/node_modules/adaptivecards/dist/adaptivecards.js pytest tests/teams/test_lint.py
"""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.teams import test_compose as compose
from tests.teams import test_files as files
from tests.teams import test_stories as stories
from tests.teams.test_cards import EVERYTHING, shown
from tests.teams.test_stories import miriam  # noqa: F401
from tests.teams.wire import Line, TeamsPerson, WireTown

PARSER = os.environ.get("ADAPTIVECARDS", "")
pytestmark = pytest.mark.skipif(not PARSER, reason="set ADAPTIVECARDS to the parser from npm")


def complaints(cards: Sequence[dict[str, Any]]) -> list[str]:
    lines = "\n".join(json.dumps(card, ensure_ascii=False) for card in cards)
    script = str(Path(__file__).with_name("lint.js"))
    done = subprocess.run(["node", script, PARSER], input=lines, capture_output=True, encoding="utf-8", check=True)
    return done.stdout.splitlines()


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
