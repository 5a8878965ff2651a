"""The network office keeps the table of topics: what is missing, what is new, and which two are one."""

from datetime import timedelta

import pytest

from bot.model import Role
from tests.stories.network import change, member, read
from tests.town import Town, Townsperson


@pytest.fixture
async def office(town: Town) -> Townsperson:
    paula = await member(town, "Paula Busch", "Ulm")
    await change(town, paula, role=Role.ADMIN)
    return paula


async def test_a_gap_becomes_a_topic_and_whoever_waited_is_told(town: Town, office: Townsperson):
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("Quartiersdrohne",), platform="matrix")
    miriam = await member(town, "Miriam Vogt", "Ulm")
    await miriam.says("/kontakte Luftaufnahmen")
    assert "Kalthoff" not in read(miriam)
    await miriam.picks("Bescheid")
    read(miriam)

    await office.says("Welche Themen fehlen?")
    gaps = read(office)
    assert "Luftaufnahmen: unter 5 Personen" in gaps
    assert "Quartiersdrohne: unter 5 Personen" in gaps
    assert "Vogt" not in gaps
    assert "Kalthoff" not in gaps
    await office.picks("„Quartiersdrohne“ aufnehmen")
    await office.says("City drone")
    await office.says("Luftaufnahmen, Drohnenflug")
    assert "„Quartiersdrohne“ steht jetzt in der Liste" in read(office)

    await town.later(timedelta(minutes=90))
    assert "Jens Kalthoff" in read(miriam)
    await miriam.says("Who knows about Drohnenflug?")
    assert "Jens Kalthoff" in read(miriam)
    assert read(jens) == ""
    await office.says("/lücken")
    assert "keine Nachfrage offen" in read(office)


async def test_a_new_name_leads_to_the_topic_at_once(town: Town, office: Townsperson):
    await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await office.says("/kontakte Aktenzauber")
    assert "Kalthoff" not in read(office)
    await office.says("Nimm Aktenzauber als Synonym für E-Akte auf")
    assert "„Aktenzauber“ führt jetzt zu „E-Akte“." in read(office)
    await office.says("/kontakte Aktenzauber")
    assert "Jens Kalthoff" in read(office)
    await office.says("/synonym E-Rechnung")
    await office.says("E-Akte")
    assert "führt schon zu „E-Rechnung“" in read(office)


async def test_two_topics_become_one_after_a_second_yes(town: Town, office: Townsperson):
    await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte", "Dokumentenmanagement (DMS)"))
    await member(town, "Anna Beispiel", "Plochingen", helps_with=("Dokumentenmanagement (DMS)",))
    await office.says("Leg DMS und E-Akte zusammen")
    asked = read(office)
    assert "lässt sich nicht rückgängig machen" in asked
    await office.picks("„E-Akte“")
    assert "„Dokumentenmanagement (DMS)“ gehört jetzt zu „E-Akte“." in read(office)
    for said in ("/kontakte Dokumentenmanagement", "/kontakte E-Akte"):
        await office.says(said)
        found = read(office)
        assert "Jens Kalthoff" in found
        assert "Anna Beispiel" in found
        assert "E-Akte" in found


async def test_names_in_use_and_names_that_are_none_are_refused_with_the_remedy(town: Town, office: Townsperson):
    await office.says("/thema E-Akte")
    assert "führt schon zu „E-Akte“" in read(office)
    await office.says("/thema " + "sehr lang " * 12)
    assert "höchstens" in (said := read(office)) or "kürzer" in said
    await office.says("Leg E-Akte und Wolkenschieberei zusammen")
    assert "„Wolkenschieberei“ steht nicht in der Liste" in read(office)
    await office.says("Leg E-Akte und elektronische Akte zusammen")
    assert "schon dasselbe Thema" in read(office)


@pytest.mark.parametrize("said", ["/thema Drohnen", "/lücken", "/zusammenlegen E-Akte", "/synonym Akte"])
async def test_only_the_network_office_may(town: Town, said: str):
    jens = await member(town, "Jens Kalthoff", "Hückelhoven")
    await jens.says(said)
    assert "Netzwerkbüro" in read(jens)
