"""Every choice a story has brought to somebody can be typed: its label, its number or its whole line is its button.

Of a form each field can be answered by typing, one after the other, and what may be left out can be left out.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.forms import Form, Invalid, read
from bot.intents import Pick
from bot.messages import Choices, Contacts, Message, ask, choices
from bot.understand import Lexicon, Situation, understand

WAYS = ("{0}", "{0}.", "{0} ", '"{0}"', "„{0}“", "“{0}”", "»{0}«", "'{0}'", "*{0}*", "> {0}")  # as it is copied
NUMBERS = ("{0}", "{0}.", "{0})", "({0})", "nr. {0}", "Nummer {0}", "number {0}", "{0}\ufe0f\u20e3")
LINES = ("{0}) {1}", "{0}. {1}")  # copied from the list of them
ANSWERS = {"email": "m.vogt@plochingen.example", "phone": "07153 / 70 05-0", "number": "3", "date": "3. Dezember"}
LEFT_OUT = ("-", "keine", "überspringen", "weiter", "skip", "none", "no")
_typed: set[tuple[object, ...]] = set()  # what was tried before, however often stories bring it


def typed(messages: Iterator[Message], lexicon: Lexicon, now: datetime) -> None:
    """Raises AssertionError for the first choice or form that typing doesn't answer as pressing does."""
    for message in messages:
        if (question := choices(message)) is not None:
            asked = (question.asked, *((option.label, option.says, option.entry) for option in question.options))
            if asked not in _typed:
                faults = [*misheard(question, lexicon, now), *mistakable(question), *misnumbered(message)]
                assert not faults, f"{faults[:5]} of {question}"
                _typed.add(asked)
        if (form := ask(message)) is not None and (form.form.fields,) not in _typed:
            assert not (faults := unanswerable(form.form)), f"{faults[:5]} of {form}"
            _typed.add((form.form.fields,))


def misheard(question: Choices, lexicon: Lexicon, now: datetime) -> list[str]:
    """What somebody may type for an option that isn't taken for it, by whoever has most to say to the bot."""
    situation = Situation(
        context=question.asked,
        options=question.options,
        today=now.date(),
        now=now,
        role="admin",
        lexicon=lexicon,
    )
    return [
        f"{said!r} is {meant}"
        for position, option in enumerate(question.options)
        for said in ways_to_type(option.label, position + 1)
        if (meant := understand(said, situation).intent) not in (Pick(position=position), option.intent)
    ]


def ways_to_type(label: str, number: int) -> list[str]:
    """As people copy and shorten; what has no word is typed as it stands."""
    has_words = any(letter.isalnum() for letter in label)
    spelt = [way.format(one) for one in (label, label.lower(), label.upper()) for way in WAYS] if has_words else [label]
    return [*spelt, *(way.format(number) for way in NUMBERS), *(line.format(number, label) for line in LINES)]


def mistakable(question: Choices) -> list[str]:
    """Labels that say the same."""
    said = [_letters(option.label) for option in question.options]
    return [f"{label!r} twice" for label in said if said.count(label) > 1]


def _letters(label: str) -> str:
    return "".join(letter for letter in label.casefold() if letter.isalnum()) or label


def misnumbered(message: Message) -> list[str]:
    """Options about the second entry of a list that are typed as another number than its own."""
    question = choices(message)
    listed = [entry for block in message.blocks if isinstance(block, Contacts) for entry in block.entries]
    if question is None or not listed:
        return []
    about = [(position, option.entry) for position, option in enumerate(question.options, start=1) if option.entry]
    return [f"{position} is entry {entry}" for position, entry in about if position != entry]


def unanswerable(form: Form) -> list[str]:
    """Fields that an ordinary typed answer doesn't fill, or that can't be left out although they may be."""
    answers: dict[str, str] = {}
    faults: list[str] = []
    while (field := form.next_field(answers)) is not None:
        said = ANSWERS.get(field.kind, "So machen wir das bei uns.")
        value = read(field, said)
        faults += [f"{field.name}: {said!r}"] if isinstance(value, Invalid) else []
        if not field.required:
            faults += [f"{field.name}: {said!r}" for said in LEFT_OUT if read(field, said) != ""]
        answers[field.name] = said if isinstance(value, Invalid) else value
    if not faults:
        form.filled(answers)
    return faults
