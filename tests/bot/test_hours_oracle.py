"""The window's next opening, compared with a plain oracle over ten years; bench/hours.py compares all of it."""

from datetime import UTC, datetime, time, timedelta

import hours_oracle as oracle
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.hours import Hours, Place, Window
from bot.public_holidays import STATES

EVERY_DAY = frozenset(range(7))
WORKDAYS = frozenset(range(5))
WINDOWS = [
    Window(),
    Window(days=frozenset({1, 3}), opens=time(9, 30), closes=time(12, 15)),
    Window(days=EVERY_DAY, opens=time(0), closes=time(0)),  # the whole day
    Window(days=WORKDAYS, opens=time(0), closes=time(0)),
    Window(days=EVERY_DAY, opens=time(2, 30), closes=time(10)),  # opens in the gap, and in the doubled hour
    Window(days=EVERY_DAY, opens=time(2, 10), closes=time(2, 40)),  # lies in the gap: no window that day
    Window(days=EVERY_DAY, opens=time(1), closes=time(2, 30)),  # closes in them
    Window(days=EVERY_DAY, opens=time(22), closes=time(0)),
]
ZONES = [
    "Europe/Berlin",
    "Europe/Lisbon",
    "Atlantic/Azores",
    "Africa/Cairo",  # changes at midnight, on a Friday
    "America/Santiago",  # the day after the change begins at 01:00
    "Australia/Lord_Howe",  # half an hour
    "Antarctica/Troll",  # two hours
    "Asia/Kathmandu",  # never, but 45 minutes off
]
CHANGES = {tz: oracle.clock_changes(tz, 2024, 2033) for tz in ZONES}

DECADE = datetime(2024, 1, 1), datetime(2033, 12, 31)  # noqa: DTZ001 -- hypothesis adds the zone
anywhen = st.datetimes(*DECADE, timezones=st.just(UTC))
states = st.sampled_from([None, *STATES])


@st.composite
def near_a_change(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone with an instant within two days of one of its clock changes, most of them within hours."""
    tz = draw(st.sampled_from([tz for tz in ZONES if CHANGES[tz]]))
    change = draw(st.sampled_from(CHANGES[tz]))
    away = st.integers(-48 * 60, 48 * 60) | st.integers(-180, 180)
    return tz, change + timedelta(minutes=draw(away), microseconds=draw(st.sampled_from([0, 0, 1, 59_999_999])))


def assert_as_the_oracle_says(at: datetime, window: Window, place: Place) -> None:
    hours = Hours(window=window)
    opening = hours.next_opening(at, place)
    assert opening == oracle.next_opening(
        at,
        tz=place.tz,
        state=place.state,
        locality=place.locality,
        days=window.days,
        opens=window.opens,
        closes=window.closes,
    )
    assert opening.tzinfo is UTC
    assert opening >= at
    assert hours.next_opening(opening, place) == opening
    assert hours.may_send(opening, place)
    assert hours.may_send(at, place) == (opening == at)


@given(at=anywhen, state=states, window=st.sampled_from(WINDOWS))
@settings(max_examples=500, deadline=None)
@example(at=datetime(2028, 10, 2, 16, 0, tzinfo=UTC), state="Berlin", window=WINDOWS[0])
@example(at=datetime(2026, 12, 23, 16, 0, tzinfo=UTC), state="Sachsen", window=WINDOWS[0])
def test_over_ten_years_in_every_state(at: datetime, state: str | None, window: Window) -> None:
    assert_as_the_oracle_says(at, window, Place(state=state))


@given(where=near_a_change(), window=st.sampled_from(WINDOWS))
@settings(max_examples=500, deadline=None)
def test_around_clock_changes(where: tuple[str, datetime], window: Window) -> None:
    tz, at = where
    assert_as_the_oracle_says(at, window, Place(tz=tz, state="Hessen"))


@pytest.mark.parametrize("state", STATES)
def test_each_holiday_of_a_state_from_the_evening_before(state: str) -> None:
    place = Place(state=state)
    for year in range(2024, 2034):
        for day in oracle.days_off(state, None, year):
            evening = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=4)
            assert_as_the_oracle_says(evening, Window(days=EVERY_DAY), place)


def test_augsburg_has_a_holiday_of_its_own() -> None:
    place = Place(state="Bayern", locality="09761000")
    for year in range(2024, 2034):
        assert_as_the_oracle_says(datetime(year, 8, 7, 20, tzinfo=UTC), Window(days=EVERY_DAY), place)


@given(at=anywhen, state=states, tz=st.sampled_from(ZONES))
@settings(max_examples=200, deadline=None)
def test_the_next_full_hour_is_a_minute_away_at_least_and_inside(at: datetime, state: str | None, tz: str) -> None:
    hours, place = Hours(), Place(tz=tz, state=state)
    told = hours.next_full_hour_inside(at, place)
    opening = hours.next_opening(at, place)
    assert told >= at + timedelta(minutes=1)
    assert hours.may_send(told, place)
    if opening == at:  # inside: within two hours, or at an opening when these are over
        assert told <= at + timedelta(minutes=61) or told == hours.next_opening(at + timedelta(minutes=61), place)
    assert told == hours.next_opening(told, place)
    local = told.astimezone(oracle.ZoneInfo(tz))
    assert (local.minute, local.second, local.microsecond) == (0, 0, 0)
