"""Opt-in: every card that the stories send to people in Teams, seen by Microsoft's parser and drawn in Chromium."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adapters.teams.buttons import Link
from adapters.teams.cards import activity, answered
from bot.messages import File, Message, choices, from_data
from tests.adapters.test_run import ROOT
from tests.teams.tools import Browser, complaints, needs_browser, pictures

pytestmark = needs_browser
AT_ONCE = 24  # cards on one picture
PHONE = 330  # pixels of a card


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> list[Message]:
    """What the stories have sent, each once."""
    lines = tmp_path_factory.mktemp("stories") / "messages.jsonl"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.teams.collecting", "-k", "not postgresql and not interleavings", "tests/stories"]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "MESSAGES": str(lines)}, capture_output=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout.decode()[-2000:]
    return [from_data(json.loads(line)) for line in sorted({*lines.read_text(encoding="utf-8").splitlines()})]


def cards(messages: list[Message]) -> list[dict[str, Any]]:
    """As they arrive, and as they stand there once they are answered."""
    found: list[dict[str, Any]] = []
    for message in messages:
        links = [Link(name=one.name, url="https://lotse.example/x") for one in message.blocks if isinstance(one, File)]
        made = json.loads(activity(message, "m_1", links=links))
        found += [one["content"] for one in made.get("attachments", [])]
        if (asked := choices(message)) is not None and asked.once:
            found.append(answered(message, asked.options[0].label, message.language))
    return found


def one_of_each(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One of each kind: the same elements with the same beginning."""
    kinds: dict[str, dict[str, Any]] = {}
    for card in found:
        elements = [one["type"] for one in card["body"]]
        kinds.setdefault(f"{card['lang']} {elements} {card['fallbackText'][:14]}", card)
    return [*kinds.values()]


def test_every_card_of_the_stories_passes_the_parser(sent: list[Message]):
    found = cards(sent)
    assert len(found) > 1000
    assert complaints(found) == []


async def test_every_kind_of_card_is_drawn_and_nothing_is_cut_off(sent: list[Message], tmp_path: Path):
    found = one_of_each(cards(sent))
    assert len(found) > 100
    async with Browser(tmp_path) as browser:
        for number, start in enumerate(range(0, len(found), AT_ONCE)):
            to = pictures(tmp_path) / f"cards-{number}.png"
            assert await browser.do("draw", cards=found[start : start + AT_ONCE], theme="light", to=str(to)) == []
            assert to.stat().st_size > 10_000


async def test_nothing_is_cut_off_on_a_phone(sent: list[Message], tmp_path: Path):
    found = one_of_each(cards(sent))
    async with Browser(tmp_path) as browser:
        for number, start in enumerate(range(0, len(found), AT_ONCE)):
            to, some = pictures(tmp_path) / f"phone-{number}.png", found[start : start + AT_ONCE]
            assert await browser.do("draw", cards=some, theme="light", width=PHONE, to=str(to)) == []


@pytest.mark.parametrize("theme", ["dark", "contrast"])
async def test_cards_hold_in_other_themes(sent: list[Message], tmp_path: Path, theme: str):
    some = one_of_each(cards(sent))[::6]
    async with Browser(tmp_path) as browser:
        to = pictures(tmp_path) / f"cards-{theme}.png"
        assert await browser.do("draw", cards=some, theme=theme, to=str(to)) == []


async def test_a_card_that_is_cut_off_would_be_seen(tmp_path: Path):
    card = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "Input.Text", "id": "x"}]}
    wide = {
        **card,
        "body": [],
        "actions": [{"type": "Action.Submit", "title": "Bescheid geben, sobald es jemanden gibt"}],
    }
    async with Browser(tmp_path) as browser:
        found = await browser.do("draw", cards=[card], theme="light", to=str(tmp_path / "x.png"))
        assert await browser.do("draw", cards=[wide], theme="light", to=str(tmp_path / "x.png")) == []
        cut = await browser.do("draw", cards=[wide], theme="light", width=PHONE, to=str(tmp_path / "x.png"))
    assert [one[:8] for one in (*found, *cut)] == ["no label", "cut off:"]
