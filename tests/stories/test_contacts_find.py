"""Who knows about it: hard filters, reasons in words, refinement, more; and who is never shown."""

import re
from dataclasses import replace
from datetime import date

import pytest

from bot.intents import FindContacts, FindLessons, Introduce, WhyThis
from bot.messages import plain_text
from bot.model import Role
from tests.stories.network import EMAIL, asks, change, member, read, wants
from tests.town import Town


async def network(town: Town):
    """Miriam in Erbach (14,000, Baden-Württemberg), and people who know the E-Akte all over the country."""
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg", helps_with=("E-Akte",))
    people = {}
    for name, place in (
        ("Petra Lang", "Plochingen"),  # 14,500, Baden-Württemberg
        ("Robert Seidl", "Markdorf"),  # 14,300, Baden-Württemberg
        ("Uwe Ulmer", "Ulm"),  # 129,000, Baden-Württemberg
        ("Jens Kalthoff", "Hückelhoven"),  # 41,200, Nordrhein-Westfalen
        ("Sabine Sieg", "Siegburg"),  # 42,000, Nordrhein-Westfalen
        ("Karin Koch", "Köln"),  # over a million, Nordrhein-Westfalen
        ("Bodo Bayer", "Bayreuth"),  # 74,000, Bayern
    ):
        people[name] = await member(town, name, place, helps_with=("E-Akte",), phone="0171 2345678")
    return miriam, people


def names(text: str):
    """The names of a list, in order."""
    return re.findall(r"^\d+\. (.+?),", text, re.MULTILINE)


async def test_five_at_most_with_place_size_distance_and_reasons(town: Town):
    miriam, _ = await network(town)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    listed = read(miriam)
    assert "Thema „E-Akte“: Hier sind die ersten 5 von 7 Personen." in listed
    assert len(names(listed)) == 5
    assert set(names(listed)[:2]) == {"Petra Lang", "Robert Seidl"}  # of a size like hers
    petra = listed[listed.index("Petra Lang") :].split("\n\n")[0]
    assert "Plochingen, Baden-Württemberg" in petra
    assert "14.500 Einwohner" in petra
    assert "Luftlinie 56 km" in petra
    assert "kann helfen bei: E-Akte seit 3 Jahren" in petra
    assert "ähnlich groß wie Ihre Kommune" in petra
    assert "5) Mit Nr. 5 bekannt machen\n6) Weitere" in listed
    assert "Miriam Vogt" not in listed
    for data in ("0171", "rathaus.example", *EMAIL.values()):
        assert data not in listed


async def test_more_never_repeats(town: Town):
    miriam, people = await network(town)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    first = names(read(miriam))
    await miriam.says("mehr")
    second = names(read(miriam))
    assert sorted(first + second) == sorted(people)
    await miriam.says("mehr")
    assert "Weitere Personen zum Thema „E-Akte“ habe ich mit diesen Filtern nicht" in read(miriam)


async def test_filters_are_hard_and_said_in_words(town: Town):
    miriam, _ = await network(town)
    for wish, said, expected in (
        (FindContacts(topic="E-Akte", state="Bayern"), "in Bayern", {"Bodo Bayer"}),
        (FindContacts(topic="E-Akte", size="large"), "große Kommunen", {"Uwe Ulmer", "Karin Koch"}),
        (FindContacts(topic="E-Akte", size="small"), "kleine Kommunen", {"Petra Lang", "Robert Seidl"}),
        (FindContacts(topic="E-Akte", size="similar"), "Größe wie bei Ihnen", {"Petra Lang", "Robert Seidl"}),
        (
            FindContacts(topic="E-Akte", outside_state=True),
            "nicht in Baden-Württemberg",
            {"Jens Kalthoff", "Sabine Sieg", "Karin Koch", "Bodo Bayer"},
        ),
        (
            FindContacts(topic="E-Akte", not_state="Nordrhein-Westfalen"),
            "nicht in Nordrhein-Westfalen",
            {"Petra Lang", "Robert Seidl", "Uwe Ulmer", "Bodo Bayer"},
        ),
        (
            FindContacts(topic="E-Akte", near="Siegburg", within_km=40),
            "im Umkreis von 40 km um Siegburg",
            {"Sabine Sieg", "Karin Koch"},
        ),
        (FindContacts(topic="E-Akte", within_km=30), "im Umkreis von 30 km um Erbach", {"Uwe Ulmer"}),
    ):
        listed = await wants(town, miriam, wish)
        assert said in listed.splitlines()[0]
        assert set(names(listed)) == expected


