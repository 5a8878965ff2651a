"""Nudges over time and by others than the office: outages, breaks, events, coordinators, small numbers, and the desk."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.messages import plain_text
from bot.model import Role
from bot.nudges.sums import summed
from bot.visit_states import Visit, VisitState
from tests.stories.network import change, member, read
from tests.town import Town, Townsperson

MONTHLY = "jeden ersten Montag im Monat um 9 alle ohne Profil ans Ausfüllen erinnern"


async def office(town: Town) -> Townsperson:
    return await member(town, "Anna Berg", "Köln", platform="matrix", helps_with=("E-Akte",), role=Role.ADMIN)


async def newcomers(town: Town, n: int = 5, place: str = "Siegburg") -> list[Townsperson]:
    return [await member(town, f"{place} {number}", place, listing=None) for number in range(1, n + 1)]


def got(person: Townsperson) -> list[str]:
    return [plain_text(one.delivery.message) for one in person.mailbox if one.delivery.kind == "nudge"]


async def active(ab: Townsperson, sentence: str = MONTHLY) -> None:
    await ab.says(sentence)
    if "Welcher Text" in read(ab):
        await ab.says("Guten Tag {name}, hier ist das Netzwerkbüro.")
    await ab.says("scharf schalten")
    await ab.says("ja")
    assert "ist aktiv" in read(ab)


async def down(town: Town, until: str) -> None:
    """The service is stopped, and starts again at this time."""
    from datetime import datetime

    town.now = datetime.fromisoformat(until).replace(tzinfo=town.now.tzinfo)
    await town.settle()


async def test_three_days_of_outage_are_not_made_up_for_and_reported(town: Town) -> None:
    ab, people = await office(town), await newcomers(town)
    await town.later("2026-11-30 10:00")
    await active(ab)
    await down(town, "2026-12-10 09:00")
    await town.later("2026-12-10 12:00")
    assert [got(one) for one in people] == [[]] * 5
    await ab.says("Statistik Profilerinnerung")
    assert "Der Dienst lief nicht, und danach war es zu spät" in read(ab)
    await town.later("2027-01-04 10:00")
    assert [len(got(one)) for one in people] == [1] * 5, "and the next one comes as if nothing had happened"


async def test_a_month_of_daily_runs_missed_comes_once(town: Town) -> None:
    ab, people = await office(town), await newcomers(town)
    await active(ab, "täglich um 10 alle ohne Profil ans Ausfüllen erinnern")
    await down(town, "2026-12-23 14:00")
    await town.later("2026-12-23 16:00")
    assert [len(got(one)) for one in people] == [1] * 5


async def test_29_february(town: Town) -> None:
    ab, people = await office(town), await newcomers(town)
    await active(ab, "jedes Jahr am 29. Februar um 9 alle ohne Profil ans Ausfüllen erinnern")
    await town.later("2028-02-28 18:00")
    assert [got(one) for one in people] == [[]] * 5
    await town.later("2028-02-29 10:00")
    assert [len(got(one)) for one in people] == [1] * 5


async def test_a_first_monday_that_is_a_holiday_is_said_and_kept(town: Town) -> None:
    """1 May 2028 is a Monday."""
    ab, people = await office(town), await newcomers(town)
    await town.later("2028-04-25 10:00")
    await ab.says(MONTHLY)
    said = read(ab)
    assert "Dienstag, 2. Mai 2028, 09:00 Uhr (statt Montag, 1. Mai 2028, 09:00 Uhr" in said
    await active(ab)
    await town.later("2028-05-01 20:00")
    assert [got(one) for one in people] == [[]] * 5
    await town.later("2028-05-02 10:00")
    assert [len(got(one)) for one in people] == [1] * 5


async def test_who_has_filled_in_their_profile_meanwhile_gets_nothing(town: Town) -> None:
    """Planned for the next day because of a holiday, and no longer meant when it would be sent."""
    ab, people = await office(town), await newcomers(town)
    await town.later("2027-10-29 10:00")
    await active(ab)
    await town.later("2027-11-01 12:00")
    await people[0].says("Ich kann bei der E-Akte helfen")
    await town.later("2027-11-02 12:00")
    assert [len(got(one)) for one in people] == [0, 1, 1, 1, 1]
    await ab.says("Statistik Profilerinnerung")
    assert "1 nicht mehr gemeint" in read(ab)


async def test_who_has_left_meanwhile_is_counted_as_gone_from_their_platform(town: Town) -> None:
    """Planned for the next day because of a holiday; until then one has removed the app, and one has left the room."""
    ab = await office(town)
    here = [await member(town, f"Siegburg {n}", "Siegburg", platform="teams", listing=None) for n in range(4)]
    there = [await member(town, f"Köln {n}", "Köln", platform="matrix", listing=None) for n in range(3)]
    await town.later("2027-10-29 10:00")
    await active(ab)
    await town.later("2027-11-01 12:00")
    await here[0].leaves()
    await there[0].leaves()
    await town.later("2027-11-02 12:00")
    assert [len(got(one)) for one in (*here, *there)] == [0, 1, 1, 1, 0, 1, 1]
    await ab.says("Statistik Profilerinnerung")
    assert "Nicht möglich: 2 (1 App in Teams entfernt; 1 Raum in Element verlassen)" in read(ab)


async def test_stopped_before_it_went_out_is_never_sent(town: Town) -> None:
    ab, people = await office(town), await newcomers(town)
    await town.later("2027-10-29 10:00")
    await active(ab)
    await town.later("2027-11-01 12:00")  # a holiday in Siegburg: planned for tomorrow
    await ab.says("Profilerinnerung aussetzen")
    await town.later("2027-11-05 12:00")
    assert [got(one) for one in people] == [[]] * 5


async def visited(town: Town, guest: Townsperson, host: Townsperson, day: date) -> None:
    async with town.storage.unit() as uow:
        visit = Visit(
            key=f"v_{guest.name}", guest=guest.key, host=host.key, guests=1, state=VisitState.TOOK_PLACE,
            first=day, last=day, starts=time(10), ends=time(15), created_at=town.now, closed_at=town.now,
        )  # fmt: skip
        await uow.visits.add(visit)
        await uow.commit()


async def test_working_days_after_each_visit_by_everybodys_own_calendar(town: Town) -> None:
    """Friday 28 May 2027 and 3 working days: 27 May is Fronleichnam in Nordrhein-Westfalen, and on in Niedersachsen none."""
    ab = await office(town)
    guest = await member(town, "Gast Groß", "Buxtehude", helps_with=("E-Akte",))
    host = await member(town, "Wirt Klein", "Siegburg", helps_with=("E-Akte",))
    early = await member(town, "Frühe Fahrt", "Buxtehude", helps_with=("E-Akte",))
    await town.later("2027-05-24 10:00")
    await visited(town, early, host, date(2027, 5, 3))
    await active(
        ab,
        "drei Arbeitstage nach jedem Besuch beide Seiten um 9:30 alle erinnern: Guten Tag {name}, was haben Sie mitgenommen?",
    )
    await visited(town, guest, host, date(2027, 5, 25))
    await town.later("2027-05-28 12:00")
    assert len(got(guest)) == 1
    assert got(host) == []
    await town.later("2027-05-31 12:00")
    assert len(got(host)) == 1
    assert got(early) == [], "visits from before it was switched on don't count"


async def test_days_on_which_nobody_was_due_are_no_runs(town: Town) -> None:
    """Neither in the time without runs nor after an outage: what follows an event is looked at every day."""
    ab = await office(town)
    await active(
        ab, "drei Arbeitstage nach jedem Besuch um 9:30 alle erinnern: Guten Tag {name}, was haben Sie mitgenommen?"
    )
    async with town.storage.unit() as uow:
        (nudge,) = await uow.nudges.all()
        await uow.nudges.save(replace(nudge, breaks=("12-01..12-31",)), was=nudge)
        await uow.commit()
    await town.later("2026-12-05 12:00")
    await down(town, "2026-12-12 12:00")
    async with town.storage.unit(write=False) as uow:
        assert await uow.nudges.runs(nudge.key) == []


async def test_a_coordinator_writes_to_their_own_municipality_alone(town: Town) -> None:
    near, far = await newcomers(town, 2), await newcomers(town, 2, "Buxtehude")
    who = await member(town, "Karla Koordinatorin", "Siegburg", helps_with=("E-Akte",))
    async with town.storage.unit() as uow:
        body = next(one for one in await uow.bodies.all() if one.name == "Siegburg")
        await uow.people.grant(who.key, Role.COORDINATOR, body.key, town.now)
        await uow.commit()
    await active(who, MONTHLY)
    await town.later("2026-12-07 10:00")
    assert [len(got(one)) for one in near] == [1, 1]
    assert [len(got(one)) for one in far] == [0, 0]
    await who.says("jeden Montag um 9 alle inaktiven erinnern: Guten Tag {name}, sind Sie noch da?")
    assert "darf nur das Netzwerkbüro auswählen" in read(who)
    ab = await office(town)
    await ab.says("welche nudges laufen gerade?")
    assert "Profilerinnerung" in read(ab)


async def test_a_coordinator_who_is_none_any_more_reminds_nobody(town: Town) -> None:
    people = await newcomers(town, 2)
    who = await member(town, "Karla Koordinatorin", "Siegburg", helps_with=("E-Akte",))
    async with town.storage.unit() as uow:
        body = next(one for one in await uow.bodies.all() if one.name == "Siegburg")
        await uow.people.grant(who.key, Role.COORDINATOR, body.key, town.now)
        await uow.commit()
    await active(who, MONTHLY)
    async with town.storage.unit() as uow:
        await uow.people.revoke(who.key, Role.COORDINATOR, body.key)
        await uow.commit()
    await town.later("2026-12-07 10:00")
    assert [got(one) for one in people] == [[], []]


async def test_what_few_people_did_is_nothing_to_choose_by(town: Town) -> None:
    ab = await office(town)
    quiet = await newcomers(town, 4)
    for one in quiet:
        await change(town, one, active_at=town.now - timedelta(days=300))
    await ab.says("jeden Montag um 9 alle inaktiven erinnern: Guten Tag {name}, sind Sie noch da?")
    assert "Zurzeit Personen: unter 5" in read(ab)
    await ab.says("scharf schalten")
    await ab.says("ja")
    assert "träfe auf unter 5 Personen zu" in read(ab)
    await town.later("2026-12-01 10:00")
    assert [got(one) for one in quiet] == [[]] * 4


async def test_of_a_few_recipients_no_reasons_are_told(town: Town) -> None:
    ab, people = await office(town), await newcomers(town, 3)
    await change(town, people[0], prompts_off=True)
    await active(ab)
    await town.later("2026-12-07 10:00")
    await ab.says("Statistik Profilerinnerung")
    said = read(ab)
    assert "Fällig: unter 5" in said
    assert "Zugestellt: 2" in said
    assert "abgeschaltet" not in said


async def test_a_test_goes_to_the_one_who_asks_alone(town: Town) -> None:
    ab, people = await office(town), await newcomers(town)
    await ab.says(MONTHLY)
    await ab.says("schick das mal testweise nur an mich")
    assert "Test – nur an Sie" in read(ab)
    await town.later("2026-12-01 10:00")
    assert [one.mailbox for one in people] == [[]] * 5


async def test_other_wishes_of_the_office_are_not_taken_for_changes(town: Town) -> None:
    ab = await office(town)
    await ab.says(MONTHLY)
    for wish, answer in {
        "Zeig mir die Zahlen des Netzwerks": "Heute dabei",
        "offene Anfragen": "keine Anfrage",
        "Welche Themen fehlen?": "",
    }.items():
        await ab.says(MONTHLY)
        read(ab)
        await ab.says(wish)
        assert answer in (said := read(ab))
        assert "Erinnerung" not in said


async def test_unknown_variables_are_refused_at_once(town: Town) -> None:
    ab = await office(town)
    await ab.says(MONTHLY)
    read(ab)
    await ab.says("Text: Guten Tag {vorname}, bitte füllen Sie das aus.")
    assert "{vorname} kenne ich nicht. Einsetzen kann ich: {name}" in read(ab)


async def test_what_a_name_holds_is_never_a_variable(town: Town) -> None:
    ab = await office(town)
    trick = await member(town, "{netzwerk} Trick", "Siegburg", listing=None)
    await active(ab)
    await town.later("2026-12-07 10:00")
    assert "{netzwerk} Trick" in got(trick)[0]


async def test_a_recipient_sees_it_in_their_own_data_and_is_gone_from_it_when_erased(town: Town) -> None:
    ab, people = await office(town), await newcomers(town)
    await active(ab)
    await town.later("2026-12-07 10:00")
    async with town.storage.unit(write=False) as uow:
        mine = await uow.privacy.everything(people[0].key)
        (sent,) = mine["nudge_sends"]
        assert sent["name"] == "Profilerinnerung"
        assert sent["at"].startswith("2026-12-07")
        assert sent["outcome"] == "delivered"
        assert "nudge_sends" not in await uow.privacy.everything(ab.key)
    async with town.storage.unit() as uow:
        await uow.privacy.erase(people[0].key, town.now)
        await uow.commit()
    await ab.says("Statistik Profilerinnerung")
    said = read(ab)
    assert "Fällig: 5" in said
    assert "1 inzwischen gelöscht" in said


async def test_after_a_month_only_sums_are_left_and_they_add_up(town: Town) -> None:
    ab, people = await office(town), await newcomers(town)
    await change(town, people[0], prompts_off=True)
    await active(ab)
    await town.later("2027-01-08 10:00")
    async with town.storage.unit(write=False) as uow:
        (nudge,) = [one for one in await uow.nudges.all() if one.name == "Profilerinnerung"]
        *_, first = await uow.nudges.runs(nudge.key)
        assert first.sums is not None
        assert await uow.nudges.traced(first.key) == []
        sums = summed(first, [], town.now)
    assert sums.add_up()
    assert (sums.due, sums.handed_over, dict(sums.left_out)) == (5, 4, {"prompts_off": 1})


@pytest.mark.parametrize("words", ["jeden zweiten Dienstag alle ohne Profil ans Ausfüllen erinnern"])
async def test_what_is_not_clear_is_asked_back_and_the_rest_is_kept(town: Town, words: str) -> None:
    ab = await office(town)
    await newcomers(town)
    await ab.says(words)
    assert "auf zwei Arten" in read(ab)
    await ab.says("alle zwei Wochen dienstags um 9")
    said = read(ab)
    assert "Wann: alle 2 Wochen am Dienstag um 09:00 Uhr" in said
    assert "Zurzeit Personen: 5" in said


async def test_somebody_nobody_matches_is_found_by_hand(town: Town) -> None:
    """The desk: taken by one, answered with a person, and the asker decides."""
    ab = await office(town)
    other = await member(town, "Bernd Büro", "Köln", helps_with=("E-Akte",), role=Role.ADMIN)
    jens = await member(town, "Jens Kalthoff", "Hückelhoven", helps_with=("E-Akte",))
    await member(town, "Verborgene Vera", "Hückelhoven", listing=None)
    mv = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    await mv.says("Wer kennt sich mit Friedhofsverwaltung aus?")
    await mv.picks("Das Netzwerkbüro")
    read(mv)

    await ab.says("offene Anfragen")
    assert "Miriam Vogt" in read(ab)
    await ab.picks("Nr. 1 übernehmen")
    await other.says("offene Anfragen")
    assert "Kümmert sich: Anna Berg" in read(other)
    await other.picks("Nr. 1 übernehmen")
    assert "kümmert sich schon Anna Berg" in read(other)

    await ab.says("frag Verborgene Vera")
    assert "kann ich nicht vorschlagen" in read(ab)
    await ab.says("offene Anfragen")
    await ab.says("frag Jens Kalthoff")
    assert "Vorschlag abgeschickt" in read(ab)
    await town.later("2026-11-24 10:00")
    said = read(mv)
    assert "schlägt das Netzwerkbüro jemanden vor" in said
    assert "Jens Kalthoff" in said
    assert jens.mailbox == [], "nobody is asked before she wants it"
    await mv.picks("Bekannt machen")
    assert "Jens Kalthoff" in read(mv)


@pytest.mark.parametrize("text", ["In Ulm gibt es das schon, fragen Sie dort.", "Fragen Sie in Ulm nach."])
async def test_an_answer_that_names_a_place_is_no_search_of_the_office(town: Town, text: str) -> None:
    ab = await office(town)
    mv = await member(town, "Miriam Vogt", "Erbach, Baden-Württemberg")
    await mv.says("Wer kennt sich mit Friedhofsverwaltung aus?")
    await mv.picks("Das Netzwerkbüro")
    await ab.says("offene Anfragen")
    await ab.picks("Nr. 1 übernehmen")
    read(mv)
    read(ab)
    await ab.says("wer kennt sich mit der E-Akte aus")  # she looks herself first
    assert "Antwort abgeschickt" not in read(ab)
    await ab.says("offene Anfragen")
    await ab.picks("Nr. 1 übernehmen")
    await ab.says(text)
    assert "Antwort abgeschickt" in read(ab)
    await town.later("2026-11-24 10:00")
    assert f"> {text}" in read(mv)
