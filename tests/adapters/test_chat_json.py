"""`lotse chat --json`: the protocol other programs rely on (PRODUCT.md, "Decisions")."""

import base64
import json
from pathlib import Path

import pytest

from adapters.app import Unfit, assembled, real_time
from adapters.chat import BackInTime
from adapters.config import load
from adapters.console import Console, HandClock
from adapters.demo import SPEAKER, START
from adapters.screen import as_object
from bot.events import Account, Address
from bot.kinds import Kind
from bot.messages import File, Message, Text
from bot.ports import Delivered, Delivery
from storage.engine import process_lock
from tests.adapters.conftest import Chat


async def test_the_person_of_plochingen_speaks_first(demo: Chat):
    talk = await demo("Zeig mal mein Profil")
    assert [one["to"] for one in talk.objects] == [SPEAKER]
    assert "Plochingen" in talk.objects[0]["text"]
    assert talk.code == 0


async def test_an_object_has_exactly_the_promised_keys(demo: Chat):
    (answer,) = (await demo("Wer hat die E-Akte schon eingeführt?")).objects
    assert set(answer) == {"at", "to", "text", "choices", "form", "files"}
    assert answer["at"] == "2026-11-23T10:00:00+01:00"
    assert answer["form"] is None
    assert answer["files"] == []
    assert all(isinstance(label, str) for label in answer["choices"])
    for number, label in enumerate(answer["choices"], start=1):
        assert f"{number}) {label}" in answer["text"]


async def test_blank_lines_and_remarks_are_skipped(demo: Chat):
    talk = await demo("", "   ", "# Wer hat die E-Akte?", "  # /foo")
    assert (talk.code, talk.objects, talk.complaints) == (0, [], "")


async def test_somebody_new_is_a_first_contact_and_becoming_somebody_sends_nothing(demo: Chat):
    assert (await demo("/als Ada Beispiel")).objects == []
    talk = await demo("/als Ada Beispiel", "Wer kennt sich mit der E-Akte aus?")
    (notice,) = talk.objects
    assert notice["to"] == "Ada Beispiel"
    assert notice["choices"] == ["Ja, einverstanden", "Lieber nicht"]


async def test_letter_case_and_blanks_make_no_other_person(demo: Chat):
    talk = await demo("/als  JENS   kalthoff", "Zeig mal mein Profil")
    assert talk.objects[0]["to"] == "Jens Kalthoff"
    assert "Hückelhoven" in talk.objects[0]["text"]


async def test_a_number_answers_the_newest_choice_and_forms_are_asked_field_by_field(demo: Chat):
    found, asked, preview = (
        await demo("Wer hat die E-Akte schon eingeführt?", "1", "Wir fangen gerade erst an.")
    ).objects
    assert found["choices"][0].endswith("1 bekannt machen")
    assert asked["form"]["name"] == "reason"
    assert set(asked["form"]) == {"name", "label", "kind", "hint", "required"}
    assert asked["form"]["label"] in asked["text"]
    assert "> Wir fangen gerade erst an." in preview["text"]


async def test_what_falls_due_happens_in_the_order_of_time(demo: Chat):
    talk = await demo(
        "/zeit 2026-11-23T21:40",
        "Wer hat die E-Akte schon eingeführt?",
        "stell mich Jens Kalthoff vor",
        "Wie lief das bei Ihnen?",
        "ja",
        "/zeit +2w",
    )
    assert talk.code == 0
    later = [one for one in talk.objects if one["at"] > "2026-11-23T21:40:00+01:00"]
    assert [(one["at"], one["to"]) for one in later][:2] == [
        ("2026-11-24T09:00:00+01:00", "Jens Kalthoff"),  # not at night
        ("2026-11-27T09:00:00+01:00", "Jens Kalthoff"),  # the reminder on working day 3
    ]
    instants = [one["at"] for one in talk.objects]
    assert instants == sorted(instants)
    assert instants[-1] > "2026-12-03T17:00:00+01:00"  # silence ends it, and the asker hears of it


async def test_the_clock_is_kept_and_never_goes_back(demo: Chat):
    assert (await demo("/zeit +3d")).code == 0
    (answer,) = (await demo("Hilfe")).objects
    assert answer["at"] == "2026-11-26T10:00:00+01:00"
    with pytest.raises(BackInTime, match="2026-11-26T10:00"):
        await demo("Hilfe", at="2026-11-26T09:59")
    talk = await demo("/zeit 2026-11-25T10:00", "Hilfe", at="2026-11-26T10:30")
    assert talk.code == 2
    assert "line 1" in talk.complaints
    assert [one["at"] for one in talk.objects] == ["2026-11-26T10:30:00+01:00"]


