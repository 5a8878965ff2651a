"""What is read from words about a visit, its table of states, and its calendar file."""

from datetime import UTC, date, datetime, time

import pytest
import vobject

from bot.calendar_file import calendar_file
from bot.flows.visits.reading import guests_in, hint_in, questions_in, times_in, with_changes
from bot.visit_states import OPEN, TRANSITIONS, Dates, IllegalVisit, Visit, VisitEvent, VisitState, after
from bot.words import Words

NOW = datetime(2026, 11, 26, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "begins", "ends"),
    [
        ("10 bis 15 uhr, zu zweit", time(10), time(15)),
        ("von 9 bis 16", time(9), time(16)),
        ("9:30-12:00 Uhr", time(9, 30), time(12)),
        ("10-15", time(10), time(15)),
        ("ab 11, zug", time(11), None),
        ("um 10 Uhr", time(10), None),
        ("from 10 am to 3 pm", time(10), time(15)),
        ("den ganzen Tag, zu dritt", None, None),
    ],
)
def test_times(said: str, begins: time | None, ends: time | None):
    assert times_in(said) == (begins, ends)


@pytest.mark.parametrize(
    ("said", "n"),
    [
        ("10 bis 15 uhr, zu zweit. die kollegin ist Frau Renner", 2),
        ("wir sind drei", 3),
        ("4 Personen", 4),
        ("ich komme allein", 1),
        ("mit einer Kollegin", 2),
        ("two people", 2),
        ("10 bis 15 Uhr", None),
    ],
)
def test_how_many(said: str, n: int | None):
    assert guests_in(said) == n


@pytest.mark.parametrize(
    ("said", "questions"),
    [
        ("wie läuft das, was kostet es, wer macht es", ("wie läuft das", "was kostet es", "wer macht es")),
        ("1. Wie läuft das? 2. Was kostet es?", ("Wie läuft das?", "Was kostet es?")),
        ("Wie läuft das mit Akten, Plänen und Karten?", ("Wie läuft das mit Akten, Plänen und Karten?",)),
        ("Was?\nWie?\nWer?\nWo?", ("Was?", "Wie?", "Wer?")),
        ("", ()),
    ],
)
def test_questions_are_told_apart_and_three_at_most(said: str, questions: tuple[str, ...]):
    assert questions_in(said) == questions


def test_a_hint_is_what_is_left_after_the_yes():
    assert hint_in("passt, raum 214, bitte klingeln") == "raum 214, bitte klingeln"
    assert hint_in("Ja, gern!") is None


def test_only_what_was_said_changes():
    before = Dates(first=date(2027, 1, 5), last=date(2027, 1, 5), starts=time(10), ends=time(15))
    today = date(2026, 12, 3)
    assert with_changes(before, "geht, aber erst ab 11, zug", today) == Dates(
        first=before.first, last=before.last, starts=time(11), ends=time(15)
    )
    assert with_changes(before, "lieber am 8.1.", today) == Dates(
        first=date(2027, 1, 8), last=date(2027, 1, 8), starts=time(10), ends=time(15)
    )
    assert with_changes(before, "passt, raum 214", today) is None


def test_from_one_day_to_the_next_is_a_move():
    before = Dates(first=date(2027, 1, 5), last=date(2027, 1, 5), starts=time(10), ends=time(15))
    moved = with_changes(before, "geht es vom 5. auf den 6. Januar?", date(2026, 12, 3))
    assert moved == Dates(first=date(2027, 1, 6), last=date(2027, 1, 6), starts=time(10), ends=time(15))


@pytest.mark.parametrize("state", VisitState)
@pytest.mark.parametrize("event", VisitEvent)
def test_what_is_not_in_the_table_raises(state: VisitState, event: VisitEvent):
    if (state, event) in TRANSITIONS:
        assert after(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalVisit):
            after(state, event)


def test_nothing_leads_out_of_what_was_called_off():
    closed = {VisitState.DECLINED, VisitState.CANCELLED, VisitState.NOT_TAKEN}
    assert not [state for state, _ in TRANSITIONS if state in closed]
    assert not closed & OPEN


def entry(visit: Visit, **more: str) -> vobject.base.Component:
    file = calendar_file(visit, title="Besuch", where="Hückelhoven", now=NOW, say=Words("de"), **more)  # type: ignore[arg-type]
    return vobject.readOne(file.content.decode())


def made(**more: object) -> Visit:
    values = {
        "key": "v_1",
        "guest": "p_1",
        "host": "p_2",
        "first": date(2027, 3, 26),
        "last": date(2027, 3, 26),
        "created_at": NOW,
    }
    return Visit(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "offset"), [(date(2027, 3, 26), "+01:00"), (date(2027, 3, 30), "+02:00"), (date(2026, 10, 26), "+01:00")]
)
def test_the_hour_stays_over_a_change_of_the_clocks(day: date, offset: str):
    event = entry(made(first=day, last=day, starts=time(10), ends=time(15))).vevent
    assert event.dtstart.value.isoformat() == f"{day.isoformat()}T10:00:00{offset}"


def test_whole_days_end_on_the_day_after():
    event = entry(made(last=date(2027, 3, 27))).vevent
    assert (event.dtstart.value, event.dtend.value) == (date(2027, 3, 26), date(2027, 3, 28))


def test_a_moved_visit_stays_one_entry_and_a_cancelled_one_goes():
    calendar: dict[str, tuple[int, str]] = {}
    for sequence, method in ((0, "REQUEST"), (1, "REQUEST"), (1, "CANCEL")):
        read = entry(made(sequence=sequence, starts=time(10)), method=method)
        uid, number = read.vevent.uid.value, int(read.vevent.sequence.value)
        assert number > calendar.get(uid, (-1, ""))[0]
        calendar[uid] = (number, read.method.value)
    assert list(calendar.values()) == [(2, "CANCEL")]
