"""Journey J3: two yeses from Teams to Element, started at night; every turn, and everything that must not happen."""

from tests.stories.network import EMAIL, member, read
from tests.town import Town, Townsperson

PHONE = "0171 2345678"
SENTENCE = "wir wissen nicht wie wir 40 jahre bauakten scannen sollen, würde gern mal 30 min telefonieren"
CLOSES = "Donnerstag, 3. Dezember 2026, 17:00"


async def on_the_list(town: Town):
    """Both are onboarded, Jens is listed by name for the E-Akte, and is number 2 of the list on Miriam's screen."""
    await town.later("2026-11-23 21:35")
    miriam = await member(
        town,
        "Miriam Vogt",
        "Erbach, Baden-Württemberg",
        function="Projektleitung Digitalisierung",
        listing="function",
        email=EMAIL["Miriam Vogt"],
        phone="07305 967",
    )
    await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    jens = await member(
        town,
        "Jens Kalthoff",
        "Hückelhoven",
        platform="matrix",
        function="Teamleitung Organisation und IT",
        helps_with=("E-Akte",),
        email=EMAIL["Jens Kalthoff"],
        phone=PHONE,
    )
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    listed = read(miriam)
    assert "2. Jens Kalthoff, Teamleitung Organisation und IT, Hückelhoven, Nordrhein-Westfalen" in listed
    assert EMAIL["Jens Kalthoff"] not in listed
    assert PHONE not in listed
    return miriam, jens


