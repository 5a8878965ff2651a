"""When something may be sent to somebody: the journeys' dates, whose holidays count, and the window."""

import csv
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.hours import Hours, Kind, Place, Window, when
from bot.public_holidays import AUGSBURG, FRONLEICHNAM_SAXONY, FRONLEICHNAM_THURINGIA, STATES
from tests.bot.hours_told import (
    BERLIN,
    BUXTEHUDE,
    ERBACH,
    EVERYWHERE,
    HOURS,
    HUECKELHOVEN,
    berlin,
    planned,
    shown,
)

# ---------------------------------------------------------------- the journeys


def test_a_request_at_night_goes_out_in_the_morning_and_closes_on_the_seventh_working_day() -> None:
    sent = when(Kind.REQUEST, berlin("2026-11-23 21:40"), HUECKELHOVEN, hours=HOURS, unasked_this_week={})
    assert shown(sent) == "2026-11-24 09:00"
    day = HOURS.day_of(sent, HUECKELHOVEN)
    assert HOURS.add_working_days(day, 3, HUECKELHOVEN) == date(2026, 11, 27)
    assert shown(HOURS.closing(HOURS.add_working_days(day, 7, HUECKELHOVEN), HUECKELHOVEN)) == "2026-12-03 17:00"


def test_a_question_at_eight_minutes_to_ten_is_passed_on_at_once() -> None:
    assert planned(Kind.RELAY, "2026-11-24 09:51", ERBACH) == "2026-11-24 09:51"


def test_after_a_visit_on_the_fifth_of_january_the_host_is_asked_a_day_before_the_guest() -> None:
    visit = date(2027, 1, 5)
    assert HOURS.next_working_day(visit, HUECKELHOVEN) == date(2027, 1, 6)
    assert HOURS.next_working_day(visit, ERBACH) == date(2027, 1, 7)
    assert HOURS.holiday_name(date(2027, 1, 6), ERBACH) == "Heilige Drei Könige"
    assert HOURS.holiday_name(date(2027, 1, 6), ERBACH, "en") == "Epiphany"
    assert HOURS.holiday_name(date(2027, 1, 6), HUECKELHOVEN) is None


def test_the_reminder_of_a_visit_after_new_year_comes_on_the_working_day_before() -> None:
    assert HOURS.add_working_days(date(2027, 1, 5), -1, ERBACH) == date(2027, 1, 4)
    assert HOURS.add_working_days(date(2027, 1, 7), -1, ERBACH) == date(2027, 1, 5)
    assert HOURS.add_working_days(date(2027, 1, 4), -1, ERBACH) == date(2026, 12, 30)


@pytest.mark.parametrize("place", EVERYWHERE, ids=STATES)
def test_german_unity_day_is_kept_in_every_state(place: Place) -> None:
    assert HOURS.next_working_day(date(2028, 10, 2), place) == date(2028, 10, 4)
    assert HOURS.next_working_day(date(2026, 10, 2), place) == date(2026, 10, 5)


@pytest.mark.parametrize("place", EVERYWHERE, ids=STATES)
def test_nothing_goes_out_between_the_years_on_the_days_that_are_closed(place: Place) -> None:
    for year in range(2024, 2034):
        for month, day in ((12, 24), (12, 25), (12, 26), (12, 31), (1, 1)):
            noon = datetime(year, month, day, 12, tzinfo=BERLIN)
            assert not HOURS.may_send(noon, place), noon
    assert shown(HOURS.next_opening(berlin("2026-12-23 17:00"), place)) == "2026-12-28 09:00"


def test_christmas_eve_is_no_working_day_of_a_consent_window_either() -> None:
    assert HOURS.add_working_days(date(2026, 12, 22), 7, HUECKELHOVEN) == date(2027, 1, 6)
    assert HOURS.add_working_days(date(2026, 12, 22), 7, ERBACH) == date(2027, 1, 7)
    assert HOURS.holiday_name(date(2026, 12, 24), ERBACH) is None


def test_a_nudge_on_all_saints_day_reaches_each_state_on_its_own_day() -> None:
    assert planned(Kind.NUDGE, "2027-11-01 09:00", HUECKELHOVEN) == "2027-11-02 09:00"
    assert planned(Kind.NUDGE, "2027-11-01 09:00", ERBACH) == "2027-11-02 09:00"
    assert planned(Kind.NUDGE, "2027-11-01 09:00", BUXTEHUDE) == "2027-11-01 09:00"


