"""A card that was answered loses its buttons, also where the answer was typed; what it said stays readable."""

from dataclasses import replace
from typing import Any

import pytest

from adapters.teams.open_cards import EACH
from bot.intents import Help
from bot.kinds import Kind
from bot.messages import Choice, Choices, Contact, Contacts, Message, Text
from bot.ports import Outgoing
from tests.stories.network import asks, change, member, read
from tests.teams.stub_connector import Fate
from tests.teams.wire import Line, TeamsPerson, WireTown, executes_in

QUESTION = "Hallo, kennt jemand wen der die E-Akte schon eingeführt hat?"


def cards(who: TeamsPerson) -> list[dict[str, Any]]:
    """The cards of the chat as they stand there now, oldest first."""
    shown = who.line.stub.stands_in(who.chat).values()
    return [one["content"] for activity in shown for one in activity.get("attachments", [])]


def card_with(who: TeamsPerson, words: str) -> dict[str, Any]:
    (found,) = [card for card in cards(who) if words in card["fallbackText"]]
    return found


def updates(line: Line) -> int:
    return sum(request.method == "PUT" for request in line.stub.requests)


async def contact_and_asker(town: WireTown) -> tuple[TeamsPerson, TeamsPerson]:
    svenja = await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",), phone="04161 501")
    miriam = await member(town, "Miriam Vogt", "Ulm")
    assert isinstance(svenja, TeamsPerson)
    assert isinstance(miriam, TeamsPerson)
    await asks(town, miriam, "Svenja Harms", reason="wir fangen im frühjahr an")
    return svenja, miriam


async def test_a_request_answered_by_typing_shows_the_answer_in_the_place_of_its_buttons(town: WireTown):
    svenja, _ = await contact_and_asker(town)
    assert len(executes_in(card_with(svenja, "wir fangen im frühjahr an"))) == 4
    await svenja.says("ja, das mache ich gern")
    card = card_with(svenja, "wir fangen im frühjahr an")
    assert executes_in(card) == []
    assert card["fallbackText"].endswith("Beantwortet")
    assert "Miriam Vogt möchte Sie etwas fragen" in str(card["body"])


@pytest.mark.parametrize("typed", ["4", "nein danke", "4) Nein, danke"])
async def test_a_number_and_the_words_of_the_button_say_which_answer_it_was(town: WireTown, typed: str):
    svenja, _ = await contact_and_asker(town)
    await svenja.says(typed)
    card = card_with(svenja, "wir fangen im frühjahr an")
    assert executes_in(card) == []
    assert card["fallbackText"].endswith("Ihre Antwort: Nein, danke")


async def test_the_outcome_comes_as_a_message_of_its_own(town: WireTown):
    svenja, _ = await contact_and_asker(town)
    read(svenja)
    await svenja.says("nein danke")
    assert "Danke für die klare Antwort" in read(svenja)


async def test_the_notice_agreed_to_in_words_and_the_form_filled_in_words(town: WireTown, miriam: TeamsPerson):
    await miriam.says(QUESTION)
    await miriam.says("ok einverstanden")
    assert executes_in(card_with(miriam, "Ich speichere Ihren Namen")) == []
    assert len(executes_in(card_with(miriam, "In welcher Kommune"))) == 1
    await miriam.says("Ulm")
    form = card_with(miriam, "Ihre Einwilligung ist festgehalten")
    assert executes_in(form) == []
    assert "Input" not in str(form)


async def test_what_is_over_without_an_answer_says_so(town: WireTown):
    svenja = await member(town, "Svenja Harms", "Buxtehude")
    assert isinstance(svenja, TeamsPerson)
    await asked(town, svenja, "Passt der Termin?", about="v_1")
    async with town.storage.unit() as uow:
        await uow.questions.close("v_1")
        await uow.commit()
    await svenja.says("Hilfe")
    card = card_with(svenja, "Passt der Termin?")
    assert executes_in(card) == []
    assert "Diese Frage ist nicht mehr offen." in card["fallbackText"]


async def test_a_request_taken_back_at_night_loses_its_buttons_before_anybody_is_told(town: WireTown, line: Line):
    """The word about it comes in the morning; until then nobody presses in vain."""
    svenja, miriam = await contact_and_asker(town)
    await line.adapter.transport.close_what_is_over()
    await line.adapter.transport.closed()
    assert len(executes_in(card_with(svenja, "wir fangen im frühjahr an"))) == 4  # while it is asked
    await town.later("2026-11-23 20:00")
    read(svenja)
    await miriam.says("doch nicht")
    assert read(svenja) == ""
    await line.adapter.transport.close_what_is_over()
    await line.adapter.transport.closed()
    card = card_with(svenja, "wir fangen im frühjahr an")
    assert executes_in(card) == []
    assert card["fallbackText"].endswith("Diese Frage ist nicht mehr offen.")
    assert "Beantwortet" not in card["fallbackText"]
    await town.later("2026-11-24 09:00")
    assert "zurückgezogen" in read(svenja)
    await svenja.says("ja gern")
    assert "harms@rathaus.example" not in read(miriam)


