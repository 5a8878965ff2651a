"""Cards: complete as text, nothing people typed is markup, under the limit, forms that say what is missing."""

import html
import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.teams.buttons import KEEP, Link
from adapters.teams.cards import LARGEST, activity, card
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
    (attachment,) = json.loads(activity(made, "m_1", **more))["attachments"]
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
    """What somebody reads, line by line."""
    lines = []
    for one in walk(content.get("body")):
        match one:
            case {"type": "RichTextBlock", "inlines": runs}:
                lines.append("".join(run["text"] for run in runs))
            case {"type": "TextBlock", "text": text}:
                lines.append(text)
            case {"type": "FactSet", "facts": facts}:
                lines += [f"{fact['title']}: {fact['value']}" for fact in facts]
            case {"type": "Input.ChoiceSet", "choices": options}:
                lines += [option["title"] for option in options]
    return "\n".join(lines).replace("\u00a0", " ")


def marked_up(content: dict[str, Any]) -> list[str]:
    """Everything that a client reads as Markdown."""
    found: list[str] = []
    for one in walk(content.get("body")):
        match one:
            case {"type": "TextBlock", "text": text}:
                found.append(text)
            case {"type": "FactSet", "facts": facts}:
                found += [text for fact in facts for text in (fact["title"], fact["value"])]
    return found


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
    for word in ("Anfrage", "Miriam Vogt", "Thema\nE-Akte", "1. Jens Kalthoff", "Luftlinie 374 km", "– hat die E-Akte"):
        assert word in read(content), word
    assert content["fallbackText"] == plain_text(EVERYTHING)
    assert (content["version"], content["lang"]) == ("1.5", "de")
    assert [button["title"] for button in executes_in(content)] == ["Ja, gern", "Nein, danke"]


def test_what_is_spoken_is_everything_and_nobodys_words_are_tags_in_it():
    """The client reads it as SSML."""
    spoken = shown(EVERYTHING)["speak"]
    assert html.unescape(spoken) == plain_text(EVERYTHING)
    assert "<" not in spoken
    assert ET.fromstring(f"<speak>{spoken}</speak>").text == plain_text(EVERYTHING)


def test_what_people_typed_is_never_markup():
    content = shown(EVERYTHING)
    assert read(content).count(EVIL) == 2
    assert marked_up(content) == ["Anfrage", "1.\u00a0Jens Kalthoff"]


MARKUP = [EVIL, "a_b_c@rathaus.example", "Bürger &amp; Amt", "http://evil.example/x", "{{DATE(2026-11-23, SHORT)}}"]
MARKUP += ["eine Zeile\n===", "\\*", "~~weg~~", "a|b"]
LISTS = ["1. kein Punkt", "12) auch nicht", "- kein Strich", "+ kein Plus"]


@pytest.mark.parametrize("text", [*MARKUP, *LISTS])
def test_what_looks_like_markup_is_shown_as_it_is(text: str):
    name = text if text in MARKUP else "Anna"  # the number before it says that a name is no list
    entry = Contact(title=name, place=text, facts=(text,), reasons=(text,))
    rows = (("Thema", text), (text, "x"))
    made = message(Text(text=text, style="title"), Facts(rows=rows), Contacts(entries=(entry,)), two("Ja"))
    content = shown(made)
    assert marked_up(content) in ([], ["1.\u00a0Anna"])
    for line in text.splitlines():
        assert read(content).count(line) >= 6


def test_names_and_places_are_set_apart_and_found_by_a_screen_reader():
    facts = (("Wer", "Miriam Vogt, Projektleitung"), ("Kommune", "Erbach (Alb-Donau-Kreis), 14.100 Einwohner"))
    content = shown(message(Text(text="Anfrage", style="title"), Facts(rows=facts), two("Ja")))
    title, pairs = content["body"]
    assert title["style"] == "heading"
    assert [(one["title"], one["value"]) for one in pairs["facts"]] == [*facts]
    listed = shown(EVERYTHING)
    assert [one["text"] for one in walk(listed["body"]) if one.get("style") == "heading"] == marked_up(listed)


def test_a_long_value_stands_under_its_label():
    rows = (("Zweck", "Wort " * 60), ("Fassung", "2026-11"))
    content = shown(message(Facts(rows=rows), two("Ja")))
    assert read(content).splitlines() == ["Zweck", "Wort " * 60, "Fassung", "2026-11"]


def test_an_address_that_a_phone_would_cut_off_stands_under_its_label():
    """Two columns are as wide as their longest word."""
    name, address = ("Name", "Jens Kalthoff"), ("E-Mail", "jens.kalthoff@hueckelhoven.example")
    assert [one["type"] for one in shown(message(Facts(rows=(name,)), two("Ja")))["body"]] == ["FactSet"]
    content = shown(message(Facts(rows=(name, address)), two("Ja")))
    assert read(content).startswith("Name\nJens Kalthoff\nE-Mail\njens.kalthoff@hueckelhoven.example")