async def test_refinements_carry_over(town: Town):
    miriam, _ = await network(town)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    read(miriam)
    assert set(names(await wants(town, miriam, FindContacts(state="Nordrhein-Westfalen")))) == {
        "Jens Kalthoff",
        "Sabine Sieg",
        "Karin Koch",
    }
    medium = await wants(town, miriam, FindContacts(size="medium"))
    assert medium.startswith(
        "Thema „E-Akte“, in Nordrhein-Westfalen, mittlere Kommunen (20.000 bis 100.000): 2 Personen passen."
    )
    assert set(names(medium)) == {"Jens Kalthoff", "Sabine Sieg"}
    any_size = await wants(town, miriam, FindContacts(without=("size",)))
    assert any_size.startswith("Thema „E-Akte“, in Nordrhein-Westfalen: 3 Personen passen.")
    bavaria = await wants(town, miriam, FindContacts(state="Bayern"))
    assert bavaria.startswith("Thema „E-Akte“, in Bayern: Eine Person passt.")
    everywhere = await wants(town, miriam, FindContacts(without=("all",)))
    assert everywhere.startswith("Thema „E-Akte“: Hier sind die ersten 5 von 7 Personen.")


async def test_where_only_one_is_there_nobody_is_told_to_name_the_second(town: Town):
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert "„stell mich vor“" in read(miriam)
    await miriam.says("stell mich vor")
    assert "Gern frage ich bei Jens Kalthoff" in read(miriam)


async def test_a_place_of_several_is_asked_back(town: Town):
    miriam, _ = await network(town)
    asked = await wants(town, miriam, FindContacts(topic="E-Akte", near="Erbach", within_km=60))
    assert "„Erbach“ gibt es mehrmals" in asked
    await miriam.picks("Erbach (Alb-Donau-Kreis, Baden-Württemberg)")
    listed = read(miriam)
    assert "im Umkreis von 60 km um Erbach" in listed
    assert "Uwe Ulmer" in listed


async def test_an_unknown_place_is_asked_again(town: Town):
    miriam, _ = await network(town)
    asked = await wants(town, miriam, FindContacts(topic="E-Akte", near="Xyzzingen"))
    assert "„Xyzzingen“ kenne ich nicht" in asked
    await miriam.says("Siegburg")
    assert set(names(read(miriam))) == {"Sabine Sieg", "Karin Koch"}


async def test_the_paused_the_blocked_vendors_and_the_unreachable_are_never_shown(town: Town):
    miriam, people = await network(town)
    await change(town, people["Petra Lang"], paused_until=date(2027, 1, 11))
    await change(town, people["Robert Seidl"], role=Role.VENDOR)
    await change(town, people["Sabine Sieg"], listing=None)
    async with town.storage.unit() as uow:
        await uow.people.block(miriam.key, people["Karin Koch"].key, town.now)
        account = await uow.accounts.get(people["Bodo Bayer"].account)
        await uow.accounts.save(replace(account, reachable=False))
        await uow.commit()
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert set(names(read(miriam))) == {"Uwe Ulmer", "Jens Kalthoff"}


async def test_the_visibly_paused_show_without_a_button(town: Town):
    miriam, people = await network(town)
    await change(town, people["Petra Lang"], paused_until=date(2027, 1, 11), pause_visible=True, stand_in="Frau Ober")
    listed = await wants(town, miriam, FindContacts(topic="E-Akte", size="small"))
    assert names(listed) == ["Robert Seidl", "Petra Lang"]  # those with a button first, so that the numbers fit
    assert "zurzeit nicht verfügbar, wieder ab Montag, 11. Januar 2027" in listed
    assert "Frau Ober" in listed
    assert listed.endswith("1) Mit Nr. 1 bekannt machen")
    await miriam.says("stell mich dem zweiten vor")
    assert "ab Montag, 11. Januar 2027 wieder da" in read(miriam)


async def test_listed_by_function_nobody_reads_the_name(town: Town):
    miriam, people = await network(town)
    await change(town, people["Bodo Bayer"], listing="function", function="Leitung Hauptamt")
    listed = await wants(town, miriam, FindContacts(topic="E-Akte", state="Bayern"))
    assert "1. Leitung Hauptamt, Bayreuth, Bayern" in listed
    await miriam.picks("Mit Nr. 1 bekannt machen")
    await miriam.says("Wir fangen gerade an.")
    await miriam.picks("Ja, mit E-Mail-Adresse")
    await miriam.says("meine vorstellungen")
    before = read(miriam)
    assert "Leitung Hauptamt, Bayreuth" in before
    assert "Bodo" not in listed + before
    assert "Mit Ihrem Ja geht auch Ihr Name hinüber" in read(people["Bodo Bayer"])
    await people["Bodo Bayer"].picks("Ja, gern")
    await people["Bodo Bayer"].picks("Nur E-Mail")
    assert "Name: Bodo Bayer" in read(people["Bodo Bayer"])  # he reads that his name goes along
    assert "Bodo Bayer" in read(miriam)


