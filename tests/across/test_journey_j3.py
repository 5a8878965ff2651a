"""Journey J3 across platforms: two yeses between Teams and a real Synapse, started at night, in both directions."""

import pytest
from sqlalchemy import select

from storage.tables import metadata
from tests.across.conftest import Both
from tests.across.people import InElement, Person, nothing_came
from tests.stories.network import EMAIL
from tests.stories.test_introduction_j3 import CLOSES, PHONE, SENTENCE
from tests.stories.test_lessons_bytes import bytes_of

HER_PHONE = "07305 967"
SAID = b"Quarzheimer Wanderakten"


@pytest.mark.parametrize(("hers", "his"), [("teams", "matrix"), ("matrix", "teams")])
async def test_two_yeses_across_platforms(both: Both, hers: str, his: str):
    miriam, jens = await on_the_list(both, hers, his)
    async with both.running():
        await jens.opens_chat()
        await nothing_came(jens)
        await miriam.opens_chat()
        both.clock.jumps_to("2026-11-23 21:35")
        await miriam.says("Wer kennt sich mit der E-Akte aus?")
        listed = await miriam.reads("2. Jens Kalthoff, Teamleitung Organisation und IT, Hückelhoven")
        assert EMAIL["Jens Kalthoff"] not in listed
        await asked_at_night(both, miriam, jens)
        await questions_to_and_fro(both, miriam, jens)
        await handed_over(both, miriam, jens)
        await talk_on(both, miriam, jens)
        await asked_how_it_went(both, miriam, jens)
    await afterwards(both, miriam, jens)
    assert SAID not in bytes_of(both.settings.data)  # nor in what the files once held


async def on_the_list(both: Both, hers: str, his: str) -> tuple[Person, Person]:
    """Both are onboarded, Jens is listed by name for the E-Akte, and will be number 2 of Miriam's list."""
    miriam = await both.member(
        "Miriam Vogt",
        "Erbach, Baden-Württemberg",
        hers,
        function="Projektleitung Digitalisierung",
        listing="function",
        email=EMAIL["Miriam Vogt"],
        phone=HER_PHONE,
    )
    await both.member("Petra Lang", "Plochingen", "teams", helps_with=("E-Akte",))
    jens = await both.member(
        "Jens Kalthoff",
        "Hückelhoven",
        his,
        function="Teamleitung Organisation und IT",
        helps_with=("E-Akte",),
        email=EMAIL["Jens Kalthoff"],
        phone=PHONE,
    )
    return miriam, jens


async def asked_at_night(both: Both, miriam: Person, jens: Person) -> None:
    """Turns 1 to 6."""
    both.clock.jumps_to("2026-11-23 21:40")
    await miriam.says("stell mich dem zweiten vor")
    asked = await miriam.reads("Ein Satz genügt")
    assert "Miriam Vogt, Projektleitung Digitalisierung, Erbach" in asked
    assert "erst weiter, wenn Sie beide Ja gesagt haben" in asked
    await miriam.says(SENTENCE)
    preview = await miriam.reads("So abschicken?")
    assert f"> {SENTENCE}" in preview
    exactly = preview[preview.index("Miriam Vogt möchte") : preview.index("So abschicken?")].strip()
    await miriam.says("ja, mail reicht")
    confirmed = await miriam.reads(CLOSES)
    assert "Dienstag, 24. November 2026, 09:00" in confirmed
    assert "„doch nicht“" in confirmed
    await miriam.picks("Ja, mit E-Mail-Adresse")  # the old button again
    await miriam.reads("es gibt nur diese eine Anfrage")
    await nothing_came(jens)  # N1
    both.clock.jumps_to("2026-11-24 08:59")
    await nothing_came(jens)  # N1

    both.clock.jumps_to("2026-11-24 09:00")
    request = await jens.reads("4) Nein, danke")
    assert request.startswith(exactly)
    assert "Erbach (Alb-Donau-Kreis), Baden-Württemberg, 14." in request
    assert f"> {SENTENCE}" in request
    assert "Niemand sieht Ihre Kontaktdaten, bevor Sie Ja sagen" in request
    assert EMAIL["Miriam Vogt"] not in request
    await nothing_came(jens)  # two of one person never overlap: now the first is written down as delivered
    both.clock.jumps_to("2026-11-24 09:15")
    await miriam.says("und?")
    status = await miriam.reads("noch keine Zusage")
    assert "zugestellt am Dienstag, 24. November 2026, 09:00 Uhr" in status
    assert f"offen bis {CLOSES}" in status
    assert "gelesen" not in status


async def questions_to_and_fro(both: Both, miriam: Person, jens: Person) -> None:
    """Turns 7 to 9; nobody's contact data is in them (N3), although the bot knows all of it."""
    both.clock.jumps_to("2026-11-24 09:50")
    await jens.says("worum genau? nur scannen oder auch fristen")
    offered = await jens.reads("Ich kenne nur diesen einen Satz")
    assert "ohne Kontaktdaten" in offered  # and nothing of her "und?" before it (N5)
    await jens.says("ja frag mal nach")
    question = await miriam.reads("> worum genau? nur scannen oder auch fristen")
    assert "Jens Kalthoff" in question
    await jens.reads("unterwegs zu Miriam Vogt")
    both.clock.jumps_to("2026-11-24 10:05")
    await miriam.says("beides, vor allem die aufbewahrungsfristen")
    await miriam.reads("weiter")
    answer = await jens.reads("> beides, vor allem die aufbewahrungsfristen")
    for relayed in (offered, question, answer):
        for data in (*EMAIL.values(), PHONE, HER_PHONE, *ids(miriam), *ids(jens)):
            assert data not in relayed


