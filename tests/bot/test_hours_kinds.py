"""When what may be sent: what each kind waits for, the ceiling, pauses, being late, and settings that can't be."""

from datetime import date, datetime, time, timedelta

import pytest

from bot.hours import Hours, Kind, Lapsed, Place, Send, Wait, Window
from tests.bot.hours_told import (
    COUNTED,
    ERBACH,
    HOURS,
    OFFICE_HOURS,
    berlin,
    decided,
    planned,
)

# ---------------------------------------------------------------- what kind it is


@pytest.mark.parametrize("kind", OFFICE_HOURS)
def test_at_night_everything_waits_that_was_not_just_asked_for(kind: Kind) -> None:
    assert planned(kind, "2026-11-23 21:40") == "2026-11-24 09:00"


@pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.SNOOZE])
def test_answers_and_times_people_named_keep_their_time_at_any_hour(kind: Kind) -> None:
    assert planned(kind, "2026-12-24 22:15", paused_until=date(2027, 2, 1)) == "2026-12-24 22:15"


@pytest.mark.parametrize("kind", COUNTED)
def test_the_fourth_unasked_message_of_a_week_waits_for_the_next_week_that_has_room(kind: Kind) -> None:
    this, following = date(2026, 11, 23), date(2026, 11, 30)
    assert planned(kind, "2026-11-25 10:00", unasked_this_week={this: 2}) == "2026-11-25 10:00"
    assert planned(kind, "2026-11-25 10:00", unasked_this_week={this: 3}) == "2026-11-30 09:00"
    assert planned(kind, "2026-11-25 10:00", unasked_this_week={this: 3, following: 4}) == "2026-12-07 09:00"
    assert planned(kind, "2026-11-25 10:00", unasked_this_week={this: 1}, ceiling=1) == "2026-11-30 09:00"


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in COUNTED])
def test_what_does_not_count_is_not_held_up_by_the_ceiling(kind: Kind) -> None:
    assert planned(kind, "2026-11-25 10:00", unasked_this_week=lambda _: 99) == "2026-11-25 10:00"


def test_the_week_is_the_one_in_which_it_would_arrive_on_the_persons_own_calendar() -> None:
    asked: list[date] = []

    def none_so_far(week: date) -> int:
        asked.append(week)
        return 0

    planned(Kind.NUDGE, "2026-11-27 18:00", unasked_this_week=none_so_far)  # Friday evening: Monday counts
    planned(Kind.NUDGE, "2026-11-29 23:30", unasked_this_week=none_so_far)
    auckland = Place(tz="Pacific/Auckland")  # Monday morning there is Sunday evening here
    planned(Kind.NUDGE, "2026-11-29 21:30", auckland, unasked_this_week=none_so_far)
    assert asked == [date(2026, 11, 30)] * 3


def test_a_full_week_after_a_holiday_monday_moves_to_its_tuesday() -> None:
    full = {date(2027, 3, 22): 3}
    assert planned(Kind.PROMPT, "2027-03-25 10:00", unasked_this_week=full) == "2027-03-30 09:00"


def test_the_week_ends_with_sunday_where_sundays_are_open() -> None:
    hours = Hours(window=Window(days=frozenset(range(7))))
    full = {date(2026, 11, 23): 3}
    assert planned(Kind.NUDGE, "2026-11-25 10:00", hours=hours, unasked_this_week=full) == "2026-11-30 09:00"


@pytest.mark.parametrize("kind", COUNTED)
def test_prompts_and_nudges_wait_until_the_person_is_back(kind: Kind) -> None:
    assert planned(kind, "2026-12-01 10:00", paused_until=date(2027, 1, 1)) == "2027-01-04 09:00"
    assert planned(kind, "2026-12-01 10:00", paused_until=date(2026, 12, 1)) == "2026-12-01 10:00"
    assert planned(kind, "2026-12-01 10:00", paused_until=date(2026, 12, 2)) == "2026-12-02 09:00"


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in COUNTED])
def test_a_pause_holds_up_nothing_else(kind: Kind) -> None:
    assert planned(kind, "2026-12-01 10:00", paused_until=date(2027, 1, 1)) == "2026-12-01 10:00"


def test_only_requests_and_changes_of_a_visit_are_sent_again_when_nobody_knows_whether_they_arrived() -> None:
    assert [kind for kind in Kind if kind.resend_uncertain] == [Kind.REQUEST, Kind.VISIT]


# ---------------------------------------------------------------- at the moment of sending


@pytest.mark.parametrize("kind", Kind)
def test_what_is_due_goes_out(kind: Kind) -> None:
    assert decided(kind, now="2026-11-24 10:00", due="2026-11-24 09:59") == Send()


@pytest.mark.parametrize("kind", OFFICE_HOURS)
def test_what_missed_the_closing_waits_for_the_morning(kind: Kind) -> None:
    assert decided(kind, now="2026-11-24 17:00", due="2026-11-24 16:59") == Wait(berlin("2026-11-25 09:00"))


