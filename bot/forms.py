"""Forms as data: an intent with slots still to be filled, one field after the other or all on one card."""

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.intents import Intent

MAX_TEXT = 600  # characters of a sentence that others will read

EMAIL = re.compile(r"[^@\s<>\"',;]+@[^@\s<>\"',;]+\.[^@\s<>\"',;.]{2,}")
_PHONE = re.compile(r"\+?[\d\s()/.-]{5,25}")
_SKIP = frozenset(
    {"-", "–", "keine", "kein", "keiner", "nichts", "überspringen", "weiter", "skip", "none", "no", "nein"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form. Label and hint are in the language of the person asked."""

    name: str  # the slot of the intent it fills
    label: str
    kind: Literal["text", "email", "phone", "number", "place", "date", "yes_no"] = "text"
    hint: str | None = None
    required: bool = True
    max_length: int = MAX_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is missing for `intent`. A patient form came unasked: another clear wish of the person goes before it."""

    intent: Intent
    fields: tuple[Field, ...]
    patient: bool = False

    def next_field(self, answers: dict[str, str]) -> Field | None:
        return next((field for field in self.fields if field.name not in answers), None)

    def filled(self, answers: dict[str, str]) -> Intent:
        """The intent with the answers in its slots. Call when `next_field` is None."""
        values: dict[str, Any] = {}
        for field in self.fields:
            text = answers[field.name]
            values[field.name] = None if text == "" else int(text) if field.kind == "number" else text
        return replace(self.intent, **values)


@dataclass(frozen=True, slots=True)
class Invalid:
    """Why an answer can't be taken: a key of the catalogue that names the remedy, and its values."""

    key: str
    values: dict[str, Any]


def read(field: Field, text: str) -> str | Invalid:
    """The answer to a field as it will be kept; an optional field left out is the empty string.

    Dates and places stay as said: the flow resolves them and asks back.
    """
    answer = text.strip()
    if not field.required and answer.casefold() in _SKIP | {""}:
        return ""
    if not answer:
        return Invalid("form.empty", {})
    if len(answer) > field.max_length:
        return Invalid("form.too_long", {"max": field.max_length, "length": len(answer)})
    match field.kind:
        case "email":
            found = EMAIL.search(answer)
            return found.group().rstrip(".") if found else Invalid("form.email", {})
        case "phone":
            phone = _PHONE.search(answer)
            return phone.group().strip() if phone else Invalid("form.phone", {})
        case "number":
            number = re.search(r"\d{1,6}", answer)
            return number.group() if number else Invalid("form.number", {})
        case _:
            return answer
