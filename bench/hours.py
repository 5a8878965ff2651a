"""Compares every next opening of ten years with the plain oracle of the tests, and measures how fast it is found.

    .venv/bin/python bench/hours.py            # all of it, about a minute
    .venv/bin/python bench/hours.py --sample   # one year of it

Exit code 1 if a single answer differs.
"""

import argparse
import sys
import time as stopwatch
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import available_timezones

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "bot"))

import hours_oracle as oracle

from bot.hours import Hours, Place, Window
from bot.public_holidays import AUGSBURG, STATES

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
EVERY_DAY = frozenset(range(7))
WINDOWS = [
    Window(),
    Window(days=EVERY_DAY, opens=time(0), closes=time(0)),
    Window(days=EVERY_DAY, opens=time(2, 30), closes=time(10)),
    Window(days=EVERY_DAY, opens=time(2, 10), closes=time(2, 40)),
    Window(days=EVERY_DAY, opens=time(1), closes=time(2, 30)),
]
FIRST = 2024


def every_day(last: int) -> Iterator[tuple[datetime, Place]]:
    """Each day of each state: midnight, noon, and the edges of the window to the microsecond."""
    places = [Place(state=state) for state in STATES] + [Place(), Place(state="Bayern", locality=AUGSBURG)]
    day = date(FIRST, 1, 1)
    while day.year <= last:
        for edge in (time(0), time(9), time(12), time(17)):
            at = datetime.combine(day, edge, tzinfo=oracle.ZoneInfo("Europe/Berlin")).astimezone(UTC)
            for place in places:
                yield at, place
                yield at - timedelta(microseconds=1), place
        day += DAY


def every_change(zones: list[str], last: int, minutes: list[int]) -> Iterator[tuple[datetime, Place]]:
    """Around each clock change of each zone, at these distances."""
    for tz in zones:
        place = Place(tz=tz, state="Nordrhein-Westfalen")
        for change in oracle.clock_changes(tz, FIRST, last):
            for away in minutes:
                yield change + timedelta(minutes=away), place


def compare(name: str, cases: Iterator[tuple[datetime, Place]], windows: list[Window]) -> int:
    compared = mismatches = 0
    began = stopwatch.perf_counter()
    rules = [(window, Hours(window=window)) for window in windows]
    for at, place in cases:
        for window, hours in rules:
            compared += 1
            ours = hours.next_opening(at, place)
            theirs = oracle.next_opening(
                at,
                tz=place.tz,
                state=place.state,
                locality=place.locality,
                days=window.days,
                opens=window.opens,
                closes=window.closes,
            )
            if ours != theirs or hours.may_send(at, place) != (theirs == at):
                mismatches += 1
                if mismatches <= 5:
                    print(f"  differs: {at} {place} {window}: {ours}, the oracle says {theirs}")
    seconds = stopwatch.perf_counter() - began
    print(f"{name:42} {compared:>9,} compared  {mismatches:>3} mismatches  {seconds:5.1f} s")
    return mismatches


def speed() -> int:
    """Against looking at the clock minute by minute, on the same instants; the answers must agree, too."""
    random, hours, window = Random(2), Hours(), Window()
    start = datetime(FIRST, 1, 1, tzinfo=UTC)
    cases = [(start + random.randrange(10 * 365 * 24 * 60) * MINUTE, random.choice(list(STATES))) for _ in range(2000)]
    places = {state: Place(state=state) for state in STATES}

    def ours() -> list[datetime]:
        return [hours.next_opening(at, places[state]) for at, state in cases]

    def naive() -> list[datetime]:
        return [
            oracle.walk(at, tz="Europe/Berlin", state=state, days=window.days, opens=window.opens, closes=window.closes)
            for at, state in cases
        ]

    def per_call(call: object, repeat: int) -> float:
        began = stopwatch.perf_counter()
        for _ in range(repeat):
            call()  # type: ignore[operator]
        return (stopwatch.perf_counter() - began) / repeat / len(cases)

    cold = per_call(ours, 1)
    mismatches = sum(a != b for a, b in zip(ours(), naive(), strict=True))
    warm, walked = per_call(ours, 20), per_call(naive, 1)
    inside = datetime(2026, 11, 24, 9, tzinfo=UTC)
    began = stopwatch.perf_counter()
    for _ in range(100_000):
        hours.next_opening(inside, places["Bayern"])
    at_once = (stopwatch.perf_counter() - began) / 100_000
    print(f"{'any instant, first time asked':42} {cold * 1e6:8.1f} µs a call")
    print(f"{'any instant, asked before':42} {warm * 1e6:8.1f} µs a call")
    print(f"{'inside the window':42} {at_once * 1e6:8.1f} µs a call")
    print(
        f"{'minute by minute':42} {walked * 1e6:8.1f} µs a call, {walked / cold:,.0f} to {walked / warm:,.0f} times as much"
    )
    print(f"{'against the walk':42} {len(cases):>9,} compared  {mismatches:>3} mismatches")
    return mismatches


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", action="store_true", help="one year instead of ten")
    last = FIRST if parser.parse_args().sample else FIRST + 9
    closely = list(range(-200, 201))  # each minute
    widely = [*range(-48 * 60, 48 * 60, 180), -61, -60, -59, -31, -30, -29, -1, 0, 1, 29, 30, 31, 59, 60, 61, 120]
    mismatches = speed()  # first, while nothing has been asked before
    mismatches += compare("every day, 16 states, Augsburg, nowhere", every_day(last), WINDOWS[:1])
    mismatches += compare(
        "Berlin's clock changes, each minute", every_change(["Europe/Berlin"], last, closely), WINDOWS
    )
    zones = sorted(zone for zone in available_timezones() if "/" in zone)
    mismatches += compare("the clock changes of every zone", every_change(zones, last, widely), WINDOWS)
    return 1 if mismatches else 0


if __name__ == "__main__":
    sys.exit(main())
