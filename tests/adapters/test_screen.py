"""What somebody in front of the terminal sees."""

import io

from rich.console import Console as Terminal

from adapters.chat import Written, converse
from adapters.console import HandClock
from adapters.demo import START
from adapters.screen import Readable, clean
from tests.adapters.conftest import Chat, at


async def seen(chat: Chat, *lines: str, demo: bool = True) -> str:
    out = io.StringIO()
    screen = Readable(Terminal(file=out, width=200, highlight=False, markup=False, emoji=False))
    written = Written(lines, screen)
    clock = HandClock(START)
    complaints = io.StringIO()
    code = await converse(
        chat.settings, lines=written, screen=screen, complaints=complaints, clock=clock, with_demo=demo
    )
    assert code == 0, complaints.getvalue()
    return out.getvalue()


async def test_the_welcome_says_who_speaks_when_and_what_to_try(demo: Chat):
    text = await seen(demo)
    assert "Clara Haselsteg, Plochingen" in text
    assert "Montag, 23. November 2026, 10:00" in text
    assert "Wer hat die E-Akte schon eingeführt?" in text


async def test_messages_to_others_are_set_apart_by_an_arrow_their_town_and_their_name(demo: Chat):
    text = await seen(
        demo,
        "Wer hat die E-Akte schon eingeführt?",
        "stell mich Jens Kalthoff vor",
        "Wie lief das bei Ihnen?",
        "ja",
    )
    own, _, others = text.partition("→ Hückelhoven, Jens Kalthoff:")
    assert "1) Ja, mit E-Mail-Adresse" in own
    assert "│ Wie lief das bei Ihnen?" in others
    assert "1) Ja, gern" in others


async def test_what_people_typed_is_no_markup(demo: Chat):
    typed = "[bold red]nicht fett[/] :smile: [link=https://evil.example]hier[/link] [/]"
    text = await seen(demo, "Wer hat die E-Akte schon eingeführt?", "1", typed)
    assert f"│ {typed}" in text


async def test_what_people_typed_does_not_steer_the_terminal(demo: Chat):
    steering = "\x1b[2J\x1b]0;Titel\x07 Hallo \u202everkehrt"
    assert clean(steering) == "[2J]0;Titel Hallo verkehrt"
    text = await seen(demo, "Wer hat die E-Akte schon eingeführt?", "1", f"Guten Tag {steering}")
    assert "│ Guten Tag [2J]0;Titel Hallo verkehrt" in text
    assert not any(letter in text for letter in "\x1b\x07\u202e")


async def test_the_clock_and_the_speaker_are_said_after_they_changed(demo: Chat):
    text = await seen(demo, "/zeit +3d", "/als Daan de Wit", "/als Ada Beispiel")
    assert "Es ist Donnerstag, 26. November 2026, 10:00 Uhr." in text
    assert "Jetzt spricht Daan de Wit." in text
    assert "Jetzt spricht Ada Beispiel, zum ersten Mal hier." in text


def test_an_instant_without_an_offset_is_berlins():
    assert at("2026-11-23T10:00") == START
