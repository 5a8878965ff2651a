"""A contact has at most so many open requests: further ones wait, or go to somebody else; never a third."""

from typing import Any

from tests.stories.network import asks, member, read, states
from tests.town import Town


async def busy(town: Town, when: str = "2026-11-24 10:00", **jens: Any):
    """Jens has two open requests, Miriam's would be the third."""
    await town.later(when)
    contact = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), **jens)
    first = await member(town, "Anna Erst", "Ulm")
    second = await member(town, "Bernd Zweit", "Ulm")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    for asker in (first, second):
        await asks(town, asker, "Jens Kalthoff")
        read(asker)
    assert read(contact).count("möchte Sie etwas fragen") == 2
    return contact, first, second, miriam


async def test_the_third_waits_and_is_asked_when_a_place_is_free(town: Town):
    jens, first, _, miriam = await busy(town)
    await asks(town, miriam, "Jens Kalthoff")
    question = read(miriam)
    assert "höchstens 10 Arbeitstage, also bis Dienstag, 8. Dezember 2026" in question
    assert "1) Warten bis 08.12.2026\n2) Jemand anderen fragen\n3) Nicht senden" in question
    await miriam.picks("Warten")
    assert "wartet, bis dort ein Platz frei ist, längstens bis Dienstag, 8. Dezember 2026" in read(miriam)
    await miriam.picks("Warten")
    assert "Das ist schon unterwegs" in read(miriam)
    assert read(jens) == ""
    await jens.says("meine vorstellungen")
    assert "Miriam Vogt" not in read(jens)
    await miriam.says("und?")
    assert "wartet auf einen freien Platz; noch keine Zusage" in read(miriam)

    await town.later("2026-11-25 10:00")
    await first.says("doch nicht")
    told = read(jens)
    assert "Anna Erst hat die Anfrage" in told
    assert "Miriam Vogt möchte Sie etwas fragen" in told
    assert "Ihre Anfrage an Jens Kalthoff, Hückelhoven, Nordrhein-Westfalen ist jetzt an der Reihe" in read(miriam)
    assert await states(town, miriam) == ["asked"]


async def test_a_no_frees_the_place_too(town: Town):
    jens, _, _, miriam = await busy(town)
    await asks(town, miriam, "Jens Kalthoff")
    await miriam.picks("Warten")
    await jens.picks("Nein, danke")
    assert await states(town, miriam) == ["asked"]


async def test_whoever_waits_in_vain_hears_the_neutral_end(town: Town):
    jens, _, _, miriam = await busy(town, "2027-02-02 10:00", month_cap=2)  # an expiry makes no room this month
    await asks(town, miriam, "Jens Kalthoff")
    await miriam.picks("Warten")
    read(miriam)
    await town.later("2027-02-16 17:00")
    assert read(miriam) == ""
    await town.later("2027-02-17 09:00")
    assert "Ihre Anfrage zum Thema „E-Akte“ hat diesmal leider nicht geklappt." in read(miriam)
    await town.later("2027-03-15 09:00")
    assert "Miriam" not in read(jens)


async def test_somebody_else_instead(town: Town):
    _, _, _, miriam = await busy(town)
    petra = await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    await asks(town, miriam, "Jens Kalthoff", reason="Wir scannen Bauakten.")
    await miriam.picks("Jemand anderen fragen")
    assert "So geht die Anfrage an Petra Lang" in read(miriam)
    await miriam.picks("Ja, mit E-Mail-Adresse")
    assert "> Wir scannen Bauakten." in read(petra)
    assert await states(town, miriam) == ["asked"]


async def test_the_monthly_maximum_counts_new_requests(town: Town):
    await town.later("2026-11-24 10:00")
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), month_cap=1)
    anna = await member(town, "Anna Erst", "Ulm")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    await asks(town, anna, "Jens Kalthoff")
    await jens.picks("Nein, danke")
    read(jens)
    await asks(town, miriam, "Jens Kalthoff")
    await miriam.picks("Warten")
    read(miriam)
    assert read(jens) == ""
    await town.later("2026-11-30 17:00")
    assert read(jens) == ""
    await town.later("2026-12-01 09:00")
    assert "Miriam Vogt möchte Sie etwas fragen" in read(jens)


async def test_a_postponed_request_occupies_no_place(town: Town):
    jens, _, _, miriam = await busy(town)
    await jens.picks("Ja, aber später")
    read(jens)
    await jens.says("in vier Wochen")
    assert "ich melde mich am" in read(jens)
    await asks(town, miriam, "Jens Kalthoff")
    assert "geht jetzt hinaus" in read(miriam)
    assert "Miriam Vogt möchte Sie etwas fragen" in read(jens)