def test_the_dates_of_the_monthly_nudge_need_no_moving() -> None:
    for first_monday in ("2026-12-07 09:00", "2027-01-04 09:00", "2027-02-01 09:00"):
        assert planned(Kind.NUDGE, first_monday) == first_monday


# ---------------------------------------------------------------- whose holidays


def test_without_a_municipality_the_networks_state_counts() -> None:
    epiphany = date(2027, 1, 6)
    assert not Hours(network_state="Baden-Württemberg").is_working_day(epiphany, Place())
    assert Hours(network_state="Niedersachsen").is_working_day(epiphany, Place())
    assert Hours().is_working_day(epiphany, Place())
    assert Hours(network_state="Baden-Württemberg").is_working_day(epiphany, BUXTEHUDE)


def test_the_peace_festival_is_augsburgs_alone() -> None:
    festival = date(2028, 8, 8)
    augsburg = Place(state="Bayern", locality=AUGSBURG)
    assert HOURS.holiday_name(festival, augsburg) == "Augsburger Hohes Friedensfest"
    assert not HOURS.is_working_day(festival, augsburg)
    assert HOURS.is_working_day(festival, Place(state="Bayern", locality="09162000"))


def test_assumption_counts_in_all_of_bavaria_and_in_the_saarland() -> None:
    assumption = date(2028, 8, 15)
    off = [state for state in STATES if not HOURS.is_working_day(assumption, Place(state=state))]
    assert off == ["Bayern", "Saarland"]
    assert not HOURS.is_working_day(assumption, Place(state="Bayern", locality=AUGSBURG))
    assert not HOURS.is_working_day(assumption, Place(state="Bayern", locality="09564000"))


@pytest.mark.parametrize(
    ("state", "locality", "working"),
    [
        ("Sachsen", "14625080", False),  # Crostwitz
        ("Sachsen", "14612000", True),  # Dresden
        ("Sachsen", None, True),
        ("Thüringen", "16061045", False),  # Heilbad Heiligenstadt, in Eichsfeld
        ("Thüringen", "16063032", False),  # Geisa
        ("Thüringen", "16051000", True),  # Erfurt
        ("Thüringen", None, True),
        ("Hessen", None, False),
    ],
)
def test_corpus_christi_in_saxony_and_thuringia_depends_on_the_town(
    state: str, locality: str | None, *, working: bool
) -> None:
    assert HOURS.is_working_day(date(2027, 5, 27), Place(state=state, locality=locality)) is working


def test_the_towns_named_for_corpus_christi_stand_in_the_register() -> None:
    register = Path(__file__).parents[2].parent / "shared" / "data" / "municipalities.csv"
    if not register.exists():
        pytest.skip("../shared/data/municipalities.csv isn't there")
    with register.open(encoding="utf-8", newline="") as file:
        states = {row["ags"]: row["state"] for row in csv.DictReader(file)}
    assert {states[ags] for ags in FRONLEICHNAM_SAXONY} == {"Sachsen"}
    assert {states[ags] for ags in FRONLEICHNAM_THURINGIA} == {"Thüringen"}
    assert states[AUGSBURG] == "Bayern"
    assert set(states.values()) == set(STATES)


# ---------------------------------------------------------------- the window


def test_the_window_opens_at_nine_sharp_and_five_is_outside() -> None:
    for at, inside in (("08:59:59", False), ("09:00:00", True), ("16:59:59", True), ("17:00:00", False)):
        assert HOURS.may_send(berlin(f"2026-11-24 {at}"), ERBACH) is inside, at


def test_each_reads_the_clock_of_their_own_zone() -> None:
    azores = Place(tz="Atlantic/Azores", state="Hamburg")
    assert shown(HOURS.next_opening(berlin("2026-11-24 09:00"), azores)) == "2026-11-24 11:00"
    assert HOURS.day_of(berlin("2026-11-24 00:30"), azores) == date(2026, 11, 23)


def test_a_moment_inside_is_kept_to_the_microsecond() -> None:
    at = berlin("2026-11-24 10:20:30").replace(microsecond=123_456)
    assert HOURS.next_opening(at, ERBACH) == at