async def test_j3(town: Town):
    miriam, jens = await on_the_list(town)

    await town.later("2026-11-23 21:40")
    await miriam.says("stell mich dem zweiten vor")
    asked = read(miriam)
    assert "Jens Kalthoff" in asked
    assert "Miriam Vogt, Projektleitung Digitalisierung, Erbach" in asked
    assert "E-Akte" in asked
    assert "erst weiter, wenn Sie beide Ja gesagt haben" in asked
    assert "Warum möchten Sie sprechen? Ein Satz genügt." in asked

    await town.later("2026-11-23 21:41")
    await miriam.says(SENTENCE)
    preview = read(miriam)
    assert f"> {SENTENCE}" in preview
    assert "So abschicken?" in preview
    assert EMAIL["Miriam Vogt"] in preview
    assert "Ja, mit E-Mail-Adresse" in preview
    assert "Ja, mit E-Mail und Telefon" in preview
    exactly = preview[preview.index("Miriam Vogt möchte") : preview.index("So abschicken?")].strip()

    await town.later("2026-11-23 21:42")
    await miriam.says("ja, mail reicht")
    confirmed = read(miriam)
    assert "morgen früh" in confirmed
    assert "Dienstag, 24. November 2026, 09:00" in confirmed
    assert CLOSES in confirmed
    assert "„doch nicht“" in confirmed

    await miriam.picks("Ja, mit E-Mail-Adresse")  # the old button again
    again = read(miriam)
    assert "Das ist schon unterwegs; es gibt nur diese eine Anfrage" in again
    await miriam.picks("Mit Nr. 2 bekannt machen")  # and the one of the list
    assert "Das ist schon unterwegs" in read(miriam)
    assert read(jens) == ""  # N1

    await town.later("2026-11-24 08:59")
    assert read(jens) == ""  # N1

    await town.later("2026-11-24 09:00")
    request = read(jens)
    assert request.startswith(exactly)
    assert "Miriam Vogt, Projektleitung Digitalisierung" in request
    assert "Erbach (Alb-Donau-Kreis), Baden-Württemberg, 14." in request
    assert "Thema: E-Akte" in request
    assert f"> {SENTENCE}" in request
    assert "Niemand sieht Ihre Kontaktdaten, bevor Sie Ja sagen" in request
    assert request.endswith("1) Ja, gern\n2) Ja, aber später\n3) Bitte jemand anderen fragen\n4) Nein, danke")
    assert EMAIL["Miriam Vogt"] not in request

    await town.later("2026-11-24 09:15")
    await miriam.says("und?")
    status = read(miriam)
    assert "zugestellt am Dienstag, 24. November 2026, 09:00 Uhr" in status
    assert "noch keine Zusage" in status
    assert f"offen bis {CLOSES}" in status
    assert "gelesen" not in status
    assert read(jens) == ""  # N5

    await town.later("2026-11-24 09:50")
    await jens.says("worum genau? nur scannen oder auch fristen")
    offered = read(jens)
    assert "Ich kenne nur diesen einen Satz" in offered
    assert "ohne Kontaktdaten" in offered
    assert read(miriam) == ""

    await town.later("2026-11-24 09:51")
    await jens.says("ja frag mal nach")
    question = read(miriam)
    assert "> worum genau? nur scannen oder auch fristen" in question
    assert "Jens Kalthoff" in question
    assert "unterwegs zu Miriam Vogt" in read(jens)

    await town.later("2026-11-24 10:05")
    await miriam.says("beides, vor allem die aufbewahrungsfristen")
    assert "weiter" in read(miriam)
    answer = read(jens)
    assert "> beides, vor allem die aufbewahrungsfristen" in answer
    for relayed in (offered, question, answer):  # N3: known to the bot, and in no relay
        for data in (*EMAIL.values(), PHONE, "07305 967", jens.account, miriam.account):
            assert data not in relayed

    await town.later("2026-11-24 10:20")
    await jens.says("passt, aber nur per mail, handynummer gebt ihr bitte nicht raus")
    agreed, handed = read(jens), read(miriam)
    gives = agreed[agreed.index("bekommt genau das von Ihnen") : agreed.index("Sonst wird nichts weitergegeben.")]
    assert gives.split("\n\n")[1] == (
        "Name: Jens Kalthoff\nFunktion: Teamleitung Organisation und IT\nKommune: Hückelhoven, Nordrhein-Westfalen\n"
        f"E-Mail: {EMAIL['Jens Kalthoff']}"
    )
    assert "Name: Miriam Vogt" in agreed
    assert f"E-Mail: {EMAIL['Miriam Vogt']}" in agreed
    assert "Miriam Vogt schreibt Ihnen zuerst, zum Thema „E-Akte“" in agreed
    assert "07305 967" not in agreed  # she chose e-mail only
    assert gives.split("\n\n")[1] in handed
    assert "Bitte schreiben Sie zuerst" in handed
    assert "E-Akte" in handed

    await town.later("2026-12-01 10:19")
    assert read(miriam) == ""
    await town.later("2026-12-01 10:20")
    check_in = read(miriam)
    assert "Haben Sie schon mit Jens Kalthoff gesprochen" in check_in
    assert check_in.endswith("1) Ja\n2) Noch nicht\n3) Hat sich erledigt")

    await town.later("2026-12-01 10:25")
    await miriam.says("noch nicht")
    patient = read(miriam)
    assert EMAIL["Jens Kalthoff"] in patient
    assert "In einer Woche frage ich noch einmal kurz nach, danach nicht mehr" in patient

    await town.later("2026-12-08 10:20")
    assert "Noch einmal kurz gefragt, dann nicht mehr" in read(miriam)
    await town.later("2026-12-08 11:02")
    await miriam.says("ja war super, vielen dank")
    thanked = read(miriam)
    assert "vielen Dank" in thanked
    assert "Das muss nicht sein" in thanked

    await town.later("2027-02-15 10:00")
    assert read(miriam) == ""  # N6
    assert read(jens) == ""  # N5: nothing of all this reached him

    await afterwards(town, miriam, jens)


async def afterwards(town: Town, miriam: Townsperson, jens: Townsperson):
    await miriam.says("meine vorstellungen")
    hers = read(miriam)
    assert "Jens Kalthoff (Thema „E-Akte“): gesprochen" in hers
    assert EMAIL["Jens Kalthoff"] in hers
    await jens.says("meine vorstellungen")
    his = read(jens)
    assert "vermittelt" in his
    assert EMAIL["Miriam Vogt"] in his
    async with town.storage.unit(write=False) as uow:
        assert await uow.totals.sum("introductions.mediated", town.now.date().replace(year=2026), town.now.date()) == 1
        exported = {who: await uow.privacy.everything(who.key) for who in (miriam, jens)}
        assert len(await uow.introductions.asked_by(miriam.key)) == 1  # N4
    mine, theirs = str(exported[miriam]), str(exported[jens])
    assert SENTENCE in mine
    assert EMAIL["Jens Kalthoff"] in mine
    assert PHONE in theirs  # his own, kept with his profile
    assert PHONE not in mine  # N2
    assert PHONE not in hers
    assert EMAIL["Jens Kalthoff"] in theirs
    assert "mediated" in theirs or "talked" in theirs
