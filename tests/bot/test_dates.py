"""Dates as people write them: read right, or asked back; never silently wrong."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dates import Day, Days, Unsure, find_dates, read_date
from bot.dates.cues import cued
from bot.dates.rules import RULES
from bot.times import PATTERNS

TODAY = date(2026, 11, 23)
MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
ENGLISH = "January February March April May June July August September October November December".split()
WEEKDAYS = "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag".split()


def frozen() -> list[tuple[str, date | None]]:
    lines = (Path(__file__).parent / "data" / "date_phrases.txt").read_text(encoding="utf-8").splitlines()
    parted = [line.split(": ", 1) for line in lines if not line.startswith("#")]
    return [
        (phrase, None if meant == "?" else date.fromisoformat(meant))
        for meant, phrases in parted
        for phrase in phrases.split(" | ")
    ]


def test_the_list_is_long_enough():
    assert len({phrase for phrase, _ in frozen()}) >= 200


@pytest.mark.parametrize(("phrase", "meant"), frozen())
def test_a_phrase_is_read_right_or_asked_back(phrase: str, meant: date | None):
    match read_date(phrase, TODAY):
        case Day(date=found) | Days(first=found):
            assert found == meant
        case _:
            assert meant is None, "this one is clear, and need not be asked back"


@pytest.mark.parametrize(
    ("phrase", "likeliest"),
    [
        ("nach Ostern", date(2027, 3, 30)),  # Easter Sunday is 28 March
        ("bis nach Ostern", date(2027, 3, 30)),
        ("vor Ostern", date(2027, 3, 25)),
        ("Karfreitag", date(2027, 3, 26)),
        ("nach Karneval", date(2027, 2, 10)),
        ("zwischen den Jahren", date(2026, 12, 28)),
        ("nach Neujahr", date(2027, 1, 4)),  # the first is a Friday
        ("after Christmas", date(2026, 12, 28)),
        ("am 3. Okotber", date(2027, 10, 3)),
    ],
)
def test_a_day_that_has_to_be_asked_comes_with_the_likeliest_one(phrase: str, likeliest: date):
    assert read_date(phrase, TODAY) == Unsure(readings=(likeliest,))


ways = st.sampled_from(
    [
        lambda d: f"{d.day}.{d.month}.{d.year}",
        lambda d: f"{d:%d.%m.%Y}",
        lambda d: f"{d:%d.%m.%y}",
        lambda d: f"{d:%Y-%m-%d}",
        lambda d: f"am {d.day}. {MONTHS[d.month - 1]} {d.year}",
        lambda d: f"{d.day}. {MONTHS[d.month - 1].lower()} {d.year}",
        lambda d: f"{WEEKDAYS[d.weekday()]}, {d.day}.{d.month}.{d.year}",
        lambda d: f"{WEEKDAYS[d.weekday()]}, den {d.day}. {MONTHS[d.month - 1]} {d.year}",
        lambda d: f"{ENGLISH[d.month - 1]} {d.day}, {d.year}",
        lambda d: f"{d.day} {ENGLISH[d.month - 1]} {d.year}",
        lambda d: f"wir kommen am {d.day}.{d.month}.{d.year} vorbei",
    ]
)


@given(st.integers(1, 900), ways)
def test_what_was_written_is_read_back(days, write):
    meant = TODAY + timedelta(days=days)
    (found,) = find_dates(write(meant), TODAY)
    assert found.when == Day(date=meant, explicit=True)


@given(st.integers(1, 300), st.integers(1, 6))
def test_a_weekday_that_contradicts_its_date_is_asked_back(days, off):
    meant = TODAY + timedelta(days=days)
    wrong = WEEKDAYS[(meant.weekday() + off) % 7]
    (found,) = find_dates(f"{wrong}, {meant:%d.%m.%Y}", TODAY)
    assert isinstance(found.when, Unsure)


@given(st.integers(1, 270))  # later in the year, it may be one that has just passed
def test_without_a_year_the_next_such_day_is_meant(days):
    meant = TODAY + timedelta(days=days)
    if (meant.month, meant.day) != (2, 29):
        assert read_date(f"{meant.day}. {MONTHS[meant.month - 1]}", TODAY) == Day(date=meant, explicit=True)


@given(st.data())
def test_no_way_of_writing_a_day_or_a_time_is_passed_over(data):
    """A rule is only tried where its cues are: whatever it can read has to have them."""
    timed = [(frozenset({cue}), pattern) for cue, pattern in PATTERNS]
    needed, pattern, *reads = data.draw(st.sampled_from([*RULES, *timed]))
    said = data.draw(st.from_regex(pattern))
    match = pattern.search(said)
    assert match is not None
    if not any(read(match, TODAY) is None for read in reads):
        assert needed <= cued(said).cues


@given(
    st.sampled_from(MONTHS + ENGLISH),
    st.integers(1, 28),
    st.integers(0, 8),
    st.sampled_from("drop swap double".split()),
)
def test_a_slip_in_a_month_is_never_another_day(month: str, day: int, at: int, slip: str):
    number = (MONTHS + ENGLISH).index(month) % 12 + 1
    at = min(at, len(month) - 2)
    written = {
        "drop": month[:at] + month[at + 1 :],
        "swap": month[:at] + month[at + 1] + month[at] + month[at + 2 :],
        "double": month[: at + 1] + month[at:],
    }[slip]
    match read_date(f"am {day}. {written}", TODAY):
        case Day(date=found) if len(month) > len("April"):
            assert (found.month, found.day) == (number, day)
        case Unsure(readings=readings) if len(month) > len("April"):
            assert all((one.month, one.day) == (number, day) for one in readings)
        case found:
            assert len(month) <= len("April"), found