def test_a_time_in_the_gap_in_spring_is_the_first_moment_after_it() -> None:
    gap = HOURS.at_local(date(2027, 3, 28), time(2, 30), ERBACH)
    assert gap == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert shown(gap) == "2027-03-28 03:00"
    assert HOURS.at_local(date(2027, 3, 28), time(2, 0, 0, 500_000), ERBACH) == gap


def test_a_time_in_the_doubled_hour_in_autumn_is_the_first_of_the_two() -> None:
    for at in (time(2, 30, fold=1), time(2, 30)):
        assert HOURS.at_local(date(2028, 10, 29), at, ERBACH) == datetime(2028, 10, 29, 0, 30, tzinfo=UTC)


def test_a_time_of_day_is_the_persons_whatever_zone_it_brings_along() -> None:
    at = HOURS.at_local(date(2026, 11, 24), time(9, 0, 0, 500, tzinfo=UTC), ERBACH)
    assert at == datetime(2026, 11, 24, 8, 0, 0, 500, tzinfo=UTC)


def test_a_day_left_out_altogether_begins_and_ends_where_the_next_one_begins() -> None:
    apia = Place(tz="Pacific/Apia")
    left_out = date(2011, 12, 30)
    assert HOURS.at_local(left_out, time(9), apia) == datetime(2011, 12, 30, 10, tzinfo=UTC)
    assert HOURS.opening(left_out, apia) == HOURS.closing(left_out, apia)


def test_a_window_lost_in_the_gap_waits_for_the_next_day() -> None:
    hours = Hours(window=Window(days=frozenset(range(7)), opens=time(2, 10), closes=time(2, 40)))
    assert shown(hours.next_opening(berlin("2027-03-28 01:00"), ERBACH)) == "2027-03-30 02:10"  # after Easter Monday


def test_a_window_of_the_whole_day_has_no_seam_at_midnight() -> None:
    hours = Hours(window=Window(days=frozenset(range(7)), opens=time(0), closes=time(0)))
    for at in ("2027-03-27 23:59:59", "2027-10-31 00:00:00", "2027-10-30 23:59:59", "2026-11-22 03:00:00"):
        assert hours.may_send(berlin(at), HUECKELHOVEN), at
    assert shown(hours.next_opening(berlin("2027-10-03 00:00"), HUECKELHOVEN)) == "2027-10-04 00:00"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("2026-11-24 10:20:00", "2026-11-24 11:00"),
        ("2026-11-24 10:00:00", "2026-11-24 11:00"),
        ("2026-11-24 09:59:00", "2026-11-24 10:00"),
        ("2026-11-24 09:59:01", "2026-11-24 11:00"),  # ten would be in less than a minute
        ("2026-11-24 16:20:00", "2026-11-25 09:00"),  # five is outside
        ("2026-11-24 08:58:00", "2026-11-24 09:00"),
        ("2026-11-24 08:59:30", "2026-11-24 10:00"),
        ("2026-11-27 21:00:00", "2026-11-30 09:00"),
        ("2026-12-23 16:30:00", "2026-12-28 09:00"),
    ],
)
def test_a_no_is_told_at_the_next_full_hour_that_does_not_give_it_away(at: str, told: str) -> None:
    assert shown(HOURS.next_full_hour_inside(berlin(at), ERBACH)) == told


def test_full_hours_are_those_of_the_persons_clock() -> None:
    kathmandu = Place(tz="Asia/Kathmandu")  # 05:45 ahead of UTC
    assert HOURS.next_full_hour_inside(datetime(2026, 11, 24, 6, tzinfo=UTC), kathmandu) == datetime(
        2026, 11, 24, 6, 15, tzinfo=UTC
    )


def test_a_full_hour_stays_full_where_the_clock_moves_by_half_an_hour() -> None:
    hours = Hours(window=Window(days=frozenset(range(7)), opens=time(0), closes=time(0)))
    lord_howe = Place(tz="Australia/Lord_Howe")
    told = hours.next_full_hour_inside(datetime(2027, 4, 3, 14, 50, tzinfo=UTC), lord_howe)  # 01:50, at 02:00 back
    assert told.astimezone(ZoneInfo(lord_howe.tz)).strftime("%H:%M") == "02:00"
    assert told == datetime(2027, 4, 3, 15, 30, tzinfo=UTC)