def test_what_is_not_yet_due_waits_for_its_time() -> None:
    assert decided(Kind.SNOOZE, now="2026-11-24 10:00", due="2026-11-24 22:00") == Wait(berlin("2026-11-24 22:00"))


@pytest.mark.parametrize("kind", [Kind.PROMPT, Kind.NUDGE, Kind.VISIT_REMINDER])
def test_after_a_day_of_downtime_a_prompt_lapses(kind: Kind) -> None:
    assert decided(kind, now="2026-11-25 10:00", due="2026-11-24 10:00") == Send()
    assert decided(kind, now="2026-11-25 10:01", due="2026-11-24 10:00") == Lapsed()
    assert decided(kind, now="2026-11-24 10:31", due="2026-11-24 10:00", catch_up=timedelta(minutes=30)) == Lapsed()


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in {Kind.PROMPT, Kind.NUDGE, Kind.VISIT_REMINDER}])
def test_requests_answers_and_handovers_never_lapse(kind: Kind) -> None:
    assert decided(kind, now="2026-12-15 10:00", due="2026-11-24 10:00") == Send()


def test_a_weekend_of_downtime_is_caught_up_only_within_the_bound() -> None:
    due = "2026-11-27 16:30"
    assert decided(Kind.NUDGE, now="2026-11-28 10:00", due=due) == Wait(berlin("2026-11-30 09:00"))
    assert decided(Kind.NUDGE, now="2026-11-30 09:00", due=due) == Lapsed()


def test_the_night_before_an_opening_is_no_lateness() -> None:
    assert decided(Kind.NUDGE, now="2026-11-30 09:05", due="2026-11-27 17:30") == Send()


def test_a_pause_is_no_lateness() -> None:
    back = date(2026, 12, 7)
    assert decided(Kind.PROMPT, now="2026-12-04 10:00", due="2026-11-24 10:00", paused_until=back) == Wait(
        berlin("2026-12-07 09:00")
    )
    assert decided(Kind.PROMPT, now="2026-12-07 09:00", due="2026-11-24 10:00", paused_until=back) == Send()


def test_a_week_that_was_full_is_no_lateness() -> None:
    full = {date(2026, 11, 23): 3}
    now = "2026-11-30 09:00"
    assert decided(Kind.PROMPT, now="2026-11-25 10:00", due="2026-11-25 10:00", unasked_this_week=full) == Wait(
        berlin(now)
    )
    assert decided(Kind.PROMPT, now=now, due="2026-11-25 10:00", unasked_this_week=full) == Send()


def test_a_ceiling_reached_since_it_was_due_puts_it_off() -> None:
    assert decided(
        Kind.NUDGE,
        now="2026-11-30 09:10",
        due="2026-11-29 20:00",
        unasked_this_week={date(2026, 11, 30): 3},
    ) == Wait(berlin("2026-12-07 09:00"))


# ---------------------------------------------------------------- settings that can't be


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        HOURS.next_opening(datetime(2026, 11, 24, 9), ERBACH)  # noqa: DTZ001


@pytest.mark.parametrize("tz", ["Europe/Atlantis", "Europe", "../etc/passwd", ""])
def test_an_unknown_zone_is_named_with_the_remedy(tz: str) -> None:
    with pytest.raises(ValueError, match="write it like Europe/Berlin"):
        Place(tz=tz)


def test_an_unknown_state_is_named_with_the_remedy() -> None:
    with pytest.raises(ValueError, match="'NRW': write one of Baden-Württemberg"):
        Place(state="NRW")
    with pytest.raises(ValueError, match="'NRW'"):
        Hours(network_state="NRW")


@pytest.mark.parametrize(("opens", "closes"), [(time(17), time(9)), (time(9), time(9))])
def test_a_window_that_never_opens_is_refused(opens: time, closes: time) -> None:
    with pytest.raises(ValueError, match="open before it closes"):
        Window(opens=opens, closes=closes)


@pytest.mark.parametrize("days", [frozenset[int](), frozenset({7})])
def test_a_window_needs_days_of_the_week(days: frozenset[int]) -> None:
    with pytest.raises(ValueError, match="at least one day"):
        Window(days=days)


def test_hours_that_never_open_say_so_instead_of_searching_for_ever() -> None:
    never = Hours(closed=frozenset((month, day) for month in range(1, 13) for day in range(1, 32)))
    with pytest.raises(ValueError, match="give it more days"):
        never.next_opening(berlin("2026-11-24 09:00"), ERBACH)
    with pytest.raises(ValueError, match="give it more days"):
        never.add_working_days(date(2026, 11, 24), 1, ERBACH)
    with pytest.raises(ValueError, match="ceiling must be at least 1"):
        planned(Kind.NUDGE, "2026-11-24 09:00", ceiling=0)
