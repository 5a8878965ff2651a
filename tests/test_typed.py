"""The check that every story's answers go through finds what can't be typed, or is taken for something else."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.forms import Field, Form
from bot.intents import Help, MyVisits, Pick, SetFunction, TopicAdd
from bot.messages import Ask, Choice, Choices, Contact, Contacts, Message, Text
from bot.understanding.situation import NoLexicon
from tests.typed import misheard, misnumbered, mistakable, typed, unanswerable

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Berlin"))
ENTRY = Contact(title="Jens Kalthoff", place="Hückelhoven", facts=(), reasons=())


def question(*labels: str, asked: str = "choice") -> Choices:
    options = tuple(Choice(label=label, intent=MyVisits(), says="no") for label in labels)
    return Choices(options=options, asked=asked)


@pytest.mark.parametrize("asked", ["choice", "asked_consent", "after_results", "nudge", "asked_lesson", "desk", "confirm"])  # fmt: skip
def test_labels_that_mean_something_of_their_own_are_taken_for_their_button(asked: str):
    """ "Abbrechen", "Hilfe" and the like would be wishes of their own anywhere else."""
    labels = question("Hilfe", "Abbrechen", "Mit Nr. 1 bekannt machen", "Ja, gern", "Pausieren", "Später", asked=asked)
    assert misheard(labels, NoLexicon(), NOW) == []


def test_a_label_that_is_a_command_or_the_number_of_another_is_found():
    assert misheard(question("Hilfe", "/hilfe"), NoLexicon(), NOW)[0] == f"'/hilfe' is {Help()}"
    assert misheard(question("Nr. 2", "Nr. 1"), NoLexicon(), NOW)[0] == f"'Nr. 2' is {Pick(position=1)}"


@pytest.mark.parametrize("labels", [("E-Akte", "E Akte"), ("Besuch am 3.12.", "Besuch am 4.12.", "Besuch am 3.12."), ("›", "›")])  # fmt: skip
def test_labels_that_say_the_same_are_found(labels: tuple[str, ...]):
    assert len(mistakable(question(*labels))) == 2
    assert mistakable(question(labels[0], "Nein")) == []


def test_a_number_that_is_another_entry_of_the_list_is_found():
    first, second = (Choice(label=f"Nr. {n} fragen", intent=Help(), entry=n) for n in (1, 2))
    contacts = Contacts(entries=(ENTRY, ENTRY))
    assert misnumbered(Message(blocks=(contacts, Choices(options=(first, second))))) == []
    assert misnumbered(Message(blocks=(contacts, Choices(options=(second,))))) == ["1 is entry 2"]


def test_fields_that_cant_be_answered_or_left_out_are_found():
    function = Field(name="function", label="Ihre Funktion?")
    short = Field(name="function", label="Ihre Funktion?", max_length=10)
    assert unanswerable(Form(intent=SetFunction(), fields=(function,))) == []
    assert unanswerable(Form(intent=SetFunction(), fields=(short,))) != []
    spare = Field(name="english", label="Englisch?", required=False)
    assert unanswerable(Form(intent=TopicAdd(label="Drohnen"), fields=(spare,))) == []


def test_the_first_fault_of_a_message_ends_the_story():
    with pytest.raises(AssertionError, match="ulm"):
        typed(iter([Message(blocks=(Text(text="Welche?"), question("Ulm", "ulm")))]), NoLexicon(), NOW)
    ask = Ask(form=Form(intent=SetFunction(), fields=(Field(name="function", label="?", max_length=3),)), field=Field(name="function", label="?"))  # fmt: skip
    with pytest.raises(AssertionError, match="function"):
        typed(iter([Message(blocks=(ask,))]), NoLexicon(), NOW)
