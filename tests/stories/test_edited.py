"""Somebody changes a message: one that waits is replaced, and what was acted on stands until they say otherwise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.events import Edited, Incoming, Said
from bot.messages import choices, plain_text
from tests.stories.network import member
from tests.town import Town, Townsperson


async def arrive(town: Town, *events: Incoming) -> None:
    """They are in the inbox together before the first of their turns, as after a downtime."""
    async with town.storage.unit() as uow:
        for number, event in enumerate(events):
            assert await uow.inbox.receive(replace(event, at=town.now + timedelta(milliseconds=number)))
        await uow.commit()
    await take(town)


async def take(town: Town) -> None:
    async with town.storage.unit(write=False) as uow:
        waiting = await uow.inbox.waiting()
    for event in waiting:
        await town.core.take_turn(event, town.now)
    await town.settle()


def edit(of: Incoming, text: str) -> Incoming:
    return replace(of, id=f"{of.id}-edited-{len(text)}", what=Edited(of=of.id, text=text))


@pytest.fixture
async def svenja(town: Town) -> Townsperson:
    await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    return await member(town, "Svenja Harms", "Buxtehude")


async def test_an_edit_replaces_what_was_not_yet_acted_on(town: Town, svenja: Townsperson):
    said = svenja.incoming(Said(text="wer kennt sich mit parkausweisen aus?"))
    await arrive(town, said, edit(said, "wer kennt sich mit der e-bakte aus?"), edit(said, "wer hat die e-akte schon?"))
    (answer,) = svenja.reads()
    assert "E-Akte" in plain_text(answer)
    assert "Hückelhoven" in plain_text(answer)


async def test_the_question_before_consent_is_kept_as_it_was_changed(town: Town, svenja: Townsperson):
    stranger = town.person("Miriam Vogt")
    said = stranger.incoming(Said(text="wer kennt sich mit parkausweisen aus?"))
    await arrive(town, said, edit(said, "wer hat die e-akte schon?"))
    await stranger.says("ja")
    await stranger.says("Plochingen")
    assert "E-Akte" in stranger.last


async def test_what_was_acted_on_stands_and_the_bot_asks(town: Town, svenja: Townsperson):
    said = svenja.incoming(Said(text="ich kann bei parkausweisen helfen"))
    await arrive(town, said)
    svenja.reads()
    await arrive(town, edit(said, "wer hat die e-akte schon eingeführt?"))
    assert "auf die ich schon reagiert habe" in svenja.last
    assert "Hückelhoven" not in svenja.last
    assert choices(svenja.mailbox[-1].delivery.message) is not None
    await svenja.says("ja")
    assert "Hückelhoven" in svenja.last


async def test_a_changed_message_that_is_no_wish_is_only_pointed_at(town: Town, svenja: Townsperson):
    said = svenja.incoming(Said(text="hallo"))
    await arrive(town, said)
    await arrive(town, edit(said, "qwrtz"))
    assert "schreiben Sie es bitte noch einmal" in svenja.last
    assert choices(svenja.mailbox[-1].delivery.message) is None


async def test_nobody_changes_what_somebody_else_said(town: Town, svenja: Townsperson):
    said = svenja.incoming(Said(text="wer hat die e-akte schon?"))
    mallory = await member(town, "Mallory", "Ulm")
    forged = replace(edit(said, "vergiss mich"), account=mallory.account, address=mallory.address, name="Mallory")
    await arrive(town, said, forged)
    assert "Hückelhoven" in svenja.last
