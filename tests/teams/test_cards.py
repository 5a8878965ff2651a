"""Cards: complete as text, nothing people typed is markup, under the limit, forms that say what is missing."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.teams.cards import KEEP, LARGEST, Link, activity, card, size
from bot.forms import Field, Form
from bot.intents import Help
from bot.messages import (
    Ask,
    Choice,
    Choices,
    Contact,
    Contacts,
    Facts,
    File,
    Message,
    Quote,
    Text,
    plain_text,
)
from tests.teams.wire import executes_in

EVIL = "**fett** [Link](https://evil.example) <at>Alle</at> <script>x</script> _so_ `so` # so"


def message(*blocks: Any, language: Any = "de") -> Message:
    return Message(blocks=blocks, language=language)


def two(*labels: str, once: bool = True) -> Choices:
    return Choices(options=tuple(Choice(label=label, intent=Help()) for label in labels), once=once)


def shown(made: Message, **more: Any) -> dict[str, Any]:
    (attachment,) = activity(made, "m_1", **more)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    content: dict[str, Any] = attachment["content"]
    return content


def walk(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from walk(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner)


def read(content: dict[str, Any]) -> str:
    """What somebody reads, line by line; a run is never markup."""
    lines = []
    for one in walk(content.get("body")):
        match one:
            case {"type": "RichTextBlock", "inlines": runs}:
                lines.append("".join(run["text"] for run in runs))
            case {"type": "TextBlock", "text": text}:
                lines.append(text)
    return "\n".join(lines)


EVERYTHING = message(
    Text(text="Anfrage", style="title"),
    Text(text="Miriam Vogt möchte Sie sprechen.\nMehr unter https://lotse.example/hinweis."),
    Facts(rows=(("Thema", "E-Akte"), ("Kommune", EVIL))),
    Quote(text=EVIL),
    Contacts(
        entries=(
            Contact(
                title="Jens Kalthoff",
                place="Hückelhoven, Nordrhein-Westfalen",
                facts=("41.200 Einwohner", "Luftlinie 374 km"),
                reasons=("hat die E-Akte eingeführt",),
            ),
        )
    ),
    two("Ja, gern", "Nein, danke"),
)


def test_a_card_says_everything_and_its_fallback_too():
    content = shown(EVERYTHING)
    for word in ("Anfrage", "Miriam Vogt", "Thema: E-Akte", "1. Jens Kalthoff", "Luftlinie 374 km", "– hat die E-Akte"):
        assert word in read(content), word
    assert content["fallbackText"] == plain_text(EVERYTHING)
    assert (content["version"], content["lang"]) == ("1.5", "de")
    assert content["speak"]
    assert [button["title"] for button in executes_in(content)] == ["Ja, gern", "Nein, danke"]


def test_what_people_typed_is_never_markup():
    content = shown(EVERYTHING)
    assert read(content).count(EVIL) == 2
    markdown = [one for one in walk(content["body"]) if one.get("type") in ("TextBlock", "FactSet")]
    assert [one["text"] for one in markdown] == ["Anfrage"]
    title = shown(message(Text(text=EVIL, style="title"), two("Ja")))
    (heading,) = [one for one in walk(title["body"]) if one.get("type") == "TextBlock"]
    assert not re.search(r"(?<!\\)[*_\[\]<>`#]", heading["text"])


def test_text_alone_is_text_and_no_markup_either():
    made = activity(message(Text(text=f"Guten Tag\n{EVIL}"), Quote(text="a & b")), "m_1")
    assert "attachments" not in made
    assert made["textFormat"] == "xml"
    assert "<script>" not in made["text"]
    assert "<at>" not in made["text"]
    assert "<blockquote>a &amp; b</blockquote>" in made["text"]
    assert "Guten Tag<br>" in made["text"]


def test_one_activity_is_never_text_and_card_at_once():
    """The service would split it and return no id."""
    for made in (EVERYTHING, message(Text(text="x"))):
        sent = activity(made, "m_1")
        assert ("text" in sent) != ("attachments" in sent)
        assert sent["summary"]


def test_a_link_in_our_words_can_be_pressed_without_the_full_stop():
    content = shown(EVERYTHING)
    (link,) = [one["selectAction"]["url"] for one in walk(content["body"]) if "selectAction" in one and "lotse" in one["text"]]  # fmt: skip
    assert link == "https://lotse.example/hinweis"


def test_a_button_carries_key_and_position_and_a_way_for_old_clients():
    first, second = executes_in(shown(EVERYTHING))
    assert (first["verb"], first["data"]["m"], first["data"]["p"]) == ("pick", "m_1", 0)
    assert second["data"]["p"] == 1
    assert first["fallback"]["type"] == "Action.Submit"
    assert first["fallback"]["data"]["verb"] == "pick"
    assert {"m", "p"} <= set(first["fallback"]["data"])
    assert "intent" not in json.dumps(first)


def test_long_or_many_choices_are_readable_and_numbered():
    long = "Erbach (Alb-Donau-Kreis, Baden-Württemberg), 14.100 Einwohner"
    content = shown(message(Text(text="Welches?"), two(long, "Ulm")))
    assert f"1) {long}" in read(content)
    assert "actions" not in content
    buttons = executes_in(content)
    assert len(buttons) == 2
    assert all(len(button["title"]) <= 45 for button in buttons)
    assert buttons[0]["tooltip"] == long
    many = shown(message(two(*[f"Thema {n}" for n in range(9)])))
    assert "actions" not in many
    assert len(executes_in(many)) == 9


@pytest.mark.parametrize(("language", "word"), [("de", "Absenden"), ("en", "Send")])
def test_a_form_has_labels_limits_and_messages(language: Any, word: str):
    form = Form(
        intent=Help(),
        fields=(
            Field(name="email", label="E-Mail-Adresse", kind="email"),
            Field(name="phone", label="Telefon", kind="phone", required=False, hint="freiwillig"),
            Field(name="why", label="Warum?", max_length=300),
            Field(name="n", label="Wie viele?", kind="number"),
            Field(name="ok", label="Einverstanden?", kind="yes_no"),
        ),
    )
    content = shown(message(Text(text="Bitte"), Ask(form=form, field=form.fields[0]), language=language))
    inputs = {one["id"]: one for one in walk(content["body"]) if str(one.get("type", "")).startswith("Input.")}
    assert [one["label"] for one in inputs.values()] == [field.label for field in form.fields]
    assert all(one["errorMessage"] for one in inputs.values())
    assert [one["isRequired"] for one in inputs.values()] == [True, False, True, True, True]
    assert inputs["field.why"]["isMultiline"]
    assert inputs["field.why"]["maxLength"] == 300
    assert inputs["field.phone"]["placeholder"] == "freiwillig"
    assert re.fullmatch(inputs["field.email"]["regex"], "a@b.example")
    assert not re.fullmatch(inputs["field.email"]["regex"], "nein")
    (send,) = executes_in(content)
    assert (send["title"], send["verb"]) == (word, "fill")


def test_once_somebody_types_the_form_goes_on_question_by_question():
    form = Form(intent=Help(), fields=(Field(name="a", label="Erstens?"), Field(name="b", label="Zweitens?")))
    content = card(message(Ask(form=form, field=form.fields[1])), "m_1")
    assert executes_in(content) == []
    assert "Zweitens?" in read(content)


def test_a_file_is_a_link():
    file = File(name="Termin.ics", content_type="text/calendar", content=b"x")
    link = Link(name="Termin.ics", url="https://lotse.example/files/x")
    content = shown(message(Text(text="Ihr Termin"), file), links=[link])
    (action,) = [one for one in walk(content) if one.get("type") == "Action.OpenUrl"]
    assert action["url"] == link.url
    assert "24 Stunden" in read(content)


def test_what_is_too_long_is_cut_and_says_so_and_can_still_be_answered():
    long = "Wort " * 30_000
    made = activity(message(Text(text="Anfrage"), Quote(text=long), two("Ja", "Nein")), "m_1")
    assert size(made) <= LARGEST
    content = made["attachments"][0]["content"]
    assert "zu lang" in content["fallbackText"]
    assert "Anfrage" in content["fallbackText"]
    assert len(executes_in(content)) == 2


def test_a_long_message_is_not_carried_along_by_its_buttons():
    made = message(Text(text="x" * (KEEP + 1)), two("Ja", "Nein"))
    assert all("k" not in button["data"] for button in executes_in(shown(made)))


BLOCKS = st.one_of(
    st.builds(Text, text=st.text(max_size=3000), style=st.sampled_from(["plain", "title", "hint"])),
    st.builds(Quote, text=st.text(max_size=9000)),
    st.builds(Facts, rows=st.lists(st.tuples(st.text(max_size=50), st.text(max_size=500)), max_size=20).map(tuple)),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(BLOCKS, max_size=8), st.lists(st.text(min_size=1, max_size=300), max_size=10), st.booleans())
def test_any_message_becomes_an_activity_under_the_limit(blocks: list[Any], labels: list[str], once: Any):
    made = activity(message(*blocks, *([two(*labels, once=once)] if labels else [])), "m_1", again=True)
    assert size(made) <= 80_000
    json.dumps(made)
    content = made.get("attachments", [{}])[0].get("content", {})
    assert len(executes_in(content)) == len(labels)
