"""Journey J1 with one person in Teams and two on a real Synapse, and with the platforms changed: a question before
consent, an ambiguous town, a refusal that is respected, and a late yes.
"""

import re

import pytest

from tests.across.conftest import Both
from tests.across.people import InElement, InTeams, Person, nothing_came

QUESTION = "Hallo, kennt jemand wen der die E-Akte schon eingeführt hat?"
ENTRY = "Projektleitung, Erbach (Alb-Donau-Kreis), BW, 14.100 Einw., Online-Terminvergabe seit 3 Jahren"
NOTICE = "Ich speichere Ihren Namen"
PRIVATE = "Ende-zu-Ende-verschlüsselt"


@pytest.mark.parametrize(("hers", "his"), [("teams", "matrix"), ("matrix", "teams")])
async def test_first_contact_on_either_platform(both: Both, hers: str, his: str):
    await both.member("Svenja Harms", "Buxtehude", "teams", helps_with=("E-Akte",))
    miriam, jens = await both.meets("Miriam Vogt", hers), await both.meets("Jens Kalthoff", his)
    colleague = await both.meets("Cora Blum", his)
    async with both.running():
        await asks_before_consent(both, miriam)
        await offers_a_topic(both, miriam)
        await would_rather_not(both, jens)
        await colleague.opens_chat()
        await colleague.says("hi, can you do english?")  # 12
        assert "I store your name" in await colleague.reads("Do you agree?")
        both.clock.jumps_to("2026-11-24 13:59")
        await nothing_came(jens)  # N5
        await comes_after_all(both, jens)
        await nothing_came(miriam)
        assert miriam.text().count(NOTICE) == 1  # N4
    await afterwards(both)


async def asks_before_consent(both: Both, miriam: Person) -> None:
    """Turns 1 to 5."""
    await miriam.opens_chat()
    await miriam.says(QUESTION)
    notice = await miriam.reads("beantworte sie gleich danach")
    assert (PRIVATE in miriam.text()) is isinstance(miriam, InElement)
    assert "Svenja" not in notice  # N1
    assert NOTICE in miriam.text()
    both.clock.jumps_to("2026-11-23 10:02")
    await miriam.says("wer liest das denn alles mit?")
    assert NOTICE not in await miriam.reads("nur den Eintrag, den Sie selbst wählen")
    await miriam.says("ok einverstanden")
    consent = await miriam.reads("In welcher Kommune arbeiten Sie?")
    assert "Montag, 23. November 2026" in consent
    assert "2026-11" in consent
    await miriam.says("Erbach")
    assert "Baden-Württemberg" in await miriam.reads("Odenwaldkreis, Hessen")  # N3: asked, not guessed
    await miriam.says("die an der donau")
    found = await miriam.reads("Svenja Harms")  # N2
    assert "Erbach (Alb-Donau-Kreis), Baden-Württemberg, 14.100 Einwohner, kleine Kommune" in found


async def offers_a_topic(both: Both, miriam: Person) -> None:
    """Turns 6 to 8."""
    both.clock.jumps_to("2026-11-23 10:06")
    await miriam.says("ich kann bei Online-Terminvergabe helfen, machen wir seit 3 jahren")
    await miriam.reads("Gefunden wird das Thema erst")
    await miriam.picks("Nur Funktion und Kommune")
    await miriam.reads("Funktion")
    await miriam.says("Projektleitung")
    await miriam.reads(f"So sehen andere Sie: {ENTRY}")
    await miriam.says("zeig mal mein profil")
    profile = await miriam.reads("nur mit Funktion und Kommune")
    for word in ("Erbach", "Online-Terminvergabe", "Deutsch", "23. November 2026"):
        assert word in profile


async def would_rather_not(both: Both, jens: Person) -> None:
    """Turns 9 to 11."""
    both.clock.jumps_to("2026-11-23 10:20")
    await jens.joins()
    notice = await jens.reads("Sind Sie einverstanden?")
    assert notice.count(NOTICE) == 1
    assert (PRIVATE in notice) is isinstance(jens, InElement)
    await jens.says("hilfe")
    await jens.reads("Kontakte finden")
    await jens.says("nö lieber nicht")
    assert NOTICE not in await jens.reads("nicht")


async def comes_after_all(both: Both, jens: Person) -> None:
    """Turns 13 and 14, and what he finds."""
    both.clock.jumps_to("2026-11-24 14:00")
    await jens.says("ok hab mit unserem datenschützer gesprochen, bin dabei")
    assert "Dienstag, 24. November 2026" in await jens.reads("In welcher Kommune arbeiten Sie?")
    await jens.says("Hückelhofen")
    await jens.reads("Hückelhoven")
    await jens.says("ja")
    await jens.reads("Hückelhoven, Nordrhein-Westfalen")
    await jens.says("wer kennt sich mit Online-Terminvergabe aus?")
    found = await jens.reads("Projektleitung")
    assert not re.search("Miriam|Vogt", found)  # N6


async def afterwards(both: Both) -> None:
    """One has consented on the 23rd, one on the 24th; neither's data tell of the other. Nothing was written into a room."""
    rows = {}
    async with both.storage() as storage, storage.unit(write=False) as uow:
        for name in ("Miriam Vogt", "Jens Kalthoff"):
            account = await uow.accounts.get(both.people[name].account)
            assert account is not None
            assert account.person is not None
            rows[name] = str(await uow.privacy.everything(account.person))
        colleague = await uow.accounts.get(both.people["Cora Blum"].account)
        assert colleague is not None
        assert colleague.person is None  # asked, and not yet answered: no profile
    assert "Online-Terminvergabe" in rows["Miriam Vogt"]
    assert "Jens" not in rows["Miriam Vogt"]
    assert "Miriam" not in rows["Jens Kalthoff"]
    teams = [one for one in both.people.values() if isinstance(one, InTeams)]
    assert {where for where, _ in both.line.stub.taken} <= {one.chat for one in teams}  # N7