async def test_of_many_whose_question_is_over_everybody_loses_the_buttons(
    town: WireTown, line: Line, monkeypatch: pytest.MonkeyPatch
):
    """They are looked at a few at a time."""
    monkeypatch.setattr("adapters.teams.outbound.AT_ONCE", 2)
    people = [await member(town, name, "Buxtehude") for name in ("Svenja Harms", "Miriam Vogt", "Ole Petersen")]
    for who in people:
        assert isinstance(who, TeamsPerson)
        await asked(town, who, "Passt der Termin?", about="v_1")
        assert executes_in(card_with(who, "Passt der Termin?"))
    async with town.storage.unit() as uow:
        await uow.questions.close("v_1")
        await uow.commit()
    await line.adapter.transport.close_what_is_over()
    await line.adapter.transport.closed()
    for who in people:
        assert isinstance(who, TeamsPerson)
        assert executes_in(card_with(who, "Passt der Termin?")) == []


async def test_answered_on_the_other_account_it_asks_nothing_here(town: WireTown, line: Line):
    """The reminder came where she wants to be written to by now."""
    svenja, miriam = await contact_and_asker(town)
    element = town.person("Svenja in Element")
    async with town.storage.unit() as uow:
        account = await uow.accounts.get(svenja.account)
        assert account is not None
        await uow.accounts.save(replace(account, account=element.account, address=element.address))
        await uow.commit()
    await change(town, svenja, home=element.account)
    await town.later("2026-11-26 10:00")
    assert "Zur Erinnerung" in read(element)
    assert executes_in(card_with(svenja, "wir fangen im frühjahr an"))
    await element.says("ja gern")
    await element.says("1")
    assert "harms@rathaus.example" in read(miriam)
    await line.adapter.transport.close_what_is_over()
    await line.adapter.transport.closed()
    card = card_with(svenja, "wir fangen im frühjahr an")
    assert executes_in(card) == []
    assert card["fallbackText"].endswith("Diese Frage ist nicht mehr offen.")


async def test_a_request_that_ran_out_can_still_be_answered_with_a_late_yes(town: WireTown, line: Line):
    svenja, miriam = await contact_and_asker(town)
    await town.later("2026-12-07 10:00")
    read(miriam)
    await line.adapter.transport.close_what_is_over()
    await line.adapter.transport.closed()
    request = next(card for card in cards(svenja) if "wir fangen im frühjahr an" in card["fallbackText"])
    assert len(executes_in(request)) == 4
    await svenja.says("ja gern, aber nur per mail")
    assert "sagt nachträglich Ja" in read(miriam)


async def test_a_press_needs_no_update(town: WireTown, line: Line):
    svenja, _ = await contact_and_asker(town)
    before = updates(line)
    await svenja.picks("Nein, danke")
    assert updates(line) == before


async def test_a_list_stays_as_it_is(town: WireTown):
    """Its buttons may be pressed one after the other."""
    _, miriam = await contact_and_asker(town)
    found = card_with(miriam, "Luftlinie")
    assert executes_in(found) != []


async def test_a_chat_that_can_not_be_updated_goes_on(town: WireTown, line: Line):
    svenja, _ = await contact_and_asker(town)
    line.stub.fates += [Fate(status=201, body=b'{"id": "x"}'), Fate(status=500)]
    await svenja.says("nein danke")
    assert "klare Antwort" in read(svenja)


async def asked(town: WireTown, who: TeamsPerson, text: str, about: str | None = None) -> None:
    message = Message(blocks=(Text(text=text), Choices(options=(Choice(label="Ja", intent=Help()),))))
    async with town.storage.unit() as uow:
        await uow.outbox.put(
            Outgoing(account=who.account, person=who.key, kind=Kind.ANSWER, message=message, due=town.now, about=about)
        )
        await uow.commit()
    await town.settle()


async def test_of_one_chat_only_the_newest_cards_are_kept_in_mind(town: WireTown, line: Line):
    svenja = await member(town, "Svenja Harms", "Buxtehude")
    assert isinstance(svenja, TeamsPerson)
    for number in range(EACH + 2):
        await asked(town, svenja, f"Frage {number}")
    kept = line.adapter.transport.cards.kept
    assert (len(kept), kept[svenja.account]) == (1, EACH)


async def test_what_was_replaced_by_another_message_is_not_brought_back(town: WireTown, line: Line):
    """A text that was taken out stays out, also where its card is closed later."""
    svenja = await member(town, "Svenja Harms", "Buxtehude")
    assert isinstance(svenja, TeamsPerson)
    entry = Contact(title="E-Akte", place="Ulm", facts=(), reasons=("Geheimes",))
    choice = Choices(options=(Choice(label="Ja", intent=Help()),))
    async with town.storage.unit() as uow:
        first = await uow.outbox.put(
            Outgoing(
                account=svenja.account,
                person=svenja.key,
                kind=Kind.ANSWER,
                message=Message(blocks=(Contacts(entries=(entry,)), choice)),
                due=town.now,
            )
        )
        await uow.commit()
    await town.settle()
    assert "Geheimes" in str(cards(svenja))
    async with town.storage.unit() as uow:
        gone = Message(blocks=(Text(text="Zurückgenommen"),), replaces=first)
        await uow.outbox.put(
            Outgoing(account=svenja.account, person=svenja.key, kind=Kind.EDIT, message=gone, due=town.now)
        )
        await uow.commit()
    await town.settle()
    await svenja.says("ja")
    await svenja.says("Hilfe")
    assert "Geheimes" not in str(cards(svenja))


@pytest.fixture
def miriam(town: WireTown) -> TeamsPerson:
    found = town.person("Miriam Vogt")
    assert isinstance(found, TeamsPerson)
    return found