def test_a_label_that_a_phone_would_cut_off_is_no_button():
    """It stands in a list to choose from."""

    def buttons(label: str) -> list[str]:
        content = shown(message(Text(text="Und nun?"), two(label, "Hilfe")))
        return [one["title"] for one in walk(content) if str(one.get("type")).startswith("Action.")]

    assert "Bescheid geben, wenn jemand da ist" in buttons("Bescheid geben, wenn jemand da ist")
    assert "Bescheid geben, sobald es jemanden gibt" not in buttons("Bescheid geben, sobald es jemanden gibt")


def test_a_short_label_is_not_broken():
    rows = (("Wie viele", "2 Personen"), ("Nur Funktion und Kommune", "Ansprechperson"))
    (facts,) = shown(message(Facts(rows=rows), two("Ja")))["body"]
    assert [one["title"] for one in facts["facts"]] == ["Wie\u00a0viele", "Nur Funktion und Kommune"]


def test_a_choice_about_an_entry_is_pressed_beside_it():
    def entry(name: str) -> Contact:
        return Contact(title=name, place="Ulm", facts=(), reasons=())

    options = (
        Choice(label="Mit Nr. 2 bekannt machen", intent=Help(), entry=2),
        Choice(label="Weitere", intent=Help()),
    )
    made = message(Contacts(entries=(entry("Anna"), entry("Bernd"))), Choices(options=options, once=False))
    content = shown(made)
    anna, bernd = content["body"]
    assert executes_in(anna) == []
    assert [one["title"] for one in executes_in(bernd)] == ["Mit Nr. 2 bekannt machen"]
    assert [one["title"] for one in content["actions"]] == ["Weitere"]
    assert {one["title"]: one["data"]["p"] for one in executes_in(content)} == {"Mit Nr. 2 bekannt machen": 0, "Weitere": 1}  # fmt: skip
    assert "1) Mit Nr. 2 bekannt machen" in content["fallbackText"]


def test_what_somebody_typed_stands_in_quotation_marks_not_in_colour_alone():
    de, en = (read(shown(message(Quote(text="wir fangen an"), two("Ja"), language=one))) for one in ("de", "en"))
    assert de == "„wir fangen an“"
    assert en == "“wir fangen an”"


def test_text_alone_is_text_and_no_markup_either():
    made = json.loads(activity(message(Text(text=f"Guten Tag\n{EVIL}"), Quote(text="a & b")), "m_1"))
    assert "attachments" not in made
    assert made["textFormat"] == "xml"
    assert "<script>" not in made["text"]
    assert "<at>" not in made["text"]
    assert "<blockquote>a &amp; b</blockquote>" in made["text"]
    assert "Guten Tag<br>" in made["text"]


def test_one_activity_is_never_text_and_card_at_once():
    """The service would split it and return no id."""
    for made in (EVERYTHING, message(Text(text="x"))):
        sent = json.loads(activity(made, "m_1"))
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
    (asked,) = [one for one in walk(content["body"]) if one.get("type") == "Input.ChoiceSet"]
    assert [(one["title"], one["value"]) for one in asked["choices"]] == [(f"1) {long}", "0"), ("2) Ulm", "1")]
    assert asked["wrap"]
    assert asked["isRequired"]
    assert asked["label"] == "Ihre Auswahl"
    assert asked["errorMessage"] == "Bitte wählen Sie eine Antwort aus."
    (button,) = executes_in(content)
    assert (button["title"], button["verb"], button["data"]["m"]) == ("Auswählen", "pick", "m_1")
    assert "p" not in button["data"]
    assert "Nummer oder die Antwort schreiben" in read(content)
    many = shown(message(two(*[f"Thema {n}" for n in range(9)])))
    assert [len(one["actions"]) for one in walk(many["body"]) if one.get("type") == "ActionSet"] == [5, 4]
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
    assert "placeholder" not in str(inputs)  # it would be gone as soon as somebody types
    assert "freiwillig" in read(content)
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
    made = activity(
        message(Text(text="Anfrage"), Quote(text=long), two("Ja", "Nein")), "m_1", envelope={"from": "x" * 9}
    )
    assert len(made) <= LARGEST
    assert json.loads(made)["from"] == "x" * 9
    content = json.loads(made)["attachments"][0]["content"]
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
    assert len(made) <= 80_000
    content = json.loads(made).get("attachments", [{}])[0].get("content", {})
    listed = [one["value"] for one in walk(content) if one.get("type") == "Input.ChoiceSet" for one in one["choices"]]
    assert len(listed or executes_in(content)) == len(labels)
