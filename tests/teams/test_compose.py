"""The search in the compose box: for people who have agreed, seen by the asker alone, with nothing that isn't released."""

from typing import Any

import pytest

from bot.rules import Rules
from tests.stories.network import member
from tests.stories.test_lessons_released import reader, told
from tests.teams.wire import Line, TeamsPerson, WireTown

ADDRESS = "harms@rathaus.example"


@pytest.fixture
async def asker(town: WireTown) -> TeamsPerson:
    return await in_a_network(town)


async def in_a_network(town: WireTown) -> TeamsPerson:
    await member(town, "Svenja Harms", "Buxtehude", helps_with=("E-Akte",), phone="04161 501")
    await member(
        town, "Robert Seidl", "Markdorf", helps_with=("E-Akte",), listing="function", function="Leitung <Hauptamt>"
    )
    found = await member(town, "Miriam Vogt", "Ulm")
    assert isinstance(found, TeamsPerson)
    return found


async def search(who: TeamsPerson, text: str, **more: Any) -> Any:
    value = {"commandId": "contacts", "parameters": [{"name": "topic", "value": text}], **more}
    return (await who.sends(who.activity("invoke", name="composeExtension/query", value=value)))["composeExtension"]


async def test_contacts_are_found_while_writing(town: WireTown, asker: TeamsPerson):
    found = await search(asker, "E-Akte")
    assert (found["type"], found["attachmentLayout"]) == ("result", "list")
    titles = [one["preview"]["content"]["title"] for one in found["attachments"]]
    assert len(titles) == 2
    assert any("Svenja Harms" in title for title in titles)
    assert "Buxtehude" in str(found)
    assert "Luftlinie" in str(found)


async def test_what_is_inserted_holds_nothing_that_is_not_released(town: WireTown, asker: TeamsPerson):
    found = await search(asker, "Wer kennt sich mit der E-Akte aus?")
    inserted = str([one["content"] for one in found["attachments"]])
    assert "Svenja Harms" in inserted
    for hidden in ("Robert", "Seidl", "rathaus.example", "04161", "Luftlinie", "Miriam"):
        assert hidden not in inserted
    for hidden in ("Robert", "Seidl", "rathaus.example", "04161"):
        assert hidden not in str(found)
    previews = str([one["preview"] for one in found["attachments"]])
    assert "Leitung &lt;Hauptamt&gt;" in previews


async def test_a_search_changes_nothing(town: WireTown, line: Line, asker: TeamsPerson):
    await search(asker, "E-Akte")
    assert line.stub.requests == []
    async with town.storage.unit(write=False) as uow:
        assert await uow.enquiries.last(asker.key) is None
        assert await uow.inbox.waiting() == []


async def test_whoever_has_not_agreed_finds_nobody(town: WireTown, asker: TeamsPerson):
    stranger = town.person("Daan de Wit")
    assert isinstance(stranger, TeamsPerson)
    found = await search(stranger, "E-Akte")
    assert found["type"] == "message"
    assert "write to me" in found["text"] or "Schreiben Sie mir" in found["text"]
    await stranger.says("Hallo")
    assert (await search(stranger, "E-Akte"))["type"] == "message"


async def test_whoever_withdraws_finds_nobody_any_more(town: WireTown, asker: TeamsPerson):
    async with town.storage.unit() as uow:
        await uow.people.withdraw_consent(asker.key, town.now)
        await uow.commit()
    assert (await search(asker, "E-Akte"))["type"] == "message"


async def test_whoever_is_of_a_tenant_that_is_no_longer_allowed_finds_nobody(
    line: Line, town: WireTown, asker: TeamsPerson
):
    assert (await search(asker, "E-Akte"))["type"] == "result"
    others = WireTown(town.storage, line, Rules(domains=frozenset({"another tenant"})))  # started again, with a list
    assert (await search(asker, "E-Akte"))["type"] == "message"
    await others.turns.settled()


