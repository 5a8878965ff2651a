"""Across platforms two people who were introduced may talk on through the bot, while both want it."""

import pytest
from sqlalchemy import select

from storage.columns import metadata
from storage.unit_of_work import Storage
from tests.stories.network import asks, member, read
from tests.town import Town, Townsperson

TEXT = "wer macht bei euch eigentlich die e-akte, und könnt ihr am 10.12. zeigen wie ihr scannt?"
PART = "zeigen wie ihr scannt?"  # without umlauts, however it is kept


async def introduced(town: Town, *, platform: str = "matrix") -> tuple[Townsperson, Townsperson]:
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), platform=platform)
    await asks(town, miriam, "Jens Kalthoff")
    await jens.picks("Ja")
    return miriam, jens


@pytest.fixture
async def talking(town: Town) -> tuple[Townsperson, Townsperson]:
    miriam, jens = await introduced(town)
    read(miriam), read(jens)
    await jens.picks("Über Lotse schreiben")
    assert "Sobald Miriam Vogt das auch möchte" in read(jens)
    assert "behalte sie nach der Zustellung nicht" in read(miriam)
    await miriam.picks("Über Lotse schreiben")
    assert "Bitte beginnen Sie" in read(miriam)
    assert "Miriam Vogt beginnt" in read(jens)
    return miriam, jens


async def test_each_message_goes_to_the_other_as_it_is(talking: tuple[Townsperson, Townsperson]):
    miriam, jens = talking
    await miriam.says(TEXT)  # whatever it sounds like
    assert read(miriam).startswith("Ist weitergegeben an Jens Kalthoff.")
    assert f"Miriam Vogt schreibt Ihnen:\n\n> {TEXT}" in read(jens)
    await jens.says("ja gern")
    assert "Jens Kalthoff schreibt Ihnen:\n\n> ja gern" in read(miriam)
    await jens.says("bringt die @-liste mit: 02433 555")  # both know each other's data: nothing is taken out
    assert "> bringt die @-liste mit: 02433 555" in read(miriam)


async def test_a_number_that_ends_nothing_goes_to_the_other_too(talking: tuple[Townsperson, Townsperson]):
    miriam, jens = talking
    await miriam.says("Wie viele Scanner habt ihr?")
    read(jens)
    await jens.says("3")
    assert "Jens Kalthoff schreibt Ihnen:\n\n> 3" in read(miriam)


async def test_what_concerns_oneself_is_for_the_bot(talking: tuple[Townsperson, Townsperson]):
    miriam, jens = talking
    for words in ("/profil", "Alle meine Daten löschen", "hilfe"):
        await miriam.says(words)
        assert "weitergegeben" not in read(miriam)
    assert read(jens) == ""


async def test_outside_their_hours_it_waits_and_the_writer_knows(town: Town, talking: tuple[Townsperson, Townsperson]):
    miriam, jens = talking
    await town.later("2026-11-23 21:00")
    await miriam.says(TEXT)
    assert "Geht an Jens Kalthoff: Dienstag, 24. November 2026, 09:00" in read(miriam)
    assert read(jens) == ""
    await town.later("2026-11-24 09:00")
    assert TEXT in read(jens)


@pytest.mark.parametrize("words", ["Gespräch beenden", "beenden Sie das Gespräch", "1"])
async def test_either_ends_it_and_nothing_follows(town: Town, talking: tuple[Townsperson, Townsperson], words: str):
    miriam, jens = talking
    await town.later("2026-11-23 21:00")
    await jens.says(TEXT)
    read(jens)
    await jens.says(words)
    assert "ist beendet" in read(jens)
    await town.later("2026-11-24 09:00")
    told = read(miriam)
    assert "ist beendet" in told
    assert TEXT not in told  # it had not been handed over
    await miriam.says("schade, dann rufe ich mal an")
    assert "weitergegeben" not in read(miriam)
    assert read(jens) == ""
    await miriam.says("über Lotse schreiben")  # it begins anew only when both want it again
    assert "Sobald Jens Kalthoff das auch möchte" in read(miriam)


async def test_who_has_left_has_ended_it(talking: tuple[Townsperson, Townsperson]):
    miriam, jens = talking
    await jens.leaves()
    await miriam.says(TEXT)
    assert read(miriam).startswith("Das Gespräch über mich ist beendet")


async def test_what_could_not_be_handed_over_is_not_called_delivered(
    town: Town, talking: tuple[Townsperson, Townsperson]
):
    miriam, jens = talking
    town.platforms["matrix"].left.add(jens.account)  # nobody has told us
    await miriam.says(TEXT)
    await town.later("2026-11-23 11:00")
    assert "ist beendet" in read(miriam).rpartition("weitergegeben")[2]


async def test_whoever_was_blocked_reads_the_same_words_as_after_an_end(
    town: Town, talking: tuple[Townsperson, Townsperson]
):
    miriam, jens = talking
    await jens.says("/blockieren Miriam Vogt")
    read(jens)
    await miriam.says(TEXT)
    assert read(miriam).startswith("Das Gespräch über mich ist beendet")
    assert read(jens) == ""


async def test_on_one_platform_it_isnt_offered(town: Town):
    miriam, jens = await introduced(town, platform="teams")
    assert "Über Lotse schreiben" not in read(miriam) + read(jens)


async def test_nothing_of_it_is_left_when_it_is_delivered(town: Town, talking: tuple[Townsperson, Townsperson]):
    miriam, jens = talking
    await town.later("2026-11-23 21:00")
    await miriam.says(TEXT)
    assert PART in await rows(town.storage)  # waits for his hours: the search finds it
    await town.later("2026-11-24 09:00")
    assert PART in jens.last
    assert PART not in await rows(town.storage)


async def rows(storage: Storage) -> str:
    """All there are, in every table."""
    found = []
    async with storage.transaction(write=False) as tx:
        for table in metadata.sorted_tables:
            found += [str(tuple(row)) for row in await tx.connection.execute(select(table))]
    return "\n".join(found)
