"""What a Matrix client is handed: everything in the plain body, nothing that people typed as HTML."""

from adapters.matrix.rendering import content, edit, in_thread
from bot.intents import Cancel
from bot.messages import Choice, Choices, Contact, Contacts, Facts, Message, Quote, Text

EVIL = "<script>alert('x')</script> & <img src=x>"


def test_what_people_typed_is_escaped_wherever_it_stands():
    entry = Contact(title=EVIL, place=EVIL, facts=(EVIL,), reasons=(EVIL,))
    choice = Choice(label=EVIL, intent=Cancel())
    blocks = (Text(text=EVIL), Quote(text=EVIL), Facts(rows=((EVIL, EVIL),)), Contacts(entries=(entry,)))
    made = content(Message(blocks=(*blocks, Choices(options=(choice,)))))
    assert "<script" not in made["formatted_body"]
    assert "<img" not in made["formatted_body"]
    assert made["formatted_body"].count("&lt;script&gt;") == 9
    assert made["body"].count("<script>") == 9


def test_the_plain_body_has_the_numbers_that_can_be_typed():
    options = (Choice(label="Ja", intent=Cancel()), Choice(label="Nein", intent=Cancel()))
    made = content(Message(blocks=(Text(text="Passt das?"), Choices(options=options))))
    assert made["body"] == "Passt das?\n\n1) Ja\n2) Nein"
    assert made["formatted_body"] == "<p>Passt das?</p><p>1) Ja<br>2) Nein</p>"


def test_answers_are_notices_and_a_ping_says_whom():
    message = Message(blocks=(Text(text="Guten Tag"),))
    assert (content(message)["msgtype"], content(message)["m.mentions"]) == ("m.notice", {})
    pinged = content(message, ping=["@jens:example.org"])
    assert (pinged["msgtype"], pinged["m.mentions"]) == ("m.text", {"user_ids": ["@jens:example.org"]})


def test_an_edit_carries_the_new_content_and_a_fallback():
    new = content(Message(blocks=(Text(text="Erledigt"),)))
    made = edit(new, "$first")
    assert made["body"] == "* Erledigt"
    assert made["m.new_content"] == new
    assert made["m.relates_to"] == {"rel_type": "m.replace", "event_id": "$first"}


def test_a_thread_is_kept_with_a_fallback_for_clients_without():
    made = in_thread(content(Message(blocks=(Text(text="Hier"),))), "$root", "$newest")
    assert made["m.relates_to"]["event_id"] == "$root"
    assert made["m.relates_to"]["is_falling_back"] is True
    assert made["m.relates_to"]["m.in_reply_to"] == {"event_id": "$newest"}
