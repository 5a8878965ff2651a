"""Up to three asked at once: the first completed yes releases the others, with thanks."""

from tests.stories.network import asks, member, read, states
from tests.town import Town


async def three_at_once(town: Town, when: str = "2026-11-24 10:00"):
    await town.later(when)
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    others = [
        await member(town, name, place, helps_with=("E-Akte",))
        for name, place in (("Jens Kalthoff", "Hückelhoven"), ("Petra Lang", "Plochingen"), ("Ralf Dorn", "Ulm"))
    ]
    await member(town, "Nora Viert", "Buxtehude", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff", how="Bis zu drei zugleich")
    return miriam, *others


async def test_three_are_asked_and_the_preview_says_who(town: Town):
    miriam, jens, petra, ralf = await three_at_once(town)
    told = read(miriam)
    assert "Ich frage bis zu drei Personen zugleich" in told
    assert "Zugleich frage ich mit demselben Satz: " in told
    assert "Ihre Anfragen gehen jetzt hinaus. Gefragt werden: Jens Kalthoff" in told
    assert "Petra Lang" in told.split("Gefragt werden:")[1]
    for contact in (jens, petra, ralf):
        assert "> Wir fangen gerade an." in read(contact)
    assert await states(town, miriam) == ["asked", "asked", "asked"]


async def test_the_first_yes_releases_the_others_with_thanks(town: Town):
    miriam, jens, petra, ralf = await three_at_once(town)
    for person in (miriam, jens, petra, ralf):
        read(person)
    await petra.picks("Ja, gern")
    assert "E-Mail: lang@rathaus.example" in read(miriam)
    for contact in (jens, ralf):
        assert "hat sich erledigt. Vielen Dank, dass Sie ansprechbar sind" in read(contact)
        await contact.picks("Ja, gern")
        assert "hat sich inzwischen erledigt" in read(contact)
    assert read(miriam) == ""
    assert sorted(await states(town, miriam)) == ["mediated", "released", "released"]


async def test_one_no_says_how_many_are_open(town: Town):
    miriam, jens, petra, _ = await three_at_once(town)
    read(miriam)
    await jens.picks("Nein, danke")
    await petra.picks("Nein, danke")
    await town.later("2026-11-24 11:00")
    assert read(miriam) == (
        "Ihre Anfrage zum Thema „E-Akte“ hat diesmal leider nicht geklappt.\n\nEine weitere ist noch offen."
    )