async def test_a_later_start_delivers_what_fell_due_meanwhile(demo: Chat):
    await demo("Wer hat die E-Akte schon eingeführt?", "stell mich Jens Kalthoff vor", "Wie lief das?", "ja")
    talk = await demo(at="2026-11-26T12:00")
    assert [(one["at"], one["to"]) for one in talk.objects] == [("2026-11-26T09:00:00+01:00", "Jens Kalthoff")]


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("/foo bar", "/als NAME"),
        ("/zeit", "/zeit +3d"),
        ("/zeit gestern", "/zeit +3d"),
        ("/zeit -3d", "/zeit +3d"),
        ("/zeit 2026-11-22T10:00", "never goes back"),
        ("/zeit +99999w", "earlier time"),
        ("/als", "/als Jens Kalthoff"),
        (b"Gr\xfc\xdfe\n", "UTF-8"),
    ],
)
async def test_an_unusable_line_is_named_and_the_others_are_carried_out(demo: Chat, line: str | bytes, remedy: str):
    talk = await demo("# first", line, "Hilfe")
    assert talk.code == 2
    assert talk.complaints.startswith("line 2: ")
    assert remedy in talk.complaints
    assert len(talk.objects) == 1


async def test_the_bots_own_commands_are_passed_on(demo: Chat):
    talk = await demo("/profil")
    assert talk.code == 0
    assert "Plochingen" in talk.objects[0]["text"]


async def test_help_is_the_bots_and_the_terminals_goes_aside(demo: Chat):
    talk = await demo("/hilfe")
    assert talk.code == 0
    assert len(talk.objects) == 1
    assert "/als" in talk.complaints
    assert "/als" not in talk.objects[0]["text"]


async def test_an_export_comes_as_files(demo: Chat):
    (answer,) = (await demo("Meine Daten exportieren")).objects
    machine, page = answer["files"]
    assert (machine["content_type"], page["content_type"]) == ("application/json", "text/html")
    assert json.loads(machine["text"])["data"]["people"][0]["name"] == SPEAKER
    assert page["text"].startswith("<!doctype html>")


def test_what_is_no_text_comes_as_base64():
    message = Message(blocks=(Text(text="Bild"), File(name="a.png", content_type="image/png", content=b"\x89PNG")))
    (file,) = as_object(delivery(message), START)["files"]
    assert file == {"name": "a.png", "content_type": "image/png", "base64": base64.b64encode(b"\x89PNG").decode()}


async def test_an_empty_database_gets_the_register_and_the_topics_but_nobody(chat: Chat):
    talk = await chat("Wer hat die E-Akte schon eingeführt?", "ja", "Plochingen")
    assert talk.code == 0
    assert talk.objects[0]["to"] == SPEAKER  # of Plochingen, but not known yet
    assert "Baden-Württemberg" in talk.objects[2]["text"]
    assert "niemanden" in talk.objects[-1]["text"]


async def test_the_same_on_postgresql(postgresql_url: str, tmp_path: Path):
    chat = Chat(settings=load(data=tmp_path / "data", database_url=postgresql_url))
    talk = await chat("/als Jens Kalthoff", "Zeig mal mein Profil", demo=True)
    assert talk.code == 0
    assert "Hückelhoven" in talk.objects[0]["text"]


async def test_a_second_one_is_told_who_holds_the_database(chat: Chat):
    lock = process_lock(chat.settings.database)
    assert lock is not None
    try:
        with pytest.raises(Unfit, match=r"stop it first.*process \d+"):
            await chat("Hilfe")
    finally:
        lock.release()


async def test_a_live_database_is_not_for_the_terminal_nor_the_other_way_round(chat: Chat, tmp_path: Path):
    live = load(data=tmp_path / "live")
    async with assembled(live, transports=[], now=real_time, mode="live"):
        pass
    with pytest.raises(Unfit, match="LOTSE_DATABASE_URL"):
        await Chat(settings=live)("Hilfe")
    with pytest.raises(Unfit, match="LOTSE_DATABASE_URL"):
        async with assembled(chat.settings, transports=[], now=real_time, mode="live"):
            pass


async def test_the_same_message_twice_is_shown_once():
    shown: list[str] = []

    async def show(one: Delivery) -> None:
        shown.append(one.key)

    console = Console(show)
    one = delivery(Message(blocks=(Text(text="Hallo"),)))
    assert await console.deliver(one) == await console.deliver(one) == Delivered(remote_id="m_1")
    assert shown == ["m_1"]


def test_the_clock_of_the_terminal_goes_forward_only():
    clock = HandClock(START)
    clock.set(START.replace(hour=9))
    assert clock() == START


def delivery(message: Message) -> Delivery:
    return Delivery(
        key="m_1",
        account=Account("console:ada"),
        platform="console",
        address=Address("Ada"),
        person=None,
        kind=Kind.ANSWER,
        about=None,
        message=message,
        due=START,
        attempts=0,
    )