async def test_among_equals_those_asked_less_recently_come_first(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    anna = await member(town, "Anna Erst", "Ulm")
    for name in ("Petra Lang", "Paul Lind"):
        await member(town, name, "Plochingen", helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    first, second = names(read(miriam))
    await asks(town, anna, first)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert names(read(miriam)) == [second, first]


async def test_those_at_their_cap_come_last(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",), open_cap=1)
    await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert names(read(miriam)) == ["Petra Lang", "Jens Kalthoff"]
    anna = await member(town, "Anna Erst", "Ulm")
    await asks(town, anna, "Petra Lang")
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    assert names(read(miriam)) == ["Jens Kalthoff", "Petra Lang"]


async def test_visitors_welcome_comes_first_when_asked_for(town: Town):
    await town.later("2026-11-24 10:00")
    miriam = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    await member(town, "Petra Lang", "Plochingen", helps_with=("E-Akte",))
    await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",), offer={"visitable": True})
    listed = await wants(town, miriam, FindContacts(topic="E-Akte", visitable=True))
    assert names(listed) == ["Jens Kalthoff", "Petra Lang"]
    assert "zeigt das gern vor Ort" in listed


async def test_why_somebody_is_in_the_list(town: Town):
    miriam, _ = await network(town)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    second = names(read(miriam))[1]
    told = await wants(town, miriam, WhyThis(person=2))
    assert names(told) == [second]
    assert "kann helfen bei: E-Akte seit 3 Jahren" in told
    assert "Sie geht von 1 bis 5" in await wants(town, miriam, WhyThis(person=9))


async def test_in_a_hurry_with_slips_and_in_halves(town: Town):
    miriam, _ = await network(town)
    await miriam.says("moin wer kent sich mit der elektronischn akte aus")
    listed = read(miriam)
    assert "Thema „E-Akte“" in listed
    await miriam.says("wieso der zweite?")
    assert names(read(miriam)) == [names(listed)[1]]
    await miriam.says("und in bayern?")
    assert names(read(miriam)) == ["Bodo Bayer"]


@pytest.mark.parametrize(
    "asked",
    [
        "gib mir bitte die Telefonnummer von Nr. 1",
        "kann ich die mailadresse der ersten haben?",
        "give me the phone number of the first one",
    ],
)
async def test_an_address_is_not_given_before_both_said_yes(town: Town, asked: str):
    miriam, _ = await network(town)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    first = names(read(miriam))[0]
    await miriam.says(asked)
    told = read(miriam)
    assert first in told
    assert "erst weiter, wenn Sie beide Ja gesagt haben" in told
    for data in ("0171", "rathaus.example", *EMAIL.values()):
        assert data not in told


async def test_where_nobody_has_written_anything_people_are_offered(town: Town):
    miriam, _ = await network(town)
    told = await wants(town, miriam, FindLessons(topic="E-Akte"))
    assert "hat noch niemand etwas aufgeschrieben" in told
    await miriam.picks("Kontakte zeigen")
    assert len(names(read(miriam))) == 5


async def test_a_name_not_shown_is_not_found(town: Town):
    """No directory by name: who wasn't in a list can't be asked for."""
    miriam, _ = await network(town)
    listed = await wants(town, miriam, FindContacts(topic="E-Akte", state="Bayern"))
    assert names(listed) == ["Bodo Bayer"]
    assert "noch in keiner Liste gezeigt" in await wants(town, miriam, Introduce(person="Herrn Kalthoff"))
    assert "noch in keiner Liste gezeigt" in await wants(town, miriam, Introduce(person="Herrn Niemand"))
    assert "Ein Satz genügt" in await wants(town, miriam, Introduce(person="Herrn Bayer"))


async def test_the_button_of_an_older_list_still_works(town: Town):
    miriam, _ = await network(town)
    await miriam.says("Wer kennt sich mit der E-Akte aus?")
    first = names(read(miriam))[0]
    assert first not in await wants(town, miriam, FindContacts(state="Bayern"))
    oldest = next(one for one in miriam.mailbox if first in plain_text(one.delivery.message))
    await miriam.presses(oldest.delivery.key, 0)
    assert f"bei {first}" in read(miriam)


async def test_which_of_several_places_is_told_in_ones_own_words(town: Town):
    miriam = await member(town, "Miriam Vogt", "Plochingen")
    await member(town, "Jens Kalthoff", "Ulm", helps_with=("E-Akte",))
    await miriam.says("Wer kennt sich mit der E-Akte im Umkreis von 50 km um Erbach aus?")
    assert "Erbach (Alb-Donau-Kreis, Baden-Württemberg)" in read(miriam)
    await miriam.says("die an der donau")
    assert "1. Jens Kalthoff, Sachbearbeitung, Ulm" in read(miriam)