@pytest.mark.parametrize(
    "more",
    [
        {"parameters": None},
        {"parameters": [{"name": "initialRun", "value": "true"}]},
        {"parameters": [{"name": "topic", "value": ["E-Akte"]}]},
        {"parameters": [{"name": "topic", "value": "E"}]},
        {"parameters": [7]},
        {"commandId": "everybody"},
    ],
)
async def test_without_a_topic_it_says_what_to_type(town: WireTown, asker: TeamsPerson, more: dict[str, Any]):
    found = await search(asker, "E-Akte", **more)
    assert (found["type"], "Ein Thema genügt" in found["text"]) == ("message", True)


async def test_nobody_there_is_said(town: WireTown, asker: TeamsPerson):
    found = await search(asker, "Unterwasserarchäologie")
    assert "niemanden" in found["text"]


async def test_the_network_can_not_be_read_out(town: WireTown, asker: TeamsPerson):
    limit = town.core.rules.searches_per_hour * 4
    for _ in range(limit):
        await search(asker, "Unterwasserarchäologie")
    assert "viele Suchen" in (await search(asker, "E-Akte"))["text"]
    town.now = town.now.replace(hour=12)
    assert (await search(asker, "E-Akte"))["type"] == "result"


# ---------------------------------------------------------------- lessons

LEARNED = "Die Fristen setzt das Deckblatt, das war neu."


async def lessons(who: TeamsPerson, text: str = "Scanstelle") -> Any:
    return await search(who, text, commandId="lessons")


async def learned(town: WireTown, level: str) -> tuple[TeamsPerson, TeamsPerson, TeamsPerson]:
    """Who wrote down what was new after a visit and released it; a colleague of theirs, and somebody from elsewhere."""
    author, _ = await told(town, LEARNED)
    colleague = await reader(town, "Dora Kern", "Erbach, Baden-Württemberg")
    stranger = await reader(town)
    await author.picks(level)
    if level == "Das ganze Netzwerk":
        await author.picks("Ohne Namen")
    assert isinstance(author, TeamsPerson)
    assert isinstance(colleague, TeamsPerson)
    assert isinstance(stranger, TeamsPerson)
    return author, colleague, stranger


async def test_a_lesson_is_found_while_writing_and_read_by_the_asker_alone(town: WireTown):
    *_, stranger = await learned(town, "Das ganze Netzwerk")
    found = await lessons(stranger, "Was haben andere zur Scanstelle gelernt?")
    (one,) = found["attachments"]
    assert "Deckblatt" in one["preview"]["content"]["text"]
    assert "Erbach" in one["preview"]["content"]["text"]
    inserted = str(one["content"])
    assert "Erfahrung zum Thema" in inserted
    assert "canstelle" in inserted or "Scannen" in inserted
    for hidden in ("Deckblatt", "Erbach", "Hückelhoven", "Miriam", "Vogt"):
        assert hidden not in inserted


async def test_what_is_for_ones_own_town_can_be_inserted_nowhere(town: WireTown):
    """Not even by its readers: nobody knows who is in the chat they are writing in."""
    author, colleague, stranger = await learned(town, "Meine Kommune")
    for who in (author, colleague):
        found = await lessons(who)
        assert found["type"] == "message"
        assert "nur im Chat" in found["text"]
    assert "noch niemand" in (await lessons(stranger))["text"]


async def test_what_only_the_author_may_read_is_not_even_mentioned(town: WireTown):
    author, colleague, _ = await learned(town, "Nur ich")
    for who in (author, colleague):
        assert "noch niemand" in (await lessons(who))["text"]


async def test_what_was_taken_back_is_found_no_more(town: WireTown):
    author, _, stranger = await learned(town, "Das ganze Netzwerk")
    assert (await lessons(stranger))["type"] == "result"
    await author.says("meine erfahrung zurücknehmen")
    assert "Deckblatt" not in str(await lessons(stranger))
    assert (await lessons(stranger))["type"] == "message"


async def test_no_lesson_for_whoever_has_not_agreed(town: WireTown):
    await learned(town, "Das ganze Netzwerk")
    stranger = town.person("Daan de Wit")
    assert isinstance(stranger, TeamsPerson)
    found = await lessons(stranger)
    assert (found["type"], "Deckblatt" in str(found)) == ("message", False)
