"""What a line typed in the terminal means."""

from datetime import datetime

import pytest

from adapters.lines import BERLIN, Become, Line, MoveClock, Say, ShowHelp, Unusable, moved, read
from bot.understanding.phrases import phrases

NOW = datetime(2026, 11, 23, 10, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("Hallo\r\n", Say("Hallo")),
        (b"\xef\xbb\xbfHallo", Say("Hallo")),
        ("  1 ", Say("1")),
        ("/als Ayşe  Brandt", Become("Ayşe Brandt")),
        ("/ALS ada", Become("ada")),
        ("/zeit +3d", MoveClock(datetime(2026, 11, 26, 10, tzinfo=BERLIN))),
        ("/zeit +1w", MoveClock(datetime(2026, 11, 30, 10, tzinfo=BERLIN))),
        ("/zeit +2h", MoveClock(datetime(2026, 11, 23, 12, tzinfo=BERLIN))),
        ("/zeit +30m", MoveClock(datetime(2026, 11, 23, 10, 30, tzinfo=BERLIN))),
        ("/zeit 2026-12-01T09:00", MoveClock(datetime(2026, 12, 1, 9, tzinfo=BERLIN))),
        ("/zeit 2026-12-01T08:00Z", MoveClock(datetime(2026, 12, 1, 9, tzinfo=BERLIN))),
        ("/hilfe", ShowHelp("/hilfe")),
        ("/profil", Say("/profil")),
        ("# /hilfe", None),
        ("", None),
    ],
)
def test_a_line_is(line: str | bytes, meant: Line | None):
    assert read(line, NOW) == meant


def test_a_day_keeps_the_time_of_day_when_the_clocks_change():
    saturday = datetime(2027, 3, 27, 9, tzinfo=BERLIN)
    assert moved("+1d", saturday).astimezone(BERLIN).isoformat() == "2027-03-28T09:00:00+02:00"
    assert moved("+24h", saturday).astimezone(BERLIN).isoformat() == "2027-03-28T10:00:00+02:00"


@pytest.mark.parametrize(
    "line", ["/zeit +3", "/zeit 3d", "/zeit morgen", "/zeit 2199-01-01T00:00", "/als \x1b[31m", "/alsJens"]
)
def test_an_unusable_line_names_the_remedy(line: str):
    with pytest.raises(Unusable, match=r"write /zeit|earlier time|name|/als NAME"):
        read(line, NOW)


def test_the_doubled_hour_of_autumn_is_no_way_back():
    first = datetime(2027, 10, 31, 2, 30, tzinfo=BERLIN)
    second = moved("+1h", first)
    assert second.astimezone(BERLIN).isoformat() == "2027-10-31T02:30:00+01:00"
    with pytest.raises(Unusable, match="never goes back"):
        moved("2027-10-31T02:15+01:00", second.astimezone(BERLIN))


def test_every_command_of_the_bot_is_passed_on():
    for name in phrases().commands:
        line = read(f"/{name} x", NOW)
        assert line == (ShowHelp(f"/{name} x") if name == "hilfe" else Say(f"/{name} x"))
