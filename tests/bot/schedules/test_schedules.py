"""Schedules: as people say them, as they are read back, and when they come."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from bot.schedules import (
    Cron,
    Once,
    Schedule,
    ScheduleError,
    Unclear,
    canonical,
    described,
    instants,
    last_until,
    parse,
    said,
    upcoming,
)
from bot.words import Words
from tests.bot.schedules.plain_walk import some_schedule, walk

TODAY = date(2026, 11, 24)  # a Tuesday
BERLIN = "Europe/Berlin"

UNDERSTOOD = [line.split(" -> ") for line in """\
jeden ersten Montag im Monat um 9 -> RRULE:FREQ=MONTHLY;BYDAY=1MO AT 09:00 FROM 2026-11-24
Jeden 1. Montag im Monat um 9 Uhr -> RRULE:FREQ=MONTHLY;BYDAY=1MO AT 09:00 FROM 2026-11-24
immer am ersten montag des monats, 9:00 uhr -> RRULE:FREQ=MONTHLY;BYDAY=1MO AT 09:00 FROM 2026-11-24
on the first Monday of the month at 9 am -> RRULE:FREQ=MONTHLY;BYDAY=1MO AT 09:00 FROM 2026-11-24
every first Monday of the month at 9 -> RRULE:FREQ=MONTHLY;BYDAY=1MO AT 09:00 FROM 2026-11-24
jeden ersten und dritten Montag um 9 -> RRULE:FREQ=MONTHLY;BYDAY=1MO,3MO AT 09:00 FROM 2026-11-24
jeden ersten Montag um 9 -> RRULE:FREQ=MONTHLY;BYDAY=1MO AT 09:00 FROM 2026-11-24
every first Monday at 9 -> RRULE:FREQ=MONTHLY;BYDAY=1MO AT 09:00 FROM 2026-11-24
every last Friday at noon -> RRULE:FREQ=MONTHLY;BYDAY=-1FR AT 12:00 FROM 2026-11-24
am ersten und dritten Montag im Monat um 9 Uhr -> RRULE:FREQ=MONTHLY;BYDAY=1MO,3MO AT 09:00 FROM 2026-11-24
am letzten Freitag im Quartal -> RRULE:FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=-1FR AT 09:00 FROM 2026-11-24
on the last Friday of the quarter at noon -> RRULE:FREQ=MONTHLY;BYMONTH=3,6,9,12;BYDAY=-1FR AT 12:00 FROM 2026-11-24
einmal im Quartal am ersten Dienstag um 9 -> RRULE:FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=1TU AT 09:00 FROM 2026-11-24
am ersten Werktag im Quartal um 9 Uhr -> RRULE:FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1 AT 09:00 FROM 2026-11-24
am letzten Arbeitstag im Monat um 15 Uhr -> RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 AT 15:00 FROM 2026-11-24
on the last working day of the month at 3 pm -> RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1 AT 15:00 FROM 2026-11-24
alle zwei Wochen dienstags -> RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU AT 09:00 FROM 2026-11-24
dienstags alle zwei Wochen -> RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU AT 09:00 FROM 2026-11-24
alle 14 Tage mittwochs um 9:30 Uhr -> RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE AT 09:30 FROM 2026-11-25
jede zweite Woche mittwochs um 9:30 Uhr -> RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE AT 09:30 FROM 2026-11-25
every other Thursday at 9 am -> RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TH AT 09:00 FROM 2026-11-26
every 3 weeks on Monday at 10:00 -> RRULE:FREQ=WEEKLY;INTERVAL=3;BYDAY=MO AT 10:00 FROM 2026-11-30
alle zwei Wochen dienstags ab 8.12.2026 -> RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU AT 09:00 FROM 2026-12-08
werktags 8:30 -> RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR AT 08:30 FROM 2026-11-24
jeden Arbeitstag um 8 Uhr -> RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR AT 08:00 FROM 2026-11-24
montags bis freitags um 8 Uhr -> RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR AT 08:00 FROM 2026-11-24
every weekday at 8:30 -> RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR AT 08:30 FROM 2026-11-24
montags -> RRULE:FREQ=WEEKLY;BYDAY=MO AT 09:00 FROM 2026-11-24
freitags 14 uhr -> RRULE:FREQ=WEEKLY;BYDAY=FR AT 14:00 FROM 2026-11-24
jeden Dienstag und Donnerstag um 14 Uhr -> RRULE:FREQ=WEEKLY;BYDAY=TU,TH AT 14:00 FROM 2026-11-24
wöchentlich am Montag um 9 Uhr -> RRULE:FREQ=WEEKLY;BYDAY=MO AT 09:00 FROM 2026-11-24
every Monday and Wednesday at 14:30 -> RRULE:FREQ=WEEKLY;BYDAY=MO,WE AT 14:30 FROM 2026-11-24
weekly on Friday at 2 pm -> RRULE:FREQ=WEEKLY;BYDAY=FR AT 14:00 FROM 2026-11-24
jeden Montag um 9 Uhr und um 15 Uhr -> RRULE:FREQ=WEEKLY;BYDAY=MO AT 09:00,15:00 FROM 2026-11-24
jeden Montag bis 31.3.2027 um 9 Uhr -> RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20270331 AT 09:00 FROM 2026-11-24
jeden Montag ab 1.2.2027 um 9 -> RRULE:FREQ=WEEKLY;BYDAY=MO AT 09:00 FROM 2027-02-01
am 15. jedes Monats -> RRULE:FREQ=MONTHLY;BYMONTHDAY=15 AT 09:00 FROM 2026-11-24
jeden 15. um 9 -> RRULE:FREQ=MONTHLY;BYMONTHDAY=15 AT 09:00 FROM 2026-11-24
monatlich am 1. -> RRULE:FREQ=MONTHLY;BYMONTHDAY=1 AT 09:00 FROM 2026-11-24
am 1. und 15. jeden Monats um 8 Uhr -> RRULE:FREQ=MONTHLY;BYMONTHDAY=1,15 AT 08:00 FROM 2026-11-24
on the 15th of each month at 10:00 -> RRULE:FREQ=MONTHLY;BYMONTHDAY=15 AT 10:00 FROM 2026-11-24
am letzten Tag des Monats -> RRULE:FREQ=MONTHLY;BYMONTHDAY=-1 AT 09:00 FROM 2026-11-24
alle drei Monate am ersten Montag um 9 -> RRULE:FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO AT 09:00 FROM 2026-12-07
jedes Jahr am 3. Oktober um 10 Uhr -> RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=3 AT 10:00 FROM 2026-11-24
jährlich am 1.12. -> RRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1 AT 09:00 FROM 2026-11-24
every year on 29 February -> RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29 AT 09:00 FROM 2026-11-24
am ersten Montag im März um 9 Uhr -> RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=1MO AT 09:00 FROM 2026-11-24
täglich um 7 Uhr -> RRULE:FREQ=DAILY AT 07:00 FROM 2026-11-24
every day at 7:15 -> RRULE:FREQ=DAILY AT 07:15 FROM 2026-11-24
einmalig am 3.12. um 10 Uhr -> ONCE 2026-12-03T10:00
am 3. Dezember um 10 Uhr -> ONCE 2026-12-03T10:00
once on 3 December at 10 am -> ONCE 2026-12-03T10:00
morgen um 10 Uhr -> ONCE 2026-11-25T10:00
drei Arbeitstage nach jedem Besuch beide Seiten -> AFTER VISIT 3 WORKING_DAYS BOTH AT 09:00
am Tag nach jedem Besuch um 9:30 Uhr -> AFTER VISIT 1 DAYS BOTH AT 09:30
3 working days after each visit to the guests at 9:30 -> AFTER VISIT 3 WORKING_DAYS GUEST AT 09:30
zwei Wochen nach jedem Besuch die Gastgeber -> AFTER VISIT 2 WEEKS HOST AT 09:00
eine Woche nach jeder Vermittlung -> AFTER INTRODUCTION 1 WEEKS BOTH AT 09:00
RRULE:FREQ=MONTHLY;BYDAY=1MO -> RRULE:FREQ=MONTHLY;BYDAY=1MO AT 09:00 FROM 2026-11-24
FREQ=WEEKLY;BYDAY=TU;BYHOUR=8;BYMINUTE=30 -> RRULE:FREQ=WEEKLY;BYDAY=TU AT 08:30 FROM 2026-11-24
0 9 * * 1-5 -> CRON 0 9 * * 1-5""".splitlines()]  # fmt: skip

ASKED_BACK = [line.split(" -> ") for line in """\
jeden zweiten Dienstag -> schedules.either
every second Tuesday at 9 am -> schedules.either
jeden dritten Freitag um 9 -> schedules.either
wöchentlich -> schedules.which_weekday
every week -> schedules.which_weekday
monatlich -> schedules.which_day
quartalsweise -> schedules.which_day
am 15. im Quartal -> schedules.which_month
jeden Montag um 4 -> schedules.which_time
jeden Montag von 9 bis 11 Uhr -> schedules.which_time
einmalig am 30.2. um 9 Uhr -> schedules.which_date
einmalig am 3/12 um 10 Uhr -> schedules.which_date
irgendwann mal -> schedules.not_understood
jeden ersten Montag im Monat außer im August um 9 -> schedules.not_understood
jeden Montag, aber nur bei Regen -> schedules.not_understood
FREQ=MINUTELY -> schedules.part
FREQ=MONTHLY;BYWEEKNO=3 -> schedules.part
RRULE:MONTAGS -> schedules.bad_rule
0 25 * * 1 -> schedules.bad_cron""".splitlines()]  # fmt: skip


@pytest.mark.parametrize(("words", "meant"), UNDERSTOOD)
def test_what_is_said_is_understood(words: str, meant: str) -> None:
    heard = said(words, TODAY)
    assert not isinstance(heard, Unclear), heard
    assert canonical(heard) == meant
    assert parse(meant, date(2031, 1, 1)) == heard


@pytest.mark.parametrize(("words", "key"), ASKED_BACK)
def test_what_is_not_clear_is_asked_back(words: str, key: str) -> None:
    heard = said(words, TODAY)
    assert isinstance(heard, Unclear), heard
    assert heard.key == key
    for language in ("de", "en"):
        assert Words(language)(heard.key, **heard.values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("words", "meant"), UNDERSTOOD)
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_read_back_means_the_same(words: str, meant: str, language: str) -> None:
    del words
    schedule = parse(meant, TODAY)
    assert said(described(schedule, Words(language), TODAY), TODAY) == schedule  # type: ignore[arg-type]


def test_any_schedule_is_read_back_as_itself() -> None:
    random = Random(7)
    for _ in range(300):
        schedule = some_schedule(random)
        assert parse(canonical(schedule), TODAY) == schedule
        for language in ("de", "en"):
            spoken = described(schedule, Words(language), schedule.start)  # type: ignore[arg-type]
            assert said(spoken, schedule.start) == schedule, spoken


def test_fire_times_of_ten_years_are_those_of_a_plain_walk() -> None:
    random = Random(3)
    first, last = date(2024, 1, 1), date(2033, 12, 31)
    for _ in range(100):
        schedule, zone = some_schedule(random), random.choice([BERLIN, BERLIN, "America/New_York", "Asia/Kolkata"])
        begin = datetime(2023, 12, 1, tzinfo=UTC)
        end = datetime.combine(last, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)
        expected = walk(schedule, zone, first, last)
        assert list(instants(schedule, zone, begin, end)) == expected, canonical(schedule)
        if expected:
            late = begin + timedelta(seconds=random.randrange(int((end - begin).total_seconds())))
            before = [one for one in expected if one <= late]
            assert last_until(schedule, zone, late, after=begin) == (before[-1] if before else None)


def local(schedule: Schedule, now: str, count: int = 3) -> list[str]:
    at = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(BERLIN))
    return [f"{one.astimezone(ZoneInfo(BERLIN)):%Y-%m-%d %H:%M}" for one in upcoming(schedule, BERLIN, at, count)]


def test_the_next_first_mondays() -> None:
    schedule = said("jeden ersten Montag im Monat um 9", TODAY)
    assert not isinstance(schedule, Unclear)
    assert local(schedule, "2026-11-25T10:00") == ["2026-12-07 09:00", "2027-01-04 09:00", "2027-02-01 09:00"]


def test_29_february_waits_for_leap_years_even_over_a_century() -> None:
    schedule = parse("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", TODAY)
    assert local(schedule, "2026-11-25T10:00") == ["2028-02-29 09:00", "2032-02-29 09:00", "2036-02-29 09:00"]
    assert local(schedule, "2096-03-01T10:00", 1) == ["2104-02-29 09:00"]


@pytest.mark.parametrize("text", ["RRULE:FREQ=DAILY AT 02:30", "30 2 * * *"])
def test_half_past_two_comes_once_on_each_day_of_a_clock_change(text: str) -> None:
    schedule = parse(text, TODAY)
    assert local(schedule, "2027-03-27T12:00", 2) == ["2027-03-28 03:00", "2027-03-29 02:30"]
    autumn = local(schedule, "2027-10-30T12:00", 3)
    assert autumn == ["2027-10-31 02:30", "2027-11-01 02:30", "2027-11-02 02:30"]


@pytest.mark.parametrize("text", ["RRULE:FREQ=DAILY AT 00:30", "30 0 * * *"])
def test_the_day_after_the_clock_change_is_not_skipped(text: str) -> None:
    assert local(parse(text, TODAY), "2027-03-27T12:00", 2) == ["2027-03-28 00:30", "2027-03-29 00:30"]


def test_cron_ors_day_of_month_and_day_of_week() -> None:
    """As Debian's cron does; Monday is 1."""
    assert local(Cron(fields="0 9 1 * 1"), "2026-11-25T10:00") == [
        "2026-11-30 09:00",
        "2026-12-01 09:00",
        "2026-12-07 09:00",
    ]


def test_what_was_missed_comes_once_however_much_it_was() -> None:
    minutely = Cron(fields="* * * * *")
    now = datetime(2026, 12, 24, 10, 0, 30, tzinfo=UTC)
    assert last_until(minutely, BERLIN, now, after=now - timedelta(days=30)) == now.replace(second=0)
    assert last_until(minutely, BERLIN, now, after=now.replace(second=0)) is None


def test_a_single_date_comes_once() -> None:
    assert local(Once(at=datetime(2026, 12, 3, 10)), "2026-11-25T10:00") == ["2026-12-03 10:00"]  # noqa: DTZ001
    assert local(Once(at=datetime(2026, 12, 3, 10)), "2026-12-03T10:00") == []  # noqa: DTZ001


def test_a_rule_that_never_comes_has_no_next() -> None:
    assert upcoming(parse("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", TODAY), BERLIN, datetime(2026, 1, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    "text", ["", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=DAILY;INTERVAL=0", "ONCE gestern", "AFTER VISIT 0 DAYS", "AFTER"]
)
def test_a_bad_rule_says_how_a_right_one_looks(text: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        parse(text, TODAY)
    assert Words()(refused.value.key, **refused.value.values_)