async def handed_over(both: Both, miriam: Person, jens: Person) -> None:
    """Turns 10 and 11."""
    both.clock.jumps_to("2026-11-24 10:20")
    assert not any(data in miriam.text() for data in (EMAIL["Jens Kalthoff"], PHONE, *ids(jens)))
    await jens.says("passt, aber nur per mail, handynummer gebt ihr bitte nicht raus")
    agreed = await jens.reads("Miriam Vogt schreibt Ihnen zuerst, zum Thema „E-Akte“")
    handed = await miriam.reads("Bitte schreiben Sie zuerst")
    gives = (
        "Name: Jens Kalthoff\nFunktion: Teamleitung Organisation und IT\nKommune: Hückelhoven, Nordrhein-Westfalen\n"
        f"E-Mail: {EMAIL['Jens Kalthoff']}"
    )
    assert gives in agreed
    assert gives in handed
    assert f"E-Mail: {EMAIL['Miriam Vogt']}" in agreed
    assert HER_PHONE not in agreed  # she chose e-mail only
    sent = str(both.line.stub.taken)
    assert "l/chat" not in sent  # no chat of one system as the only way
    assert "Raum öffnen" not in agreed + handed


async def talk_on(both: Both, miriam: Person, jens: Person) -> None:
    """Beside the contact data: through the bot, once both want it. What was said is with them, and nowhere else."""
    await miriam.picks("Über Lotse schreiben")
    await miriam.reads("Sobald Jens Kalthoff das auch möchte")
    await jens.reads("behalte sie nach der Zustellung nicht")
    await jens.picks("Über Lotse schreiben")
    await jens.reads("Miriam Vogt beginnt")
    await miriam.reads("Bitte beginnen Sie")
    both.clock.jumps_to("2026-11-24 21:00")
    await miriam.says(f"wie ist das mit den {SAID.decode()}?")
    await miriam.reads("Geht an Jens Kalthoff: Mittwoch, 25. November 2026, 09:00")
    assert SAID in bytes_of(both.settings.data)  # while it waits; so the search would find it
    both.clock.jumps_to("2026-11-25 09:00")
    await jens.reads(f"> wie ist das mit den {SAID.decode()}?")
    await jens.says("die liegen im keller")
    await miriam.reads("> die liegen im keller")
    async with both.storage() as storage, storage.transaction(write=False) as tx:
        for table in metadata.sorted_tables:
            for row in await tx.connection.execute(select(table)):
                assert SAID.decode() not in str(tuple(row))
    await miriam.picks("Gespräch beenden")
    await miriam.reads("ist beendet")
    await jens.reads("ist beendet")


async def asked_how_it_went(both: Both, miriam: Person, jens: Person) -> None:
    """Turns 12 to 15, and nothing after them."""
    both.clock.jumps_to("2026-12-01 10:20")
    check_in = await miriam.reads("Haben Sie schon mit Jens Kalthoff gesprochen")
    assert check_in.endswith("1) Ja\n2) Noch nicht\n3) Hat sich erledigt")
    await miriam.says("noch nicht")
    patient = await miriam.reads("In einer Woche frage ich noch einmal kurz nach, danach nicht mehr")
    assert EMAIL["Jens Kalthoff"] in patient
    both.clock.jumps_to("2026-12-08 10:20")
    await miriam.reads("Noch einmal kurz gefragt, dann nicht mehr")
    await miriam.says("ja war super, vielen dank")
    await miriam.reads("Das muss nicht sein")
    both.clock.jumps_to("2027-02-15 10:00")
    await nothing_came(miriam)  # N6
    await nothing_came(jens)  # N5: nothing of all this reached him
    await miriam.says("meine vorstellungen")
    assert "gesprochen" in await miriam.reads(EMAIL["Jens Kalthoff"])
    await jens.says("meine vorstellungen")
    assert "vermittelt" in await jens.reads(EMAIL["Miriam Vogt"])


async def afterwards(both: Both, miriam: Person, jens: Person) -> None:
    async with both.storage() as storage, storage.unit(write=False) as uow:
        assert len(await uow.introductions.asked_by(both.keys["Miriam Vogt"])) == 1  # N4
        hers = str(await uow.privacy.everything(both.keys["Miriam Vogt"]))
        his = str(await uow.privacy.everything(both.keys["Jens Kalthoff"]))
    assert SENTENCE in hers
    assert EMAIL["Jens Kalthoff"] in hers
    assert PHONE in his  # his own, kept with his profile
    assert PHONE not in hers  # N2
    assert PHONE not in miriam.text()
    assert jens.text().count("4) Nein, danke") <= 3  # the request, and the choices again after his question


def ids(person: Person) -> tuple[str, ...]:
    return (person.user,) if isinstance(person, InElement) else (person.user, person.chat)
