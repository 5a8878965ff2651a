"""What becomes of the events that people, other bots and hostile clients send."""

from typing import Any

import pytest

from adapters.matrix.inbound import meant, mentions
from bot.events import Edited, Said, Unreadable

ME = "@lotse:example.org"


def event(kind: str = "m.room.message", sender: str = "@jens:example.org", **content: Any) -> dict[str, Any]:
    return {"type": kind, "sender": sender, "content": {"msgtype": "m.text", "body": "Hallo", **content}}


def test_a_text_is_said():
    assert meant(event(), me=ME) == Said(text="Hallo")


def test_the_bot_hears_neither_itself_nor_other_bots():
    assert meant(event(sender=ME), me=ME) is None
    assert meant(event(msgtype="m.notice"), me=ME) is None


def test_an_edit_is_no_new_text_with_an_asterisk():
    made = event(
        body="* Bonn",
        **{"m.new_content": {"body": "Bonn"}, "m.relates_to": {"rel_type": "m.replace", "event_id": "$first"}},
    )
    assert meant(made, me=ME) == Edited(of="$first", text="Bonn")


@pytest.mark.parametrize(
    ("msgtype", "kind"), [("m.audio", "voice"), ("m.image", "image"), ("m.file", "file"), ("org.example.new", "other")]
)
def test_what_cannot_be_taken_is_said_to_be_so(msgtype: str, kind: str):
    assert meant(event(msgtype=msgtype), me=ME) == Unreadable(kind=kind)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [None, [], {}, "text", {"msgtype": 7}, {"msgtype": "m.text"}, {"msgtype": "m.text", "body": ["x"]},
     {"msgtype": "m.text", "body": "* x", "m.relates_to": {"rel_type": "m.replace"}, "m.new_content": 3}],
)  # fmt: skip
def test_malformed_content_is_nothing(content: Any):
    made = {"type": "m.room.message", "sender": "@eve:example.org", "content": content}
    assert meant(made, me=ME) is None
    assert mentions(made, me=ME) is False


def test_only_the_list_of_mentions_addresses_the_bot():
    assert mentions(event(**{"m.mentions": {"user_ids": [ME]}}), me=ME)
    assert not mentions(event(body=f"{ME} hat gesagt"), me=ME)
    assert not mentions(event(**{"m.mentions": {"user_ids": ME}}), me=ME)
